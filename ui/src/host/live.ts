import type { Answered, AnswerPart, SentenceView, Turn } from "./generated";

/** What has arrived of an answer that is still being written. */
export interface Live {
  readonly gathered: { passages_read: number; files_read: number; notices: string[] } | null;
  readonly sentences: ReadonlyMap<number, SentenceView>;
}

const NOTHING: Live = { gathered: null, sentences: new Map() };

/** The answers being written right now, by turn. */
export class LiveTurns {
  readonly #turns = new Map<number, Live>();
  readonly #heard = new Set<() => void>();

  readonly subscribe = (heard: () => void): (() => void) => {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  };

  get(turn: number): Live | undefined {
    return this.#turns.get(turn);
  }

  add(turn: number, part: Exclude<AnswerPart, { kind: "finished" }>): void {
    const before = this.#turns.get(turn) ?? NOTHING;
    if (part.kind === "gathered") {
      const { passages_read, files_read, notices } = part;
      this.#turns.set(turn, { ...before, gathered: { passages_read, files_read, notices } });
    } else {
      const sentences = new Map(before.sentences).set(part.index, part.sentence);
      this.#turns.set(turn, { ...before, sentences });
    }
    this.#tell();
  }

  drop(turn: number): void {
    if (this.#turns.delete(turn)) this.#tell();
  }

  #tell(): void {
    for (const heard of this.#heard) heard();
  }
}

const EMPTY: Answered = {
  engine: "",
  answer: [],
  abstained: false,
  cancelled: false,
  reason: null,
  missing: [],
  conflicts: [],
  notices: [],
  labels: [],
  passages_read: 0,
  files_read: 0,
};

/** A running turn with what has arrived since it was read; sentences stand in their order, without gaps. */
export function withLive(turn: Turn, live: Live | undefined): Turn {
  if (turn.state !== "running" || live === undefined) return turn;
  const known = turn.answer ?? EMPTY;
  const answer = [...known.answer];
  for (let next = live.sentences.get(answer.length); next; next = live.sentences.get(answer.length)) {
    answer.push(next);
  }
  return { ...turn, answer: { ...known, ...live.gathered, answer } };
}
