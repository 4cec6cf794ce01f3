import { Icon } from "../../components/Icon/Icon";
import { Name } from "../../components/Text/Text";
import { useCall, type HostView } from "../../host";
import { dayBegan, hostName, hostsOf, isHere } from "../../lib/hosts";
import { dated, moment } from "../../lib/moments";
import { visible } from "../../lib/text";
import { count, number, size } from "../../lib/words";

const PURPOSES: Record<string, string> = {
  describe: "To learn what it can do",
  read: "To read records",
  write: "To send what was approved",
  check: "To see what became of it",
  "sign in": "To sign in, to stay signed in, or to sign out",
  "audit anchor": "To keep a signed head of the audit elsewhere",
};

/** What a host was contacted for. */
export function purposeWords(purpose: string): string {
  return PURPOSES[purpose] ?? visible(purpose);
}

const sum = (rows: readonly HostView[], of: (row: HostView) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

/** The name of a connection as people know it. */
export function useTitle(): (system: string) => string {
  const systems = useCall("system_list", {}).data;
  return (system) => systems?.find(({ id }) => id === system)?.title ?? system;
}

/** The hosts of today below the timeline, in short. */
export function HostsToday({ current }: { current: boolean }) {
  const { data } = useCall("contacts", {});
  const title = useTitle();
  if (!data) return null;
  const today = data.filter((row) => row.last >= dayBegan() && row.contacts > row.refused);
  const first = Math.min(...today.map((row) => row.first));
  const hosts = hostsOf(today);
  const few = hosts.slice(0, 4);
  return (
    <section className="egress" aria-labelledby="hosts-today">
      <h2 id="hosts-today">
        <a href="#/activity/hosts" {...(current ? { "aria-current": "true" as const } : {})}>
          Hosts contacted today
        </a>
        <span className="num">{hosts.length}</span>
      </h2>
      {few.length > 0 && (
        <ul>
          {few.map((host) => {
            const own = today.filter((row) => hostName(row.host) === host);
            const systems = [...new Set(own.map(({ system }) => title(system)))];
            return (
              <li key={host}>
                <span className="mono clip" title={visible(host)}>
                  <Name>{host}</Name>
                </span>
                <span>{size(sum(own, ({ sent }) => sent))} sent</span>
                <span className="clip">
                  <Name>{systems.join(", ")}</Name>
                  {isHere(host) && ", on this machine"}
                </span>
                <span>
                  {count(
                    sum(own, ({ contacts }) => contacts),
                    "call",
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <p>
        {hosts.length > few.length && `${hosts.length - few.length} more. `}
        {first < dayBegan() && `Counted from ${dated(first)} on. `}
        No model host, no telemetry, no images.
      </p>
    </section>
  );
}

/** What was asked of each host for each connection together, the last contact first. */
function grouped(data: readonly HostView[]): [HostView, ...HostView[]][] {
  const groups = new Map<string, [HostView, ...HostView[]]>();
  for (const row of [...data].sort((one, other) => other.last - one.last)) {
    const key = JSON.stringify([row.host, row.system]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

/** Every host that was ever contacted, for whom, why and how much. */
export function Hosts() {
  const { data } = useCall("contacts", {});
  const title = useTitle();
  if (!data) return null;
  if (data.length === 0) {
    return (
      <div className="hosts">
        <h2>Hosts contacted</h2>
        <p className="dim">
          None. Attaché contacted no other host: no system, no model, no telemetry, no images. Once a system
          is connected, every host stands here with who asked, why, and how many bytes.
        </p>
      </div>
    );
  }
  const groups = grouped(data);
  const refused = sum(data, (row) => row.refused);
  return (
    <div className="hosts">
      <h2>Hosts contacted</h2>
      <p className="dim">
        Everything that left this program since it was set up. No model host, no telemetry, no images.
        {refused > 0 &&
          ` ${count(refused, "contact")} ${refused === 1 ? "was" : "were"} refused here before anything was sent.`}
      </p>
      <div className="hosts-box">
        <table className="hosts-table">
          <caption className="vh">Hosts, for whom, why and how much</caption>
          <thead>
            <tr>
              <th scope="col">Why</th>
              <th scope="col">Calls</th>
              <th scope="col">Sent</th>
              <th scope="col">Received</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          {groups.map((rows) => {
            const [{ host, system }] = rows;
            return (
              <tbody key={`${host} ${system}`}>
                <tr>
                  <th scope="rowgroup" colSpan={5}>
                    <span className="mono">
                      <Name>{hostName(host)}</Name>
                    </span>{" "}
                    <span className="host-for">
                      for <Name>{title(system)}</Name>
                      {isHere(host) && ", on this machine"}
                    </span>
                  </th>
                </tr>
                {rows.map((row) => (
                  <tr key={row.purpose}>
                    <td>{purposeWords(row.purpose)}</td>
                    <td data-of="Calls" className="num">
                      {number(row.contacts)}
                      {row.refused > 0 && (
                        <span className="fact t-deny">
                          <Icon name="v-deny" /> {number(row.refused)} refused
                        </span>
                      )}
                    </td>
                    <td data-of="Sent" className="num">
                      {size(row.sent)}
                    </td>
                    <td data-of="Received" className="num">
                      {size(row.received)}
                    </td>
                    <td data-of="Last" className="num">
                      {moment(row.last)}
                    </td>
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
      </div>
    </div>
  );
}
