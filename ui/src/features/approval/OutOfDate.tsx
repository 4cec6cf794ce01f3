import type { Ref } from "react";
import { Button } from "../../components/Button/Button";
import { Now, Was } from "../../components/Diff/Diff";
import { Plain } from "../../components/Text/Text";
import { Verdict } from "../../components/Verdict/Verdict";
import type { ActionView } from "../../host";

interface OutOfDateProps {
  /** As it was shown. */
  old: ActionView | undefined;
  /** As it would be now. */
  fresh: ActionView;
  heading: Ref<HTMLHeadingElement>;
  onReview: () => void;
  onDrop: () => void;
}

/** The record changed between the card and the click: nothing was sent, and the new card waits. */
export function OutOfDate({ old, fresh, heading, onReview, onDrop }: OutOfDateProps) {
  const moved = fresh.changes.flatMap(({ field, label, before }) => {
    const was = old?.changes.find((own) => own.field === field);
    return was && was.before !== before ? [{ field, label, was: was.before, now: before }] : [];
  });
  const name = fresh.record?.title ?? fresh.record?.id ?? "The record";
  return (
    <section className="st" aria-label="Out of date">
      <div className="st-b">
        <div className="st-top">
          <Verdict hue="hold" icon="v-stale">
            Out of date
          </Verdict>
          <span className="faint xs">the approval is void</span>
        </div>
        <h1 ref={heading} tabIndex={-1}>
          <Plain>{`“${name}”`}</Plain> changed in <Plain>{fresh.system_title}</Plain> while you were reading.
          Nothing was sent.
        </h1>
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
