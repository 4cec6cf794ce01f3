import { useState } from "react";
import type { DiffEdit } from "../../components/Diff/Diff";
import { useChange, type ActionView, type Failure } from "../../host";

export interface Editing {
  diff: DiffEdit;
  /** Something differs from what was proposed. */
  differs: boolean;
  pending: boolean;
  failure: Failure | null;
  save: () => void;
}

function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a person writes into a proposal. Saved, it is a new proposal that is judged anew. */
export function useEdit(action: ActionView | undefined, onDone: (fresh: ActionView) => void): Editing {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [out, setOut] = useState<readonly string[]>([]);
  const edit = useChange("action_edit");
  const first = (field: string): string => written(action?.changes.find((own) => own.field === field)?.value);
  const changed = Object.entries(values).filter(
    ([field, value]) => value !== first(field) && !out.includes(field),
  );
  return {
    diff: {
      value: (field) => values[field] ?? first(field),
      onValue: (field, value) => setValues({ ...values, [field]: value }),
      isNew: (field) => changed.some(([own]) => own === field),
      isOut: (field) => out.includes(field),
      onOut: (field, on) => setOut([...out.filter((own) => own !== field), ...(on ? [field] : [])]),
    },
    differs: changed.length > 0 || out.length > 0,
    pending: edit.isPending,
    failure: edit.error,
    save: () => {
      if (!action) return;
      const request = {
        id: action.id,
        // A field without a word in it is cleared.
        changed: Object.fromEntries(changed.map(([field, value]) => [field, value === "" ? null : value])),
        left_out: [...out],
      };
      // The old proposal may be gone from the page before the new one is here.
      edit.mutateAsync(request).then(onDone, () => undefined);
    },
  };
}
