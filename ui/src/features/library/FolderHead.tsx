import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { IconButton } from "../../components/IconButton/IconButton";
import { Menu } from "../../components/Menu/Menu";
import { Tag } from "../../components/Tag/Tag";
import { Name } from "../../components/Text/Text";
import { useChange, type SourceStatus } from "../../host";
import { visible } from "../../lib/text";
import { count } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";
import { go } from "../shell/useRoute";
import { LabelTags } from "./LabelTags";
import { LabelsDialog } from "./LabelsDialog";
import { filesOf } from "./Sources";

/** A folder: its name, where it is, its labels, and what can be done with it. */
export function FolderHead({ source }: { source: SourceStatus }) {
  const [asked, setAsked] = useState<"labels" | "remove" | null>(null);
  const close = (): void => setAsked(null);
  return (
    <header className="f-head">
      <div className="row wrap">
        <h2 id="folder">
          <Name>{source.collection}</Name>
        </h2>
        <span className="grow" />
        <Button small icon="tag" onClick={() => setAsked("labels")}>
          Labels
        </Button>
        <Menu
          items={[
            {
              words: "Stop watching this folder",
              icon: "x",
              danger: true,
              onSelect: () => setAsked("remove"),
            },
          ]}
        >
          <IconButton icon="more" label={`More actions for ${visible(source.collection)}`} />
        </Menu>
      </div>
      <div className="row wrap xs">
        <Name className="dim mono root">{source.root}</Name>
        <LabelTags labels={source.labels} />
        {source.unreadable > 0 && (
          <Tag icon="warn">{count(source.unreadable, "subfolder")} cannot be opened</Tag>
        )}
      </div>
      {asked === "labels" && <LabelsDialog source={source} onClose={close} />}
      {asked === "remove" && <RemoveDialog source={source} onClose={close} />}
    </header>
  );
}

function RemoveDialog({ source, onClose }: { source: SourceStatus; onClose: () => void }) {
  const remove = useChange("source_remove");
  const done = (): void => {
    onClose();
    go({ at: "library" }, "replace");
  };
  return (
    <Dialog
      title={`Stop watching “${visible(source.collection)}”?`}
      hint={`What was read of its ${count(filesOf(source), "file")} is forgotten and no longer answers. The files themselves stay as they are.`}
      open
      onClose={onClose}
    >
      {remove.error && <FailureNotice failure={remove.error} />}
      <div className="dlg-acts">
        <Button onClick={onClose}>Keep</Button>
        <Button
          look="danger"
          notYet={remove.isPending}
          onClick={() => remove.mutate({ path: source.root }, { onSuccess: done })}
        >
          Stop watching
        </Button>
      </div>
    </Dialog>
  );
}
