import { Icon } from "../../components/Icon/Icon";
import { Tag } from "../../components/Tag/Tag";
import { Name } from "../../components/Text/Text";
import { useCall, type SystemView } from "../../host";
import { formatRoute } from "../../lib/route";
import { visible } from "../../lib/text";
import { count } from "../../lib/words";
import { changedOf, monogram } from "./operations";

interface SystemsListProps {
  systems: readonly SystemView[];
  /** The system that is open, or the permissions. */
  current: string | undefined;
  permissions: boolean;
  /** The demo company can be connected; nothing where it is. */
  onDemo?: (() => void) | undefined;
}

/** The connected systems, each with the one thing most worth knowing about it, and the permissions. */
export function SystemsList({ systems, current, permissions, onDemo }: SystemsListProps) {
  const grants = useCall("grant_list", {}).data ?? [];
  const active = grants.filter((grant) => grant.active).length;
  return (
    <nav className="pane pane-well conns" aria-label="Connected systems">
      {systems.length > 0 && <h2>Connected</h2>}
      {systems.map((system) => (
        <a
          key={system.id}
          className="c"
          href={formatRoute({ at: "connections", system: system.id })}
          title={visible(system.link === null ? system.title : `${system.title}, ${system.link}`)}
          {...(!permissions && system.id === current ? { "aria-current": "true" as const } : {})}
        >
          <span className="tile tile-lg" aria-hidden="true">
            {monogram(system.title)}
          </span>
          <span className="c-words">
            <b>
              <Name className="clip">{system.title}</Name>
              {system.demo && <Tag>Demo</Tag>}
            </b>
            <Standing system={system} />
            {system.link !== null && (
              <span className="xs">
                <Name className="clip">{system.link.replace(/^https?:\/\//, "")}</Name>
              </span>
            )}
          </span>
          <Mark system={system} />
        </a>
      ))}
      {onDemo && (
        <>
          <h2>Try it</h2>
          <button type="button" className="c" onClick={onDemo}>
            <span className="tile tile-lg tile-dash">
              <Icon name="play" />
            </span>
            <span className="c-words">
              <b>Demo company…</b>
              <span className="xs">Nothing in it is real</span>
            </span>
          </button>
        </>
      )}
      <h2>Allowed beforehand</h2>
      <a
        className="c"
        href="#/connections/permissions"
        {...(permissions ? { "aria-current": "true" as const } : {})}
      >
        <span className="tile tile-lg" aria-hidden="true">
          <Icon name="shield" />
        </span>
        <span className="c-words">
          <b>Permissions</b>
          <span className="xs">
            {active === 0 ? "None, every change asks you" : `${count(active, "permission")} in force`}
          </span>
        </span>
      </a>
    </nav>
  );
}

function Standing({ system }: { system: SystemView }) {
  if (system.sign_in?.holds === false) return <span className="xs t-ask">Signed out</span>;
  if (system.trouble) return <span className="xs t-deny">Cannot be reached</span>;
  const changed = changedOf(system).length;
  if (changed > 0) return <span className="xs t-deny">{count(changed, "operation")} changed</span>;
  if (system.quarantined) return <span className="xs t-hold">Set apart, nothing is sent</span>;
  return (
    <span className="xs">
      {system.demo ? "Nothing in it is real" : <Name className="clip">{system.account}</Name>}
    </span>
  );
}

function Mark({ system }: { system: SystemView }) {
  if (system.sign_in?.holds === false) return <Icon name="warn" className="t-ask" />;
  if (system.trouble || changedOf(system).length > 0) return <Icon name="warn" className="t-deny" />;
  if (system.quarantined) return <Icon name="v-park" className="t-hold" />;
  return <Icon name="v-allow" className="t-allow" />;
}
