import "./OriginMark.css";
import { fileName } from "../../lib/text";
import { Icon, type IconName } from "../Icon/Icon";
import { Name } from "../Text/Text";

interface OriginMarkProps {
  /** `user`, `field`, `within` (inside a text that somebody else wrote) or `nowhere`. */
  kind: string;
  source: { kind: string; object: string } | null;
  /** The words that it was seen in, as they stand there. */
  quote?: string | null;
}

const ICONS: Record<string, IconName> = { mail: "outside", file: "file", record: "record", tool: "settings" };
const KINDS: Record<string, string> = { mail: "mail", file: "file", record: "record", tool: "a tool" };

/** Where a value comes from, with the words it was seen in. Text that somebody else wrote is named as such first. */
export function OriginMark({ kind, source, quote = null }: OriginMarkProps) {
  const where = source && (source.kind === "file" ? fileName(source.object) : source.object);
  if (kind === "user") return <Mark icon="pen" words="Your words" quote={quote} />;
  if (kind === "within") {
    return (
      <span className="prov prov-out">
        <Icon name="outside" />
        <b>Outside text</b>
        {(quote !== null || (source && where)) && (
          <span className="q">
            <Quote>{quote}</Quote>
            {quote !== null && " "}
            {source && where && (
              <span className={quote === null ? undefined : "faint"}>
                {KINDS[source.kind] ?? "from"} <Name>{where}</Name>
              </span>
            )}
          </span>
        )}
      </span>
    );
  }
  if (kind === "field" && source && where) {
    return (
      <span className="prov">
        <Icon name={ICONS[source.kind] ?? "record"} />
        <b>
          <Name>{where}</Name>
        </b>
        {quote !== null && (
          <span className="q">
            <Quote>{quote}</Quote>
          </span>
        )}
      </span>
    );
  }
  return <Mark icon="warn" words="No source" />;
}

function Mark({ icon, words, quote = null }: { icon: IconName; words: string; quote?: string | null }) {
  return (
    <span className="prov">
      <Icon name={icon} />
      <b>{words}</b>
      {quote !== null && (
        <span className="q">
          <Quote>{quote}</Quote>
        </span>
      )}
    </span>
  );
}

/** Words of others: what hides in them is made visible. */
function Quote({ children }: { children: string | null }) {
  return (
    children !== null && (
      <>
        “<Name>{children}</Name>”
      </>
    )
  );
}
