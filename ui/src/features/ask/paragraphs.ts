import type { SentenceView } from "../../host";

/** Sentences that rest on the same document stand in one paragraph. */
export function paragraphs(sentences: readonly SentenceView[]): SentenceView[][] {
  const grouped: SentenceView[][] = [];
  let document: number | undefined;
  for (const sentence of sentences) {
    const own = sentence.citations[0]?.document;
    const last = grouped.at(-1);
    if (last && own === document && !isItem(sentence)) last.push(sentence);
    else grouped.push([sentence]);
    document = own;
  }
  return grouped;
}

/** List items and table lines stand alone. */
function isItem({ text }: SentenceView): boolean {
  return /^\s*(?:[-*•]|\d+[.)])\s/.test(text) || text.includes(" | ");
}

/** Where the notice of a conflict stands: after the last paragraph with a sentence that is disputed. */
export function conflictsAfter(grouped: readonly SentenceView[][]): number {
  const last = grouped.findLastIndex((sentences) => sentences.some(({ conflict }) => conflict));
  return last === -1 ? grouped.length - 1 : last;
}
