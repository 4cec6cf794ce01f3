import "../Field/Field.css";
import type { ReactNode } from "react";

interface SegmentsProps<T extends string | number> {
  label: string;
  value: T;
  options: readonly { value: T; words: ReactNode }[];
  onChange: (value: T) => void;
}

/** Two to five words of which one is chosen. */
export function Segments<T extends string | number>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <div className="seg" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.words}
        </button>
      ))}
    </div>
  );
}
