import "../features/approval/approval.css";
import "../features/inbox/inbox.css";
import { useMemo, useState } from "react";
import { Button } from "../components/Button/Button";
import { Empty } from "../components/Empty/Empty";
import { Segments } from "../components/Segments/Segments";
import { Skeleton } from "../components/Skeleton/Skeleton";
import { at, cards, isAllowed } from "../features/approval/words";
import { Detail } from "../features/inbox/Detail";
import { Queue, type Group } from "../features/inbox/Queue";
import { useKey } from "../features/keys/useKey";
import { FailureNotice } from "../features/shell/FailureNotice";
import { go } from "../features/shell/useRoute";
import { useCall, type ActionState, type ActionView } from "../host";
import { useNarrow } from "../lib/useWidth";
import { count, date } from "../lib/words";

type Tab = "waiting" | "decided" | "allowed";

const OPEN: readonly ActionState[] = ["awaiting", "needs_person", "approved", "dispatching", "unknown"];
const WAITS: readonly ActionState[] = ["awaiting", "needs_person"];

/** Proposals: what waits for the person, what was decided, and what went through on their permissions. */
export default function InboxView({ id }: { id?: number | undefined }) {
  const open = useCall("action_list", { open: true });
  const all = useCall("action_list", { open: false });
  const [tab, setTab] = useState<Tab>("waiting");
  const [listed, setListed] = useState(false);
  const narrow = useNarrow(68);
  const failure = open.error ?? all.error;
  const waiting = useMemo(() => {
    const own = cards((open.data?.actions ?? []).filter(({ state }) => WAITS.includes(state)));
    return own.sort((a, b) => newest(b) - newest(a));
  }, [open.data]);
  const groups = groupsOf(tab, waiting, open.data?.actions ?? [], all.data?.actions ?? []);
  const shown = groups.flatMap((group) => group.cards);
  const known = [...(open.data?.actions ?? []), ...(all.data?.actions ?? [])];
  const named = known.find((own) => own.id === id) ?? shown[0]?.[0];
  // A question is read on the card that it was proposed with.
  const chosen = named?.which
    ? (waiting.find((own) => own.some((one) => one.id === named.id))?.[0] ?? named)
    : named;
  const place = shown.findIndex((own) => own.some((one) => one.id === chosen?.id));
  const to = (by: number): void => {
    const next = shown[place + by]?.[0];
    if (next) go({ at: "inbox", id: next.id });
  };
  useKey("J", () => to(1));
  useKey("K", () => to(-1));
  const ready = open.data && all.data;
  const allowed = (all.data?.actions ?? []).filter(isAllowed);
  const today = allowed.filter((own) => date(own.created / 1000) === "today").length;
  const proposals = waiting.flat().length;
  const oldest = Math.min(...waiting.flat().map(({ created }) => created));
  const list = !narrow || listed || id === undefined;
  // Where only a card fits, what belongs to the list waits behind the way back to it.
  const alone = narrow && !list;
  return (
    <main className="sheet inbox-view" id="main">
      <header className="sheet-head">
        <h1>Inbox</h1>
        {waiting.length > 0 && !alone && (
          <span className="sub">
            {waiting.length === proposals
              ? `${proposals} waiting`
              : `${count(proposals, "change")} waiting on ${count(waiting.length, "card")}`}
            , oldest since {at(oldest)}
          </span>
        )}
        <div className="end">
          {narrow && id !== undefined && (
            <Button small icon="left" aria-expanded={listed} onClick={() => setListed(!listed)}>
              All {shown.length}
            </Button>
          )}
          {!alone && (
            <Segments
              label="Show"
              value={tab}
              onChange={(next) => {
                setTab(next);
                go({ at: "inbox" });
              }}
              options={[
                {
                  value: "waiting",
                  words: (
                    <>
                      Waiting <span className="faint num">{proposals}</span>
                    </>
                  ),
                },
                { value: "decided", words: "Decided" },
                { value: "allowed", words: "Allowed without asking" },
              ]}
            />
          )}
        </div>
      </header>
      {!ready ? (
        <div className="wait">
          {failure ? (
            <FailureNotice
              failure={failure}
              actions={
                <Button small icon="retry" onClick={() => void Promise.all([open.refetch(), all.refetch()])}>
                  Try again
                </Button>
              }
            />
          ) : (
            <Skeleton label="Opening the inbox" lines={6} />
          )}
        </div>
      ) : shown.length === 0 ||
        (tab === "waiting" && shown.length > 0 && !waits(groups) && id === undefined) ? (
        <Empty
          icon="inbox"
          title={tab === "waiting" ? "Nothing waits for you" : "Nothing here yet"}
          actions={
            tab === "waiting" && (
              <>
                {today > 0 && (
                  <Button small onClick={() => setTab("allowed")}>
                    Show the {today}
                  </Button>
                )}
                {all.data.actions.length > 0 && (
                  <Button small onClick={() => setTab("decided")}>
                    Show what was decided
                  </Button>
                )}
              </>
            )
          }
        >
          {tab === "waiting" && (
            <p>
              {today > 0
                ? `${today === 1 ? "1 change" : `${today} changes`} went through on your permissions today. Each has a receipt.`
                : "What changes something in a system waits here for your decision before anything is sent."}
            </p>
          )}
          {tab === "allowed" && (
            <p>What goes through on your permissions is listed here, with its receipt.</p>
          )}
        </Empty>
      ) : (
        <div className={narrow ? "sheet-body inbox inbox-alone" : "sheet-body inbox"}>
          {list && <Queue groups={groups} current={narrow ? id : chosen?.id} />}
          {(!narrow || !list) && chosen && <Detail action={chosen} />}
        </div>
      )}
    </main>
  );
}

const newest = (own: readonly ActionView[]): number => Math.max(...own.map(({ created }) => created));
const waits = (groups: readonly Group[]): boolean =>
  groups.some(({ past, cards: own }) => !past && own.length > 0);

function groupsOf(
  tab: Tab,
  waiting: ActionView[][],
  open: readonly ActionView[],
  all: readonly ActionView[],
): Group[] {
  const ended = all.filter(({ state }) => !OPEN.includes(state));
  const single = (own: readonly ActionView[]): ActionView[][] => own.map((one) => [one]);
  const asked = ended.filter((own) => !isAllowed(own));
  const today = asked.filter((own) => date(own.created / 1000) === "today");
  const before = asked.filter((own) => !today.includes(own));
  switch (tab) {
    case "allowed":
      return [{ title: "Allowed without asking", past: true, cards: single(ended.filter(isAllowed)) }];
    case "decided":
      return [
        { title: "Decided today", past: true, cards: single(today) },
        { title: "Before today", past: true, cards: single(before) },
      ];
    case "waiting":
      return [
        { title: "Waiting for you", past: false, none: "Nothing waits for you.", cards: waiting },
        {
          title: "Under way",
          past: false,
          cards: single(open.filter(({ state }) => !WAITS.includes(state))),
        },
        { title: "Decided today", past: true, cards: single(today) },
      ];
  }
}
