import type { ActionView, Receipt } from "../../host";
import { dated, exactly } from "../../lib/moments";
import { count } from "../../lib/words";
import { stateMark } from "./marks";

/** Who approved it, or how else it was decided. */
export function decisionWords(action: ActionView): string {
  if (action.approved_by !== null && action.approved_at !== null)
    return `Approved by ${action.approved_by} at ${exactly(action.approved_at)}`;
  if (action.grant !== null) return "Allowed beforehand by you";
  if (action.state === "awaiting") return "Not decided yet";
  if (action.verdict.decision === "allow") return "Allowed without asking, by a rule";
  return action.state_words;
}

/** What came back when the record was read again. */
export function readBackWords({ outcome, changes, state_words: words }: ActionView): string {
  if (!outcome) return words;
  if (outcome.as_sent === null) return "It could not be read back.";
  if (!outcome.as_sent) return "Read back: something else stands there than what was sent.";
  return changes.length > 1
    ? `Read back: all ${count(changes.length, "field")} hold the approved values.`
    : "Read back: what was approved stands there.";
}

/** A receipt as letters, for a mail or a note. */
export function receiptText({ action, rows, holds }: Receipt, id: number): string {
  const lines = [`Receipt ${id}`];
  if (action) {
    const { verdict } = action;
    lines.push(
      action.sentence,
      `Result: ${stateMark(action.state).words}. ${action.state_words}`,
      ...action.changes.map(
        ({ label, before, after }) => `  ${label}: ${before ?? "empty"} becomes ${after ?? "cleared"}`,
      ),
      `System: ${action.system_title} as ${action.account}`,
      ...action.outside.map(({ kind, object }) => `Outside text: ${kind} ${object}`),
      `Policy: ${verdict.decision}; ${verdict.rules.map(({ name, why }) => `${name} (${why})`).join("; ")}`,
      `Decision: ${decisionWords(action)}`,
      `Sent: ${action.raw.method} ${action.raw.address}, ${count(action.attempts, "time")}`,
      `Request: SHA-256 ${action.request_hash}`,
      readBackWords(action),
    );
  } else lines.push("What it did was erased. Its rows in the audit stay.");
  lines.push(
    holds ? "All its rows hold:" : "Not all its rows hold:",
    ...rows.map(({ seq, at, words, hash }) => `  ${seq}  ${dated(at)} ${exactly(at)}  ${words}  ${hash}`),
  );
  return lines.join("\n");
}
