import { useEffect, useState, type Ref } from "react";
import { Seal } from "../../components/Seal/Seal";
import { Plain } from "../../components/Text/Text";
import type { ActionView, CardView } from "../../host";
import { plainly } from "../../lib/text";
import { Batch, isBatch } from "./Batch";
import { Block } from "./Block";
import { CardHead } from "./CardHead";
import type { Editing } from "./useEdit";
import { QuestionPart } from "./Question";
import { canEdit, includeId } from "./words";

/** What became of a question of the card. */
interface Answer {
  question: number;
  fresh: ActionView;
}

interface WholeProps {
  card: CardView;
  struck: readonly number[];
  onStruck: (struck: readonly number[]) => void;
  level: 1 | 2;
  heading?: Ref<HTMLHeadingElement>;
  /** Which proposal is being edited, and how. */
  editing: { id: number; edit: Editing } | null;
  onEdit: (id: number) => void;
  /** When the records were read again, in milliseconds since 1970. */
  read?: number;
  /** Another record was picked for one of the proposals. */
  onPicked: (fresh: ActionView) => void;
}

/** The card in its fixed order: sentence, where from, why, each effect, and the seal. */
export function Whole({
  card,
  struck,
  onStruck,
  level,
  heading,
  editing,
  onEdit,
  read = 0,
  onPicked,
}: WholeProps) {
  const { actions, questions } = card;
  const several = actions.length > 1;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const said = answer && !questions.some(({ id }) => id === answer.question) ? answer.fresh : null;
  const joined = said !== null && actions.some(({ id }) => id === said.id);
  // The row of the question is gone, and what took its place stands elsewhere.
  const moved = joined ? said.id : null;
  useEffect(() => {
    if (moved !== null) document.getElementById(includeId(moved))?.focus();
  }, [moved]);
  const onAnswered = (question: number, fresh: ActionView): void => setAnswer({ question, fresh });
  const set = (id: number, left: boolean): void =>
    onStruck([...struck.filter((own) => own !== id), ...(left ? [] : [id])]);
  const left = actions.filter(({ id }) => !struck.includes(id));
  const Sub = level === 1 ? "h2" : "h3";
  return (
    <>
      <CardHead sentence={card.sentence} actions={actions} level={level} {...(heading ? { heading } : {})} />
      <p className={said && !joined ? "asked-said" : "vh"} role="status">
        {said && (
          <Plain>
            {joined
              ? `It is on this card now: ${said.sentence}`
              : `${said.sentence} ${said.state === "awaiting" ? "It is decided on a card of its own." : said.state_words}`}
          </Plain>
        )}
      </p>
      {isBatch(card) && !editing ? (
        <Batch
          actions={actions}
          questions={questions}
          struck={struck}
          read={read}
          onLeft={set}
          onAll={(all) => onStruck(all ? [] : actions.map(({ id }) => id))}
          onAnswered={onAnswered}
        />
      ) : (
        actions.map((action, index) => (
          <Block
            key={action.id}
            action={action}
            level={level === 1 ? 2 : 3}
            place={several ? index + 1 : undefined}
            left={!struck.includes(action.id)}
            edit={editing?.id === action.id ? editing.edit.diff : undefined}
            {...(several && !editing ? { onLeft: (on: boolean) => set(action.id, on) } : {})}
            read={read}
            onPicked={editing ? undefined : onPicked}
            onEdit={several && !editing && canEdit(action) ? () => onEdit(action.id) : undefined}
          />
        ))
      )}
      {!isBatch(card) &&
        !editing &&
        questions.map(
          (own) =>
            own.which && (
              <section key={own.id} className="step" aria-label={plainly(own.sentence)}>
                <header className="step-h">
                  <Sub>
                    <Plain>{own.sentence}</Plain>
                  </Sub>
                  <span className="faint xs">not on this card before you choose</span>
                </header>
                <div className="step-pick">
                  <QuestionPart
                    action={own}
                    which={own.which}
                    onPicked={(fresh) => onAnswered(own.id, fresh)}
                  />
                </div>
              </section>
            ),
        )}
      {/* What is saved is sealed anew. */}
      {!editing && (
        <div className="sealed">
          <Seal digest={card.digest} requests={left.map(({ raw }) => raw)} />
        </div>
      )}
    </>
  );
}
