// The seam between the page and the core, as the Rust side describes it. Do not edit: it is written by the build.
// Field names are as in Rust. Ids are numbers. Times are seconds since 1970 unless said otherwise.

export type Fault = "user" | "environment" | "remote" | "bug";
export interface Failure { code?: string; message: string; hint?: string; fault: Fault }   // backticks in message/hint mark a name: render as <code>
// codes the page reacts to: "workspace_in_use", "core_starting", "disk_full", "gone" (a document/conversation that is no more)

export type Label = string;            // "internal", "never-leaves-this-machine", others
export type FileState = "indexed" | "waiting" | "skipped" | "failed";     // check domain::FileStatus for the exact words
export type Cache = "sources" | "files" | "conversations" | "settings";
export type Place = // domain::Place, tagged by "kind"
  | { kind: "whole" } | { kind: "page"; page: number } | { kind: "slide"; slide: number }
  | { kind: "cells"; sheet: string; range: { top: number; left: number; bottom: number; right: number } } // zero-based, inclusive
  | { kind: "lines"; first: number; last: number } | { kind: "chapter"; chapter: number }
  | { kind: "message"; message: number; inner: Place } | { kind: "attachment"; name: string; inner: Place };

export interface Filter { collections?: string[]; labels?: Label[]; formats?: string[]; below?: string | null; modified_from?: number | null; modified_to?: number | null }

export interface Commands {
  // ---- library
  status:        { request: {}; response: Status };          // retrieval::Status
  progress:      { request: {}; response: Progress };        // retrieval::Progress
  source_add:    { request: { path: string; collection?: string; labels?: Label[] }; response: Source };
  source_demo:   { request: {}; response: Source };          // copies the demo documents below the home folder and watches the copy
  source_remove: { request: { path: string }; response: Source[] };
  source_label:  { request: { collection: string; labels: Label[] }; response: Source[] }; // sets the labels of a collection
  file_list:     { request: { source?: number; states?: FileState[]; name?: string; offset: number; limit: number };
                   response: { total: number; files: FileRow[]; by_state: Record<FileState, number> } };
  file_retry:    { request: { document: number }; response: {} };      // read again
  file_open:     { request: { document: number }; response: {} };      // in the program the system uses for it
  file_reveal:   { request: { document: number }; response: {} };      // in the system's file manager
  search:        { request: Query; response: SearchResponse };         // retrieval::search::{Query,Hit}
  why:           { request: { file: string; question: string }; response: Why };
  // ---- conversations (kept in the ledger; an answer is finished by the core even when no window listens)
  conversation_list:   { request: {}; response: ConversationRow[] };    // newest first
  conversation_get:    { request: { id: number }; response: Conversation };
  conversation_rename: { request: { id: number; title: string }; response: Conversation };
  conversation_delete: { request: { id: number }; response: {} };
  question_ask:  { request: { conversation?: number; question: string; filter?: Filter }; response: { conversation: number; turn: number } };
  question_stop: { request: { turn: number }; response: {} };
  // ---- evidence
  document_view: { request: { document: number; place?: Place }; response: DocumentView };
  page_marks:    { request: { document: number; page: number; quote: string; passage?: string }; response: PageMarks };
  // ---- settings
  settings_get:  { request: {}; response: Settings };
  settings_set:  { request: Settings; response: Settings };
  about:         { request: {}; response: About };
  erase_everything: { request: { typed: string }; response: {} };       // typed must be the word "erase"
}

export interface Source { id: number; root: string; collection: string; labels: Label[] }
export interface SourceStatus extends Source { reachable: boolean; indexed: number; waiting: number; skipped: number; failed: number; /* see retrieval::store::Counts */ unreadable: number; notice: string | null }
export interface Status { sources: SourceStatus[]; passages: number; embedded: number; model: string | null; model_problem: string | null }
export interface Progress { now: string; files_done: number; files: number; passages_embedded: number; passages: number; seconds_left: number | null; idle: boolean; notices: string[] }
export interface FileRow { document: number | null; file: string; source: string; source_id: number; status: FileState; reason: string | null; at: number | null; modified: number | null; size: number | null; format: string | null }

export interface Hit { passage_id: number; document_id: number; file: string; source: string; collection: string; format: string | null; title: string | null; page: number | null; place: Place; place_text: string; headings: string[]; heading: string; passage: string; tabular: boolean; score: number; similarity: number | null; keyword: number | null; labels: Label[]; modified: number; written: string | null }
export interface Query { text: string; most: number; mode?: "hybrid" | "keyword" | "vector"; filter?: Filter; by_document?: boolean }
export interface SearchResponse { results: Hit[]; notices: string[] }
export interface Why { file: string; verdict: string; details: string[]; status: FileState | null; found: null | { rank: number; file_rank: number; passage: string; place: string; matched: string[]; missing: string[]; similarity: number | null } }

export interface ConversationRow { id: number; title: string; created: number; updated: number; turns: number; running: boolean }
export interface Conversation { id: number; title: string; created: number; updated: number; turns: Turn[] }
export type TurnState = "running" | "answered" | "abstained" | "stopped" | "failed" | "interrupted"; // interrupted: the program ended before the answer did
export interface Turn { id: number; question: string; filter: Filter; asked: number; state: TurnState; answer: Answered | null; failure: Failure | null }

// experience::wire::{Answered, SentenceView, CitationView, ConflictView}: as today, plus `document` and `passage_id` in CitationView and in conflict sides
export interface Answered { engine: string; answer: SentenceView[]; abstained: boolean; cancelled: boolean; reason: string | null; missing: string[]; conflicts: ConflictView[]; notices: string[]; labels: Label[]; passages_read: number; files_read: number }
export interface SentenceView { text: string; citations: CitationView[]; conflict: boolean; confidence: number }
export interface CitationView { document: number; passage_id: number; file: string; source: string; page: number | null; place: Place; place_text: string; heading: string; passage: string; quote: string; chars: { start: number; end: number }; modified: number; written: string | null; dated: string; labels: Label[] }
export interface ConflictView { about: string; sides: { value: string; citation: CitationView; dated: string }[] }

// What the evidence pane shows. The core reads the file again in its sandboxed reader and sends a window of it around `place`.
export interface DocumentView {
  document: number; file: string; source: string; format: string; title: string | null; author: string | null; written: string | null; modified: number; dated: string; labels: Label[];
  changed_since: boolean;            // the file on disk is newer than what was indexed
  parts: number | null;              // pages, slides, sheets, messages
  shape: "pdf" | "sheet" | "mail" | "slides" | "text";  // how to draw it. "pdf": get the bytes with host.documentBytes and draw with pdf.js
  mail: null | { from: string; to: string; cc: string; subject: string; date: string; attachments: string[] };
  sheet: null | { name: string; sheets: string[]; first_row: number; first_column: number; rows: string[][]; marked: { top: number; left: number; bottom: number; right: number } | null }; // a window of at most 200 rows × 50 columns around the range; numbers zero-based
  blocks: ViewBlock[];               // for mail, slides, text
  more_before: boolean; more_after: boolean;   // the window does not begin/end where the document does
}
export type ViewBlock =
  | { kind: "heading"; level: number; text: string; place: Place; place_text: string }
  | { kind: "paragraph" | "item" | "code"; text: string; place: Place; place_text: string }
  | { kind: "table"; header: string[]; rows: { cells: string[]; place: Place }[] };
export interface PageMarks { page: number; width: number; height: number; rects: { left: number; top: number; right: number; bottom: number }[]; found: boolean } // in points, from the upper left corner

export interface Settings { theme: "system" | "light" | "dark"; text_size: number /* percent, 80..200 */; hotkey: string | null /* e.g. "Ctrl+Shift+Space" */; single_keys: boolean; notifications: boolean }
export interface About { version: string; home: string; model: string | null; model_problem: string | null; engine: string; index_bytes: number; ledger_bytes: number; checks: { name: string; ok: boolean; found: string; fix?: string }[]; contacts: string[] /* hosts contacted; always empty today */ }

// One stream of events, bounded; when the page is slow, the newest progress replaces older ones and stale sets are merged. Answer parts are never dropped:
// a page that was away gets everything by conversation_get.
export type Event =
  | { event: "core"; state: "starting" | "ready" | "failed"; failure: Failure | null }
  | { event: "progress"; progress: Progress }
  | { event: "stale"; caches: Cache[] }
  | { event: "answer"; conversation: number; turn: number; part: AnswerPart }
  | { event: "go"; to: string };        // tray, hotkey, deep link: "ask", "library", "settings", "conversation/12", "ask?question=…"
export type AnswerPart =
  | { kind: "gathered"; passages_read: number; files_read: number; notices: string[] }
  | { kind: "sentence"; index: number; sentence: SentenceView }
  | { kind: "finished"; turn: Turn };

