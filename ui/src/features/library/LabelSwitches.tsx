import { Switch } from "../../components/Switch/Switch";
import { INTERNAL, NEVER_LEAVES } from "../../lib/labels";

interface LabelSwitchesProps {
  labels: readonly string[];
  onChange: (labels: readonly string[]) => void;
}

/** With or without a label. */
export function withLabel(labels: readonly string[], label: string, on: boolean): readonly string[] {
  return [...labels.filter((own) => own !== label), ...(on ? [label] : [])];
}

/** The two labels that every collection can have. */
export function LabelSwitches({ labels, onChange }: LabelSwitchesProps) {
  return (
    <>
      <Switch
        words="Never leaves this machine"
        hint="Only models on this device may read it."
        on={labels.includes(NEVER_LEAVES)}
        onChange={(on) => onChange(withLabel(labels, NEVER_LEAVES, on))}
      />
      <Switch
        words="Internal only"
        hint="Not for customers."
        on={labels.includes(INTERNAL)}
        onChange={(on) => onChange(withLabel(labels, INTERNAL, on))}
      />
    </>
  );
}
