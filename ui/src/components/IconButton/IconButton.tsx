import "../Button/Button.css";
import type { ComponentPropsWithRef } from "react";
import { Icon, type IconName } from "../Icon/Icon";
import { Tooltip } from "../Tooltip/Tooltip";

interface IconButtonProps extends Omit<ComponentPropsWithRef<"button">, "type" | "children"> {
  icon: IconName;
  /** Verb and object: `Hide evidence pane`. */
  label: string;
  pressed?: boolean;
  /** Whether a tooltip says the label; in long lists it would cost more than it tells. */
  tip?: boolean;
}

export function IconButton({ icon, label, pressed, tip = true, className, ...rest }: IconButtonProps) {
  const button = (
    <button
      {...rest}
      type="button"
      className={className ? `icon-btn ${className}` : "icon-btn"}
      aria-label={label}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
    >
      <Icon name={icon} />
    </button>
  );
  return tip ? <Tooltip words={label}>{button}</Tooltip> : button;
}
