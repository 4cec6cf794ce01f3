import "../Tag/Tag.css";

/** What a file is, in the capitals of its ending. */
export function FileKind({ children }: { children: string }) {
  return <span className="ftype">{children}</span>;
}
