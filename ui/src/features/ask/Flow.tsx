import "./ask.css";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { Conversation } from "../../host";
import { Turn, type TurnActions } from "./Turn";

interface FlowProps extends TurnActions {
  conversation: Conversation;
  /** The passage in the evidence pane. */
  current: { turn: number; number: number } | null;
}

/** All turns of a conversation, of which only those in sight are drawn. It stays at its end while an answer grows. */
export function Flow({ conversation, current, ...actions }: FlowProps) {
  const { id, turns } = conversation;
  const scrolls = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scrolls.current,
    getItemKey: (index) => turns[index]?.id ?? index,
    estimateSize: () => 320,
    overscan: 3,
    paddingStart: 20,
    paddingEnd: 8,
    anchorTo: "end",
    scrollEndThreshold: 60,
  });
  const last = turns.at(-1)?.id;
  useEffect(() => {
    // A conversation opens at its end, and a new question brings one there.
    list.scrollToEnd();
  }, [list, id, last]);
  return (
    <div className="flow" ref={scrolls} tabIndex={0} role="region" aria-label="Messages">
      <div className="flow-in" style={{ blockSize: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, key, start }) => {
          const turn = turns[index];
          if (!turn) return null;
          return (
            <div
              key={key}
              ref={list.measureElement}
              data-index={index}
              className="flow-item"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Turn turn={turn} current={current?.turn === turn.id ? current.number : null} {...actions} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
