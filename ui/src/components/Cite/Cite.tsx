import "./Cite.css";
import type { ComponentPropsWithRef } from "react";
import { visible } from "../../lib/text";

interface CiteProps extends Omit<ComponentPropsWithRef<"button">, "type" | "children"> {
  number: number;
  /** For values of a moment: `as of 24 Sep`. */
  asOf?: string | undefined;
  /** Where the passage stands: `Halden Service Agreement.pdf, page 7`. */
  where: string;
  current?: boolean;
}

/** The number of the passage a sentence rests on. */
export function Cite({ number, asOf, where, current = false, ...rest }: CiteProps) {
  const place = visible(where);
  const moment = asOf && visible(asOf);
  const label = `${number}${moment ? ` · ${moment}` : ""}, ${place}`;
  return (
    <button
      {...rest}
      type="button"
      className="cite"
      aria-label={label}
      title={place}
      {...(current ? { "aria-current": "true" as const } : {})}
    >
      {number}
      {moment && <span className="asof"> · {moment}</span>}
    </button>
  );
}

/** The same number where it is not pressed. */
export function CiteNumber({ children }: { children: number }) {
  return (
    <span className="cite" aria-hidden="true">
      {children}
    </span>
  );
}
