import "./Field.css";
import type { ComponentPropsWithRef } from "react";
import { Icon, type IconName } from "../Icon/Icon";

interface FieldProps extends Omit<ComponentPropsWithRef<"input">, "className"> {
  /** Its name, where no words beside it say it. */
  label?: string;
  icon?: IconName;
}

/** One line to write in. */
export function Field({ label, icon, ...rest }: FieldProps) {
  return (
    <span className="input">
      {icon && <Icon name={icon} size="sm" />}
      <input {...rest} {...(label ? { "aria-label": label } : {})} />
    </span>
  );
}
