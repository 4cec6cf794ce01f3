import type { IconName } from "../../components/Icon/Icon";
import type { Hue } from "../../components/Verdict/Verdict";
import type { ActionState } from "../../host";

export interface StateMark {
  icon: IconName;
  hue: Hue | null;
  words: string;
}

const STATES: Record<ActionState, StateMark> = {
  denied: { icon: "v-deny", hue: "deny", words: "Denied by policy" },
  awaiting: { icon: "v-ask", hue: "ask", words: "Waits for you" },
  rejected: { icon: "v-deny", hue: "deny", words: "Not done" },
  expired: { icon: "clock", hue: null, words: "Expired" },
  approved: { icon: "v-park", hue: "hold", words: "Approved, waits to be sent" },
  dispatching: { icon: "up", hue: "hold", words: "Being sent" },
  succeeded: { icon: "v-allow", hue: "allow", words: "Done" },
  failed: { icon: "v-deny", hue: "deny", words: "Failed" },
  unknown: { icon: "v-hold", hue: "hold", words: "Outcome unknown, checking" },
  needs_person: { icon: "v-hold", hue: "hold", words: "Outcome unknown, you have to look" },
};

const ERASED: StateMark = { icon: "eraser", hue: null, words: "Erased" };

/** How an action ended, or where it stands; nothing is kept of one that was erased. */
export function stateMark(state: ActionState | null): StateMark {
  return state === null ? ERASED : STATES[state];
}

const KINDS: Record<string, IconName> = { answer: "ask", grant: "shield", system: "plug", stop: "stop" };

/** The mark of a line in the timeline. */
export function kindMark(kind: string, state: ActionState | null): { icon: IconName; hue: Hue | null } {
  if (kind === "action") return stateMark(state);
  return { icon: KINDS[kind] ?? "receipt", hue: null };
}
