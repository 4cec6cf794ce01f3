import "../Meter/Meter.css";
import "./Skeleton.css";
import { useEffect, useState } from "react";

/** True once something has taken longer than a moment; before that, showing that one waits only flickers. */
export function useLate(after = 300): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), after);
    return () => clearTimeout(timer);
  }, [after]);
  return late;
}

const WIDTHS = ["94%", "88%", "61%"];

/** Lines that stand for text to come. */
export function Skeleton({ label, lines = 3 }: { label: string; lines?: number }) {
  const late = useLate();
  return (
    <div className="skel-lines" role="status" aria-label={label}>
      {late &&
        Array.from({ length: lines }, (_, line) => (
          <span key={line} className="skel" style={{ inlineSize: WIDTHS[line % 3] }} />
        ))}
    </div>
  );
}
