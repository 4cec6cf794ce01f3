import { Fragment } from "react";
import { Cite } from "../../components/Cite/Cite";
import { Plain } from "../../components/Text/Text";
import type { Answered, CitationView } from "../../host";
import { asOf, whereIs, type Citations } from "./citations";
import { Conflict } from "./Conflict";
import { conflictsAfter, paragraphs } from "./paragraphs";

export interface ChipsProps {
  citations: Citations;
  /** The number under the eyes in the evidence pane. */
  current: number | null;
  onCite: (number: number) => void;
}

interface ChipProps extends ChipsProps {
  citation: CitationView;
}

export function Chip({ citation, citations, current, onCite }: ChipProps) {
  const number = citations.numberOf(citation);
  return (
    <Cite
      number={number}
      asOf={asOf(citation)}
      where={whereIs(citation)}
      current={number === current}
      onClick={() => onCite(number)}
    />
  );
}

interface AnswerTextProps extends ChipsProps {
  answered: Answered;
  writing: boolean;
}

/** The sentences of an answer, each followed by what it rests on. */
export function AnswerText({ answered, writing, ...chips }: AnswerTextProps) {
  const grouped = paragraphs(answered.answer);
  const after = conflictsAfter(grouped);
  return grouped.map((sentences, index) => (
    <div key={index} className={writing ? "answer-part arriving" : "answer-part"}>
      <p>
        {sentences.map((sentence, place) => (
          <Fragment key={place}>
            <Plain
              tail={sentence.citations.map((citation, which) => (
                <Chip key={which} citation={citation} {...chips} />
              ))}
            >
              {sentence.text}
            </Plain>{" "}
          </Fragment>
        ))}
        {writing && index === grouped.length - 1 && <span className="caret" aria-hidden="true" />}
      </p>
      {index === after &&
        answered.conflicts.map((conflict, which) => <Conflict key={which} conflict={conflict} {...chips} />)}
    </div>
  ));
}
