import { memo, useId, useMemo } from "react";
import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Plain, Said } from "../../components/Text/Text";
import { useLiveTurn, type Filter, type Turn as TurnData } from "../../host";
import { count } from "../../lib/words";
import { AnswerText } from "./AnswerText";
import { Citations } from "./citations";
import { CopyMenu } from "./CopyMenu";
import { Outcome } from "./Outcome";

export interface TurnActions {
  onCite: (turn: number, number: number) => void;
  onAskAgain: (question: string, filter: Filter) => void;
}

interface TurnProps extends TurnActions {
  turn: TurnData;
  /** The number under the eyes in the evidence pane, if it shows this turn. */
  current: number | null;
}

/** A question with its answer. */
export const Turn = memo(function PlainTurn({ turn: kept, current, onCite, onAskAgain }: TurnProps) {
  const turn = useLiveTurn(kept);
  const { answer, state } = turn;
  const id = useId();
  const citations = useMemo(() => new Citations(answer), [answer]);
  const writing = state === "running";
  const begun = answer !== null && answer.answer.length > 0;
  return (
    <div className="turn">
      <p className="you">
        <span className="vh">You asked: </span>
        <Plain>{turn.question}</Plain>
      </p>
      <article className="answer" aria-labelledby={id} aria-busy={writing}>
        <h2 className="vh" id={id}>
          Answer
        </h2>
        <Trace turn={turn} />
        {answer && begun && (
          <AnswerText
            answered={answer}
            writing={writing}
            citations={citations}
            current={current}
            onCite={(number) => onCite(turn.id, number)}
          />
        )}
        {writing && !begun && <Skeleton label="Working on the answer" />}
        {!writing && <Outcome turn={turn} onAskAgain={onAskAgain} />}
        {answer?.notices.map((notice, index) => (
          <p key={index} className="aside">
            <Icon name="warn" size="sm" />
            <span>
              <Said>{notice}</Said>
            </span>
          </p>
        ))}
        {!writing && begun && (
          <div className="turn-acts">
            <CopyMenu answered={answer} />
            <Button small look="quiet" icon="retry" onClick={() => onAskAgain(turn.question, turn.filter)}>
              Ask again
            </Button>
          </div>
        )}
      </article>
    </div>
  );
});

/** What was read for the answer, in one line. */
function Trace({ turn: { answer, state } }: { turn: TurnData }) {
  const running = state === "running";
  if (!answer || answer.passages_read === 0) {
    if (!running) return null;
    return (
      <p className="trace">
        <Icon name="retry" size="sm" className="spin" /> Searching your files
      </p>
    );
  }
  return (
    <p className="trace">
      <Icon name="search" size="sm" /> Read {count(answer.passages_read, "passage")} in{" "}
      {count(answer.files_read, "file")}
      {answer.engine && (
        <span>
          , <Plain>{answer.engine}</Plain>
        </span>
      )}
    </p>
  );
}
