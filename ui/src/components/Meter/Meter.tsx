import "./Meter.css";

interface MeterProps {
  label: string;
  /** 0 to 1. */
  value: number;
  /** The value in words: `2,214 of 3,418 files`. */
  words: string;
}

export function Meter({ label, value, words }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      className="meter"
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={words}
    >
      <span style={{ inlineSize: `${percent}%` }} />
    </div>
  );
}
