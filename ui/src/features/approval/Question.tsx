import { useState, type Ref } from "react";
import { Button } from "../../components/Button/Button";
import { Candidates } from "../../components/Candidates/Candidates";
import { Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import { useChange, type ActionView, type WhichView } from "../../host";
import { plainly } from "../../lib/text";
import { count } from "../../lib/words";
import { useKey } from "../keys/useKey";
import { FailureNotice } from "../shell/FailureNotice";
import { Given } from "./Given";
import { at, byWhom } from "./words";

/** `2 records are close` */
export function close({ candidates }: WhichView): string {
  return count(candidates.length, "record is close", "records are close");
}

interface QuestionProps {
  action: ActionView;
  which: WhichView;
  level: 1 | 2;
  heading?: Ref<HTMLHeadingElement>;
  /** What was picked is a proposal of its own. */
  onPicked: (fresh: ActionView) => void;
  onDropped?: () => void;
}

/** More than one record is close to what was said. Nothing is prepared before the person says which is meant. */
export function Question({ action, which, level, heading, onPicked, onDropped }: QuestionProps) {
  const [record, setRecord] = useState<string | null>(null);
  const pick = useChange("action_pick");
  const drop = useChange("action_deny");
  const busy = pick.isPending || drop.isPending;
  const failure = pick.error ?? drop.error;
  const Heading = `h${level}` as const;
  const use = (): void => {
    if (record === null || busy) return;
    // The question is gone from the page before the answer to it is here.
    pick.mutateAsync({ id: action.id, record }).then(onPicked, () => undefined);
  };
  useKey("Ctrl Enter", use);
  return (
    <section className="st" aria-label={plainly(action.sentence)}>
      <div className="st-b">
        <div className="st-top">
          <Verdict hue="ask" icon="v-ask">
            Ask
          </Verdict>
          <span className="faint xs">
            <Plain>{`${close(which)}, proposed ${at(action.created)} ${byWhom(action)}`}</Plain>
          </span>
        </div>
        <Heading ref={heading} tabIndex={-1}>
          Which <Plain>{`“${which.words}”`}</Plain> do you mean? Nothing is prepared until you choose.
        </Heading>
        <Candidates
          label={`Which ${plainly(which.kind)}`}
          candidates={which.candidates}
          value={record}
          onChange={setRecord}
        />
        <div className="then">
          <p>
            Then, in <Plain>{action.system_title}</Plain>: <Plain>{action.summary}</Plain>
          </p>
          <Given all={action.given} values />
        </div>
        {failure && <FailureNotice failure={failure} />}
      </div>
      <footer className="st-f">
        <Button
          small
          look="primary"
          keyCap="Ctrl ↵"
          aria-keyshortcuts="Control+Enter"
          notYet={record === null || busy}
          onClick={use}
        >
          Use this {which.kind}
        </Button>
        <Button
          small
          notYet={busy}
          onClick={() => {
            const none = { ids: [action.id], reason: "none of these records is meant" };
            drop.mutateAsync(none).then(onDropped, () => undefined);
          }}
        >
          None of these, drop it
        </Button>
        {record === null && (
          <span className="faint xs">It is proposed for the one you choose, and judged for that one.</span>
        )}
      </footer>
    </section>
  );
}
