import "../styles/tokens.css";
import "../styles/fonts.css";
import "../styles/base.css";
import "../features/shell/shell.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState, type MouseEvent } from "react";
import { TooltipProvider } from "../components/Tooltip/Tooltip";
import KeysDialog from "../features/keys/KeysDialog";
import { useKey } from "../features/keys/useKey";
import Palette from "../features/palette/Palette";
import { CoreBar } from "../features/shell/CoreBar";
import { CoreFailed } from "../features/shell/CoreFailed";
import { Navigation } from "../features/shell/Navigation";
import { StopBar, StopDialogs, useStopping } from "../features/shell/StopSwitch";
import { TitleBar } from "../features/shell/TitleBar";
import { Trouble } from "../features/shell/Trouble";
import { go, useFollow, useRoute } from "../features/shell/useRoute";
import { useTheme } from "../features/shell/useTheme";
import { LinkProvider, useCall, useCore, type Link } from "../host";
import type { Route } from "../lib/route";
import { useNarrow } from "../lib/useWidth";
import ActivityView from "./ActivityView";
import ApprovalView from "./ApprovalView";
import AskView from "./AskView";
import ConnectionsView from "./ConnectionsView";
import InboxView from "./InboxView";
import LibraryView from "./LibraryView";
import SettingsView from "./SettingsView";
import WelcomeView from "./WelcomeView";

/**
 * The whole page. All views come with the first script: they are small, and one that comes later costs its first visitor
 * half a second. Only what draws documents comes when it is needed.
 */
export function App({ link }: { link: Link }) {
  return (
    <LinkProvider value={link}>
      <QueryClientProvider client={link.client}>
        <TooltipProvider delayDuration={400}>
          {link.host.window === "approval" ? <Approval /> : <Window />}
        </TooltipProvider>
      </QueryClientProvider>
    </LinkProvider>
  );
}

/** The window in which a person decides: a page of its own, with nothing of the other. */
function Approval() {
  const core = useCore();
  useTheme();
  if (core.state === "failed") return <CoreFailed failure={core.failure} />;
  return (
    <Trouble>
      <ApprovalView />
    </Trouble>
  );
}

function Window() {
  const route = useRoute();
  const core = useCore();
  const rail = useNarrow(58);
  const [over, setOver] = useState<"palette" | "keys" | null>(null);
  const close = (): void => setOver(null);
  const stopping = useStopping();
  useTheme();
  useFollow();
  useWelcome(route);
  useKey("Ctrl K", () => setOver("palette"));
  useKey("?", () => setOver("keys"));
  useKey("Ctrl N", () => go({ at: "ask" }));
  useKey("Ctrl 1", () => go({ at: "ask" }));
  useKey("Ctrl 2", () => go({ at: "inbox" }));
  useKey("Ctrl 3", () => go({ at: "library" }));
  useKey("Ctrl 5", () => go({ at: "connections" }));
  useKey("Ctrl 6", () => go({ at: "activity" }));
  useKey("Ctrl 7", () => go({ at: "settings" }));
  const dialogs = (
    <>
      {over === "palette" && <Palette onClose={close} onKeys={() => setOver("keys")} stopping={stopping} />}
      <StopDialogs stopping={stopping} />
      {over === "keys" && <KeysDialog onClose={close} />}
    </>
  );
  if (core.state === "failed") return <CoreFailed failure={core.failure} />;
  if (route.at === "welcome") {
    return (
      <Trouble>
        <WelcomeView />
        {dialogs}
      </Trouble>
    );
  }
  return (
    <>
      <a className="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <div className="window">
        <div className="app">
          <TitleBar onPalette={() => setOver("palette")} />
          <div className="bans">
            <CoreBar />
            <StopBar stopping={stopping} />
          </div>
          <Navigation route={route} rail={rail} stopping={stopping} />
          <Trouble key={route.at}>
            <Section route={route} />
          </Trouble>
        </div>
      </div>
      {dialogs}
    </>
  );
}

function Section({ route }: { route: Route }) {
  switch (route.at) {
    case "conversation":
      return <AskView key={route.id} id={route.id} />;
    case "inbox":
      return <InboxView id={route.id} />;
    case "library":
      return <LibraryView key={route.source} source={route.source} />;
    case "connections":
      return <ConnectionsView system={route.system} permissions={route.permissions} />;
    case "activity":
      return <ActivityView receipt={route.receipt} row={route.row} hosts={route.hosts} />;
    case "settings":
      return <SettingsView />;
    default:
      return (
        <AskView
          key={route.at === "ask" ? route.question : ""}
          id={null}
          question={route.at === "ask" ? route.question : undefined}
        />
      );
  }
}

/** The address is where one is in the page, so a link to a part of it must not change it. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  const main = document.getElementById("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}

const WELCOMED = "attache.welcomed";

/** The first start goes to the choice of folders, once: not again when one comes from there, whatever led there. */
function useWelcome(route: Route): void {
  const sources = useCall("status", {}).data?.sources;
  const first = sources?.length === 0 && route.at === "ask";
  const there = route.at === "welcome";
  useEffect(() => {
    if (there) sessionStorage.setItem(WELCOMED, "yes");
    else if (first && !sessionStorage.getItem(WELCOMED)) go({ at: "welcome" }, "replace");
  }, [first, there]);
}
