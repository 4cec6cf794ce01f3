import "./Tag.css";
import type { ComponentPropsWithRef, ReactNode } from "react";
import { Icon, type IconName } from "../Icon/Icon";

interface TagProps {
  icon?: IconName;
  /** The strong edge of a label that forbids something. */
  strong?: boolean;
  children: ReactNode;
}

export function Tag({ icon, strong = false, children }: TagProps) {
  return (
    <span className={strong ? "tag keep" : "tag"}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

interface TagButtonProps extends Omit<ComponentPropsWithRef<"button">, "type"> {
  icon?: IconName;
}

/** A tag that does something when it is pressed. */
export function TagButton({ icon, children, ...rest }: TagButtonProps) {
  return (
    <button {...rest} type="button" className="tag tag-btn">
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A number beside a word. */
export function Count({ children }: { children: ReactNode }) {
  return <span className="count count-quiet">{children}</span>;
}
