import { Icon } from "../../components/Icon/Icon";
import { Switch } from "../../components/Switch/Switch";
import { Name, Said } from "../../components/Text/Text";
import type { SyncView } from "../../host";
import { ago } from "../../lib/moments";
import { number } from "../../lib/words";

interface KeptKindProps {
  kind: SyncView;
  /** It is wanted; the core may not have heard of it yet. */
  chosen: boolean;
  /** The system is set apart, so nothing is read of it by itself. */
  apart: boolean;
  /** Something is being switched on or off. */
  busy: boolean;
  /** The time, in milliseconds since 1970. */
  now: number;
  onTurn: (on: boolean) => void;
}

/** A kind of record, whether copies of it are kept, and how new they are. */
export function KeptKind({ kind, chosen, apart, busy, now, onTurn }: KeptKindProps) {
  return (
    <li>
      <Switch
        words={<Name>{kind.title}</Name>}
        hint={standing(kind, chosen, apart, now)}
        on={chosen}
        notYet={busy}
        onChange={onTurn}
      />
      {chosen && kind.trouble !== null && (
        <p className="kept-trouble xs t-ask">
          <Icon name="warn" size="sm" />
          <span>
            Not up to date: <Said>{kind.trouble}</Said> It is tried again by itself.
          </span>
        </p>
      )}
    </li>
  );
}

/** How many are kept and how new they are. */
function standing(
  { records, running, ended, trouble, chosen: before }: SyncView,
  chosen: boolean,
  apart: boolean,
  now: number,
): string {
  if (!chosen) return before ? "Deleting the copies…" : "Not kept";
  const kept = `${number(records)} kept`;
  if (running !== null) return `${kept}, bringing it up to date, ${number(running)} so far`;
  if (apart) return `${kept}. Set apart, so it is not brought up to date`;
  if (trouble !== null) return ended === null ? kept : `${kept}, last up to date ${ago(ended, now)}`;
  if (ended === null) return records === 0 ? "Copying begins in a moment" : `${kept}, not complete yet`;
  return `${kept}, up to date, ${ago(ended, now)}`;
}
