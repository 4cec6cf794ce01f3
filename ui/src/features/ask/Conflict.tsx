import { useId } from "react";
import { Icon } from "../../components/Icon/Icon";
import { Name, Plain } from "../../components/Text/Text";
import type { CitationView, ConflictView } from "../../host";
import { whereIs } from "./citations";
import { Chip, type ChipsProps } from "./AnswerText";

interface ConflictProps extends ChipsProps {
  conflict: ConflictView;
}

/** Two sources disagree: both values stand, each with its source and date. */
export function Conflict({ conflict, ...chips }: ConflictProps) {
  const id = useId();
  const { sides } = conflict;
  const days = sides.map(({ citation }) => dayOf(citation));
  return (
    <section className="conflict" aria-labelledby={id}>
      <header>
        <Icon name="differ" />
        <h3 id={id}>
          {NUMBERS[sides.length] ?? sides.length} sources disagree on <Plain>{conflict.about}</Plain>
        </h3>
      </header>
      {sides.map((side, index) => (
        <div key={index} className="side">
          <span className="val">
            <Plain>{side.value}</Plain>
          </span>
          <span>
            <Name>{whereIs(side.citation)}</Name> <Chip citation={side.citation} {...chips} />
            <Name className="who">{side.dated}</Name>
          </span>
          <span className="fact">{age(days, index)}</span>
        </div>
      ))}
      <footer className="faint xs">
        {sides.length === 2 ? "Neither" : "None"} is left out.{" "}
        {days.at(0) !== days.at(-1) && "The newest stands first. "}Which one counts is yours to say.
      </footer>
    </section>
  );
}

const NUMBERS: Partial<Record<number, string>> = { 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six" };

/** The day by which the core orders sources: the one the document gives itself, else that of the file. */
function dayOf({ written, modified }: CitationView): string {
  return (written ?? new Date(modified * 1000).toISOString()).slice(0, 10);
}

/** How old a source is beside the others, which stand newest first; what is from one day is not called older. */
function age(days: readonly string[], index: number): string {
  const own = days[index];
  if (days.every((day) => day === own)) return "Same day";
  if (own === days[0]) return "Newest";
  return days.length > 2 && own === days.at(-1) ? "Oldest" : "Older";
}
