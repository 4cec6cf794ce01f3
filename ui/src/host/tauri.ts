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

/** The host inside Attaché's own window. */
export function tauriHost(): Host {
  return {
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
