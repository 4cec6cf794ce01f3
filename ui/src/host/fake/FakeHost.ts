import type { Event, FileStatus, Settings, Turn } from "../generated";
import type { CommandName, Host, Request, Response, WindowName } from "../port";
import { governed } from "./governed";
import { systemsStory } from "./systems";
import { ANSWER, CONVERSATIONS, DOCUMENTS, FILES, HITS, NOW, SOURCES } from "./story";

type Handlers = { [N in CommandName]?: (request: Request<N>) => Response<N> | Promise<Response<N>> };

/** A host that makes everything up, for tests and stories. Any command can be answered otherwise. */
export class FakeHost implements Host {
  readonly canPickFolder = true;
  readonly calls: { name: CommandName; request: unknown }[] = [];
  window: WindowName = "main";
  /** Cards that were opened in the approval window, with what is struck out. */
  readonly opened: { id: number; struck: readonly number[] }[] = [];
  closed = 0;
  folder: string | null = "/home/ines/Customers";
  bytes: () => Promise<ArrayBuffer> = () => Promise.reject(new Error("attache-fake-host has no bytes"));

  readonly #heard = new Set<(event: Event) => void>();
  readonly #handlers: Handlers;
  #conversations = structuredClone(CONVERSATIONS);
  #settings: Settings = {
    theme: "system",
    text_size: 100,
    hotkey: "Ctrl+Shift+Space",
    single_keys: true,
    notifications: true,
  };
  #sources = structuredClone(SOURCES);
  #turns = 1000;

  constructor(handlers: Handlers = {}) {
    this.#handlers = { ...this.#story(), ...handlers };
  }

  call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
    this.calls.push({ name, request });
    const handler = this.#handlers[name] as
      ((request: Request<N>) => Response<N> | Promise<Response<N>>) | undefined;
    if (!handler) return Promise.reject(new Error(`attache-fake-host knows no ${name}`));
    return Promise.resolve()
      .then(() => handler(request))
      .then((response) => structuredClone(response));
  }

  listen(handler: (event: Event) => void): () => void {
    this.#heard.add(handler);
    handler({ event: "core", state: "ready", failure: null });
    return () => this.#heard.delete(handler);
  }

  documentBytes(): Promise<ArrayBuffer> {
    return this.bytes();
  }

  pickFolder(): Promise<string | null> {
    return Promise.resolve(this.folder);
  }

  openApproval(id: number, struck: readonly number[]): Promise<void> {
    this.opened.push({ id, struck });
    return Promise.resolve();
  }

  closeWindow(): void {
    this.closed += 1;
  }

  /** Sends an event to the page. */
  emit(event: Event): void {
    for (const heard of this.#heard) heard(event);
  }

  /** Writes the story's answer to a turn, sentence by sentence. */
  async answer(conversation: number, turn: Turn, pause: () => Promise<void>): Promise<void> {
    const part = (own: Extract<Event, { event: "answer" }>["part"]): void =>
      this.emit({ event: "answer", conversation, turn: turn.id, part: own });
    await pause();
    part({
      kind: "gathered",
      passages_read: ANSWER.passages_read,
      files_read: ANSWER.files_read,
      notices: [],
    });
    for (const [index, sentence] of ANSWER.answer.entries()) {
      await pause();
      if (turn.state !== "running") return;
      part({ kind: "sentence", index, sentence });
    }
    await pause();
    Object.assign(turn, { state: "answered", answer: ANSWER });
    part({ kind: "finished", turn });
  }

  /** How long the made-up core takes for each step of an answer. */
  pause = (): Promise<void> => new Promise((done) => setTimeout(done, 600));

  #find(id: number) {
    const found = this.#conversations.find((one) => one.id === id);
    if (!found) throw { code: "gone", message: "This conversation was deleted.", fault: "user" };
    return found;
  }

  #story(): Handlers {
    const stale = (): void =>
      this.emit({ event: "stale", caches: ["conversations", "settings", "sources", "files"] });
    const systems = systemsStory(
      (event) => this.emit(event),
      () => this.pause(),
    );
    const deeds = governed((caches) => this.emit({ event: "stale", caches }));
    return {
      ...systems,
      ...deeds,
      action_deny: async (request) => {
        try {
          return await deeds.action_deny!(request);
        } catch {
          return systems.action_deny!(request);
        }
      },
      action_pick: async (request) => {
        try {
          return await deeds.action_pick!(request);
        } catch {
          return systems.action_pick!(request);
        }
      },
      // What waits is the one story's, what was done long ago the other's.
      action_undo: async (request) => {
        try {
          return await deeds.action_undo!(request);
        } catch {
          return systems.action_undo!(request);
        }
      },
      standing: async () => ({
        ...(await deeds.standing!({})),
        stopped: (await systems.standing!({})).stopped,
      }),
      status: () => ({
        sources: this.#sources,
        passages: 18_240,
        embedded: 18_240,
        model: "all-minilm-l6-v2-int8",
        model_problem: null,
      }),
      progress: () => ({
        now: "",
        files_done: 5236,
        files: 5236,
        passages_embedded: 18_240,
        passages: 18_240,
        seconds_left: null,
        idle: true,
        notices: [],
        away: [],
        trouble: null,
      }),
      about: () => ({
        version: "0.2.0",
        home: "/home/ines/.local/share/attache",
        model: "all-minilm-l6-v2-int8",
        model_problem: null,
        engine: "found in your documents",
        index_bytes: 48_200_000,
        ledger_bytes: 812_000,
        checks: [
          { name: "PDF reader", ok: true, found: "PDFium 7202" },
          { name: "Meaning search", ok: true, found: "all-minilm-l6-v2-int8" },
        ],
      }),
      settings_get: () => this.#settings,
      settings_set: (settings) => {
        this.#settings = settings;
        stale();
        return settings;
      },
      erase_everything: () => ({}),
      source_add: ({ path, collection: named, labels = [] }) => {
        const collection = named ?? path.split("/").at(-1) ?? path;
        const added = {
          ...SOURCES[0]!,
          id: 10 + this.#sources.length,
          root: path,
          collection,
          labels,
          indexed: 0,
          waiting: 12,
          skipped: 0,
          failed: 0,
        };
        this.#sources = [...this.#sources, added];
        stale();
        return added;
      },
      source_demo: () => {
        this.#sources = structuredClone(SOURCES);
        stale();
        return SOURCES[0]!;
      },
      source_remove: ({ path }) => {
        this.#sources = this.#sources.filter(({ root }) => root !== path);
        stale();
        return this.#sources;
      },
      source_label: ({ collection, labels }) => {
        this.#sources = this.#sources.map((own) =>
          own.collection === collection ? { ...own, labels } : own,
        );
        stale();
        return this.#sources;
      },
      file_list: ({ states, name, offset, limit }) => {
        const part = name?.toLowerCase() ?? "";
        const named = FILES.filter(({ file }) => file.toLowerCase().includes(part));
        const files = named.filter(({ status }) => !states || states.length === 0 || states.includes(status));
        const of = (state: FileStatus): number => named.filter(({ status }) => status === state).length;
        return {
          total: files.length,
          files: files.slice(offset, offset + limit),
          by_state: {
            indexed: of("indexed"),
            waiting: of("waiting"),
            skipped: of("skipped"),
            failed: of("failed"),
          },
        };
      },
      file_retry: () => ({}),
      file_open: () => ({}),
      file_reveal: () => ({}),
      search: () => ({ results: HITS, notices: [] }),
      why: ({ file }) => ({
        file,
        verdict: "It was found, at rank 4.",
        details: [],
        status: "indexed",
        found: null,
      }),
      conversation_list: () =>
        this.#conversations.map(({ id, title, created, updated, turns }) => ({
          id,
          title,
          created,
          updated,
          turns: turns.length,
          running: turns.some(({ state }) => state === "running"),
        })),
      conversation_get: ({ id }) => this.#find(id),
      conversation_rename: ({ id, title }) => {
        const found = this.#find(id);
        found.title = title;
        stale();
        return found;
      },
      conversation_delete: ({ id }) => {
        this.#conversations = this.#conversations.filter((one) => one.id !== id);
        stale();
        return {};
      },
      question_ask: ({ conversation, question, filter = {} }) => {
        this.#turns += 1;
        const turn: Turn = {
          id: this.#turns,
          question,
          filter,
          asked: NOW,
          state: "running",
          answer: null,
          failure: null,
        };
        const id = conversation ?? 100 + this.#turns;
        if (conversation === undefined || conversation === null)
          this.#conversations.unshift({ id, title: question, created: NOW, updated: NOW, turns: [turn] });
        else this.#find(conversation).turns.push(turn);
        void this.answer(id, turn, this.pause);
        return { conversation: id, turn: turn.id };
      },
      question_stop: ({ turn: id }) => {
        for (const conversation of this.#conversations) {
          const turn = conversation.turns.find((own) => own.id === id);
          if (turn?.state !== "running") continue;
          turn.state = "stopped";
          this.emit({
            event: "answer",
            conversation: conversation.id,
            turn: id,
            part: { kind: "finished", turn },
          });
        }
        return {};
      },
      document_view: ({ document }) => {
        const found = DOCUMENTS.find((own) => own.document === document);
        if (!found)
          throw { code: "gone", message: "This document is no longer in the library.", fault: "user" };
        return found;
      },
      page_marks: ({ page }) => ({
        page,
        width: 595,
        height: 842,
        rects: [
          { left: 98, top: 153, right: 525, bottom: 167 },
          { left: 98, top: 171, right: 528, bottom: 185 },
          { left: 98, top: 188, right: 217, bottom: 202 },
        ],
        found: true,
      }),
    };
  }
}
