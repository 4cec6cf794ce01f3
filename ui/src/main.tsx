import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { wearKept } from "./features/shell/useTheme";
import { Link, type Host } from "./host";
import { App } from "./views/App";

/** The window's own host inside Attaché, else the host for development. */
async function findHost(): Promise<Host> {
  if (import.meta.env.DEV) {
    const search = new URLSearchParams(window.location.search);
    if (search.get("host") === "fake") return (await import("./host/fake/dev")).devFake(search);
  }
  if ("__TAURI_INTERNALS__" in window) return (await import("./host/tauri")).tauriHost();
  return (await import("./host/devhost")).devHost();
}

/**
 * The font before the first words: while it is missing the webview looks through all fonts of the system for another one,
 * which takes longer than loading it. Not waited for long, and never in vain.
 */
async function withFont(): Promise<void> {
  const late = new Promise((resume) => setTimeout(resume, 300));
  await Promise.race([
    Promise.all([400, 600].map((weight) => document.fonts.load(`${weight} 1rem "Inter Variable"`))),
    late,
  ]);
}

wearKept();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no root");
const font = withFont();
const link = new Link(await findHost());
link.start();
await font;
createRoot(root).render(
  <StrictMode>
    <App link={link} />
  </StrictMode>,
);
