import { Notice } from "../../components/Notice/Notice";
import { Plain } from "../../components/Text/Text";

const WORDS = {
  file: "The quoted words are no longer in this file.",
  place: "The quoted words are no longer at this place in the file.",
  unmarked: "The quoted words could not be marked on this page.",
};

interface LostProps {
  /** Where they are no longer: in the whole file, or where was looked; or the file is the same and they are only not found. */
  from: keyof typeof WORDS;
  quote: string;
}

/** The words of a citation are not in the document below, so they stand here as they were kept. */
export function Lost({ from, quote }: LostProps) {
  return (
    <Notice hue="hold" icon="quote" title={WORDS[from]}>
      <p>This is what stood there when the answer was made:</p>
      <blockquote className="lost-quote" tabIndex={0} aria-label="Quoted words">
        <Plain>{quote}</Plain>
      </blockquote>
    </Notice>
  );
}
