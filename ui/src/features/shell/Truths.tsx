import type { ReactNode } from "react";
import { Icon } from "../../components/Icon/Icon";
import { useCall, useCore } from "../../host";
import { dayBegan, hostsOf } from "../../lib/hosts";
import { visible } from "../../lib/text";
import { count, timeLeftShort } from "../../lib/words";

/** Index state and hosts contacted, in words. */
export function Truths({ children }: { children?: ReactNode }) {
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
  const reached = hostsOf(contacts ?? [], dayBegan());
  const hosts =
    reached.length === 0 ? "No hosts contacted today" : `${count(reached.length, "host")} contacted today`;
  return (
    <div className="nav-foot">
      <a href="#/library" title={index}>
        <Icon name={stuck ? "warn" : progress?.idle === false ? "retry" : "library"} size="sm" />
        <span className="nf-txt">{index}</span>
      </a>
      <a href="#/activity/hosts" title={reached.length > 0 ? visible(reached.join(", ")) : hosts}>
        <Icon name="globe" size="sm" />
        <span className="nf-txt">{hosts}</span>
      </a>
      {children}
    </div>
  );
}
