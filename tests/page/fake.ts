import { existsSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import type { Event } from "../../ui/src/host/generated";
import { FakeHost } from "../../ui/src/host/fake/FakeHost";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "ui/dist");
const PDF = join(ROOT, "demo/documents/Contracts/Halden Service Agreement.pdf");

/** The policy under which the window shows the page; `journeys.test.ts` compares it with the one of the real core. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; " +
  "img-src 'self' blob:; worker-src 'self'; connect-src 'self' ipc: http://ipc.localhost; form-action 'none'; " +
  "base-uri 'none'; object-src 'none'; frame-src 'none'";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export interface FakeCore {
  address: string;
  /** The core behind the page; another one may be put in its place. */
  host: FakeHost;
  /** What every PDF of the made-up library is. */
  pdf: Buffer;
  /** The address of a place in the page. */
  at: (hash: string) => string;
  emit: (event: Event) => void;
  close: () => Promise<void>;
}

/**
 * Serves the built page as the development host does, with a made-up core behind it: for states that the real one cannot
 * be brought into at will, such as a full disk, 5,000 turns, or a document that says exactly this. What the real core can
 * show, `journeys.test.ts` shows with it.
 */
export async function serve(): Promise<FakeCore> {
  const streams = new Set<ServerResponse>();
  const send = (stream: ServerResponse, event: Event): void =>
    void stream.write(`data: ${JSON.stringify(event)}\n\n`);
  const served: FakeCore = {
    address: "",
    host: new FakeHost(),
    pdf: readFileSync(PDF),
    at: (hash) => `${served.address}/${hash}`,
    emit: (event) => streams.forEach((stream) => send(stream, event)),
    close: () =>
      new Promise((done) => {
        streams.forEach((stream) => stream.end());
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://page").pathname);
    if (path === "/events") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      streams.add(response);
      const stop = served.host.listen((event) => send(response, event));
      request.on("close", () => {
        stop();
        streams.delete(response);
      });
    } else if (path.startsWith("/call/")) {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const answer = (status: number, value: unknown): void => {
          response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
        };
        served.host.call(path.slice(6) as never, JSON.parse(body) as never).then(
          (value) => answer(200, value),
          (failure: unknown) => answer(400, failure),
        );
      });
    } else if (path.startsWith("/document/")) {
      response.writeHead(200, { "Content-Type": "application/pdf" }).end(served.pdf);
    } else {
      const file = join(DIST, normalize(path === "/" ? "/index.html" : path));
      if (!file.startsWith(DIST) || !existsSync(file)) {
        response.writeHead(404).end();
        return;
      }
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response
        .writeHead(200, {
          "Content-Type": type,
          "Content-Security-Policy": POLICY,
        })
        .end(readFileSync(file));
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const at = server.address();
  served.address = `http://127.0.0.1:${typeof at === "object" && at ? at.port : 0}`;
  return served;
}
