import type { Commands, Event, Failure } from "./generated";

export type CommandName = keyof Commands;
export type Request<N extends CommandName> = Commands[N]["request"];
export type Response<N extends CommandName> = Commands[N]["response"];

/** The windows of the program; both show this page. */
export type WindowName = "main" | "approval";

/** Where a card is shown in the approval window: `approval/12?without=13,14`. */
export function cardAddress(id: number, struck: readonly number[]): string {
  return struck.length === 0 ? `approval/${id}` : `approval/${id}?without=${struck.join(",")}`;
}

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
  /** Which window this page is in. Only the approval window can approve; the core knows it by itself. */
  readonly window: WindowName;
  /** Shows a card in the approval window, without the lines that are struck out. Nothing is decided by that. */
  openApproval(id: number, struck: readonly number[]): Promise<void>;
  /** Closes the approval window; what waits goes on waiting. */
  closeWindow(): void;
}

/** Whatever was thrown, as a failure that can be shown. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown && "fault" in thrown) {
    return thrown as Failure;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { message: "Attaché could not do this.", hint: message, fault: "bug" };
}
