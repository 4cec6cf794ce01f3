import "./Empty.css";
import type { ReactNode } from "react";
import { Icon, type IconName } from "../Icon/Icon";

interface EmptyProps {
  icon?: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  role?: "status" | "alert";
}

/** A place with nothing in it: why, and what to do. */
export function Empty({ icon, title, children, actions, role }: EmptyProps) {
  return (
    <div className="mid" {...(role ? { role } : {})}>
      {icon && (
        <span className="glyph">
          <Icon name={icon} size="lg" />
        </span>
      )}
      <h2>{title}</h2>
      {children}
      {actions && <div className="acts">{actions}</div>}
    </div>
  );
}
