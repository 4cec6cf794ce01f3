import { Icon } from "../../components/Icon/Icon";
import { Meter } from "../../components/Meter/Meter";
import { Name, Said } from "../../components/Text/Text";
import { useCall, type Counts, type SourceStatus } from "../../host";
import { NEVER_LEAVES, labelWords } from "../../lib/labels";
import { capital, visible } from "../../lib/text";
import { count, number, timeLeftShort } from "../../lib/words";
import { isSystem, placesWords, thing } from "./words";

/** All files that were found in a folder; of a system, all records. */
export function filesOf({ indexed, waiting, skipped, failed }: SourceStatus): number {
  return indexed + waiting + skipped + failed;
}

/** Every file of these folders, by its state, with what could not be looked at as the list has it. */
export function statesOf(sources: readonly SourceStatus[]): Counts {
  const sum = (of: (source: SourceStatus) => number): number =>
    sources.reduce((total, source) => total + of(source), 0);
  return {
    indexed: sum(({ indexed }) => indexed),
    waiting: sum(({ waiting }) => waiting),
    skipped: sum(({ skipped }) => skipped),
    failed: sum(({ failed, unreadable }) => failed + unreadable),
  };
}

interface SourcesProps {
  sources: readonly SourceStatus[];
  current: number | undefined;
}

/** The watched folders and the systems of which there are copies, each with the one thing most worth knowing about it. */
export function Sources({ sources, current }: SourcesProps) {
  const progress = useCall("progress", {}).data;
  const places = placesWords(sources);
  const all = sources.reduce((sum, source) => sum + filesOf(source), 0);
  return (
    <nav className="pane pane-well srcs" aria-label={capital(places)}>
      <h2>{sources.some(isSystem) ? capital(places) : "Watched folders"}</h2>
      {sources.length > 1 && (
        <a
          className="s"
          href="#/library"
          {...(current === undefined ? { "aria-current": "true" as const } : {})}
        >
          <Icon name="library" />
          <b>All {places}</b>
          <span className="n">{number(all)}</span>
        </a>
      )}
      {sources.map((source) => {
        const total = filesOf(source);
        return (
          <a
            key={source.id}
            className="s"
            href={`#/library/${source.id}`}
            title={visible(isSystem(source) ? `Records of ${source.collection}` : source.root)}
            {...(source.id === current ? { "aria-current": "true" as const } : {})}
          >
            <Icon name={isSystem(source) ? "record" : "folder"} />
            <b>
              <Name className="clip">{source.collection}</Name>
            </b>
            <span className="n">{number(total)}</span>
            <State source={source} left={progress?.seconds_left ?? null} stuck={Boolean(progress?.trouble)} />
            {source.reachable && source.waiting > 0 && (
              <Meter
                label={`${visible(source.collection)}, read`}
                value={(total - source.waiting) / total}
                words={`${number(total - source.waiting)} of ${count(total, thing([source]).one, thing([source]).many)}`}
              />
            )}
          </a>
        );
      })}
    </nav>
  );
}

interface StateProps {
  source: SourceStatus;
  /** Seconds until everything is read. */
  left: number | null;
  /** Nothing can be read now. */
  stuck: boolean;
}

function State({ source, left, stuck }: StateProps) {
  if (!source.reachable) {
    return (
      <span className="sub t-deny">
        <Icon name="warn" /> {isSystem(source) ? "Copies" : "Folder"} cannot be reached
      </span>
    );
  }
  if (stuck) {
    return (
      <span className="sub t-ask">
        <Icon name="warn" /> Not read now
      </span>
    );
  }
  if (source.notice) {
    return (
      <span className="sub t-ask">
        <Icon name="warn" />
        <span>
          <Said>{source.notice}</Said>
        </span>
      </span>
    );
  }
  if (source.waiting > 0) {
    return (
      <span className="sub num">
        {number(source.waiting)} to go{left !== null && `, ${timeLeftShort(left)}`}
      </span>
    );
  }
  const [label] = source.labels;
  if (label === undefined)
    return (
      <span className="sub">
        {source.failed > 0
          ? `${count(source.failed, thing([source]).one)} failed`
          : isSystem(source)
            ? "Kept in step with the system"
            : "Up to date"}
      </span>
    );
  return (
    <span className="sub">
      {source.labels.includes(NEVER_LEAVES) && <Icon name="lock" />}
      {source.labels.map(labelWords).join(", ")}
    </span>
  );
}
