// The seam between the page and the core, written from the Rust types by `make types`. Do not edit.
// Ids are numbers. Times are seconds since 1970.

export type About = { 
/**
 * Its version.
 */
version: string, 
/**
 * The folder in which everything is kept.
 */
home: string, 
/**
 * Id of the embedding model; absent if there is none.
 */
model: string | null, 
/**
 * Why there is no model.
 */
model_problem: string | null, 
/**
 * What answers questions.
 */
engine: string, 
/**
 * What was read from the files, in bytes on the disk.
 */
index_bytes: number, 
/**
 * What the person decided and asked, in bytes on the disk.
 */
ledger_bytes: number, 
/**
 * What was looked at on this machine.
 */
checks: Array<Check>, };

export type AddRequest = { 
/**
 * The folder; relative paths count from where the program runs.
 */
path: string, 
/**
 * Its collection; the folder's own name if none is given.
 */
collection?: string | null, 
/**
 * Labels for the collection.
 */
labels?: Labels, };

export type AnswerPart = { "kind": "gathered", 
/**
 * Passages.
 */
passages_read: number, 
/**
 * Files they are from.
 */
files_read: number, 
/**
 * What a person should know about the search.
 */
notices: Array<string>, } | { "kind": "sentence", 
/**
 * Its position, from 0.
 */
index: number, 
/**
 * The sentence.
 */
sentence: SentenceView, } | { "kind": "finished", 
/**
 * Everything, as it is stored.
 */
turn: Turn, };

export type Answered = { 
/**
 * What the answer is: `found in your documents`.
 */
engine: string, 
/**
 * Its sentences, each with its citations.
 */
answer: Array<SentenceView>, 
/**
 * Nothing in the folders answers the question.
 */
abstained: boolean, 
/**
 * The person stopped it.
 */
cancelled: boolean, 
/**
 * Why there is no answer.
 */
reason: string | null, 
/**
 * Names and numbers of the question that no file mentions.
 */
missing: Array<string>, 
/**
 * Where sources disagree.
 */
conflicts: Array<ConflictView>, 
/**
 * What a person should know about this answer.
 */
notices: Array<string>, 
/**
 * Labels of everything that was read for it.
 */
labels: Labels, 
/**
 * Passages that were read for it.
 */
passages_read: number, 
/**
 * Files they are from.
 */
files_read: number, };

export type Cache = "sources" | "files" | "conversations" | "settings";

export type CellRange = { 
/**
 * Topmost row.
 */
top: number, 
/**
 * Leftmost column.
 */
left: number, 
/**
 * Lowest row, included.
 */
bottom: number, 
/**
 * Rightmost column, included.
 */
right: number, };

export type Check = { 
/**
 * What was looked at.
 */
name: string, 
/**
 * It is as it should be.
 */
ok: boolean, 
/**
 * What was found.
 */
found: string, 
/**
 * What does not work without it, and how to get it.
 */
fix?: string, };

export type CitationView = { 
/**
 * The document.
 */
document: DocumentId, 
/**
 * The passage; it is never used again once the document changed.
 */
passage_id: PassageId, 
/**
 * Path below the watched folder.
 */
file: string, 
/**
 * Path of the watched folder.
 */
source: string, 
/**
 * Page or slide.
 */
page: number | null, 
/**
 * Where exactly.
 */
place: Place, 
/**
 * The same in words.
 */
place_text: string, 
/**
 * Headings above it in one line.
 */
heading: string, 
/**
 * The whole passage.
 */
passage: string, 
/**
 * The cited characters of the passage.
 */
quote: string, 
/**
 * Where the quote begins and ends in the passage, in characters.
 */
chars: { start: number, end: number, }, 
/**
 * File date, seconds since 1970.
 */
modified: number, 
/**
 * The date the document gives itself.
 */
written: string | null, 
/**
 * How old the source is, in words: `written 3 March 2025, 18 months ago`.
 */
dated: string, 
/**
 * Labels of the passage.
 */
labels: Labels, };

export type ConflictSideView = { 
/**
 * The value alone, as written.
 */
value: string, 
/**
 * Where it stands.
 */
citation: CitationView, 
/**
 * How old the source is, in words.
 */
dated: string, };

export type ConflictView = { 
/**
 * The words both share.
 */
about: string, 
/**
 * What each says, newest first.
 */
sides: Array<ConflictSideView>, };

export type Conversation = { 
/**
 * Its id.
 */
id: ConversationId, 
/**
 * What it is called.
 */
title: string, 
/**
 * Seconds since 1970.
 */
created: number, 
/**
 * When the last question was asked or answered.
 */
updated: number, 
/**
 * Oldest first.
 */
turns: Array<Turn>, };

export type ConversationId = number;

export type ConversationRow = { 
/**
 * Its id.
 */
id: ConversationId, 
/**
 * What it is called.
 */
title: string, 
/**
 * Seconds since 1970.
 */
created: number, 
/**
 * When the last question was asked or answered.
 */
updated: number, 
/**
 * How many questions it has.
 */
turns: number, 
/**
 * One of them is being answered.
 */
running: boolean, };

export type CoreState = "starting" | "ready" | "failed";

export type Counts = { 
/**
 * Can be found.
 */
indexed: number, 
/**
 * Not read yet.
 */
waiting: number, 
/**
 * Left out on purpose.
 */
skipped: number, 
/**
 * Could not be read.
 */
failed: number, };

export type DocumentId = number;

export type DocumentRequest = { 
/**
 * Its id.
 */
document: DocumentId, };

export type DocumentView = { 
/**
 * Its id.
 */
document: DocumentId, 
/**
 * Path below its watched folder.
 */
file: string, 
/**
 * Path of the watched folder.
 */
source: string, 
/**
 * What it is.
 */
format: Format | null, 
/**
 * The title it gives itself.
 */
title: string | null, 
/**
 * Who wrote it.
 */
author: string | null, 
/**
 * When it says it was written.
 */
written: string | null, 
/**
 * File date, seconds since 1970.
 */
modified: number, 
/**
 * How old it is, in words.
 */
dated: string, 
/**
 * Labels of its collection.
 */
labels: Labels, 
/**
 * The file on disk is not the one that was read.
 */
changed_since: boolean, 
/**
 * Pages, slides, sheets, messages.
 */
parts: number | null, 
/**
 * How to draw it.
 */
shape: Shape, 
/**
 * The head of a mail.
 */
mail: MailHead | null, 
/**
 * A window of a sheet.
 */
sheet: SheetWindow | null, 
/**
 * For mails, slides and text.
 */
blocks: Array<ViewBlock>, 
/**
 * The window does not begin where the document does.
 */
more_before: boolean, 
/**
 * The window does not end where the document does.
 */
more_after: boolean, };

export type EraseRequest = { 
/**
 * Must be the word `erase`.
 */
typed: string, };

export type Event = { "event": "core", 
/**
 * What it is.
 */
state: CoreState, 
/**
 * Why it failed.
 */
failure: Failure | null, } | { "event": "progress", 
/**
 * The newest.
 */
progress: Progress, } | { "event": "stale", 
/**
 * Of these caches.
 */
caches: Array<Cache>, } | { "event": "answer", 
/**
 * The conversation.
 */
conversation: ConversationId, 
/**
 * The question in it.
 */
turn: TurnId, 
/**
 * What came.
 */
part: AnswerPart, } | { "event": "go", 
/**
 * Where to.
 */
to: string, };

export type ExplainRequest = { 
/**
 * Absolute, or relative to a watched folder.
 */
file: string, 
/**
 * The question it was expected for.
 */
question: string, };

export type Failure = { 
/**
 * Only set where a face reacts to it, for example `workspace_in_use`.
 */
code?: string, 
/**
 * A plain sentence that names the person's thing in backticks.
 */
message: string, 
/**
 * What to try next.
 */
hint?: string, 
/**
 * Whose it is to mend.
 */
fault: Fault, };

export type Fault = "user" | "environment" | "remote" | "bug";

export type FileList = { 
/**
 * Files that fit.
 */
total: number, 
/**
 * One page of them, by folder and path.
 */
files: Array<FileRow>, 
/**
 * How many files of each state fit the folder and the name.
 */
by_state: Counts, };

export type FileQuery = { 
/**
 * Of one watched folder only.
 */
source?: SourceId | null, 
/**
 * In one of these states; in any if absent or empty.
 */
states?: Array<FileStatus> | null, 
/**
 * Part of the name or folder, whatever its case.
 */
name?: string | null, 
/**
 * Files to pass over.
 */
offset: number, 
/**
 * Most files to return, at most [`MOST_FILES`].
 */
limit: number, };

export type FileRow = { 
/**
 * Its id; absent for what could not be looked at.
 */
document: DocumentId | null, 
/**
 * Path below its watched folder.
 */
file: string, 
/**
 * Path of the watched folder.
 */
source: string, 
/**
 * Id of the watched folder.
 */
source_id: SourceId, 
/**
 * Its state.
 */
status: FileStatus, 
/**
 * Why it was skipped or failed, or what in it could not be read.
 */
reason: string | null, 
/**
 * When that was found out, seconds since 1970.
 */
at: number | null, 
/**
 * File date, seconds since 1970.
 */
modified: number | null, 
/**
 * Bytes.
 */
size: number | null, 
/**
 * What it is.
 */
format: Format | null, };

export type FileStatus = "indexed" | "waiting" | "skipped" | "failed";

export type Filter = { 
/**
 * Names of collections.
 */
collections?: Array<string>, 
/**
 * Labels of which the document must carry all.
 */
labels?: Array<string>, 
/**
 * Kinds of file.
 */
formats?: Array<Format>, 
/**
 * Beginning of the path below the watched folder.
 */
below?: string | null, 
/**
 * Earliest file date, seconds since 1970.
 */
modified_from?: number | null, 
/**
 * Latest file date, seconds since 1970.
 */
modified_to?: number | null, };

export type Format = "pdf" | "docx" | "doc" | "pptx" | "ppt" | "xlsx" | "xlsb" | "xls" | "odt" | "ods" | "odp" | "csv" | "rtf" | "html" | "markdown" | "text" | "eml" | "msg" | "mbox" | "epub" | "json" | "xml" | "image" | "other";

export type Hit = { 
/**
 * Its id, valid until the document changes.
 */
passage_id: PassageId, 
/**
 * Its document.
 */
document_id: DocumentId, 
/**
 * Path below the watched folder, parted by `/`.
 */
file: string, 
/**
 * Path of the watched folder.
 */
source: string, 
/**
 * Collection of the folder.
 */
collection: string, 
/**
 * What the file is.
 */
format: Format | null, 
/**
 * Title of the document.
 */
title: string | null, 
/**
 * Page or slide.
 */
page: number | null, 
/**
 * Where exactly.
 */
place: Place, 
/**
 * The same in words.
 */
place_text: string, 
/**
 * Headings above it, outermost first.
 */
headings: Array<string>, 
/**
 * The same in one line, joined by ` > `.
 */
heading: string, 
/**
 * The text.
 */
passage: string, 
/**
 * The first line of the text holds column headings.
 */
tabular: boolean, 
/**
 * Ranking score, comparable within one search only.
 */
score: number, 
/**
 * Cosine to the question, if vectors were used.
 */
similarity: number | null, 
/**
 * BM25 score, if words matched.
 */
keyword: number | null, 
/**
 * Labels of the collection.
 */
labels: Labels, 
/**
 * File date, seconds since 1970.
 */
modified: number, 
/**
 * Date the document gives itself.
 */
written: string | null, };

export type IdRequest = { 
/**
 * Its id.
 */
id: ConversationId, };

export type Label = string;

export type LabelRequest = { 
/**
 * Its name.
 */
collection: string, 
/**
 * The labels it has from now on, and no others.
 */
labels: Labels, };

export type Labels = Array<Label>;

export type MailHead = { 
/**
 * Who sent it.
 */
from: string, 
/**
 * To whom.
 */
to: string, 
/**
 * Who else got it.
 */
cc: string, 
/**
 * What it says it is about.
 */
subject: string, 
/**
 * When it says it was sent.
 */
date: string, 
/**
 * Names of its attachments.
 */
attachments: Array<string>, };

export type MarksRequest = { 
/**
 * The document.
 */
document: DocumentId, 
/**
 * The page, counted from 1.
 */
page: number, 
/**
 * The words to mark.
 */
quote: string, 
/**
 * The passage they are from, which tells which of several equal places is meant.
 */
passage?: string | null, };

export type Mode = "hybrid" | "keyword" | "vector" | "rrf";

export type Nothing = Record<string, never>;

export type PageMarks = { 
/**
 * The page, counted from 1.
 */
page: number, 
/**
 * Width of the page in points (1/72 inch).
 */
width: number, 
/**
 * Height of the page in points.
 */
height: number, 
/**
 * One rectangle a line, in reading order.
 */
rects: Array<Rect>, 
/**
 * All the words stand on this page, or all that do not run over to the page before or after it. Where only some do, they
 * are marked all the same: something was changed between them.
 */
found: boolean, };

export type PassageId = number;

export type Place = { "kind": "whole" } | { "kind": "page", 
/**
 * Physical page, counted from the first of the file.
 */
page: number, } | { "kind": "slide", 
/**
 * Position in the show.
 */
slide: number, } | { "kind": "cells", 
/**
 * The sheet's name.
 */
sheet: string, 
/**
 * The range, both corners included.
 */
range: CellRange, } | { "kind": "lines", 
/**
 * First line.
 */
first: number, 
/**
 * Last line, included.
 */
last: number, } | { "kind": "chapter", 
/**
 * Position in the reading order.
 */
chapter: number, } | { "kind": "message", 
/**
 * Position in the mailbox; 1 for a single mail.
 */
message: number, 
/**
 * Where in that message's text.
 */
inner: Place, } | { "kind": "attachment", 
/**
 * The attachment's file name.
 */
name: string, 
/**
 * Where in the attachment.
 */
inner: Place, };

export type Progress = { 
/**
 * What is done now, as a person would say it; empty when idle.
 */
now: string, 
/**
 * Files handled, of all files.
 */
files_done: number, 
/**
 * All files.
 */
files: number, 
/**
 * Passages with an embedding, of all passages.
 */
passages_embedded: number, 
/**
 * All passages.
 */
passages: number, 
/**
 * Seconds until keyword search and search by meaning are complete, once a rate is known.
 */
seconds_left: number | null, 
/**
 * Nothing is left to do.
 */
idle: boolean, 
/**
 * What a person should know about watching, as sentences.
 */
notices: Array<string>, 
/**
 * Folders that can't be reached now.
 */
away: Array<SourceId>, 
/**
 * Why nothing can be read now, as a sentence; it is tried again by itself.
 */
trouble: string | null, };

export type Query = { 
/**
 * The question, in plain words.
 */
text: string, 
/**
 * Most passages to return.
 */
most: number, 
/**
 * Which halves of the index answer.
 */
mode?: Mode, 
/**
 * Where to look.
 */
filter?: Filter, 
/**
 * Passages of one document that stand before those of other documents.
 */
most_of_one?: number, 
/**
 * One passage, the best, of each document.
 */
by_document?: boolean, };

export type QuestionRequest = { 
/**
 * The conversation that goes on; a new one if absent.
 */
conversation?: ConversationId | null, 
/**
 * In the person's own words.
 */
question: string, 
/**
 * Where to look.
 */
filter?: Filter, };

export type Questioned = { 
/**
 * The conversation.
 */
conversation: ConversationId, 
/**
 * The question in it.
 */
turn: TurnId, };

export type Rect = { 
/**
 * Left edge.
 */
left: number, 
/**
 * Upper edge.
 */
top: number, 
/**
 * Right edge.
 */
right: number, 
/**
 * Lower edge.
 */
bottom: number, };

export type RemoveRequest = { 
/**
 * The folder.
 */
path: string, };

export type RenameRequest = { 
/**
 * Its id.
 */
id: ConversationId, 
/**
 * What it is called from now on.
 */
title: string, };

export type SearchResponse = { 
/**
 * Best first.
 */
results: Array<Hit>, 
/**
 * What a person should know about it.
 */
notices: Array<string>, };

export type SentenceView = { 
/**
 * The sentence.
 */
text: string, 
/**
 * What it rests on; never empty.
 */
citations: Array<CitationView>, 
/**
 * Another source says otherwise.
 */
conflict: boolean, 
/**
 * How sure the engine is, from 0 to 1.
 */
confidence: number, };

export type Settings = { 
/**
 * Light, dark, or as the system has it.
 */
theme: Theme, 
/**
 * Percent of the usual size, 80 to 200.
 */
text_size: number, 
/**
 * Keys that bring the window to the front from anywhere, for example `Ctrl+Shift+Space`.
 */
hotkey: string | null, 
/**
 * Single letters act where no field has the focus.
 */
single_keys: boolean, 
/**
 * The system shows a note when an answer is ready while the window is not in front.
 */
notifications: boolean, };

export type Shape = "pdf" | "sheet" | "mail" | "slides" | "text";

export type SheetWindow = { 
/**
 * Name of the sheet.
 */
name: string, 
/**
 * Names of all sheets.
 */
sheets: Array<string>, 
/**
 * The row that `rows` begins with.
 */
first_row: number, 
/**
 * The column that each row begins with.
 */
first_column: number, 
/**
 * The cells, all rows of one length.
 */
rows: Array<Array<string>>, 
/**
 * The cells that are cited.
 */
marked: CellRange | null, };

export type Source = { 
/**
 * Its id, never used again after it is removed.
 */
id: SourceId, 
/**
 * Absolute path.
 */
root: string, 
/**
 * Name of the collection it belongs to.
 */
collection: string, 
/**
 * Labels of the collection, inherited by every passage.
 */
labels: Labels, };

export type SourceId = number;

export type SourceStatus = { 
/**
 * It can be listed now.
 */
reachable: boolean, 
/**
 * Folders and files in it that could not be looked at.
 */
unreadable: number, 
/**
 * Why its changes are not seen at once, as a sentence; `None` where they are, or nothing is watched now.
 */
notice: string | null, 
/**
 * Its id, never used again after it is removed.
 */
id: SourceId, 
/**
 * Absolute path.
 */
root: string, 
/**
 * Name of the collection it belongs to.
 */
collection: string, 
/**
 * Labels of the collection, inherited by every passage.
 */
labels: Labels, 
/**
 * Can be found.
 */
indexed: number, 
/**
 * Not read yet.
 */
waiting: number, 
/**
 * Left out on purpose.
 */
skipped: number, 
/**
 * Could not be read.
 */
failed: number, };

export type Status = { 
/**
 * One entry for each watched folder.
 */
sources: Array<SourceStatus>, 
/**
 * Passages that can be found by words.
 */
passages: number, 
/**
 * Of these, passages that can be found by meaning.
 */
embedded: number, 
/**
 * Id of the embedding model; `None` if there is none.
 */
model: string | null, 
/**
 * Why there is no model.
 */
model_problem: string | null, };

export type StopRequest = { 
/**
 * Its id.
 */
turn: TurnId, };

export type Theme = "system" | "light" | "dark";

export type Turn = { 
/**
 * Its id.
 */
id: TurnId, 
/**
 * The person's own words.
 */
question: string, 
/**
 * Where was looked.
 */
filter: Filter, 
/**
 * Seconds since 1970.
 */
asked: number, 
/**
 * How far it is.
 */
state: TurnState, 
/**
 * The answer, or as much of it as was told before it was stopped.
 */
answer: Answered | null, 
/**
 * Why there is no answer.
 */
failure: Failure | null, };

export type TurnId = number;

export type TurnState = "running" | "answered" | "abstained" | "stopped" | "failed" | "interrupted";

export type ViewBlock = { "kind": "heading", 
/**
 * 1 for the outermost.
 */
level: number, 
/**
 * One line.
 */
text: string, 
/**
 * Where it stands.
 */
place: Place, 
/**
 * The same in words.
 */
place_text: string, } | { "kind": "paragraph", 
/**
 * May hold line breaks.
 */
text: string, 
/**
 * Where it stands.
 */
place: Place, 
/**
 * The same in words.
 */
place_text: string, } | { "kind": "item", 
/**
 * Without its bullet.
 */
text: string, 
/**
 * Where it stands.
 */
place: Place, 
/**
 * The same in words.
 */
place_text: string, } | { "kind": "code", 
/**
 * As it stands.
 */
text: string, 
/**
 * Where it stands.
 */
place: Place, 
/**
 * The same in words.
 */
place_text: string, } | { "kind": "table", 
/**
 * Column headings; may be empty.
 */
header: Array<string>, 
/**
 * The rows below.
 */
rows: Array<ViewRow>, };

export type ViewRequest = { 
/**
 * The document.
 */
document: DocumentId, 
/**
 * What to show; the beginning if absent.
 */
place?: Place | null, 
/**
 * The passage that is looked for, where the format has no finer place than the whole document.
 */
passage?: string | null, };

export type ViewRow = { 
/**
 * One text a column.
 */
cells: Array<string>, 
/**
 * Where it stands.
 */
place: Place, };

export type Why = { 
/**
 * The file as it was asked for.
 */
file: string, 
/**
 * One plain sentence.
 */
verdict: string, 
/**
 * What the verdict rests on and what can be done, a sentence each.
 */
details: Array<string>, 
/**
 * Its state in the index, if it is known there.
 */
status: FileStatus | null, 
/**
 * Where it was found, if it was.
 */
found: WhyFound | null, };

export type WhyFound = { 
/**
 * Rank of the passage among all passages, from 1.
 */
rank: number, 
/**
 * Rank of the file among all files, from 1.
 */
file_rank: number, 
/**
 * The passage.
 */
passage: string, 
/**
 * Where it stands.
 */
place: string, 
/**
 * Words of the question that occur in it, its headings, title or file name.
 */
matched: Array<string>, 
/**
 * Words of the question that do not.
 */
missing: Array<string>, 
/**
 * Cosine to the question, if vectors were used.
 */
similarity: number | null, };

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
  contacts: { request: Nothing; response: Array<string> };
  erase_everything: { request: EraseRequest; response: Nothing };
}
