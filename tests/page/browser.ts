import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

const ui = createRequire(join(import.meta.dirname, "../../ui/package.json"));
const { chromium } = ui("playwright-core") as typeof import("playwright-core");
const AXE = readFileSync(ui.resolve("axe-core/axe.min.js"), "utf8");

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["ATTACHE_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
}

export interface Watched {
  page: Page;
  /** Requests that left the page's own address, refusals of the policy, and errors. None are expected. */
  trouble: string[];
}

interface Look {
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
}

/** A window on the page that remembers whatever should not have happened. */
export async function open(
  browser: Browser,
  address: string,
  hash: string,
  look: Look = {},
): Promise<Watched> {
  const { scheme = "light", width = 1280, height = 820 } = look;
  const page = await browser.newPage({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  const trouble: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(address))
      trouble.push(`request ${request.url()}`);
  });
  page.on("pageerror", (error) => trouble.push(`error ${error.message}`));
  page.on("console", (message) => {
    if (
      message.type() === "error" &&
      !message.text().includes("400 (Bad Request)")
    )
      trouble.push(message.text());
  });
  page.on("dialog", (dialog) => {
    trouble.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${address}/${hash}`);
  return { page, trouble };
}

/** What axe finds on the page, colours included. */
export async function axe(page: Page): Promise<string[]> {
  // By way of the debugger: the page's own policy would rightly refuse it.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe: tool } = window as unknown as {
      axe: typeof import("axe-core");
    };
    const { violations } = await tool.run(document);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) =>
          `${id}: ${html.slice(0, 160)} ${failureSummary ?? ""}`,
      ),
    );
  });
}
