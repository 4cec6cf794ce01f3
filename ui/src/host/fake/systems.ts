import { ACTIONS, deal } from "./governed";
import type {
  ActionState,
  ActionView,
  ChangeView,
  ConnectorView,
  ConnectRequest,
  Event,
  Failure,
  GrantView,
  Happening,
  HostView,
  OperationView,
  ParameterView,
  Receipt,
  ReceiptRow,
  SignInBegun,
  SignInState,
  SyncView,
  SystemView,
  UndoView,
} from "../generated";
import type { CommandName, Request, Response } from "../port";
import { NOW } from "./story";

type Handlers = { [N in CommandName]?: (request: Request<N>) => Response<N> | Promise<Response<N>> };

/** The morning of the story in milliseconds. */
const MS = NOW * 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A digest that is always the same for a number. */
export function digest(of: number): string {
  let state = (of * 2_654_435_761 + 12_345) >>> 0;
  const part = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(16).padStart(8, "0");
  };
  return Array.from({ length: 8 }, part).join("");
}

const parameter = (name: string, role: string, form: string, required = false): ParameterView => {
  const words = name.replaceAll("_", " ");
  return { name, label: words.charAt(0).toUpperCase() + words.slice(1), required, role, form };
};
const ID = parameter("id", "target", "whole number", true);
const operation = (
  name: string,
  summary: string,
  side_effect: string,
  undo: UndoView | null,
  ...parameters: ParameterView[]
): OperationView => ({ name, summary, side_effect, undo, changed: false, parameters });

const DEAL = [
  parameter("name", "words", "text"),
  parameter("stage", "value", "one of qualified, proposal, negotiation, closed_won, closed_lost"),
  parameter("amount_eur", "amount", "whole number"),
  parameter("close_date", "value", "date, such as 2026-09-30"),
  parameter("next_step", "words", "text"),
];

/** Some of what the demo company offers, as demo/company/README.md lists it. */
export const OPERATIONS: OperationView[] = [
  operation("crm.accounts.search", "Finds accounts.", "read", null, parameter("query", "value", "text")),
  operation("crm.accounts.get", "Reads an account.", "read", null, ID),
  operation(
    "crm.accounts.update",
    "Changes fields of an account.",
    "write",
    "restorable",
    ID,
    parameter("city", "words", "text"),
    parameter("sla_uptime", "value", "number"),
  ),
  operation("crm.contacts.search", "Finds contacts.", "read", null, parameter("query", "value", "text")),
  operation(
    "crm.contacts.create",
    "Creates a contact.",
    "write",
    "compensable",
    parameter("name", "words", "text", true),
    parameter("email", "value", "text"),
  ),
  operation(
    "crm.contacts.delete",
    "Deletes a contact that nothing points to.",
    "destructive",
    "irreversible",
    ID,
  ),
  operation("crm.deals.search", "Finds deals.", "read", null, parameter("query", "value", "text")),
  operation("crm.deals.get", "Reads a deal.", "read", null, ID),
  operation("crm.deals.create", "Creates a deal.", "write", "compensable", ...DEAL),
  operation("crm.deals.update", "Changes fields of a deal.", "write", "restorable", ID, ...DEAL),
  operation("crm.deals.delete", "Deletes a deal that nothing points to.", "destructive", "irreversible", ID),
  operation(
    "helpdesk.tickets.update",
    "Changes fields of a ticket.",
    "write",
    "restorable",
    ID,
    parameter("status", "value", "one of new, open, pending, solved"),
    parameter("priority", "value", "one of low, normal, high, urgent"),
  ),
  operation(
    "helpdesk.tickets.reply",
    "Answers the customer, who gets it as a mail.",
    "send",
    "irreversible",
    ID,
    parameter("body", "words", "text", true),
  ),
  operation(
    "helpdesk.tickets.note",
    "Adds a note that only colleagues see.",
    "write",
    "compensable",
    ID,
    parameter("body", "words", "text", true),
  ),
  operation(
    "mail.drafts.create",
    "Begins a draft; nothing is sent.",
    "draft",
    "compensable",
    parameter("to", "recipient", "list of texts", true),
    parameter("subject", "words", "text"),
    parameter("body", "words", "text"),
  ),
  operation("mail.drafts.send", "Sends a draft. Nothing else sends a mail.", "send", "irreversible", ID),
];

export function system(more: Partial<SystemView> = {}): SystemView {
  return {
    id: "demo",
    title: "Demo company",
    demo: true,
    link: null,
    account: "ines.okafor@northwind-robotics.com",
    person: "Ines Okafor",
    quarantined: false,
    trouble: null,
    sign_in: null,
    added: MS - 5 * HOUR,
    operations: OPERATIONS,
    sync: [],
    ...more,
  };
}

const BASIC = { way: "basic", secret: "your password", user: true, client: null };

/** Connectors as they come with Attaché, from crates/integration/connectors. */
export const CONNECTORS: ConnectorView[] = [
  {
    name: "django-helpdesk",
    title: "django-helpdesk",
    about: "Tickets and what was done about them.",
    tried: "django-helpdesk 2.6.1, by `make test-peers`",
    base: "https://helpdesk.example.com/api",
    sign_in: [
      { way: "header", secret: "your token; whoever runs the help desk makes it", user: false, client: null },
      BASIC,
    ],
  },
  {
    name: "redmine",
    title: "Redmine",
    about: "Issues with notes, projects and their wiki.",
    tried: "Redmine 5.0.4, by `make test-peers`",
    base: "https://redmine.example.com",
    sign_in: [{ way: "header", secret: "your API access key, under My account", user: false, client: null }],
  },
  {
    name: "request-tracker",
    title: "Request Tracker",
    about: "Tickets with replies and internal comments, and articles of the knowledge base.",
    tried: "Request Tracker 5.0.3, by `make test-peers`",
    base: "https://rt.example.com/REST/2.0",
    sign_in: [
      {
        way: "header",
        secret: "an auth token, under Logged in as > Settings > Auth Tokens",
        user: false,
        client: null,
      },
      BASIC,
    ],
  },
  {
    name: "roundup",
    title: "Roundup",
    about: "Issues of a Roundup tracker of the classic form.",
    tried: "Roundup 2.6.0, by `make test-peers`",
    base: "https://roundup.example.com/tracker/rest/data",
    sign_in: [BASIC],
  },
];

/** Two at whose provider one signs in, as they come with Attaché. */
export const PROVIDED: ConnectorView[] = [
  {
    name: "salesforce",
    title: "Salesforce",
    about: "Accounts, contacts, opportunities, cases and tasks.",
    tried: "never against a real one",
    base: "https://acme.my.salesforce.com/services/data/v62.0",
    sign_in: [
      { way: "bearer", secret: "your access token", user: false, client: null },
      {
        way: "oauth",
        secret:
          "the consumer key (client id) of your organisation's connected app, and its consumer secret if it asks for one",
        user: false,
        client: { secret: true, device: false },
      },
    ],
  },
  {
    name: "microsoft-graph",
    title: "Microsoft 365",
    about: "Mail, calendar, contacts, files and Teams.",
    tried: "never against a real one",
    base: "https://graph.microsoft.com/v1.0",
    sign_in: [
      {
        way: "oauth",
        secret: "the application (client) id of your company's app registration at Microsoft Entra",
        user: false,
        client: { secret: false, device: true },
      },
    ],
  },
];

/** A sign-in at a provider that holds. */
export function signedIn(more: Partial<SignInState> = {}): SignInState {
  return { holds: true, until: MS + HOUR, renewed: true, scopes: ["api", "refresh_token"], ...more };
}

/** A sign-in that waits for the person, in the browser. */
export function begun(more: Partial<SignInBegun> = {}): SignInBegun {
  return {
    handle: "sign-in-1",
    address:
      "https://acme.my.salesforce.com/services/oauth2/authorize?response_type=code&client_id=3MVG9-northwind&redirect_uri=http%3A%2F%2Flocalhost%3A41017%2Fcallback&state=b83c40e7",
    code: null,
    opened: true,
    until: MS + 5 * MINUTE,
    ...more,
  };
}

const TICKETS: OperationView[] = [
  operation("ticket.search", "Finds tickets.", "read", null, parameter("query", "value", "text")),
  operation("ticket.get", "Reads a ticket.", "read", null, ID),
  operation(
    "ticket.update",
    "Changes fields of a ticket.",
    "write",
    "restorable",
    ID,
    parameter("status", "value", "one of new, open, stalled, resolved"),
  ),
  operation(
    "ticket.reply",
    "Answers the customer, who gets it as a mail.",
    "send",
    "irreversible",
    ID,
    parameter("body", "words", "text", true),
  ),
];

export function kept(more: Partial<SyncView> = {}): SyncView {
  return {
    kind: "ticket",
    title: "Tickets",
    chosen: false,
    records: 0,
    running: null,
    ended: null,
    trouble: null,
    ...more,
  };
}

/** What can be kept of Request Tracker; nothing is yet. */
export const SYNC: SyncView[] = [kept(), kept({ kind: "article", title: "Articles" })];

/** A system that a person connected. */
export function connected(more: Partial<SystemView> = {}): SystemView {
  return system({
    id: "request-tracker",
    title: "Request Tracker",
    demo: false,
    link: "https://rt.northwind-robotics.com/REST/2.0",
    person: "ines.okafor@northwind-robotics.com",
    operations: TICKETS,
    sync: SYNC,
    ...more,
  });
}

/** As the core does it: the name first, then the sign-in, which a secret with `wrong` in it fails. */
function connect(request: ConnectRequest, systems: readonly SystemView[]): SystemView {
  const refuse = (fault: "user" | "remote", message: string, hint: string): never => {
    throw { message, hint, fault };
  };
  const connector =
    [...CONNECTORS, ...PROVIDED].find(({ name }) => name === request.connector) ??
    refuse("user", `There is no connector \`${request.connector}\`.`, "Choose another one.");
  const id = request.name ?? connector.name;
  if (systems.some((own) => own.id === id)) {
    refuse(
      "user",
      `There is a connection \`${id}\` already.`,
      "Forget that one first, or give this one another name.",
    );
  }
  if (request.secret.includes("wrong")) {
    refuse(
      "remote",
      `It could not be connected. \`${id}\` refused with status 401: Unauthorized`,
      "The secret is wrong, or not for this system. Look it up there and try again.",
    );
  }
  return connected({
    id,
    title: request.title ?? connector.title,
    link: request.address.replace(/\/+$/, ""),
    account: request.account,
    person: request.account,
    sign_in: request.client_id === undefined ? null : signedIn(),
    added: MS,
  });
}

/** What waits for the person, as the core begins it: a client id with `wrong` in it is refused. */
function begin(handle: string, device: boolean, clientId: string): SignInBegun {
  if (clientId.includes("wrong")) {
    const failure: Failure = {
      message: "The provider of the sign-ins gave nothing: invalid_client.",
      hint: "Check the client id and its secret, and that it may use this way and what is asked for.",
      fault: "remote",
    };
    throw failure;
  }
  return begun({
    handle,
    ...(device ? { address: "https://microsoft.com/devicelogin", code: "WDJB-MJHT", opened: false } : {}),
  });
}

export function contact(more: Partial<HostView> = {}): HostView {
  return {
    host: "http://127.0.0.1:41873",
    system: "demo",
    purpose: "read",
    contacts: 6,
    sent: 4_120,
    received: 41_300,
    refused: 0,
    first: MS - 5 * HOUR,
    last: MS - 4 * MINUTE,
    ...more,
  };
}

export const HOSTS: HostView[] = [
  contact({ purpose: "describe", contacts: 1, sent: 210, received: 61_400 }),
  contact({}),
  contact({ purpose: "write", contacts: 3, sent: 1_980, received: 2_240 }),
  contact({ purpose: "check", contacts: 2, sent: 640, received: 1_910 }),
];

export const CHANGES: ChangeView[] = [
  {
    field: "close_date",
    label: "Close date",
    before: "2026-09-30",
    after: "2026-10-30",
    value: "2026-10-30",
    origin: {
      kind: "within",
      source: { kind: "mail", object: "Mail/Re Expansion timing.eml", span: [212, 230] },
      quote: "signature realistically by 30 October",
    },
  },
  {
    field: "amount_eur",
    label: "Amount EUR",
    before: "1284000",
    after: "1181280",
    value: 1_181_280,
    origin: {
      kind: "field",
      source: { kind: "file", object: "Price lists/Price list 2026-H2.xlsx", span: null },
      quote: "1 181 280",
    },
  },
  {
    field: "next_step",
    label: "Next step",
    before: "Send revised offer",
    after: "Call Ingrid on 23 October",
    value: "Call Ingrid on 23 October",
    origin: { kind: "user", source: null, quote: null },
  },
  {
    field: "pilot_site",
    label: "Pilot site",
    before: "Moss DC 1",
    after: null,
    value: null,
    origin: { kind: "user", source: null, quote: null },
  },
];

/** Something that was proposed: the change of the deal in the story, done. */
export function done(more: Partial<ActionView> = {}): ActionView {
  return {
    id: 12,
    batch: null,
    sentence: "Change 4 fields on the deal “Halden - 40 unit expansion” in Demo company.",
    system: "demo",
    system_title: "Demo company",
    operation: "crm.deals.update",
    summary: "Changes fields of a deal.",
    side_effect: "write",
    account: "ines.okafor@northwind-robotics.com",
    record: deal("20418", "Halden - 40 unit expansion", "12"),
    state: "succeeded",
    state_words: "The deal was changed.",
    proposer: { kind: "person", name: null },
    reason: "Ingrid moved the expansion to the end of October.",
    verdict: {
      decision: "ask",
      question: "Why am I asked?",
      rules: [
        {
          name: "outside-text-asks",
          why: "Text that somebody else wrote led to this.",
          layer: "default",
        },
      ],
      needs: [],
      red: false,
      word: null,
      second_signature: false,
      policy: digest(77),
    },
    changes: CHANGES,
    given: [],
    which: null,
    unchanged: 3,
    message: null,
    undo: "restorable",
    outside: [{ kind: "mail", object: "Mail/Re Expansion timing.eml", span: [212, 230] }],
    grant: null,
    unused_grant: null,
    raw: {
      method: "PATCH",
      address: "http://127.0.0.1:41873/crm/deals/20418",
      condition: "12",
      body: '{\n  "amount_eur": 1181280,\n  "close_date": "2026-10-30",\n  "next_step": "Call Ingrid on 23 October",\n  "pilot_site": null\n}',
    },
    request_hash: digest(5),
    created: MS - 41_000,
    expires: MS + DAY,
    approved_by: "ines.okafor@northwind-robotics.com",
    approved_at: MS - 6_000,
    outcome: { words: "The deal was changed.", record: "20418", as_sent: true, differs: [] },
    attempts: 1,
    next_look: null,
    ...more,
  };
}

const EVENTS: readonly [string, string][] = [
  ["proposed", "Proposed. The rules ask a person."],
  ["approved", "Approved by a person."],
  ["dispatching", "Sending began."],
  ["answered", "The system says that it is done."],
  ["read back", "Read back."],
];

export function receiptRow(seq: number, at: number, event: string, words: string): ReceiptRow {
  return {
    seq,
    at,
    words,
    event,
    hash: digest(seq),
    prev: digest(seq - 1),
    body: `{"action":12,"at":${at},"event":${JSON.stringify(event)},"kind":"action","operation":"crm.deals.update","system":"demo"}`,
  };
}

const LOST: readonly ActionState[] = ["unknown", "needs_person"];

/** What happened to an action of which nobody knows what became of it. */
const NO_ANSWER: readonly [string, string][] = [
  ["proposed", "Proposed. The rules ask a person."],
  ["approved", "Approved by a person."],
  ["dispatching", "Sending began."],
  ["answered", "The system did not answer."],
  ["looked", "Looked up: it could not be told."],
];

/** What is kept of an action for good. */
export function receipt(action: ActionView | null = done(), events = EVENTS): Receipt {
  return {
    action,
    rows: events.map(([event, words], index) =>
      receiptRow(1280 + index, MS - (41 - 10 * index) * 1000, event, words),
    ),
    holds: true,
  };
}

const happening = (
  seq: number,
  ago: number,
  kind: string,
  words: string,
  result: string,
  action: number | null = null,
  state: ActionState | null = null,
): Happening => ({ seq, at: MS - ago, kind, words, result, action, state });

export const HAPPENINGS: Happening[] = [
  happening(
    1280,
    41_000,
    "action",
    "Change 4 fields on the deal “Halden - 40 unit expansion” in Demo company.",
    "Done",
    12,
    "succeeded",
  ),
  happening(
    1278,
    4 * MINUTE,
    "answer",
    "A question was answered",
    "On this device, 5 passages cited, 4 files read",
  ),
  happening(
    1272,
    35 * MINUTE,
    "action",
    "Change 1 field on the deal “Brevik Cold Chain refit” in Demo company.",
    "Done on a permission of yours",
    11,
    "succeeded",
  ),
  happening(
    1270,
    42 * MINUTE,
    "action",
    "Create the task “Written cause for the outage” in Demo company.",
    "Outcome unknown, checking",
    10,
    "unknown",
  ),
  happening(
    1265,
    3 * HOUR,
    "action",
    "Add an internal note to the ticket “Charging station 3 shows C-14” in Demo company.",
    "Done",
    9,
    "succeeded",
  ),
  happening(
    1262,
    3.5 * HOUR,
    "action",
    "Change 1 field on the deal “Halden - 40 unit expansion” in Demo company.",
    "Denied by policy",
    8,
    "denied",
  ),
  happening(1260, 4 * HOUR, "grant", "A permission was given.", "demo"),
  happening(1251, 5 * HOUR, "system", "Connected", "demo"),
  happening(
    1240,
    DAY + HOUR,
    "action",
    "Reply to geir.rodven@raumafreight.no on the ticket “Charging station 3 shows C-14” in Demo company.",
    "Expired",
    7,
    "expired",
  ),
  happening(1231, DAY + 2 * HOUR, "stop", "Sending was stopped", ""),
  happening(
    1220,
    DAY + 3 * HOUR,
    "action",
    "crm.deals.update in demo",
    "Erased; its rows in the audit stay",
    6,
  ),
];

export function grant(more: Partial<GrantView> = {}): GrantView {
  return {
    id: "g-1",
    words: "Changes fields of a deal.",
    system: "demo",
    operation: "crm.deals.update",
    account: "ines.okafor@northwind-robotics.com",
    bounds: [
      ["Id", "20402"],
      ["Next step", "Call Lars on 6 October"],
      ["Amount EUR", "up to 420000"],
    ],
    count: 20,
    used: 9,
    from: MS - 4 * HOUR,
    until: MS + 3 * DAY,
    revoked: false,
    active: true,
    action: 11,
    ...more,
  };
}

export const GRANTS: GrantView[] = [
  grant(),
  grant({
    id: "g-2",
    words: "Adds a note that only colleagues see.",
    operation: "helpdesk.tickets.note",
    bounds: [["Id", "4790"]],
    count: 5,
    used: 5,
    active: false,
    action: 9,
  }),
];

/** Everything the made-up core answers about systems, receipts and permissions. */
export function systemsStory(emit: (event: Event) => void, pause: () => Promise<void>): Handlers {
  let systems = [system()];
  /** What comes of each sign-in that waits, once the person has signed in. */
  const waits = new Map<string, () => SystemView>();
  let handles = 0;
  const wait = (signed: () => SystemView): string => {
    handles += 1;
    waits.set(`sign-in-${handles}`, signed);
    return `sign-in-${handles}`;
  };
  let grants = structuredClone(GRANTS);
  let stopped = false;
  const stale = (): void => emit({ event: "stale", caches: ["systems", "actions", "grants"] });
  const standing = () => ({ stopped, waiting: 2, under_way: 1 });
  const denied = done({
    id: 8,
    sentence: "Change 1 field on the deal “Halden - 40 unit expansion” in Demo company.",
    state: "denied",
    state_words: "Denied by policy. A discount of 15 % is above your limit of 12 %. Nothing was sent.",
    verdict: {
      ...done().verdict,
      decision: "deny",
      question: "Why not?",
      rules: [
        { name: "discount-limit", why: "A discount of 15 % is above your limit of 12 %.", layer: "company" },
      ],
    },
    changes: CHANGES.slice(1, 2),
    outside: [],
    approved_by: null,
    approved_at: null,
    outcome: null,
    attempts: 0,
  });
  const waiting = (changes: ChangeView[]): ActionView =>
    done({
      id: 13,
      state: "awaiting",
      state_words: "Waits for your decision.",
      changes,
      approved_by: null,
      approved_at: null,
      outcome: null,
      attempts: 0,
    });
  return {
    contacts: () => (systems.length > 0 ? HOSTS : []),
    system_list: () => systems,
    connector_list: () => CONNECTORS,
    system_connect: (request) => {
      const added = connect(request, systems);
      systems = [...systems, added];
      stale();
      return added;
    },
    sign_in_begin: (request) => {
      // What is there already is told at once.
      connect(request, systems);
      return begin(
        wait(() => {
          const added = connect(request, systems);
          systems = [...systems, added];
          return added;
        }),
        request.device ?? false,
        request.client_id ?? "",
      );
    },
    sign_in_again: ({ system: id, device }) =>
      begin(
        wait(() => {
          systems = systems.map((own) =>
            own.id === id ? { ...own, sign_in: signedIn(), trouble: null } : own,
          );
          return systems.find((own) => own.id === id)!;
        }),
        device ?? false,
        "",
      ),
    sign_in_finish: async ({ handle }) => {
      await pause();
      const signed = waits.get(handle);
      waits.delete(handle);
      if (!signed) {
        const failure: Failure = {
          message: "The sign-in was given up.",
          hint: "Begin again when you are ready.",
          fault: "user",
        };
        throw failure;
      }
      const added = signed();
      stale();
      return added;
    },
    sign_in_cancel: ({ handle }) => {
      waits.delete(handle);
      return {};
    },
    demo_connect: () => {
      const added = system();
      systems = [...systems.filter(({ id }) => id !== added.id), added];
      stale();
      return added;
    },
    system_disconnect: ({ system: id }) => {
      systems = systems.filter((own) => own.id !== id);
      grants = grants.filter((own) => own.system !== id);
      stale();
      return { warning: null };
    },
    system_quarantine: ({ system: id, on }) => {
      systems = systems.map((own) => (own.id === id ? { ...own, quarantined: on } : own));
      stale();
      return {};
    },
    system_test: () => ({}),
    system_sync: ({ system: id, kinds }) => {
      const own = systems.find((one) => one.id === id);
      if (!own) throw { message: `\`${id}\` is not connected.`, hint: "Connect it again.", fault: "user" };
      const sync = own.sync.map((one) => {
        const chosen = kinds.includes(one.kind);
        if (chosen === one.chosen) return one;
        return { ...one, chosen, records: 0, running: null, ended: null, trouble: null };
      });
      const changed = { ...own, sync };
      systems = systems.map((one) => (one.id === id ? changed : one));
      stale();
      return changed;
    },
    system_sync_now: () => ({}),
    standing,
    stop_all: ({ on }) => {
      stopped = on;
      stale();
      return standing();
    },
    action_propose: ({ record, operation: name, arguments: given }) => {
      if (record === "Halden") {
        return {
          kind: "which",
          action: done({
            id: 14,
            sentence: `Which deal do you mean by “${record}”?`,
            state: "awaiting",
            state_words: "Waits for you to say which record is meant. Nothing is prepared before that.",
            record: null,
            changes: [],
            which: {
              words: record,
              kind: "deal",
              candidates: [
                { id: "20418", title: "Halden - 40 unit expansion", about: "stage negotiation" },
                { id: "20431", title: "Halden spare parts 2027", about: "" },
              ],
            },
            approved_by: null,
            approved_at: null,
            outcome: null,
            attempts: 0,
          }),
        };
      }
      if (name.endsWith(".delete")) return { kind: "action", action: denied };
      return {
        kind: "action",
        action: waiting(CHANGES.filter(({ field }) => field in given)),
      };
    },
    action_pick: () => waiting(CHANGES),
    action_deny: () => [],
    action_undo: ({ ids }) =>
      ids.map((id) => done({ id: id + 100, state: "awaiting", state_words: "Waits for your decision." })),
    grant_list: () => grants,
    grant_revoke: ({ id }) => {
      grants = grants.map((own) => (own.id === id ? { ...own, revoked: true, active: false } : own));
      stale();
      return {};
    },
    receipt_get: ({ id }) => {
      const lost = ACTIONS.find((own) => own.id === id && own.attempts > 0 && LOST.includes(own.state));
      if (lost) return receipt(lost, NO_ANSWER);
      const found = HAPPENINGS.find(({ action }) => action === id);
      if (!found)
        throw {
          code: "gone",
          message: `There is no action ${id}.`,
          hint: "Look at the list again.",
          fault: "user",
        };
      if (found.state === null) return receipt(null);
      if (found.state === "denied")
        return receipt(denied, [["proposed", "Proposed, and denied by the rules."]]);
      return receipt(done({ id, sentence: found.words, state: found.state }));
    },
    activity_list: ({ before }) => HAPPENINGS.filter(({ seq }) => !before || seq < before),
    audit_verify: () => ({
      holds: true,
      rows: 1284,
      head: digest(1284),
      broken: null,
      signed: 1,
      keys: [],
      notes: [],
    }),
  };
}
