import type { Range } from "../../components/Text/Text";
import type { Place, ViewBlock } from "../../host";

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
