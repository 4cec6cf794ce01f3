import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../../components/Button/Button";
import { Empty } from "../../../components/Empty/Empty";
import { IconButton } from "../../../components/IconButton/IconButton";
import { Skeleton } from "../../../components/Skeleton/Skeleton";
import { Marked, Said } from "../../../components/Text/Text";
import { useHost, type DocumentView, type Failure } from "../../../host";
import { fileName, visible } from "../../../lib/text";
import type { Shown } from "../EvidencePane";
import { Lost } from "../Lost";
import { PdfPage } from "./PdfPage";
import { openPdf, type PDFDocumentProxy } from "./library";
import { useLayout } from "./useLayout";
import { useMoved } from "./useMoved";
import { usePages } from "./usePages";

interface PdfViewProps {
  view: DocumentView;
  shown: Shown;
}

/** The pages of a PDF, drawn as they come into sight, with the passage under the marker. */
export function PdfView({ view, shown }: PdfViewProps) {
  const host = useHost();
  const { data, error, refetch } = useQuery<PDFDocumentProxy, Failure>({
    queryKey: ["pdf", view.document, view.modified],
    queryFn: async () => {
      const bytes = await host.documentBytes(view.document);
      try {
        return await openPdf(bytes);
      } catch (thrown) {
        // What the reader of PDFs says about it is for those who look for the reason.
        console.warn("this PDF cannot be drawn", thrown);
        const why: Failure = {
          message: "This PDF cannot be drawn.",
          hint: "Open it in its own program. The passage was kept with the answer:",
          fault: "environment",
        };
        throw why;
      }
    },
    // Bytes of a document are only kept while it is looked at.
    gcTime: 0,
  });
  useEffect(() => () => void data?.loadingTask.destroy(), [data]);
  if (error) {
    return (
      <div className="desk">
        <Empty
          icon="warn"
          title={<Said>{error.message}</Said>}
          actions={
            <Button small icon="retry" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {error.hint && (
            <p>
              <Said>{error.hint}</Said>
            </p>
          )}
          <blockquote className="kept-quote">
            <Marked ranges={[{ start: 0, end: shown.citation.quote.length }]}>{shown.citation.quote}</Marked>
          </blockquote>
        </Empty>
      </div>
    );
  }
  if (!data) {
    return (
      <div className="desk">
        <div className="page">
          <Skeleton label="Opening the document" lines={8} />
        </div>
      </div>
    );
  }
  return <Pages pdf={data} view={view} shown={shown} />;
}

function Pages({ pdf, view, shown }: PdfViewProps & { pdf: PDFDocumentProxy }) {
  const ground = useRef<HTMLDivElement>(null);
  const cited = Math.min(Math.max(shown.citation.page ?? 1, 1), pdf.numPages);
  const { at, lost } = useMoved(view, shown, cited, pdf.numPages);
  const { page, near, goTo } = usePages(ground, pdf.numPages);
  const layout = useLayout(pdf, cited);
  const [zoom, setZoom] = useState<number | null>(null);
  const scale = zoom ?? layout?.zoom ?? 1;
  const laid = layout !== null;
  useEffect(() => {
    if (laid) goTo(at);
  }, [laid, goTo, at, shown]);
  const left = layout?.left ?? 0;
  useEffect(() => {
    const element = ground.current;
    // The margin of the paper needs no room.
    if (element && laid) element.scrollLeft = scale > 1 ? left * element.clientWidth * scale : 0;
  }, [laid, left, scale]);
  return (
    <>
      {lost && <Lost from={lost} quote={shown.citation.quote} />}
      <div className="pages-bar">
        <span className="num faint xs">
          Page {page} of {pdf.numPages}
        </span>
        <span className="grow" />
        <IconButton
          icon="minus"
          label="Smaller pages"
          disabled={scale <= 0.5}
          onClick={() => setZoom(scale / 1.25)}
        />
        <IconButton
          icon="plus"
          label="Larger pages"
          disabled={scale >= 4}
          onClick={() => setZoom(scale * 1.25)}
        />
        <IconButton icon="chev-u" label="Previous page" disabled={page <= 1} onClick={() => goTo(page - 1)} />
        <IconButton
          icon="chev-d"
          label="Next page"
          disabled={page >= pdf.numPages}
          onClick={() => goTo(page + 1)}
        />
      </div>
      <div
        className="desk desk-pages"
        ref={ground}
        tabIndex={0}
        role="region"
        aria-label={`Pages of ${visible(fileName(view.file))}`}
      >
        {layout &&
          Array.from({ length: pdf.numPages }, (_, index) => index + 1).map((number) => (
            <PdfPage
              key={number}
              pdf={pdf}
              number={number}
              ratio={layout.ratio}
              zoom={scale}
              left={scale > 1 ? layout.left : 0}
              drawn={near.has(number)}
              shown={number === at ? shown : null}
              document={view.document}
            />
          ))}
      </div>
    </>
  );
}
