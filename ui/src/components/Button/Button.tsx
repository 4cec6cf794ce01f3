import "./Button.css";
import type { ComponentPropsWithRef, MouseEvent } from "react";
import { Icon, type IconName } from "../Icon/Icon";
import { Key } from "../Key/Key";

interface ButtonProps extends Omit<ComponentPropsWithRef<"button">, "type"> {
  look?: "plain" | "primary" | "quiet" | "danger" | "link";
  small?: boolean;
  icon?: IconName | undefined;
  iconAfter?: IconName;
  /** Shown as a key cap: `Esc`. */
  keyCap?: string;
  /** Not possible yet. It stays reachable, so that its reason beside it can be found. */
  notYet?: boolean;
  type?: "button" | "submit";
}

export function Button({
  look = "plain",
  small = false,
  icon,
  iconAfter,
  keyCap,
  notYet = false,
  ...rest
}: ButtonProps) {
  const { children, className, onClick, type = "button", ...own } = rest;
  const base =
    look === "link"
      ? "btn-link"
      : ["btn", small && "btn-sm", look !== "plain" && `btn-${look}`].filter(Boolean).join(" ");
  const classes = [base, look === "link" && small && "xs", className].filter(Boolean).join(" ");
  const press = (event: MouseEvent<HTMLButtonElement>): void => {
    if (notYet) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...own}
      type={type}
      className={classes}
      onClick={press}
      {...(notYet ? { "aria-disabled": true } : {})}
    >
      {icon && <Icon name={icon} />}
      {children}
      {iconAfter && <Icon name={iconAfter} />}
      {keyCap && <Key>{keyCap}</Key>}
    </button>
  );
}
