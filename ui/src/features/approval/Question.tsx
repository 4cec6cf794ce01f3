import { useState, type Ref } from "react";
import { Button } from "../../components/Button/Button";
import { Candidates } from "../../components/Candidates/Candidates";
import { Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import { useChange, type ActionView, type Failure, type WhichView } from "../../host";
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

interface Choosing {
  record: string | null;
  setRecord: (record: string) => void;
  use: () => void;
  drop: () => void;
  busy: boolean;
  failure: Failure | null;
}

function useChoice(
  id: number,
  onPicked: (fresh: ActionView) => void,
  onDropped: (() => void) | undefined,
): Choosing {
  const [record, setRecord] = useState<string | null>(null);
  const pick = useChange("action_pick");
  const deny = useChange("action_deny");
  const busy = pick.isPending || deny.isPending;
  return {
    record,
    setRecord,
    busy,
    failure: pick.error ?? deny.error,
    use: () => {
      if (record === null || busy) return;
      // The question is gone from the page before the answer to it is here.
      pick.mutateAsync({ id, record }).then(onPicked, () => undefined);
    },
    drop: () => {
      const none = { ids: [id], reason: "none of these records is meant" };
      deny.mutateAsync(none).then(onDropped, () => undefined);
    },
  };
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
  const choice = useChoice(action.id, onPicked, onDropped);
  const Heading = `h${level}` as const;
  useKey("Ctrl Enter", choice.use);
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
        <Choices action={action} which={which} choice={choice} />
      </div>
      <footer className="st-f">
        <Answers which={which} choice={choice} keyed />
        {choice.record === null && (
          <span className="faint xs">It is proposed for the one you choose, and judged for that one.</span>
        )}
      </footer>
    </section>
  );
}

interface RowProps {
  action: ActionView;
  which: WhichView;
  onPicked: (fresh: ActionView) => void;
}

/** The same as part of a card: what is picked joins it. */
export function QuestionPart({ action, which, onPicked }: RowProps) {
  const choice = useChoice(action.id, onPicked, undefined);
  return (
    <div className="choose">
      <Choices action={action} which={which} choice={choice} />
      <div className="row wrap">
        <Answers which={which} choice={choice} />
      </div>
    </div>
  );
}

function Choices({ action, which, choice }: Omit<RowProps, "onPicked"> & { choice: Choosing }) {
  return (
    <>
      <Candidates
        label={`Which ${plainly(which.kind)} “${plainly(which.words)}” means`}
        candidates={which.candidates}
        value={choice.record}
        onChange={choice.setRecord}
      />
      <div className="then">
        <p>
          Then, in <Plain>{action.system_title}</Plain>: <Plain>{action.summary}</Plain>
        </p>
        <Given all={action.given} values />
      </div>
      {choice.failure && <FailureNotice failure={choice.failure} />}
    </>
  );
}

function Answers({ which, choice, keyed = false }: { which: WhichView; choice: Choosing; keyed?: boolean }) {
  return (
    <>
      <Button
        small
        look={keyed ? "primary" : "plain"}
        {...(keyed ? { keyCap: "Ctrl ↵", "aria-keyshortcuts": "Control+Enter" } : {})}
        notYet={choice.record === null || choice.busy}
        onClick={choice.use}
      >
        Use this {which.kind}
      </Button>
      <Button small look={keyed ? "plain" : "quiet"} notYet={choice.busy} onClick={choice.drop}>
        None of these, drop it
      </Button>
    </>
  );
}
