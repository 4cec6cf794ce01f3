import { Icon, type IconName } from "../../components/Icon/Icon";
import "../../components/Tag/Tag.css";
import { Tooltip } from "../../components/Tooltip/Tooltip";
import { useCall } from "../../host";
import type { Route } from "../../lib/route";
import { Recent } from "./Recent";
import { StopSwitch, type Stopping } from "./StopSwitch";
import { Truths } from "./Truths";

const SECTIONS: readonly { at: Route["at"]; href: string; icon: IconName; words: string; keys: string }[] = [
  { at: "ask", href: "#/ask", icon: "ask", words: "Ask", keys: "Control+1" },
  { at: "inbox", href: "#/inbox", icon: "inbox", words: "Inbox", keys: "Control+2" },
  { at: "library", href: "#/library", icon: "library", words: "Library", keys: "Control+3" },
  { at: "connections", href: "#/connections", icon: "plug", words: "Connections", keys: "Control+5" },
  { at: "activity", href: "#/activity", icon: "receipt", words: "Activity", keys: "Control+6" },
  { at: "settings", href: "#/settings", icon: "settings", words: "Settings", keys: "Control+7" },
];

interface NavigationProps {
  route: Route;
  rail: boolean;
  stopping: Stopping;
}

/** The sections, the recent questions, and at the foot two truths, the index and the hosts, and the switch. */
export function Navigation({ route, rail, stopping }: NavigationProps) {
  const at = route.at === "conversation" ? "ask" : route.at;
  return (
    <nav className="nav" aria-label="Main">
      {SECTIONS.map((section) => {
        const link = (
          <a
            key={section.at}
            className="nav-item"
            href={section.href}
            aria-keyshortcuts={section.keys}
            {...(section.at === at ? { "aria-current": "page" as const } : {})}
          >
            <Icon name={section.icon} />
            <span className="nav-txt">{section.words}</span>
            {section.at === "inbox" && <Waiting />}
          </a>
        );
        return rail ? (
          <Tooltip key={section.at} words={section.words} side="right">
            {link}
          </Tooltip>
        ) : (
          link
        );
      })}
      <Recent current={route.at === "conversation" ? route.id : null} />
      <Truths>
        <StopSwitch stopping={stopping} rail={rail} />
      </Truths>
    </nav>
  );
}

/** So many proposals wait for the person. */
function Waiting() {
  const waiting = useCall("standing", {}).data?.waiting ?? 0;
  if (waiting === 0) return null;
  return (
    <span className="count">
      <span className="vh">, </span>
      {waiting}
      <span className="vh"> waiting for you</span>
    </span>
  );
}
