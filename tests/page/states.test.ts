import { FakeHost } from "../../ui/src/host/fake/FakeHost";
import { ANSWER, CONVERSATIONS, FILES, turn } from "../../ui/src/host/fake/story";
import { expect, test } from "./page";

/** States that the real core cannot be brought into at will: the made-up one is. */

test("an answer that is finished while the window is away is there when it comes back", async ({
  fake,
  open,
}) => {
  let finish = (): void => undefined;
  const away = new Promise<void>((go) => (finish = go));
  fake.host.pause = () => away;
  const { page } = await open(fake.at("#/ask"));
  await page.getByLabel("Your question").fill("What uptime?");
  await page.keyboard.press("Enter");
  await page.waitForURL(/conversation/);
  const address = page.url();
  await page.close();
  finish();
  const again = await open(address);
  await again.page.getByText("September stands at 99.71 %").first().waitFor();
});

test("an answer appears sentence by sentence, and Esc stops it", async ({ fake, open }) => {
  const steps: (() => void)[] = [];
  fake.host.pause = () => new Promise((go) => steps.push(go));
  const { page } = await open(fake.at("#/ask"));
  await page.getByLabel("Your question").fill("What uptime?");
  await page.keyboard.press("Enter");
  for (const text of ["Searching your files", "36 passages", "We committed to 99.5 %"]) {
    await page.getByText(text).first().waitFor();
    steps.shift()?.();
  }
  await page.getByText("The 40 expansion units are covered").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Stopped by you.").waitFor();
  expect(await page.getByText("September stands at 99.71 %").count()).toBe(0);
});

test("a system is connected by keys alone, and the focus is on it", async ({ fake, open }) => {
  let answer = (): void => undefined;
  const asked = new Promise<void>((go) => (answer = go));
  const { host } = fake;
  const call = host.call.bind(host);
  host.call = async (name, request) => {
    if (name === "system_connect") await asked;
    return call(name, request);
  };
  const { page } = await open(fake.at("#/connections"));
  await page.getByRole("button", { name: "Connect a system…" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Redmine" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Address").waitFor();
  for (const [text, fields] of [
    ["redmine.northwind.example", 2],
    ["ines", 1],
  ] as const) {
    await page.keyboard.type(text);
    for (let field = 0; field < fields; field += 1) await page.keyboard.press("Tab");
  }
  await page.keyboard.type("k-20418-6f3a");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Signing in…" }).waitFor();
  answer();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByText("https://redmine.northwind.example").waitFor();
  await page.locator("section.d:focus").waitFor();
  expect(await page.content()).not.toContain("k-20418");
  expect(page.url()).toMatch(/#\/connections\/system\/redmine$/);
});

test.for([
  { width: 1280, height: 820 },
  { width: 720, height: 560 },
])(
  "with 200 % text at $width x $height the form to connect a system is whole, and its end can be reached",
  async (size, { fake, open }) => {
    fake.host = new FakeHost({
      settings_get: () => ({
        theme: "system",
        text_size: 200,
        hotkey: null,
        single_keys: true,
        notifications: true,
      }),
    });
    const { page } = await open(fake.at("#/connections"), size);
    await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === "32px");
    await page.getByRole("button", { name: "Connect a system…" }).click();
    const dialog = page.getByRole("dialog");
    const wide = (): Promise<boolean> =>
      dialog.evaluate((own) =>
        [own, ...own.querySelectorAll("*:not(.vh, input)")].some(
          (part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline",
        ),
      );
    await dialog.getByRole("button", { name: "Request Tracker" }).waitFor();
    expect(await wide()).toBe(false);
    await dialog.getByRole("button", { name: "Request Tracker" }).click();
    await dialog.getByRole("button", { name: "With your password" }).click();
    expect(await wide()).toBe(false);
    const last = dialog.getByRole("button", { name: "Connect" });
    await last.scrollIntoViewIfNeeded();
    // Nothing lies over it.
    await last.hover({ force: true });
    expect(await last.evaluate((own) => own.matches(":hover"))).toBe(true);
  },
);

const LONG = [
  {
    what: "a conversation of 5,000 turns",
    hash: "#/conversation/1",
    scrolls: ".flow",
    item: ".flow-item",
  },
  {
    what: "a list of 10,000 files",
    hash: "#/library/1",
    scrolls: ".files",
    item: ".files-rows .frow",
  },
];

test.for(LONG)(
  "of $what only the part in sight is drawn",
  async ({ hash, scrolls, item }, { fake, open }) => {
    const turns = Array.from({ length: 5000 }, (_, index) =>
      turn(index + 1, {
        answer: {
          ...ANSWER,
          conflicts: [],
          answer: ANSWER.answer.slice(0, 1 + (index % 4)),
        },
      }),
    );
    fake.host = new FakeHost({
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
    const { page } = await open(fake.at(hash));
    await page.locator(item).first().waitFor();
    const most = await page.evaluate(
      async ([list, row]) => {
        const own = document.querySelector(list!)!;
        const up = own.scrollTop > 0 ? -1 : 1;
        let drawn = 0;
        for (let frame = 0; frame < 60; frame += 1) {
          own.scrollBy(0, 120 * up);
          await new Promise(requestAnimationFrame);
          drawn = Math.max(drawn, document.querySelectorAll(row!).length);
        }
        return drawn;
      },
      [scrolls, item],
    );
    expect(most).toBeLessThan(80);
  },
);
