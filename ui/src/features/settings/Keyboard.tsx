import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Switch } from "../../components/Switch/Switch";
import { Name } from "../../components/Text/Text";
import type { PartProps } from "./Look";
import { combination } from "./combination";

/** The key that calls Attaché from anywhere, and single keys. */
export function Keyboard({ settings: { hotkey, single_keys, notifications }, onChange }: PartProps) {
  const [hearing, setHearing] = useState(false);
  return (
    <section aria-labelledby="set-keys">
      <h2 id="set-keys">Keys and notifications</h2>
      <div className="set-row">
        <span className="what">Call Attaché from anywhere</span>
        <span className="faint xs">Press the combination you want; Esc keeps the one you have.</span>
        <span className="row wrap">
          <Button
            className="hotkey"
            aria-pressed={hearing}
            onClick={() => setHearing(true)}
            onBlur={() => setHearing(false)}
            onKeyDown={(event) => {
              if (!hearing) return;
              event.preventDefault();
              event.stopPropagation();
              if (event.key === "Escape") setHearing(false);
              const pressed = combination(event);
              if (pressed === null) return;
              setHearing(false);
              onChange({ hotkey: pressed });
            }}
          >
            <Name>{hearing ? "Press the keys…" : (hotkey ?? "None")}</Name>
          </Button>
          {hotkey !== null && (
            <Button look="quiet" onClick={() => onChange({ hotkey: null })}>
              Remove
            </Button>
          )}
        </span>
      </div>
      <Switch
        words="Single keys"
        hint="“?” shows all keys and “/” goes to the question, while nothing is being written."
        on={single_keys}
        onChange={(on) => onChange({ single_keys: on })}
      />
      <Switch
        words="Notifications"
        hint="When an answer is finished while the window is not in front."
        on={notifications}
        onChange={(on) => onChange({ notifications: on })}
      />
    </section>
  );
}
