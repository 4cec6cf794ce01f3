import { capital } from "./text";

const whole = new Intl.NumberFormat("en-GB");
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** `18,240` */
export function number(value: number): string {
  return whole.format(value);
}

/** `1 file`, `3,418 files`; the number and its unit never part. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)}\u00a0${value === 1 ? one : many}`;
}

/** `about 6 minutes left`; never more exact than it can be. */
export function timeLeft(seconds: number): string {
  if (seconds < 50) return "less than a minute left";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${count(Math.max(1, minutes), "minute")} left`;
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? `about ${count(hours, "hour")} left`
    : `about ${count(Math.round(hours / 24), "day")} left`;
}

/** The same for narrow places: `6 min left`. */
export function timeLeftShort(seconds: number): string {
  if (seconds < 50) return "1 min left";
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? `${minutes}\u00a0min left` : `${Math.round(minutes / 60)}\u00a0h left`;
}

/** `today`, `22 Sep`, `3 Mar 2025`, from seconds since 1970. */
export function date(seconds: number, now = new Date()): string {
  const at = new Date(seconds * 1000);
  if (at.toDateString() === now.toDateString()) return "today";
  const said = at.getFullYear() === now.getFullYear() ? day.format(at) : dayOfYear.format(at);
  return said.replace("Sept", "Sep");
}

/** `5.2 GB` */
export function size(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const shown = unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${number(shown)}\u00a0${units[unit] ?? ""}`;
}

/** A record as people name it: `ticket` and `4790`, or `helpdesk.tickets` and `4790`, become `Ticket 4790` and `Tickets 4790`. */
export function recordWords({ kind, id }: { kind: string; id: string }): string {
  const word = (kind.split(".").at(-1) ?? kind).replace(/[-_]+/g, " ");
  return `${capital(word)}\u00a0${id}`;
}

/** `Contracts, Halden and Fleet reports` */
export function list(names: readonly string[], last = "and"): string {
  if (names.length < 2) return names[0] ?? "";
  return `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1) ?? ""}`;
}

const MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December";

/** How the core dates a source, for narrow places: `written 3 March 2025, 18 months ago` becomes `written 3 Mar 2025`; this year goes without saying. */
export function shortDated(dated: string, now = new Date()): string {
  const [said = dated] = dated.split(",");
  return said
    .replace(new RegExp(`\\b(${MONTHS})\\b`), (month) => month.slice(0, 3))
    .replace(` ${now.getFullYear()}`, "")
    .replace("last changed", "changed");
}
