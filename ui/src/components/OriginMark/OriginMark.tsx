import "./OriginMark.css";
import { fileName } from "../../lib/text";
import { Icon, type IconName } from "../Icon/Icon";
import { Name } from "../Text/Text";

interface OriginMarkProps {
  /** `user`, `field`, `within` (inside a text that somebody else wrote) or `nowhere`. */
  kind: string;
  source: { kind: string; object: string } | null;
}

const ICONS: Record<string, IconName> = { mail: "outside", file: "file", record: "record", tool: "settings" };
const KINDS: Record<string, string> = { mail: "mail", file: "file", record: "record", tool: "a tool" };

/** Where a value comes from. Text that somebody else wrote is named as such first. */
export function OriginMark({ kind, source }: OriginMarkProps) {
  const where = source && (source.kind === "file" ? fileName(source.object) : source.object);
  if (kind === "user") return <Mark icon="pen" words="Your words" />;
  if (kind === "within") {
    return (
      <span className="prov prov-out">
        <Icon name="outside" />
        <b>Outside text</b>
        {source && where && (
          <span className="q">
            {KINDS[source.kind] ?? "from"} <Name>{where}</Name>
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
      </span>
    );
  }
  return <Mark icon="warn" words="No source" />;
}

function Mark({ icon, words }: { icon: IconName; words: string }) {
  return (
    <span className="prov">
      <Icon name={icon} />
      <b>{words}</b>
    </span>
  );
}
