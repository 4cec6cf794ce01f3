import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { useChange } from "../../host";
import { visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { go } from "../shell/useRoute";

interface ConversationDialogProps {
  conversation: { id: number; title: string };
  onClose: () => void;
}

export function RenameDialog({ conversation, onClose }: ConversationDialogProps) {
  const [title, setTitle] = useState(conversation.title);
  const rename = useChange("conversation_rename");
  const named = title.trim();
  return (
    <Dialog title="Rename conversation" open onClose={onClose}>
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (named) rename.mutate({ id: conversation.id, title: named }, { onSuccess: onClose });
        }}
      >
        <Field
          label="Name"
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.target.value)}
        />
        {rename.error && <FailureNotice failure={rename.error} />}
        <div className="dlg-acts">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" notYet={!named || rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function DeleteDialog({ conversation, onClose }: ConversationDialogProps) {
  const remove = useChange("conversation_delete");
  const done = (): void => {
    onClose();
    if (window.location.hash === `#/conversation/${conversation.id}`) go({ at: "ask" }, "replace");
  };
  return (
    <Dialog
      title={`Delete “${visible(conversation.title)}”?`}
      hint="Its questions and answers are deleted. Your files stay as they are. This cannot be undone."
      open
      onClose={onClose}
    >
      {remove.error && <FailureNotice failure={remove.error} />}
      <div className="dlg-acts">
        <Button onClick={onClose}>Keep</Button>
        <Button
          look="danger"
          notYet={remove.isPending}
          onClick={() => remove.mutate({ id: conversation.id }, { onSuccess: done })}
        >
          Delete conversation
        </Button>
      </div>
    </Dialog>
  );
}
