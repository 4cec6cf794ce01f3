import { IconButton } from "../../components/IconButton/IconButton";
import { Segments } from "../../components/Segments/Segments";
import type { Settings } from "../../host";

export interface PartProps {
  settings: Settings;
  onChange: (change: Partial<Settings>) => void;
}

const STEP = 10;

/** Theme and text size. */
export function Look({ settings: { theme, text_size }, onChange }: PartProps) {
  return (
    <section aria-labelledby="set-look">
      <h2 id="set-look">Look</h2>
      <div className="set-row">
        <span className="what">Theme</span>
        <Segments
          label="Theme"
          value={theme}
          onChange={(next) => onChange({ theme: next })}
          options={[
            { value: "system", words: "As the system" },
            { value: "light", words: "Light" },
            { value: "dark", words: "Dark" },
          ]}
        />
      </div>
      <div className="set-row">
        <span className="what">Text size</span>
        <span className="faint xs">Everything grows with it, from 80 to 200 %.</span>
        <span className="size" role="group" aria-label="Text size">
          <IconButton
            icon="minus"
            label="Smaller text"
            disabled={text_size <= 80}
            onClick={() => onChange({ text_size: Math.max(80, text_size - STEP) })}
          />
          <output aria-live="polite">{text_size}&nbsp;%</output>
          <IconButton
            icon="plus"
            label="Larger text"
            disabled={text_size >= 200}
            onClick={() => onChange({ text_size: Math.min(200, text_size + STEP) })}
          />
        </span>
      </div>
    </section>
  );
}
