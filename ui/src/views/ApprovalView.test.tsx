import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { Cache, Request } from "../host";
import { FakeHost } from "../host/fake/FakeHost";
import { ACTIONS, TOGETHER, governed } from "../host/fake/governed";
import { show } from "../test/render";
import ApprovalView from "./ApprovalView";

/** Longer than nothing is approved after a card came or changed. */
const armed = () => act(() => new Promise((go) => setTimeout(go, 450)));
const approved = (host: FakeHost): unknown[] =>
  host.calls.filter(({ name }) => name === "action_approve").map(({ request }) => request);

function open(id: number | string, handlers: ConstructorParameters<typeof FakeHost>[0] = {}) {
  window.location.hash = `#/approval/${id}`;
  const host = new FakeHost(handlers);
  host.window = "approval";
  return show(<ApprovalView />, host);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 8, 24, 12, 2) });
  return () => vi.useRealTimers();
});

test("the card is read in its fixed order, and its heading has the focus, never Approve", async () => {
  const { container } = open(1);
  const heading = await screen.findByRole("heading", { level: 1 });
  expect(heading).toHaveTextContent(/^Change 4 fields on the deal “Halden - 40 unit expansion”.*, then send/);
  expect(heading).toHaveFocus();
  expect(screen.getByText(/a person decides every write and every send/)).toBeVisible();
  expect(screen.getByText(/your permission “Dates on my deals” is not used/)).toBeVisible();
  expect(screen.getAllByText("Outside text")).toHaveLength(3);
  expect(screen.getByText(/Record read 4 s ago/)).toBeVisible();
  expect(screen.getByText("31 other fields stay as they are")).toBeVisible();
  expect(screen.getByText(/Exactly the 2 requests shown here/)).toBeVisible();
  const order = screen.getAllByRole("heading").map(({ textContent }) => textContent);
  expect(order[1]).toMatch(/^1.Change 4 fields/);
  expect(order[2]).toMatch(/^2.Send ingrid/);
  await expect(container).toHaveNoFindings();
});

test("a click only counts once the card has been there for a moment", async () => {
  const { user, host } = open(8);
  await screen.findByText(/Exactly the request shown/);
  const button = screen.getByRole("button", { name: "Approve" });
  fireEvent.click(button);
  fireEvent.keyDown(window, { key: "Enter", ctrlKey: true });
  expect(approved(host)).toEqual([]);
  await armed();
  await user.click(button);
  await screen.findByText("Done");
  const { digest } = await new FakeHost().call("card_get", { id: 8, struck: [] });
  expect(approved(host)).toEqual([{ id: 8, struck: [], shown: digest }]);
});

test("when the card changes under the eyes the next click does not count either", async () => {
  const { user, host } = open(3);
  await screen.findByRole("button", { name: "Approve all 5" });
  await armed();
  await user.click(screen.getByRole("checkbox", { name: "Include Moss Terminal shuttle" }));
  fireEvent.click(await screen.findByRole("button", { name: "Approve 4 of 5" }));
  expect(approved(host)).toEqual([]);
  await armed();
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(approved(host)).toHaveLength(1));
  expect(approved(host)[0]).toMatchObject({ struck: [7] } satisfies Partial<Request<"action_approve">>);
});

test("no single letter approves", async () => {
  const { user, host } = open(8);
  await screen.findByText(/Exactly the request shown/);
  await armed();
  for (const letter of "abcfghiklmnopqrstuvwyz0123456789 ")
    await user.keyboard(letter === " " ? " " : letter);
  await user.keyboard("{Enter}");
  expect(approved(host)).toEqual([]);
});

test("where a word is asked for, nothing is approved before it stands there", async () => {
  const { user, host } = open(9);
  const field = await screen.findByRole("textbox", { name: "Type “delete” to approve" });
  await armed();
  const button = screen.getByRole("button", { name: "Approve" });
  await user.type(field, "delet");
  await user.click(button);
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(approved(host)).toEqual([]);
  await user.type(field, "e");
  await user.click(button);
  await waitFor(() => expect(approved(host)).toMatchObject([{ id: 9, word: "delete" }]));
});

test("a record that changed shows what moved, and nothing was sent", async () => {
  const [first] = ACTIONS;
  const changes = first!.changes.map((own) => (own.field === "next_step" ? { ...own, before: "Sent" } : own));
  const record = {
    ...first!.record!,
    version: "18",
    edited: { by: "kari.holm@northwind.example", at: "2026-09-24T12:01:40Z" },
  };
  const fresh = { ...first!, id: 8, changes, record };
  const { user, container } = open(1, { action_approve: () => ({ kind: "changed", fresh }) });
  await screen.findByRole("button", { name: "Approve both" });
  await armed();
  await user.click(screen.getByRole("button", { name: "Approve both" }));
  const heading = await screen.findByRole("heading", { level: 1, name: /^kari\.holm@\S+ changed “Halden/ });
  expect(heading).toHaveFocus();
  expect(screen.getByText(/^changed \d\d:01, the approval is void/)).toBeVisible();
  expect(screen.getByRole("alert")).toHaveTextContent(
    /kari\.holm@northwind\.example changed .* while you were reading\. Nothing was sent\.$/,
  );
  expect(screen.getByRole("list", { name: "What changed" })).toHaveTextContent(
    "Next stepwas Send revised offer",
  );
  expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Review new version" }));
  expect(window.location.hash).toBe("#/approval/8");
  expect(await screen.findByText(/Exactly the request shown/)).toBeVisible();
});

test("the records are read again each minute, and a card whose record changed is gone without a click", async () => {
  const [first] = ACTIONS;
  let looks = 0;
  const record = { ...first!.record!, version: "18", edited: { by: "kari.holm@x.example", at: null } };
  const ticks: (() => void)[] = [];
  const every = vi.spyOn(globalThis, "setInterval").mockImplementation(((own: () => void, ms: number) => {
    if (ms === 60_000) ticks.push(own);
    return 0;
  }) as never);
  open(1, {
    card_look: () => {
      looks += 1;
      return looks === 1
        ? { kind: "same", at: Date.now() - 1000 }
        : { kind: "changed", fresh: { ...first!, id: 8, record } };
    },
  });
  expect(await screen.findByText(/Record read 4 s ago/)).toBeVisible();
  const tick = (): void => act(() => ticks.forEach((own) => own()));
  tick();
  expect(await screen.findByText(/Record read 1 s ago/)).toBeVisible();
  tick();
  expect(
    await screen.findByRole("heading", { level: 1, name: /^kari\.holm@x\.example changed/ }),
  ).toHaveFocus();
  expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
  every.mockRestore();
});

test("where the system does not say who changed a record nobody is named", async () => {
  const [first] = ACTIONS;
  const fresh = { ...first!, id: 8 };
  const { user } = open(1, { action_approve: () => ({ kind: "changed", fresh }) });
  await screen.findByRole("button", { name: "Approve both" });
  await armed();
  await user.click(screen.getByRole("button", { name: "Approve both" }));
  expect(
    await screen.findByRole("heading", { level: 1, name: /^“Halden - 40 unit expansion” changed in/ }),
  ).toBeVisible();
});

test("beside each value stand the words it was seen in", async () => {
  open(1);
  expect(await screen.findByText("signature realistically by 30 October")).toBeVisible();
  expect(screen.getByText("please drop the Moss pilot")).toBeVisible();
  expect(screen.getByText("next step is a call after their board")).toBeVisible();
  // Of a message, where its addresses and words come from.
  expect(screen.getByText("Expansion timing")).toBeVisible();
});

test("which record is meant can be said here too, and becomes a card", async () => {
  const { user, container } = open(15);
  const heading = await screen.findByRole("heading", { level: 1, name: /^Which “Vestby Cold Storage”/ });
  expect(heading).toHaveFocus();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("radio", { name: /AS, new site/ }));
  await user.click(screen.getByRole("button", { name: "Use this deal" }));
  await waitFor(() => expect(window.location.hash).toBe("#/approval/101"));
  expect(await screen.findByText(/You picked it among several/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Approve" })).toBeVisible();
});

test("D asks for a reason, and the no is shown", async () => {
  const { user, host } = open(8);
  await screen.findByText(/Exactly the request shown/);
  await user.keyboard("d");
  await user.type(await screen.findByRole("textbox", { name: "Reason" }), "wrong ticket{Enter}");
  expect(await screen.findByText("Nothing was sent. You denied it: wrong ticket")).toBeVisible();
  expect(host.calls).toContainEqual({ name: "action_deny", request: { ids: [8], reason: "wrong ticket" } });
});

test("E turns values into fields; what is saved is a new proposal with a card of its own", async () => {
  const { user, host } = open(8);
  await screen.findByText(/Exactly the request shown/);
  await user.keyboard("e");
  const field = await screen.findByRole("textbox", { name: "Priority, after" });
  expect(field).toHaveFocus();
  await user.clear(field);
  await user.type(field, "Urgent");
  await user.click(screen.getByRole("checkbox", { name: "Leave out: Tags" }));
  expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  await waitFor(() => expect(window.location.hash).toBe("#/approval/101"));
  expect(await screen.findByText("Urgent")).toBeVisible();
  expect(host.calls).toContainEqual({
    name: "action_edit",
    request: { id: 8, changed: { priority: "Urgent" }, left_out: ["tags"] },
  });
  expect(approved(host)).toEqual([]);
});

test("Esc closes and keeps it waiting, but first ends editing", async () => {
  const { user, host } = open(8);
  await screen.findByText(/Exactly the request shown/);
  await user.keyboard("e{Escape}");
  expect(host.closed).toBe(0);
  expect(screen.getByRole("button", { name: "Approve" })).toBeVisible();
  await user.keyboard("{Escape}");
  expect(host.closed).toBe(1);
  expect(host.calls.some(({ name }) => name === "action_deny")).toBe(false);
});

test("where nobody can tell, the person says what they found", async () => {
  const { user, host, container } = open(10);
  await screen.findByRole("button", { name: "It did not, send again" });
  await expect(container).toHaveNoFindings();
  await armed();
  await user.click(screen.getByRole("button", { name: "It happened" }));
  expect(await screen.findByText("You found that it happened.")).toBeVisible();
  expect(host.calls).toContainEqual({ name: "action_say", request: { id: 10, found: "happened" } });
});

test("a permission is created beside the card, which still waits", async () => {
  const { user, host } = open(8);
  await user.click(await screen.findByRole("button", { name: "Always allow for…" }));
  const dialog = await screen.findByRole("dialog", { name: "Stop asking when all of this holds" });
  expect(await within(dialog).findAllByText(/exactly/)).toHaveLength(2);
  await user.click(within(dialog).getByRole("button", { name: "5" }));
  await user.click(within(dialog).getByRole("button", { name: "1 day" }));
  const saved = within(dialog).getByRole("status");
  await waitFor(() =>
    expect(saved).toHaveTextContent(
      "Given 1 day ago, it would have saved 1 of 14 such questions of the last 30 days.",
    ),
  );
  await user.click(within(dialog).getByRole("button", { name: "30 days" }));
  await waitFor(() =>
    expect(saved).toHaveTextContent("In the last 30 days it would have saved 5 of 14 such questions."),
  );
  await user.click(within(dialog).getByRole("button", { name: "1 day" }));
  await user.click(within(dialog).getByRole("button", { name: "Create permission" }));
  expect(await screen.findByText("This proposal still needs your decision.")).toBeVisible();
  expect(host.calls).toContainEqual({
    name: "grant_add",
    request: { id: 8, bounds: [], left_out: [], count: 5, hours: 24 },
  });
  expect(approved(host)).toEqual([]);
});

test("the person chooses which of the values a permission is bound to", async () => {
  const { user, host } = open(8);
  await user.click(await screen.findByRole("button", { name: "Always allow for…" }));
  const dialog = await screen.findByRole("dialog", { name: "Stop asking when all of this holds" });
  await user.click(await within(dialog).findByRole("checkbox", { name: "Tags" }));
  expect(within(dialog).getByText("left out: a change that has it too is asked")).toBeVisible();
  await expect(dialog).toHaveNoFindings();
  await user.click(within(dialog).getByRole("button", { name: "Create permission" }));
  await waitFor(() =>
    expect(host.calls).toContainEqual({
      name: "grant_add",
      request: { id: 8, bounds: [], left_out: ["tags"], count: 20, hours: 168 },
    }),
  );
});

test("in the words of a mail what came from elsewhere is underlined and said", async () => {
  const { user, container } = open(1);
  expect(await screen.findByText("Dashed line")).toBeVisible();
  const told = (kind: string): (string | null)[] =>
    [...container.querySelectorAll(`.mail-body .${kind}`)].map(({ textContent }) => textContent);
  expect(told("src-out")).toEqual(["30 October (from outside text)", "22 October (from outside text)"]);
  expect(told("src")).toEqual(["1,181,280 (from your files or systems)"]);
  await user.click(screen.getByRole("button", { name: "Where these words stand" }));
  expect(screen.getByText("our board meets on 22 October")).toBeVisible();
});

test("a question of the card can be answered here, and what is picked is on it", async () => {
  const page: { emit?: ReturnType<typeof open>["emit"] } = {};
  const stale = (caches: Cache[]): void => page.emit?.({ event: "stale", caches });
  const { user, emit } = open(3, governed(stale, structuredClone(TOGETHER)));
  page.emit = emit;
  expect(await screen.findByRole("button", { name: "Approve 5 of 6" })).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /AS, new site/ }));
  await user.click(screen.getByRole("button", { name: "Use this deal" }));
  const box = await screen.findByRole("checkbox", { name: "Include Vestby Cold Storage AS, new site" });
  await waitFor(() => expect(box).toHaveFocus());
  expect(screen.getByRole("button", { name: "Approve all 6" })).toBeVisible();
  expect(screen.getByText(/^It is on this card now/)).toBeInTheDocument();
});

test("where no permission can be given the reason stands in its place", async () => {
  const { user } = open(1);
  await user.click(await screen.findByRole("button", { name: "Always allow for…" }));
  expect(await screen.findByText(/What comes from outside is always asked/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Create permission" })).toBeNull();
});

test("J and K go to the neighbours, and what was struck out elsewhere stays struck out", async () => {
  const { user } = open("3?without=4");
  expect(await screen.findByRole("button", { name: "Approve 4 of 5" })).toBeVisible();
  expect(screen.getByText("2 of 6")).toBeVisible();
  await user.keyboard("j");
  expect(window.location.hash).toBe("#/approval/8");
  await user.keyboard("k");
  expect(window.location.hash).toBe("#/approval/3");
});
