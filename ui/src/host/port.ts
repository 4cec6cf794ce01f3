import type { Commands, Event, Failure } from "./generated";

export type CommandName = keyof Commands;
export type Request<N extends CommandName> = Commands[N]["request"];
export type Response<N extends CommandName> = Commands[N]["response"];

/** Everything the page may ask of the program around it. */
export interface Host {
  /** Runs a command; what it rejects with is always a `Failure`. */
  call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>>;
  /** Hears every event; the first one is the present state of the core. Returns how to stop. */
  listen(handler: (event: Event) => void): () => void;
  /** The bytes of a PDF that is in the library. */
  documentBytes(document: number): Promise<ArrayBuffer>;
  /** Lets the person choose a folder; nothing if they did not. */
  pickFolder(): Promise<string | null>;
  /** Whether `pickFolder` can show a dialog here. */
  readonly canPickFolder: boolean;
}

/** Whatever was thrown, as a failure that can be shown. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown && "fault" in thrown) {
    return thrown as Failure;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { message: "Attaché could not do this.", hint: message, fault: "bug" };
}
