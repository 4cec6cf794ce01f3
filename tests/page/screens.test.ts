import type { Browser, Page } from "playwright-core";
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from "vitest";
import { FakeHost } from "../../ui/src/host/fake/FakeHost";
import {
  ANSWER,
  CONVERSATIONS,
  source,
  turn,
} from "../../ui/src/host/fake/story";
import { axe, launch, open } from "./browser";
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
});

interface Screen {
  name: string;
  hash: string;
  host?: () => FakeHost;
  /** Waits until the screen is as it should be looked at. */
  ready: (page: Page) => Promise<unknown>;
}

const none = () => ({
  sources: [],
  passages: 0,
  embedded: 0,
  model: null,
  model_problem: null,
});
const one = (more: Parameters<typeof turn>[1]) => () =>
  new FakeHost({
    conversation_get: () => ({ ...CONVERSATIONS[0]!, turns: [turn(1, more)] }),
  });
const see = (text: string) => (page: Page) =>
  page.getByText(text).first().waitFor();
const passage = (number: number, mark: string) => async (page: Page) => {
  await page.locator(`.ev-list button:nth-child(${number})`).click();
  await page.locator(mark).first().waitFor();
};

const SCREENS: Screen[] = [
  {
    name: "new question",
    hash: "#/ask",
    ready: see("Ask about your customers"),
  },
  {
    name: "answer with a page of a PDF",
    hash: "#/conversation/1",
    ready: (page) => page.locator(".page-mark").first().waitFor(),
  },
  {
    name: "answer with a mail",
    hash: "#/conversation/1",
    ready: passage(3, "mark"),
  },
  {
    name: "answer with a sheet",
    hash: "#/conversation/1",
    ready: passage(4, ".cell-mark"),
  },
  {
    name: "answer with a changed table",
    hash: "#/conversation/1",
    ready: passage(5, "mark"),
  },
  {
    name: "ends of answers",
    hash: "#/conversation/2",
    ready: see("Attaché was closed before"),
  },
  {
    name: "answer being written",
    hash: "#/conversation/1",
    host: one({
      state: "running",
      answer: { ...ANSWER, answer: ANSWER.answer.slice(0, 2) },
    }),
    ready: see("Stop"),
  },
  {
    name: "deleted conversation",
    hash: "#/conversation/999",
    ready: see("This conversation was deleted"),
  },
  {
    name: "document gone",
    hash: "#/conversation/1",
    host: () =>
      new FakeHost({
        document_view: () =>
          Promise.reject({
            code: "gone",
            message: "Gone.",
            fault: "user",
          } as never),
      }),
    ready: see("no longer in the library"),
  },
  {
    name: "library",
    hash: "#/library",
    ready: see("Margins 2026 protected.xlsx"),
  },
  {
    name: "library, one folder",
    hash: "#/library/1",
    ready: see("Internal only"),
  },
  {
    name: "library, folder gone",
    hash: "#/library",
    host: () =>
      new FakeHost({
        status: () => ({
          ...none(),
          sources: [source(1, "Fleet reports", { reachable: false })],
        }),
      }),
    ready: see("This folder cannot be reached"),
  },
  {
    name: "library, reading",
    hash: "#/library",
    host: () =>
      new FakeHost({
        progress: () => ({
          now: "Reading `Site survey.pdf`",
          files_done: 2214,
          files: 3418,
          passages_embedded: 0,
          passages: 0,
          seconds_left: 370,
          idle: false,
          notices: [],
        }),
      }),
    ready: see("2,214"),
  },
  {
    name: "library, empty",
    hash: "#/library",
    host: () => new FakeHost({ status: none }),
    ready: see("No folder is watched yet"),
  },
  { name: "settings", hash: "#/settings", ready: see("PDFium") },
  {
    name: "first start",
    hash: "#/ask",
    host: () => new FakeHost({ status: none, conversation_list: () => [] }),
    ready: see("What should Attaché read?"),
  },
  {
    name: "palette",
    hash: "#/ask",
    ready: async (page) => {
      await page.getByText("Security questionnaire").waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "erase dialog",
    hash: "#/settings",
    ready: async (page) => {
      await page.getByText("Erase everything…").click();
      await page.getByRole("dialog").waitFor();
    },
  },
];

describe.each(["light", "dark"] as const)("in the %s theme", (scheme) => {
  test.each(SCREENS)(
    "axe finds nothing on: $name",
    async ({ hash, host, ready }) => {
      if (host) server.host = host();
      const { page, trouble } = await open(browser, server.address, hash, {
        scheme,
      });
      await ready(page);
      expect(await axe(page)).toEqual([]);
      expect(trouble).toEqual([]);
      await page.close();
    },
  );
});

const SIZES = [
  { width: 720, height: 560, text: 100 },
  { width: 1280, height: 820, text: 200 },
  { width: 720, height: 560, text: 200 },
];

test.each(SIZES)(
  "nothing is cut off sideways at $width x $height with $text % text",
  async ({ width, height, text }) => {
    server.host = new FakeHost({
      settings_get: () => ({
        theme: "system",
        text_size: text,
        hotkey: null,
        single_keys: true,
        notifications: true,
      }),
    });
    for (const hash of [
      "#/ask",
      "#/conversation/1",
      "#/conversation/2",
      "#/library/1",
      "#/settings",
      "#/welcome",
    ]) {
      const { page, trouble } = await open(browser, server.address, hash, {
        width,
        height,
      });
      await page.locator("h1").waitFor();
      await page.waitForFunction(
        (size) =>
          getComputedStyle(document.documentElement).fontSize ===
          `${(16 * size) / 100}px`,
        text,
      );
      const wide = await page.evaluate(() =>
        [
          document.documentElement,
          ...document.querySelectorAll("main, .talk, .flow, .set, .scr, .fold"),
        ]
          .filter((own) => own.scrollWidth > own.clientWidth + 1)
          .map((own) => `${own.localName}.${own.className}`),
      );
      expect({ hash, wide }).toEqual({ hash, wide: [] });
      expect(trouble).toEqual([]);
      await page.close();
    }
  },
);
