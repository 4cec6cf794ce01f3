import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Happening } from "../host";
import { FakeHost } from "../host/fake/FakeHost";
import { NOW } from "../host/fake/story";
import { HAPPENINGS, contact, digest, done, receipt } from "../host/fake/systems";
import { show } from "../test/render";
import ActivityView from "./ActivityView";

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
  window.location.hash = "#/activity";
});

test("what happened stands by day, and what happened last is open with everything about it", async () => {
  const { container } = show(<ActivityView />);
  const line = await screen.findByRole("navigation", { name: "Timeline" });
  await within(line).findByText("Denied by policy");
  expect(within(line).getAllByRole("heading", { level: 2 })).toHaveLength(2);
  const paper = await screen.findByRole("article");
  expect(paper).toHaveTextContent("Change 4 fields on the deal “Halden - 40 unit expansion”");
  expect(paper).toHaveTextContent("outside text");
  expect(paper).toHaveTextContent("by rule outside-text-asks");
  expect(paper).toHaveTextContent("Approved by ines.okafor@northwind-robotics.com");
  expect(paper).toHaveTextContent("Read back: all 4 fields hold the approved values.");
  expect(paper).toHaveTextContent("was 2026-09-30 becomes 2026-10-30");
  await expect(container).toHaveNoFindings();
});

test("the raw request and the rows of the audit are one press away", async () => {
  const { user } = show(<ActivityView receipt={12} />);
  expect(screen.queryByText(/PATCH/)).toBeNull();
  await user.click(await screen.findByRole("button", { name: "Show the raw request" }));
  expect(screen.getByText(/PATCH http:\/\/127.0.0.1:41873\/crm\/deals\/20418/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Show 5\srows$/ }));
  expect(screen.getByText("Sending began.")).toBeVisible();
});

test("a receipt is copied as text", async () => {
  const { user } = show(<ActivityView receipt={12} />);
  await user.click(await screen.findByRole("button", { name: "Copy as text" }));
  const text = await navigator.clipboard.readText();
  expect(text).toContain("Receipt 12");
  expect(text).toContain("Close date: 2026-09-30 becomes 2026-10-30");
  expect(text).toContain(`Request: SHA-256 ${digest(5)}`);
  expect(text).toContain(digest(1284));
});

test("taking back proposes the way back, which waits in the inbox", async () => {
  const { user, host } = show(<ActivityView receipt={12} />);
  await user.click(await screen.findByRole("button", { name: /^Undo 4\sfields$/ }));
  expect(host.calls).toContainEqual({ name: "action_undo", request: { ids: [12] } });
  expect(await screen.findByRole("link", { name: "Decide in the Inbox" })).toHaveAttribute(
    "href",
    "#/inbox/112",
  );
});

test("what cannot be called back says so and offers nothing", async () => {
  const host = new FakeHost({ receipt_get: () => receipt(done({ undo: "irreversible" })) });
  show(<ActivityView receipt={12} />, host);
  expect(await screen.findByText("Irreversible")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Undo/ })).toBeNull();
});

test("what was denied says by which rule, and that nothing was sent", async () => {
  show(<ActivityView receipt={8} />);
  const paper = await screen.findByRole("article");
  expect(paper).toHaveTextContent("Denied by rule discount-limit, set by your company.");
  expect(paper).toHaveTextContent("Nothing was sent.");
  expect(within(paper).queryByText("Result")).toBeNull();
});

test("of what was erased the rows stay", async () => {
  show(<ActivityView receipt={6} />);
  expect(
    await screen.findByText("What this action did was erased. Its rows in the audit stay."),
  ).toBeVisible();
  expect(screen.getByRole("button", { name: /^Show 5\srows$/ })).toBeVisible();
});

test("a chain that is broken is told at once, with its first bad row and what to do", async () => {
  const host = new FakeHost({
    audit_verify: () => ({
      holds: false,
      rows: 1101,
      head: digest(1),
      broken: "Row 1102: another hash.",
      signed: 1,
      keys: [],
      notes: [],
    }),
  });
  const { container } = show(<ActivityView />, host);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Row 1,102 does not match its seal");
  expect(alert).toHaveTextContent("The 1,101 rows before it are intact.");
  expect(screen.getByText("Chain broken at row 1,102")).toBeVisible();
  expect(await screen.findByText("Not to be trusted.")).toBeVisible();
  expect(screen.queryByText(/Chain intact/)).toBeNull();
  await expect(container).toHaveNoFindings();
});

test("a receipt whose own rows were altered is never called verified", async () => {
  show(<ActivityView receipt={12} />, new FakeHost({ receipt_get: () => ({ ...receipt(), holds: false }) }));
  expect(await screen.findByText("Altered.")).toBeVisible();
  expect(screen.queryByText(/Verified/)).toBeNull();
});

test("earlier parts come when they are asked for, without a gap or a second heading of the same day", async () => {
  const line = (seq: number): Happening => ({ ...HAPPENINGS[1]!, seq, at: (NOW - 1000 + seq) * 1000 });
  const all = Array.from({ length: 150 }, (_, index) => line(200 - index));
  const host = new FakeHost({
    activity_list: ({ before }) => all.filter(({ seq }) => !before || seq < before).slice(0, 100),
  });
  const { user } = show(<ActivityView />, host);
  const nav = await screen.findByRole("navigation", { name: "Timeline" });
  await user.click(await within(nav).findByRole("button", { name: "Earlier" }));
  await waitFor(() => expect(within(nav).getAllByRole("listitem")).toHaveLength(150));
  expect(within(nav).getAllByRole("heading")).toHaveLength(1);
  expect(within(nav).queryByRole("button", { name: "Earlier" })).toBeNull();
});

test("every host stands with for whom, why, how often and how much", async () => {
  const host = new FakeHost({
    contacts: () => [
      contact({ purpose: "write", contacts: 3, sent: 1980, received: 2240 }),
      contact({ host: "https://evil.example", contacts: 2, refused: 2, sent: 0, received: 0 }),
    ],
  });
  const { container } = show(<ActivityView hosts />, host);
  const table = await screen.findByRole("table");
  expect(table).toHaveTextContent("127.0.0.1:41873 for Demo company, on this machine");
  expect(
    within(table).getByRole("row", { name: /^To send what was approved 3 2\sKB 2\.2\sKB/ }),
  ).toBeVisible();
  expect(table).toHaveTextContent("2 refused");
  expect(screen.getByText(/2 contacts were refused here before anything was sent/)).toBeVisible();
  await expect(container).toHaveNoFindings();
});

test("where no host was contacted that is said", async () => {
  show(<ActivityView hosts />, new FakeHost({ contacts: () => [] }));
  expect(await screen.findByText(/Attaché contacted no other host/)).toBeVisible();
});

test("with nothing in it the activity says what will stand there", async () => {
  const host = new FakeHost({ activity_list: () => [] });
  const { container } = show(<ActivityView />, host);
  expect(await screen.findByText("Nothing was done yet")).toBeVisible();
  await expect(container).toHaveNoFindings();
});

test("what cannot be read is said, and can be tried again", async () => {
  let broken = true;
  const host = new FakeHost({
    activity_list: () => {
      if (broken)
        throw { message: "The ledger cannot be read.", hint: "Look at the disk.", fault: "environment" };
      return HAPPENINGS;
    },
  });
  const { user } = show(<ActivityView />, host);
  expect(await screen.findByText("The ledger cannot be read.")).toBeVisible();
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("A question was answered")).toBeVisible();
});

test("in a narrow window the list and a receipt take turns", async () => {
  vi.stubGlobal("innerWidth", 720);
  const { unmount } = show(<ActivityView />);
  expect(await screen.findByRole("navigation", { name: "Timeline" })).toBeVisible();
  expect(screen.queryByRole("article")).toBeNull();
  unmount();
  const { user } = show(<ActivityView receipt={12} />);
  expect(await screen.findByRole("article")).toBeVisible();
  expect(screen.queryByRole("navigation", { name: "Timeline" })).toBeNull();
  window.location.hash = "#/activity/receipt/12";
  await user.click(screen.getByRole("button", { name: "Receipts" }));
  expect(window.location.hash).toBe("#/activity");
});
