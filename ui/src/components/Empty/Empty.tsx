import "./Empty.css";
import type { ReactNode } from "react";
import { Icon, type IconName } from "../Icon/Icon";

interface EmptyProps {
  icon?: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  role?: "status" | "alert";
  /** Where it stands among the headings of the window. */
  level?: 1 | 2 | 3;
}

/** A place with nothing in it: why, and what to do. */
export function Empty({ icon, title, children, actions, role, level = 2 }: EmptyProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="mid" {...(role ? { role } : {})}>
      {icon && (
        <span className="glyph">
          <Icon name={icon} size="lg" />
        </span>
      )}
      <Heading>{title}</Heading>
      {children}
      {actions && <div className="acts">{actions}</div>}
    </div>
  );
}
