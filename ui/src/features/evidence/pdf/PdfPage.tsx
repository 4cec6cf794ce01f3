import { useEffect, useRef, useState } from "react";
import { CiteNumber } from "../../../components/Cite/Cite";
import { useCall, type PageMarks } from "../../../host";
import type { Shown } from "../EvidencePane";
import type { PDFDocumentProxy } from "./library";
import { PdfText } from "./PdfText";
import { textOf, type Run } from "./text";

interface PdfPageProps {
  pdf: PDFDocumentProxy;
  number: number;
  /** Height by width, until the page itself is known. */
  ratio: number;
  /** Width by that of the ground. */
  zoom: number;
  /** Where the lines begin, as a part of the width. */
  left: number;
  drawn: boolean;
  /** The passage that stands on this page. */
  shown: Shown | null;
  document: number;
}

/** One page on its own paper. */
export function PdfPage({ pdf, number, ratio, zoom, left, drawn, shown, document }: PdfPageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [own, setOwn] = useState(ratio);
  const [text, setText] = useState<{ runs: readonly Run[]; width: number } | null>(null);
  useEffect(() => {
    const target = canvas.current;
    if (!drawn || !target) return;
    let stopped = false;
    let stop = (): void => undefined;
    const gone = (): boolean => stopped;
    const draw = async (): Promise<void> => {
      const page = await pdf.getPage(number);
      if (gone()) return;
      const { width, height } = page.getViewport({ scale: 1 });
      setOwn(height / width);
      const scale = (target.clientWidth / width) * Math.min(window.devicePixelRatio || 1, 3);
      const viewport = page.getViewport({ scale });
      target.width = Math.floor(viewport.width);
      target.height = Math.floor(viewport.height);
      // 0 is "no annotations": notes and form fields of the file are not drawn.
      const task = page.render({ canvas: target, viewport, annotationMode: 0 });
      stop = () => task.cancel();
      await task.promise;
      const runs = await textOf(page);
      if (gone()) return;
      setText({ runs, width });
    };
    // A page that left the sight while it was drawn is not an error.
    draw().catch(() => undefined);
    return () => {
      stopped = true;
      stop();
      // Far pages give their memory back.
      target.width = 0;
      target.height = 0;
    };
  }, [pdf, number, drawn, zoom]);
  return (
    <div
      className="sheet-page"
      data-page={number}
      style={{ inlineSize: `${zoom * 100}%`, aspectRatio: `1 / ${own}` }}
    >
      <canvas ref={canvas} aria-label={`Page ${number}`} />
      {drawn && text && <PdfText {...text} />}
      {drawn && shown && <Marks document={document} page={number} left={left} shown={shown} />}
    </div>
  );
}

interface MarksProps {
  document: number;
  page: number;
  left: number;
  shown: Shown;
}

/** The marker over the cited words. */
function Marks({ document, page, left, shown: { number, citation } }: MarksProps) {
  const { data } = useCall("page_marks", {
    document,
    page,
    quote: citation.quote,
    passage: citation.passage,
  });
  const first = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    first.current?.scrollIntoView({ block: "center" });
  }, [data]);
  if (!data || data.rects.length === 0) return null;
  const [top] = data.rects;
  return (
    <>
      {top && (
        <span
          className="flag"
          style={{
            insetBlockStart: part(top.top, data.height),
            insetInlineStart: `calc(${left * 100}% + 0.25rem)`,
          }}
        >
          <CiteNumber>{number}</CiteNumber>
        </span>
      )}
      {data.rects.map((rect, index) => (
        <span key={index} ref={index === 0 ? first : null} className="page-mark" style={placed(rect, data)} />
      ))}
    </>
  );
}

const part = (length: number, whole: number): string => `${(length / whole) * 100}%`;

function placed(rect: PageMarks["rects"][number], { width, height }: PageMarks) {
  return {
    insetInlineStart: part(rect.left, width),
    insetBlockStart: part(rect.top, height),
    inlineSize: part(rect.right - rect.left, width),
    blockSize: part(rect.bottom - rect.top, height),
  };
}
