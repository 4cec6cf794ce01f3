import agreement from "../../../../demo/documents/Contracts/Halden Service Agreement.pdf?url";
import type { Event, Turn } from "../generated";
import { FakeHost } from "./FakeHost";
import { CONVERSATIONS, ANSWER, turn } from "./story";

/** The made-up host for looking at the page: `?host=fake&case=…` shows a state that is hard to reach. */
export function devFake(search: URLSearchParams): FakeHost {
  const state = search.get("case");
  const host = new FakeHost(HANDLERS[state ?? ""] ?? {});
  host.bytes = async () => (await fetch(agreement)).arrayBuffer();
  const core = CORES[state ?? ""];
  if (core) {
    const listen = host.listen.bind(host);
    host.listen = (handler) => {
      const stop = listen(() => undefined);
      handler(core);
      return stop;
    };
  }
  return host;
}

const long: Turn[] = Array.from({ length: 5000 }, (_, index) =>
  turn(index + 1, {
    question: `Question ${index + 1}: what uptime did we commit to?`,
    answer: { ...ANSWER, answer: ANSWER.answer.slice(0, 1 + (index % 4)), conflicts: [] },
  }),
);

const HANDLERS: Record<string, ConstructorParameters<typeof FakeHost>[0]> = {
  empty: {
    status: () => ({
      sources: [],
      passages: 0,
      embedded: 0,
      model: "all-minilm-l6-v2-int8",
      model_problem: null,
    }),
    conversation_list: () => [],
    file_list: () => ({ total: 0, files: [], by_state: { indexed: 0, waiting: 0, skipped: 0, failed: 0 } }),
  },
  long: { conversation_get: () => ({ ...CONVERSATIONS[0]!, turns: long }) },
  waiting: {
    conversation_get: () => new Promise(() => undefined),
    document_view: () => new Promise(() => undefined),
  },
  running: {
    conversation_get: () => ({
      ...CONVERSATIONS[0]!,
      turns: [
        turn(1, {
          state: "running",
          answer: { ...ANSWER, answer: ANSWER.answer.slice(0, 2), conflicts: [] },
        }),
      ],
    }),
  },
};

const failed = (code: string, message: string, hint: string): Event => ({
  event: "core",
  state: "failed",
  failure: { code, message, hint, fault: "environment" },
});

const CORES: Record<string, Event> = {
  starting: { event: "core", state: "starting", failure: null },
  lost: {
    event: "core",
    state: "starting",
    failure: {
      code: "core_starting",
      message: "The connection to Attaché was lost.",
      hint: "It is looked for again.",
      fault: "environment",
    },
  },
  used: failed(
    "workspace_in_use",
    "Another Attaché works in `/home/ines/.local/share/attache`.",
    "Use the window that is open, or close it first.",
  ),
  full: failed(
    "disk_full",
    "There is no room left on the disk of `/home/ines/.local/share/attache`.",
    "Free some space, then start Attaché again.",
  ),
};
