/** Where in the window one is. Lives in the address, so Back works and a link can name it. */
export type Route =
  | { at: "ask"; question?: string }
  | { at: "conversation"; id: number }
  | { at: "library"; source?: number }
  | { at: "settings" }
  | { at: "welcome" };

/** From `ask`, `conversation/12`, `library`, `settings` or `ask?question=…`; anything else is Ask. */
export function parseRoute(to: string): Route {
  const [path = "", search = ""] = to.replace(/^#?\/?/, "").split("?");
  const [at, id] = path.split("/");
  const number = id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
  switch (at) {
    case "conversation":
      return number === undefined ? { at: "ask" } : { at: "conversation", id: number };
    case "library":
      return number === undefined ? { at: "library" } : { at: "library", source: number };
    case "settings":
    case "welcome":
      return { at };
    default: {
      const question = new URLSearchParams(search).get("question");
      return question ? { at: "ask", question } : { at: "ask" };
    }
  }
}

/** The same as an address. */
export function formatRoute(route: Route): string {
  switch (route.at) {
    case "conversation":
      return `#/conversation/${route.id}`;
    case "library":
      return route.source === undefined ? "#/library" : `#/library/${route.source}`;
    case "ask":
      return route.question === undefined
        ? "#/ask"
        : `#/ask?${new URLSearchParams({ question: route.question }).toString()}`;
    default:
      return `#/${route.at}`;
  }
}
