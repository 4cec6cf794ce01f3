import { useRef, type KeyboardEvent } from "react";
import { Now, Was } from "../../components/Diff/Diff";
import { Icon } from "../../components/Icon/Icon";
import { OriginMark } from "../../components/OriginMark/OriginMark";
import { Plain } from "../../components/Text/Text";
import { UndoMark } from "../../components/UndoMark/UndoMark";
import type { ActionView, CardView } from "../../host";
import { plainly } from "../../lib/text";
import { count } from "../../lib/words";
import { useKey } from "../keys/useKey";
import { Freshness } from "./Freshness";
import { close, QuestionPart } from "./Question";
import { capital, includeId } from "./words";

/** Whether these are better read as rows than as one block after the other. */
export function isBatch({ actions, questions }: Pick<CardView, "actions" | "questions">): boolean {
  return (
    actions.length + questions.length > 2 &&
    actions.every((own) => own.message === null && own.changes.length <= 2)
  );
}

interface BatchProps {
  actions: readonly ActionView[];
  /** What can't be ticked before the person says which record is meant. */
  questions: readonly ActionView[];
  struck: readonly number[];
  /** When the records were read again. */
  read?: number;
  onLeft: (id: number, left: boolean) => void;
  onAll: (left: boolean) => void;
  onAnswered: (question: number, fresh: ActionView) => void;
}

/** One row for each record, with a box, its change, and why. */
export function Batch({ actions, questions, struck, read = 0, onLeft, onAll, onAnswered }: BatchProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const row = useRef(0);
  const left = actions.length - struck.length;
  const boxes = (): HTMLInputElement[] => [
    ...(body.current?.querySelectorAll<HTMLInputElement>(".check:enabled") ?? []),
  ];
  useKey("X", () => {
    const focused = boxes().findIndex((box) => box === document.activeElement);
    const own = actions[focused >= 0 ? focused : row.current];
    if (own) onLeft(own.id, struck.includes(own.id));
  });
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const all = boxes();
    const from = all.findIndex((box) => box === event.target);
    const next = all[from + by];
    if (by === 0 || from < 0 || !next) return;
    event.preventDefault();
    row.current = from + by;
    next.focus();
  };
  const [first] = actions;
  const undo = actions.every((own) => own.undo === first?.undo) ? first?.undo : "irreversible";
  return (
    <div className="batch">
      <table className="batch-t">
        <caption className="vh">
          {count(actions.length + questions.length, "proposed change")}. Tick the ones to approve; arrow keys
          go from row to row.
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <input
                className="check"
                type="checkbox"
                aria-label="Tick all"
                checked={left === actions.length}
                ref={(box) => {
                  if (box) box.indeterminate = left > 0 && left < actions.length;
                }}
                onChange={() => onAll(left < actions.length)}
              />
            </th>
            <th scope="col">
              <Plain>{capital(first?.record?.kind ?? "record")}</Plain>
            </th>
            <th scope="col">Change</th>
            <th scope="col">Because</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {actions.map((own) => {
            const name = own.record?.title ?? own.record?.id ?? own.sentence;
            const off = struck.includes(own.id);
            return (
              <tr key={own.id} className={off ? "off" : undefined}>
                <td>
                  <input
                    id={includeId(own.id)}
                    className="check"
                    type="checkbox"
                    checked={!off}
                    aria-label={`Include ${plainly(name)}`}
                    onKeyDown={move}
                    onChange={(event) => onLeft(own.id, event.target.checked)}
                  />
                </td>
                <td>
                  <span className="name">
                    <Plain>{name}</Plain>
                  </span>
                  {own.record && (
                    <span className="xs">
                      <Plain>{`${own.record.id} in ${own.system_title}`}</Plain>
                    </span>
                  )}
                </td>
                <td>
                  {own.changes.map((change) => (
                    <span key={change.field} className="one">
                      <Was>{change.before}</Was> <Now>{change.after}</Now>
                      <span className="xs">
                        <Plain>{change.label}</Plain>
                      </span>
                    </span>
                  ))}
                  {own.changes.length === 0 && <Plain>{own.sentence}</Plain>}
                </td>
                <td>
                  {own.reason !== null && (
                    <span className="said-why">
                      <Plain>{own.reason}</Plain>
                    </span>
                  )}
                  {own.changes.map(({ field, origin }) => origin && <OriginMark key={field} {...origin} />)}
                </td>
              </tr>
            );
          })}
          {questions.map(
            (own) =>
              own.which && (
                <tr key={own.id} className="off">
                  <td>
                    <input
                      className="check"
                      type="checkbox"
                      disabled
                      checked={false}
                      readOnly
                      aria-label={`${plainly(own.which.words)} cannot be ticked: ${close(own.which)}`}
                    />
                  </td>
                  <td>
                    <span className="name">
                      <Plain>{own.which.words}</Plain>
                    </span>
                    <span className="note t-ask">
                      <Icon name="v-ask" /> {close(own.which)}
                    </span>
                  </td>
                  <td colSpan={2}>
                    <QuestionPart
                      action={own}
                      which={own.which}
                      onPicked={(fresh) => onAnswered(own.id, fresh)}
                    />
                  </td>
                </tr>
              ),
          )}
        </tbody>
      </table>
      <footer className="step-f">
        {undo && <UndoMark undo={undo} />}
        <Freshness
          read={Math.max(read, Math.min(...actions.map(({ created }) => created)))}
          many={actions.length}
        />
      </footer>
    </div>
  );
}
