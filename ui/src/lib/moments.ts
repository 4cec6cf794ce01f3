const clockForm = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const exactForm = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayForm = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const yearForm = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** `14:06`, from milliseconds since 1970. */
export function clock(at: number): string {
  return clockForm.format(at);
}

/** `14:06:14` */
export function exactly(at: number): string {
  return exactForm.format(at);
}

/** `24 Sep 2026` */
export function dated(at: number): string {
  return yearForm.format(at).replace("Sept", "Sep");
}

/** `Today`, `Yesterday`, `Tue 22 Sep`, `3 Mar 2025`. */
export function dayWords(at: number, now = Date.now()): string {
  const day = new Date(at).toDateString();
  const before = new Date(now);
  if (day === before.toDateString()) return "Today";
  before.setDate(before.getDate() - 1);
  if (day === before.toDateString()) return "Yesterday";
  if (new Date(at).getFullYear() !== new Date(now).getFullYear()) return dated(at);
  return dayForm.format(at).replace("Sept", "Sep").replace(",", "");
}

/** `14:06` today, `yesterday 14:06`, else with its day: for the middle of a sentence. */
export function moment(at: number, now = Date.now()): string {
  const day = dayWords(at, now);
  if (day === "Today") return clock(at);
  return `${day === "Yesterday" ? "yesterday" : day} ${clock(at)}`;
}

/** `just now`, `2 min ago`, `3 h ago`; from another day on the moment itself. */
export function ago(at: number, now = Date.now()): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes}\u00a0min ago`;
  return minutes < 12 * 60 ? `${Math.floor(minutes / 60)}\u00a0h ago` : moment(at, now);
}

/** The beginning and the end of a digest: `b83c 40e7 … 19d5`. */
export function shortHash(hash: string): string {
  return hash.length <= 16 ? hash : `${hash.slice(0, 4)} ${hash.slice(4, 8)} … ${hash.slice(-4)}`;
}
