import "./composer.css";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Name } from "../../components/Text/Text";
import { useCall, type Failure, type Filter } from "../../host";
import { NEVER_LEAVES } from "../../lib/labels";
import { list } from "../../lib/words";
import { useKey } from "../keys/useKey";
import { FailureNotice } from "../shell/FailureNotice";
import { ScopeSelector } from "./ScopeSelector";

interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  onSend: () => void;
  onStop: () => void;
  /** An answer is being written. */
  running: boolean;
  /** The question is on its way. */
  sending: boolean;
  failure: Failure | null;
  followUp: boolean;
}

/** Where questions are written. */
export function Composer(props: ComposerProps) {
  const { text, onText, filter, onFilter, onSend, onStop, running, sending, failure, followUp } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const empty = text.trim() === "";
  useKey("/", () => field.current?.focus());
  useEffect(() => {
    const own = field.current;
    if (!own) return;
    // The field grows with its lines, up to the limit its style sets.
    own.style.blockSize = "auto";
    own.style.blockSize = `${own.scrollHeight}px`;
  }, [text]);
  const send = (): void => {
    if (!empty && !running && !sending) onSend();
  };
  return (
    <div className="composer">
      <div className="composer-in">
        {failure && <FailureNotice failure={failure} />}
        <form
          className="box"
          aria-label="Ask a question"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <ScopeSelector filter={filter} onChange={onFilter} />
          <textarea
            ref={field}
            rows={1}
            autoFocus
            maxLength={8000}
            aria-label="Your question"
            placeholder={followUp ? "Ask a follow-up" : "Ask about your files"}
            value={text}
            onChange={(event) => onText(event.target.value)}
            onKeyDown={(event) => {
              // While an input method composes a word, Enter belongs to it.
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              send();
            }}
          />
          <div className="tools">
            <span className="grow" />
            <span className="model">
              <Icon name="device" size="sm" /> On this device
            </span>
            {running ? (
              <Button small icon="stop" keyCap="Esc" aria-keyshortcuts="Escape" onClick={onStop}>
                Stop
              </Button>
            ) : (
              <Button small look="primary" type="submit" keyCap="Enter" notYet={empty || sending}>
                Ask
              </Button>
            )}
          </div>
        </form>
        <Under filter={filter} />
      </div>
    </div>
  );
}

/** Which collections in scope never leave this machine. Everything runs here today, so it is a fact, not a lock. */
function Under({ filter }: { filter: Filter }): ReactNode {
  const sources = useCall("status", {}).data?.sources ?? [];
  const inScope = (collection: string): boolean =>
    !filter.collections?.length || filter.collections.includes(collection);
  const kept = sources
    .filter(({ collection, labels }) => labels.includes(NEVER_LEAVES) && inScope(collection))
    .map(({ collection }) => collection);
  if (kept.length === 0) return null;
  const names = [...new Set(kept)];
  return (
    <p className="under">
      <Icon name="lock" size="sm" />
      <span>
        <b className="strong">
          <Name>{list(names)}</Name>
        </b>{" "}
        never {names.length === 1 ? "leaves" : "leave"} this machine. Answers are found on this device.
      </span>
    </p>
  );
}
