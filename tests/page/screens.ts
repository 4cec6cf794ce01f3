/** Every screen in every state, each with what it takes to get there. */
import { ACTIONS, TOGETHER, governed } from "../../ui/src/host/fake/governed";
import { FakeHost } from "../../ui/src/host/fake/FakeHost";
import {
  ANSWER,
  CONVERSATIONS,
  DOCUMENTS,
  NOW,
  RECORDS,
  SOURCES,
  TICKET,
  citation,
  mirrored,
  source,
  turn,
} from "../../ui/src/host/fake/story";
import { OPERATIONS, connected, digest, kept, system } from "../../ui/src/host/fake/systems";
import type { Page } from "./page";

export interface Screen {
  name: string;
  hash: string;
  host?: () => FakeHost;
  /** Waits until the screen is as it should be looked at. */
  ready: (page: Page) => Promise<unknown>;
  /** The window, where it is not the main one. */
  size?: { width: number; height: number };
  /** Its picture is kept in `snapshots`. */
  picture?: boolean;
}

const none = () => ({
  sources: [],
  passages: 0,
  embedded: 0,
  model: null,
  model_problem: null,
});
const one = (more: Parameters<typeof turn>[1]) => () =>
  new FakeHost({
    conversation_get: () => ({ ...CONVERSATIONS[0]!, turns: [turn(1, more)] }),
  });
/** No core to work with, and why. */
const without = (state: "starting" | "failed", code: string, message: string) => () => {
  const host = new FakeHost();
  host.listen = (handler) => {
    const failure = {
      code,
      message,
      hint: "Free some space, then start Attaché again.",
      fault: "environment" as const,
    };
    handler({ event: "core", state, failure });
    return () => undefined;
  };
  return host;
};
const three: typeof ANSWER = {
  ...ANSWER,
  conflicts: ANSWER.conflicts.map((conflict) => ({
    ...conflict,
    sides: [
      ...conflict.sides,
      {
        value: "99.0 %",
        citation: citation({ quote: "99.0 %", written: "2024-01-08" }),
        dated: "written 8 January 2024",
      },
    ],
  })),
};
/** A system of which some is kept: up to date, on its way, in trouble, and not. */
const keeping =
  (...sync: Parameters<typeof kept>[0][]) =>
  () =>
    new FakeHost({
      system_list: () => [system(), connected({ sync: sync.map((own) => kept(own)) })],
    });
const FRESH = { chosen: true, records: 1204, ended: NOW * 1000 - 120_000 };
const withCopies = () =>
  new FakeHost({
    status: () => ({ ...none(), sources: [...SOURCES, mirrored()] }),
    file_list: () => ({
      total: RECORDS.length,
      files: RECORDS,
      by_state: { indexed: 3, waiting: 1, skipped: 0, failed: 0 },
    }),
    conversation_get: () => ({
      ...CONVERSATIONS[0]!,
      turns: [
        turn(1, {
          question: "Which station charges no robots?",
          answer: {
            ...ANSWER,
            conflicts: [],
            answer: [
              {
                text: "Station 3 shows C-14 since the update.",
                citations: [TICKET],
                conflict: false,
                confidence: 0.9,
              },
            ],
          },
        }),
      ],
    }),
  });
/** A card in the approval window, which is smaller. */
const APPROVAL = (id: number): string => `?window=approval#/approval/${id}`;
const SMALL = { width: 784, height: 720 };
const see = (text: string) => (page: Page) => page.getByText(text).first().waitFor();
/** The form for a system of this kind. */
const signIn = async (page: Page, kind: string): Promise<void> => {
  await page.getByRole("button", { name: "Connect a system…" }).click();
  await page.getByRole("button", { name: kind }).click();
  await page.getByLabel("Address").waitFor();
};
const passage = (number: number, mark: string) => async (page: Page) => {
  await page.locator(`.ev-list button:nth-child(${number})`).click();
  await page.locator(mark).first().waitFor();
};

export const SCREENS: Screen[] = [
  {
    name: "new question",
    hash: "#/ask",
    ready: see("Ask about your customers"),
    picture: true,
  },
  {
    name: "answer with a page of a PDF",
    hash: "#/conversation/1",
    ready: async (page) => {
      await page.locator(".page-mark").first().waitFor();
      await page.locator('[data-page="7"] .page-text').waitFor();
    },
    picture: true,
  },
  {
    name: "answer with a mail",
    hash: "#/conversation/1",
    ready: passage(3, "mark"),
    picture: true,
  },
  {
    name: "answer with a sheet",
    hash: "#/conversation/1",
    ready: passage(4, ".cell-mark"),
    picture: true,
  },
  {
    name: "answer with a changed table",
    hash: "#/conversation/1",
    ready: passage(5, "mark"),
  },
  {
    name: "ends of answers",
    hash: "#/conversation/2",
    ready: see("Attaché was closed before"),
  },
  {
    name: "answer being written",
    hash: "#/conversation/1",
    host: one({
      state: "running",
      answer: { ...ANSWER, answer: ANSWER.answer.slice(0, 2) },
    }),
    ready: see("Stop"),
  },
  {
    name: "three sources that disagree",
    hash: "#/conversation/1",
    host: one({ answer: three }),
    ready: see("Three sources disagree"),
  },
  {
    name: "deleted conversation",
    hash: "#/conversation/999",
    ready: see("This conversation was deleted"),
  },
  {
    name: "document gone",
    hash: "#/conversation/1",
    host: () =>
      new FakeHost({
        document_view: () =>
          Promise.reject({
            code: "gone",
            message: "Gone.",
            fault: "user",
          } as never),
      }),
    ready: see("no longer in the library"),
  },
  {
    name: "answer whose words are gone",
    hash: "#/conversation/1",
    host: () =>
      new FakeHost({
        document_view: () => ({
          ...DOCUMENTS[3]!,
          blocks: DOCUMENTS[3]!.blocks.slice(0, 1),
        }),
      }),
    ready: see("The quoted words are no longer in this file."),
  },
  {
    name: "library",
    hash: "#/library",
    ready: see("Margins 2026 protected.xlsx"),
    picture: true,
  },
  {
    name: "library, one folder",
    hash: "#/library/1",
    ready: see("Internal only"),
  },
  {
    name: "library, folder gone",
    hash: "#/library",
    host: () =>
      new FakeHost({
        status: () => ({
          ...none(),
          sources: [source(1, "Fleet reports", { reachable: false })],
        }),
      }),
    ready: see("This folder cannot be reached"),
  },
  {
    name: "library, reading",
    hash: "#/library",
    host: () =>
      new FakeHost({
        status: () => ({
          ...none(),
          sources: [
            source(1, "Halden", {
              indexed: 2200,
              waiting: 1204,
              skipped: 10,
              failed: 4,
            }),
            source(2, "Contracts", {
              indexed: 0,
              waiting: 0,
              skipped: 0,
              failed: 0,
            }),
          ],
        }),
        progress: () => ({
          now: "Reading `Site survey.pdf`",
          files_done: 2214,
          files: 3418,
          passages_embedded: 0,
          passages: 0,
          seconds_left: 370,
          idle: false,
          notices: [],
          away: [],
          trouble: null,
        }),
      }),
    ready: see("2,214"),
  },
  {
    name: "library, nothing can be read",
    hash: "#/library",
    host: () =>
      new FakeHost({
        progress: () => ({
          now: "",
          files_done: 5236,
          files: 5236,
          passages_embedded: 0,
          passages: 0,
          seconds_left: null,
          idle: false,
          notices: [],
          away: [],
          trouble:
            "Your folders are not read now: The disk on which Attaché keeps its data is full. It is tried again by itself.",
        }),
      }),
    ready: see("Your folders are not read now"),
  },
  {
    name: "library, empty",
    hash: "#/library",
    host: () => new FakeHost({ status: none }),
    ready: see("No folder is watched yet"),
  },
  {
    name: "inbox",
    hash: "#/inbox/1",
    ready: see("Exactly the 2 requests"),
    picture: true,
  },
  {
    name: "inbox, batch",
    hash: "#/inbox/3",
    ready: see("Exactly the 5 requests"),
    picture: true,
  },
  {
    name: "inbox, batch with a question",
    hash: "#/inbox/3",
    host: () => new FakeHost(governed(() => undefined, structuredClone(TOGETHER))),
    ready: async (page) => {
      await see("of them asks which record")(page);
      await page.getByRole("button", { name: "None of these, drop it" }).scrollIntoViewIfNeeded();
    },
    picture: true,
  },
  {
    name: "inbox, which record",
    hash: "#/inbox/15",
    ready: async (page) => {
      await page.getByRole("radio", { name: /DC 2/ }).click();
    },
    picture: true,
  },
  {
    name: "inbox, not this record",
    hash: "#/inbox/1",
    ready: async (page) => {
      await page.getByRole("button", { name: "Not this record?" }).click();
      await page.getByRole("radio", { name: /spare parts/ }).waitFor();
    },
  },
  {
    name: "inbox, out of date",
    hash: "#/inbox/23",
    ready: see("so the approval was void"),
  },
  { name: "inbox, done", hash: "#/inbox/20", ready: see("Receipt") },
  {
    name: "inbox, outcome unknown",
    hash: "#/inbox/11",
    ready: see("Next look in"),
    picture: true,
  },
  {
    name: "inbox, denied by policy",
    hash: "#/inbox/21",
    ready: see("above your limit of 12"),
  },
  {
    name: "inbox, editing",
    hash: "#/inbox/8",
    ready: async (page) => {
      await page.getByRole("button", { name: "Edit" }).click();
      await page.getByLabel("Priority, after").waitFor();
    },
  },
  {
    name: "inbox, nothing waits",
    hash: "#/inbox",
    host: () =>
      new FakeHost({
        action_list: ({ open }) => ({
          actions: open ? [] : ACTIONS.filter(({ grant }) => grant !== null),
          more: false,
        }),
        standing: () => ({ stopped: false, waiting: 0, under_way: 0 }),
      }),
    ready: see("went through on your permissions today"),
  },
  {
    name: "approval",
    hash: APPROVAL(1),
    size: SMALL,
    ready: see("Exactly the 2 requests"),
    picture: true,
  },
  {
    name: "approval, batch",
    hash: APPROVAL(3),
    size: SMALL,
    ready: see("Approve all 5"),
    picture: true,
  },
  {
    name: "approval, a word to type",
    hash: APPROVAL(9),
    size: SMALL,
    ready: see("to approve"),
  },
  {
    name: "approval, which record",
    hash: APPROVAL(15),
    size: SMALL,
    ready: see("None of these, drop it"),
  },
  {
    name: "approval, nobody can tell",
    hash: APPROVAL(10),
    size: SMALL,
    ready: see("It happened"),
  },
  {
    name: "approval, mail",
    hash: APPROVAL(1),
    size: SMALL,
    ready: (page) => page.getByText("Dashed line").scrollIntoViewIfNeeded(),
    picture: true,
  },
  {
    name: "approval, permission",
    hash: APPROVAL(8),
    size: SMALL,
    ready: async (page) => {
      await page.getByRole("button", { name: "Always allow for…" }).click();
      await page.getByRole("button", { name: "Create permission" }).waitFor();
    },
  },
  {
    name: "approval, no permission can be given",
    hash: APPROVAL(1),
    size: SMALL,
    ready: async (page) => {
      await page.getByRole("button", { name: "Always allow for…" }).click();
      await page.getByText("What comes from outside is always asked").waitFor();
    },
  },
  {
    name: "approval, out of date",
    hash: APPROVAL(1),
    size: SMALL,
    host: () => {
      const [first] = ACTIONS;
      const changes = first!.changes.map((own) =>
        own.field === "next_step" ? { ...own, before: "Contract sent" } : own,
      );
      const edited = {
        by: "kari.holm@northwind.example",
        at: "2026-09-24T11:58:00Z",
      };
      const record = { ...first!.record!, version: "18", edited };
      const fresh = { ...first!, id: 99, changes, record };
      return new FakeHost({
        action_approve: () => ({ kind: "changed", fresh }),
      });
    },
    ready: async (page) => {
      await page.getByText("Exactly the 2 requests").waitFor();
      await page.waitForTimeout(500);
      await page.getByRole("button", { name: "Approve both" }).click();
      await page.getByRole("button", { name: "Review new version" }).waitFor();
    },
  },
  {
    name: "activity",
    hash: "#/activity",
    ready: async (page) => {
      await see("Follows row 1,279")(page);
      await see("Chain intact")(page);
      await see("Verified")(page);
      await see("on this machine")(page);
    },
    picture: true,
  },
  {
    name: "activity, denied",
    hash: "#/activity/receipt/8",
    ready: see("Nothing was sent."),
  },
  {
    name: "activity, erased",
    hash: "#/activity/receipt/6",
    ready: see("What this action did was erased"),
  },
  {
    name: "activity, an answer",
    hash: "#/activity/row/1278",
    ready: see("Row 1,278 of the audit"),
  },
  {
    name: "activity, hosts",
    hash: "#/activity/hosts",
    ready: see("Everything that left this program"),
    picture: true,
  },
  {
    name: "activity, chain broken",
    hash: "#/activity",
    host: () =>
      new FakeHost({
        audit_verify: () => ({
          holds: false,
          rows: 1101,
          head: digest(1101),
          broken: "Row 1102: its hash is not that of its contents.",
          signed: 1,
          keys: [],
          notes: [],
        }),
      }),
    ready: see("Row 1,102 does not match its seal"),
    picture: true,
  },
  {
    name: "activity, empty",
    hash: "#/activity",
    host: () =>
      new FakeHost({
        activity_list: () => [],
        contacts: () => [],
        audit_verify: () => ({
          holds: true,
          rows: 0,
          head: null,
          broken: null,
          signed: 0,
          keys: [],
          notes: [],
        }),
      }),
    ready: see("Nothing was done yet"),
  },
  {
    name: "connections",
    hash: "#/connections",
    ready: see("Changes fields of a deal"),
    picture: true,
  },
  {
    name: "connections, trouble",
    hash: "#/connections",
    host: () =>
      new FakeHost({
        system_list: () => [
          system(),
          system({
            id: "crm",
            title: "HubSpot",
            demo: false,
            link: "https://api.hubspot.example",
            trouble: "`HubSpot` did not answer.",
            operations: [],
          }),
          system({
            id: "desk",
            title: "Inventory",
            demo: false,
            link: "https://inventory.northwind-robotics.com/api",
            quarantined: true,
            operations: OPERATIONS.map((own, index) => ({
              ...own,
              changed: index === 2,
            })),
          }),
        ],
      }),
    ready: async (page) => {
      await page.getByRole("link", { name: "Inventory" }).click();
      await see("Changed, not used")(page);
    },
    picture: true,
  },
  {
    name: "approval, done",
    hash: APPROVAL(1),
    size: SMALL,
    ready: async (page) => {
      await page.getByText("Exactly the 2 requests").waitFor();
      await page.waitForTimeout(500);
      await page.getByRole("button", { name: "Approve both" }).click();
      await page.getByRole("button", { name: "Undo…" }).first().waitFor();
    },
  },
  {
    name: "connections, none",
    hash: "#/connections",
    host: () => new FakeHost({ system_list: () => [] }),
    ready: see("No system is connected yet"),
    picture: true,
  },
  {
    name: "connections, a system of one's own",
    hash: "#/connections/system/request-tracker",
    host: () => new FakeHost({ system_list: () => [system(), connected()] }),
    ready: see("its secret in the keyring"),
  },
  {
    name: "connections, kept on this device",
    hash: "#/connections/system/request-tracker",
    host: keeping(
      FRESH,
      {
        ...FRESH,
        kind: "article",
        title: "Articles",
        records: 86,
        running: 1240,
      },
      {
        ...FRESH,
        kind: "asset",
        title: "Assets",
        trouble: "`Request Tracker` refused with status 403: Forbidden.",
      },
      { kind: "user", title: "People" },
    ),
    ready: async (page) => {
      await see("1,240 so far")(page);
      await page.getByRole("button", { name: "Test" }).click();
      await see("your sign-in holds")(page);
    },
    picture: true,
  },
  {
    name: "keep records on this device",
    hash: "#/connections/system/request-tracker",
    host: keeping({}),
    ready: async (page) => {
      await page.getByRole("switch", { name: "Tickets" }).click();
      await page.getByRole("dialog").waitFor();
    },
    picture: true,
  },
  {
    name: "stop keeping records",
    hash: "#/connections/system/request-tracker",
    host: keeping(FRESH),
    ready: async (page) => {
      await page.getByRole("switch", { name: "Tickets" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "library, records of a system",
    hash: "#/library/5",
    host: withCopies,
    ready: see("Ticket 4790"),
    picture: true,
  },
  {
    name: "answer with a record",
    hash: "#/conversation/1",
    host: withCopies,
    ready: see("Open in Request Tracker"),
    picture: true,
  },
  {
    name: "connect a system",
    hash: "#/connections",
    ready: async (page) => {
      await page.getByRole("button", { name: "Connect a system…" }).click();
      await see("Roundup 2.6.0")(page);
    },
    picture: true,
  },
  {
    name: "connect a system, nothing written",
    hash: "#/connections",
    host: () => new FakeHost({ system_list: () => [] }),
    ready: (page) => signIn(page, "Redmine"),
  },
  {
    name: "connect a system, wrong secret",
    hash: "#/connections",
    ready: async (page) => {
      await signIn(page, "Request Tracker");
      await page.getByRole("button", { name: "With your password" }).click();
      await page.getByLabel("Address").fill("https://rt.northwind-robotics.com/REST/2.0");
      await page.getByLabel("Your name there").fill("ines.okafor@northwind-robotics.com");
      await page.getByLabel("Password").fill("wrong-20418");
      await page.getByRole("button", { name: "Connect", exact: true }).click();
      await see("The secret is wrong, or not for this system.")(page);
    },
    picture: true,
  },
  {
    name: "connect a system, signing in",
    hash: "#/connections",
    host: () => new FakeHost({ system_connect: () => new Promise(() => undefined) }),
    ready: async (page) => {
      await signIn(page, "Redmine");
      await page.getByLabel("Address").fill("https://redmine.northwind-robotics.com");
      await page.getByLabel("Your name there").fill("ines.okafor");
      await page.getByLabel("API access key").fill("k-20418-6f3a");
      await page.getByRole("button", { name: "Connect", exact: true }).click();
      await see("You may close this.")(page);
    },
  },
  {
    name: "disconnect",
    hash: "#/connections",
    host: () => new FakeHost({ system_list: () => [connected()] }),
    ready: async (page) => {
      await page.getByText("Disconnect…").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "leave the demo",
    hash: "#/connections",
    ready: async (page) => {
      await page.getByText("Leave the demo…").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "permissions",
    hash: "#/connections/permissions",
    ready: see("9 of 20"),
    picture: true,
  },
  {
    name: "propose a change",
    hash: "#/connections",
    ready: async (page) => {
      await page.getByRole("button", { name: "Propose: Changes fields of a deal" }).click();
      await page.getByRole("textbox", { name: "Record" }).fill("Halden expansion");
      await page.getByLabel("Close date", { exact: true }).fill("2026-10-30");
      await page.getByLabel("Clear Next step").check();
    },
    picture: true,
  },
  {
    name: "propose a change, which record",
    hash: "#/connections",
    ready: async (page) => {
      await page.getByRole("button", { name: "Propose: Changes fields of a deal" }).click();
      await page.getByRole("textbox", { name: "Record" }).fill("Halden");
      await page.getByRole("button", { name: "Propose", exact: true }).click();
      await see("Halden spare parts 2027")(page);
    },
  },
  {
    name: "sending stopped",
    hash: "#/connections",
    ready: async (page) => {
      await page.getByRole("button", { name: "Stop all sending" }).click();
      await see("Nothing is sent.")(page);
    },
    picture: true,
  },
  { name: "settings", hash: "#/settings", ready: see("PDFium"), picture: true },
  {
    name: "first start",
    hash: "#/ask",
    host: () => new FakeHost({ status: none, conversation_list: () => [] }),
    ready: see("What should Attaché read?"),
    picture: true,
  },
  {
    name: "disk full",
    hash: "#/ask",
    host: without("failed", "disk_full", "There is no room left on the disk of `/home/ines`."),
    ready: see("The disk is full"),
    picture: true,
  },
  {
    name: "open already",
    hash: "#/ask",
    host: without("failed", "workspace_in_use", "Another Attaché works in `/home/ines`."),
    ready: see("Attaché is open already"),
  },
  {
    name: "connection lost",
    hash: "#/ask",
    host: without("starting", "core_starting", "The connection to Attaché was lost."),
    ready: see("The connection to Attaché was lost."),
  },
  {
    name: "palette",
    hash: "#/ask",
    ready: async (page) => {
      await page.getByText("Security questionnaire").waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
    },
    picture: true,
  },
  {
    name: "erase dialog",
    hash: "#/settings",
    ready: async (page) => {
      await page.getByText("Erase everything…").click();
      await page.getByRole("dialog").waitFor();
    },
  },
];
