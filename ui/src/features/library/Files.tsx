import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { Empty } from "../../components/Empty/Empty";
import { Field } from "../../components/Field/Field";
import { Segments } from "../../components/Segments/Segments";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Name } from "../../components/Text/Text";
import {
  useCall,
  useCalls,
  type Counts,
  type FileRow as FileRowData,
  type FileStatus,
  type Request,
  type SourceStatus,
} from "../../host";
import { capital } from "../../lib/text";
import { number } from "../../lib/words";
import { FileRow } from "./FileRow";
import { isSystem, thing } from "./words";

/** So many files are asked for at a time. */
const PAGE = 100;
const STATES: readonly { value: FileStatus | "all"; words: string }[] = [
  { value: "all", words: "All" },
  { value: "indexed", words: "Indexed" },
  { value: "waiting", words: "Waiting" },
  { value: "skipped", words: "Skipped" },
  { value: "failed", words: "Failed" },
];

interface FilesProps {
  /** The folders and systems that are shown. */
  sources: readonly SourceStatus[];
  /** The one of them that was chosen; none for all. */
  source: number | undefined;
  /** All files of what is shown, by state; the same numbers stand beside the folders. */
  counts: Counts;
  onWhy: (file: string) => void;
}

/** Every file with its state, the reason for it and one remedy. Only rows in sight are drawn and asked for. */
export function Files({ sources, source, counts, onWhy }: FilesProps) {
  const [state, setState] = useState<FileStatus | "all">("all");
  const [name, setName] = useState("");
  const asked: Omit<Request<"file_list">, "offset" | "limit"> = {
    ...(source === undefined ? {} : { source }),
    ...(state === "all" ? {} : { states: [state] }),
    ...(name.trim() ? { name: name.trim() } : {}),
  };
  const { data: first } = useCall("file_list", { ...asked, offset: 0, limit: PAGE }, { keep: true });
  const total = first?.total ?? 0;
  const { one, many } = thing(sources);
  const systems = useMemo(() => new Set(sources.filter(isSystem).map(({ id }) => id)), [sources]);
  const by = asked.name === undefined ? counts : first?.by_state;
  return (
    <>
      <div className="filters">
        <Segments
          label={`Show ${many} by status`}
          value={state}
          onChange={setState}
          options={STATES.map(({ value, words }) => ({
            value,
            words: (
              <>
                {words} {value !== "all" && by && <span className="faint num">{number(by[value])}</span>}
              </>
            ),
          }))}
        />
        <Field
          label={`Find a ${one}`}
          icon="search"
          type="search"
          placeholder={`Find a ${one}`}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      {!first ? (
        <div className="files-wait">
          <Skeleton label={`Reading the list of ${many}`} lines={8} />
        </div>
      ) : total === 0 ? (
        <Empty
          icon="search"
          level={3}
          title={
            name
              ? `No ${one} is called that`
              : state === "all"
                ? `No ${many} yet`
                : `No ${one} is in this state`
          }
        >
          {name && (
            <p>
              Looked for “<Name>{name}</Name>” in names and folders. To look inside files, try a search below.
            </p>
          )}
        </Empty>
      ) : (
        <Rows
          key={JSON.stringify(asked)}
          asked={asked}
          total={total}
          things={{ one, many }}
          systems={systems}
          onWhy={onWhy}
        />
      )}
    </>
  );
}

interface RowsProps {
  asked: Omit<Request<"file_list">, "offset" | "limit">;
  total: number;
  things: { one: string; many: string };
  /** The sources whose files are copies of records. */
  systems: ReadonlySet<number>;
  onWhy: (file: string) => void;
}

function Rows({ asked, total, things, systems, onWhy }: RowsProps) {
  const scrolls = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: total,
    getScrollElement: () => scrolls.current,
    estimateSize: () => 37,
    overscan: 12,
  });
  const items = list.getVirtualItems();
  const from = Math.floor((items[0]?.index ?? 0) / PAGE);
  const to = Math.floor((items.at(-1)?.index ?? 0) / PAGE);
  const requests = useMemo(
    () =>
      Array.from({ length: to - from + 1 }, (_, page) => ({
        ...asked,
        offset: (from + page) * PAGE,
        limit: PAGE,
      })),
    [asked, from, to],
  );
  const pages = useCalls("file_list", requests);
  const row = (index: number): FileRowData | undefined =>
    pages[Math.floor(index / PAGE) - from]?.files[index % PAGE];
  return (
    <div
      className="files"
      ref={scrolls}
      tabIndex={0}
      role="table"
      aria-label={`${capital(things.many)} with their status`}
      aria-rowcount={total + 1}
    >
      <div role="rowgroup" className="files-head">
        <div role="row" aria-rowindex={1} className="frow">
          <span role="columnheader">{capital(things.one)}</span>
          <span role="columnheader">Status</span>
          <span role="columnheader">Changed</span>
          <span role="columnheader">
            <span className="vh">Action</span>
          </span>
        </div>
      </div>
      <div role="rowgroup" className="files-rows" style={{ blockSize: list.getTotalSize() }}>
        {items.map(({ index, key, start }) => (
          <div
            key={key}
            ref={list.measureElement}
            data-index={index}
            role="row"
            aria-rowindex={index + 2}
            className="frow"
            style={{ transform: `translateY(${start}px)` }}
          >
            <FileRow file={row(index)} systems={systems} onWhy={onWhy} />
          </div>
        ))}
      </div>
    </div>
  );
}
