import type { PDFPageProxy } from "./library";

/** A run of text on a page. */
export interface Run {
  text: string;
  /** Left edge and width, in points. */
  left: number;
  width: number;
}

interface Item {
  str: string;
  transform: unknown[];
  width: number;
  hasEOL: boolean;
}

/**
 * The text of a page in reading order. Read by hand: `getTextContent` walks its stream with `for await`, which WebKit
 * does not know.
 */
export async function textOf(page: PDFPageProxy): Promise<Run[]> {
  const runs: Run[] = [];
  const reader = (page.streamTextContent() as ReadableStream<{ items: (Item | object)[] }>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return runs;
    for (const item of value.items) {
      if (!("str" in item)) continue;
      runs.push({
        text: item.str + (item.hasEOL ? "\n" : ""),
        left: Number(item.transform[4]),
        width: item.width,
      });
    }
  }
}
