import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Notice } from "../../components/Notice/Notice";
import { Plain, Said } from "../../components/Text/Text";
import type { Filter, Turn } from "../../host";
import { list } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";
import { isEverything, scopeWords } from "./filters";
import type { TurnActions } from "./Turn";

interface OutcomeProps {
  turn: Turn;
  onAskAgain: TurnActions["onAskAgain"];
}

/** How a turn ended, where that is not simply its answer. */
export function Outcome({ turn, onAskAgain }: OutcomeProps) {
  const { question, filter, state, answer, failure } = turn;
  const again = (words: string, icon: "retry" | "search", where: Filter) => (
    <Button small icon={icon} onClick={() => onAskAgain(question, where)}>
      {words}
    </Button>
  );
  switch (state) {
    case "abstained":
      return (
        <Notice
          icon="search"
          title={<Said>{answer?.reason ?? "Nothing in your folders answers this."}</Said>}
          actions={
            <>
              {!isEverything(filter) && again("Look in everything", "search", {})}
              <a className="btn btn-sm btn-quiet" href="#/library">
                Why is a file missing?
              </a>
            </>
          }
        >
          {answer && answer.missing.length > 0 && (
            <p>
              No file mentions{" "}
              <Plain>
                {list(
                  answer.missing.map((name) => `“${name}”`),
                  "or",
                )}
              </Plain>
              .
            </p>
          )}
          <p>
            {!isEverything(filter) && (
              <>
                <Plain>{`Looked in ${scopeWords(filter)} only.`}</Plain>{" "}
              </>
            )}
            No answer is given without a passage.
          </p>
        </Notice>
      );
    case "failed":
      return failure ? (
        <FailureNotice failure={failure} urgent={false} actions={again("Ask again", "retry", filter)} />
      ) : (
        <Notice
          hue="ask"
          icon="warn"
          title="This answer could not be finished."
          actions={again("Ask again", "retry", filter)}
        />
      );
    case "stopped":
      return (
        <p className="aside">
          <Icon name="stop" size="sm" />
          <span>
            Stopped by you.{" "}
            {answer && answer.answer.length > 0 ? "What was written is kept." : "Nothing was written yet."}
          </span>
          {!answer?.answer.length && again("Ask again", "retry", filter)}
        </p>
      );
    case "interrupted":
      return (
        <Notice
          hue="hold"
          icon="clock"
          title="Attaché was closed before this answer was finished."
          actions={again("Ask again", "retry", filter)}
        >
          <p>The question and what was written of the answer are kept.</p>
        </Notice>
      );
    default:
      return null;
  }
}
