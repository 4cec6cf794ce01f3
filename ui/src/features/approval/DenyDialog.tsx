import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { useChange } from "../../host";
import { count } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";

interface DenyDialogProps {
  ids: readonly number[];
  onClose: () => void;
  onDone: () => void;
}

/** A person's no, with a reason that may be left out. */
export function DenyDialog({ ids, onClose, onDone }: DenyDialogProps) {
  const [reason, setReason] = useState("");
  const deny = useChange("action_deny");
  return (
    <Dialog
      title={ids.length === 1 ? "Deny this change" : `Deny all ${ids.length} changes`}
      hint="Nothing is sent. The reason stays in the receipt."
      open
      onClose={onClose}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!deny.isPending) deny.mutate({ ids: [...ids], reason: reason.trim() }, { onSuccess: onDone });
        }}
      >
        <Field
          label="Reason"
          placeholder="Reason, may be left out"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {deny.error && <FailureNotice failure={deny.error} />}
        <div className="dlg-acts">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" notYet={deny.isPending}>
            Deny {ids.length === 1 ? "" : count(ids.length, "change")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
