import { useState } from "react";
import { Button } from "../components/Button/Button";
import { Empty } from "../components/Empty/Empty";
import { Skeleton } from "../components/Skeleton/Skeleton";
import { Said } from "../components/Text/Text";
import { Announcer } from "../features/ask/Announcer";
import { AskHead } from "../features/ask/AskHead";
import { AskPane } from "../features/ask/AskPane";
import { Composer } from "../features/ask/Composer";
import { Flow } from "../features/ask/Flow";
import { NewQuestion } from "../features/ask/NewQuestion";
import { useAsking } from "../features/ask/useAsking";
import { useEvidence } from "../features/ask/useEvidence";
import { useKey } from "../features/keys/useKey";
import { useCall, type Filter } from "../host";
import { undirected } from "../lib/text";
import { useNarrow } from "../lib/useWidth";

interface AskViewProps {
  /** None for a new question. */
  id: number | null;
  /** A question to begin with. */
  question?: string | undefined;
}

/** The conversation, the question field below it and the evidence beside it. */
export default function AskView({ id, question = "" }: AskViewProps) {
  const {
    data: conversation,
    error,
    refetch,
  } = useCall("conversation_get", { id: id ?? 0 }, { enabled: id !== null });
  const narrow = useNarrow(62);
  const [pane, setPane] = useState(true);
  const [drawer, setDrawer] = useState(false);
  const [text, setText] = useState(undirected(question));
  const [chosen, setChosen] = useState<Filter | null>(null);
  const { ask, stop, sending, failure } = useAsking(id);
  const evidence = useEvidence(conversation);
  const last = conversation?.turns.at(-1);
  const running = last?.state === "running" ? last : undefined;
  // A follow-up looks where the question before it looked.
  const filter = chosen ?? last?.filter ?? {};
  const open = narrow ? drawer : pane;
  const setOpen = narrow ? setDrawer : setPane;

  const cite = (turn: number, number: number): void => {
    evidence.show(turn, number);
    setOpen(true);
  };
  useKey("Esc", () => running && stop(running.id), running !== undefined);
  useKey("Alt ↑", () => evidence.step(-1));
  useKey("Alt ↓", () => evidence.step(1));
  useKey("Ctrl .", () => setOpen(!open), id !== null);

  const beside = id !== null && !narrow && pane;
  return (
    <main className="sheet" id="main">
      <AskHead
        conversation={conversation}
        fresh={id === null}
        narrow={narrow}
        open={open}
        passages={evidence.passages.length}
        onOpen={setOpen}
      />
      <div className={beside ? "sheet-body ask" : "sheet-body ask ask-alone"}>
        <section className="talk" aria-label="Conversation">
          {id === null ? (
            <NewQuestion onPick={setText} />
          ) : conversation ? (
            <Flow
              key={id}
              conversation={conversation}
              current={evidence.turn ? { turn: evidence.turn.id, number: evidence.current } : null}
              onCite={cite}
              onAskAgain={ask}
            />
          ) : error ? (
            <Empty
              icon="warn"
              role="alert"
              title={error.code === "gone" ? "This conversation was deleted" : <Said>{error.message}</Said>}
              actions={
                error.code === "gone" ? (
                  <a className="btn btn-sm" href="#/ask">
                    New question
                  </a>
                ) : (
                  <Button small icon="retry" onClick={() => void refetch()}>
                    Try again
                  </Button>
                )
              }
            >
              {error.hint && (
                <p>
                  <Said>{error.hint}</Said>
                </p>
              )}
            </Empty>
          ) : (
            <div className="flow-wait">
              <Skeleton label="Opening the conversation" lines={6} />
            </div>
          )}
          <Composer
            text={text}
            onText={setText}
            filter={filter}
            onFilter={setChosen}
            onSend={() => ask(text.trim(), filter, () => setText(""))}
            onStop={() => running && stop(running.id)}
            running={running !== undefined}
            sending={sending}
            failure={failure}
            followUp={id !== null}
          />
        </section>
        {id !== null && (
          <AskPane evidence={evidence} narrow={narrow} open={open} onClose={() => setOpen(false)} />
        )}
      </div>
      {last && <Announcer key={last.id} turn={last} />}
    </main>
  );
}
