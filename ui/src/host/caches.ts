import type { Cache } from "./generated";
import type { CommandName } from "./port";

/** Which kept answers a "stale" event makes stale, for every command that only looks. */
const CACHES: Partial<Record<CommandName, readonly Cache[]>> = {
  status: ["sources", "files"],
  progress: ["sources", "files"],
  file_list: ["sources", "files"],
  search: ["sources", "files"],
  why: ["sources", "files"],
  conversation_list: ["conversations"],
  conversation_get: ["conversations"],
  document_view: ["sources", "files"],
  page_marks: ["files"],
  settings_get: ["settings"],
  system_list: ["systems"],
  // They come with the program.
  connector_list: [],
  standing: ["actions", "systems"],
  action_list: ["actions"],
  action_get: ["actions"],
  card_get: ["actions"],
  grant_offer: ["actions", "grants", "systems"],
  grant_saved: ["actions", "grants", "systems"],
  grant_list: ["grants", "actions"],
  receipt_get: ["actions"],
  activity_list: ["actions", "grants", "systems", "conversations"],
  contacts: ["actions", "systems"],
  about: ["sources", "files", "settings"],
  audit_verify: ["actions", "grants", "systems", "conversations"],
};

/** Whether what this command answered is out of date once these caches are. */
export function isStale(name: CommandName, stale: readonly Cache[]): boolean {
  return CACHES[name]?.some((cache) => stale.includes(cache)) ?? false;
}
