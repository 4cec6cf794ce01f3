/** What may not reach the eye as it is: control characters, and those that turn the direction of writing. */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- finding them is the purpose
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;

/** A name with everything invisible in it made visible: `invoice‮fdp.exe` must not look like `invoiceexe.pdf`. */
export function visible(name: string): string {
  return name.replace(/[\r\n\t]+/g, " ").replace(HIDDEN, "�");
}

/** Running text without the characters that override its direction; marks for right-to-left words stay. */
export function undirected(text: string): string {
  return text.replace(OVERRIDES, "");
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.search(/[^/\\]*[/\\]*$/));
}

/** What stands after the last dot, in capitals; nothing for names without one. */
export function fileKind(path: string): string {
  const [, kind] = /\.([A-Za-z0-9]{1,5})$/.exec(path) ?? [];
  return kind?.toUpperCase() ?? "FILE";
}
