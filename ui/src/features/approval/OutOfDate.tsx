import type { Ref } from "react";
import { Button } from "../../components/Button/Button";
import { Now, Was } from "../../components/Diff/Diff";
import { Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import type { ActionView } from "../../host";
import { plainly } from "../../lib/text";
import { at } from "./words";

interface OutOfDateProps {
  /** As it was shown. */
  old: ActionView | undefined;
  /** As it would be now. */
  fresh: ActionView;
  level: 1 | 2;
  heading: Ref<HTMLHeadingElement>;
  onReview: () => void;
  onDrop: () => void;
}

/** Who changed the record since it was shown, as the system says; nothing where it does not, or where it is no newer version. */
function changedBy(
  old: ActionView | undefined,
  fresh: ActionView,
): { who: string; when: number | null } | null {
  const { edited, version } = fresh.record ?? {};
  if (!edited?.by || version === old?.record?.version) return null;
  const when = Date.parse(edited.at ?? "");
  return {
    who: edited.by === fresh.account ? "Your own account" : edited.by,
    when: Number.isNaN(when) ? null : when,
  };
}

/** What happened, in two sentences: also what is read aloud. */
export function outOfDate(old: ActionView | undefined, fresh: ActionView): string {
  const name = fresh.record?.title ?? fresh.record?.id ?? "The record";
  const by = changedBy(old, fresh);
  const what = by
    ? `${by.who} changed “${name}” in ${fresh.system_title} while you were reading.`
    : `“${name}” changed in ${fresh.system_title} while you were reading.`;
  return plainly(`${what} Nothing was sent.`);
}

/** The record changed between the card and the click: nothing was sent, and the new card waits. */
export function OutOfDate({ old, fresh, level, heading, onReview, onDrop }: OutOfDateProps) {
  const Heading = `h${level}` as const;
  const moved = fresh.changes.flatMap(({ field, label, before }) => {
    const was = old?.changes.find((own) => own.field === field);
    return was && was.before !== before ? [{ field, label, was: was.before, now: before }] : [];
  });
  const when = changedBy(old, fresh)?.when ?? null;
  return (
    <section className="st" aria-label="Out of date">
      <div className="st-b">
        <div className="st-top">
          <Verdict hue="hold" icon="v-stale">
            Out of date
          </Verdict>
          <span className="faint xs">{when !== null && `changed ${at(when)}, `}the approval is void</span>
        </div>
        <Heading ref={heading} tabIndex={-1}>
          <Plain>{outOfDate(old, fresh)}</Plain>
        </Heading>
        {moved.length > 0 ? (
          <ul className="trk trk-2" aria-label="What changed">
            {moved.map(({ field, label, was, now }) => (
              <li key={field}>
                <span className="faint">
                  <Plain>{label}</Plain>
                </span>
                <span>
                  <Was>{was}</Was> <Now>{now}</Now>
                </span>
              </li>
            ))}
          </ul>
        ) : (
          <p>None of the fields that this proposal changes; it is another version of the record.</p>
        )}
      </div>
      <footer className="st-f">
        <Button small look="primary" onClick={onReview}>
          Review new version
        </Button>
        <Button small onClick={onDrop}>
          Drop it
        </Button>
      </footer>
    </section>
  );
}
