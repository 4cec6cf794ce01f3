import { Channel, invoke } from "@tauri-apps/api/core";
import type { Event } from "./generated";
import { asFailure, type Host } from "./port";

async function ask<T>(name: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(name, args);
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

/** What Tauri tells a page of the window it is in. */
interface Internals {
  __TAURI_INTERNALS__?: { metadata?: { currentWindow?: { label?: string } } };
}

/** The host inside Attaché's own window. */
export function tauriHost(): Host {
  const label = (window as Internals).__TAURI_INTERNALS__?.metadata?.currentWindow?.label;
  return {
    window: label === "approval" ? "approval" : "main",
    openApproval: (id, struck) => ask("open_approval", { id, struck }),
    closeWindow: () => void ask("close_approval"),
    call: (name, request) => ask(name, { request }),
    listen(handler) {
      let stopped = false;
      // A stream of this page's own, which begins with the present state of the core; the next one ends it.
      const channel = new Channel<Event>();
      channel.onmessage = (event) => {
        if (!stopped) handler(event);
      };
      void ask("events", { channel });
      return () => {
        stopped = true;
      };
    },
    documentBytes: (document) => ask("document_bytes", { document }),
    pickFolder: () => ask("pick_folder"),
    canPickFolder: true,
  };
}
