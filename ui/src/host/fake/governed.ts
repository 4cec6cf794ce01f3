import type {
  ActionState,
  ActionView,
  Cache,
  CardView,
  ChangeView,
  Commands,
  PieceView,
  RecordView,
} from "../generated";
import { letters } from "../../lib/text";

type Handlers = {
  [N in keyof Commands]?: (
    request: Commands[N]["request"],
  ) => Commands[N]["response"] | Promise<Commands[N]["response"]>;
};

/** The moment of the story, in milliseconds. */
const NOW = Date.UTC(2026, 8, 24, 12, 2);
const MINUTE = 60_000;

const mail = { kind: "mail", object: "Re Expansion timing.eml", span: [210, 248] as [number, number] };
const prices = { kind: "file", object: "Price list 2026-H2.xlsx", span: null };

/** The words that a value was seen in. */
const QUOTES: Record<string, string> = {
  close_date: "signature realistically by 30 October",
  amount: "1,181,280",
  next_step: "next step is a call after their board",
  pilot_site: "please drop the Moss pilot",
};

const BODY =
  "Hello Ingrid,\n\nthank you for the update. We now aim for 30 October, after your board meets on 22 October, and the Moss pilot is out of the scope.\n\nThe revised offer for 40 Carrier 300 units is attached. The total is € 1,181,280 with the 8 % volume discount.\n\nShall we talk on 23 October?\n\nBest regards\nInes";

/** Words of the message that were seen elsewhere. */
function piece(words: string, kind: string, quote: string): PieceView {
  const start = letters(BODY.slice(0, BODY.indexOf(words))).length;
  const source = kind === "within" ? mail : prices;
  return { start, end: start + letters(words).length, origin: { kind, source, quote } };
}

export function change(
  field: string,
  before: string | null,
  after: string | null,
  kind = "user",
): ChangeView {
  const label = field.charAt(0).toUpperCase() + field.slice(1).replaceAll("_", " ");
  const source = kind === "within" ? mail : kind === "field" ? prices : null;
  const quote = kind === "user" ? null : (QUOTES[field] ?? null);
  return { field, label, before, after, value: after, origin: { kind, source, quote } };
}

/** A record of the story. */
export function deal(id: string, title: string, version: string): RecordView {
  return { kind: "deal", id, title, version, meant: null, edited: null };
}

/** A proposal of the story. */
export function action(id: number, more: Partial<ActionView> = {}): ActionView {
  return {
    id,
    batch: null,
    sentence: "Change 1 field on the deal “Halden - 40 unit expansion” in Northwind CRM.",
    system: "crm",
    system_title: "Northwind CRM",
    operation: "crm.deals.update",
    summary: "Changes fields of a deal.",
    side_effect: "write",
    account: "ines.okafor@northwind.example",
    record: deal("20418", "Halden - 40 unit expansion", "17"),
    state: "awaiting",
    state_words: "Waits for your decision.",
    proposer: { kind: "person", name: null },
    reason: null,
    verdict: {
      decision: "ask",
      question: "Why am I asked?",
      rules: [{ name: "writes-ask", why: "A person decides what is written to a system.", layer: "default" }],
      needs: [],
      red: false,
      word: null,
      second_signature: false,
      policy: "9c1f4be2a07d5c3e",
    },
    changes: [change("close_date", "2026-09-30", "2026-10-30")],
    given: [],
    which: null,
    unchanged: 31,
    message: null,
    undo: "restorable",
    outside: [],
    grant: null,
    unused_grant: null,
    raw: {
      method: "PATCH",
      address: "https://crm.northwind.example/v2/deals/20418",
      condition: '"17"',
      body: '{\n  "close_date": "2026-10-30"\n}',
    },
    request_hash: "7f3a09c1d2b44e6f8a90b1c2d3e4f5061728394a5b6c7d8e9f00112233445566",
    created: NOW - 4000,
    expires: NOW + 24 * 60 * MINUTE,
    approved_by: null,
    approved_at: null,
    outcome: null,
    attempts: 0,
    next_look: null,
    ...more,
  };
}

const outside = {
  ...action(0).verdict,
  rules: [
    {
      name: "outside-text-asks",
      why: "Text from outside Northwind is in this conversation, so a person decides every write and every send.",
      layer: "baseline",
    },
  ],
};

const FIRST: ActionView[] = [
  action(1, {
    sentence: "Change 4 fields on the deal “Halden - 40 unit expansion” in Northwind CRM.",
    proposer: { kind: "model", name: "Attaché" },
    reason: "Ingrid Solberg moved the signature to the end of October.",
    verdict: outside,
    record: {
      kind: "deal",
      id: "20418",
      title: "Halden - 40 unit expansion",
      version: "17",
      meant: {
        words: "the Halden expansion",
        how: "These words are its title, or most of it.",
        runners_up: [{ id: "20377", title: "Halden spare parts 2026", about: "stage closed" }],
      },
      edited: { by: "ines.okafor@northwind.example", at: "2026-09-22T08:11:00Z" },
    },
    changes: [
      change("close_date", "30 Sep 2026", "30 Oct 2026", "within"),
      change("amount", "€ 1,284,000", "€ 1,181,280", "field"),
      {
        ...change("next_step", "Send revised offer", "Call Ingrid on 23 Oct, after their board"),
        origin: { kind: "user", source: null, quote: QUOTES["next_step"] ?? null },
      },
      change("pilot_site", "Moss DC 1", null, "within"),
    ],
    outside: [mail],
    unused_grant: "Outside text led to this, so your permission “Dates on my deals” is not used.",
  }),
  action(2, {
    batch: 1,
    sentence: "Send ingrid.solberg@halden.example 1 e-mail with 1 attachment from Northwind Mail.",
    system: "mail",
    system_title: "Northwind Mail",
    operation: "mail.messages.send",
    summary: "Sends a message.",
    side_effect: "send",
    proposer: { kind: "model", name: "Attaché" },
    verdict: outside,
    record: null,
    changes: [],
    unchanged: 0,
    undo: "irreversible",
    outside: [mail],
    given: [
      {
        name: "to",
        label: "To",
        value: "ingrid.solberg@halden.example",
        origin: {
          kind: "field",
          source: { kind: "record", object: "contact 30201", span: null },
          quote: "ingrid.solberg@halden.example",
        },
      },
      {
        name: "subject",
        label: "Subject",
        value: "Re: Expansion timing",
        origin: { kind: "within", source: mail, quote: "Expansion timing" },
      },
    ],
    message: {
      to: ["ingrid.solberg@halden.example"],
      cc: [],
      bcc: [],
      subject: "Re: Expansion timing",
      body: BODY,
      pieces: [
        piece("30 October", "within", "We see the signature realistically by 30 October"),
        piece("22 October", "within", "our board meets on 22 October"),
        piece("1,181,280", "field", "1,181,280"),
      ],
      attachments: ["Offer NR-2026-0588 rev 2.pdf"],
    },
    raw: {
      method: "POST",
      address: "https://mail.northwind.example/v1/messages",
      condition: null,
      body: '{\n  "to": ["ingrid.solberg@halden.example"],\n  "subject": "Re: Expansion timing"\n}',
    },
  }),
  ...(
    [
      ["Halden spare parts 2027", change("close_date", "12 Sep 2026", "15 Oct 2026")],
      ["Brevik Cold Chain refit", change("next_step", null, "Site visit 6 Oct", "within")],
      ["Rauma Freight pilot", change("close_date", "30 Sep 2026", "27 Nov 2026", "field")],
      ["Osterøy Foods phase 2", change("close_date", "1 Sep 2026", "18 Dec 2026")],
      ["Moss Terminal shuttle", change("close_date", "25 Sep 2026", "30 Oct 2026")],
    ] as const
  ).map(([title, own], index) =>
    action(3 + index, {
      batch: index === 0 ? null : 3,
      sentence: `Change 1 field on the deal “${title}” in Northwind CRM.`,
      record: deal(`${20_500 + index}`, title, "3"),
      reason:
        ["Order call booked for 14 Oct", "“Tuesday 6 October suits us”", "Pilot ends 20 Nov"][index] ?? null,
      changes: [own],
      created: NOW - 9000,
    }),
  ),
  action(8, {
    sentence: "Change 2 fields on the ticket “#4812 Update fails at 62 %” in Northwind Desk.",
    system: "desk",
    system_title: "Northwind Desk",
    operation: "desk.tickets.update",
    summary: "Changes fields of a ticket.",
    record: {
      kind: "ticket",
      id: "4812",
      title: "#4812 Update fails at 62 %",
      version: "8",
      meant: null,
      edited: null,
    },
    changes: [change("priority", "Normal", "High"), change("tags", null, "fw-4.2.1")],
    unchanged: 12,
    created: NOW - 22 * MINUTE,
  }),
  action(9, {
    sentence: "Delete the contact “Test Testesen” in Northwind CRM.",
    operation: "crm.contacts.delete",
    summary: "Deletes a contact.",
    side_effect: "destructive",
    record: { kind: "contact", id: "881", title: "Test Testesen", version: "1", meant: null, edited: null },
    verdict: {
      ...action(0).verdict,
      rules: [{ name: "deleting-asks", why: "What is deleted cannot be brought back.", layer: "baseline" }],
      needs: ["The word is typed before it counts."],
      red: true,
      word: "delete",
    },
    changes: [],
    unchanged: 0,
    undo: "irreversible",
    raw: {
      method: "DELETE",
      address: "https://crm.northwind.example/v2/contacts/881",
      condition: '"1"',
      body: null,
    },
    created: NOW - 25 * MINUTE,
  }),
  action(10, {
    sentence: "Create the task “RFP Brevik” in Northwind CRM.",
    operation: "crm.tasks.create",
    summary: "Creates a task.",
    record: null,
    state: "needs_person",
    state_words: "Nobody can tell whether it happened. Look in Northwind CRM and say what you find.",
    changes: [change("subject", null, "RFP Brevik"), change("owner", null, "Jonas Weber")],
    unchanged: 0,
    undo: "compensable",
    attempts: 1,
    approved_by: "ines.okafor@northwind.example",
    approved_at: NOW - 40 * MINUTE,
    created: NOW - 42 * MINUTE,
  }),
  action(11, {
    sentence: "Change 1 field on the deal “Rauma Freight pilot” in Northwind CRM.",
    record: {
      kind: "deal",
      id: "20502",
      title: "Rauma Freight pilot",
      version: "4",
      meant: null,
      edited: null,
    },
    state: "unknown",
    state_words: "Northwind CRM did not answer. It is looked up before anything is sent again.",
    changes: [change("stage", "Qualified", "Proposal")],
    attempts: 1,
    next_look: NOW + 8000,
    approved_by: "ines.okafor@northwind.example",
    approved_at: NOW - MINUTE,
    created: NOW - 2 * MINUTE,
  }),
  action(15, {
    sentence: "Which deal do you mean by “Vestby Cold Storage”?",
    state_words: "Waits for you to say which record is meant. Nothing is prepared before that.",
    record: null,
    verdict: {
      ...action(0).verdict,
      rules: [
        {
          name: "which-record",
          why: "More than one record is close to what was said, and only you can say which is meant.",
          layer: "baseline",
        },
      ],
    },
    which: {
      words: "Vestby Cold Storage",
      kind: "deal",
      candidates: [
        {
          id: "20431",
          title: "Vestby Cold Storage AS, new site",
          about: "stage proposal, close date 2026-11-02",
        },
        { id: "20432", title: "Vestby Cold Storage DC 2, refit", about: "stage qualified" },
      ],
    },
    changes: [],
    given: [
      {
        name: "next_step",
        label: "Next step",
        value: "Confirm dock layout",
        origin: { kind: "user", source: null, quote: null },
      },
    ],
    unchanged: 0,
    request_hash: "",
    raw: { method: "", address: "", condition: null, body: null },
    created: NOW - 50 * MINUTE,
  }),
];

const ended = (id: number, state: ActionState, hours: number, more: Partial<ActionView>): ActionView =>
  action(id, { state, created: NOW - hours * 60 * MINUTE, ...more });
const approved = (hours: number): Partial<ActionView> => ({
  approved_by: "ines.okafor@northwind.example",
  approved_at: NOW - hours * 60 * MINUTE,
  attempts: 1,
});
const done = { words: "Done.", record: null, as_sent: true, differs: [] };
const said = (words: string) => ({ words, record: null, as_sent: null, differs: [] });

const LAST: ActionView[] = [
  ended(20, "succeeded", 1, {
    ...approved(1),
    sentence: "Add an internal note to the ticket “#4790 Charger offline” in Northwind Desk.",
    system: "desk",
    system_title: "Northwind Desk",
    record: {
      kind: "ticket",
      id: "4790",
      title: "#4790 Charger offline",
      version: "5",
      meant: null,
      edited: null,
    },
    state_words: "Done.",
    changes: [change("note", null, "Charger replaced on 22 Sep, see photos.")],
    outcome: done,
  }),
  ended(21, "denied", 1.5, {
    sentence: "Change 1 field on the deal “Halden - 40 unit expansion” in Northwind CRM.",
    state_words: "Denied by policy. A 15 % discount is above your limit of 12 %. Nothing was sent.",
    verdict: {
      ...action(0).verdict,
      decision: "deny",
      question: "Why was this denied?",
      rules: [
        { name: "discount-limit", why: "A 15 % discount is above your limit of 12 %.", layer: "company" },
      ],
    },
    changes: [change("discount", "8 %", "15 %")],
  }),
  ended(22, "rejected", 2, {
    sentence: "Change 1 field on the deal “Osterøy Foods phase 2” in Northwind CRM.",
    record: {
      kind: "deal",
      id: "20503",
      title: "Osterøy Foods phase 2",
      version: "3",
      meant: null,
      edited: null,
    },
    state_words: "Nothing was sent. You denied it: the budget round is not over",
    outcome: said("You denied it: the budget round is not over"),
  }),
  ended(23, "rejected", 3, {
    sentence: "Change 1 field on the customer “Halden Logistics” in Northwind CRM.",
    record: {
      kind: "customer",
      id: "70114",
      title: "Halden Logistics",
      version: "9",
      meant: null,
      edited: null,
    },
    state_words: "Nothing was sent. The record changed after the card was made, so that nothing was sent.",
    outcome: said("The record changed after the card was made, so that nothing was sent."),
    changes: [change("sla_uptime", "99.9 %", "99.5 %", "field")],
  }),
  ended(24, "failed", 4, {
    ...approved(4),
    state_words: "Northwind CRM refused it. A close date lies in the past.",
    outcome: said("A close date lies in the past."),
  }),
  ended(25, "expired", 30, { state_words: "Nobody decided in time. Nothing was sent." }),
  ...[26, 27].map((id) =>
    ended(id, "succeeded", id - 24.5, {
      sentence: "Change 1 field on the deal “Brevik Cold Chain refit” in Northwind CRM.",
      record: {
        kind: "deal",
        id: "20501",
        title: "Brevik Cold Chain refit",
        version: "3",
        meant: null,
        edited: null,
      },
      verdict: { ...action(0).verdict, decision: "allow", question: "Why was I not asked?" },
      grant: "Dates on my deals",
      state_words: "Done.",
      changes: [change("next_step", "Call", "Site visit 6 Oct")],
      outcome: done,
      attempts: 1,
    }),
  ),
];

export const ACTIONS: ActionView[] = [...FIRST, ...LAST];

/** The same story, in which the question was proposed together with the five deals. */
export const TOGETHER: ActionView[] = ACTIONS.map((own) => (own.id === 15 ? { ...own, batch: 3 } : own));

const gone = {
  code: "gone",
  message: "There is no such proposal.",
  hint: "Look at the list again.",
  fault: "user",
};
const OPEN: readonly ActionState[] = ["awaiting", "approved", "dispatching", "unknown", "needs_person"];

/** The card of proposals, as the core words it. */
export function cardOf(all: readonly ActionView[], id: number, struck: readonly number[]): CardView {
  const own = all.find((one) => one.id === id);
  if (!own) throw gone;
  if (own.state !== "awaiting")
    throw { message: "This was decided already.", hint: "Look at it again.", fault: "user", code: "decided" };
  const first = own.batch ?? own.id;
  const waiting = all.filter((one) => (one.batch ?? one.id) === first && one.state === "awaiting");
  const together = waiting.filter(({ which }) => !which);
  const questions = waiting.filter(({ which }) => which);
  const rows = waiting.length;
  const left = together.filter((one) => !struck.includes(one.id));
  const clause = (one: ActionView): string => one.sentence.slice(0, -1);
  const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
  const [one, other] = left;
  return {
    sentence: !one
      ? "Nothing is left on this card."
      : left.length === 1
        ? one.sentence
        : left.length === 2 && other
          ? `${clause(one)}, then ${lower(clause(other))}.`
          : `Make ${left.length} changes in ${one.system_title}.`,
    actions: together,
    questions,
    struck: [...struck],
    digest: one
      ? left.map((each) => each.request_hash.slice(0, 8)).join("") + left.map((each) => each.id).join("")
      : null,
    approve:
      rows === 1
        ? "Approve"
        : left.length === rows
          ? left.length === 2
            ? "Approve both"
            : `Approve all ${left.length}`
          : `Approve ${left.length} of ${rows}`,
    word: left.find((each) => each.verdict.word)?.verdict.word ?? null,
    expires: Math.min(...together.map((each) => each.expires)),
  };
}

/** The governed path, made up: proposals in every state. Only their states change. */
export function governed(stale: (caches: Cache[]) => void, actions = structuredClone(ACTIONS)): Handlers {
  let next = 100;
  const find = (id: number): ActionView => {
    const found = actions.find((one) => one.id === id);
    if (!found) throw gone;
    return found;
  };
  const set = (ids: readonly number[], more: Partial<ActionView>): ActionView[] => {
    const changed = ids.map((id) => Object.assign(find(id), more));
    stale(["actions"]);
    return changed;
  };
  return {
    standing: () => ({
      stopped: false,
      waiting: actions.filter(({ state }) => state === "awaiting" || state === "needs_person").length,
      under_way: actions.filter(({ state }) => state === "unknown").length,
    }),
    action_list: ({ open }) => ({
      actions: open
        ? actions.filter(({ state }) => OPEN.includes(state))
        : [...actions].sort((a, b) => b.created - a.created),
      more: false,
    }),
    action_get: ({ id }) => find(id),
    card_look: () => ({ kind: "same", at: Date.now() }),
    card_get: ({ id, struck }) => cardOf(actions, id, struck),
    action_approve: ({ id, struck }) => {
      const left = cardOf(actions, id, struck).actions.filter((one) => !struck.includes(one.id));
      set(struck, {
        state: "rejected",
        state_words: "Nothing was sent. You struck it out.",
        outcome: said("You struck it out."),
      });
      return {
        kind: "approved",
        actions: set(
          left.map((one) => one.id),
          {
            state: "succeeded",
            state_words: "Done.",
            outcome: done,
            approved_by: find(id).account,
            approved_at: NOW,
          },
        ),
      };
    },
    action_deny: ({ ids, reason }) => {
      const words = reason ? `You denied it: ${reason}` : "You denied it.";
      return set(ids, { state: "rejected", state_words: `Nothing was sent. ${words}`, outcome: said(words) });
    },
    action_edit: ({ id, changed, left_out }) => {
      const old = find(id);
      next += 1;
      const fresh: ActionView = {
        ...structuredClone(old),
        id: next,
        batch: null,
        request_hash: `${next}${old.request_hash}`.slice(0, 64),
        changes: old.changes
          .filter(({ field }) => !left_out.includes(field))
          .map((own) =>
            own.field in changed
              ? {
                  ...own,
                  after: changed[own.field] === null ? null : String(changed[own.field]),
                  value: changed[own.field],
                  origin: { kind: "user", source: null, quote: null },
                }
              : own,
          ),
      };
      actions.push(fresh);
      set([id], {
        state: "rejected",
        outcome: said("You changed it before you decided."),
        state_words: "Nothing was sent. You changed it before you decided.",
      });
      return fresh;
    },
    action_pick: ({ id, record }) => {
      const old = find(id);
      const near = old.which?.candidates ?? old.record?.meant?.runners_up ?? [];
      const own = near.find((one) => one.id === record);
      if (!own) throw gone;
      next += 1;
      const how = "You picked it among several.";
      const words = old.which?.words ?? old.record?.meant?.words ?? "";
      const fresh: ActionView = {
        ...structuredClone(old),
        ...(old.which ? action(next) : {}),
        id: next,
        batch: old.batch ?? id,
        sentence: `Change 1 field on the deal “${own.title}” in ${old.system_title}.`,
        record: {
          ...deal(own.id, own.title, "1"),
          meant: { words, how, runners_up: near.filter((one) => one !== own) },
        },
        ...(old.which
          ? { changes: old.given.map((one) => change(one.name, null, one.value)), given: [] }
          : {}),
      };
      actions.push(fresh);
      const said_which = "You said which record is meant.";
      set([id], {
        state: "rejected",
        outcome: said(said_which),
        state_words: `Nothing was sent. ${said_which}`,
      });
      return fresh;
    },
    action_say: ({ id, found }) =>
      set(
        [id],
        found === "happened"
          ? {
              state: "succeeded",
              state_words: "You found that it happened.",
              outcome: said("You found that it happened."),
            }
          : {
              state: "failed",
              outcome: said("You found that it did not happen."),
              state_words: "You found that it did not happen.",
            },
      )[0]!,
    action_check: ({ id }) => find(id),
    action_undo: ({ ids }) =>
      ids.map((id) => {
        const old = find(id);
        next += 1;
        const back = action(next, {
          record: old.record,
          sentence: old.sentence,
          reason: `Takes back number ${id}.`,
          changes: old.changes.map((own) => ({
            ...own,
            before: own.after,
            after: own.before,
            value: own.before,
          })),
        });
        actions.push(back);
        stale(["actions"]);
        return back;
      }),
    grant_offer: ({ id }) => {
      const own = find(id);
      return {
        refused:
          own.outside.length > 0
            ? "Text that somebody else wrote is part of what led to this. What comes from outside is always asked."
            : null,
        arguments: own.changes.map(({ field, label, after }) => ({
          name: field,
          label,
          value: after ?? "empty",
          amount: field === "amount",
          optional: true,
        })),
      };
    },
    grant_saved: ({ bounds, count, hours }) => ({
      saved: Math.min(count, Math.ceil(((bounds.length > 0 ? 13 : 11) * hours) / 720)),
      of: 14,
      more: false,
    }),
    grant_add: ({ id, left_out, count, hours }) => {
      const own = find(id);
      stale(["grants"]);
      return {
        id: "g1",
        words: own.summary,
        system: own.system,
        operation: own.operation,
        account: own.account,
        bounds: own.changes
          .filter(({ field }) => !left_out.includes(field))
          .map(({ label, after }) => [label, after ?? "empty"] as [string, string]),
        count,
        used: 0,
        from: NOW,
        until: NOW + hours * 60 * MINUTE,
        revoked: false,
        active: true,
        action: id,
      };
    },
  };
}
