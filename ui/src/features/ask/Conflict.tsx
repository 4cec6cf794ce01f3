import { useId } from "react";
import { Icon } from "../../components/Icon/Icon";
import { Name, Plain } from "../../components/Text/Text";
import type { ConflictView } from "../../host";
import { whereIs } from "./citations";
import { Chip, type ChipsProps } from "./AnswerText";

interface ConflictProps extends ChipsProps {
  conflict: ConflictView;
}

/** Two sources disagree: both values stand, each with its source and date. */
export function Conflict({ conflict, ...chips }: ConflictProps) {
  const id = useId();
  const { sides } = conflict;
  return (
    <section className="conflict" aria-labelledby={id}>
      <header>
        <Icon name="differ" />
        <h3 id={id}>
          {sides.length === 2 ? "Two" : sides.length} sources disagree on <Plain>{conflict.about}</Plain>
        </h3>
      </header>
      {sides.map((side, index) => (
        <div key={index} className="side">
          <span className="val">
            <Plain>{side.value}</Plain>
          </span>
          <span>
            <Name>{whereIs(side.citation)}</Name> <Chip citation={side.citation} {...chips} />
            <span className="who">{side.dated}</span>
          </span>
          <span className="fact">{index === 0 ? "Newest" : "Older"}</span>
        </div>
      ))}
      <footer className="faint xs">
        Neither is left out. The newest stands first; which one counts is yours to say.
      </footer>
    </section>
  );
}
