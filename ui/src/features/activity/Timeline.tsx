import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Plain } from "../../components/Text/Text";
import { useCall, type Happening } from "../../host";
import { clock, dayWords } from "../../lib/moments";
import { visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { useTitle } from "./Hosts";
import { kindMark } from "./marks";

/** The core tells so many at once; fewer are the last ones. */
const AT_ONCE = 100;

/** Where a line of the timeline leads. */
export function placeOf({ action, seq }: Happening): string {
  return action === null ? `#/activity/row/${seq}` : `#/activity/receipt/${action}`;
}

interface TimelineProps {
  /** So many parts of it are shown. */
  parts: number;
  onEarlier: () => void;
  /** Where one is, as `placeOf` says it. */
  current: string | undefined;
}

/** What happened, by day, the newest first. */
export function Timeline(props: TimelineProps) {
  return <Part {...props} />;
}

interface PartProps extends TimelineProps {
  /** The number of the last line above; nothing at the top. */
  before?: number;
  /** The day of that line. */
  day?: string;
}

/** A part begins where the one above it ends, so that nothing is missed when there is something new on top. */
function Part({ parts, onEarlier, current, before, day }: PartProps) {
  const request = before === undefined ? {} : { before };
  const { data, error, refetch } = useCall("activity_list", request, { keep: true });
  if (!data) {
    return error ? (
      <FailureNotice
        failure={error}
        actions={
          <Button small icon="retry" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      />
    ) : (
      <div className="tl-wait">
        <Skeleton label="Reading what happened" lines={6} />
      </div>
    );
  }
  const last = data.at(-1);
  const days: { day: string; lines: Happening[] }[] = [];
  for (const line of data) {
    const of = dayWords(line.at);
    const group = days.at(-1);
    if (group?.day === of) group.lines.push(line);
    else days.push({ day: of, lines: [line] });
  }
  return (
    <>
      {days.map((group) => (
        <div key={group.day}>
          {group.day !== day && <h2>{group.day}</h2>}
          <ul>
            {group.lines.map((line) => (
              <li key={line.seq}>
                <Line line={line} current={placeOf(line) === current} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {last && data.length >= AT_ONCE && parts > 1 && (
        <Part
          parts={parts - 1}
          onEarlier={onEarlier}
          current={current}
          before={last.seq}
          day={dayWords(last.at)}
        />
      )}
      {data.length >= AT_ONCE && parts === 1 && (
        <div className="tl-more">
          <Button small onClick={onEarlier}>
            Earlier
          </Button>
        </div>
      )}
    </>
  );
}

function Line({ line, current }: { line: Happening; current: boolean }) {
  const { icon, hue } = kindMark(line.kind, line.state);
  const title = useTitle();
  return (
    <a
      className="e"
      href={placeOf(line)}
      title={visible(line.words)}
      {...(current ? { "aria-current": "true" as const } : {})}
    >
      <span className="e-at">{clock(line.at)}</span>
      <Icon name={icon} className={hue ? `t-${hue}` : undefined} />
      <span className="e-words">
        <b>
          <Plain>{line.words}</Plain>
        </b>
        {line.result && (
          <span className="xs">
            <Plain>{title(line.result)}</Plain>
          </span>
        )}
      </span>
    </a>
  );
}
