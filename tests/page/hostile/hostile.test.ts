import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "../../../ui/src/host/fake/FakeHost";
import { action } from "../../../ui/src/host/fake/governed";
import type {
  ActionView,
  CitationView,
  DocumentView,
  FileRow,
  Turn,
  ViewBlock,
} from "../../../ui/src/host/generated";
import { ANSWER, DOCUMENTS, FILES, HITS, citation, source, turn } from "../../../ui/src/host/fake/story";
import { contact, digest, done, grant, kept, receiptRow, system } from "../../../ui/src/host/fake/systems";
import type { FakeCore } from "../fake";
import { expect, test as plain, type Page } from "../page";
import { guarded, listener, type Guarded, type Listener } from "./guard";
import { paper } from "./paper";
import { payloads, type Payload } from "./payloads";

/**
 * Every payload in every place where text of documents, names, mails and answers is shown. The made-up core says it: no
 * file could put each of them everywhere, and nothing may depend on a reader having taken the sting out.
 */

interface Hostile {
  heard: Listener;
  all: readonly Payload[];
  texts: readonly string[];
  /** Opens a place in the page under guard; at the end nothing may have been seen. */
  under: (hash: string) => Promise<Guarded>;
}

const test = plain.extend<Hostile>({
  heard: [
    // eslint-disable-next-line no-empty-pattern -- the first argument has to be taken apart
    async ({}, use) => {
      const heard = await listener();
      await use(heard);
      heard.close();
    },
    { scope: "file" },
  ],
  all: async ({ heard }, use) => use(payloads(heard.address)),
  texts: async ({ all }, use) => use(all.map(({ text }) => text)),
  under: async ({ browser, fake, heard }, use) => {
    const opened: Guarded[] = [];
    await use(async (hash) => {
      const own = await guarded(browser, fake.at(hash), heard, fake);
      opened.push(own);
      return own;
    });
    for (const { page, found } of opened) {
      expect(await found()).toEqual([]);
      await page.context().close();
    }
  },
});

const whole = { place: { kind: "whole" } as const, place_text: "" };

function cited(text: string, document: number): CitationView {
  return citation({
    document,
    quote: text,
    passage: text,
    file: text,
    source: text,
    place_text: text,
    heading: text,
    dated: text,
    labels: [text],
    // Of figures in a sheet the chips say of when they are.
    place: {
      kind: "cells",
      sheet: text,
      range: { top: 0, left: 0, bottom: 3, right: 2 },
    },
    page: null,
  });
}

const blocksOf = (texts: readonly string[]): ViewBlock[] =>
  texts.flatMap((text): ViewBlock[] => [
    { kind: "heading", level: 2, text, ...whole },
    { kind: "paragraph", text, ...whole },
    { kind: "item", text, ...whole },
    { kind: "code", text, ...whole },
    {
      kind: "table",
      header: [text, text],
      rows: [{ cells: [text, text], place: { kind: "whole" } }],
    },
  ]);

/** A mail that says the text wherever it says anything. It carries a number to wait for. */
function mailOf(number: number, text: string): DocumentView {
  return {
    ...DOCUMENTS[2]!,
    shape: "mail",
    file: text,
    dated: text,
    record: { system: text, title: text, kind: text, id: text, link: number % 2 ? text : null },
    mail: {
      from: text,
      to: text,
      cc: text,
      date: text,
      subject: `${number} ${text}`,
      attachments: [text, text],
    },
    blocks: blocksOf([text]),
  };
}

/** How answers can end, each saying the text. */
function turnsOf(number: number, text: string): Turn[] {
  const filter = { collections: [text], labels: [text] };
  const failure = {
    message: `\`${text}\` ${text}`,
    hint: text,
    fault: "user" as const,
  };
  const empty = { ...ANSWER, answer: [], conflicts: [] };
  const one = cited(text, number);
  return [
    turn(1, { question: text, state: "failed", answer: null, failure }),
    turn(2, {
      question: text,
      filter,
      state: "abstained",
      answer: {
        ...empty,
        abstained: true,
        reason: text,
        missing: [text, text],
      },
    }),
    turn(3, {
      question: text,
      filter,
      answer: {
        ...ANSWER,
        engine: text,
        answer: [{ text, citations: [one], conflict: true, confidence: 1 }],
        conflicts: [
          {
            about: text,
            sides: [1, 2, 3].map(() => ({
              value: text,
              citation: one,
              dated: text,
            })),
          },
        ],
        notices: [text],
      },
    }),
  ];
}

/** In parts, so that none takes long. */
const PARTS = [0, 1, 2, 3];

test.for(PARTS)(
  "in a conversation and a mail it is only text (part %i)",
  async (part, { fake, texts, under }) => {
    fake.host = new FakeHost({
      conversation_get: ({ id }) => {
        const text = texts[id] ?? "";
        return {
          id,
          title: `${id} ${text}`,
          created: 0,
          updated: 0,
          turns: turnsOf(id, text),
        };
      },
      document_view: ({ document }) => mailOf(document, texts[document] ?? ""),
    });
    const { page } = await under("#/ask");
    const numbers = texts.map((_, number) => number).filter((number) => number % PARTS.length === part);
    const last = await page.evaluate(async (wanted) => {
      /** Waits until what is there begins with the number. */
      const come = async (selector: string, number: number): Promise<void> => {
        while (!document.querySelector(selector)?.textContent.startsWith(`${number} `))
          await new Promise((go) => setTimeout(go));
      };
      for (const number of wanted) {
        location.hash = `#/conversation/${number}`;
        await come("h1", number);
        await come(".mail-head div:last-child dd", number);
      }
      return document.querySelector("h1")?.textContent;
    }, numbers);
    expect(last).toContain(`${numbers.at(-1)} `);
  },
);

test("in a sheet, in running text and in place of a lost document it is only text", async ({
  fake,
  texts,
  under,
}) => {
  const joined = texts.join("\n");
  const base: DocumentView = {
    ...DOCUMENTS[2]!,
    file: joined,
    source: joined,
    author: joined,
    title: joined,
  };
  const shapes: (() => DocumentView)[] = [
    () => ({ ...base, blocks: blocksOf(texts) }),
    () => ({
      ...base,
      shape: "sheet",
      sheet: {
        ...DOCUMENTS[1]!.sheet!,
        name: joined,
        sheets: [joined, ...texts],
        rows: texts.map((text) => [text, "", text]),
        marked: { top: 0, left: 0, bottom: 3, right: 2 },
      },
    }),
    () => {
      throw { message: joined, hint: joined, fault: "environment" };
    },
  ];
  const citations = shapes.map((_, document) => cited(joined, document));
  fake.host = new FakeHost({
    conversation_get: ({ id }) => ({
      id,
      title: joined,
      created: 0,
      updated: 0,
      turns: [
        turn(1, {
          answer: {
            ...ANSWER,
            answer: [{ text: joined, citations, conflict: false, confidence: 1 }],
          },
        }),
      ],
    }),
    document_view: ({ document }) => shapes[document]!(),
  });
  const { page } = await under("#/conversation/1");
  await expect.poll(() => page.locator(".page .b-heading").count()).toBe(texts.length);
  // All of it together stands nowhere, so it is shown as what was quoted.
  await page.locator(".lost-quote").waitFor();
  await page.locator(".ev-list button:nth-child(2)").click();
  await expect.poll(() => page.locator(".grid tbody tr").count()).toBe(texts.length);
  await page.locator(".ev-list button:nth-child(3)").click();
  await page.locator(".kept-quote").waitFor();
});

test("in the lists of the library it is only text", async ({ fake, texts, under }) => {
  const files: FileRow[] = texts.map((text, document) => ({
    ...FILES[4]!,
    document,
    file: text,
    source: text,
    reason: text,
  }));
  fake.host = new FakeHost({
    status: () => ({
      sources: texts.map((text, id) =>
        source(id + 1, text, {
          root: text,
          labels: [text],
          notice: id % 2 ? text : null,
          // Half of them are folders, which the first start lists by their paths.
          system: id % 2 ? text : null,
        }),
      ),
      passages: 1,
      embedded: 1,
      model: texts.join("\n"),
      model_problem: texts.join("\n"),
    }),
    progress: () => ({
      now: texts.join(" "),
      files_done: 1,
      files: 2,
      passages_embedded: 0,
      passages: 0,
      seconds_left: null,
      idle: false,
      notices: [...texts],
      away: [],
      trouble: null,
    }),
    file_list: ({ offset, limit }) => ({
      total: files.length,
      files: files.slice(offset, offset + limit),
      by_state: { indexed: 0, waiting: 0, skipped: 0, failed: files.length },
    }),
    search: () => ({
      results: texts.map((text, number) => ({
        ...HITS[0]!,
        passage_id: number,
        file: text,
        collection: text,
        title: text,
        heading: text,
        place_text: text,
        passage: text,
      })),
      notices: [...texts],
    }),
    why: () => ({
      file: texts[0]!,
      verdict: texts.join(" "),
      details: [...texts],
      status: "failed",
      found: {
        rank: 1,
        file_rank: 1,
        passage: texts.join("\n"),
        place: texts.join(" "),
        matched: [...texts],
        missing: [...texts],
        similarity: 0.5,
      },
    }),
  });
  const { page } = await under("#/library");
  await page.locator(".files").waitFor();
  await page.getByRole("searchbox", { name: "Try a search" }).fill("script img onerror");
  await expect.poll(() => page.locator(".hit").count()).toBe(texts.length);
  await throughFiles(page);
  await page.getByRole("button", { name: "Why is a file missing?" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("File", { exact: true }).fill("onerror");
  await page.keyboard.press("Enter");
  await dialog.getByLabel("Question").fill("onerror?");
  await page.keyboard.press("Enter");
  await dialog.locator(".why").waitFor();
  await page.keyboard.press("Escape");
  await page.evaluate(() => (location.hash = "#/welcome"));
  await expect.poll(() => page.locator(".fl li").count()).toBe(Math.ceil(texts.length / 2));
});

/** Scrolls through all files; rows are drawn as they come into sight. */
async function throughFiles(page: Page): Promise<void> {
  await page.locator(".files").evaluate(async (own) => {
    while (own.scrollTop + own.clientHeight < own.scrollHeight - 2) {
      own.scrollBy(0, own.clientHeight);
      await new Promise(requestAnimationFrame);
      while (own.querySelector(".skel")) await new Promise((go) => setTimeout(go, 5));
    }
  });
}

test("in the names of folders, their menus and dialogs it is only text", async ({ fake, texts, under }) => {
  const name = texts.join(" ");
  fake.host = new FakeHost({
    status: () => ({
      sources: [
        source(1, name, { root: name, notice: name, labels: [name] }),
        source(2, name, { reachable: false }),
      ],
      passages: 1,
      embedded: 1,
      model: null,
      model_problem: null,
    }),
    progress: () => ({
      now: name,
      files_done: 1,
      files: 2,
      passages_embedded: 0,
      passages: 0,
      seconds_left: null,
      idle: false,
      notices: [],
      away: [2],
      trouble: name,
    }),
  });
  const { page } = await under("#/library/1");
  await page.getByText("What was read before is kept.").waitFor();
  // By keyboard: names as long as these leave no place for the mouse.
  const press = (name: string | RegExp) =>
    page.locator(".fold, .scope").getByRole("button", { name }).press("Enter");
  await press("Labels");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await press(/^More actions for <script>/);
  await page.getByRole("menuitem", { name: "Stop watching this folder" }).press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.evaluate(() => (location.hash = "#/ask"));
  await press("Choose where to look");
  await page.locator(".choices").first().waitFor();
});

test("in recent questions and in the palette it is only text", async ({ fake, texts, under }) => {
  let from = 0;
  const size = 12;
  fake.host = new FakeHost({
    conversation_list: () =>
      texts.slice(from, from + size).map((text, index) => ({
        id: from + index,
        title: `${from + index} ${text}`,
        created: 0,
        updated: 0,
        turns: 1,
        running: index === 0,
      })),
    file_list: () => ({
      total: size,
      files: texts.slice(from, from + 8).map((text, document) => ({ ...FILES[1]!, document, file: text })),
      by_state: { indexed: size, waiting: 0, skipped: 0, failed: 0 },
    }),
  });
  const { page } = await under("#/ask");
  // Keys are heard once the page is there.
  await page.locator(".nav-recent li").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  for (; from < texts.length; from += size) {
    fake.host.emit({ event: "stale", caches: ["conversations", "files"] });
    await page
      .locator(".nav-recent li", { hasText: `${from} ` })
      .first()
      .waitFor();
    await page
      .locator(".pal-item", { hasText: `${from} ` })
      .first()
      .waitFor();
  }
});

test("on a page of a PDF that tries what PDFs can it is only text", async ({ fake, heard, texts, under }) => {
  fake.pdf = paper(texts, heard.address);
  fake.host = new FakeHost({
    page_marks: ({ page }) => ({
      page,
      width: 600,
      height: 840,
      rects: [],
      found: false,
    }),
  });
  const { page } = await under("#/conversation/1");
  const pages = Math.ceil(texts.length / 60);
  await expect.poll(() => page.locator("[data-page]").count()).toBe(pages);
  for (let number = 1; number <= pages; number += 1) {
    const own = page.locator(`[data-page="${number}"]`);
    await own.evaluate((it) => it.scrollIntoView());
    await own.locator(".page-text bdi").first().waitFor();
  }
  const said = await page.locator(`[data-page="${pages}"] .page-text`).textContent();
  expect(said).toContain("Never leaves this machine: no");
});

test("in the settings and in failures of the core it is only text", async ({ fake, texts, under }) => {
  const all = texts.join("\n");
  const failure = { code: "x", message: all, hint: all, fault: "bug" as const };
  fake.host = new FakeHost({
    about: () => ({
      version: "0",
      home: all,
      model: all,
      model_problem: all,
      engine: all,
      index_bytes: 1,
      ledger_bytes: 1,
      checks: texts.map((text, index) => ({
        name: `${index} ${text}`,
        ok: false,
        found: text,
        fix: text,
      })),
    }),
    contacts: () => texts.map((text) => contact({ host: text, system: text, purpose: text })),
    question_ask: () => Promise.reject(failure as never),
  });
  const { page } = await under("#/settings");
  await expect.poll(() => page.locator(".checks li").count()).toBe(texts.length);
  await page.evaluate(() => (location.hash = "#/library"));
  await page.locator(".files").waitFor();
  fake.host.emit({ event: "core", state: "starting", failure });
  fake.host.emit({ event: "core", state: "failed", failure });
  await page.getByRole("alert").waitFor();
});

/** A change that says the text wherever it says anything. */
const deed = (text: string, id: number) => {
  const told = done();
  return done({
    id,
    sentence: text,
    system: text,
    system_title: text,
    operation: text,
    summary: text,
    account: text,
    record: {
      kind: text,
      id: text,
      title: text,
      version: text,
      meant: {
        words: text,
        how: text,
        runners_up: [{ id: text, title: text, about: text }],
      },
      edited: { by: text, at: text },
    },
    state_words: text,
    proposer: { kind: "model", name: text },
    reason: text,
    verdict: {
      ...told.verdict,
      rules: [{ name: text, why: text, layer: text }],
      policy: text,
    },
    changes: [
      {
        field: text,
        label: text,
        before: text,
        after: text,
        value: text,
        origin: null,
      },
    ],
    message: {
      to: [text],
      cc: [],
      bcc: [],
      subject: text,
      body: text,
      pieces: [],
      attachments: [text],
    },
    outside: [{ kind: text, object: text, span: [0, 5] }],
    grant: text,
    unused_grant: text,
    raw: { method: text, address: text, condition: text, body: text },
    request_hash: text,
    approved_by: text,
    outcome: {
      words: text,
      record: text,
      as_sent: false,
      differs: [
        {
          field: text,
          label: text,
          before: text,
          after: text,
          value: text,
          origin: null,
        },
      ],
    },
  });
};

test("in the activity and on receipts it is only text", async ({ fake, texts, under }) => {
  // Several on each receipt: they stand in some thirty places there.
  const chunks = Array.from({ length: Math.ceil(texts.length / 12) }, (_, index) =>
    texts.slice(index * 12, index * 12 + 12).join("\n"),
  );
  fake.host = new FakeHost({
    contacts: () => texts.map((text) => contact({ host: text, system: text, purpose: text })),
    activity_list: ({ before }) =>
      texts
        .map((text, index) => ({
          seq: 10_000 - index,
          at: Date.now(),
          kind: index % 2 === 0 ? "action" : text,
          words: text,
          result: text,
          action: index % 2 === 0 ? index : null,
          state: index % 2 === 0 ? ("succeeded" as const) : null,
        }))
        .filter(({ seq }) => seq < (before ?? Infinity)),
    receipt_get: ({ id }) => ({
      action: deed(chunks[id]!, id),
      rows: [{ ...receiptRow(1, 0, chunks[id]!, chunks[id]!), body: chunks[id]! }],
      holds: true,
    }),
    audit_verify: () => ({
      holds: false,
      rows: 5,
      head: digest(1),
      broken: texts.join("\n"),
      signed: 1,
      keys: [...texts],
      notes: [...texts],
    }),
  });
  const { page } = await under("#/activity");
  await expect.poll(() => page.locator(".e").count()).toBeGreaterThan(50);
  for (const id of chunks.keys()) {
    await page.evaluate((to) => (location.hash = to), `#/activity/receipt/${id}`);
    await page.getByText(`Receipt ${id}`, { exact: true }).waitFor();
    const folded = page.locator(".paper .foldable > [aria-expanded=false]");
    while ((await folded.count()) > 0) await folded.first().click();
  }
  await page.evaluate(() => (location.hash = "#/activity/row/9999"));
  await page.getByText("Row 9,999 of the audit").waitFor();
  await page.evaluate(() => (location.hash = "#/activity/hosts"));
  // Each has a row for itself and one for what it was asked for.
  await expect.poll(() => page.locator(".hosts-table tbody tr").count()).toBe(2 * texts.length);
});

test("in the connections, their forms and the permissions it is only text", async ({
  fake,
  texts,
  under,
}) => {
  const all = texts.join(" ");
  fake.host = new FakeHost({
    system_list: () => [
      system({
        id: all.slice(0, 60),
        title: all,
        account: all,
        person: all,
        link: all,
        trouble: all,
        sync: texts.map((text, index) =>
          kept({
            kind: `${index} ${text}`,
            title: text,
            chosen: index % 2 === 0,
            records: index,
            trouble: index % 3 === 0 ? text : null,
          }),
        ),
        operations: texts.map((text, index) => ({
          name: `${index} ${text}`,
          summary: text,
          side_effect: ["read", "write", text][index % 3]!,
          undo: null,
          changed: index % 5 === 0,
          parameters: [
            {
              name: "id",
              label: text,
              required: true,
              role: "target",
              form: text,
            },
            {
              name: text,
              label: text,
              required: false,
              role: "words",
              form: `one of ${text}`,
            },
            {
              name: `${text}2`,
              label: text,
              required: true,
              role: "words",
              form: "text",
            },
          ],
        })),
      }),
    ],
    connector_list: () =>
      texts.map((text, index) => ({
        name: `${index} ${text}`,
        title: text,
        about: text,
        tried: text,
        base: text,
        sign_in: [
          { way: text, secret: text, user: true, client: null },
          { way: `${text}2`, secret: text, user: false, client: null },
        ],
      })),
    grant_list: () =>
      texts.map((text, index) =>
        grant({
          id: `${index}`,
          words: text,
          system: text,
          operation: text,
          account: text,
          bounds: [[text, text]],
        }),
      ),
  });
  const { page } = await under("#/connections");
  await page.locator(".ops-table").first().waitFor();
  expect(await page.locator(".kept-here li").count()).toBe(texts.length);
  // What is kept is asked about before it goes; nothing is deleted here.
  await page.locator(".kept-here .switch").first().press("Space");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.locator(".d .foldable > [aria-expanded=false]").click();
  for (const button of (await page.locator(".ops-do button").all()).slice(0, 10)) {
    await button.click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "Leave the demo…" }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Connect a system…" }).click();
  for (let kind = 0; kind < 10; kind += 1) {
    await page.locator(".kinds button").nth(kind).click();
    await page.locator("form.dlg-form").waitFor();
    await page.getByRole("button", { name: "Another system" }).click();
  }
  await page.locator(".kinds").waitFor();
  await page.keyboard.press("Escape");
  await page.evaluate(() => (location.hash = "#/connections/permissions"));
  await expect.poll(() => page.locator(".grant").count()).toBe(texts.length);
});

test("as files that the real core reads it is only text", async ({ browser, core, heard, texts }) => {
  const folder = await mkdtemp(join(tmpdir(), "attache-hostile-"));
  const endings = ["md", "html", "txt", "csv", "eml", "xml", "json"];
  for (const [number, text] of texts.entries()) {
    // What no file system has in a name.
    const name = text
      .replaceAll("/", "\u2215")
      .replaceAll(/[\0\ud800-\udfff]/g, "")
      .slice(0, 60);
    const ending = endings[number % endings.length]!;
    const head = ending === "eml" ? `From: ${text}\nTo: a@b.example\nSubject: ${text}\n\n` : "";
    await writeFile(join(folder, `${number} ${name}.${ending}`), `${head}${text} heron ${number}\n`);
  }
  await core.call("source_add", { path: folder });
  await core.idle();
  const { page, found } = await guarded(browser, core.open, heard);
  await page.getByRole("link", { name: "Library" }).click();
  await throughFiles(page);
  await page.getByRole("searchbox", { name: "Try a search" }).fill("heron script img");
  await page.locator(".hit").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("script");
  await page.locator(".pal-item", { hasText: "script>" }).first().waitFor();
  expect(await found()).toEqual([]);
  await page.context().close();
  await rm(folder, { recursive: true, force: true });
});

/** Puts something into the page as no part of Attaché does. */
async function unsafe(core: FakeCore, { page }: Guarded, what: string | (() => unknown)): Promise<void> {
  if (typeof what === "function") await page.evaluate(what);
  else
    await page.evaluate((markup) => {
      const own = document.createElement("div");
      document.body.append(own);
      own.innerHTML = markup;
    }, what);
}

test("the guard sees every payload that is put into the page as markup", async ({
  browser,
  fake,
  heard,
  all,
}) => {
  const { page } = await guarded(browser, fake.at("#/ask"), heard, fake);
  const unseen = await page.evaluate(
    (markups) =>
      markups.filter((markup) => {
        // Not in the page itself: it is looked through and never runs.
        const own = new DOMParser().parseFromString(markup, "text/html");
        return window.look(own.documentElement).length === 0;
      }),
    all.filter(({ armed }) => armed).map(({ text }) => text),
  );
  expect(unseen).toEqual([]);
  await page.context().close();
});

const UNSAFE: { what: string; does: string | (() => unknown); seen: RegExp }[] = [
  {
    what: "an image from elsewhere",
    does: "<img src=//127.0.0.1:9/x>",
    seen: /^element <img/m,
  },
  {
    what: "a request that the policy refuses",
    does: "<img src=//127.0.0.1:9/x>",
    seen: /^refused img-src/m,
  },
  {
    what: "a call of the core",
    does: () => void fetch("/call/erase_everything", { method: "POST", body: "{}" }),
    seen: /asked for \/call\/erase/,
  },
  {
    what: "a dialog",
    does: () => void setTimeout(() => alert("hello")),
    seen: /^dialog hello/m,
  },
  {
    what: "a turned name",
    does: "<bdi>invoice\u202efdp.exe</bdi>",
    seen: /^turned/m,
  },
  {
    what: "a changed title",
    does: () => (document.title = "Paid"),
    seen: /^title Paid/m,
  },
  {
    what: "a script that ran",
    does: () => Object.assign(window, { __hit: 1 }),
    seen: /^ran a script/m,
  },
  {
    what: "a new window",
    does: () => void window.open("about:blank"),
    seen: /^window/m,
  },
];

plain.for(UNSAFE)("the guard sees $what", async ({ does, seen }, { browser, fake }) => {
  const heard = await listener();
  const own = await guarded(browser, fake.at("#/ask"), heard, fake);
  await unsafe(fake, own, does);
  await expect.poll(async () => (await own.found()).join("\n")).toMatch(seen);
  await own.page.context().close();
  heard.close();
});

plain("the guard sees a connection and a navigation", async ({ browser, fake }) => {
  const heard = await listener();
  const own = await guarded(browser, fake.at("#/ask"), heard, fake);
  await own.page.evaluate((to) => void setTimeout(() => (location.href = `http://${to}/`)), heard.address);
  await expect.poll(heard.connections).toBeGreaterThan(0);
  await own.page.context().close();
  heard.close();
});

/** A proposal that says the text wherever it says anything. */
function hostileAction(id: number, text: string, more: Partial<ActionView> = {}): ActionView {
  const source = { kind: text, object: text, span: null };
  const change = {
    field: `f${id}`,
    label: text,
    before: text,
    after: text,
    value: text,
  };
  return action(id, {
    sentence: `${id} ${text}`,
    system: text,
    system_title: text,
    operation: text,
    summary: text,
    account: text,
    record: {
      kind: text,
      id: text,
      title: text,
      version: text,
      meant: {
        words: text,
        how: text,
        runners_up: [{ id: text, title: text, about: text }],
      },
      edited: { by: text, at: text },
    },
    state_words: text,
    proposer: { kind: "model", name: text },
    reason: text,
    verdict: {
      decision: "ask",
      question: text,
      rules: [{ name: text, why: text, layer: text }],
      needs: [text],
      red: id % 2 === 0,
      word: null,
      second_signature: false,
      policy: text,
    },
    changes: [
      { ...change, origin: { kind: "within", source, quote: text } },
      {
        ...change,
        field: `g${id}`,
        origin: { kind: "field", source, quote: text },
      },
    ],
    given: [
      {
        name: `h${id}`,
        label: text,
        value: text,
        origin: { kind: "within", source, quote: text },
      },
    ],
    message: {
      to: [text],
      cc: [text],
      bcc: [text],
      subject: text,
      body: text,
      pieces: [
        { start: 0, end: 3, origin: { kind: "within", source, quote: text } },
        { start: 3, end: 9, origin: { kind: "field", source, quote: text } },
      ],
      attachments: [text],
    },
    outside: [source],
    grant: text,
    unused_grant: text,
    raw: { method: text, address: text, condition: text, body: text },
    approved_by: text,
    outcome: {
      words: text,
      record: text,
      as_sent: false,
      differs: [{ ...change, origin: null }],
    },
    ...more,
  });
}

test("in the inbox and in the approval window it is only text", async ({ fake, texts, under }) => {
  const states = ["denied", "rejected", "succeeded", "failed", "unknown", "needs_person"] as const;
  const ended = texts.map((text, index) =>
    hostileAction(1000 + index, text, {
      state: states[index % states.length] ?? "failed",
    }),
  );
  // By rows, and one after the other in full.
  const rows = texts.slice(0, 300).map((text, index) => hostileAction(2000 + index, text, { message: null }));
  const full = texts.slice(300).map((text, index) => hostileAction(3000 + index, text));
  const cards = new Map([
    [1, rows],
    [2, full],
  ]);
  const joined = texts.join(" ");
  const first = (id: number): ActionView =>
    id < 1000 ? hostileAction(id, joined) : ended.find((own) => own.id === id)!;
  fake.host = new FakeHost({
    standing: () => ({ stopped: false, waiting: 2, under_way: 0 }),
    action_list: ({ open }) => ({
      actions: open ? [first(1), first(2)] : ended,
      more: false,
    }),
    action_get: ({ id }) => first(id),
    card_get: ({ id, struck }) => ({
      sentence: `${id} ${joined}`,
      actions: cards.get(id) ?? [],
      questions: [],
      struck,
      digest: "7f3a09c1",
      approve: joined.slice(0, 200),
      word: joined.slice(0, 200),
      expires: Date.now() + 60_000,
    }),
    grant_offer: ({ id }) => ({
      refused: id === 2 ? joined : null,
      arguments: texts.map((text) => ({
        name: text,
        label: text,
        value: text,
        amount: true,
        optional: true,
      })),
    }),
  });
  const { page } = await under("#/inbox/1");
  await expect.poll(() => page.locator(".batch-t tbody tr").count()).toBe(rows.length);
  await page.getByRole("button", { name: "Show raw requests" }).press("Enter");
  await expect.poll(() => page.locator(".seal-raw pre").count()).toBe(rows.length);
  await page.evaluate(() => (location.hash = "#/inbox/2"));
  await expect.poll(() => page.locator(".step").count()).toBe(full.length);
  const last = ended.at(-1)!;
  for (const { id } of [...ended.slice(0, 24), last]) {
    await page.evaluate((to) => (location.hash = `#/inbox/${to}`), id);
    await page.locator(".st :is(h1, h2)", { hasText: `${id} ` }).waitFor();
  }
  await page.getByRole("button", { name: "Decided" }).press("Enter");
  await expect
    .poll(() => page.locator(".it").count())
    .toBe(ended.filter(({ state }) => state !== "unknown" && state !== "needs_person").length);
  for (const id of [1, 2]) {
    const approval = await under(`?window=approval#/approval/${id}`);
    await approval.page.locator("h1", { hasText: `${id} ` }).waitFor();
    await approval.page.getByRole("button", { name: "Always allow for…" }).press("Enter");
    await approval.page
      .locator(id === 1 ? ".g-row" : ".g-lock")
      .first()
      .waitFor();
  }
});
