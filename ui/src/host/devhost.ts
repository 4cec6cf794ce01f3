import type { Event } from "./generated";
import { asFailure, cardAddress, type Host } from "./port";

async function checked(response: globalThis.Response): Promise<globalThis.Response> {
  if (response.ok) return response;
  let said: unknown;
  try {
    said = await response.json();
  } catch {
    said = new Error(`The host answered ${response.status}.`);
  }
  throw asFailure(said);
}

const lost: Event = {
  event: "core",
  state: "starting",
  failure: {
    code: "core_starting",
    message: "The connection to Attaché was lost.",
    hint: "It is looked for again.",
    fault: "environment",
  },
};

/** The host for development and tests: the same commands over loopback, to an ordinary browser. */
export function devHost(): Host {
  const approval = new URLSearchParams(window.location.search).get("window") === "approval";
  const own = approval ? "approval" : "main";
  return {
    async call(name, request) {
      const response = await fetch(`/call/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Attache-Window": own },
        body: JSON.stringify(request),
      });
      return (await (await checked(response)).json()) as never;
    },
    listen(handler) {
      // The browser opens the stream again by itself; the first event then is the core's state.
      const stream = new EventSource("/events");
      stream.onmessage = ({ data }) => handler(JSON.parse(data as string) as Event);
      stream.onerror = () => handler(lost);
      return () => stream.close();
    },
    async documentBytes(document) {
      return (await checked(await fetch(`/document/${document}`))).arrayBuffer();
    },
    pickFolder: () => Promise.resolve(null),
    canPickFolder: false,
    window: own,
    openApproval(id, struck) {
      const size = "width=784,height=720";
      window.open(`/?window=approval#/${cardAddress(id, struck)}`, "attache-approval", size)?.focus();
      return Promise.resolve();
    },
    closeWindow: () => window.close(),
  };
}
