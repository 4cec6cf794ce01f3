import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { SystemView } from "../../host";
import { FakeHost } from "../../host/fake/FakeHost";
import { connected, kept, system } from "../../host/fake/systems";
import { show } from "../../test/render";
import ConnectionsView from "../../views/ConnectionsView";

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
  window.location.hash = "#/connections";
});

const MINUTE = 60_000;
const now = Date.now();
const TICKETS = kept({ chosen: true, records: 1204, ended: now - 2.5 * MINUTE });
const ARTICLES = kept({ kind: "article", title: "Articles" });
const ASSETS = kept({ kind: "asset", title: "Assets" });

/** The system with this to be kept; what is chosen stays chosen. */
async function keeping(sync: SystemView["sync"], more: Partial<SystemView> = {}) {
  let own = connected({ sync, ...more });
  const host = new FakeHost({
    system_list: () => [own],
    system_sync: ({ kinds }) => {
      own = { ...own, sync: own.sync.map((one) => ({ ...one, chosen: kinds.includes(one.kind) })) };
      return own;
    },
  });
  const shown = show(<ConnectionsView />, host);
  const section = within(await screen.findByRole("region", { name: "Kept on this device" }));
  const asked = () => host.calls.filter(({ name }) => name === "system_sync").map(({ request }) => request);
  return { ...shown, section, asked };
}

test("how many records are kept and how new they are is said of every kind", async () => {
  const { section, container } = await keeping([
    TICKETS,
    ARTICLES,
    kept({ kind: "queue", title: "Queues", chosen: true, records: 900, running: 1240 }),
    kept({ kind: "user", title: "People", chosen: true }),
  ]);
  const hint = (name: string) => section.getByRole("switch", { name });
  expect(hint("Tickets")).toHaveAccessibleDescription("1,204 kept, up to date, 2\u00a0min ago");
  expect(hint("Articles")).toHaveAccessibleDescription("Not kept");
  expect(hint("Queues")).toHaveAccessibleDescription("900 kept, bringing it up to date, 1,240 so far");
  expect(hint("People")).toHaveAccessibleDescription("Copying begins in a moment");
  expect(section.getByText(/^Copies of what this account may read in/)).toHaveTextContent(
    "on this device only. They are found and cited like your documents",
  );
  await expect(container).toHaveNoFindings();
});

test("why it is not up to date is said with the system's words, and that it is tried again", async () => {
  const { section } = await keeping([{ ...TICKETS, trouble: "`rt` refused with status 503." }]);
  const line = section.getByText(/^Not up to date/);
  expect(line).toHaveTextContent("Not up to date: rt refused with status 503. It is tried again by itself.");
  expect(section.getByRole("switch")).toHaveAccessibleDescription(
    "1,204 kept, last up to date 2\u00a0min ago",
  );
});

test("the first kind of a system is kept once it is said what its copies are for", async () => {
  const { user, section, asked } = await keeping([{ ...TICKETS, chosen: false }, ARTICLES]);
  await user.click(section.getByRole("switch", { name: "Tickets" }));
  const dialog = await screen.findByRole("dialog", {
    name: "Keep Tickets of Request Tracker on this device?",
  });
  await expect(dialog).toHaveNoFindings();
  expect(asked()).toEqual([]);
  expect(within(dialog).getByRole("switch", { name: "Internal only" })).toBeChecked();
  await user.click(within(dialog).getByRole("switch", { name: "Never leaves this machine" }));
  await user.click(within(dialog).getByRole("button", { name: "Keep on this device" }));
  expect(asked()).toEqual([
    {
      system: "request-tracker",
      kinds: ["ticket"],
      labels: ["internal", "never-leaves-this-machine"],
    },
  ]);
  await waitFor(() => expect(section.getByRole("switch", { name: "Tickets" })).toBeChecked());
});

test("a further kind is kept at once, with those that are kept, and their labels stay", async () => {
  const { user, section, asked } = await keeping([TICKETS, ARTICLES, ASSETS]);
  await user.click(section.getByRole("switch", { name: "Articles" }));
  await waitFor(() => expect(section.getByRole("switch", { name: "Articles" })).toBeChecked());
  // The core has not told yet that its list is stale: what was switched on a moment ago is named all the same.
  await user.click(section.getByRole("switch", { name: "Assets" }));
  expect(asked()).toEqual([
    { system: "request-tracker", kinds: ["ticket", "article"] },
    { system: "request-tracker", kinds: ["ticket", "article", "asset"] },
  ]);
});

test("copies are only deleted after a second yes, which says how many and that the system stays as it is", async () => {
  const { user, section, asked } = await keeping([TICKETS, { ...ARTICLES, chosen: true }]);
  await user.click(section.getByRole("switch", { name: "Tickets" }));
  const dialog = await screen.findByRole("dialog", { name: "Stop keeping Tickets on this device?" });
  expect(dialog).toHaveTextContent("1,204 copies are deleted here and no longer found or cited.");
  expect(dialog).toHaveTextContent("In Request Tracker itself nothing is changed or deleted.");
  await expect(dialog).toHaveNoFindings();
  await user.click(within(dialog).getByRole("button", { name: "Keep them" }));
  expect(asked()).toEqual([]);
  expect(section.getByRole("switch", { name: "Tickets" })).toBeChecked();
  await user.click(section.getByRole("switch", { name: "Tickets" }));
  await user.click(await screen.findByRole("button", { name: "Delete the copies" }));
  expect(asked()).toEqual([{ system: "request-tracker", kinds: ["article"] }]);
});

test("while one switch is being turned none can be, and a failure says why and leaves it as it was", async () => {
  let fail = (): void => undefined;
  const failing = new Promise<never>((_, reject) => {
    fail = () =>
      reject({ message: "The copies cannot be deleted.", hint: "Try again.", fault: "environment" });
  });
  const host = new FakeHost({
    system_list: () => [connected({ sync: [TICKETS, ARTICLES] })],
    system_sync: () => failing,
  });
  const { user } = show(<ConnectionsView />, host);
  await user.click(await screen.findByRole("switch", { name: "Tickets" }));
  await user.click(await screen.findByRole("button", { name: "Delete the copies" }));
  const tickets = screen.getByRole("switch", { name: "Tickets" });
  await waitFor(() => expect(tickets).toHaveAccessibleDescription("Deleting the copies…"));
  expect(screen.getByRole("switch", { name: "Articles" })).toHaveAttribute("aria-disabled", "true");
  await user.click(screen.getByRole("switch", { name: "Articles" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  fail();
  expect(await screen.findByText("The copies cannot be deleted.")).toBeVisible();
  expect(tickets).toBeChecked();
});

test("what is kept is brought up to date when asked, but not twice at a time", async () => {
  const { user, section, host } = await keeping([TICKETS]);
  await user.click(section.getByRole("button", { name: "Bring up to date now" }));
  expect(host.calls).toContainEqual({ name: "system_sync_now", request: { system: "request-tracker" } });
});

test.each([
  { why: "it is being brought up to date", sync: [{ ...TICKETS, running: 12 }], more: {} },
  { why: "the system is set apart", sync: [TICKETS], more: { quarantined: true } },
])("where $why nothing is brought", async ({ sync, more }) => {
  const { user, section, host } = await keeping(sync, more);
  const button = section.getByRole("button", { name: /^Bring/ });
  expect(button).toHaveAttribute("aria-disabled", "true");
  await user.click(button);
  expect(host.calls.some(({ name }) => name === "system_sync_now")).toBe(false);
});

test("where nothing is kept there is nothing to bring up to date", async () => {
  const { section } = await keeping([ARTICLES]);
  expect(section.queryByRole("button")).toBeNull();
});

test("a system of which nothing can be kept does not speak of it", async () => {
  show(<ConnectionsView />);
  expect(await screen.findByText("Healthy")).toBeVisible();
  expect(screen.queryByText("Kept on this device")).toBeNull();
});

test("disconnecting says how many copies go", async () => {
  const { user } = await keeping([TICKETS]);
  await user.click(screen.getByRole("button", { name: "Disconnect…" }));
  expect(await screen.findByRole("dialog")).toHaveTextContent("1,204 copies of records on this device");
});

test("a system is tested, and it is said while that goes on and when it answers", async () => {
  let answer = (): void => undefined;
  const asked = new Promise<void>((go) => (answer = go));
  const host = new FakeHost({
    system_list: () => [connected()],
    system_test: async () => {
      await asked;
      return {};
    },
  });
  const { user, container } = show(<ConnectionsView />, host);
  await user.click(await screen.findByRole("button", { name: "Test" }));
  expect(await screen.findByRole("button", { name: "Testing…" })).toHaveAttribute("aria-disabled", "true");
  answer();
  expect(await screen.findByText("It answers, and your sign-in holds.")).toBeVisible();
  expect(host.calls).toContainEqual({ name: "system_test", request: { system: "request-tracker" } });
  await expect(container).toHaveNoFindings();
});

test("a test that fails says why, and one that is tried again forgets it", async () => {
  let holds = false;
  const host = new FakeHost({
    system_list: () => [connected()],
    system_test: () => {
      if (!holds)
        throw {
          message: "`request-tracker` refused with status 401: Unauthorized",
          hint: "Connect it again with a new secret.",
          fault: "remote",
        };
      return {};
    },
  });
  const { user } = show(<ConnectionsView />, host);
  await user.click(await screen.findByRole("button", { name: "Test" }));
  expect(await screen.findByText("Connect it again with a new secret.")).toBeVisible();
  holds = true;
  await user.click(screen.getByRole("button", { name: "Test" }));
  expect(await screen.findByText("It answers, and your sign-in holds.")).toBeVisible();
  expect(screen.queryByText("Connect it again with a new secret.")).toBeNull();
});

test("the demo company has nothing to test", async () => {
  show(<ConnectionsView />, new FakeHost({ system_list: () => [system()] }));
  expect(await screen.findByRole("button", { name: "Leave the demo…" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Test" })).toBeNull();
});
