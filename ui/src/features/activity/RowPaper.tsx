import { Icon } from "../../components/Icon/Icon";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Plain } from "../../components/Text/Text";
import { useCall } from "../../host";
import { dated, exactly } from "../../lib/moments";
import { number } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";
import { useTitle } from "./Hosts";
import { kindMark } from "./marks";

const KINDS: Record<string, string> = {
  answer: "Answer",
  grant: "Permission",
  system: "Connection",
  stop: "Emergency switch",
};

/** Something that happened and is no action: an answer, a permission, a connection. */
export function RowPaper({ seq }: { seq: number }) {
  // The first line before the next number is the one with this number, if there is one.
  const title = useTitle();
  const { data, error } = useCall("activity_list", { before: seq + 1 });
  const line = data?.[0]?.seq === seq ? data[0] : undefined;
  if (!data) {
    return error ? (
      <FailureNotice failure={error} />
    ) : (
      <div className="paper paper-wait">
        <Skeleton label="Reading what happened" lines={4} />
      </div>
    );
  }
  if (!line) return <p className="dim">Nothing is written down under this number.</p>;
  const { icon, hue } = kindMark(line.kind, line.state);
  return (
    <article className="paper" aria-labelledby="receipt">
      <header className="p-head">
        <div className="row xs">
          <span className="fact">
            <Icon name={icon} className={hue ? `t-${hue}` : undefined} />
            {KINDS[line.kind] ?? "Note"}
          </span>
          <span className="faint num">
            {dated(line.at)}, {exactly(line.at)}
          </span>
        </div>
        <h2 id="receipt">
          <Plain>{line.words}</Plain>
        </h2>
      </header>
      <dl className="rows">
        {line.result && (
          <div>
            <dt>{line.kind === "grant" || line.kind === "system" ? "System" : "Result"}</dt>
            <dd>
              <Plain>{title(line.result)}</Plain>
            </dd>
          </div>
        )}
        <div>
          <dt>Written down</dt>
          <dd>
            Row {number(seq)} of the audit
            {line.kind === "answer" && (
              <p className="faint xs">
                The audit says that and how a question was answered. The words are in your conversations only.
              </p>
            )}
          </dd>
        </div>
      </dl>
    </article>
  );
}
