import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the one Chromium of all tests listens. */
    chromium: string;
  }
}

/** One Chromium for all tests. What it writes goes into a folder of its own, which goes with it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), "attache-chromium-"));
  const browser = await chromium.launchServer({
    executablePath: process.env["ATTACHE_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      // Chromium's own sandbox wants more than a container has; the pages are ours.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Letters are drawn alike on every screen.
      "--font-render-hinting=none",
      "--disable-lcd-text",
    ],
    env: {
      ...process.env,
      HOME: home,
      XDG_CACHE_HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: home,
    },
    timeout: 120_000,
  });
  // Chromium is in a group of its own; whoever started the tests ends it, should they be ended before it.
  const left = join(tmpdir(), "chromium.pid");
  await writeFile(left, String(browser.process().pid));
  project.provide("chromium", browser.wsEndpoint());
  return async () => {
    await browser.close();
    await rm(left, { force: true });
    await rm(home, { recursive: true, force: true });
  };
}
