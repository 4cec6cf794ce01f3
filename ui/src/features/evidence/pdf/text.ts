import { Util } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PDFPageProxy } from "./library";

/** A run of text on a page, in points from the upper left corner of the page as it is shown. */
export interface Run {
  text: string;
  /** The line ends after it. */
  last: boolean;
  /** Where it begins on its baseline. */
  left: number;
  baseline: number;
  width: number;
  /** Of its letters. */
  size: number;
  /** In degrees, clockwise. */
  angle: number;
}

interface Item {
  str: string;
  transform: number[];
  width: number;
  hasEOL: boolean;
}

/** So many runs at most are told of a page: drawings may be made of letters. */
const MOST = 10_000;

/**
 * The text of a page in reading order. Read by hand: `getTextContent` walks its stream with `for await`, which WebKit
 * does not know.
 */
export async function textOf(page: PDFPageProxy): Promise<Run[]> {
  const runs: Run[] = [];
  const { transform } = page.getViewport({ scale: 1 });
  const reader = (page.streamTextContent() as ReadableStream<{ items: (Item | object)[] }>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return runs;
    for (const item of value.items) {
      if (!("str" in item)) continue;
      const [a = 1, b = 0, c = 0, d = 1, left = 0, baseline = 0] = Util.transform(
        transform,
        item.transform,
      ) as number[];
      runs.push({
        text: item.str,
        last: item.hasEOL,
        left,
        baseline,
        width: item.width,
        size: Math.hypot(c, d),
        angle: (Math.atan2(b, a) * 180) / Math.PI,
      });
    }
    if (runs.length >= MOST) {
      await reader.cancel(new Error("enough"));
      return runs.slice(0, MOST);
    }
  }
}
