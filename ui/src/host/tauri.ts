import { invoke } from "@tauri-apps/api/core";
import { listen as hear } from "@tauri-apps/api/event";
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
      let stop = (): void => undefined;
      void hear<Event>("attache", ({ payload }) => {
        if (!stopped) handler(payload);
      }).then((unlisten) => {
        stop = unlisten;
        if (stopped) unlisten();
      });
      return () => {
        stopped = true;
        stop();
      };
    },
    documentBytes: (document) => ask("document_bytes", { document }),
    pickFolder: () => ask("pick_folder"),
    canPickFolder: true,
  };
}
