import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Looked } from "../host";
import { FakeHost } from "../host/fake/FakeHost";
import { ACTIONS, TOGETHER, action, change, deal, governed } from "../host/fake/governed";
import { show } from "../test/render";
import InboxView from "./InboxView";

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 8, 24, 12, 2) });
  return () => vi.useRealTimers();
});

test("what waits stands before what is under way and what was decided", async () => {
  const { container } = show(<InboxView />);
  const list = await screen.findByRole("navigation", { name: "Approvals" });
  const heads = within(list)
    .getAllByRole("heading")
    .map(({ textContent }) => textContent);
  expect(heads).toEqual(["Waiting for you", "Under way", "Decided today"]);
  expect(await within(list).findByText("Make 5 changes in Northwind CRM")).toBeVisible();
  expect(within(list).getByText("Denied by policy: discount-limit")).toBeVisible();
  expect(within(list).getByText("Out of date, the record changed")).toBeVisible();
  expect(screen.getByText(/11 changes waiting on 6 cards/)).toBeVisible();
  await screen.findByText(/Exactly the 2 requests/);
  await expect(container).toHaveNoFindings();
});

test("nothing here can approve: the card opens in a window of its own", async () => {
  const { user, host } = show(<InboxView id={3} />);
  await user.click(await screen.findByRole("checkbox", { name: "Include Rauma Freight pilot" }));
  await screen.findByText(/Exactly the 4 requests/);
  expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(host.opened).toEqual([{ id: 3, struck: [5] }]);
  await user.click(screen.getByRole("button", { name: "Review and approve" }));
  expect(host.opened).toHaveLength(2);
  expect(host.calls.some(({ name }) => name === "action_approve")).toBe(false);
});

test("X ticks a row, arrow keys go from row to row, J and K from card to card", async () => {
  const { user } = show(<InboxView id={3} />);
  const box = await screen.findByRole("checkbox", { name: "Include Halden spare parts 2027" });
  box.focus();
  await user.keyboard("{ArrowDown}x");
  expect(screen.getByRole("checkbox", { name: "Include Brevik Cold Chain refit" })).not.toBeChecked();
  await user.keyboard("j");
  expect(window.location.hash).toBe("#/inbox/8");
});

test("where records are close the person picks one, and it is proposed for that one", async () => {
  const { user, host, container } = show(<InboxView id={15} />);
  const question = await screen.findByRole("region", { name: /^Which deal do you mean/ });
  expect(question).toHaveTextContent("Nothing is prepared until you choose.");
  expect(question).toHaveTextContent("Next stepConfirm dock layout");
  await expect(container).toHaveNoFindings();
  const use = within(question).getByRole("button", { name: "Use this deal" });
  await user.click(use);
  expect(host.calls.some(({ name }) => name === "action_pick")).toBe(false);
  within(question)
    .getByRole("radio", { name: /DC 2, refit/ })
    .focus();
  await user.keyboard(" {Control>}{Enter}{/Control}");
  await waitFor(() => expect(window.location.hash).toBe("#/inbox/101"));
  expect(host.calls).toContainEqual({ name: "action_pick", request: { id: 15, record: "20432" } });
});

test("a question stands as a row of its batch, and what is picked joins the card", async () => {
  const { user, host, container } = show(
    <InboxView id={15} />,
    new FakeHost(governed(() => undefined, structuredClone(TOGETHER))),
  );
  const table = await screen.findByRole("table", { name: /^6.proposed changes/ });
  expect(screen.getByText("1 of them asks which record")).toBeVisible();
  expect(
    within(table).getByRole("checkbox", { name: /^Vestby Cold Storage cannot be ticked/ }),
  ).toBeDisabled();
  expect(within(table).getByText("Confirm dock layout")).toBeVisible();
  await expect(container).toHaveNoFindings();
  await user.click(within(table).getByRole("radio", { name: /DC 2, refit/ }));
  await user.click(within(table).getByRole("button", { name: "Use this deal" }));
  await waitFor(() =>
    expect(host.calls).toContainEqual({ name: "action_pick", request: { id: 15, record: "20432" } }),
  );
});

test("a question that is about none of the records is dropped", async () => {
  const { user, host } = show(<InboxView id={15} />);
  await user.click(await screen.findByRole("button", { name: "None of these, drop it" }));
  await waitFor(() =>
    expect(host.calls).toContainEqual({
      name: "action_deny",
      request: { ids: [15], reason: "none of these records is meant" },
    }),
  );
  expect((await screen.findAllByText(/You denied it: none of these/))[0]).toBeVisible();
});

test("where words led to the wrong record another one is picked", async () => {
  const { user, host } = show(<InboxView id={1} />);
  await user.click(await screen.findByRole("button", { name: "Not this record?" }));
  const other = await screen.findByRole("dialog", { name: "Another record" });
  await expect(other).toHaveNoFindings();
  await user.click(within(other).getByRole("radio", { name: /Halden spare parts 2026/ }));
  await user.click(within(other).getByRole("button", { name: "Use this one" }));
  await waitFor(() => expect(window.location.hash).toBe("#/inbox/101"));
  expect(host.calls).toContainEqual({ name: "action_pick", request: { id: 1, record: "20377" } });
});

test("a no asks for a reason", async () => {
  const { user, host } = show(<InboxView id={8} />);
  await screen.findByRole("button", { name: "Review and approve" });
  await user.keyboard("d");
  await user.type(await screen.findByRole("textbox", { name: "Reason" }), "not now{Enter}");
  await waitFor(() =>
    expect(host.calls).toContainEqual({ name: "action_deny", request: { ids: [8], reason: "not now" } }),
  );
});

test("the card that is open is read again each minute while it can be seen, and what changed is told", async () => {
  const every = vi.spyOn(globalThis, "setInterval");
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  const fresh = action(40, {
    record: { ...deal("20500", "Halden spare parts 2027", "4"), edited: { by: "Kari Holm", at: null } },
    changes: [change("close_date", "1 Oct 2026", "15 Oct 2026")],
  });
  let looked: Looked = { kind: "same", at: Date.UTC(2026, 8, 24, 12, 2) };
  const { user, host } = show(<InboxView id={3} />, new FakeHost({ card_look: () => looked }));
  await screen.findByRole("button", { name: "Review and approve" });
  const look = every.mock.calls.filter(([, ms]) => ms === 60_000).map(([job]) => job);
  const again = (): Promise<void> =>
    act(() => {
      look.forEach((job) => job());
      return Promise.resolve();
    });
  const looks = (): number => host.calls.filter(({ name }) => name === "card_look").length;
  await again();
  expect(looks()).toBe(0);
  hidden.mockReturnValue(false);
  await again();
  expect(looks()).toBe(1);
  looked = { kind: "changed", fresh };
  await again();
  expect(
    await screen.findByRole("heading", { level: 2, name: /^Kari Holm changed “Halden spare parts/ }),
  ).toBeVisible();
  expect(screen.getByRole("alert")).toHaveTextContent("Out of date.");
  await user.click(screen.getByRole("button", { name: "Review new version" }));
  expect(window.location.hash).toBe("#/inbox/40");
  every.mockRestore();
  hidden.mockRestore();
});

test("what is edited is a new proposal", async () => {
  const { user } = show(<InboxView id={8} />);
  await screen.findByRole("button", { name: "Review and approve" });
  await user.keyboard("e");
  const field = await screen.findByRole("textbox", { name: "Priority, after" });
  await user.clear(field);
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  await waitFor(() => expect(window.location.hash).toBe("#/inbox/101"));
});

test("what is done can be undone, which is decided too, and has a receipt", async () => {
  const { user, host } = show(<InboxView id={20} />);
  expect(await screen.findByRole("link", { name: "Receipt" })).toHaveAttribute(
    "href",
    "#/activity/receipt/20",
  );
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(host.opened).toEqual([{ id: 101, struck: [] }]));
  expect(host.calls).toContainEqual({ name: "action_undo", request: { ids: [20] } });
});

test("what was done together can be undone together, on one card", async () => {
  const done = ACTIONS.find(({ id }) => id === 20)!;
  const actions = [
    done,
    { ...done, id: 30, batch: 20 },
    { ...done, id: 31, batch: 20, undo: "compensable" as const },
    { ...done, id: 32, batch: 20, state: "failed" as const },
  ];
  const { user, host } = show(
    <InboxView id={20} />,
    new FakeHost({ action_list: ({ open }) => ({ actions: open ? [] : actions, more: false }) }),
  );
  await user.click(await screen.findByRole("button", { name: "Undo 2 changes…" }));
  await waitFor(() => expect(host.calls).toContainEqual({ name: "action_undo", request: { ids: [20, 30] } }));
});

test("an unknown outcome can be looked up at once, and says that nothing is sent meanwhile", async () => {
  const { user, host, container } = show(<InboxView id={11} />);
  expect(await screen.findByText(/^Next look in 8.s; nothing is sent meanwhile/)).toBeVisible();
  // Each step with its exact time, of which the whole is in its title.
  const steps = within(screen.getByRole("list", { name: "What happened" }));
  const step = (await steps.findByText("The system did not answer.")).closest("li")!;
  const time = step.querySelector("time")!;
  expect(time).toHaveTextContent(/^\d\d:\d\d:\d\d$/);
  expect(time.title).toMatch(/^24 Sep 2026, \d\d:\d\d:\d\d$/);
  expect(time.dateTime).toMatch(/^2026-09-24T/);
  await user.click(screen.getByRole("button", { name: "Check now" }));
  expect(host.calls).toContainEqual({ name: "action_check", request: { id: 11 } });
  await expect(container).toHaveNoFindings();
});

test.each([
  [21, "Denied by policy", /above your limit of 12.%/],
  [23, "Out of date", /the approval was void/],
  [24, "Failed", /A close date lies in the past/],
  [25, "Expired", /Nobody decided in time/],
  [26, "Allowed without asking", /Your permission “Dates on my deals” covered it/],
])("proposal %i says that it is: %s", async (id, mark, words) => {
  show(<InboxView id={id} />);
  const card = await screen.findByRole("region", { name: /^What became of it/ });
  expect(within(card).getByText(mark)).toBeVisible();
  expect(within(card).getByText(words)).toBeVisible();
});

test("what the rules denied names the rule and whose it is", async () => {
  show(<InboxView id={21} />);
  const card = await screen.findByRole("region", { name: /^What became of it/ });
  expect(card).toHaveTextContent("Rule discount-limit, your company’s.");
});

test("an inbox where nothing waits says what went through on permissions today", async () => {
  const host = new FakeHost({
    action_list: ({ open }) => ({
      actions: open ? [] : ACTIONS.filter(({ grant }) => grant !== null),
      more: false,
    }),
  });
  const { user, container } = show(<InboxView />, host);
  expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  expect(screen.getByText(/2 changes went through on your permissions today/)).toBeVisible();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Show the 2" }));
  expect(await screen.findAllByText(/Allowed by your permission “Dates on my deals”/)).toHaveLength(2);
});
