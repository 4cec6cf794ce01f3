import { memo } from "react";
import { Button } from "../../components/Button/Button";
import { FileKind } from "../../components/FileKind/FileKind";
import { IconButton } from "../../components/IconButton/IconButton";
import { Icon, type IconName } from "../../components/Icon/Icon";
import { Menu } from "../../components/Menu/Menu";
import { Name, Said } from "../../components/Text/Text";
import { Verdict, type Hue } from "../../components/Verdict/Verdict";
import { useChange, type FileRow as FileRowData, type FileStatus } from "../../host";
import { fileKind, fileName, plainly, recordName, visible } from "../../lib/text";
import { date } from "../../lib/words";

const STATES: Record<FileStatus, { hue: Hue; icon: IconName; words: string }> = {
  indexed: { hue: "allow", icon: "v-allow", words: "Indexed" },
  waiting: { hue: "hold", icon: "clock", words: "Waiting" },
  skipped: { hue: "ask", icon: "minus", words: "Skipped" },
  failed: { hue: "deny", icon: "warn", words: "Failed" },
};

interface FileRowProps {
  file: FileRowData | undefined;
  /** The sources whose files are copies of records. */
  systems: ReadonlySet<number>;
  onWhy: (file: string) => void;
}

/** The cells of a file. Empty until they have arrived. */
export const FileRow = memo(function PlainFileRow({ file, systems, onWhy }: FileRowProps) {
  const retry = useChange("file_retry");
  const open = useChange("file_open");
  const reveal = useChange("file_reveal");
  if (!file) {
    return (
      <span role="cell" className="fn">
        <span className="skel" style={{ inlineSize: "60%" }} />
      </span>
    );
  }
  const { document, status } = file;
  const state = STATES[status];
  const failure = retry.error ?? open.error ?? reveal.error;
  const record = systems.has(file.source_id);
  const name = record ? recordName(file.file) : fileName(file.file);
  return (
    <>
      <span role="cell" className="fn" title={visible(record ? name : file.file)}>
        {record ? <Icon name="record" /> : <FileKind>{fileKind(name)}</FileKind>}
        <Name className="clip">{name}</Name>
      </span>
      <span role="cell" className="stat">
        <Verdict hue={state.hue} icon={state.icon} plain>
          {retry.isSuccess && status !== "indexed" ? "Waiting" : state.words}
        </Verdict>
        <span className="rsn" title={plainly(failure?.message ?? file.reason ?? "")}>
          {failure ? <Said>{failure.message}</Said> : file.reason && <Said>{file.reason}</Said>}
        </span>
      </span>
      <span role="cell" className="changed faint xs">
        {file.modified !== null && date(file.modified)}
      </span>
      <span role="cell" className="act">
        {document !== null && (status === "failed" || status === "skipped") && (
          <Button
            small
            notYet={retry.isPending}
            onClick={() => retry.mutate({ document })}
            aria-label={`Read again: ${visible(name)}`}
          >
            Read again
          </Button>
        )}
        <Menu
          items={[
            ...(document === null
              ? []
              : [
                  {
                    words: record ? "Open" : "Open file",
                    icon: "open" as const,
                    onSelect: () => open.mutate({ document }),
                  },
                  ...(record
                    ? []
                    : [
                        {
                          words: "Show in folder",
                          icon: "folder" as const,
                          onSelect: () => reveal.mutate({ document }),
                        },
                      ]),
                  { words: "Read again", icon: "retry" as const, onSelect: () => retry.mutate({ document }) },
                ]),
            { words: "Why is it not found?", icon: "search", onSelect: () => onWhy(file.file) },
          ]}
        >
          <IconButton icon="more" label={`More actions for ${visible(name)}`} tip={false} />
        </Menu>
      </span>
    </>
  );
});
