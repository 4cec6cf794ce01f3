import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { FakeHost } from "../host/fake/FakeHost";
import { OPERATIONS, grant, system } from "../host/fake/systems";
import { show } from "../test/render";
import ConnectionsView from "./ConnectionsView";

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
  window.location.hash = "#/connections";
});

const form = async (operation: string, host?: FakeHost) => {
  const shown = show(<ConnectionsView />, host);
  await shown.user.click(await screen.findByRole("button", { name: `Propose: ${operation}` }));
  return { ...shown, dialog: await screen.findByRole("dialog") };
};

test("without a system the demo company is offered, plainly marked, and connected with one press", async () => {
  let connected = false;
  const host = new FakeHost({
    system_list: () => (connected ? [system()] : []),
    demo_connect: () => {
      connected = true;
      return system();
    },
  });
  const { user, container, emit } = show(<ConnectionsView />, host);
  expect(await screen.findByText("Demo: nothing in it is real")).toBeVisible();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Try it on the demo company" }));
  await waitFor(() => expect(window.location.hash).toBe("#/connections/system/demo"));
  emit({ event: "stale", caches: ["systems"] });
  expect(await screen.findByText("Demo, nothing in it is real")).toBeVisible();
});

test("a system says as whom it is used, and each operation its class and its way back", async () => {
  const { user, container } = show(<ConnectionsView />);
  const row = (await screen.findByText("Deletes a deal that nothing points to")).closest("tr")!;
  expect(row).toHaveTextContent("Destructive");
  expect(row).toHaveTextContent("Irreversible");
  expect(screen.getByText("Pinned")).toBeVisible();
  expect(screen.getByText("ines.okafor@northwind-robotics.com")).toBeVisible();
  expect(screen.queryByText("Reads a deal")).toBeNull();
  await user.click(screen.getByRole("button", { name: /^Show 5\soperations that only read$/ }));
  expect(screen.getByText("Reads a deal")).toBeVisible();
  await expect(container).toHaveNoFindings();
});

test("leaving the demo says what goes and what stays, and is done only then", async () => {
  const { user, host } = show(<ConnectionsView />);
  await user.click(await screen.findByRole("button", { name: "Leave the demo…" }));
  const dialog = await screen.findByRole("dialog", { name: "Leave the demo company?" });
  expect(dialog).toHaveTextContent("All its records");
  await waitFor(() => expect(dialog).toHaveTextContent("Its 2 permissions"));
  expect(dialog).toHaveTextContent(
    "The rows of the audit. They say that something was done and when, and hold no contents.",
  );
  expect(host.calls.some(({ name }) => name === "system_disconnect")).toBe(false);
  await expect(dialog).toHaveNoFindings();
  await user.click(within(dialog).getByRole("button", { name: "Leave and remove everything" }));
  expect(host.calls).toContainEqual({ name: "system_disconnect", request: { system: "demo" } });
  expect(await screen.findByText("No system is connected yet")).toBeVisible();
});

test("a system can be set apart alone", async () => {
  const { user, host } = show(<ConnectionsView />);
  await user.click(await screen.findByRole("switch", { name: "Set apart" }));
  expect(host.calls).toContainEqual({ name: "system_quarantine", request: { system: "demo", on: true } });
  expect(await screen.findByText("Set apart, nothing is sent")).toBeVisible();
  expect(screen.getByRole("switch", { name: "Set apart" })).toBeChecked();
});

test("operations that changed are named, and nothing is proposed with them", async () => {
  const operations = OPERATIONS.map((own) => ({ ...own, changed: own.name === "crm.deals.update" }));
  const host = new FakeHost({ system_list: () => [system({ operations })] });
  const { container } = show(<ConnectionsView />, host);
  expect(
    await screen.findByText("1 operation is not what it was when this system was connected"),
  ).toBeVisible();
  expect(screen.getByText("Changed, not used")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Propose: Changes fields of a deal" })).toBeNull();
  await expect(container).toHaveNoFindings();
});

test("a system that cannot be reached says why, and that nothing is sent", async () => {
  const host = new FakeHost({
    system_list: () => [system({ trouble: "`Demo company` did not answer.", operations: [] })],
  });
  show(<ConnectionsView />, host);
  expect(await screen.findByText("Out of reach")).toBeVisible();
  expect(screen.getByText(/Nothing is sent until it can be reached/)).toBeVisible();
  expect(screen.getByText("Cannot be reached")).toBeVisible();
});

test("a change is proposed with what was written, and waits in the inbox", async () => {
  const { user, host, dialog } = await form("Changes fields of a deal");
  const propose = within(dialog).getByRole("button", { name: "Propose" });
  expect(propose).toHaveAttribute("aria-disabled", "true");
  expect(dialog).toHaveTextContent("Still needed: which record");
  await user.type(within(dialog).getByRole("textbox", { name: "Record" }), "Halden expansion");
  await user.type(within(dialog).getByRole("textbox", { name: "Close date" }), "2026-10-30");
  await user.click(within(dialog).getByRole("checkbox", { name: "Clear Next step" }));
  expect(within(dialog).getByRole("textbox", { name: "Next step" })).toBeDisabled();
  await user.type(within(dialog).getByRole("textbox", { name: "Why" }), "She asked.");
  await expect(dialog).toHaveNoFindings();
  await user.click(propose);
  expect(host.calls).toContainEqual({
    name: "action_propose",
    request: {
      system: "demo",
      operation: "crm.deals.update",
      arguments: { close_date: "2026-10-30", next_step: null },
      record: "Halden expansion",
      reason: "She asked.",
    },
  });
  expect(await screen.findByText("It waits for you in the Inbox")).toBeVisible();
  expect(screen.getByRole("link", { name: "Decide in the Inbox" })).toHaveAttribute("href", "#/inbox/13");
});

test("where several records are close it is asked which, and the one that was picked is proposed", async () => {
  const { user, host, dialog } = await form("Changes fields of a deal");
  await user.type(within(dialog).getByRole("textbox", { name: "Record" }), "Halden");
  await user.click(within(dialog).getByRole("button", { name: "Propose" }));
  const which = await screen.findByRole("dialog", { name: "Which “Halden”?" });
  expect(which).toHaveTextContent("Nothing is prepared until you choose");
  await expect(which).toHaveNoFindings();
  await user.click(within(which).getByRole("radio", { name: /Halden spare parts 2027/ }));
  await user.click(within(which).getByRole("button", { name: "Use this deal" }));
  expect(host.calls).toContainEqual({ name: "action_pick", request: { id: 14, record: "20431" } });
  expect(await screen.findByText("It waits for you in the Inbox")).toBeVisible();
});

test("with other words the question is dropped", async () => {
  const { user, host, dialog } = await form("Changes fields of a deal");
  await user.type(within(dialog).getByRole("textbox", { name: "Record" }), "Halden");
  await user.click(within(dialog).getByRole("button", { name: "Propose" }));
  await user.click(await screen.findByRole("button", { name: "Use other words" }));
  expect(await screen.findByRole("dialog", { name: "Propose a change" })).toBeVisible();
  expect(host.calls).toContainEqual({
    name: "action_deny",
    request: { ids: [14], reason: "said in other words" },
  });
});

test("what the rules deny says why, and that nothing was sent", async () => {
  const { user, dialog } = await form("Deletes a deal that nothing points to");
  await user.type(within(dialog).getByRole("textbox", { name: "Record" }), "Halden - 40");
  await user.click(within(dialog).getByRole("button", { name: "Propose" }));
  expect(await screen.findByText("Denied by policy. Nothing was sent.")).toBeVisible();
  expect(screen.getByText("discount-limit")).toBeVisible();
});

test("a proposal that fails keeps what was written", async () => {
  const host = new FakeHost({
    action_propose: () => {
      throw {
        message: "There is no record “Haldn”.",
        hint: "Use other words, or its number.",
        fault: "user",
      };
    },
  });
  const { user, dialog } = await form("Changes fields of a deal", host);
  await user.type(within(dialog).getByRole("textbox", { name: "Record" }), "Haldn");
  await user.click(within(dialog).getByRole("button", { name: "Propose" }));
  expect(await within(dialog).findByText("There is no record “Haldn”.")).toBeVisible();
  expect(within(dialog).getByRole("textbox", { name: "Record" })).toHaveValue("Haldn");
});

test("permissions are explained and counted, and taken back after a question", async () => {
  const { user, host, container } = show(<ConnectionsView permissions />);
  const own = (await screen.findByText("Changes fields of a deal.")).closest("li")!;
  expect(own).toHaveTextContent("9 of 20");
  expect(own).toHaveTextContent("Next stepCall Lars on 6 October");
  expect(screen.getByText("Used up")).toBeVisible();
  await expect(container).toHaveNoFindings();
  await user.click(within(own).getByRole("button", { name: "Take back…" }));
  const dialog = await screen.findByRole("dialog", { name: "Take this permission back?" });
  await user.click(within(dialog).getByRole("button", { name: "Take back" }));
  expect(host.calls).toContainEqual({ name: "grant_revoke", request: { id: "g-1" } });
  expect(await screen.findByText("Taken back by you")).toBeVisible();
});

test("a permission that does not count any more says why", async () => {
  const day = 86_400_000;
  const now = Date.now();
  const host = new FakeHost({
    grant_list: () => [
      grant({ id: "a", active: false, from: now - 2 * day, until: now - day }),
      grant({ id: "b", active: false, from: now - day, until: now + day }),
    ],
  });
  show(<ConnectionsView permissions />, host);
  expect(await screen.findByText("Over")).toBeVisible();
  expect(screen.getByText(/The rules changed since/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Take back…" })).toBeNull();
});

test("without permissions it is said that every change asks", async () => {
  show(<ConnectionsView permissions />, new FakeHost({ grant_list: () => [] }));
  expect(await screen.findByText("Nothing is allowed beforehand")).toBeVisible();
});
