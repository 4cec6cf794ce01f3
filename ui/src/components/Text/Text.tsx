/**
 * The one way in which text that Attaché did not write reaches the page: as text nodes, in a closed set of elements.
 * There is no markup in it to be understood, so there is none to be abused.
 */
import "./Text.css";
import { Fragment, type CSSProperties, type ReactNode } from "react";
import { ending, held, parted, undirected, visible } from "../../lib/text";

interface PlainProps {
  children: string;
  /** Stays on the line of the last word. */
  tail?: ReactNode;
}

/** Letters only, of which a number and its unit stay on one line. */
function Held({ children }: { children: string }) {
  return held(undirected(children)).map((part, index) =>
    index % 2 === 1 ? (
      <span key={index} className="nowrap">
        {part}
      </span>
    ) : (
      part
    ),
  );
}

/** The last word, with the number before it should it be a unit. */
const LAST = /(?:\d[\d.,]{0,20}[ \u00a0\u2009\u202f])?\S{0,24}\s*$/u;

/** Running text of a document, an answer or a person. Its direction is its own and ends with it. */
export function Plain({ children, tail }: PlainProps) {
  const text = undirected(children);
  if (!tail) {
    return (
      <bdi className="said">
        <Held>{text}</Held>
      </bdi>
    );
  }
  const [last = ""] = LAST.exec(text) ?? [];
  return (
    <bdi className="said">
      <Held>{text.slice(0, text.length - last.length)}</Held>
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

/** The same in a narrow place: what does not fit is left out of its middle, so that the ending is seen. */
export function CutName({ children }: { children: string }) {
  const [front, end] = ending(visible(children));
  return (
    <bdi className="cut">
      {front && <span className="clip">{front}</span>}
      <span>{end}</span>
    </bdi>
  );
}

/** A run of text laid over a picture of itself. */
export function Laid({ children, style }: { children: string; style: CSSProperties }) {
  return <bdi style={style}>{undirected(children)}</bdi>;
}

/** A sentence of the core, with names in backticks. */
export function Said({ children }: { children: string }) {
  return parted(children).map((part, index) =>
    index % 2 === 1 ? (
      <code key={index}>
        <Name>{part}</Name>
      </code>
    ) : (
      <Fragment key={index}>{undirected(part)}</Fragment>
    ),
  );
}

export interface Range {
  start: number;
  end: number;
}

interface WrappedProps<R extends Range> {
  children: string;
  /** Positions in the text as it is given, in order and apart from each other. */
  ranges: readonly R[];
  /** What stands around the words of a range. */
  wrap: (range: R, words: ReactNode, index: number) => ReactNode;
}

/** Text of which some parts are shown otherwise. */
export function Wrapped<R extends Range>({ children, ranges, wrap }: WrappedProps<R>) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const [index, range] of ranges.entries()) {
    const { start, end } = range;
    if (start > at) parts.push(<Held key={`to ${start}`}>{children.slice(at, start)}</Held>);
    const words = <Held>{children.slice(start, end)}</Held>;
    parts.push(<Fragment key={start}>{wrap(range, words, index)}</Fragment>);
    at = end;
  }
  if (at < children.length) parts.push(<Held key="rest">{children.slice(at)}</Held>);
  return <bdi className="said">{parts}</bdi>;
}

interface MarkedProps {
  children: string;
  ranges: readonly Range[];
  /** Put on the first mark, to scroll to it. */
  first?: (element: HTMLElement | null) => void;
}

/** Text with some of it under the marker. */
export function Marked({ children, ranges, first }: MarkedProps) {
  return (
    <Wrapped
      ranges={ranges}
      wrap={(_, words, index) => <mark {...(index === 0 && first ? { ref: first } : {})}>{words}</mark>}
    >
      {children}
    </Wrapped>
  );
}
