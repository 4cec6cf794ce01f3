import { Button } from "../../components/Button/Button";
import { Diff, type DiffEdit } from "../../components/Diff/Diff";
import { Icon } from "../../components/Icon/Icon";
import { Mail } from "../../components/Mail/Mail";
import { OriginMark } from "../../components/OriginMark/OriginMark";
import { Name, Plain } from "../../components/Text/Text";
import { UndoMark } from "../../components/UndoMark/UndoMark";
import type { ActionView } from "../../host";
import { plainly } from "../../lib/text";
import { count } from "../../lib/words";
import { Freshness } from "./Freshness";
import { Given } from "./Given";
import { MailBody, MailOrigins } from "./MailBody";
import { NotThis } from "./NotThis";
import { capital, includeId } from "./words";

interface BlockProps {
  action: ActionView;
  /** Its place among several, from 1; nothing if it is alone. */
  place?: number | undefined;
  level: 2 | 3;
  /** Whether it is left on the card, where that can be chosen. */
  left?: boolean;
  onLeft?: (left: boolean) => void;
  edit?: DiffEdit | undefined;
  onEdit?: (() => void) | undefined;
  /** When its record was read again, in milliseconds since 1970. */
  read?: number;
  /** Another record was picked: it has a proposal of its own. */
  onPicked?: ((fresh: ActionView) => void) | undefined;
}

/** One effect: what it changes on which record, how it can be taken back, and how fresh that is. */
export function Block(props: BlockProps) {
  const { action, place, level, left = true, onLeft, edit, onEdit, read = 0, onPicked } = props;
  const { record, changes, message, undo, state, system_title, unchanged } = action;
  const Heading = `h${level}` as const;
  const waits = state === "awaiting";
  const title =
    place === undefined ? capital(action.summary).replace(/\.$/, "") : action.sentence.replace(/\.$/, "");
  const heading = (
    <Heading>
      {place !== undefined && `${place}\u2002`}
      <Plain>{title}</Plain>
    </Heading>
  );
  return (
    <section className={left ? "step" : "step step-out"} aria-label={plainly(title)}>
      <header className="step-h">
        {onLeft ? (
          <span className="step-t">
            <input
              id={includeId(action.id)}
              className="check"
              type="checkbox"
              checked={left}
              aria-label={`Include: ${plainly(action.sentence)}`}
              onChange={(event) => onLeft(event.target.checked)}
            />
            {heading}
          </span>
        ) : (
          heading
        )}
        {undo && <UndoMark undo={undo} />}
      </header>
      {record && (
        <div className="target">
          <span className="tile tile-lg" aria-hidden="true">
            {capital(plainly(system_title)).charAt(0)}
          </span>
          <div className="target-t">
            <b>
              <Plain>{record.title ?? record.id}</Plain>
            </b>
            <span className="faint xs">
              <Plain>{`${capital(record.kind)} ${record.id} in ${system_title}`}</Plain>
            </span>
          </div>
          {waits && onPicked && record.meant && record.meant.runners_up.length > 0 && (
            <NotThis action={action} near={record.meant.runners_up} onPicked={onPicked} />
          )}
          {record.meant && (
            <p className="match">
              <b>How it was matched</b> <Plain>{`“${record.meant.words}”`}</Plain>
              <Icon name="right" />
              <Plain>{record.meant.how}</Plain>
              {record.meant.runners_up[0] && (
                <span className="faint">
                  Next closest: <Plain>{record.meant.runners_up[0].title}</Plain>.
                </span>
              )}
            </p>
          )}
        </div>
      )}
      {changes.length > 0 && (
        <Diff
          caption={`Field changes, before and after: ${action.sentence}`}
          system={system_title}
          edit={edit}
          rows={changes.map((own) => ({
            field: own.field,
            label: own.label,
            before: own.before,
            after: own.after,
            origin: edit?.isNew(own.field) ? (
              <OriginMark kind="user" source={null} />
            ) : (
              own.origin && <OriginMark {...own.origin} />
            ),
          }))}
        />
      )}
      {message && (
        <div className="step-mail">
          <Mail
            from={action.account}
            to={message.to.join(", ")}
            cc={message.cc.join(", ")}
            bcc={message.bcc.join(", ")}
            subject={message.subject}
            attachments={message.attachments}
          >
            <MailBody message={message} />
          </Mail>
          <MailOrigins message={message} />
        </div>
      )}
      {action.given.length > 0 && (
        <div className="step-given">
          <Given all={action.given} values={message === null} />
        </div>
      )}
      {side(action) && (
        <p className="step-n dim">
          <Plain>{side(action) ?? ""}</Plain>
        </p>
      )}
      {(waits || unchanged > 0) && (
        <footer className="step-f">
          {waits && record ? (
            <Freshness read={Math.max(read, action.created)} />
          ) : (
            <span className="fact">
              <Name>{action.operation}</Name>
            </span>
          )}
          {unchanged > 0 && (
            <span className="fact">
              {count(unchanged, "other field stays", "other fields stay")} as they are
            </span>
          )}
          {onEdit && !edit && (
            <Button small look="quiet" icon="pen" onClick={onEdit}>
              Edit this
            </Button>
          )}
        </footer>
      )}
    </section>
  );
}

/** What is worth saying where there is neither a field nor a message to show. */
function side({ side_effect, changes, message, record, which }: ActionView): string | null {
  if (changes.length > 0 || message || which) return null;
  if (side_effect === "destructive")
    return `The ${record?.kind ?? "record"} is deleted with everything in it.`;
  return "No field of the record changes. What is sent stands in the raw request.";
}
