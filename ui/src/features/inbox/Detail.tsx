import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button/Button";
import { Key } from "../../components/Key/Key";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Verdict } from "../../components/Verdict/Verdict";
import { useCall, useChange, useHost, type ActionView } from "../../host";
import { Block } from "../approval/Block";
import { DenyDialog } from "../approval/DenyDialog";
import { Ended } from "../approval/Ended";
import { OutOfDate, outOfDate } from "../approval/OutOfDate";
import { Question } from "../approval/Question";
import { useCard } from "../approval/useCard";
import { useEdit } from "../approval/useEdit";
import { useLook } from "../approval/useLook";
import { Whole } from "../approval/Whole";
import { canEdit, canUndo, stateMark } from "../approval/words";
import { isBatch } from "../approval/Batch";
import { useEscape, useKey } from "../keys/useKey";
import { FailureNotice } from "../shell/FailureNotice";
import { go } from "../shell/useRoute";

/** Shows what took the place of something else. */
function open({ id }: ActionView): void {
  go({ at: "inbox", id });
}

/** A record that changed while the card of a proposal was open here. */
interface Moved {
  of: number;
  old: ActionView | undefined;
  fresh: ActionView;
}

/** One proposal, or all of one card: everything about it, and what can be done with it here. */
export function Detail({ action }: { action: ActionView }) {
  const [moved, setMoved] = useState<Moved | null>(null);
  // What changed is told once: who comes back to the card reads it as it is then.
  if (moved && moved.of !== action.id) setMoved(null);
  if (moved?.of === action.id) return <Void moved={moved} onSeen={() => setMoved(null)} />;
  if (action.state === "awaiting" && action.which) {
    return (
      <section className="pane detail" aria-label="Question">
        <div className="cardy ends" tabIndex={0} role="region" aria-label="Card">
          <Question key={action.id} action={action} which={action.which} level={2} onPicked={open} />
        </div>
      </section>
    );
  }
  return action.state === "awaiting" ? (
    <Waiting
      key={action.id}
      action={action}
      onMoved={(own) => {
        // Wherever the list goes on, this is what the person was reading.
        open(action);
        setMoved(own);
      }}
    />
  ) : (
    <Decided key={action.id} action={action} />
  );
}

/** The card is void: what changed, and the way to what would be done now. */
function Void({ moved: { old, fresh }, onSeen }: { moved: Moved; onSeen: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const deny = useChange("action_deny");
  const on = (): void => {
    onSeen();
    open(fresh);
  };
  useEffect(() => {
    // Who was on the card is taken to what became of it; who was elsewhere stays there.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  return (
    <section className="pane detail" aria-label="Proposal">
      <div className="cardy ends" tabIndex={0} role="region" aria-label="Card">
        <p className="vh" role="alert">
          Out of date. {outOfDate(old, fresh)}
        </p>
        {deny.error && <FailureNotice failure={deny.error} />}
        <OutOfDate
          old={old}
          fresh={fresh}
          level={2}
          heading={heading}
          onReview={on}
          onDrop={() => {
            const drop = { ids: [fresh.id], reason: "the record changed" };
            deny.mutate(drop, { onSuccess: on });
          }}
        />
      </div>
    </section>
  );
}

/** It is read here and decided in a window of its own; nothing here can approve. */
function Waiting({ action: { id }, onMoved }: { action: ActionView; onMoved: (moved: Moved) => void }) {
  const host = useHost();
  const [struck, setStruck] = useState<readonly number[]>([]);
  const [denying, setDenying] = useState(false);
  const [editing, setEditing] = useState<number | null>(null);
  const { card, error, retry } = useCard(id, struck);
  const edited = card?.actions.find((own) => own.id === editing);
  const edit = useEdit(edited, open);
  const editable = card?.actions.find(canEdit);
  const review = (): void => void host.openApproval(id, struck);
  const calm = editing === null && card !== undefined;
  const read = useLook(id, calm, (fresh) => {
    const same = (own: ActionView): boolean =>
      own.operation === fresh.operation && own.record?.id === fresh.record?.id;
    onMoved({ of: id, old: card?.actions.find(same), fresh });
  });
  useKey("Ctrl Enter", review, calm);
  useKey("D", () => setDenying(true), calm);
  useKey("E", () => setEditing(editable?.id ?? null), calm && editable !== undefined);
  useEscape(() => setEditing(null), editing !== null);
  useEffect(() => {
    if (editing !== null) document.querySelector<HTMLInputElement>(".diff .input > input")?.focus();
  }, [editing]);
  if (!card) {
    return (
      <section className="pane detail" aria-label="Proposal">
        <div className="wait">
          {error ? (
            <FailureNotice
              failure={error}
              actions={
                <Button small icon="retry" onClick={retry}>
                  Try again
                </Button>
              }
            />
          ) : (
            <Skeleton label="Reading the proposal" lines={6} />
          )}
        </div>
      </section>
    );
  }
  const [first] = card.actions;
  const mark = first && stateMark(first);
  const ids = [...card.actions, ...card.questions].map((own) => own.id);
  return (
    <section className="pane detail" aria-label="Proposal">
      <div className="cardy" tabIndex={0} role="region" aria-label="Card">
        {mark && (
          <div className="top">
            <Verdict hue={mark.hue} icon={mark.icon}>
              {mark.words}
            </Verdict>
            <span className="dim xs">waits for your decision, in a window of its own</span>
          </div>
        )}
        <Whole
          card={card}
          struck={struck}
          onStruck={setStruck}
          level={2}
          editing={edited ? { id: edited.id, edit } : null}
          onEdit={setEditing}
          read={read}
          onPicked={open}
        />
      </div>
      <footer className="actbar">
        {edit.failure && <FailureNotice failure={edit.failure} />}
        {editing === null ? (
          <>
            <span className="keys grow" aria-hidden="true">
              {isBatch(card) && (
                <>
                  <span>
                    <Key>↑</Key>
                    <Key>↓</Key> row
                  </span>
                  <span>
                    <Key>X</Key> tick
                  </span>
                </>
              )}
            </span>
            <Button keyCap="D" aria-keyshortcuts="D" onClick={() => setDenying(true)}>
              {ids.length > 1 ? "Deny all" : "Deny"}
            </Button>
            {editable && (
              <Button keyCap="E" aria-keyshortcuts="E" onClick={() => setEditing(editable.id)}>
                Edit
              </Button>
            )}
            <Button look="primary" keyCap="Ctrl ↵" aria-keyshortcuts="Control+Enter" onClick={review}>
              Review and approve
            </Button>
          </>
        ) : (
          <>
            <span className="dim xs grow">
              What you save is a new proposal, judged anew. Nothing is sent by saving.
            </span>
            <Button keyCap="Esc" onClick={() => setEditing(null)}>
              Cancel
            </Button>
            <Button look="primary" notYet={!edit.differs || edit.pending} onClick={edit.save}>
              Save changes
            </Button>
          </>
        )}
      </footer>
      {denying && <DenyDialog ids={ids} onClose={() => setDenying(false)} onDone={() => setDenying(false)} />}
    </section>
  );
}

/** What was done together and can be put back together: all of the batch whose old values are kept. */
function useTogether({ id, batch }: ActionView): number[] {
  const { data } = useCall("action_list", { open: false });
  const first = batch ?? id;
  const own = data?.actions.filter(
    (other) => (other.batch ?? other.id) === first && canUndo(other) && other.undo === "restorable",
  );
  return own?.map((other) => other.id) ?? [];
}

function Decided({ action }: { action: ActionView }) {
  const host = useHost();
  const together = useTogether(action);
  const review = (): void => void host.openApproval(action.id, []);
  useKey("Ctrl Enter", review, action.state === "needs_person");
  useKey(
    "Ctrl Z",
    () => document.querySelector<HTMLButtonElement>('.st [aria-keyshortcuts="Control+Z"]')?.click(),
    action.state === "succeeded",
  );
  return (
    <section className="pane detail" aria-label="Proposal">
      <div className="cardy ends" tabIndex={0} role="region" aria-label="Card">
        <Ended
          action={action}
          level={2}
          receipt
          together={together}
          onReview={review}
          onUndone={(fresh) => {
            go({ at: "inbox", id: fresh.id });
            if (fresh.state === "awaiting") void host.openApproval(fresh.id, []);
          }}
        />
        <Block action={action} level={3} />
      </div>
    </section>
  );
}
