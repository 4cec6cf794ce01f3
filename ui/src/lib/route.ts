/** Where in the window one is. Lives in the address, so Back works and a link can name it. */
export type Route =
  | { at: "ask"; question?: string }
  | { at: "conversation"; id: number }
  | { at: "inbox"; id?: number }
  | { at: "library"; source?: number }
  | { at: "connections"; system?: string; permissions?: true }
  | { at: "activity"; receipt?: number; row?: number; hosts?: true }
  | { at: "settings" }
  | { at: "welcome" };

/**
 * From `ask`, `conversation/12`, `library`, `connections/system/crm`, `activity/receipt/12`, `settings` or
 * `ask?question=…`; anything else is Ask.
 */
export function parseRoute(to: string): Route {
  const [path = "", search = ""] = to.replace(/^#?\/?/, "").split("?");
  const [at, id] = path.split("/");
  const number = id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
  switch (at) {
    case "conversation":
      return number === undefined ? { at: "ask" } : { at: "conversation", id: number };
    case "inbox":
      return number === undefined ? { at: "inbox" } : { at: "inbox", id: number };
    case "library":
      return number === undefined ? { at: "library" } : { at: "library", source: number };
    case "connections": {
      const system = name(path, "connections/system/");
      if (system !== undefined) return { at, system };
      return id === "permissions" ? { at, permissions: true } : { at };
    }
    case "activity": {
      const [, , part] = path.split("/");
      const which = part !== undefined && /^\d{1,15}$/.test(part) ? Number(part) : undefined;
      if (which !== undefined && id === "receipt") return { at, receipt: which };
      if (which !== undefined && id === "row") return { at, row: which };
      return id === "hosts" ? { at, hosts: true } : { at };
    }
    case "settings":
    case "welcome":
      return { at };
    default: {
      const question = new URLSearchParams(search).get("question");
      return question ? { at: "ask", question } : { at: "ask" };
    }
  }
}

/** What the approval window shows: a card, without the lines that are struck out. */
export interface Shown {
  id: number;
  struck: readonly number[];
}

/** From `approval/12` or `approval/12?without=13,14`; nothing for anything else. */
export function parseShown(to: string): Shown | null {
  const [, id, rest] = /^#?\/?approval\/(\d{1,15})(?:\?without=((?:\d{1,15},?)*))?$/.exec(to) ?? [];
  if (id === undefined) return null;
  return { id: Number(id), struck: (rest ?? "").split(",").filter(Boolean).map(Number) };
}

/** What stands in a path after its beginning; nothing if it is no name. */
function name(path: string, beginning: string): string | undefined {
  const rest = path.startsWith(beginning) ? path.slice(beginning.length) : "";
  try {
    return decodeURIComponent(rest) || undefined;
  } catch {
    return undefined;
  }
}

/** The same as an address. */
export function formatRoute(route: Route): string {
  switch (route.at) {
    case "conversation":
      return `#/conversation/${route.id}`;
    case "inbox":
      return route.id === undefined ? "#/inbox" : `#/inbox/${route.id}`;
    case "library":
      return route.source === undefined ? "#/library" : `#/library/${route.source}`;
    case "connections":
      if (route.system !== undefined) return `#/connections/system/${encodeURIComponent(route.system)}`;
      return route.permissions ? "#/connections/permissions" : "#/connections";
    case "activity":
      if (route.receipt !== undefined) return `#/activity/receipt/${route.receipt}`;
      if (route.row !== undefined) return `#/activity/row/${route.row}`;
      return route.hosts ? "#/activity/hosts" : "#/activity";
    case "ask":
      return route.question === undefined
        ? "#/ask"
        : `#/ask?${new URLSearchParams({ question: route.question }).toString()}`;
    default:
      return `#/${route.at}`;
  }
}
