import type { Answered, CitationView, Place } from "../../host";
import { fileName } from "../../lib/text";
import { shortDated } from "../../lib/words";

/** A cited passage with the number its chips carry. */
export interface Cited {
  number: number;
  citation: CitationView;
  /** The sentence or value that first rests on it. */
  said: string;
}

function key({ document, file, place_text, quote }: CitationView): string {
  return [document, file, place_text, quote].join("\n");
}

/** Every passage of an answer once, numbered in the order in which it is first cited. */
export class Citations {
  readonly all: readonly Cited[];
  readonly #numbers = new Map<string, number>();

  constructor(answered: Answered | null) {
    const all: Cited[] = [];
    const put = (citation: CitationView, said: string): void => {
      if (this.#numbers.has(key(citation))) return;
      const number = all.length + 1;
      this.#numbers.set(key(citation), number);
      all.push({ number, citation, said });
    };
    for (const { citations, text } of answered?.answer ?? []) for (const own of citations) put(own, text);
    for (const { sides } of answered?.conflicts ?? [])
      for (const { citation, value } of sides) put(citation, value);
    this.all = all;
  }

  numberOf(citation: CitationView): number {
    return this.#numbers.get(key(citation)) ?? 0;
  }
}

/** `Halden Service Agreement.pdf, page 7` */
export function whereIs({ file, place_text }: CitationView): string {
  return place_text ? `${fileName(file)}, ${place_text}` : fileName(file);
}

/** The same for narrow places: `p. 7`, `Summary!A6:D9`. */
export function shortPlace(citation: CitationView): string {
  return citation.place_text
    .replace(/^page /, "p. ")
    .replace(/^lines? (\d+)(?: to (\d+))?/, (_, first: string, last?: string) =>
      last ? `l. ${first}–${last}` : `l. ${first}`,
    )
    .replace(/^sheet (.*), (\S+)$/, "$1!$2");
}

function inCells(place: Place): boolean {
  return place.kind === "cells" || ("inner" in place && inCells(place.inner));
}

/** Figures in a table hold for a moment, so their chips say which: `as of 24 Sept 2026`. */
export function asOf({ place, dated }: CitationView): string | undefined {
  if (!inCells(place)) return undefined;
  const said = shortDated(dated).replace(/^(written|changed) /, "");
  return /\d/.test(said) ? `as of ${said}` : undefined;
}
