import "./Verdict.css";
import type { ReactNode } from "react";
import { Icon, type IconName } from "../Icon/Icon";

export type Hue = "allow" | "ask" | "deny" | "hold";

interface VerdictProps {
  hue: Hue;
  icon: IconName;
  /** Without background and edge, for rows. */
  plain?: boolean;
  children: ReactNode;
}

/** An icon and a word; the colour only repeats them. */
export function Verdict({ hue, icon, plain = false, children }: VerdictProps) {
  return (
    <span className={plain ? `verdict v-plain t-${hue}` : `verdict v-${hue}`}>
      <Icon name={icon} size="sm" />
      {children}
    </span>
  );
}
