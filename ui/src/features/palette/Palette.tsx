import "./palette.css";
import { useEffect, useId, useRef, useState } from "react";
import { Dialog } from "../../components/Dialog/Dialog";
import { Icon } from "../../components/Icon/Icon";
import { Key } from "../../components/Key/Key";
import { Name } from "../../components/Text/Text";
import type { Stopping } from "../shell/StopSwitch";
import { useEntries, type Entry } from "./useEntries";

interface PaletteProps {
  onClose: () => void;
  onKeys: () => void;
  stopping: Stopping;
}

/** Ctrl K: goes to any section, conversation or file, and does what the window can do. */
export default function Palette({ onClose, onKeys, stopping }: PaletteProps) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const entries = useEntries(text, onKeys, stopping);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(at, entries.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const run = (entry: Entry | undefined): void => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const move = (by: number): void => setAt((current + by + entries.length) % entries.length);
  return (
    <Dialog title="Search or jump to" look="palette" open onClose={onClose}>
      <div className="pal-field">
        <Icon name="search" />
        <input
          autoFocus
          role="combobox"
          aria-label="Search or jump to"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={entries.length > 0 ? `${id}-${current}` : undefined}
          placeholder="Search or jump to…"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            const act = {
              ArrowDown: () => move(1),
              ArrowUp: () => move(-1),
              Enter: () => run(entries[current]),
            }[event.key];
            if (!act) return;
            event.preventDefault();
            act();
          }}
        />
      </div>
      <div
        className="pal-list"
        id={id}
        ref={list}
        role="listbox"
        aria-label="Places and actions"
        tabIndex={-1}
      >
        {entries.map((entry, index) => (
          <div key={entry.key} role="presentation">
            {entry.group !== entries[index - 1]?.group && (
              <p className="pal-group" role="presentation">
                {entry.group}
              </p>
            )}
            {/* The field above keeps the focus and walks the options with the arrow keys. */}
            {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
            <div
              id={`${id}-${index}`}
              className="pal-item"
              role="option"
              aria-selected={index === current}
              onPointerMove={() => setAt(index)}
              onClick={() => run(entry)}
            >
              <Icon name={entry.icon} />
              <Name className="clip">{entry.words}</Name>
              {entry.hint && <Name className="faint xs clip">{entry.hint}</Name>}
              {entry.keys && <Key>{entry.keys}</Key>}
            </div>
          </div>
        ))}
        {entries.length === 0 && <p className="pal-none">Nothing is called that.</p>}
      </div>
      <p className="pal-foot keys" aria-hidden="true">
        <span>
          <Key>↑</Key>
          <Key>↓</Key> move
        </span>
        <span>
          <Key>Enter</Key> go
        </span>
        <span>
          <Key>Esc</Key> close
        </span>
      </p>
    </Dialog>
  );
}
