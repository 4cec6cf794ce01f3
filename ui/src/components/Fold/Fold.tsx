import "./Fold.css";
import { useId, useState, type ReactNode } from "react";
import { Icon } from "../Icon/Icon";

interface FoldProps {
  /** What is behind it. */
  words: ReactNode;
  children: ReactNode;
}

/** Something for those who want to see it: behind one press, and not made before. */
export function Fold({ words, children }: FoldProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="foldable">
      <button
        type="button"
        className="btn-link xs"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name={open ? "chev-u" : "chev-d"} size="sm" />
        {words}
      </button>
      {open && <div id={id}>{children}</div>}
    </div>
  );
}
