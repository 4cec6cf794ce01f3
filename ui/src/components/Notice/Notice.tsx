import "./Notice.css";
import type { ReactNode } from "react";
import { Icon, type IconName } from "../Icon/Icon";
import type { Hue } from "../Verdict/Verdict";

interface NoticeProps {
  hue?: Hue;
  icon: IconName;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Spoken at once, because work stopped. */
  urgent?: boolean;
}

/** What is true now, what was kept, and the next step. */
export function Notice({ hue, icon, title, children, actions, urgent = false }: NoticeProps) {
  return (
    <div className={hue ? `notice n-${hue}` : "notice"} role={urgent ? "alert" : "status"}>
      <Icon name={icon} />
      <p className="notice-title">{title}</p>
      {children}
      {actions && <div className="notice-acts">{actions}</div>}
    </div>
  );
}
