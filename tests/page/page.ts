/** What every test here begins with: a window on the page that remembers whatever should not have happened. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { test as plain, expect, inject } from "vitest";
import { startCore, type Core } from "./devhost";
import { serve, type FakeCore } from "./fake";

export { describe, expect } from "vitest";
export type { Page } from "playwright-core";

const ui = createRequire(join(import.meta.dirname, "../../ui/package.json"));
const AXE = readFileSync(ui.resolve("axe-core/axe.min.js"), "utf8");
/** How long anything may take, in ms. Far above what it takes. */
const PATIENCE = 120_000;

export interface Watched {
  page: Page;
  /** Requests that left the page's own address, refusals of the policy, errors and dialogs. The test fails on any. */
  trouble: string[];
}

interface Look {
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
  /** The time it is in the page, for pictures: seconds since 1970. */
  now?: number;
  /** Runs in the page before anything of its own does. */
  first?: { run: (argument: never) => void; with: unknown };
}

/** Opens an address in a window of its own, which closes with the test. */
export type Open = (address: string, look?: Look) => Promise<Watched>;

interface Fixtures {
  browser: Browser;
  /** The page with a made-up core. */
  fake: FakeCore;
  /** The page with a real core on an empty home. */
  core: Core;
  /** The same for all tests of a file, with the demo documents read. */
  demo: Core;
  open: Open;
}

export const test = plain.extend<Fixtures>({
  browser: [
    // eslint-disable-next-line no-empty-pattern -- the first argument has to be taken apart
    async ({}, use) => {
      const browser = await chromium.connect(inject("chromium"));
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  demo: [
    // eslint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const core = await startCore();
      await core.call("source_demo", {});
      await core.idle();
      await use(core);
      await core.stop();
    },
    { scope: "file" },
  ],
  // Cores come before windows, so that they go after them.
  // eslint-disable-next-line no-empty-pattern -- as above
  fake: async ({}, use) => {
    const fake = await serve();
    await use(fake);
    await fake.close();
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  core: async ({}, use) => {
    const core = await startCore();
    await use(core);
    await core.stop();
  },
  open: async ({ browser }, use) => {
    const windows: { context: BrowserContext; trouble: string[] }[] = [];
    await use(async (address, look) => {
      const opened = await openWindow(browser, address, look);
      windows.push({ context: opened.page.context(), trouble: opened.trouble });
      return opened;
    });
    await Promise.all(windows.map(({ context }) => context.close()));
    expect(windows.flatMap(({ trouble }) => trouble)).toEqual([]);
  },
});

/** A window outside of a test's own; whoever opens it closes its context and looks at its trouble. */
export async function openWindow(browser: Browser, address: string, look: Look = {}): Promise<Watched> {
  const { scheme = "light", width = 1280, height = 820, now, first } = look;
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  if (now !== undefined) await page.clock.setFixedTime(now * 1000);
  if (first) await page.addInitScript(first.run, first.with as never);
  const trouble: string[] = [];
  const { origin } = new URL(address);
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) trouble.push(`request ${request.url()}`);
  });
  page.on("pageerror", (error) => trouble.push(`error ${error.message}`));
  page.on("console", (message) => {
    // What the core refuses, the page tells in its own words.
    const refused = /the server responded with a status of (400|404) /.test(message.text());
    if (message.type() === "error" && !refused) trouble.push(message.text());
  });
  page.on("dialog", (dialog) => {
    trouble.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, trouble };
}

/** Puts the page into a theme, and waits until its colours have changed. */
export async function wear(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** What axe finds on the page, colours included. */
export async function axe(page: Page): Promise<string[]> {
  // By way of the debugger: the page's own policy would rightly refuse it.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe: tool } = window as unknown as {
      axe: typeof import("axe-core");
    };
    const { violations } = await tool.run(document, {
      resultTypes: ["violations"],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ""}`),
    );
  });
}
