import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import type { SyncView } from "../../host";
import { INTERNAL } from "../../lib/labels";
import { visible } from "../../lib/text";
import { number } from "../../lib/words";
import { LabelSwitches } from "../library/LabelSwitches";

interface BeginProps {
  /** What people call the system. */
  title: string;
  kind: SyncView;
  onClose: () => void;
  onKeep: (labels: string[]) => void;
}

/** Before the first copies of a system come to this device: what they may be used for. */
export function BeginDialog({ title, kind, onClose, onKeep }: BeginProps) {
  const [labels, setLabels] = useState<readonly string[]>([INTERNAL]);
  return (
    <Dialog
      title={`Keep ${visible(kind.title)} of ${visible(title)} on this device?`}
      hint="What your account may read there is copied to this device. Say who may see it; you can change that in the Library."
      open
      onClose={onClose}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          onKeep([...labels]);
        }}
      >
        <LabelSwitches labels={labels} onChange={setLabels} />
        <div className="dlg-acts">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Keep on this device
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface EndProps {
  title: string;
  kind: SyncView;
  onClose: () => void;
  onDelete: () => void;
}

/** Before the copies of a kind are deleted. */
export function EndDialog({ title, kind, onClose, onDelete }: EndProps) {
  const none = kind.records === 0;
  const goes = none
    ? "Nothing was copied yet."
    : kind.records === 1
      ? "1 copy is deleted here and no longer found or cited."
      : `${number(kind.records)} copies are deleted here and no longer found or cited.`;
  return (
    <Dialog
      title={`Stop keeping ${visible(kind.title)} on this device?`}
      hint={`${goes} In ${visible(title)} itself nothing is changed or deleted.`}
      open
      onClose={onClose}
    >
      <div className="dlg-acts">
        <Button onClick={onClose}>Keep them</Button>
        <Button look="danger" onClick={onDelete}>
          {none ? "Stop keeping them" : "Delete the copies"}
        </Button>
      </div>
    </Dialog>
  );
}
