import type { ReactNode, Ref } from "react";
import { Button } from "../../components/Button/Button";
import { Now, Was } from "../../components/Diff/Diff";
import { Icon, type IconName } from "../../components/Icon/Icon";
import { Name, Plain, Said } from "../../components/Text/Text";
import { UndoMark } from "../../components/UndoMark/UndoMark";
import { Verdict } from "../../components/Verdict/Verdict";
import { useCall, useChange, type ActionView, type FoundOut } from "../../host";
import { dated, dayWords, exactly } from "../../lib/moments";
import { plainly } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { useNow } from "./useNow";
import { LAYERS, age, at, byWhom, canUndo, isAllowed, isOutOfDate, second, stateMark } from "./words";

interface EndedProps {
  action: ActionView;
  level: 1 | 2;
  heading?: Ref<HTMLHeadingElement>;
  /** What a person found out can only be said in the approval window: sending again is a decision. */
  onSay?: ((found: FoundOut) => void) | undefined;
  onReview?: (() => void) | undefined;
  onUndone?: ((fresh: ActionView) => void) | undefined;
  /** All that was done together and can be taken back together. */
  together?: readonly number[];
  /** The receipt is in the main window. */
  receipt?: boolean;
}

/** A proposal that is decided or under way: what became of it, and what can be done now. */
export function Ended({
  action,
  level,
  heading,
  onSay,
  onReview,
  onUndone,
  together = [],
  receipt = false,
}: EndedProps) {
  const mark = stateMark(action);
  const Heading = `h${level}` as const;
  const check = useChange("action_check");
  const undo = useChange("action_undo");
  const { state } = action;
  const failure = check.error ?? undo.error;
  const done = state === "succeeded";
  const back = canUndo(action) && onUndone !== undefined;
  const takeBack = (ids: readonly number[]): void =>
    undo.mutate({ ids: [...ids] }, { onSuccess: ([fresh]) => fresh && onUndone?.(fresh) });
  return (
    <section className="st" aria-label={`What became of it: ${plainly(action.sentence)}`}>
      <div className="st-b">
        <div className="st-top">
          <Verdict hue={mark.hue} icon={mark.icon}>
            {mark.words}
          </Verdict>
          <span className="faint xs">
            <Plain>{beside(action)}</Plain>
          </span>
        </div>
        <Heading ref={heading} tabIndex={-1}>
          <Plain>{action.sentence}</Plain>
        </Heading>
        {words(action) !== "Done." && (
          <p role={state === "unknown" || done ? "status" : undefined}>
            <Said>{words(action)}</Said>
          </p>
        )}
        {state === "denied" &&
          action.verdict.rules.map(({ name, layer }) => (
            <p key={name} className="xs">
              Rule{" "}
              <code>
                <Name>{name}</Name>
              </code>
              , <Name>{LAYERS[layer] ?? layer}</Name>.
            </p>
          ))}
        <Track action={action} />
        {action.outcome && action.outcome.differs.length > 0 && (
          <ul className="trk" aria-label="What stands there instead">
            {action.outcome.differs.map(({ field, label, before, after }) => (
              <li key={field}>
                <span className="faint">
                  <Plain>{label}</Plain>
                </span>
                <Icon name="warn" />
                <span>
                  <Was>{before}</Was> <Now>{after}</Now>
                </span>
              </li>
            ))}
          </ul>
        )}
        {done && action.undo && <UndoMark undo={action.undo} />}
        {failure && <FailureNotice failure={failure} />}
      </div>
      <Foot>
        {state === "unknown" && (
          <Button small icon="retry" notYet={check.isPending} onClick={() => check.mutate({ id: action.id })}>
            Check now
          </Button>
        )}
        {state === "needs_person" && onReview && (
          <Button small look="primary" keyCap="Ctrl ↵" aria-keyshortcuts="Control+Enter" onClick={onReview}>
            Say what you found
          </Button>
        )}
        {state === "needs_person" && onSay && (
          <>
            <Button small onClick={() => onSay("happened")}>
              It happened
            </Button>
            <Button small onClick={() => onSay("dropped")}>
              It did not, drop it
            </Button>
            <Button small icon="retry" onClick={() => onSay("send_again")}>
              It did not, send again
            </Button>
          </>
        )}
        {back && (
          <Button
            small
            icon="undo"
            keyCap="Ctrl Z"
            aria-keyshortcuts="Control+Z"
            notYet={undo.isPending}
            onClick={() => takeBack([action.id])}
          >
            Undo…
          </Button>
        )}
        {back && together.length > 1 && (
          <Button small icon="undo" notYet={undo.isPending} onClick={() => takeBack(together)}>
            {`Undo ${together.length} changes…`}
          </Button>
        )}
        {back && <span className="faint xs">You decide on the way back too.</span>}
        {receipt && (
          <a className="btn btn-sm btn-quiet st-receipt" href={`#/activity/receipt/${action.id}`}>
            <Icon name="receipt" /> Receipt
          </a>
        )}
      </Foot>
    </section>
  );
}

function Foot({ children }: { children: ReactNode[] }) {
  return children.some(Boolean) ? <footer className="st-f">{children}</footer> : null;
}

function beside(action: ActionView): string {
  const { state, approved_at, created, verdict } = action;
  if (approved_at !== null && state === "succeeded") return `${second(approved_at)}, approved by you`;
  if (state === "denied") return "no permission of yours can override it";
  if (isAllowed(action)) return at(created);
  if (isOutOfDate(action)) return "nothing was sent";
  return verdict.decision === "ask" ? `proposed ${at(created)} ${byWhom(action)}` : at(created);
}

function words(action: ActionView): string {
  if (isOutOfDate(action))
    return "The record changed after the card was made, so the approval was void. Nothing was sent.";
  if (isAllowed(action) && action.grant !== null)
    return `Your permission “${action.grant}” covered it. ${action.state_words}`;
  return action.state_words;
}

/** What happened in order, where it matters: while nobody knows whether it was done. */
function Track({ action }: { action: ActionView }) {
  if (action.state !== "unknown" && action.state !== "needs_person") return null;
  return <Steps action={action} />;
}

/** The rows of the audit that are told, and how. */
const TOLD: Record<string, IconName> = {
  dispatching: "up",
  answered: "clock",
  lost: "clock",
  looked: "eye",
  said: "pen",
};

function Steps({ action }: { action: ActionView }) {
  const rows = useCall("receipt_get", { id: action.id }).data?.rows ?? [];
  const now = useNow();
  const told = rows.flatMap(({ seq, at: when, event, words: said }) => {
    const icon = TOLD[event];
    return icon ? [{ key: seq, when, icon, said }] : [];
  });
  const next = action.state === "unknown" ? action.next_look : null;
  const rest = next === null ? 0 : next - now;
  return (
    <ol className="trk trk-when" aria-label="What happened">
      {told.map(({ key, when, icon, said }) => (
        <li key={key}>
          <Moment at={when} />
          <Icon name={icon} />
          <span>
            <Plain>{said}</Plain>
          </span>
        </li>
      ))}
      <li>
        {next !== null && rest > 0 ? <Moment at={next} /> : <span />}
        <Icon name="v-hold" />
        <span>
          {action.state === "needs_person"
            ? "Looking it up does not tell; nothing is sent until you say"
            : rest > 0
              ? `Next look in ${age(rest)}; nothing is sent meanwhile`
              : "It is looked up again by itself; nothing is sent meanwhile"}
        </span>
      </li>
    </ol>
  );
}

/** `14:06:12`, with its day if that is another one; the whole of it for those who point at it. */
function Moment({ at: when }: { at: number }) {
  const day = dayWords(when);
  return (
    <time
      className="faint num"
      dateTime={new Date(when).toISOString()}
      title={`${dated(when)}, ${exactly(when)}`}
    >
      {day === "Today" ? exactly(when) : `${day}, ${exactly(when)}`}
    </time>
  );
}
