import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { Mail } from "../../components/Mail/Mail";
import { Marked, Name, type Range } from "../../components/Text/Text";
import type { DocumentView, ViewBlock } from "../../host";
import { fileName, visible } from "../../lib/text";
import { recordWords } from "../../lib/words";
import type { Shown } from "./EvidencePane";
import { Lost } from "./Lost";
import { blockAt, findQuote, isChanged, pieces } from "./marks";

interface ViewProps {
  view: DocumentView;
  shown: Shown;
}

/** Slides, notes and everything else with text, with the passage marked in place. */
export function BlocksView({ view, shown }: ViewProps) {
  const found = useFound(view, shown);
  return (
    <>
      {found.lost}
      <Desk view={view} shown={shown} label={`${named(view)}, ${shown.citation.place_text || "text"}`}>
        <article className="page">
          <div className="run">
            <Name className="clip">{view.title ?? named(view)}</Name>
            <Name className="nowrap">{shown.citation.place_text}</Name>
          </div>
          <Blocks view={view} found={found} />
        </article>
      </Desk>
    </>
  );
}

/** How a document without a title is called. */
function named({ record, file }: DocumentView): string {
  return record ? recordWords(record) : fileName(file);
}

/** A message with the passage marked. */
export function MailView({ view, shown }: ViewProps) {
  const found = useFound(view, shown);
  const { mail } = view;
  if (!mail) return <BlocksView view={view} shown={shown} />;
  return (
    <>
      {found.lost}
      <Desk view={view} shown={shown} label={`Mail: ${mail.subject}`}>
        <Mail {...mail}>
          <Blocks view={view} found={found} />
        </Mail>
      </Desk>
    </>
  );
}

/** The scrolling ground a document lies on; brings the first mark into sight. */
function Desk({ view, shown, label, children }: ViewProps & { label: string; children: ReactNode }) {
  const ground = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const mark = ground.current?.querySelector("mark, .block-at");
    mark?.scrollIntoView({ block: "center" });
  }, [view, shown]);
  return (
    <div className="desk" ref={ground} tabIndex={0} role="region" aria-label={visible(label)}>
      {children}
    </div>
  );
}

interface Found {
  /** Where the quote, else its passage, stands: by block, row and cell. */
  ranges: ReadonlyMap<string, readonly Range[]>;
  /** The block to point at where the words themselves cannot be marked. */
  here: number | undefined;
  /** What is said where they are no longer there. */
  lost: ReactNode;
}

function useFound(view: DocumentView, { citation }: Shown): Found {
  const { blocks, more_before, more_after } = view;
  const near = useMemo(() => blockAt(blocks, citation.place), [blocks, citation.place]);
  const ranges = useMemo(() => {
    const all = pieces(blocks);
    let found = findQuote(all, citation.quote, near);
    if (found.size === 0) found = findQuote(all, citation.passage, near);
    return new Map([...found].map(([{ block, row, cell }, own]) => [`${block}/${row}/${cell}`, own]));
  }, [blocks, citation.quote, citation.passage, near]);
  if (ranges.size > 0) return { ranges, here: undefined, lost: null };
  if (!isChanged(view, citation)) return { ranges, here: near, lost: null };
  const from = more_before || more_after ? "place" : "file";
  return { ranges, here: undefined, lost: <Lost from={from} quote={citation.quote} /> };
}

function Blocks({ view, found: { ranges, here } }: { view: DocumentView; found: Found }) {
  const { blocks, more_before, more_after } = view;
  const of = (block: number, row = 0, cell = 0): readonly Range[] =>
    ranges.get(`${block}/${row}/${cell}`) ?? [];
  return (
    <>
      {more_before && <p className="more">The document begins before this.</p>}
      {blocks.map((block, index) => (
        <Block key={index} block={block} of={(row, cell) => of(index, row, cell)} here={index === here} />
      ))}
      {more_after && <p className="more">The document goes on after this.</p>}
    </>
  );
}

interface BlockProps {
  block: ViewBlock;
  of: (row?: number, cell?: number) => readonly Range[];
  /** The words of the passage were not found, so its place is pointed at. */
  here: boolean;
}

function Block({ block, of, here }: BlockProps) {
  const className = here ? `b-${block.kind} block-at` : `b-${block.kind}`;
  if (block.kind === "table") {
    return (
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Table">
        <table className={className}>
          {block.header.some(Boolean) && (
            <thead>
              <tr>
                {block.header.map((text, cell) => (
                  <th key={cell} scope="col">
                    <Marked ranges={of(0, cell)}>{text}</Marked>
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {block.rows.map(({ cells }, row) => (
              <tr key={row}>
                {cells.map((text, cell) => (
                  <td key={cell}>
                    <Marked ranges={of(row + 1, cell)}>{text}</Marked>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  const text = <Marked ranges={of()}>{block.text}</Marked>;
  switch (block.kind) {
    case "heading":
      return <h3 className={className}>{text}</h3>;
    case "code":
      return <pre className={className}>{text}</pre>;
    default:
      return <p className={className}>{text}</p>;
  }
}
