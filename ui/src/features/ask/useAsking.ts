import { useCallback } from "react";
import { useChange, useLink, type Conversation, type Failure, type Filter } from "../../host";
import { go } from "../shell/useRoute";

interface Asking {
  ask: (question: string, filter: Filter, onAsked?: () => void) => void;
  stop: (turn: number) => void;
  sending: boolean;
  failure: Failure | null;
}

/** Asks in a conversation, or in a new one, and goes there. */
export function useAsking(conversation: number | null): Asking {
  const { client } = useLink();
  const asking = useChange("question_ask");
  const stopping = useChange("question_stop");
  const { mutate } = asking;
  const ask = useCallback(
    (question: string, filter: Filter, onAsked?: () => void) => {
      mutate(
        { question, filter, ...(conversation === null ? {} : { conversation }) },
        {
          onSuccess({ conversation: id, turn }) {
            const now = Math.floor(Date.now() / 1000);
            const added = {
              id: turn,
              question,
              filter,
              asked: now,
              state: "running" as const,
              answer: null,
              failure: null,
            };
            const key = ["conversation_get", { id }];
            // The question stands there at once; the reading that follows knows better.
            client.setQueryData<Conversation>(key, (known) => {
              const before = known ?? { id, title: question, created: now, updated: now, turns: [] };
              return before.turns.some((own) => own.id === turn)
                ? before
                : { ...before, turns: [...before.turns, added] };
            });
            void client.invalidateQueries({ queryKey: key });
            void client.invalidateQueries({ queryKey: ["conversation_list"] });
            onAsked?.();
            if (id !== conversation) go({ at: "conversation", id });
          },
        },
      );
    },
    [client, conversation, mutate],
  );
  const { mutate: halt } = stopping;
  const stop = useCallback((turn: number) => halt({ turn }), [halt]);
  return { ask, stop, sending: asking.isPending, failure: asking.error ?? stopping.error };
}
