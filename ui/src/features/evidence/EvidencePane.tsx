import "./evidence.css";
import { Suspense, lazy } from "react";
import { CiteNumber } from "../../components/Cite/Cite";
import { IconButton } from "../../components/IconButton/IconButton";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { CutName, Name } from "../../components/Text/Text";
import type { CitationView } from "../../host";
import { visible } from "../../lib/text";
import { count, shortDated } from "../../lib/words";
import { useNames } from "./useNames";

const Document = lazy(() => import("./Document"));

export interface Shown {
  number: number;
  citation: CitationView;
  /** What the answer says by it. */
  said?: string;
}

interface EvidencePaneProps {
  passages: readonly Shown[];
  current: number;
  onCurrent: (number: number) => void;
  /** Where in its file a passage stands, for narrow places. */
  place: (citation: CitationView) => string;
  /** An answer is being written, so passages may still come. */
  waiting: boolean;
  onClose?: (() => void) | undefined;
}

/** The passages of an answer, and below them the document around the one that is looked at. */
export function EvidencePane({ passages, current, onCurrent, place, waiting, onClose }: EvidencePaneProps) {
  const nameOf = useNames();
  const shown = passages.find(({ number }) => number === current) ?? passages[0];
  const step = (by: number) => () => onCurrent(((current - 1 + by + passages.length) % passages.length) + 1);
  return (
    <>
      <header className="ev-head">
        <h2>Evidence</h2>
        {passages.length > 0 && <span className="faint xs">{count(passages.length, "passage")}</span>}
        <span className="grow" />
        {passages.length > 1 && (
          <>
            <IconButton
              icon="chev-u"
              label="Previous passage"
              aria-keyshortcuts="Alt+ArrowUp"
              onClick={step(-1)}
            />
            <IconButton
              icon="chev-d"
              label="Next passage"
              aria-keyshortcuts="Alt+ArrowDown"
              onClick={step(1)}
            />
          </>
        )}
        {onClose && <IconButton icon="x" label="Close evidence" onClick={onClose} />}
      </header>
      {shown ? (
        <>
          <nav className="ev-list" aria-label="Cited passages">
            {passages.map(({ number, citation }) => (
              <button
                key={number}
                type="button"
                title={visible(`${nameOf(citation).whole}, ${citation.dated}`)}
                onClick={() => onCurrent(number)}
                {...(number === shown.number ? { "aria-current": "true" as const } : {})}
              >
                <CiteNumber>{number}</CiteNumber>
                <span className="ev-name">
                  <span className="vh">{number}, </span>
                  <CutName>{nameOf(citation).short}</CutName>
                  {citation.place_text && (
                    <span className="ev-place">
                      , <Name>{place(citation)}</Name>
                    </span>
                  )}
                </span>
                <span className="when">
                  <Name>{shortDated(citation.dated)}</Name>
                </span>
              </button>
            ))}
          </nav>
          <Suspense
            fallback={
              <div className="desk">
                <Skeleton label="Opening the document" lines={6} />
              </div>
            }
          >
            {/* A new key for each document, so that nothing of the one before is shown. */}
            <Document key={shown.citation.document} shown={shown} />
          </Suspense>
        </>
      ) : (
        <div className="ev-none">
          {waiting ? (
            <Skeleton label="Passages appear with the first sentence" />
          ) : (
            <p className="faint">The passages an answer rests on appear here, each with its page.</p>
          )}
        </div>
      )}
    </>
  );
}
