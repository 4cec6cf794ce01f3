import type { Range } from "../../components/Text/Text";

const LENGTH = 220;

/** The part of a passage around the first word that was looked for, with all of them marked. */
export function excerpt(passage: string, words: readonly string[]): { text: string; ranges: Range[] } {
  const flat = passage.replace(/\s+/g, " ");
  const lower = flat.toLowerCase();
  const wanted = words.filter((word) => word.length > 2);
  const found = wanted.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
  const first = found.length > 0 ? Math.min(...found) : 0;
  const from = first < 80 ? 0 : flat.indexOf(" ", first - 60) + 1;
  const whole = from + LENGTH >= flat.length;
  const cut = whole ? flat.slice(from) : flat.slice(from, from + LENGTH).replace(/\s\S{0,40}$/, "");
  const text = `${from > 0 ? "… " : ""}${cut}${whole ? "" : " …"}`;
  const ranges: Range[] = [];
  const searched = text.toLowerCase();
  for (const word of wanted) {
    for (let at = searched.indexOf(word); at !== -1; at = searched.indexOf(word, at + word.length)) {
      ranges.push({ start: at, end: at + word.length });
    }
  }
  ranges.sort((one, other) => one.start - other.start || other.end - one.end);
  // Of words within words only the longer one is marked.
  return {
    text,
    ranges: ranges.filter(
      (range, index) =>
        index === 0 || range.start >= Math.max(...ranges.slice(0, index).map(({ end }) => end)),
    ),
  };
}
