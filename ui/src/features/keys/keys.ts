/** Every key the page listens to, as the list behind "?" shows them. */
export const KEYS = [
  { where: "Everywhere", keys: "Ctrl K", words: "Search or jump to" },
  { where: "Everywhere", keys: "Ctrl N", words: "New question" },
  { where: "Everywhere", keys: "Ctrl 1", words: "Ask" },
  { where: "Everywhere", keys: "Ctrl 2", words: "Inbox" },
  { where: "Everywhere", keys: "Ctrl 3", words: "Library" },
  { where: "Everywhere", keys: "Ctrl 5", words: "Connections" },
  { where: "Everywhere", keys: "Ctrl 6", words: "Activity" },
  { where: "Everywhere", keys: "Ctrl 7", words: "Settings" },
  { where: "Everywhere", keys: "?", words: "Show all keys" },
  { where: "Everywhere", keys: "Esc", words: "Close, or stop the answer" },
  { where: "Ask", keys: "Enter", words: "Ask" },
  { where: "Ask", keys: "Shift Enter", words: "New line" },
  { where: "Ask", keys: "/", words: "Go to the question" },
  { where: "Inbox", keys: "J", words: "Next" },
  { where: "Inbox", keys: "K", words: "Previous" },
  { where: "Inbox", keys: "X", words: "Tick or untick a row" },
  { where: "Inbox", keys: "E", words: "Edit" },
  { where: "Inbox", keys: "D", words: "Deny, with a reason" },
  { where: "Inbox", keys: "Ctrl Enter", words: "Review and approve" },
  { where: "Inbox", keys: "Ctrl Z", words: "Undo what is done" },
  { where: "Evidence", keys: "Alt ↑", words: "Previous passage" },
  { where: "Evidence", keys: "Alt ↓", words: "Next passage" },
  { where: "Evidence", keys: "Ctrl O", words: "Open the file" },
  { where: "Evidence", keys: "Ctrl .", words: "Show or hide the evidence" },
] as const;

/** Whether what was pressed is this combination, written as in `KEYS`. */
export function pressed(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.split(" ");
  const key = parts.at(-1) ?? "";
  const wanted = ({ "↑": "ArrowUp", "↓": "ArrowDown", Esc: "Escape" } as Record<string, string>)[key] ?? key;
  if (event.key.toLowerCase() !== wanted.toLowerCase()) return false;
  const control = event.ctrlKey || event.metaKey;
  if (control !== parts.includes("Ctrl") || event.altKey !== parts.includes("Alt")) return false;
  // `?` needs Shift on most keyboards, and says so by being `?`.
  return wanted.length === 1 || event.shiftKey === parts.includes("Shift");
}

/** Boxes take no letters. */
const WRITTEN = "input:not([type=checkbox]), textarea, select";

/** Whether a letter would be written somewhere. */
export function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(WRITTEN));
}
