import "../features/approval/approval.css";
import { useEffect, useMemo, useRef, useState } from "react";
import { Mark } from "../components/Icon/Icon";
import { IconButton } from "../components/IconButton/IconButton";
import { Empty } from "../components/Empty/Empty";
import { Skeleton } from "../components/Skeleton/Skeleton";
import { ApprovalCard } from "../features/approval/ApprovalCard";
import { Block } from "../features/approval/Block";
import { Ended } from "../features/approval/Ended";
import { OutOfDate, outOfDate } from "../features/approval/OutOfDate";
import { Question } from "../features/approval/Question";
import { useArmed } from "../features/approval/useArmed";
import { cards, stateMark } from "../features/approval/words";
import { useKey } from "../features/keys/useKey";
import { FailureNotice } from "../features/shell/FailureNotice";
import { useShown } from "../features/shell/useRoute";
import { useCall, useCalls, useChange, useHost, type ActionView } from "../host";
import type { Shown } from "../lib/route";

/** Shows another card in this window. */
function show(id: number): void {
  window.location.hash = `#/approval/${id}`;
}

/** The window in which a person decides. Nothing else is in it, and no single letter approves. */
export default function ApprovalView() {
  const shown = useShown();
  const host = useHost();
  useKey("Esc", () => host.closeWindow());
  return (
    <main className="approval" id="main">
      <Bar shown={shown} />
      {shown ? (
        <Decision key={`${shown.id} ${shown.struck.join()}`} shown={shown} />
      ) : (
        <Empty icon="inbox" level={1} title="Nothing waits for you">
          <p>Changes that need your decision are in the inbox.</p>
        </Empty>
      )}
    </main>
  );
}

/** Which of the waiting cards this is, and the way to its neighbours. */
function Bar({ shown }: { shown: Shown | null }) {
  const host = useHost();
  const open = useCall("action_list", { open: true }).data?.actions;
  const waiting = useMemo(
    () => cards((open ?? []).filter(({ state }) => state === "awaiting" || state === "needs_person")),
    [open],
  );
  const place = waiting.findIndex((own) => own.some(({ id }) => id === shown?.id));
  const to = (by: number): number | undefined => waiting[place < 0 ? 0 : place + by]?.[0]?.id;
  const previous = place > 0 ? to(-1) : undefined;
  const next = to(1);
  useKey("K", () => previous !== undefined && show(previous));
  useKey("J", () => next !== undefined && show(next));
  return (
    <header className="fbar">
      <Mark />
      <b>Approval</b>
      {place >= 0 && (
        <span>
          {place + 1} of {waiting.length}
        </span>
      )}
      <span className="grow" />
      <IconButton
        icon="chev-u"
        label="Previous approval (K)"
        disabled={previous === undefined}
        onClick={() => previous !== undefined && show(previous)}
      />
      <IconButton
        icon="chev-d"
        label="Next approval (J)"
        disabled={next === undefined}
        onClick={() => next !== undefined && show(next)}
      />
      <IconButton icon="x" label="Close, keep waiting" onClick={() => host.closeWindow()} />
    </header>
  );
}

function Decision({ shown: { id, struck } }: { shown: Shown }) {
  const { data: action, error } = useCall("action_get", { id });
  const approve = useChange("action_approve");
  /** The proposals as they were shown when they were approved. */
  const [old, setOld] = useState<readonly ActionView[]>([]);
  const [denied, setDenied] = useState<readonly number[] | null>(null);
  const [said, setSaid] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const deny = useChange("action_deny");
  const host = useHost();
  /** What took the place of a card whose record changed while it was looked at. */
  const [moved, setMoved] = useState<ActionView | null>(null);
  const fresh = approve.data?.kind === "changed" ? approve.data.fresh : moved;
  const decided = approve.data?.kind === "approved" ? approve.data.actions.map((own) => own.id) : denied;
  const asked = action?.state === "awaiting" && action.which !== null;
  useEffect(() => {
    if (fresh || asked) heading.current?.focus();
  }, [fresh, asked]);
  const speak = (
    <p className="vh" role="alert">
      {said}
    </p>
  );
  if (error) {
    return (
      <div className="wait">
        <FailureNotice failure={error} />
      </div>
    );
  }
  if (!action) {
    return (
      <div className="wait">
        <Skeleton label="Reading the record" lines={6} />
      </div>
    );
  }
  if (fresh) {
    const same = (own: ActionView): boolean =>
      own.operation === fresh.operation && own.record?.id === fresh.record?.id;
    const before = old.find(same);
    return (
      <div className="cardy ends">
        <p className="vh" role="alert">
          Out of date. {outOfDate(before, fresh)}
        </p>
        <OutOfDate
          old={before}
          fresh={fresh}
          level={1}
          heading={heading}
          onReview={() => show(fresh.id)}
          onDrop={() =>
            deny.mutate(
              { ids: [fresh.id], reason: "the record changed" },
              { onSuccess: () => host.closeWindow() },
            )
          }
        />
      </div>
    );
  }
  if (decided || (action.state !== "awaiting" && !approve.isPending)) {
    return (
      <>
        {speak}
        <Outcome ids={decided ?? [id]} onSaid={setSaid} />
      </>
    );
  }
  if (action.which) {
    return (
      <div className="cardy ends">
        {speak}
        <Question
          action={action}
          which={action.which}
          level={1}
          heading={heading}
          onPicked={(own) => show(own.id)}
        />
      </div>
    );
  }
  return (
    <>
      {speak}
      <ApprovalCard
        id={id}
        struck={struck}
        approve={approve}
        onApprove={(card) => setOld(card.actions)}
        onEdited={(own) => show(own.id)}
        onChanged={(own, card) => {
          setOld(card.actions);
          setMoved(own);
        }}
        onDenied={setDenied}
      />
    </>
  );
}

/** What became of the proposals, each with what can be done now. */
function Outcome({ ids, onSaid }: { ids: readonly number[]; onSaid: (words: string) => void }) {
  const requests = useMemo(() => ids.map((id) => ({ id })), [ids]);
  const actions = useCalls("action_get", requests).filter((own) => own !== undefined);
  const say = useChange("action_say");
  // Sending again is a decision too.
  const armed = useArmed(ids.join());
  const heading = useRef<HTMLHeadingElement>(null);
  const [first] = actions;
  const words = first ? `${stateMark(first).words}. ${first.state_words}` : "";
  useEffect(() => {
    if (words !== "") onSaid(words);
  }, [words, onSaid]);
  const there = first !== undefined;
  useEffect(() => {
    if (there) heading.current?.focus();
  }, [there]);
  return (
    <div className="cardy ends">
      {say.error && <FailureNotice failure={say.error} />}
      {actions.map((action, index) => (
        <Ended
          key={action.id}
          action={action}
          level={index === 0 ? 1 : 2}
          {...(index === 0 ? { heading } : {})}
          onSay={(found) => {
            if (armed.current && !say.isPending) say.mutate({ id: action.id, found });
          }}
          onUndone={(fresh) => show(fresh.id)}
        />
      ))}
      {actions.length === 1 && first && <Block action={first} level={2} />}
    </div>
  );
}
