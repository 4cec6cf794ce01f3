import { useCallback, useMemo, useState } from "react";
import { useLiveTurn, type Conversation, type Turn } from "../../host";
import { Citations, type Cited } from "./citations";

interface Evidence {
  /** The turn whose passages are shown. */
  turn: Turn | undefined;
  passages: readonly Cited[];
  /** The number that is looked at. */
  current: number;
  show: (turn: number, number: number) => void;
  step: (by: number) => void;
}

const NONE: Turn = {
  id: -1,
  question: "",
  filter: {},
  asked: 0,
  state: "answered",
  answer: null,
  failure: null,
};

/** Which passages the evidence pane shows: those of the answer that was pressed, else of the last one. */
export function useEvidence(conversation: Conversation | undefined): Evidence {
  const [pressed, setPressed] = useState<{ turn: number; number: number } | null>(null);
  const turns = conversation?.turns ?? [];
  const chosen = turns.find(({ id }) => id === pressed?.turn) ?? turns.at(-1);
  const turn = useLiveTurn(chosen ?? NONE);
  const { answer } = turn;
  const passages = useMemo(() => new Citations(answer).all, [answer]);
  const current = chosen !== undefined && pressed?.turn === chosen.id ? pressed.number : 1;
  const show = useCallback((to: number, number: number) => setPressed({ turn: to, number }), []);
  const { id } = turn;
  const { length } = passages;
  const step = useCallback(
    (by: number) => {
      if (length > 0) setPressed({ turn: id, number: ((current - 1 + by + length) % length) + 1 });
    },
    [id, length, current],
  );
  return { turn: chosen, passages, current, show, step };
}
