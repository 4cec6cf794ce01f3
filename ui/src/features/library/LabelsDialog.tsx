import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { TagButton } from "../../components/Tag/Tag";
import { Icon } from "../../components/Icon/Icon";
import { useChange, type SourceStatus } from "../../host";
import { INTERNAL, NEVER_LEAVES, labelWords } from "../../lib/labels";
import { visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { LabelSwitches, withLabel } from "./LabelSwitches";

/** As the core wants it: lower-case words joined by hyphens. */
function asLabel(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

interface LabelsDialogProps {
  source: SourceStatus;
  onClose: () => void;
}

/** Labels of a collection: everything derived from its files carries them. */
export function LabelsDialog({ source, onClose }: LabelsDialogProps) {
  const [labels, setLabels] = useState<readonly string[]>(source.labels);
  const [text, setText] = useState("");
  const save = useChange("source_label");
  const set = (label: string, on: boolean): void => setLabels(withLabel(labels, label, on));
  const others = labels.filter((label) => label !== NEVER_LEAVES && label !== INTERNAL);
  const added = asLabel(text);
  return (
    <Dialog
      title={`Labels of “${visible(source.collection)}”`}
      hint={`Every passage and every answer from ${source.system === null ? "these files" : "these records"} carries them.`}
      open
      onClose={onClose}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (added) {
            set(added, true);
            setText("");
          } else save.mutate({ collection: source.collection, labels: [...labels] }, { onSuccess: onClose });
        }}
      >
        <LabelSwitches labels={labels} onChange={setLabels} />
        <div className="row wrap">
          {others.map((label) => (
            <TagButton
              key={label}
              icon="tag"
              aria-label={`${labelWords(label)}, remove`}
              onClick={() => set(label, false)}
            >
              {labelWords(label)}
              <Icon name="x" />
            </TagButton>
          ))}
        </div>
        <Field
          label="Another label"
          icon="tag"
          placeholder="Another label, then Enter"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {save.error && <FailureNotice failure={save.error} />}
        <div className="dlg-acts">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" notYet={save.isPending}>
            {added ? "Add label" : "Save labels"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
