import "./Diff.css";
import "../Field/Field.css";
import type { ReactNode } from "react";
import { plainly } from "../../lib/text";
import { Field } from "../Field/Field";
import { Icon } from "../Icon/Icon";
import { Plain } from "../Text/Text";

export interface DiffRow {
  field: string;
  label: string;
  /** Nothing if it is empty. */
  before: string | null;
  /** Nothing if it is cleared. */
  after: string | null;
  origin: ReactNode;
}

/** What a person writes instead of the values. */
export interface DiffEdit {
  value: (field: string) => string;
  onValue: (field: string, value: string) => void;
  /** Something else stands there than was proposed. */
  isNew: (field: string) => boolean;
  isOut: (field: string) => boolean;
  onOut: (field: string, out: boolean) => void;
}

interface DiffProps {
  caption: string;
  system: string;
  rows: readonly DiffRow[];
  edit?: DiffEdit | undefined;
}

/** Every changed field: what stands there, what will, and where that comes from. */
export function Diff({ caption, system, rows, edit }: DiffProps) {
  return (
    <table className="diff">
      <caption className="vh">{plainly(caption)}</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">
            In <Plain>{system}</Plain> now
          </th>
          <th scope="col">After</th>
          <th scope="col">Where the value comes from</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.field}>
            <th scope="row">
              <Plain>{row.label}</Plain>
            </th>
            <td>
              <Was>{row.before}</Was>
            </td>
            <td>{edit ? <Edited row={row} edit={edit} /> : <Now>{row.after}</Now>}</td>
            <td>{row.origin}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The value that stands there. */
export function Was({ children }: { children: string | null }) {
  return children === null ? (
    <span className="was none">empty</span>
  ) : (
    <span className="was">
      <span className="vh">was </span>
      <Plain>{children}</Plain>
    </span>
  );
}

/** The value that will stand there. */
export function Now({ children }: { children: string | null }) {
  return children === null ? (
    <span className="cleared">
      <Icon name="eraser" /> Cleared
    </span>
  ) : (
    <span className="now">
      <span className="vh">becomes </span>
      <Plain>{children}</Plain>
    </span>
  );
}

function Edited({ row, edit }: { row: DiffRow; edit: DiffEdit }) {
  const out = edit.isOut(row.field);
  const name = plainly(row.label);
  return (
    <>
      {out ? (
        <span className="faint">stays as it is</span>
      ) : (
        <Field
          label={`${name}, after`}
          value={edit.value(row.field)}
          placeholder="cleared"
          onChange={(event) => edit.onValue(row.field, event.target.value)}
        />
      )}
      <label className="opt leave">
        <input
          className="check"
          type="checkbox"
          checked={out}
          onChange={(event) => edit.onOut(row.field, event.target.checked)}
        />
        <span>
          Leave out<span className="vh">: {name}</span>
        </span>
      </label>
    </>
  );
}
