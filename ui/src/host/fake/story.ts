import type {
  Answered,
  CitationView,
  Conversation,
  DocumentView,
  FileRow,
  Hit,
  SourceStatus,
  Turn,
} from "../generated";

/** The story that the design tells: Northwind Robotics sells warehouse robots to Halden Logistics. */
export const NOW = Date.UTC(2026, 8, 24, 12, 2) / 1000;
const DAY = 86_400;
export const ROOT = "/home/ines/Northwind";

export function source(id: number, collection: string, more: Partial<SourceStatus> = {}): SourceStatus {
  return {
    id,
    root: `${ROOT}/${collection}`,
    collection,
    labels: [],
    reachable: true,
    indexed: 46,
    waiting: 0,
    skipped: 1,
    failed: 2,
    unreadable: 0,
    notice: null,
    system: null,
    ...more,
  };
}

export const SOURCES: SourceStatus[] = [
  source(1, "Halden", { indexed: 3392, skipped: 19, failed: 7, labels: ["internal"] }),
  source(2, "Contracts", { indexed: 212, skipped: 0, failed: 0, labels: ["never-leaves-this-machine"] }),
  source(3, "Knowledge base", { indexed: 486, skipped: 0, failed: 0 }),
  source(4, "Fleet reports", { indexed: 1120, skipped: 0, failed: 0 }),
];

/** Where the copies of the tickets of Request Tracker are. */
const COPIES = "/home/ines/.local/share/attache/synced/request-tracker/records";

/** Copies of the records of a system. */
export function mirrored(more: Partial<SourceStatus> = {}): SourceStatus {
  return source(5, "Request Tracker", {
    root: COPIES,
    system: "request-tracker",
    labels: ["internal"],
    indexed: 1204,
    skipped: 0,
    failed: 0,
    ...more,
  });
}

export function citation(more: Partial<CitationView> & Pick<CitationView, "quote">): CitationView {
  return {
    document: 11,
    passage_id: 101,
    file: "Contracts/Halden Service Agreement.pdf",
    source: ROOT,
    page: 7,
    place: { kind: "page", page: 7 },
    place_text: "page 7",
    heading: "4 Availability and service levels",
    passage: more.quote,
    chars: { start: 0, end: more.quote.length },
    modified: NOW - 500 * DAY,
    written: "2025-03-03",
    dated: "written 3 March 2025, 18 months ago",
    labels: ["never-leaves-this-machine"],
    ...more,
  };
}

export const CLAUSE = citation({
  quote:
    "4.2 Northwind shall maintain an availability of the Fleet Manager of no less than 99.5 % in each\ncalendar month. Planned maintenance announced at least five working days in advance is not\ncounted as unavailability.",
});

export const EXPANSION = citation({
  passage_id: 102,
  page: 8,
  place: { kind: "page", page: 8 },
  place_text: "page 8",
  quote:
    "Expansion units are covered by sections 4 and 6 from the day on which the Customer accepts them, provided that they have been listed in Annex B.",
});

const CRM = citation({
  document: 13,
  passage_id: 130,
  file: "CRM export/hubspot-companies-2026-09-24.csv",
  page: null,
  place: { kind: "lines", first: 2, last: 5 },
  place_text: "lines 2 to 5",
  quote: "70114 | Halden Logistics AS | Moss | 2025 | 62 | 99.9 % | CSV import | 2026-06-11",
  written: null,
  dated: "last changed 24 September 2026, today",
  labels: ["internal"],
});

const LOGS = citation({
  document: 14,
  passage_id: 140,
  file: "Mail/Update logs from Moss.eml",
  page: null,
  place: { kind: "message", message: 1, inner: { kind: "whole" } },
  place_text: "",
  quote: "I attached the logs of all 14 robots, each reports bootloader 1.8.2 before update",
  written: "2026-09-23",
  dated: "written 23 September 2026, yesterday",
  labels: [],
});

const UPTIME = citation({
  document: 12,
  passage_id: 120,
  file: "Fleet reports/Fleet uptime 2026-09.xlsx",
  page: null,
  place: { kind: "cells", sheet: "Summary", range: { top: 5, left: 0, bottom: 8, right: 3 } },
  place_text: "sheet Summary, A6:D9",
  quote: "Availability Fleet Manager | % | 99.71 % | to date",
  written: "2026-09-24",
  dated: "written 24 September 2026, today",
  labels: [],
});

/** A ticket of which there is a copy. */
export const TICKET = citation({
  document: 15,
  passage_id: 150,
  file: "ticket/ticket 4790.html",
  source: COPIES,
  page: null,
  place: { kind: "whole" },
  place_text: "",
  heading: "Charging station 3 shows C-14",
  quote: "Station 3 shows C-14 since the update; the robots charge at the other two.",
  written: null,
  dated: "last changed 24 September 2026, today",
  labels: ["internal"],
});

const sentence = (text: string, citations: CitationView[], conflict = false) => ({
  text,
  citations,
  conflict,
  confidence: 0.9,
});

export const ANSWER: Answered = {
  engine: "found in your documents",
  answer: [
    sentence(
      "We committed to 99.5 % Fleet Manager uptime per calendar month, planned maintenance excluded.",
      [CLAUSE],
      true,
    ),
    sentence(
      "The 40 expansion units are covered from the day Halden accepts them, once they are listed in Annex B.",
      [EXPANSION],
    ),
    sentence("The 14 units that failed the 4.2.1 update rolled back; each reports bootloader 1.8.2.", [LOGS]),
    sentence("September stands at 99.71 %, so 125 of the 216 minutes the clause allows are used.", [UPTIME]),
  ],
  abstained: false,
  cancelled: false,
  reason: null,
  missing: [],
  conflicts: [
    {
      about: "the uptime commitment",
      sides: [
        { value: "99.9 %", citation: CRM, dated: CRM.dated },
        { value: "99.5 %", citation: CLAUSE, dated: CLAUSE.dated },
      ],
    },
  ],
  notices: [],
  labels: ["internal", "never-leaves-this-machine"],
  passages_read: 36,
  files_read: 12,
};

export function turn(id: number, more: Partial<Turn> = {}): Turn {
  return {
    id,
    question:
      "What uptime did we commit to for Halden, does it cover the 40 new units, and does ticket #4812 put it at risk?",
    filter: {},
    asked: NOW - 60,
    state: "answered",
    answer: ANSWER,
    failure: null,
    ...more,
  };
}

const empty: Answered = { ...ANSWER, answer: [], conflicts: [], labels: [] };

export const CONVERSATIONS: Conversation[] = [
  { id: 1, title: "Halden uptime commitment", created: NOW - 900, updated: NOW - 60, turns: [turn(1)] },
  {
    id: 2,
    title: "How answers can end",
    created: NOW - DAY,
    updated: NOW - DAY,
    turns: [
      turn(21, {
        question: "What is the parental leave policy for employees in Trondheim?",
        filter: { collections: ["Contracts", "Halden"] },
        state: "abstained",
        answer: {
          ...empty,
          abstained: true,
          reason: "Nothing in your folders answers this.",
          missing: ["Trondheim"],
        },
      }),
      turn(22, {
        question: "And in Moss?",
        state: "stopped",
        answer: { ...ANSWER, answer: ANSWER.answer.slice(1, 2), conflicts: [], cancelled: true },
      }),
      turn(23, {
        question: "Who signed annex B?",
        state: "failed",
        answer: null,
        failure: {
          message: "The index in `/home/ines/.local/share/attache` could not be read.",
          hint: "Start Attaché again; the index is built anew if it has to be.",
          fault: "environment",
        },
      }),
      turn(24, { question: "Which robots are affected?", state: "interrupted", answer: null }),
    ],
  },
  ...[
    "Expansion timing and scope",
    "Firmware 4.2.1 on 14 units",
    "Security questionnaire v3",
    "Friday forecast clean-up",
  ].map((title, index) => ({
    id: 3 + index,
    title,
    created: NOW - (index + 2) * DAY,
    updated: NOW - (index + 2) * DAY,
    turns: [turn(30 + index, { question: title })],
  })),
];

const view = (document: number, file: string, more: Partial<DocumentView>): DocumentView => ({
  document,
  record: null,
  file,
  source: ROOT,
  format: "text",
  title: null,
  author: null,
  written: null,
  modified: NOW,
  dated: "last changed 24 September 2026, today",
  labels: [],
  changed_since: false,
  parts: null,
  shape: "text",
  mail: null,
  sheet: null,
  blocks: [],
  more_before: false,
  more_after: false,
  ...more,
});

const whole = { place: { kind: "whole" } as const, place_text: "" };

export const DOCUMENTS: DocumentView[] = [
  view(11, CLAUSE.file, {
    format: "pdf",
    shape: "pdf",
    parts: 22,
    title: "Service Agreement NR-2025-0117",
    labels: CLAUSE.labels,
  }),
  view(12, UPTIME.file, {
    format: "xlsx",
    shape: "sheet",
    parts: 3,
    sheet: {
      name: "Summary",
      sheets: ["Summary", "Days", "Incidents"],
      first_row: 0,
      first_column: 0,
      rows: [
        ["Fleet uptime, Halden Logistics, September 2026", "", "", ""],
        [
          "As of",
          "2026-09-24 06:00",
          "Source: Fleet Manager monitor, measured at the customer interface",
          "",
        ],
        ["", "", "", ""],
        ["", "", "", ""],
        ["Measure", "Unit", "Value", "Note"],
        ["Commitment, agreement NR-2025-0117 § 4.2", "%", "99.5 %", "per calendar month"],
        ["Minutes allowed", "min", "216", "30 days"],
        ["Minutes used", "min", "125", "3 incidents"],
        ["Availability Fleet Manager", "%", "99.71 %", "to date"],
        ["Left until the commitment is missed", "min", "91", ""],
      ],
      marked: { top: 8, left: 0, bottom: 8, right: 3 },
    },
  }),
  view(13, CRM.file, {
    format: "csv",
    changed_since: true,
    blocks: [
      {
        kind: "table",
        header: ["id", "name", "city", "since", "units", "SLA uptime", "set by", "set on"],
        rows: [
          {
            cells: [
              "70114",
              "Halden Logistics AS",
              "Moss",
              "2025",
              "62",
              "99.9 %",
              "CSV import",
              "2026-06-11",
            ],
            place: { kind: "lines", first: 2, last: 2 },
          },
          {
            cells: ["70115", "Rauma Freight", "Åndalsnes", "2026", "8", "99.0 %", "Kari Holm", "2026-02-01"],
            place: { kind: "lines", first: 3, last: 3 },
          },
        ],
      },
    ],
  }),
  view(14, LOGS.file, {
    format: "eml",
    shape: "mail",
    mail: {
      from: "Rune Moe <rune.moe@halden.example>",
      to: "support@northwind.example",
      cc: "",
      subject: "Update logs from Moss (ticket #4812)",
      date: "23 September 2026, 16:40",
      attachments: ["logs-14-units.zip"],
    },
    blocks: [
      { kind: "paragraph", text: "Hello,", ...whole },
      {
        kind: "paragraph",
        text: "I attached the logs of all 14 robots, each reports bootloader 1.8.2 before update. They stop at 62 % and show E-217.",
        ...whole,
      },
      { kind: "paragraph", text: "Please tell us before Friday whether we can try again.\nRune", ...whole },
    ],
  }),
  view(TICKET.document, TICKET.file, {
    source: COPIES,
    format: "html",
    title: "Charging station 3 shows C-14",
    record: {
      system: "request-tracker",
      title: "Request Tracker",
      kind: "ticket",
      id: "4790",
      link: "https://rt.northwind-robotics.com/Ticket/Display.html?id=4790",
    },
    labels: TICKET.labels,
    blocks: [
      { kind: "heading", level: 1, text: "Charging station 3 shows C-14", ...whole },
      {
        kind: "paragraph",
        text: "Ticket 4790 in Request Tracker\nQueue: Support\nStatus: open\nOwner: ines.okafor",
        ...whole,
      },
      { kind: "heading", level: 2, text: "Geir Rødven, 23 September 2026, 16:12", ...whole },
      {
        kind: "paragraph",
        text: "Station 3 shows C-14 since the update; the robots charge at the other two.",
        ...whole,
      },
    ],
  }),
];

const row = (document: number, file: string, more: Partial<FileRow> = {}): FileRow => ({
  document,
  file,
  source: `${ROOT}/Halden`,
  source_id: 1,
  status: "indexed",
  reason: null,
  at: NOW - 300,
  modified: NOW - 3 * DAY,
  size: 182_000,
  format: null,
  ...more,
});

export const FILES: FileRow[] = [
  row(51, "Site survey Moss 2026.pdf", { status: "waiting", modified: NOW - 3600, at: null }),
  row(52, "Halden_Security_Questionnaire_v3.pdf", { modified: NOW - 7200 }),
  row(53, "KB-0193 Staged firmware update.md"),
  row(54, "Scan 2026-09-18 signed order.pdf", { status: "skipped", reason: "no text, scan only" }),
  row(55, "Margins 2026 protected.xlsx", { status: "failed", reason: "needs a password" }),
  row(56, "RE Site visit Moss photos.eml", {
    status: "skipped",
    reason: "212 MB, limit is 100 MB",
    size: 212_000_000,
  }),
  row(57, "Annex B draft.docx", { status: "failed", reason: "file is damaged" }),
];

/** Copies of tickets in the list of files. */
export const RECORDS: FileRow[] = [4790, 4812, 4655, 4731].map((id, index) =>
  row(60 + index, `ticket/ticket ${id}.html`, {
    source: COPIES,
    source_id: 5,
    format: "html",
    ...(index === 1 ? { status: "waiting", at: null } : {}),
  }),
);

const hit = (passage_id: number, file: string, passage: string, more: Partial<Hit> = {}): Hit => ({
  passage_id,
  document_id: passage_id,
  file,
  source: ROOT,
  collection: "Halden",
  format: null,
  title: null,
  page: null,
  place: { kind: "lines", first: 14, last: 14 },
  place_text: "line 14",
  headings: [],
  heading: "",
  passage,
  tabular: false,
  score: 1,
  similarity: 0.61,
  keyword: 7.2,
  labels: [],
  modified: NOW,
  written: null,
  ...more,
});

export const HITS: Hit[] = [
  hit(
    61,
    "Knowledge base/KB-0193 Staged firmware update.md",
    "Units with a bootloader older than 1.9 reject 4.2.x packages. Install 4.1.8 first.",
  ),
  hit(
    62,
    "Mail/Update logs from Moss.eml",
    "I attached the logs of all 14 robots, each reports bootloader 1.8.2 before update",
    {
      similarity: null,
      place: { kind: "whole" },
      place_text: "",
    },
  ),
];
