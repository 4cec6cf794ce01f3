import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { CommandName, Request, Response } from "../../ui/src/host/port";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = resolve(ROOT, process.env["CARGO_TARGET_DIR"] ?? "target", "debug/devhost");

/** The page with the real core behind it, on a home that goes with it. */
export interface Core {
  /** Opens the page with leave to call this core; without it nobody gets in. */
  open: string;
  home: string;
  /** For what a test needs but is not about. */
  call: <N extends CommandName>(name: N, request: Request<N>) => Promise<Response<N>>;
  /** Waits until nothing is left to read. */
  idle: () => Promise<void>;
  stop: () => Promise<void>;
}

interface Options {
  /** The embedding model too; else files are found by their words, which takes a second instead of many. */
  model?: boolean;
  /** A home that is there already, and stays. */
  home?: string;
}

export async function startCore({ model = false, home: kept }: Options = {}): Promise<Core> {
  if (!existsSync(PROGRAM))
    throw new Error(`\`${PROGRAM}\` is not built: run \`cargo build --workspace --bins\``);
  const home = kept ?? (await mkdtemp(join(tmpdir(), "attache-page-")));
  const program = spawn(PROGRAM, ["--home", home, "--dist", join(ROOT, "ui/dist")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ATTACHE_RUNTIME: process.env["ATTACHE_RUNTIME"] ?? join(ROOT, "runtime"),
      ...(model ? {} : { ATTACHE_MODEL: "none" }),
    },
  });
  const stop = async (): Promise<void> => {
    await ended(program);
    if (kept === undefined) await rm(home, { recursive: true, force: true });
  };
  const [line] = (await once(createInterface(program.stdout), "line")) as [string];
  const { address, open, token } = JSON.parse(line) as Record<"address" | "open" | "token", string>;
  const call: Core["call"] = async (name, request) => {
    for (;;) {
      const response = await fetch(`${address}/call/${name}`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Cookie: `attache-devhost=${token}`,
        },
        body: JSON.stringify(request),
      });
      const said: unknown = await response.json();
      if (response.ok) return said as never;
      // The workspace is being opened.
      if ((said as { code?: string }).code !== "core_starting") throw new Error(JSON.stringify(said));
      await moment();
    }
  };
  const idle = async (): Promise<void> => {
    for (;;) {
      const [{ sources }, progress] = [await call("status", {}), await call("progress", {})];
      const waiting = sources.reduce((sum, source) => sum + source.waiting, 0);
      if (progress.idle && progress.files > 0 && waiting === 0) return;
      await moment();
    }
  };
  return { open, home, call, idle, stop };
}

const moment = (): Promise<void> => new Promise((go) => setTimeout(go, 50));

/** Asks it to end as the system would, and waits until it has. */
async function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const exit = once(program, "exit");
  program.kill("SIGTERM");
  const late = setTimeout(() => program.kill("SIGKILL"), 30_000);
  await exit;
  clearTimeout(late);
}
