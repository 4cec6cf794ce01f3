import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { FailureNotice } from "../shell/FailureNotice";
import type { useAddFolder } from "./useAddFolder";

/** Writes the path of a folder, where the system's own dialog cannot be shown. */
export function AddFolderDialog({ folder }: { folder: ReturnType<typeof useAddFolder> }) {
  const [path, setPath] = useState("");
  const named = path.trim();
  if (!folder.writing) return null;
  return (
    <Dialog
      title="Add folder"
      hint="It is read on this device, stays where it is, and is followed when files change."
      open
      onClose={folder.close}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (named) folder.add(named);
        }}
      >
        <Field
          label="Path of the folder"
          icon="folder"
          placeholder="/home/you/Customers"
          value={path}
          onChange={(event) => setPath(event.target.value)}
        />
        {folder.failure && <FailureNotice failure={folder.failure} />}
        <div className="dlg-acts">
          <Button onClick={folder.close}>Cancel</Button>
          <Button type="submit" look="primary" notYet={!named || folder.pending}>
            Add folder
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
