import { Icon } from "../../components/Icon/Icon";
import { Key } from "../../components/Key/Key";
import { Plain } from "../../components/Text/Text";
import { UndoMark } from "../../components/UndoMark/UndoMark";
import { useCall, type ActionView } from "../../host";
import { count, list } from "../../lib/words";
import { close } from "../approval/Question";
import { at, decidedHow, isOutOfDate, stateMark } from "../approval/words";

export interface Group {
  title: string;
  /** What is said where there is nothing. */
  none?: string;
  past: boolean;
  cards: readonly (readonly ActionView[])[];
}

interface QueueProps {
  groups: readonly Group[];
  current: number | undefined;
}

/** The cards, each with its sentence, its systems and the one thing most worth knowing. */
export function Queue({ groups, current }: QueueProps) {
  return (
    <nav className="pane pane-well queue" aria-label="Approvals">
      <div className="q-in">
        {groups.map(({ title, none, past, cards }) => (
          <div key={title}>
            {(cards.length > 0 || none) && <h2>{title}</h2>}
            {cards.length === 0 && none && <p className="q-none">{none}</p>}
            {cards.map((own) => (
              <Item key={own[0]?.id} actions={own} past={past} current={current} />
            ))}
          </div>
        ))}
      </div>
      <div className="keys q-keys" aria-hidden="true">
        <span>
          <Key>J</Key>
          <Key>K</Key> next, previous
        </span>
        <span>
          <Key>?</Key> all keys
        </span>
      </div>
    </nav>
  );
}

interface ItemProps {
  actions: readonly ActionView[];
  past: boolean;
  current: number | undefined;
}

function Item({ actions, past, current }: ItemProps) {
  const [first] = actions;
  const several = actions.length > 1;
  const card = useCall("card_get", { id: first?.id ?? 0, struck: [] }, { enabled: several && !past });
  if (!first) return null;
  const mark = stateMark(first);
  const systems = [...new Set(actions.map(({ system_title }) => system_title))];
  const records = new Set(actions.map(({ record, id }) => record?.id ?? id)).size;
  const worst = actions.find(({ undo }) => undo === "irreversible") ?? first;
  const asks = several ? actions.filter(({ which }) => which).length : 0;
  const here = actions.some(({ id }) => id === current);
  return (
    <a
      className={past ? "it past" : "it"}
      href={`#/inbox/${first.id}`}
      {...(here ? { "aria-current": "true" as const } : {})}
    >
      <Icon name={mark.icon} className={`t-${mark.hue}`} />
      <b>
        <span className="vh">{mark.words}: </span>
        <Plain>{(card.data?.sentence ?? first.sentence).replace(/\.$/, "")}</Plain>
      </b>
      <span className="when">{at(first.created)}</span>
      {past || first.state !== "awaiting" ? (
        <span className={isOutOfDate(first) ? "sub t-hold" : "sub"}>
          <Plain>{past ? decidedHow(first) : mark.words}</Plain>
        </span>
      ) : (
        <span className="sub">
          <span>
            <Plain>{list(systems)}</Plain>
            {records > 2 && `, ${count(records, "record")}`}
          </span>
          {first.which ? (
            <span>{close(first.which)}</span>
          ) : (
            worst.undo && <UndoMark undo={worst.undo} brief />
          )}
          {asks > 0 && (
            <span className="t-ask">
              {asks} of them {asks === 1 ? "asks" : "ask"} which record
            </span>
          )}
        </span>
      )}
    </a>
  );
}
