import "./Icon.css";
import { SHAPES, type IconName } from "./shapes";

export type { IconName } from "./shapes";

interface IconProps {
  name: IconName;
  size?: "sm" | "lg";
  className?: string | undefined;
}

/** A drawing beside a word. It never carries meaning alone, so it is hidden from assistive technology. */
export function Icon({ name, size, className }: IconProps) {
  const classes = ["i", size && `i-${size}`, className].filter(Boolean).join(" ");
  return (
    <svg className={classes} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}

/** Attaché's own mark. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d="M7 5.5V4.6C7 3.7 7.7 3 8.6 3h2.8c.9 0 1.6.7 1.6 1.6v.9"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
      <rect x="2" y="5.5" width="16" height="11.75" rx="3" fill="currentColor" />
      <path d="M2 10.75h5.4M12.6 10.75H18" stroke="var(--bg-window)" strokeWidth="1.2" />
      <circle cx="10" cy="10.75" r="2.1" fill="none" stroke="var(--bg-window)" strokeWidth="1.2" />
    </svg>
  );
}
