import type { Ref } from "react";
import { Seal } from "../../components/Seal/Seal";
import type { ActionView, CardView } from "../../host";
import { Batch, isBatch } from "./Batch";
import { Block } from "./Block";
import { CardHead } from "./CardHead";
import type { Editing } from "./useEdit";
import { canEdit } from "./words";

interface WholeProps {
  card: CardView;
  struck: readonly number[];
  onStruck: (struck: readonly number[]) => void;
  level: 1 | 2;
  heading?: Ref<HTMLHeadingElement>;
  /** Which proposal is being edited, and how. */
  editing: { id: number; edit: Editing } | null;
  onEdit: (id: number) => void;
  /** When the records were read again, in milliseconds since 1970. */
  read?: number;
  /** Another record was picked for one of the proposals. */
  onPicked: (fresh: ActionView) => void;
}

/** The card in its fixed order: sentence, where from, why, each effect, and the seal. */
export function Whole({
  card,
  struck,
  onStruck,
  level,
  heading,
  editing,
  onEdit,
  read = 0,
  onPicked,
}: WholeProps) {
  const { actions } = card;
  const several = actions.length > 1;
  const set = (id: number, left: boolean): void =>
    onStruck([...struck.filter((own) => own !== id), ...(left ? [] : [id])]);
  const left = actions.filter(({ id }) => !struck.includes(id));
  return (
    <>
      <CardHead sentence={card.sentence} actions={actions} level={level} {...(heading ? { heading } : {})} />
      {isBatch(actions) && !editing ? (
        <Batch
          actions={actions}
          struck={struck}
          read={read}
          onLeft={set}
          onAll={(all) => onStruck(all ? [] : actions.map(({ id }) => id))}
        />
      ) : (
        actions.map((action, index) => (
          <Block
            key={action.id}
            action={action}
            level={level === 1 ? 2 : 3}
            place={several ? index + 1 : undefined}
            left={!struck.includes(action.id)}
            edit={editing?.id === action.id ? editing.edit.diff : undefined}
            {...(several && !editing ? { onLeft: (on: boolean) => set(action.id, on) } : {})}
            read={read}
            onPicked={editing ? undefined : onPicked}
            onEdit={several && !editing && canEdit(action) ? () => onEdit(action.id) : undefined}
          />
        ))
      )}
      {/* What is saved is sealed anew. */}
      {!editing && (
        <div className="sealed">
          <Seal digest={card.digest} requests={left.map(({ raw }) => raw)} />
        </div>
      )}
    </>
  );
}
