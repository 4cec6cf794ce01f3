import "./Candidates.css";
import "../Field/Field.css";
import { useId } from "react";
import { Name, Plain } from "../Text/Text";

export interface Candidate {
  /** Its number in the system. */
  id: string;
  title: string;
  /** What else tells it from others; may be empty. */
  about: string;
}

interface CandidatesProps {
  label: string;
  candidates: readonly Candidate[];
  value: string | null;
  onChange: (id: string) => void;
}

/** Records that are close to each other, of which a person picks one. None is picked beforehand. */
export function Candidates({ label, candidates, value, onChange }: CandidatesProps) {
  const name = useId();
  return (
    <div className="cands" role="radiogroup" aria-label={label}>
      {candidates.map(({ id, title, about }) => (
        <label key={id} className="opt cand">
          <input
            className="radio"
            type="radio"
            name={name}
            value={id}
            checked={value === id}
            onChange={() => onChange(id)}
          />
          <span className="cand-t">
            <b>
              <Plain>{title}</Plain>
            </b>{" "}
            <span className="faint">
              <span className="num">
                <Name>{id}</Name>
              </span>
              {about !== "" && (
                <>
                  , <Plain>{about}</Plain>
                </>
              )}
            </span>
          </span>
        </label>
      ))}
    </div>
  );
}
