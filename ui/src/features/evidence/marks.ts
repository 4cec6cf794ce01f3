import type { Range } from "../../components/Text/Text";
import type { CellRange, CitationView, DocumentView, Place, SheetWindow, ViewBlock } from "../../host";

/** Where text of a block stands: which block, and in tables which row and cell (row 0 is the head). */
export interface Piece {
  block: number;
  row: number;
  cell: number;
  text: string;
}

/** All text of the blocks in reading order. */
export function pieces(blocks: readonly ViewBlock[]): Piece[] {
  return blocks.flatMap((block, index): Piece[] => {
    if (block.kind !== "table") return [{ block: index, row: 0, cell: 0, text: block.text }];
    const rows = [block.header, ...block.rows.map(({ cells }) => cells)];
    return rows.flatMap((cells, row) => cells.map((text, cell) => ({ block: index, row, cell, text })));
  });
}

/** What the core puts between words and cells differs from what the file has there, so it is not compared. */
const PASSED = /[\s|\u00ad\u2011-]/;

function essence(text: string): { letters: string; at: number[] } {
  let letters = "";
  const at: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const letter = text.charAt(index);
    if (PASSED.test(letter)) continue;
    letters += letter;
    at.push(index);
  }
  return { letters, at };
}

/** Ranges to mark in each piece, so that together they are the quote; empty if the quote is not there. */
export function findQuote(all: readonly Piece[], quote: string, nearBlock: number): Map<Piece, Range[]> {
  const wanted = essence(quote).letters;
  const found = new Map<Piece, Range[]>();
  if (wanted === "") return found;
  const read = all.map((piece) => ({ piece, ...essence(piece.text) }));
  const text = read.map(({ letters }) => letters).join("");
  const starts: number[] = [];
  let offset = 0;
  for (const { letters } of read) {
    starts.push(offset);
    offset += letters.length;
  }
  const target = starts[all.findIndex(({ block }) => block === nearBlock)] ?? 0;
  // The same words may stand in a document more than once; the ones at the cited place are meant.
  let best = -1;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (best === -1 || Math.abs(at - target) < Math.abs(best - target)) best = at;
  }
  if (best === -1) return found;
  for (const [index, { piece, letters, at }] of read.entries()) {
    const start = Math.max(best - (starts[index] ?? 0), 0);
    const end = Math.min(best + wanted.length - (starts[index] ?? 0), letters.length);
    const from = at[start];
    const to = at[end - 1];
    if (start < end && from !== undefined && to !== undefined)
      found.set(piece, [{ start: from, end: to + 1 }]);
  }
  return found;
}

/** Whether two places are the same, or lines of one lie within the other. */
export function within(place: Place, cited: Place): boolean {
  if (place.kind === "lines" && cited.kind === "lines")
    return place.first <= cited.last && cited.first <= place.last;
  return place.kind !== "whole" && JSON.stringify(place) === JSON.stringify(cited);
}

/** The block where the cited place begins. */
export function blockAt(blocks: readonly ViewBlock[], cited: Place): number {
  return blocks.findIndex((block) =>
    block.kind === "table" ? block.rows.some((row) => within(row.place, cited)) : within(block.place, cited),
  );
}

/** Whether the file may be another than the one that was quoted. */
export function isChanged({ modified, changed_since }: DocumentView, quoted: CitationView): boolean {
  return changed_since || modified !== quoted.modified;
}

export interface Cell {
  row: number;
  column: number;
  text: string;
}

/** The cells that hold the quote: of the cited ones, else wherever the same words stand in the window. */
export function findCells(sheet: SheetWindow, quote: string): Cell[] {
  const { rows, first_row, first_column, marked } = sheet;
  const all = rows.flatMap((cells, row) =>
    cells.map((text, cell) => ({ block: 0, row: first_row + row, cell: first_column + cell, text })),
  );
  const look = (among: typeof all): Cell[] =>
    [...findQuote(among, quote, 0).keys()].map(({ row, cell, text }) => ({ row, column: cell, text }));
  const cited = look(all.filter(({ row, cell }) => isIn(marked, row, cell)));
  return cited.length > 0 ? cited : look(all);
}

export function isIn(range: CellRange | null, row: number, column: number): boolean {
  return (
    range !== null && row >= range.top && row <= range.bottom && column >= range.left && column <= range.right
  );
}

/** What to mark in a sheet: the cited cells, or those the quote stands in now; nothing if it is no longer there. */
export function rangeOf(sheet: SheetWindow, cells: readonly Cell[], changed: boolean): CellRange | null {
  if (cells.length === 0) return changed ? null : sheet.marked;
  if (cells.every(({ row, column }) => isIn(sheet.marked, row, column))) return sheet.marked;
  const rows = cells.map(({ row }) => row);
  const columns = cells.map(({ column }) => column);
  return {
    top: Math.min(...rows),
    left: Math.min(...columns),
    bottom: Math.max(...rows),
    right: Math.max(...columns),
  };
}

interface Span {
  left: number;
  right: number;
}

/**
 * How far to scroll a grid to the right, all in the same unit: so that all of what is cited is seen, else what the answer
 * says by it. `head` is the width of the row numbers, which stay.
 */
export function sideways(cited: Span, said: Span, head: number, width: number): number {
  const whole = cited.right - cited.left + head <= width;
  return Math.max(0, (whole ? cited.right : said.right) - width);
}
