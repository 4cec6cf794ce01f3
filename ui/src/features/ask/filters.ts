import type { Filter } from "../../host";
import { labelWords } from "../../lib/labels";
import { list } from "../../lib/words";

/** Kinds of file as people name them, and the formats each stands for. */
export const KINDS = [
  { words: "PDF", formats: ["pdf"] },
  { words: "Documents", formats: ["docx", "doc", "odt", "rtf", "epub"] },
  { words: "Spreadsheets", formats: ["xlsx", "xlsb", "xls", "ods", "csv"] },
  { words: "Slides", formats: ["pptx", "ppt", "odp"] },
  { words: "Mail", formats: ["eml", "msg", "mbox"] },
  { words: "Text and notes", formats: ["markdown", "text", "html", "json", "xml"] },
] as const;

export function isEverything({ collections = [], labels = [], formats = [], ...rest }: Filter): boolean {
  const limits = [
    collections.length,
    labels.length,
    formats.length,
    rest.below,
    rest.modified_from,
    rest.modified_to,
  ];
  return limits.every((limit) => !limit);
}

export function kindsOf({ formats = [] }: Filter): (typeof KINDS)[number][] {
  return KINDS.filter((kind) => kind.formats.some((format) => formats.includes(format)));
}

/** With or without an entry of a list. */
export function toggled<T>(all: readonly T[], one: T): T[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
}

export function withKind(filter: Filter, kind: (typeof KINDS)[number], on: boolean): Filter {
  const others = (filter.formats ?? []).filter(
    (format) => !(kind.formats as readonly string[]).includes(format),
  );
  return { ...filter, formats: on ? [...others, ...kind.formats] : others };
}

/** Where is looked, in words: `Contracts and Halden, PDF`. */
export function scopeWords(filter: Filter): string {
  const parts = [
    list(filter.collections ?? []),
    list((filter.labels ?? []).map(labelWords)),
    list(kindsOf(filter).map(({ words }) => words)),
    filter.below ?? "",
  ].filter(Boolean);
  if (filter.modified_from || filter.modified_to) parts.push("a range of dates");
  return parts.length > 0 ? parts.join(", ") : "everything";
}
