import type { IconName } from "../../components/Icon/Icon";
import type { Hue } from "../../components/Verdict/Verdict";
import type { ActionState, ActionView } from "../../host";
import { count, date } from "../../lib/words";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `14:05`, or the day if it was another one; from milliseconds since 1970. */
export function at(ms: number, now = new Date()): string {
  const day = date(ms / 1000, now);
  return day === "today" ? clock.format(ms) : day;
}

/** `14:05:51` */
export function second(ms: number): string {
  return exact.format(ms);
}

/** `4 s`, `3 min`, `2 h`, `5 days` */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}\u00a0h`;
  return count(Math.floor(seconds / 86_400), "day");
}

export interface StateMark {
  hue: Hue;
  icon: IconName;
  words: string;
}

/** What the core says when the record of a card changed. */
const VOID = "The record changed after the card was made";

/** Whether a card was void because its record changed, which is nobody's no. */
export function isOutOfDate({ state, outcome }: ActionView): boolean {
  return state === "rejected" && (outcome?.words ?? "").startsWith(VOID);
}

/** What the core says when something else took its place. */
const REPLACED = ["You changed it before", "You said which record"];

/** Whether something else that the person chose took its place. */
function isReplaced({ state, outcome }: ActionView): boolean {
  return state === "rejected" && REPLACED.some((words) => outcome?.words.startsWith(words));
}

/** Whether it was done without asking. */
export function isAllowed({ verdict, state }: ActionView): boolean {
  return verdict.decision === "allow" && state !== "denied";
}

const MARKS: Record<ActionState, StateMark> = {
  denied: { hue: "deny", icon: "v-deny", words: "Denied by policy" },
  awaiting: { hue: "ask", icon: "v-ask", words: "Ask" },
  rejected: { hue: "deny", icon: "v-deny", words: "Not done" },
  expired: { hue: "hold", icon: "clock", words: "Expired" },
  approved: { hue: "hold", icon: "v-park", words: "Approved, waits to be sent" },
  dispatching: { hue: "hold", icon: "up", words: "Being sent" },
  succeeded: { hue: "allow", icon: "v-allow", words: "Done" },
  failed: { hue: "deny", icon: "warn", words: "Failed" },
  unknown: { hue: "hold", icon: "v-hold", words: "Outcome unknown, checking" },
  needs_person: { hue: "hold", icon: "v-hold", words: "Outcome unknown, you have to look" },
};

/** The state as an icon and a word. */
export function stateMark(action: ActionView): StateMark {
  if (isOutOfDate(action)) return { hue: "hold", icon: "v-stale", words: "Out of date" };
  if (isReplaced(action)) return { hue: "hold", icon: "pen", words: "Replaced" };
  if (action.state === "succeeded" && isAllowed(action))
    return { hue: "allow", icon: "v-allow", words: "Allowed without asking" };
  return MARKS[action.state];
}

/** Of whom a proposal is, as an ending: `Proposed 14:05 by you`. */
export function byWhom({ proposer: { kind, name } }: ActionView): string {
  if (kind === "person") return "by you";
  return kind === "workflow" ? `by the workflow “${name ?? ""}”` : `by ${name ?? "the model"}`;
}

/** Who decided, for a row: `Approved by you`. */
export function decidedHow(action: ActionView): string {
  if (isOutOfDate(action)) return "Out of date, the record changed";
  switch (action.state) {
    case "denied":
      return `Denied by policy: ${action.verdict.rules.map(({ name }) => name).join(", ")}`;
    case "rejected":
      return action.outcome?.words ?? "Denied by you";
    case "expired":
      return action.outcome?.words ?? "Nobody decided in time";
    case "failed":
      return `${action.system_title} refused it`;
    case "succeeded":
      if (action.grant !== null) return `Allowed by your permission “${action.grant}”`;
      return isAllowed(action) ? "Allowed by a rule" : "Approved by you";
    default:
      return stateMark(action).words;
  }
}

/**
 * Those that are decided on one card, in the order of the list; cards in the order of their first. A question stands last
 * on the card it was proposed with, and is one of its own where there is none.
 */
export function cards(actions: readonly ActionView[]): ActionView[][] {
  const first = ({ batch, id }: ActionView): number => batch ?? id;
  const decided = new Set(actions.filter(({ which, state }) => !which && state === "awaiting").map(first));
  const by = new Map<number, ActionView[]>();
  for (const action of actions) {
    const key = action.which && !decided.has(first(action)) ? -action.id : first(action);
    by.set(key, [...(by.get(key) ?? []), action]);
  }
  const asks = ({ which }: ActionView): number => (which ? 1 : 0);
  return [...by.values()].map((own) => own.sort((a, b) => asks(a) - asks(b) || a.id - b.id));
}

/** Whether what was done can be proposed to be taken back. */
export function canUndo({ state, undo }: ActionView): boolean {
  return state === "succeeded" && undo !== null && undo !== "irreversible";
}

/** What can be edited: fields whose value is given. */
export function canEdit({ state, changes }: ActionView): boolean {
  return state === "awaiting" && changes.some(({ value }) => value !== undefined);
}

/** The box by which a proposal is left on its card. */
export function includeId(id: number): string {
  return `include-${id}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whose a rule is. */
export const LAYERS: Record<string, string> = {
  baseline: "always holds",
  default: "Attaché’s own, you can add to it",
  company: "your company’s",
};
