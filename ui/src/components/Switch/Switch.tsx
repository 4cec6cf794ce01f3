import "../Field/Field.css";
import { useId, type ReactNode } from "react";

interface SwitchProps {
  words: ReactNode;
  hint?: ReactNode;
  on: boolean;
  onChange: (on: boolean) => void;
  /** Not possible yet. It stays reachable, so that its reason beside it can be found. */
  notYet?: boolean;
}

export function Switch({ words, hint, on, onChange, notYet = false }: SwitchProps) {
  const id = useId();
  return (
    <div className="opt-switch">
      <input
        id={id}
        className="switch"
        type="checkbox"
        role="switch"
        checked={on}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => !notYet && onChange(event.target.checked)}
        {...(notYet ? { "aria-disabled": true } : {})}
      />
      <span>
        <label htmlFor={id}>{words}</label>
        {hint && (
          <span id={`${id}-hint`} className="faint xs hint">
            {hint}
          </span>
        )}
      </span>
    </div>
  );
}
