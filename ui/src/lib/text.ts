/**
 * What may not reach the eye as it is: characters that are not seen, and those that turn the direction of writing. Those
 * that join or vary the letters of a script belong to its words.
 */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- finding them is the purpose
  /(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}|[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufff9-\ufffb]/gu;
const BREAKS = /[\r\n\t\v\f\u2028\u2029]+/g;
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;

/** The characters of a text as the core counts them; JavaScript takes some for two. */
export function letters(text: string): string[] {
  return Array.from(text);
}

/** A name with everything invisible in it made visible: `invoice‮fdp.exe` must not look like `invoiceexe.pdf`. */
export function visible(name: string): string {
  return name.replace(BREAKS, " ").replace(HIDDEN, "�");
}

/** Running text without the characters that override its direction; marks for right-to-left words stay. */
export function undirected(text: string): string {
  return text.replace(OVERRIDES, "");
}

/** A sentence of the core, by turns its words and its names, which stand in backticks; a lone backtick is a character. */
export function parted(sentence: string): string[] {
  const parts = sentence.split("`");
  if (parts.length % 2 === 1) return parts;
  return [...parts.slice(0, -2), parts.slice(-2).join("`")];
}

/** The same where only letters go, such as in a tooltip. */
export function plainly(sentence: string): string {
  return visible(parted(sentence).join(""));
}

const FIGURE = String.raw`\d[\d.,]{0,20}`;
const SPACE = "[ \u00a0\u2009\u202f]";
const MONEY = "EUR|USD|GBP|CHF|NOK|SEK|DKK|kr|[€$£]";
const UNITS = "[KMGT]i?B|kB|Mbit/s|kWh?|MWh?|Ah|[MGk]?Hz|[kcm]?m|[km]?g|t|ms|s|min|h|[VWA]|dB|bar|rpm";
const HELD = new RegExp(
  `((?:§§?|${MONEY})${SPACE}${FIGURE}|${FIGURE}${SPACE}(?:[%‰]|°[CF]?|(?:${MONEY}|${UNITS})(?![\\p{L}\\p{N}])))`,
  "u",
);

/** Text, by turns what may break anywhere and what may not: a number and its unit. */
export function held(text: string): string[] {
  return text.split(HELD);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.search(/[^/\\]*[/\\]*$/));
}

/** The last part of the path of a record's copy, as a name: `ticket/ticket 4790.html` is `Ticket 4790`. */
export function recordName(path: string): string {
  return capital(fileName(path).replace(/\.html$/, ""));
}

/** What stands after the last dot, in capitals; nothing for names without one. */
export function fileKind(path: string): string {
  const [, kind] = /\.([A-Za-z0-9]{1,5})$/.exec(path) ?? [];
  return kind?.toUpperCase() ?? "FILE";
}

/** With a capital letter at its beginning. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A name in two parts, of which only the first may be cut where there is little room: the second has the ending. */
export function ending(name: string): [string, string] {
  const at = name.search(/.{0,4}(?:\.[^.\s]{1,6})?$/u);
  return [name.slice(0, at), name.slice(at)];
}
