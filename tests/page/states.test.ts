import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { FakeHost } from "../../ui/src/host/fake/FakeHost";
import {
  ANSWER,
  CONVERSATIONS,
  DOCUMENTS,
  FILES,
  citation,
  source,
  turn,
} from "../../ui/src/host/fake/story";
import { launch, open } from "./browser";
import { serve, type PageServer } from "./server";

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), server.close()]);
});
beforeEach(() => {
  server.host = new FakeHost();
  server.host.pause = () => new Promise((done) => setTimeout(done, 50));
});

test("a question is asked, its answer is written and its page is shown with the passage marked", async () => {
  const { page, trouble } = await open(browser, server.address, "#/ask");
  await page
    .getByLabel("Your question")
    .fill("What uptime did we commit to for Halden?");
  await page.keyboard.press("Enter");
  await page.getByText("September stands at 99.71 %").first().waitFor();
  await page.getByRole("heading", { name: "Two sources disagree" }).waitFor();
  await page.locator(".page-mark").first().waitFor();
  const canvas = page.locator('[data-page="7"] canvas');
  await expect
    .poll(() =>
      canvas.evaluate((own: HTMLCanvasElement) => {
        const { data } = own
          .getContext("2d")!
          .getImageData(0, 0, own.width, own.height);
        return data.some(
          (value, index) =>
            index % 4 === 0 && value < 90 && data[index + 3] === 255,
        );
      }),
    )
    .toBe(true);
  expect(await page.locator('[data-page="7"]').textContent()).toContain(
    "Availability and service levels",
  );
  // Pages far from the one that is looked at are not drawn.
  expect(await page.locator("[data-page]").count()).toBe(22);
  expect(
    await page
      .locator('[data-page="20"] canvas')
      .evaluate((own: HTMLCanvasElement) => own.width),
  ).toBeLessThanOrEqual(300);
  expect(trouble).toEqual([]);
  await page.close();
});

test("an answer that is finished while the window is away is there when it comes back", async () => {
  const { page } = await open(browser, server.address, "#/ask");
  await page.getByLabel("Your question").fill("What uptime?");
  await page.keyboard.press("Enter");
  await page.waitForURL(/conversation/);
  const address = page.url();
  await page.close();
  await new Promise((done) => setTimeout(done, 600));
  const again = await open(browser, server.address, new URL(address).hash);
  await again.page.getByText("September stands at 99.71 %").first().waitFor();
  await again.page.close();
});

const BEACON = "//beacon.invalid";
const PAYLOADS = [
  `<script src="${BEACON}/a.js"></script>`,
  `<script>fetch("${BEACON}/b")</script>`,
  `<img src="${BEACON}/c.png" onerror="alert(1)">`,
  `<img src=x onerror="window.__hit=1">`,
  `<svg onload="window.__hit=1"><image href="${BEACON}/d.svg"/></svg>`,
  `<style>@import url(${BEACON}/e.css);body{background:url(${BEACON}/f.png)}</style>`,
  `<link rel="stylesheet prefetch preconnect dns-prefetch" href="${BEACON}/g">`,
  `<a href="javascript:window.__hit=1" ping="${BEACON}/h">click me</a>`,
  `![pixel](http:${BEACON}/i.png) [link](http:${BEACON}/j)`,
  `<iframe src="${BEACON}/k" srcdoc="<script>parent.__hit=1</script>"></iframe>`,
  `<object data="data:text/html,<script>parent.__hit=1</script>"></object>`,
  `<meta http-equiv="refresh" content="0;url=http:${BEACON}/l">`,
  `<base href="http:${BEACON}/"><form action="${BEACON}/m"><button autofocus>Go</button></form>`,
  `<video src="${BEACON}/n.mp4" autoplay></video><audio src="blob:${BEACON}/o"></audio>`,
  `pay \u202e000,1\u202c now \u2066x\u2069 \u200b\u0000`,
  `\`code\` \`\`\`html\n<img src=${BEACON}/p>\n\`\`\``,
  `{{constructor.constructor("window.__hit=1")()}} \${window.__hit=1}`,
  `<math><mtext><table><mglyph><style><img src=${BEACON}/q onerror=window.__hit=1>`,
  `" onmouseover="window.__hit=1" style="background:url(${BEACON}/r)`,
  `url(${BEACON}/s) expression(alert(1)) -moz-binding:url(${BEACON}/t)`,
];
const VARIANTS = [
  (text: string) => text,
  (text: string) => `before ${text} after`,
  (text: string) => text.toUpperCase(),
  (text: string) => `"'>${text}`,
  (text: string) => `]]>--></title></textarea>${text}`,
];

test("text of documents, names and answers never becomes anything but text", async () => {
  const hostile = PAYLOADS.flatMap((payload) =>
    VARIANTS.map((vary) => vary(payload)),
  );
  const cite = (text: string) =>
    citation({
      quote: text,
      passage: text,
      file: `${text.replaceAll("/", "∕")}.md`,
      place_text: text,
      heading: text,
      dated: text,
      labels: [],
      document: 13,
      place: { kind: "whole" },
      page: null,
    });
  const turns = hostile.map((text, index) =>
    turn(index + 1, {
      question: text,
      answer: {
        ...ANSWER,
        engine: text,
        answer: [
          { text, citations: [cite(text)], conflict: true, confidence: 1 },
        ],
        conflicts: [
          {
            about: text,
            sides: [
              { value: text, citation: cite(text), dated: text },
              { value: text, citation: cite(`${text} `), dated: text },
            ],
          },
        ],
        notices: [text],
      },
    }),
  );
  const failure = (text: string) => ({
    message: `\`${text}\` ${text}`,
    hint: text,
    fault: "user" as const,
  });
  turns.unshift(
    ...hostile.map((text, index) =>
      turn(1000 + index, {
        question: text,
        state: "failed",
        answer: null,
        failure: failure(text),
      }),
    ),
  );
  const everything = hostile.join("\n");
  server.host = new FakeHost({
    conversation_get: () => ({
      ...CONVERSATIONS[0]!,
      title: everything,
      turns,
    }),
    conversation_list: () =>
      hostile.map((title, id) => ({
        id,
        title,
        created: 0,
        updated: 0,
        turns: 1,
        running: false,
      })),
    status: () => ({
      sources: hostile
        .slice(0, 20)
        .map((text, id) =>
          source(id + 1, text, { root: text, notice: text, labels: [] }),
        ),
      passages: 1,
      embedded: 1,
      model: everything,
      model_problem: everything,
    }),
    file_list: () => ({
      total: hostile.length,
      files: hostile.map((text, index) => ({
        ...FILES[4]!,
        document: index,
        file: text,
        reason: text,
      })),
      by_state: { indexed: 0, waiting: 0, skipped: 0, failed: hostile.length },
    }),
    document_view: () => ({
      ...DOCUMENTS[2]!,
      title: everything,
      blocks: hostile.map((text) => ({
        kind: "paragraph" as const,
        text,
        place: { kind: "whole" as const },
        place_text: text,
      })),
    }),
  });
  const { page, trouble } = await open(
    browser,
    server.address,
    "#/conversation/1",
  );
  await page.locator(".page").waitFor();
  const flow = page.locator(".flow");
  for (let step = 0; step < 25; step += 1) {
    await flow.evaluate((own) => own.scrollBy(0, -own.clientHeight * 4));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const found = () =>
    page.evaluate(() => ({
      hit: "__hit" in window,
      elements: document.querySelectorAll(
        "#root :is(script, img, image, iframe, object, embed, link, meta, base, video, audio, style, math, [onerror], [onload], [srcdoc])",
      ).length,
      links: [...document.querySelectorAll("a")].filter(
        (own) => !own.getAttribute("href")?.startsWith("#"),
      ).length,
    }));
  expect(await found()).toEqual({ hit: false, elements: 0, links: 0 });
  await page.goto(`${server.address}/#/library`);
  await page.locator(".files").waitFor();
  await page.locator(".files").hover();
  expect(await found()).toEqual({ hit: false, elements: 0, links: 0 });
  await page.keyboard.press("Control+k");
  await page.getByRole("option").first().waitFor();
  expect(await found()).toEqual({ hit: false, elements: 0, links: 0 });
  expect(trouble).toEqual([]);
  await page.close();
}, 120_000);

test("the whole of Ask works without a mouse", async () => {
  const { page, trouble } = await open(
    browser,
    server.address,
    "#/conversation/1",
  );
  await page.getByText("September stands").first().waitFor();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByRole("region", { name: /^Mail/ }).waitFor();
  await page.locator(".answer .cite").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".page-mark").first().waitFor();
  const ring = await page
    .locator(".answer .cite")
    .first()
    .evaluate((own) => getComputedStyle(own).outlineStyle);
  expect(ring).toBe("solid");
  await page.keyboard.press("Control+.");
  await expect.poll(() => page.getByRole("complementary").count()).toBe(0);
  expect(trouble).toEqual([]);
  await page.close();
});

test("five thousand turns and ten thousand files scroll with only a few of them drawn", async () => {
  const turns = Array.from({ length: 5000 }, (_, index) =>
    turn(index + 1, {
      answer: {
        ...ANSWER,
        conflicts: [],
        answer: ANSWER.answer.slice(0, 1 + (index % 4)),
      },
    }),
  );
  server.host = new FakeHost({
    conversation_get: () => ({ ...CONVERSATIONS[0]!, turns }),
    file_list: ({ offset, limit }) => ({
      total: 10_000,
      files: Array.from({ length: limit }, (_, index) => ({
        ...FILES[2]!,
        document: offset + index,
        file: `File ${offset + index}.md`,
      })),
      by_state: { indexed: 10_000, waiting: 0, skipped: 0, failed: 0 },
    }),
  });
  for (const [hash, scrolls, item] of [
    ["#/conversation/1", ".flow", ".flow-item"],
    ["#/library/1", ".files", ".files-rows .frow"],
  ] as const) {
    const { page, trouble } = await open(browser, server.address, hash);
    await page.locator(item).first().waitFor();
    const slow = await page.evaluate(async (selector) => {
      const own = document.querySelector(selector)!;
      const up = own.scrollTop > 0 ? -1 : 1;
      const times: number[] = [];
      let last = performance.now();
      for (let frame = 0; frame < 90; frame += 1) {
        own.scrollBy(0, 120 * up);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
      }
      return times.sort((one, other) => one - other)[
        Math.floor(times.length / 2)
      ]!;
    }, scrolls);
    console.log(`${hash}: half of the frames within ${slow.toFixed(1)} ms`);
    expect(await page.locator(item).count()).toBeLessThan(80);
    expect(trouble).toEqual([]);
    await page.close();
  }
});
