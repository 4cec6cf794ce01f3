import type { UseMutationResult } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";
import { Button } from "../../components/Button/Button";
import { Field } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Plain } from "../../components/Text/Text";
import type { ActionView, CardView, Failure, GrantView, Request, Response } from "../../host";
import { useEscape, useKey } from "../keys/useKey";
import { FailureNotice } from "../shell/FailureNotice";
import { DenyDialog } from "./DenyDialog";
import { GrantMenu } from "./GrantMenu";
import { useArmed } from "./useArmed";
import { useCard } from "./useCard";
import { useEdit } from "./useEdit";
import { useLook } from "./useLook";
import { useNow } from "./useNow";
import { Whole } from "./Whole";
import { canEdit, second } from "./words";

type Approving = UseMutationResult<Response<"action_approve">, Failure, Request<"action_approve">>;

interface ApprovalCardProps {
  id: number;
  struck: readonly number[];
  /** Held by whoever shows the outcome: the card may be gone before the answer is here. */
  approve: Approving;
  /** What is shown at the click. */
  onApprove: (card: CardView) => void;
  onDenied: (ids: readonly number[]) => void;
  onEdited: (fresh: ActionView) => void;
  /** A record changed while the card was looked at. */
  onChanged: (fresh: ActionView, card: CardView) => void;
}

/** A card that waits, in the one window in which it can be approved. */
export function ApprovalCard({
  id,
  struck: first,
  approve,
  onApprove,
  onDenied,
  onEdited,
  onChanged,
}: ApprovalCardProps) {
  const [struck, setStruck] = useState(first);
  const { card, fits, error, retry } = useCard(id, struck);
  const heading = useRef<HTMLHeadingElement>(null);
  const there = card !== undefined;
  useEffect(() => {
    if (there) heading.current?.focus();
  }, [there]);
  if (!card) {
    return error ? (
      <div className="wait">
        <FailureNotice
          failure={error}
          actions={
            <Button small icon="retry" onClick={retry}>
              Try again
            </Button>
          }
        />
      </div>
    ) : (
      <Reading />
    );
  }
  return (
    <Waiting
      id={id}
      card={card}
      fits={fits}
      struck={struck.filter((own) => card.actions.some((action) => action.id === own))}
      onStruck={setStruck}
      heading={heading}
      approve={approve}
      onApprove={onApprove}
      onDenied={onDenied}
      onEdited={onEdited}
      onChanged={onChanged}
    />
  );
}

/** Nothing can be approved before the current values are here. */
function Reading() {
  return (
    <>
      <div className="cardy wait">
        <Skeleton label="Reading the record" lines={6} />
      </div>
      <footer className="foot">
        <Button notYet className="btn-last">
          Approve
        </Button>
        <span className="faint xs">ready once the current values are here</span>
      </footer>
    </>
  );
}

interface WaitingProps {
  id: number;
  card: CardView;
  fits: boolean;
  struck: readonly number[];
  onStruck: (struck: readonly number[]) => void;
  heading: RefObject<HTMLHeadingElement | null>;
  /** Held by whoever shows the outcome: the card may be gone before the answer is here. */
  approve: Approving;
  /** What is shown at the click. */
  onApprove: (card: CardView) => void;
  onDenied: (ids: readonly number[]) => void;
  onEdited: (fresh: ActionView) => void;
  onChanged: (fresh: ActionView, card: CardView) => void;
}

function Waiting(props: WaitingProps) {
  const { id, card, fits, struck, onStruck, heading, approve, onApprove, onDenied, onEdited, onChanged } =
    props;
  const [word, setWord] = useState("");
  const [denying, setDenying] = useState(false);
  const [editing, setEditing] = useState<number | null>(null);
  const [granted, setGranted] = useState<GrantView | null>(null);
  const ids = [...card.actions, ...card.questions].map((own) => own.id);
  const armed = useArmed(fits ? card.digest : null);
  const over = useNow() >= card.expires;
  const calm = editing === null && !approve.isPending && !over;
  const read = useLook(id, calm, (fresh) => onChanged(fresh, card));
  const edited = card.actions.find((own) => own.id === editing);
  const edit = useEdit(edited, onEdited);
  const editable = card.actions.find(canEdit);
  const typed = card.word === null || word.trim() === card.word;
  const can = fits && card.digest !== null && typed && !approve.isPending && !over && editing === null;

  const decide = (): void => {
    // What is shown is what counts: the card's own lines and digest, never the boxes as they may be by now.
    if (!can || !armed.current || card.digest === null || denying) return;
    onApprove(card);
    approve.mutate({
      id,
      struck: card.struck,
      shown: card.digest,
      ...(card.word === null ? {} : { word: word.trim() }),
    });
  };
  useKey("Ctrl Enter", decide, editing === null);
  useKey("D", () => setDenying(true), editing === null);
  useKey("E", () => setEditing(editable?.id ?? null), editing === null && editable !== undefined);
  useEscape(() => setEditing(null), editing !== null);

  useEffect(() => {
    if (editing !== null) document.querySelector<HTMLInputElement>(".diff .input > input")?.focus();
  }, [editing]);

  return (
    <>
      <div className="cardy">
        <Whole
          card={card}
          struck={struck}
          onStruck={onStruck}
          level={1}
          heading={heading}
          editing={edited ? { id: edited.id, edit } : null}
          onEdit={setEditing}
          read={read}
          onPicked={onEdited}
        />
      </div>
      <footer className="foot">
        {approve.error && <FailureNotice failure={approve.error} />}
        {edit.failure && <FailureNotice failure={edit.failure} />}
        {granted && (
          <p className="foot-said" role="status">
            <Icon name="check" /> Permission created, for {granted.count} changes.{" "}
            <b>This proposal still needs your decision.</b>
          </p>
        )}
        {over && <p className="foot-said">This card expired at {second(card.expires)}. Nothing was sent.</p>}
        {card.word !== null && editing === null && (
          <div className="word">
            <label htmlFor="word">
              Type “<Plain>{card.word}</Plain>” to approve
            </label>
            <Field
              id="word"
              autoComplete="off"
              spellCheck={false}
              value={word}
              onChange={(event) => setWord(event.target.value)}
            />
          </div>
        )}
        {editing === null ? (
          <>
            <GrantMenu id={id} onGranted={setGranted} />
            <span className="grow" />
            <Button keyCap="D" aria-keyshortcuts="D" onClick={() => setDenying(true)}>
              {ids.length > 1 ? "Deny all" : "Deny"}
            </Button>
            {editable && (
              <Button keyCap="E" aria-keyshortcuts="E" onClick={() => setEditing(editable.id)}>
                Edit
              </Button>
            )}
            <Button
              look="primary"
              keyCap="Ctrl ↵"
              aria-keyshortcuts="Control+Enter"
              notYet={!can}
              onClick={decide}
            >
              <Plain>{card.approve}</Plain>
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
      {denying && <DenyDialog ids={ids} onClose={() => setDenying(false)} onDone={() => onDenied(ids)} />}
    </>
  );
}
