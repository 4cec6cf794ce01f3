import { afterAll, beforeAll } from "vitest";
import { FakeHost } from "../../ui/src/host/fake/FakeHost";
import { NOW, SOURCES, mirrored } from "../../ui/src/host/fake/story";
import { connected, kept, system } from "../../ui/src/host/fake/systems";
import { serve, type FakeCore } from "./fake";
import { axe, describe, expect, openWindow, test, wear, type Watched } from "./page";
import { SCREENS } from "./screens";
import { differs } from "./snapshot";

describe.each(SCREENS)("$name", ({ name, hash, host, ready, size, picture }) => {
  let fake: FakeCore;
  let window: Watched;
  // Opened once for everything that is looked at on it.
  test.beforeAll(async ({ browser }) => {
    fake = await serve();
    if (host) fake.host = host();
    window = await openWindow(browser, fake.at(hash), { now: NOW, ...size });
    await ready(window.page);
  });
  afterAll(async () => {
    await window.page.context().close();
    await fake.close();
    expect(window.trouble).toEqual([]);
  });
  describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
    beforeAll(() => wear(window.page, colorScheme));
    test("axe finds nothing", async () => {
      expect(await axe(window.page)).toEqual([]);
    });
    if (!picture) return;
    test("it looks as it was accepted", async () => {
      expect(await differs(window.page, `${name.replaceAll(" ", "-")}-${colorScheme}`)).toBe("");
    });
  });
});

const SIZES = [
  { width: 720, height: 560, text: 100 },
  { width: 1280, height: 820, text: 200 },
  { width: 720, height: 560, text: 200 },
];

test.for(SIZES)(
  "nothing is cut off sideways at $width x $height with $text % text",
  async ({ width, height, text }, { fake, open }) => {
    fake.host = new FakeHost({
      settings_get: () => ({
        theme: "system",
        text_size: text,
        hotkey: null,
        single_keys: true,
        notifications: true,
      }),
      status: () => ({
        sources: [...SOURCES, mirrored()],
        passages: 0,
        embedded: 0,
        model: null,
        model_problem: null,
      }),
      system_list: () => [
        system(),
        connected({
          sync: [
            kept({ chosen: true, records: 1204, running: 1240 }),
            kept({
              kind: "asset",
              title: "Assets",
              chosen: true,
              trouble: "`Request Tracker` did not answer.",
            }),
          ],
        }),
      ],
    });
    const { page } = await open(fake.at("#/ask"), { width, height });
    await page.waitForFunction(
      (size) => getComputedStyle(document.documentElement).fontSize === `${(16 * size) / 100}px`,
      text,
    );
    for (const [hash, heading] of [
      ["#/ask", "New question"],
      ["#/conversation/1", "Halden uptime commitment"],
      ["#/conversation/2", "How answers can end"],
      ["#/library/1", "Library"],
      ["#/library/5", "Library"],
      ["#/inbox/1", "Inbox"],
      ["#/inbox/3", "Inbox"],
      ["#/inbox/11", "Inbox"],
      ["#/inbox/15", "Inbox"],
      ["#/activity", "Activity"],
      ["#/activity/receipt/12", "Activity"],
      ["#/activity/hosts", "Activity"],
      ["#/connections", "Connections"],
      ["#/connections/system/demo", "Connections"],
      ["#/connections/system/request-tracker", "Connections"],
      ["#/connections/permissions", "Connections"],
      ["#/settings", "Settings"],
      ["#/welcome", "What should Attaché read?"],
    ] as const) {
      await page.evaluate((to) => (window.location.hash = to), hash);
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      const wide = await page.evaluate(() =>
        [
          document.documentElement,
          ...document.querySelectorAll("main, .talk, .flow, .set, .scr, .fold, .cardy, .q-in, .tl, .rc, .d"),
        ]
          .filter((own) => own.scrollWidth > own.clientWidth + 1)
          .map((own) => `${own.localName}.${own.className}`),
      );
      expect({ hash, wide }).toEqual({ hash, wide: [] });
    }
  },
);
