import { mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { startCore } from "./devhost";
import { POLICY } from "./fake";
import { expect, test, type Page } from "./page";

/** What a person does in the window, with the real core behind the page. */

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "attache-folder-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function ask(page: Page, question: string): Promise<void> {
  await page.evaluate(() => (window.location.hash = "#/ask"));
  await page.getByRole("heading", { level: 1, name: "New question" }).waitFor();
  await page.getByLabel("Your question").fill(question);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Ask again" }).first().waitFor();
}

const cite = (page: Page, file: string) =>
  page
    .locator(".answer")
    .getByRole("button", { name: new RegExp(`^\\d+.*, ${file}`) })
    .first();

async function addFolder(page: Page, folder: string): Promise<void> {
  await page.getByRole("button", { name: "Add folder" }).first().click();
  await page.getByLabel("Path of the folder").fill(folder);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

const AVAILABILITY = "What availability does Northwind guarantee Halden in a calendar month?";
const CLAUSE = "Northwind shall maintain an availability of the Fleet Manager of no less than 99.5 %";

test("a newcomer opens the demo, asks, and is shown the cited words on their page", async ({
  core,
  open,
}) => {
  const { page } = await open(core.open);
  await page.getByRole("heading", { name: "What should Attaché read?" }).waitFor();
  await page.getByRole("button", { name: "Open the demo" }).click();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByText("Index up to date").waitFor();
  await core.idle();
  await ask(page, AVAILABILITY);
  await cite(page, "Halden Service Agreement.pdf, page 7").click();
  await page.locator(".page-mark").first().waitFor();
  const cited = page.locator('[data-page="7"]');
  // Drawn for real: there is ink on the paper.
  await expect
    .poll(() =>
      cited.locator("canvas").evaluate((own: HTMLCanvasElement) => {
        if (own.width === 0) return 0;
        const { data } = own.getContext("2d")!.getImageData(0, 0, own.width, own.height);
        return new Set(new Uint32Array(data.buffer)).size;
      }),
    )
    .toBeGreaterThan(8);
  // Pages far from the one that is looked at are not drawn.
  expect(await page.locator("[data-page]").count()).toBe(22);
  expect(await page.locator('[data-page="20"] .page-text').count()).toBe(0);
});

test("the words of a page lie where they are drawn and can be selected", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await ask(page, AVAILABILITY);
  await cite(page, "Halden Service Agreement.pdf, page 7").click();
  await page.locator(".page-mark").first().waitFor();
  await page.locator('[data-page="7"] .page-text').waitFor();
  // The marks come from another reader of the file than the words.
  const under = await page.locator('[data-page="7"]').evaluate((own) => {
    const marks = [...own.querySelectorAll(".page-mark")].map((mark) => mark.getBoundingClientRect());
    return [...own.querySelectorAll(".page-text bdi")]
      .filter((run) => {
        const { left, right, top, bottom } = run.getBoundingClientRect();
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        return marks.some((mark) => x > mark.left && x < mark.right && y > mark.top && y < mark.bottom);
      })
      .map((run) => run.textContent)
      .join(" ");
  });
  expect(under.replaceAll(/\s+/g, " ")).toContain(CLAUSE);
  const box = await page.locator(".page-mark").first().boundingBox();
  if (!box) throw new Error("the mark is nowhere");
  await page.mouse.move(box.x + 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, {
    steps: 8,
  });
  await page.mouse.up();
  const selected = await page.evaluate(() => String(window.getSelection()));
  expect(selected).toContain("shall maintain an availability of the Fleet Manager");
});

test("a cited mail is shown as a mail with its words marked", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await ask(page, "What do the logs of the 14 robots from Moss report?");
  await cite(page, "Update logs from Moss.eml").click();
  const mail = page.getByRole("region", { name: /^Mail: / });
  await mail.locator("mark").first().waitFor();
  expect(await mail.locator("dt").allTextContents()).toContain("From");
  expect((await mail.locator("mark").allTextContents()).join("")).toContain("each reports bootloader 1.8.2");
});

test("a cited range of a sheet is marked under the letters and numbers it has in the file", async ({
  demo,
  open,
}) => {
  const { page } = await open(demo.open);
  await ask(page, "What does a drive wheel cost?");
  await cite(page, "Spare parts 2026.ods").click();
  const grid = page.getByRole("region", {
    name: /sheet Spare parts, cited cells A4:F9/,
  });
  await grid.locator(".cell-mark").first().waitFor();
  const cell = await grid.getByText("148 €").evaluate((text) => {
    const own = text.closest("td")!;
    const row = own.parentElement!;
    const column = [...row.children].indexOf(own);
    return {
      column: row.closest("table")!.querySelectorAll("thead tr > *")[column]?.textContent,
      row: row.querySelector("th")?.textContent,
      marked: own.classList.contains("cell-mark"),
    };
  });
  expect(cell).toEqual({ column: "D", row: "4", marked: true });
});

test("the library says of each file whether it can be found, and why not", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await page.getByRole("link", { name: "Library" }).click();
  await page.getByRole("button", { name: /^Failed/ }).click();
  const row = (name: string) => page.getByRole("row").filter({ hasText: name });
  await row("Margins 2026 protected.xlsx").getByText("The file needs a password.").waitFor();
  expect(await row("Annex B draft.docx").textContent()).toContain("The file is damaged");
  await page.getByRole("button", { name: /^Skipped/ }).click();
  await row("Scan 2026-09-18 signed order.pdf").getByText("holds no text").waitFor();
  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByLabel("Find a file").fill("KB-0193");
  await expect.poll(() => page.locator(".files-rows .frow").count()).toBe(1);
  expect(await row("KB-0193").textContent()).toContain("Indexed");
});

test("a person is told why a file was not found for a question", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await page.getByRole("link", { name: "Library" }).click();
  await page.getByLabel("Find a file").fill("Margins");
  await page
    .getByRole("button", {
      name: "More actions for Margins 2026 protected.xlsx",
    })
    .click();
  await page.getByRole("menuitem", { name: "Why is it not found?" }).click();
  await page.getByRole("dialog").getByLabel("Question").fill("What is our margin at Halden?");
  await page.keyboard.press("Enter");
  const why = page.getByRole("dialog").getByRole("status");
  await why.waitFor();
  expect(await why.textContent()).toContain("password");
});

test("a search shows the passages that answers would be made from", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await page.getByRole("link", { name: "Library" }).click();
  await page.getByRole("searchbox", { name: "Try a search" }).fill("bootloader older than 1.9");
  const hit = page.locator(".hit").filter({ hasText: "KB-0193 Staged firmware update.md" });
  await hit.waitFor();
  expect(await hit.locator("mark").allTextContents()).toContain("bootloader");
  expect(await hit.textContent()).toContain("word match");
});

test("Ask works without a mouse", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await ask(page, "What does a drive wheel cost?");
  const chip = page.locator(".answer .cite").first();
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Shift+Tab");
    if (await chip.evaluate((own) => own === document.activeElement)) break;
  }
  expect(await chip.evaluate((own) => getComputedStyle(own).outlineStyle)).toBe("solid");
  await page.keyboard.press("Enter");
  await page.locator(".cell-mark").first().waitFor();
  await page.keyboard.press("Control+.");
  await expect.poll(() => page.getByRole("complementary", { name: "Evidence" }).count()).toBe(0);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search or jump to" }).waitFor();
  await page.keyboard.type("library");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Library" }).waitFor();
});

test("a question that no file answers gets no answer", async ({ demo, open }) => {
  const { page } = await open(demo.open);
  await page
    .getByLabel("Your question")
    .fill("What is the parental leave policy for employees in Trondheim?");
  await page.keyboard.press("Enter");
  await page.getByText("No answer is given without a passage.").waitFor();
  expect(await page.locator(".answer .cite").count()).toBe(0);
});

test("a file dropped into a folder that was added in the window is found at once", async ({ core, open }) => {
  const folder = await folderWith({
    "Ferry.md": "# Ferry\n\nThe ferry to Horten leaves every hour.\n",
  });
  const { page } = await open(core.open);
  await page.getByRole("heading", { name: "What should Attaché read?" }).waitFor();
  await addFolder(page, folder);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("link", { name: "Library" }).click();
  await page.getByRole("row").filter({ hasText: "Ferry.md" }).getByText("Indexed").waitFor();
  await writeFile(
    join(folder, "Bridge.md"),
    "# Bridge\n\nThe Varden bridge opens to lorries on 12 May 2027.\n",
  );
  await page.getByRole("row").filter({ hasText: "Bridge.md" }).getByText("Indexed").waitFor();
  await ask(page, "When does the Varden bridge open?");
  await cite(page, "Bridge.md").click();
  const marked = page.getByRole("region", { name: /^Bridge.md/ }).locator("mark");
  await marked.first().waitFor();
  expect((await marked.allTextContents()).join("")).toContain("12 May 2027");
});

test("of a deleted file the passage is kept with the answer that quoted it", async ({ core, open }) => {
  const folder = await folderWith({
    "Bridge.md": "The Varden bridge opens to lorries on 12 May 2027.\n",
  });
  await core.call("source_add", { path: folder });
  await core.idle();
  const { page } = await open(core.open);
  await ask(page, "When does the Varden bridge open?");
  await page.getByRole("region", { name: /^Bridge.md/ }).waitFor();
  await rm(join(folder, "Bridge.md"));
  await page.getByText("This document is no longer in the library").waitFor();
  expect(await page.locator(".kept-quote").textContent()).toContain("12 May 2027");
});

test("a folder that went away is named in the window until it is back", async ({ core, open }) => {
  const folder = await folderWith({
    "Ferry.md": "The ferry to Horten leaves every hour.\n",
  });
  await core.call("source_add", { path: folder, collection: "Crossings" });
  await core.idle();
  const reachable = async () => (await core.call("status", {})).sources[0]?.reachable;
  await rename(folder, `${folder}-away`);
  await expect.poll(reachable).toBe(false);
  const { page } = await open(core.open);
  await page.getByText("The folder of Crossings cannot be reached.").waitFor();
  await page.getByRole("link", { name: "Details" }).click();
  await page.getByText("nothing is forgotten until you stop watching it").waitFor();
  await rename(`${folder}-away`, folder);
  await expect.poll(reachable).toBe(true);
  await page.reload();
  await page.getByRole("row").filter({ hasText: "Ferry.md" }).getByText("Indexed").waitFor();
  expect(await page.getByText("cannot be reached").count()).toBe(0);
});

test("settings are kept, and erasing everything leads back to the first start", async ({ core, open }) => {
  const folder = await folderWith({
    "Ferry.md": "The ferry to Horten leaves every hour.\n",
  });
  await core.call("source_add", { path: folder });
  await core.idle();
  const { page } = await open(core.open);
  await ask(page, "When does the ferry to Horten leave?");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.reload();
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.getByRole("button", { name: "Erase everything…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Type “erase”").fill("erase");
  await dialog.getByRole("button", { name: "Erase everything" }).click();
  await page.getByRole("heading", { name: "What should Attaché read?" }).waitFor();
  await page.getByText("None yet.").waitFor();
  expect(await core.call("conversation_list", {})).toEqual([]);
  expect((await core.call("settings_get", {})).theme).toBe("system");
  await page.getByRole("button", { name: "Skip for now" }).click();
  await page.getByRole("heading", { name: "No folders yet" }).waitFor();
  expect(await readdir(folder)).toEqual(["Ferry.md"]);
});

test("where records are close the person says which in the inbox, and it becomes a card", async ({
  core,
  open,
}) => {
  await core.call("demo_connect", {});
  const { page } = await open(core.open);
  await page.evaluate(() => (window.location.hash = "#/inbox"));
  const question = await core.call("action_propose", {
    system: "demo-company",
    operation: "crm.deals.update",
    arguments: { next_step: "Confirm dock layout" },
    record: "Vestby Cold Storage",
  });
  expect(question.kind).toBe("which");
  await page
    .getByRole("link", {
      name: /Which deal do you mean by “Vestby Cold Storage”/,
    })
    .click();
  await page.getByRole("radio", { name: /DC 2, refit.*close date 2026-12-15/ }).check();
  await page.keyboard.press("Control+Enter");
  await page.getByText("You picked it among several.").waitFor();
  await page
    .getByRole("row", {
      name: /Next step empty becomes Confirm dock layout Your words/,
    })
    .waitFor();
  await page.getByRole("button", { name: "Review and approve" }).waitFor();
  // The other one is a click away.
  await page.getByRole("button", { name: "Not this record?" }).click();
  await page.getByRole("radio", { name: /AS, new site/ }).waitFor();
  const { actions } = await core.call("action_list", { open: true });
  expect(actions.map(({ record }) => record?.id)).toEqual(["20441"]);
});

test("with the embedding model, files are found by what they mean", async ({ open }) => {
  const folder = await folderWith({
    "Leave.md": "Employees get 25 days of paid holiday each year.\n",
    "Ferry.md": "The boat to Horten leaves every hour.\n",
  });
  const core = await startCore({ model: true });
  try {
    await core.call("source_add", { path: folder });
    await core.idle();
    const { page } = await open(core.open);
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByRole("searchbox", { name: "Try a search" }).fill("How much vacation do workers have?");
    await page.locator(".hit").filter({ hasText: "Leave.md" }).getByText("meaning match").waitFor();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByText("all-minilm-l6-v2", { exact: false }).first().waitFor();
    await page.context().close();
  } finally {
    await core.stop();
  }
});

test("the made-up core serves the page under the policy of the real one", async ({ demo }) => {
  const { headers } = await fetch(demo.open);
  expect(headers.get("content-security-policy")).toBe(POLICY);
});
