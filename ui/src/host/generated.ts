// The seam between the page and the core, written from the Rust types by `make types`. Do not edit.
// Ids are numbers. Times are seconds since 1970.

export type About = {
  /**
   * Its version.
   */
  version: string;
  /**
   * The folder in which everything is kept.
   */
  home: string;
  /**
   * Id of the embedding model; absent if there is none.
   */
  model: string | null;
  /**
   * Why there is no model.
   */
  model_problem: string | null;
  /**
   * What answers questions.
   */
  engine: string;
  /**
   * What was read from the files, in bytes on the disk.
   */
  index_bytes: number;
  /**
   * What the person decided and asked, in bytes on the disk.
   */
  ledger_bytes: number;
  /**
   * What was looked at on this machine.
   */
  checks: Array<Check>;
};

export type ActionId = number;

export type ActionRequest = {
  /**
   * Its id.
   */
  id: ActionId;
};

export type ActionState =
  | "denied"
  | "awaiting"
  | "rejected"
  | "expired"
  | "approved"
  | "dispatching"
  | "succeeded"
  | "failed"
  | "unknown"
  | "needs_person";

export type ActionView = {
  /**
   * Its id.
   */
  id: ActionId;
  /**
   * The first of those that were proposed together with it, if it is not the first itself.
   */
  batch: ActionId | null;
  /**
   * What would be done, in one sentence: a verb, a count, a record and a system.
   */
  sentence: string;
  /**
   * Name of the connection.
   */
  system: string;
  /**
   * What people call it.
   */
  system_title: string;
  /**
   * Name of the operation.
   */
  operation: string;
  /**
   * What the operation does, in the words of its description.
   */
  summary: string;
  /**
   * What it does to the world: `draft`, `write`, `send`, `destructive`.
   */
  side_effect: string;
  /**
   * Through which account.
   */
  account: string;
  /**
   * The record that is acted on; nothing where one is made.
   */
  record: RecordView | null;
  /**
   * Where it stands.
   */
  state: ActionState;
  /**
   * What a person is to know about that, in a sentence.
   */
  state_words: string;
  /**
   * Who proposed it.
   */
  proposer: ProposerView;
  /**
   * Why, in the proposer's own words.
   */
  reason: string | null;
  /**
   * What the rules said.
   */
  verdict: VerdictView;
  /**
   * The records that could be meant, where only the person can say; then nothing is prepared before they do.
   */
  which: WhichView | null;
  /**
   * Each field before and after.
   */
  changes: Array<ChangeView>;
  /**
   * What else is given, which is neither a changed field nor the record.
   */
  given: Array<GivenView>;
  /**
   * So many other fields stay as they are.
   */
  unchanged: number;
  /**
   * The message as those who get it will see it.
   */
  message: MessageView | null;
  /**
   * How it can be taken back.
   */
  undo: UndoView | null;
  /**
   * Texts that somebody else wrote and that led to this.
   */
  outside: Array<SourceView>;
  /**
   * The permission by which it was done without asking.
   */
  grant: string | null;
  /**
   * Why a permission was not used.
   */
  unused_grant: string | null;
  /**
   * The request as it would be sent.
   */
  raw: RawView;
  /**
   * SHA-256 of the request, in hex.
   */
  request_hash: string;
  /**
   * Milliseconds since 1970; the record was read then.
   */
  created: number;
  /**
   * Until when it can be decided, in milliseconds since 1970.
   */
  expires: number;
  /**
   * Who approved it.
   */
  approved_by: string | null;
  /**
   * When, in milliseconds since 1970.
   */
  approved_at: number | null;
  /**
   * What became of it.
   */
  outcome: OutcomeView | null;
  /**
   * How often sending was begun.
   */
  attempts: number;
  /**
   * When it is looked up again what became of it, in milliseconds since 1970; nothing where nobody waits for that.
   */
  next_look: number | null;
};

export type Actions = {
  /**
   * The proposals.
   */
  actions: Array<ActionView>;
  /**
   * There are more before the last one.
   */
  more: boolean;
};

export type ActionsRequest = {
  /**
   * Only those that are not at their end, oldest first; else all, the newest first.
   */
  open: boolean;
  /**
   * Only those before this one.
   */
  before?: ActionId;
};

export type ActivityRequest = {
  /**
   * Only what is before this row.
   */
  before?: number;
};

export type AddRequest = {
  /**
   * The folder; relative paths count from where the program runs.
   */
  path: string;
  /**
   * Its collection; the folder's own name if none is given.
   */
  collection?: string | null;
  /**
   * Labels for the collection.
   */
  labels?: Labels;
};

export type AnswerPart =
  | {
      kind: "gathered";
      /**
       * Passages.
       */
      passages_read: number;
      /**
       * Files they are from.
       */
      files_read: number;
      /**
       * What a person should know about the search.
       */
      notices: Array<string>;
    }
  | {
      kind: "sentence";
      /**
       * Its position, from 0.
       */
      index: number;
      /**
       * The sentence.
       */
      sentence: SentenceView;
    }
  | {
      kind: "finished";
      /**
       * Everything, as it is stored.
       */
      turn: Turn;
    };

export type Answered = {
  /**
   * What the answer is: `found in your documents`.
   */
  engine: string;
  /**
   * Its sentences, each with its citations.
   */
  answer: Array<SentenceView>;
  /**
   * Nothing in the folders answers the question.
   */
  abstained: boolean;
  /**
   * The person stopped it.
   */
  cancelled: boolean;
  /**
   * Why there is no answer.
   */
  reason: string | null;
  /**
   * Names and numbers of the question that no file mentions.
   */
  missing: Array<string>;
  /**
   * Where sources disagree.
   */
  conflicts: Array<ConflictView>;
  /**
   * What a person should know about this answer.
   */
  notices: Array<string>;
  /**
   * Labels of everything that was read for it.
   */
  labels: Labels;
  /**
   * Passages that were read for it.
   */
  passages_read: number;
  /**
   * Files they are from.
   */
  files_read: number;
};

export type ApproveRequest = {
  /**
   * One of the proposals of the card.
   */
  id: ActionId;
  /**
   * What was struck out.
   */
  struck: Array<ActionId>;
  /**
   * The digest of what was left: [`CardView::digest`].
   */
  shown: string;
  /**
   * What was typed where a word is asked for.
   */
  word?: string;
};

export type BoundRequest = {
  /**
   * Which argument.
   */
  name: string;
  /**
   * The largest amount; the very value of the proposal if absent.
   */
  up_to: number | null;
};

export type Cache = "sources" | "files" | "conversations" | "settings" | "actions" | "grants" | "systems";

export type CardRequest = {
  /**
   * One of its proposals.
   */
  id: ActionId;
  /**
   * What is struck out.
   */
  struck: Array<ActionId>;
};

export type CardView = {
  /**
   * What is left would do, in one sentence.
   */
  sentence: string;
  /**
   * The proposals, in the order they would be done.
   */
  actions: Array<ActionView>;
  /**
   * What was proposed together with them and waits for the person to say which record is meant. Not part of what is
   * approved.
   */
  questions: Array<ActionView>;
  /**
   * Those that are struck out.
   */
  struck: Array<ActionId>;
  /**
   * Digest of what is left; it comes back with the click. Nothing when everything is struck out.
   */
  digest: string | null;
  /**
   * The label of the button: `Approve 4 of 6`.
   */
  approve: string;
  /**
   * The word that has to be typed.
   */
  word: string | null;
  /**
   * Until when it can be decided, in milliseconds since 1970.
   */
  expires: number;
};

export type CellRange = {
  /**
   * Topmost row.
   */
  top: number;
  /**
   * Leftmost column.
   */
  left: number;
  /**
   * Lowest row, included.
   */
  bottom: number;
  /**
   * Rightmost column, included.
   */
  right: number;
};

export type ChangeView = {
  /**
   * Its name in the system.
   */
  field: string;
  /**
   * Its name in words.
   */
  label: string;
  /**
   * What stands there now; nothing if it is empty.
   */
  before: string | null;
  /**
   * What will stand there; nothing if it is cleared.
   */
  after: string | null;
  /**
   * The value that is proposed, as it is edited: JSON.
   */
  value: unknown;
  /**
   * Where the value comes from.
   */
  origin: OriginView | null;
};

export type Check = {
  /**
   * What was looked at.
   */
  name: string;
  /**
   * It is as it should be.
   */
  ok: boolean;
  /**
   * What was found.
   */
  found: string;
  /**
   * What does not work without it, and how to get it.
   */
  fix?: string;
};

export type CitationView = {
  /**
   * The document.
   */
  document: DocumentId;
  /**
   * The passage; it is never used again once the document changed.
   */
  passage_id: PassageId;
  /**
   * Path below the watched folder.
   */
  file: string;
  /**
   * Path of the watched folder.
   */
  source: string;
  /**
   * Page or slide.
   */
  page: number | null;
  /**
   * Where exactly.
   */
  place: Place;
  /**
   * The same in words.
   */
  place_text: string;
  /**
   * Headings above it in one line.
   */
  heading: string;
  /**
   * The whole passage.
   */
  passage: string;
  /**
   * The cited characters of the passage.
   */
  quote: string;
  /**
   * Where the quote begins and ends in the passage, in characters.
   */
  chars: { start: number; end: number };
  /**
   * File date, seconds since 1970.
   */
  modified: number;
  /**
   * The date the document gives itself.
   */
  written: string | null;
  /**
   * How old the source is, in words: `written 3 March 2025, 18 months ago`.
   */
  dated: string;
  /**
   * Labels of the passage.
   */
  labels: Labels;
};

export type ConflictSideView = {
  /**
   * The value alone, as written.
   */
  value: string;
  /**
   * Where it stands.
   */
  citation: CitationView;
  /**
   * How old the source is, in words.
   */
  dated: string;
};

export type ConflictView = {
  /**
   * The words both share.
   */
  about: string;
  /**
   * What each says, newest first.
   */
  sides: Array<ConflictSideView>;
};

export type ConnectRequest = {
  /**
   * Name of the connector, or of the file with its manifest.
   */
  connector: string;
  /**
   * Name of the connection; else that of the connector.
   */
  name?: string;
  /**
   * What people call it; else what the connector calls it.
   */
  title?: string;
  /**
   * Where its paths begin.
   */
  address: string;
  /**
   * It is in the company's own network, and may have an address there.
   */
  own_network: boolean;
  /**
   * By which name or mail address the person is known there.
   */
  account: string;
  /**
   * The way to sign in; else the first.
   */
  way?: string;
  /**
   * The name that the person signs in with, where the way wants one.
   */
  user?: string;
  /**
   * The secret. It goes into the keyring and never comes back.
   */
  secret: string;
};

export type ConnectorView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * What people call the system.
   */
  title: string;
  /**
   * What it is good for.
   */
  about: string;
  /**
   * Against what it was run for real, or that it never was.
   */
  tried: string;
  /**
   * An address as an example.
   */
  base: string;
  /**
   * The ways to sign in, the best first.
   */
  sign_in: Array<SignInView>;
};

export type Conversation = {
  /**
   * Its id.
   */
  id: ConversationId;
  /**
   * What it is called.
   */
  title: string;
  /**
   * Seconds since 1970.
   */
  created: number;
  /**
   * When the last question was asked or answered.
   */
  updated: number;
  /**
   * Oldest first.
   */
  turns: Array<Turn>;
};

export type ConversationId = number;

export type ConversationRow = {
  /**
   * Its id.
   */
  id: ConversationId;
  /**
   * What it is called.
   */
  title: string;
  /**
   * Seconds since 1970.
   */
  created: number;
  /**
   * When the last question was asked or answered.
   */
  updated: number;
  /**
   * How many questions it has.
   */
  turns: number;
  /**
   * One of them is being answered.
   */
  running: boolean;
};

export type CoreState = "starting" | "ready" | "failed";

export type Counts = {
  /**
   * Can be found.
   */
  indexed: number;
  /**
   * Not read yet.
   */
  waiting: number;
  /**
   * Left out on purpose.
   */
  skipped: number;
  /**
   * Could not be read.
   */
  failed: number;
};

export type Decided =
  | {
      kind: "approved";
      /**
       * The proposals.
       */
      actions: Array<ActionView>;
    }
  | {
      kind: "changed";
      /**
       * The proposal as it would be now, with a card of its own.
       */
      fresh: ActionView;
    };

export type DenyRequest = {
  /**
   * The proposals.
   */
  ids: Array<ActionId>;
  /**
   * Why, in the person's own words; may be empty.
   */
  reason: string;
};

export type DocumentId = number;

export type DocumentRequest = {
  /**
   * Its id.
   */
  document: DocumentId;
};

export type DocumentView = {
  /**
   * Its id.
   */
  document: DocumentId;
  /**
   * The record that it is the copy of.
   */
  record: RecordPlace | null;
  /**
   * Path below its watched folder.
   */
  file: string;
  /**
   * Path of the watched folder.
   */
  source: string;
  /**
   * What it is.
   */
  format: Format | null;
  /**
   * The title it gives itself.
   */
  title: string | null;
  /**
   * Who wrote it.
   */
  author: string | null;
  /**
   * When it says it was written.
   */
  written: string | null;
  /**
   * File date, seconds since 1970.
   */
  modified: number;
  /**
   * How old it is, in words.
   */
  dated: string;
  /**
   * Labels of its collection.
   */
  labels: Labels;
  /**
   * The file on disk is not the one that was read.
   */
  changed_since: boolean;
  /**
   * Pages, slides, sheets, messages.
   */
  parts: number | null;
  /**
   * How to draw it.
   */
  shape: Shape;
  /**
   * The head of a mail.
   */
  mail: MailHead | null;
  /**
   * A window of a sheet.
   */
  sheet: SheetWindow | null;
  /**
   * For mails, slides and text.
   */
  blocks: Array<ViewBlock>;
  /**
   * The window does not begin where the document does.
   */
  more_before: boolean;
  /**
   * The window does not end where the document does.
   */
  more_after: boolean;
};

export type EditRequest = {
  /**
   * The proposal.
   */
  id: ActionId;
  /**
   * New values of arguments by name; `null` clears a field.
   */
  changed: Record<string, unknown>;
  /**
   * Arguments that are left out: their fields stay as they are.
   */
  left_out: Array<string>;
};

export type EditedView = {
  /**
   * Who: a name or an address.
   */
  by: string | null;
  /**
   * When, as the system writes it.
   */
  at: string | null;
};

export type EraseRequest = {
  /**
   * Must be the word `erase`.
   */
  typed: string;
};

export type Event =
  | {
      event: "core";
      /**
       * What it is.
       */
      state: CoreState;
      /**
       * Why it failed.
       */
      failure: Failure | null;
    }
  | {
      event: "progress";
      /**
       * The newest.
       */
      progress: Progress;
    }
  | {
      event: "stale";
      /**
       * Of these caches.
       */
      caches: Array<Cache>;
    }
  | {
      event: "answer";
      /**
       * The conversation.
       */
      conversation: ConversationId;
      /**
       * The question in it.
       */
      turn: TurnId;
      /**
       * What came.
       */
      part: AnswerPart;
    }
  | {
      event: "go";
      /**
       * Where to.
       */
      to: string;
    };

export type ExplainRequest = {
  /**
   * Absolute, or relative to a watched folder.
   */
  file: string;
  /**
   * The question it was expected for.
   */
  question: string;
};

export type Failure = {
  /**
   * Only set where a face reacts to it, for example `workspace_in_use`.
   */
  code?: string;
  /**
   * A plain sentence that names the person's thing in backticks.
   */
  message: string;
  /**
   * What to try next.
   */
  hint?: string;
  /**
   * Whose it is to mend.
   */
  fault: Fault;
};

export type Fault = "user" | "environment" | "remote" | "bug";

export type FileList = {
  /**
   * Files that fit.
   */
  total: number;
  /**
   * One page of them, by folder and path.
   */
  files: Array<FileRow>;
  /**
   * How many files of each state fit the folder and the name.
   */
  by_state: Counts;
};

export type FileQuery = {
  /**
   * Of one watched folder only.
   */
  source?: SourceId | null;
  /**
   * In one of these states; in any if absent or empty.
   */
  states?: Array<FileStatus> | null;
  /**
   * Part of the name or folder, whatever its case.
   */
  name?: string | null;
  /**
   * Files to pass over.
   */
  offset: number;
  /**
   * Most files to return, at most [`MOST_FILES`].
   */
  limit: number;
};

export type FileRow = {
  /**
   * Its id; absent for what could not be looked at.
   */
  document: DocumentId | null;
  /**
   * Path below its watched folder.
   */
  file: string;
  /**
   * Path of the watched folder.
   */
  source: string;
  /**
   * Id of the watched folder.
   */
  source_id: SourceId;
  /**
   * Its state.
   */
  status: FileStatus;
  /**
   * Why it was skipped or failed, or what in it could not be read.
   */
  reason: string | null;
  /**
   * When that was found out, seconds since 1970.
   */
  at: number | null;
  /**
   * File date, seconds since 1970.
   */
  modified: number | null;
  /**
   * Bytes.
   */
  size: number | null;
  /**
   * What it is.
   */
  format: Format | null;
};

export type FileStatus = "indexed" | "waiting" | "skipped" | "failed";

export type Filter = {
  /**
   * Names of collections.
   */
  collections?: Array<string>;
  /**
   * Labels of which the document must carry all.
   */
  labels?: Array<string>;
  /**
   * Kinds of file.
   */
  formats?: Array<Format>;
  /**
   * Beginning of the path below the watched folder.
   */
  below?: string | null;
  /**
   * Earliest file date, seconds since 1970.
   */
  modified_from?: number | null;
  /**
   * Latest file date, seconds since 1970.
   */
  modified_to?: number | null;
};

export type Format =
  | "pdf"
  | "docx"
  | "doc"
  | "pptx"
  | "ppt"
  | "xlsx"
  | "xlsb"
  | "xls"
  | "odt"
  | "ods"
  | "odp"
  | "csv"
  | "rtf"
  | "html"
  | "markdown"
  | "text"
  | "eml"
  | "msg"
  | "mbox"
  | "epub"
  | "json"
  | "xml"
  | "image"
  | "other";

export type FoundOut = "happened" | "dropped" | "send_again";

export type GivenView = {
  /**
   * Its name in the system.
   */
  name: string;
  /**
   * Its name in words.
   */
  label: string;
  /**
   * Its value in words.
   */
  value: string;
  /**
   * Where the value comes from.
   */
  origin: OriginView;
};

export type GrantRequest = {
  /**
   * The proposal.
   */
  id: ActionId;
  /**
   * Arguments that may have other values; the others are bound to the very value of the proposal.
   */
  bounds: Array<BoundRequest>;
  /**
   * Arguments that are left out: a change that has one of them too is asked.
   */
  left_out: Array<string>;
  /**
   * So many changes in all.
   */
  count: number;
  /**
   * For so many hours.
   */
  hours: number;
};

export type GrantView = {
  /**
   * Its name.
   */
  id: string;
  /**
   * In words.
   */
  words: string;
  /**
   * Name of the connection.
   */
  system: string;
  /**
   * Name of the operation.
   */
  operation: string;
  /**
   * Through which account.
   */
  account: string;
  /**
   * Each argument with what it may be, in words.
   */
  bounds: Array<[string, string]>;
  /**
   * So many changes in all.
   */
  count: number;
  /**
   * So many were used.
   */
  used: number;
  /**
   * From when, in milliseconds since 1970.
   */
  from: number;
  /**
   * Until when, in milliseconds since 1970.
   */
  until: number;
  /**
   * The person took it back.
   */
  revoked: boolean;
  /**
   * It still counts: not taken back, not used up, not over, under the rules of now.
   */
  active: boolean;
  /**
   * The proposal that it was made from.
   */
  action: ActionId;
};

export type Happening = {
  /**
   * Number of its first row in the audit.
   */
  seq: number;
  /**
   * Milliseconds since 1970.
   */
  at: number;
  /**
   * `action`, `answer`, `grant`, `system`, `stop` or another kind of row.
   */
  kind: string;
  /**
   * In a sentence.
   */
  words: string;
  /**
   * What was decided or became of it, in a few words.
   */
  result: string;
  /**
   * The action, if it is about one.
   */
  action: ActionId | null;
  /**
   * Its state.
   */
  state: ActionState | null;
};

export type Hit = {
  /**
   * Its id, valid until the document changes.
   */
  passage_id: PassageId;
  /**
   * Its document.
   */
  document_id: DocumentId;
  /**
   * Path below the watched folder, parted by `/`.
   */
  file: string;
  /**
   * Path of the watched folder.
   */
  source: string;
  /**
   * Collection of the folder.
   */
  collection: string;
  /**
   * What the file is.
   */
  format: Format | null;
  /**
   * Title of the document.
   */
  title: string | null;
  /**
   * Page or slide.
   */
  page: number | null;
  /**
   * Where exactly.
   */
  place: Place;
  /**
   * The same in words.
   */
  place_text: string;
  /**
   * Headings above it, outermost first.
   */
  headings: Array<string>;
  /**
   * The same in one line, joined by ` > `.
   */
  heading: string;
  /**
   * The text.
   */
  passage: string;
  /**
   * The first line of the text holds column headings.
   */
  tabular: boolean;
  /**
   * Ranking score, comparable within one search only.
   */
  score: number;
  /**
   * Cosine to the question, if vectors were used.
   */
  similarity: number | null;
  /**
   * BM25 score, if words matched.
   */
  keyword: number | null;
  /**
   * Labels of the collection.
   */
  labels: Labels;
  /**
   * File date, seconds since 1970.
   */
  modified: number;
  /**
   * Date the document gives itself.
   */
  written: string | null;
};

export type HostView = {
  /**
   * Scheme, name and port.
   */
  host: string;
  /**
   * The connection on whose behalf.
   */
  system: string;
  /**
   * What for: `describe`, `read`, `write`, `check`, `audit anchor`.
   */
  purpose: string;
  /**
   * How often.
   */
  contacts: number;
  /**
   * Bytes.
   */
  sent: number;
  /**
   * Bytes.
   */
  received: number;
  /**
   * Contacts that were not allowed.
   */
  refused: number;
  /**
   * The first time, in milliseconds since 1970.
   */
  first: number;
  /**
   * The last time, in milliseconds since 1970.
   */
  last: number;
};

export type IdRequest = {
  /**
   * Its id.
   */
  id: ConversationId;
};

export type Label = string;

export type LabelRequest = {
  /**
   * Its name.
   */
  collection: string;
  /**
   * The labels it has from now on, and no others.
   */
  labels: Labels;
};

export type Labels = Array<Label>;

export type Looked =
  | {
      kind: "same";
      /**
       * When that was, in milliseconds since 1970.
       */
      at: number;
    }
  | {
      kind: "changed";
      /**
       * The proposal as it would be now, with a card of its own.
       */
      fresh: ActionView;
    };

export type MailHead = {
  /**
   * Who sent it.
   */
  from: string;
  /**
   * To whom.
   */
  to: string;
  /**
   * Who else got it.
   */
  cc: string;
  /**
   * What it says it is about.
   */
  subject: string;
  /**
   * When it says it was sent.
   */
  date: string;
  /**
   * Names of its attachments.
   */
  attachments: Array<string>;
};

export type MarksRequest = {
  /**
   * The document.
   */
  document: DocumentId;
  /**
   * The page, counted from 1.
   */
  page: number;
  /**
   * The words to mark.
   */
  quote: string;
  /**
   * The passage they are from, which tells which of several equal places is meant.
   */
  passage?: string | null;
};

export type MeantView = {
  /**
   * What they said.
   */
  words: string;
  /**
   * How it was found, in a sentence.
   */
  how: string;
  /**
   * The others that came near, best first.
   */
  runners_up: Array<NearView>;
};

export type MessageView = {
  /**
   * To whom.
   */
  to: Array<string>;
  /**
   * To whom a copy.
   */
  cc: Array<string>;
  /**
   * To whom a copy that the others do not see.
   */
  bcc: Array<string>;
  /**
   * Subject.
   */
  subject: string;
  /**
   * Words.
   */
  body: string;
  /**
   * Which of them were seen somewhere else, in their order.
   */
  pieces: Array<PieceView>;
  /**
   * Names of attachments.
   */
  attachments: Array<string>;
};

export type Mode = "hybrid" | "keyword" | "vector" | "rrf";

export type NearView = {
  /**
   * Its id in the system.
   */
  id: string;
  /**
   * What people call it.
   */
  title: string;
  /**
   * What else tells it from others, as field and value; may be empty.
   */
  about: string;
};

export type Nothing = Record<string, never>;

export type OfferArgument = {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its name in words.
   */
  label: string;
  /**
   * Its value in words.
   */
  value: string;
  /**
   * It can be bounded by a largest amount instead of this very value.
   */
  amount: boolean;
  /**
   * It can be left out: then a change that has it too is asked.
   */
  optional: boolean;
};

export type OfferView = {
  /**
   * Why nothing can be.
   */
  refused: string | null;
  /**
   * Each argument of the proposal.
   */
  arguments: Array<OfferArgument>;
};

export type OperationView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * What it does.
   */
  summary: string;
  /**
   * What it does to the world: `read`, `draft`, `write`, `send`, `destructive`.
   */
  side_effect: string;
  /**
   * How it can be taken back.
   */
  undo: UndoView | null;
  /**
   * Its definition is not the one that was checked when the system was connected; nothing is done with it.
   */
  changed: boolean;
  /**
   * Its arguments.
   */
  parameters: Array<ParameterView>;
};

export type OriginView = {
  /**
   * `user`, `field`, `within` (inside a text that somebody else wrote) or `nowhere`.
   */
  kind: string;
  /**
   * Where it was read.
   */
  source: SourceView | null;
  /**
   * The words that it was seen in, as they stand there.
   */
  quote: string | null;
};

export type OutcomeView = {
  /**
   * In words.
   */
  words: string;
  /**
   * Id of the record that the system answered with.
   */
  record: string | null;
  /**
   * Whether reading back showed what was sent; nothing where it could not be read.
   */
  as_sent: boolean | null;
  /**
   * What stands there instead.
   */
  differs: Array<ChangeView>;
};

export type PageMarks = {
  /**
   * The page, counted from 1.
   */
  page: number;
  /**
   * Width of the page in points (1/72 inch).
   */
  width: number;
  /**
   * Height of the page in points.
   */
  height: number;
  /**
   * One rectangle a line, in reading order.
   */
  rects: Array<Rect>;
  /**
   * All the words stand on this page, or all that do not run over to the page before or after it. Where only some do, they
   * are marked all the same: something was changed between them.
   */
  found: boolean;
};

export type ParameterView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its name in words.
   */
  label: string;
  /**
   * Without it, nothing goes.
   */
  required: boolean;
  /**
   * What it means: `target`, `recipient`, `amount`, `words`, `value`.
   */
  role: string;
  /**
   * What it may be, in words: `text`, `whole number`, `one of new, open`.
   */
  form: string;
};

export type PassageId = number;

export type PickRequest = {
  /**
   * The question, or the proposal for another record.
   */
  id: ActionId;
  /**
   * Id of the record in its system; one of those that were shown.
   */
  record: string;
};

export type PieceView = {
  /**
   * From which character.
   */
  start: number;
  /**
   * To which character.
   */
  end: number;
  /**
   * Where they were seen.
   */
  origin: OriginView;
};

export type Place =
  | { kind: "whole" }
  | {
      kind: "page";
      /**
       * Physical page, counted from the first of the file.
       */
      page: number;
    }
  | {
      kind: "slide";
      /**
       * Position in the show.
       */
      slide: number;
    }
  | {
      kind: "cells";
      /**
       * The sheet's name.
       */
      sheet: string;
      /**
       * The range, both corners included.
       */
      range: CellRange;
    }
  | {
      kind: "lines";
      /**
       * First line.
       */
      first: number;
      /**
       * Last line, included.
       */
      last: number;
    }
  | {
      kind: "chapter";
      /**
       * Position in the reading order.
       */
      chapter: number;
    }
  | {
      kind: "message";
      /**
       * Position in the mailbox; 1 for a single mail.
       */
      message: number;
      /**
       * Where in that message's text.
       */
      inner: Place;
    }
  | {
      kind: "attachment";
      /**
       * The attachment's file name.
       */
      name: string;
      /**
       * Where in the attachment.
       */
      inner: Place;
    };

export type Progress = {
  /**
   * What is done now, as a person would say it; empty when idle.
   */
  now: string;
  /**
   * Files handled, of all files.
   */
  files_done: number;
  /**
   * All files.
   */
  files: number;
  /**
   * Passages with an embedding, of all passages.
   */
  passages_embedded: number;
  /**
   * All passages.
   */
  passages: number;
  /**
   * Seconds until keyword search and search by meaning are complete, once a rate is known.
   */
  seconds_left: number | null;
  /**
   * Nothing is left to do.
   */
  idle: boolean;
  /**
   * What a person should know about watching, as sentences.
   */
  notices: Array<string>;
  /**
   * Folders that can't be reached now.
   */
  away: Array<SourceId>;
  /**
   * Why nothing can be read now, as a sentence; it is tried again by itself.
   */
  trouble: string | null;
};

export type ProposeRequest = {
  /**
   * Name of the connection.
   */
  system: string;
  /**
   * Name of the operation.
   */
  operation: string;
  /**
   * Its arguments by name. A text is taken as JSON where the argument is no text.
   */
  arguments: Record<string, unknown>;
  /**
   * The record that is acted on, in words, instead of the argument that names it.
   */
  record?: string;
  /**
   * Why.
   */
  reason?: string;
  /**
   * The first of those that are decided together with it.
   */
  batch?: ActionId;
};

export type Proposed =
  | {
      kind: "action";
      /**
       * As it is.
       */
      action: ActionView;
    }
  | {
      kind: "which";
      /**
       * The question: [`ActionView::which`].
       */
      action: ActionView;
    };

export type ProposerView = {
  /**
   * `person`, `workflow` or `model`.
   */
  kind: string;
  /**
   * The name of a workflow or model.
   */
  name: string | null;
};

export type QuarantineRequest = {
  /**
   * Name of the connection.
   */
  system: string;
  /**
   * Apart, or back.
   */
  on: boolean;
};

export type Query = {
  /**
   * The question, in plain words.
   */
  text: string;
  /**
   * Most passages to return.
   */
  most: number;
  /**
   * Which halves of the index answer.
   */
  mode?: Mode;
  /**
   * Where to look.
   */
  filter?: Filter;
  /**
   * Passages of one document that stand before those of other documents.
   */
  most_of_one?: number;
  /**
   * One passage, the best, of each document.
   */
  by_document?: boolean;
};

export type QuestionRequest = {
  /**
   * The conversation that goes on; a new one if absent.
   */
  conversation?: ConversationId | null;
  /**
   * In the person's own words.
   */
  question: string;
  /**
   * Where to look.
   */
  filter?: Filter;
};

export type Questioned = {
  /**
   * The conversation.
   */
  conversation: ConversationId;
  /**
   * The question in it.
   */
  turn: TurnId;
};

export type RawView = {
  /**
   * HTTP method.
   */
  method: string;
  /**
   * The whole address.
   */
  address: string;
  /**
   * The version of the record that the system compares with.
   */
  condition: string | null;
  /**
   * The body, JSON over several lines.
   */
  body: string | null;
};

export type Receipt = {
  /**
   * The action as it is kept; nothing once it was erased. The rows stay.
   */
  action: ActionView | null;
  /**
   * What happened to it, in order, each a row of the audit.
   */
  rows: Array<ReceiptRow>;
  /**
   * All hashes of these rows are what their contents say.
   */
  holds: boolean;
};

export type ReceiptRow = {
  /**
   * Its number in the audit.
   */
  seq: number;
  /**
   * Milliseconds since 1970.
   */
  at: number;
  /**
   * What happened, in a sentence.
   */
  words: string;
  /**
   * The event, in a word.
   */
  event: string;
  /**
   * Its hash, in hex.
   */
  hash: string;
  /**
   * Hash of the row before it.
   */
  prev: string;
  /**
   * The whole row, canonical JSON.
   */
  body: string;
};

export type RecordPlace = {
  /**
   * Name of the connection.
   */
  system: string;
  /**
   * What people call the system.
   */
  title: string;
  /**
   * Kind of record.
   */
  kind: string;
  /**
   * Its id there.
   */
  id: string;
  /**
   * Where a person sees it there, in a browser.
   */
  link: string | null;
};

export type RecordView = {
  /**
   * Its kind in one word: `deal`.
   */
  kind: string;
  /**
   * Its id in the system.
   */
  id: string;
  /**
   * What people call it.
   */
  title: string | null;
  /**
   * Its version when it was looked at.
   */
  version: string | null;
  /**
   * How it was found, where somebody named it in words.
   */
  meant: MeantView | null;
  /**
   * Who changed it last and when, as the system said when it was looked at.
   */
  edited: EditedView | null;
};

export type Rect = {
  /**
   * Left edge.
   */
  left: number;
  /**
   * Upper edge.
   */
  top: number;
  /**
   * Right edge.
   */
  right: number;
  /**
   * Lower edge.
   */
  bottom: number;
};

export type RemoveRequest = {
  /**
   * The folder.
   */
  path: string;
};

export type RenameRequest = {
  /**
   * Its id.
   */
  id: ConversationId;
  /**
   * What it is called from now on.
   */
  title: string;
};

export type RevokeRequest = {
  /**
   * Its name.
   */
  id: string;
};

export type RuleView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * Why, in a sentence.
   */
  why: string;
  /**
   * Whose it is: `baseline`, `default` or `company`.
   */
  layer: string;
};

export type SavedView = {
  /**
   * So many.
   */
  saved: number;
  /**
   * Of so many about the same operation in this system.
   */
  of: number;
  /**
   * Only the newest were looked at.
   */
  more: boolean;
};

export type SayRequest = {
  /**
   * The action.
   */
  id: ActionId;
  /**
   * What they found.
   */
  found: FoundOut;
};

export type SearchResponse = {
  /**
   * Best first.
   */
  results: Array<Hit>;
  /**
   * What a person should know about it.
   */
  notices: Array<string>;
};

export type SentenceView = {
  /**
   * The sentence.
   */
  text: string;
  /**
   * What it rests on; never empty.
   */
  citations: Array<CitationView>;
  /**
   * Another source says otherwise.
   */
  conflict: boolean;
  /**
   * How sure the engine is, from 0 to 1.
   */
  confidence: number;
};

export type Settings = {
  /**
   * Light, dark, or as the system has it.
   */
  theme: Theme;
  /**
   * Percent of the usual size, 80 to 200.
   */
  text_size: number;
  /**
   * Keys that bring the window to the front from anywhere, for example `Ctrl+Shift+Space`.
   */
  hotkey: string | null;
  /**
   * Single letters act where no field has the focus.
   */
  single_keys: boolean;
  /**
   * The system shows a note when an answer is ready while the window is not in front.
   */
  notifications: boolean;
};

export type Shape = "pdf" | "sheet" | "mail" | "slides" | "text";

export type SheetWindow = {
  /**
   * Name of the sheet.
   */
  name: string;
  /**
   * Names of all sheets.
   */
  sheets: Array<string>;
  /**
   * The row that `rows` begins with.
   */
  first_row: number;
  /**
   * The column that each row begins with.
   */
  first_column: number;
  /**
   * The cells, all rows of one length.
   */
  rows: Array<Array<string>>;
  /**
   * The cells that are cited.
   */
  marked: CellRange | null;
};

export type SignInView = {
  /**
   * Its name: `bearer`, `header`, `basic`.
   */
  way: string;
  /**
   * What people call the secret there, and where they find it.
   */
  secret: string;
  /**
   * It wants the name of the user too.
   */
  user: boolean;
};

export type Source = {
  /**
   * Its id, never used again after it is removed.
   */
  id: SourceId;
  /**
   * Absolute path.
   */
  root: string;
  /**
   * Name of the collection it belongs to.
   */
  collection: string;
  /**
   * Labels of the collection, inherited by every passage.
   */
  labels: Labels;
  /**
   * The connected system of which it holds copies of records; none for a folder of the person.
   */
  system: string | null;
};

export type SourceId = number;

export type SourceStatus = {
  /**
   * It can be listed now.
   */
  reachable: boolean;
  /**
   * Folders and files in it that could not be looked at.
   */
  unreadable: number;
  /**
   * Why its changes are not seen at once, as a sentence; `None` where they are, or nothing is watched now.
   */
  notice: string | null;
  /**
   * Its id, never used again after it is removed.
   */
  id: SourceId;
  /**
   * Absolute path.
   */
  root: string;
  /**
   * Name of the collection it belongs to.
   */
  collection: string;
  /**
   * Labels of the collection, inherited by every passage.
   */
  labels: Labels;
  /**
   * The connected system of which it holds copies of records; none for a folder of the person.
   */
  system: string | null;
  /**
   * Can be found.
   */
  indexed: number;
  /**
   * Not read yet.
   */
  waiting: number;
  /**
   * Left out on purpose.
   */
  skipped: number;
  /**
   * Could not be read.
   */
  failed: number;
};

export type SourceView = {
  /**
   * `mail`, `file`, `record`, `tool`.
   */
  kind: string;
  /**
   * Which one: a path, an id, an address.
   */
  object: string;
  /**
   * Which characters of it, from and to.
   */
  span: [number, number] | null;
};

export type Standing = {
  /**
   * The emergency switch is on.
   */
  stopped: boolean;
  /**
   * So many proposals wait for a person, to decide or to find out.
   */
  waiting: number;
  /**
   * So many are under way.
   */
  under_way: number;
};

export type Status = {
  /**
   * One entry for each watched folder.
   */
  sources: Array<SourceStatus>;
  /**
   * Passages that can be found by words.
   */
  passages: number;
  /**
   * Of these, passages that can be found by meaning.
   */
  embedded: number;
  /**
   * Id of the embedding model; `None` if there is none.
   */
  model: string | null;
  /**
   * Why there is no model.
   */
  model_problem: string | null;
};

export type StopAllRequest = {
  /**
   * On.
   */
  on: boolean;
};

export type StopRequest = {
  /**
   * Its id.
   */
  turn: TurnId;
};

export type SyncRequest = {
  /**
   * Name of the connection.
   */
  system: string;
  /**
   * The kinds; none for nothing.
   */
  kinds: Array<string>;
  /**
   * Labels for all that is kept; else those it has.
   */
  labels?: Labels;
};

export type SyncView = {
  /**
   * Its name.
   */
  kind: string;
  /**
   * What people call several of them.
   */
  title: string;
  /**
   * The person wants them kept.
   */
  chosen: boolean;
  /**
   * How many are kept.
   */
  records: number;
  /**
   * They are being brought up to date: so many were listed so far.
   */
  running: number | null;
  /**
   * When they were up to date last, in milliseconds since 1970.
   */
  ended: number | null;
  /**
   * Why they are not, as a sentence; it is tried again by itself.
   */
  trouble: string | null;
};

export type SystemRequest = {
  /**
   * Name of the connection.
   */
  system: string;
};

export type SystemView = {
  /**
   * Name of the connection.
   */
  id: string;
  /**
   * What people call it.
   */
  title: string;
  /**
   * It is the playground: nothing in it is real.
   */
  demo: boolean;
  /**
   * Where it is; nothing for the playground.
   */
  link: string | null;
  /**
   * The account through which it is used.
   */
  account: string;
  /**
   * Whose it is.
   */
  person: string;
  /**
   * It was set apart: everything can be read, nothing is sent.
   */
  quarantined: boolean;
  /**
   * Why it can't be reached now.
   */
  trouble: string | null;
  /**
   * When it was connected, in milliseconds since 1970.
   */
  added: number;
  /**
   * What can be asked of it; nothing while it can't be reached.
   */
  operations: Array<OperationView>;
  /**
   * What of it can be kept on this device, to be found like documents.
   */
  sync: Array<SyncView>;
};

export type Theme = "system" | "light" | "dark";

export type Turn = {
  /**
   * Its id.
   */
  id: TurnId;
  /**
   * The person's own words.
   */
  question: string;
  /**
   * Where was looked.
   */
  filter: Filter;
  /**
   * Seconds since 1970.
   */
  asked: number;
  /**
   * How far it is.
   */
  state: TurnState;
  /**
   * The answer, or as much of it as was told before it was stopped.
   */
  answer: Answered | null;
  /**
   * Why there is no answer.
   */
  failure: Failure | null;
};

export type TurnId = number;

export type TurnState = "running" | "answered" | "abstained" | "stopped" | "failed" | "interrupted";

export type UndoRequest = {
  /**
   * The actions, which are decided together.
   */
  ids: Array<ActionId>;
};

export type UndoView = "restorable" | "compensable" | "irreversible";

export type VerdictView = {
  /**
   * `allow`, `ask` or `deny`.
   */
  decision: string;
  /**
   * What a person would ask: `Why am I asked?`
   */
  question: string;
  /**
   * The rules that decided.
   */
  rules: Array<RuleView>;
  /**
   * What the card needs, a sentence each.
   */
  needs: Array<string>;
  /**
   * It is a warning.
   */
  red: boolean;
  /**
   * The word that has to be typed.
   */
  word: string | null;
  /**
   * Somebody else has to sign too.
   */
  second_signature: boolean;
  /**
   * Digest of all rules.
   */
  policy: string;
};

export type Verified = {
  /**
   * Every row is what was written, in its place.
   */
  holds: boolean;
  /**
   * Rows that hold, from the first on.
   */
  rows: number;
  /**
   * The hash of the last of them, 64 hexadecimal digits; `None` without rows. Kept elsewhere, it shows later whether
   * the end was cut off.
   */
  head: string | null;
  /**
   * What is wrong with the first row that does not hold.
   */
  broken: string | null;
  /**
   * Signed heads that it was checked against.
   */
  signed: number;
  /**
   * The keys that signed them.
   */
  keys: Array<string>;
  /**
   * What the person should know about the check.
   */
  notes: Array<string>;
};

export type ViewBlock =
  | {
      kind: "heading";
      /**
       * 1 for the outermost.
       */
      level: number;
      /**
       * One line.
       */
      text: string;
      /**
       * Where it stands.
       */
      place: Place;
      /**
       * The same in words.
       */
      place_text: string;
    }
  | {
      kind: "paragraph";
      /**
       * May hold line breaks.
       */
      text: string;
      /**
       * Where it stands.
       */
      place: Place;
      /**
       * The same in words.
       */
      place_text: string;
    }
  | {
      kind: "item";
      /**
       * Without its bullet.
       */
      text: string;
      /**
       * Where it stands.
       */
      place: Place;
      /**
       * The same in words.
       */
      place_text: string;
    }
  | {
      kind: "code";
      /**
       * As it stands.
       */
      text: string;
      /**
       * Where it stands.
       */
      place: Place;
      /**
       * The same in words.
       */
      place_text: string;
    }
  | {
      kind: "table";
      /**
       * Column headings; may be empty.
       */
      header: Array<string>;
      /**
       * The rows below.
       */
      rows: Array<ViewRow>;
    };

export type ViewRequest = {
  /**
   * The document.
   */
  document: DocumentId;
  /**
   * What to show; the beginning if absent.
   */
  place?: Place | null;
  /**
   * The passage that is looked for, where the format has no finer place than the whole document.
   */
  passage?: string | null;
};

export type ViewRow = {
  /**
   * One text a column.
   */
  cells: Array<string>;
  /**
   * Where it stands.
   */
  place: Place;
};

export type WhichView = {
  /**
   * What they said.
   */
  words: string;
  /**
   * The kind of record in one word: `deal`.
   */
  kind: string;
  /**
   * Those it could be, best first.
   */
  candidates: Array<NearView>;
};

export type Why = {
  /**
   * The file as it was asked for.
   */
  file: string;
  /**
   * One plain sentence.
   */
  verdict: string;
  /**
   * What the verdict rests on and what can be done, a sentence each.
   */
  details: Array<string>;
  /**
   * Its state in the index, if it is known there.
   */
  status: FileStatus | null;
  /**
   * Where it was found, if it was.
   */
  found: WhyFound | null;
};

export type WhyFound = {
  /**
   * Rank of the passage among all passages, from 1.
   */
  rank: number;
  /**
   * Rank of the file among all files, from 1.
   */
  file_rank: number;
  /**
   * The passage.
   */
  passage: string;
  /**
   * Where it stands.
   */
  place: string;
  /**
   * Words of the question that occur in it, its headings, title or file name.
   */
  matched: Array<string>;
  /**
   * Words of the question that do not.
   */
  missing: Array<string>;
  /**
   * Cosine to the question, if vectors were used.
   */
  similarity: number | null;
};

/** Every command a window may call. */
export interface Commands {
  status: { request: Nothing; response: Status };
  progress: { request: Nothing; response: Progress };
  source_add: { request: AddRequest; response: Source };
  source_demo: { request: Nothing; response: Source };
  source_remove: { request: RemoveRequest; response: Array<Source> };
  source_label: { request: LabelRequest; response: Array<Source> };
  file_list: { request: FileQuery; response: FileList };
  file_retry: { request: DocumentRequest; response: Nothing };
  file_open: { request: DocumentRequest; response: Nothing };
  file_reveal: { request: DocumentRequest; response: Nothing };
  search: { request: Query; response: SearchResponse };
  why: { request: ExplainRequest; response: Why };
  conversation_list: { request: Nothing; response: Array<ConversationRow> };
  conversation_get: { request: IdRequest; response: Conversation };
  conversation_rename: { request: RenameRequest; response: Conversation };
  conversation_delete: { request: IdRequest; response: Nothing };
  question_ask: { request: QuestionRequest; response: Questioned };
  question_stop: { request: StopRequest; response: Nothing };
  document_view: { request: ViewRequest; response: DocumentView };
  page_marks: { request: MarksRequest; response: PageMarks };
  settings_get: { request: Nothing; response: Settings };
  settings_set: { request: Settings; response: Settings };
  about: { request: Nothing; response: About };
  contacts: { request: Nothing; response: Array<HostView> };
  system_list: { request: Nothing; response: Array<SystemView> };
  connector_list: { request: Nothing; response: Array<ConnectorView> };
  system_connect: { request: ConnectRequest; response: SystemView };
  system_test: { request: SystemRequest; response: Nothing };
  system_sync: { request: SyncRequest; response: SystemView };
  system_sync_now: { request: SystemRequest; response: Nothing };
  demo_connect: { request: Nothing; response: SystemView };
  system_disconnect: { request: SystemRequest; response: Nothing };
  system_quarantine: { request: QuarantineRequest; response: Nothing };
  standing: { request: Nothing; response: Standing };
  stop_all: { request: StopAllRequest; response: Standing };
  action_propose: { request: ProposeRequest; response: Proposed };
  action_list: { request: ActionsRequest; response: Actions };
  action_get: { request: ActionRequest; response: ActionView };
  card_get: { request: CardRequest; response: CardView };
  card_look: { request: ActionRequest; response: Looked };
  action_approve: { request: ApproveRequest; response: Decided };
  action_deny: { request: DenyRequest; response: Array<ActionView> };
  action_edit: { request: EditRequest; response: ActionView };
  action_pick: { request: PickRequest; response: ActionView };
  action_say: { request: SayRequest; response: ActionView };
  action_check: { request: ActionRequest; response: ActionView };
  action_undo: { request: UndoRequest; response: Array<ActionView> };
  grant_offer: { request: ActionRequest; response: OfferView };
  grant_saved: { request: GrantRequest; response: SavedView };
  grant_add: { request: GrantRequest; response: GrantView };
  grant_list: { request: Nothing; response: Array<GrantView> };
  grant_revoke: { request: RevokeRequest; response: Nothing };
  receipt_get: { request: ActionRequest; response: Receipt };
  activity_list: { request: ActivityRequest; response: Array<Happening> };
  audit_verify: { request: Nothing; response: Verified };
  erase_everything: { request: EraseRequest; response: Nothing };
}
