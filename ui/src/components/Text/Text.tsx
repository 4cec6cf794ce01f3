/**
 * The one way in which text that Attaché did not write reaches the page: as text nodes, in a closed set of elements.
 * There is no markup in it to be understood, so there is none to be abused.
 */
import "./Text.css";
import { Fragment, type CSSProperties, type ReactNode } from "react";
import { undirected, visible } from "../../lib/text";

interface PlainProps {
  children: string;
  /** Stays on the line of the last word. */
  tail?: ReactNode;
}

/** Running text of a document, an answer or a person. Its direction is its own and ends with it. */
export function Plain({ children, tail }: PlainProps) {
  const text = undirected(children);
  if (!tail) return <bdi className="said">{text}</bdi>;
  const [last = ""] = /\S{0,24}\s*$/.exec(text) ?? [];
  return (
    <bdi className="said">
      {text.slice(0, text.length - last.length)}
      <span className="nowrap">
        {last.trimEnd()}
        {tail}
      </span>
    </bdi>
  );
}

/** A name of a file, folder or sheet; characters that hide or turn it are shown as what they are. */
export function Name({ children, className }: { children: string; className?: string }) {
  return <bdi className={className}>{visible(children)}</bdi>;
}

/** A run of text laid over a picture of itself. */
export function Laid({ children, style }: { children: string; style: CSSProperties }) {
  return <bdi style={style}>{undirected(children)}</bdi>;
}

/** A sentence of the core, with names in backticks. */
export function Said({ children }: { children: string }) {
  const parts = children.split("`");
  // Without a partner the last backtick is only a character.
  const paired = parts.length % 2 === 1;
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 && (paired || index < parts.length - 1) ? (
          <code key={index}>
            <Name>{part}</Name>
          </code>
        ) : (
          <Fragment key={index}>
            {index === parts.length - 1 && !paired ? `\`${part}` : undirected(part)}
          </Fragment>
        ),
      )}
    </>
  );
}

export interface Range {
  start: number;
  end: number;
}

interface MarkedProps {
  children: string;
  /** Positions in the text as it is given, in order and apart from each other. */
  ranges: readonly Range[];
  /** Put on the first mark, to scroll to it. */
  first?: (element: HTMLElement | null) => void;
}

/** Text with some of it under the marker. */
export function Marked({ children, ranges, first }: MarkedProps) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const [index, { start, end }] of ranges.entries()) {
    if (start > at) parts.push(undirected(children.slice(at, start)));
    parts.push(
      <mark key={start} {...(index === 0 && first ? { ref: first } : {})}>
        {undirected(children.slice(start, end))}
      </mark>,
    );
    at = end;
  }
  if (at < children.length) parts.push(undirected(children.slice(at)));
  return <bdi className="said">{parts}</bdi>;
}
