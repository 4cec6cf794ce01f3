import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { IconButton } from "../../components/IconButton/IconButton";
import { Menu } from "../../components/Menu/Menu";
import { Count } from "../../components/Tag/Tag";
import { Name } from "../../components/Text/Text";
import type { Conversation } from "../../host";
import { go } from "../shell/useRoute";
import { DeleteDialog, RenameDialog } from "./ConversationDialogs";

interface AskHeadProps {
  conversation: Conversation | undefined;
  /** A question not asked yet. */
  fresh: boolean;
  narrow: boolean;
  /** The evidence is shown. */
  open: boolean;
  passages: number;
  onOpen: (open: boolean) => void;
}

/** The name of the conversation and what can be done with it. */
export function AskHead({ conversation, fresh, narrow, open, passages, onOpen }: AskHeadProps) {
  const [asked, setAsked] = useState<"rename" | "delete" | null>(null);
  const close = (): void => setAsked(null);
  return (
    <header className="sheet-head">
      <h1 className="clip">
        {fresh ? "New question" : conversation ? <Name>{conversation.title}</Name> : "Conversation"}
      </h1>
      {conversation && (
        <div className="end">
          {narrow ? (
            <Button small icon="file" aria-expanded={open} onClick={() => onOpen(!open)}>
              Evidence <Count>{passages}</Count>
            </Button>
          ) : (
            <IconButton
              icon="pane"
              label={open ? "Hide evidence pane" : "Show evidence pane"}
              pressed={open}
              aria-keyshortcuts="Control+."
              onClick={() => onOpen(!open)}
            />
          )}
          <Menu
            items={[
              { words: "New question", icon: "plus", onSelect: () => go({ at: "ask" }) },
              { words: "Rename", icon: "pen", onSelect: () => setAsked("rename") },
              { words: "Delete", icon: "x", danger: true, onSelect: () => setAsked("delete") },
            ]}
          >
            <IconButton icon="more" label="More actions for this conversation" />
          </Menu>
        </div>
      )}
      {conversation && asked === "rename" && <RenameDialog conversation={conversation} onClose={close} />}
      {conversation && asked === "delete" && <DeleteDialog conversation={conversation} onClose={close} />}
    </header>
  );
}
