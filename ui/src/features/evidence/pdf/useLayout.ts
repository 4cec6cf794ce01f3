import { useEffect, useState } from "react";
import type { PDFDocumentProxy } from "./library";
import { textOf } from "./text";

export interface Layout {
  /** Height of a page by its width. */
  ratio: number;
  /** How much wider than its ground a page may be, so that the lines fill the ground without the margins. */
  zoom: number;
  /** Where the lines begin, as a part of the width of the page. */
  left: number;
}

/** Looks at a page to see how large pages are best shown; those not drawn yet are taken to be like it. */
export function useLayout(pdf: PDFDocumentProxy, number: number): Layout | null {
  const [layout, setLayout] = useState<Layout | null>(null);
  useEffect(() => {
    let stopped = false;
    const look = async (): Promise<void> => {
      const page = await pdf.getPage(number);
      const { width, height } = page.getViewport({ scale: 1 });
      let from = width;
      let to = 0;
      for (const run of await textOf(page)) {
        if (run.text.trim() === "" || run.angle !== 0) continue;
        from = Math.min(from, run.left);
        to = Math.max(to, run.left + run.width);
      }
      // On the left there is room for the number of the passage.
      const margin = width * 0.055;
      const used = to > from ? (to - from + margin * 1.3) / width : 1;
      const zoom = Math.min(Math.max(1 / used, 1), 1.6);
      const left = zoom > 1 ? Math.max(0, (from - margin) / width) : 0;
      if (!stopped) setLayout((known) => known ?? { ratio: height / width, zoom, left });
    };
    // A page that can't be looked at is shown like most pages of the world.
    look().catch(() => {
      if (!stopped) setLayout((known) => known ?? { ratio: Math.SQRT2, zoom: 1, left: 0 });
    });
    return () => {
      stopped = true;
    };
  }, [pdf, number]);
  return layout;
}
