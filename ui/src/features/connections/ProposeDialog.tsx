import "../../components/Field/Field.css";
import { useId, useState } from "react";
import { Button } from "../../components/Button/Button";
import { Candidates } from "../../components/Candidates/Candidates";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { Notice } from "../../components/Notice/Notice";
import { Segments } from "../../components/Segments/Segments";
import { Name, Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import {
  useChange,
  type ActionView,
  type OperationView,
  type ParameterView,
  type SystemView,
  type WhichView,
} from "../../host";
import { plainly, visible } from "../../lib/text";
import { list } from "../../lib/words";
import { stateMark } from "../activity/marks";
import { FailureNotice } from "../shell/FailureNotice";
import { classMark, title, undoMark } from "./operations";
import { EMPTY, choicesOf, fieldsOf, missing, requestOf, targetOf, type Draft } from "./proposal";

interface ProposeDialogProps {
  system: SystemView;
  operation: OperationView;
  onClose: () => void;
}

/** A form for one operation. What comes of it waits for a decision; nothing is sent from here. */
export function ProposeDialog({ system, operation, onClose }: ProposeDialogProps) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const propose = useChange("action_propose");
  const change = (own: Partial<Draft>): void => setDraft({ ...draft, ...own });
  const target = targetOf(operation);
  const lacks = missing(operation, draft);
  const send = (): void => propose.mutate(requestOf(system.id, operation, draft));
  const [picked, setPicked] = useState<ActionView | null>(null);
  const result = propose.data;
  const again = (): void => {
    setPicked(null);
    propose.reset();
  };
  const name = visible(title(operation));
  const proposed = picked ?? (result?.kind === "action" ? result.action : null);
  if (proposed) {
    return (
      <Dialog title="Proposed" hint={name} open onClose={onClose}>
        <Outcome action={proposed} />
        <div className="dlg-acts">
          <Button onClick={again}>Propose another</Button>
          <Next action={proposed} onClose={onClose} />
        </div>
      </Dialog>
    );
  }
  if (result?.action.which) {
    return (
      <WhichDialog
        action={result.action}
        which={result.action.which}
        onPicked={setPicked}
        onDropped={again}
        onClose={onClose}
      />
    );
  }
  const mark = classMark(operation);
  const undo = operation.undo && undoMark(operation.undo);
  return (
    <Dialog
      title="Propose a change"
      hint={
        <>
          {name} in <Name>{system.title}</Name>. You see exactly what would be sent before anything is.
        </>
      }
      open
      onClose={onClose}
    >
      <p className="row wrap">
        <span className={mark.danger ? "cls danger" : "cls"}>
          <Icon name={mark.icon} /> {mark.words}
        </span>
        {undo && (
          <span className="fact">
            <Icon name={undo.icon} /> {undo.words}
          </span>
        )}
      </p>
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (lacks.length === 0 && !propose.isPending) send();
        }}
      >
        {target && <RecordField draft={draft} onChange={change} />}
        {fieldsOf(operation).map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            clearable={target !== undefined && !parameter.required}
            draft={draft}
            onChange={change}
          />
        ))}
        <ReasonField draft={draft} onChange={change} />
        {propose.error && <FailureNotice failure={propose.error} />}
        <div className="dlg-acts dlg-acts-said">
          {lacks.length > 0 && (
            <span className="faint xs">Still needed: {list(lacks.map((own) => visible(own)))}</span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" notYet={lacks.length > 0 || propose.isPending}>
            {propose.isPending ? "Reading the record…" : "Propose"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  draft: Draft;
  onChange: (own: Partial<Draft>) => void;
}

function RecordField({ draft, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Record</label>
      <span className="pr-record">
        <Field
          id={id}
          autoComplete="off"
          placeholder={draft.by === "words" ? "Its name, or most of it" : "Its number in the system"}
          value={draft.record}
          onChange={(event) => onChange({ record: event.target.value })}
        />
        <Segments
          label="How the record is named"
          value={draft.by}
          onChange={(by) => onChange({ by })}
          options={[
            { value: "words", words: "By name" },
            { value: "number", words: "By number" },
          ]}
        />
      </span>
    </div>
  );
}

interface ParameterFieldProps extends FieldProps {
  parameter: ParameterView;
  /** There is something that can be emptied. */
  clearable: boolean;
}

function ParameterField({ parameter, clearable, draft, onChange }: ParameterFieldProps) {
  const id = useId();
  const { name, label, form, required, role } = parameter;
  const cleared = draft.cleared.includes(name);
  const value = cleared ? "" : (draft.values[name] ?? "");
  const choices = choicesOf(parameter);
  // That a field takes text goes without saying.
  const told = form !== "text";
  const write = (text: string): void => onChange({ values: { ...draft.values, [name]: text } });
  const said = {
    id,
    value,
    disabled: cleared,
    ...(told ? { "aria-describedby": `${id}-form` } : {}),
    "aria-required": required,
  };
  return (
    <div className="field">
      <span className="pr-head">
        <label htmlFor={id}>
          <Name>{label}</Name>
          {required && <span className="faint">, needed</span>}
        </label>
        {clearable && (
          <label className="opt xs">
            <input
              className="check"
              type="checkbox"
              checked={cleared}
              aria-label={`Clear ${plainly(label)}`}
              onChange={({ target: { checked } }) =>
                onChange({
                  cleared: checked
                    ? [...draft.cleared, name]
                    : draft.cleared.filter((other) => other !== name),
                })
              }
            />
            Clear it
          </label>
        )}
      </span>
      {role === "words" && form === "text" && required ? (
        <span className="input">
          <textarea {...said} rows={3} onChange={(event) => write(event.target.value)} />
        </span>
      ) : (
        <Field
          {...said}
          autoComplete="off"
          placeholder={cleared ? "will be empty" : ""}
          {...(choices.length > 0 ? { list: `${id}-list` } : {})}
          onChange={(event) => write(event.target.value)}
        />
      )}
      {choices.length > 0 && (
        <datalist id={`${id}-list`}>
          {choices.map((choice) => (
            <option key={choice} value={visible(choice)} />
          ))}
        </datalist>
      )}
      {told && (
        <span id={`${id}-form`} className="faint xs">
          <Plain>{form}</Plain>
        </span>
      )}
    </div>
  );
}

function ReasonField({ draft, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Why</label>
      <Field
        id={id}
        autoComplete="off"
        placeholder="Kept with the receipt; may stay empty"
        value={draft.reason}
        onChange={(event) => onChange({ reason: event.target.value })}
      />
    </div>
  );
}

interface WhichDialogProps {
  action: ActionView;
  which: WhichView;
  onPicked: (fresh: ActionView) => void;
  onDropped: () => void;
  onClose: () => void;
}

/** More than one record is close. The question waits in the Inbox too, until it is answered or dropped. */
function WhichDialog({ action, which, onPicked, onDropped, onClose }: WhichDialogProps) {
  const [record, setRecord] = useState<string | null>(null);
  const pick = useChange("action_pick");
  const drop = useChange("action_deny");
  const busy = pick.isPending || drop.isPending;
  const failure = pick.error ?? drop.error;
  return (
    <Dialog
      title={`Which “${visible(which.words)}”?`}
      hint="More than one record is close to these words. Nothing is prepared until you choose; the question waits in the Inbox."
      open
      onClose={onClose}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (record !== null && !busy) pick.mutate({ id: action.id, record }, { onSuccess: onPicked });
        }}
      >
        <Candidates
          label={`Which ${plainly(which.kind)}`}
          candidates={which.candidates}
          value={record}
          onChange={setRecord}
        />
        {failure && <FailureNotice failure={failure} />}
        <div className="dlg-acts">
          <Button
            notYet={busy}
            onClick={() =>
              drop.mutate({ ids: [action.id], reason: "said in other words" }, { onSuccess: onDropped })
            }
          >
            Use other words
          </Button>
          <Button type="submit" look="primary" notYet={record === null || busy}>
            Use this {which.kind}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Outcome({ action }: { action: ActionView }) {
  const mark = stateMark(action.state);
  return (
    <>
      <p className="pr-sentence">
        <Plain>{action.sentence}</Plain>
      </p>
      {action.state === "denied" ? (
        <Notice hue="deny" icon="v-deny" title="Denied by policy. Nothing was sent.">
          {action.verdict.rules.map((rule) => (
            <p key={rule.name}>
              <Plain>{rule.why}</Plain>{" "}
              <code>
                <Name>{rule.name}</Name>
              </code>
            </p>
          ))}
        </Notice>
      ) : action.state === "awaiting" ? (
        <Notice hue="ask" icon="v-ask" title="It waits for you in the Inbox">
          {action.verdict.rules.map((rule) => (
            <p key={rule.name}>
              <Plain>{rule.why}</Plain>
            </p>
          ))}
        </Notice>
      ) : (
        <p className="row wrap">
          {mark.hue && (
            <Verdict hue={mark.hue} icon={mark.icon}>
              {mark.words}
            </Verdict>
          )}
          <span className="dim">
            <Plain>{action.state_words}</Plain>
          </span>
        </p>
      )}
    </>
  );
}

/** Where one goes on from here. */
function Next({ action, onClose }: { action: ActionView; onClose: () => void }) {
  const waits = action.state === "awaiting";
  return (
    <a
      className="btn btn-primary"
      href={waits ? `#/inbox/${action.id}` : `#/activity/receipt/${action.id}`}
      onClick={onClose}
    >
      {waits ? "Decide in the Inbox" : "Show the receipt"}
    </a>
  );
}
