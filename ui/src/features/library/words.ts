import type { SourceStatus } from "../../host";
import { count } from "../../lib/words";

/** Whether it holds copies of a system's records, and is no folder of the person. */
export const isSystem = ({ system }: Pick<SourceStatus, "system">): boolean => system !== null;

/** What stands in these sources: files, records, or both. */
export function thing(sources: readonly SourceStatus[]): { one: string; many: string } {
  const systems = sources.filter(isSystem).length;
  if (systems === 0) return { one: "file", many: "files" };
  return systems === sources.length
    ? { one: "record", many: "records" }
    : { one: "file or record", many: "files and records" };
}

/** What the sources are, without their number: `Folders`, `Folders and systems`. */
export function placesWords(sources: readonly SourceStatus[]): string {
  return sources.some(isSystem) ? "folders and systems" : "folders";
}

/** `4 folders`, `4 folders and 1 system`. */
export function placesCount(sources: readonly SourceStatus[]): string {
  const systems = sources.filter(isSystem).length;
  const folders = sources.length - systems;
  return [
    folders > 0 || systems === 0 ? count(folders, "folder") : "",
    systems > 0 ? count(systems, "system") : "",
  ]
    .filter(Boolean)
    .join(" and ");
}
