import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Empty } from "../../components/Empty/Empty";
import { IconButton } from "../../components/IconButton/IconButton";
import { Notice } from "../../components/Notice/Notice";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Tag } from "../../components/Tag/Tag";
import { Marked, Name, Said } from "../../components/Text/Text";
import { useCall, useChange, type CitationView, type DocumentView } from "../../host";
import { NEVER_LEAVES, labelWords } from "../../lib/labels";
import { fileName } from "../../lib/text";
import { recordWords } from "../../lib/words";
import { useKey } from "../keys/useKey";
import { FailureNotice } from "../shell/FailureNotice";
import type { Shown } from "./EvidencePane";
import { useCopies } from "./useNames";
import { PdfView } from "./pdf/PdfView";
import { SheetView } from "./SheetView";
import { BlocksView, MailView } from "./TextView";

/** The document around a passage, with the passage marked. */
export default function Document({ shown }: { shown: Shown }) {
  const { citation } = shown;
  const { data, error, refetch } = useCall(
    "document_view",
    { document: citation.document, place: citation.place, passage: citation.passage },
    { keep: true },
  );
  return (
    <>
      <div className="desk-frame">
        {error ? (
          <div className="desk">
            <Missing
              citation={citation}
              gone={error.code === "gone"}
              message={error.message}
              hint={error.hint}
              onAgain={() => void refetch()}
            />
          </div>
        ) : data ? (
          <>
            {data.changed_since && (
              <Notice
                hue="hold"
                icon="clock"
                title={`The ${data.record ? "record" : "file"} changed since it was read`}
              >
                <p>
                  What you see is the {data.record ? "record" : "file"} of now. It is read again by itself;
                  asking again uses the new text.
                </p>
              </Notice>
            )}
            {data.record && (
              <p className="ev-record xs">
                <Icon name="record" size="sm" />
                <span>
                  <Name>{recordWords(data.record)}</Name> in <Name>{data.record.title}</Name>
                </span>
              </p>
            )}
            <Body view={data} shown={shown} />
          </>
        ) : (
          <div className="desk">
            <Skeleton label="Opening the document" lines={6} />
          </div>
        )}
      </div>
      <Foot citation={citation} view={data} />
    </>
  );
}

function Body({ view, shown }: { view: DocumentView; shown: Shown }) {
  switch (view.shape) {
    case "pdf":
      return <PdfView view={view} shown={shown} />;
    case "sheet":
      return <SheetView view={view} shown={shown} />;
    case "mail":
      return <MailView view={view} shown={shown} />;
    default:
      return <BlocksView view={view} shown={shown} />;
  }
}

interface MissingProps {
  citation: CitationView;
  gone: boolean;
  message: string;
  hint: string | undefined;
  onAgain: () => void;
}

/** The document cannot be shown; the passage itself was kept, so it is. */
function Missing({ citation, gone, message, hint, onAgain }: MissingProps) {
  return (
    <div className="page">
      <Empty
        icon="warn"
        title={gone ? "This document is no longer in the library" : <Said>{message}</Said>}
        actions={
          gone ? undefined : (
            <Button small icon="retry" onClick={onAgain}>
              Try again
            </Button>
          )
        }
      >
        {!gone && hint && (
          <p>
            <Said>{hint}</Said>
          </p>
        )}
        <p>The passage was kept with the answer:</p>
      </Empty>
      <blockquote className="kept-quote">
        <Marked ranges={[{ start: 0, end: citation.quote.length }]}>{citation.quote}</Marked>
      </blockquote>
    </div>
  );
}

interface FootProps {
  citation: CitationView;
  /** None until it has arrived. */
  view: DocumentView | undefined;
}

/** Labels, and what can be done with the file, or with the record that it is the copy of. */
function Foot({ citation, view }: FootProps) {
  const [copied, setCopied] = useState(false);
  const open = useChange("file_open");
  const reveal = useChange("file_reveal");
  const record = view?.record;
  const ofRecord = useCopies()(citation) !== undefined || Boolean(record);
  // Of a copy only the record is opened, and only once it is known where.
  const openable = ofRecord ? Boolean(record?.link) : true;
  const show = (): void => {
    if (openable) open.mutate({ document: citation.document });
  };
  useKey("Ctrl O", show);
  const failure = open.error ?? reveal.error;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(
      `“${citation.quote}” (${record ? `${recordWords(record)} in ${record.title}` : fileName(citation.file)}${citation.place_text && `, ${citation.place_text}`}; ${citation.dated})`,
    );
    setCopied(true);
  };
  return (
    <footer className="ev-foot">
      {failure && <FailureNotice failure={failure} />}
      {citation.labels.map((label) => (
        <Tag key={label} icon={label === NEVER_LEAVES ? "lock" : "tag"} strong={label === NEVER_LEAVES}>
          {labelWords(label)}
        </Tag>
      ))}
      <span className="grow" />
      <IconButton
        icon={copied ? "check" : "copy"}
        label={copied ? "Quote copied" : "Copy quote with reference"}
        onBlur={() => setCopied(false)}
        onClick={() => void copy()}
      />
      {!ofRecord && (
        <IconButton
          icon="folder"
          label="Show in folder"
          onClick={() => reveal.mutate({ document: citation.document })}
        />
      )}
      {openable && (
        <Button small look="quiet" icon="open" aria-keyshortcuts="Control+O" onClick={show}>
          {record ? (
            <span className="ev-open">
              Open in <Name>{record.title}</Name>
            </span>
          ) : (
            "Open file"
          )}
        </Button>
      )}
    </footer>
  );
}
