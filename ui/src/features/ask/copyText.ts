import type { Answered } from "../../host";
import { Citations, whereIs } from "./citations";
import { paragraphs } from "./paragraphs";

/** An answer as plain text; with citations, each sentence carries its numbers and the passages are listed below. */
export function copyText(answered: Answered, withCitations: boolean): string {
  const citations = new Citations(answered);
  const sentence = ({ text, citations: own }: Answered["answer"][number]): string => {
    if (!withCitations) return text;
    return text + own.map((citation) => ` [${citations.numberOf(citation)}]`).join("");
  };
  const text = paragraphs(answered.answer)
    .map((sentences) => sentences.map(sentence).join(" "))
    .join("\n\n");
  if (!withCitations || citations.all.length === 0) return text;
  const sources = citations.all.map(
    ({ number, citation }) => `[${number}] ${whereIs(citation)} (${citation.dated})`,
  );
  return `${text}\n\n${sources.join("\n")}`;
}
