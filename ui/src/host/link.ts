import { QueryClient } from "@tanstack/react-query";
import { isStale } from "./caches";
import type { Conversation, Event, Failure, Progress } from "./generated";
import { LiveTurns } from "./live";
import type { CommandName, Host } from "./port";

export interface CoreState {
  state: "starting" | "ready" | "failed";
  failure: Failure | null;
}

/** The page's one connection to its host: the events heard, and everything kept because of them. */
export class Link {
  readonly live = new LiveTurns();
  readonly client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });

  #core: CoreState = { state: "starting", failure: null };
  readonly #coreHeard = new Set<() => void>();
  readonly #goHeard = new Set<(to: string) => void>();

  constructor(readonly host: Host) {}

  /** Begins to hear events. Returns how to stop. */
  start(): () => void {
    return this.host.listen((event) => this.#hear(event));
  }

  readonly core = (): CoreState => this.#core;

  readonly onCore = (heard: () => void): (() => void) => {
    this.#coreHeard.add(heard);
    return () => this.#coreHeard.delete(heard);
  };

  /** Hears where the tray, a hotkey or a deep link wants to go. */
  readonly onGo = (heard: (to: string) => void): (() => void) => {
    this.#goHeard.add(heard);
    return () => this.#goHeard.delete(heard);
  };

  #hear(event: Event): void {
    switch (event.event) {
      case "core":
        this.#coreIs({ state: event.state, failure: event.failure });
        break;
      case "progress":
        this.#progressIs(event.progress);
        break;
      case "stale":
        void this.client.invalidateQueries({
          predicate: ({ queryKey }) => isStale(queryKey[0] as CommandName, event.caches),
        });
        break;
      case "answer":
        this.#answer(event);
        break;
      case "go":
        for (const heard of this.#goHeard) heard(event.to);
        break;
    }
  }

  #coreIs(core: CoreState): void {
    const again = core.state === "ready" && this.#core.state !== "ready";
    this.#core = core;
    for (const heard of this.#coreHeard) heard();
    // Whatever became stale while nobody was listening is not known, so all of it is read again.
    if (again) void this.client.invalidateQueries();
  }

  #progressIs(progress: Progress): void {
    const before = this.client.getQueryData<Progress>(["progress", {}]);
    this.client.setQueryData(["progress", {}], progress);
    if (!before || (before.idle === progress.idle && before.trouble === progress.trouble)) return;
    // The core tells a little later that its lists are stale. Where work begins or ends they would contradict it so long.
    void this.client.invalidateQueries({
      predicate: ({ queryKey: [name] }) => name === "status" || name === "file_list",
    });
  }

  #answer({ conversation, turn, part }: Extract<Event, { event: "answer" }>): void {
    if (part.kind !== "finished") {
      this.live.add(turn, part);
      return;
    }
    const key = ["conversation_get", { id: conversation }];
    const ended = (known: Conversation | undefined): Conversation | undefined =>
      known && { ...known, turns: known.turns.map((own) => (own.id === turn ? part.turn : own)) };
    this.client.setQueryData(key, ended);
    this.live.drop(turn);
    // A reading that was under way may still say that the answer is being written.
    void this.client.invalidateQueries({ queryKey: key });
  }
}
