import { existsSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import type { Event } from "../../ui/src/host/generated";
import { FakeHost } from "../../ui/src/host/fake/FakeHost";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "ui/dist");
const PDF = join(ROOT, "demo/documents/Contracts/Halden Service Agreement.pdf");

/** The policy under which the window shows the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export interface PageServer {
  address: string;
  /** The core behind the page; another one may be put in its place. */
  host: FakeHost;
  emit: (event: Event) => void;
  close: () => Promise<void>;
}

/** Serves the built page as the development host does, with a made-up core behind it. */
export async function serve(): Promise<PageServer> {
  const streams = new Set<ServerResponse>();
  const send = (stream: ServerResponse, event: Event): void =>
    void stream.write(`data: ${JSON.stringify(event)}\n\n`);
  const served: PageServer = {
    address: "",
    host: new FakeHost(),
    emit: (event) => streams.forEach((stream) => send(stream, event)),
    close: () =>
      new Promise((done) => {
        streams.forEach((stream) => stream.end());
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(
      new URL(request.url ?? "/", "http://page").pathname,
    );
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
          response
            .writeHead(status, { "Content-Type": "application/json" })
            .end(JSON.stringify(value));
        };
        served.host
          .call(path.slice(6) as never, JSON.parse(body) as never)
          .then(
            (value) => answer(200, value),
            (failure: unknown) => answer(400, failure),
          );
      });
    } else if (path.startsWith("/document/")) {
      response
        .writeHead(200, { "Content-Type": "application/pdf" })
        .end(readFileSync(PDF));
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
