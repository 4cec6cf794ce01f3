import type { OperationView, ParameterView, ProposeRequest } from "../../host";

/** What is written in the form. */
export interface Draft {
  /** Name or number of the record. */
  record: string;
  by: "words" | "number";
  /** What is written in each field. */
  values: Record<string, string>;
  /** Fields that are emptied. */
  cleared: readonly string[];
  reason: string;
}

export const EMPTY: Draft = { record: "", by: "words", values: {}, cleared: [], reason: "" };

/** The argument that names the record which is acted on; nothing where one is made. */
export function targetOf({ parameters }: OperationView): ParameterView | undefined {
  return parameters.find(({ role, required }) => role === "target" && required);
}

/** The other arguments: each a field. */
export function fieldsOf(operation: OperationView): ParameterView[] {
  const target = targetOf(operation);
  return operation.parameters.filter((own) => own !== target);
}

/** What may be chosen, where only some values may be: `one of new, open`. */
export function choicesOf({ form }: ParameterView): string[] {
  const [, choices] = /^one of (.+)$/.exec(form) ?? [];
  return choices?.split(/,\s*/) ?? [];
}

/** What still has to be written before this can be proposed. */
export function missing(operation: OperationView, draft: Draft): string[] {
  const target = targetOf(operation);
  const absent = fieldsOf(operation).filter(({ name, required }) => required && !draft.values[name]?.trim());
  return [
    ...(target && draft.record.trim() === "" ? ["which record"] : []),
    ...absent.map(({ label }) => label),
  ];
}

/** The proposal: fields that are empty are left out, fields that are cleared are `null`. */
export function requestOf(system: string, operation: OperationView, draft: Draft): ProposeRequest {
  const target = targetOf(operation);
  const given: [string, unknown][] = [];
  for (const { name } of fieldsOf(operation)) {
    const value = draft.values[name] ?? "";
    if (draft.cleared.includes(name)) given.push([name, null]);
    else if (value.trim() !== "") given.push([name, value]);
  }
  const written = draft.record.trim();
  const number = draft.by === "number" ? written : undefined;
  if (target && number !== undefined) given.push([target.name, number]);
  return {
    system,
    operation: operation.name,
    arguments: Object.fromEntries(given),
    ...(target && number === undefined ? { record: written } : {}),
    ...(draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() }),
  };
}
