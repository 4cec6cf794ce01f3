/** Scheme, name and port as people read them: `graph.microsoft.com`, `127.0.0.1:8099`. */
export function hostName(host: string): string {
  return host.replace(/^[a-z]+:\/\//, "");
}

/** Whether a host is this very machine. */
export function isHere(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::\d+)?$/.test(hostName(host));
}

interface Contacted {
  host: string;
  contacts: number;
  /** Of these. */
  refused: number;
  last: number;
}

/** The hosts that were contacted, each once, since a moment in milliseconds if one is given. */
export function hostsOf(contacts: readonly Contacted[], since = 0): string[] {
  const reached = contacts.filter((own) => own.contacts > own.refused && own.last >= since);
  return [...new Set(reached.map(({ host }) => hostName(host)))];
}

/** When the day of a moment began, in milliseconds. */
export function dayBegan(now = Date.now()): number {
  return new Date(now).setHours(0, 0, 0, 0);
}
