import { Icon } from "../../components/Icon/Icon";
import { useCall, useCore } from "../../host";
import { visible } from "../../lib/text";
import { count, timeLeftShort } from "../../lib/words";

/** Index state and hosts contacted, in words. */
export function Truths() {
  const { state } = useCore();
  const progress = useCall("progress", {}).data;
  const contacts = useCall("contacts", {}).data;
  const sources = useCall("status", {}).data?.sources;
  const stuck = Boolean(progress?.trouble);
  const index = ((): string => {
    if (state !== "ready" || !progress || !sources) return "Index not read yet";
    if (sources.length === 0) return "No folders yet";
    if (progress.trouble) return "Files are not read now";
    if (progress.idle) return "Index up to date";
    return progress.seconds_left === null ? "Indexing" : `Indexing, ${timeLeftShort(progress.seconds_left)}`;
  })();
  const hosts =
    !contacts || contacts.length === 0 ? "No hosts contacted" : `${count(contacts.length, "host")} contacted`;
  return (
    <div className="nav-foot">
      <a href="#/library" title={index}>
        <Icon name={stuck ? "warn" : progress?.idle === false ? "retry" : "library"} size="sm" />
        <span className="nf-txt">{index}</span>
      </a>
      <span
        className="nf"
        title={contacts && contacts.length > 0 ? visible(contacts.map(({ host }) => host).join(", ")) : hosts}
      >
        <Icon name="globe" size="sm" />
        <span className="nf-txt">{hosts}</span>
      </span>
    </div>
  );
}
