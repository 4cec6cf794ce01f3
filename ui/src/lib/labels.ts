import { capital, visible } from "./text";

const LABELS: Record<string, string> = {
  internal: "Internal only",
  "never-leaves-this-machine": "Never leaves this machine",
};

/** A label as it is read: `customer-facing` becomes `Customer facing`. */
export function labelWords(label: string): string {
  const words = LABELS[label] ?? visible(label.replaceAll("-", " "));
  return capital(words);
}

export const INTERNAL = "internal";
export const NEVER_LEAVES = "never-leaves-this-machine";
