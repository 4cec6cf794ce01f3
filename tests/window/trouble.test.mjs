// Bad things that happen, in the real window: each is said on the page, and nothing is lost.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ASK, FIELD, WORDS, endless, folder, holds, notes, openWindow } from "./window.mjs";

const LIMIT = { timeout: 180_000 };
const QUESTION = "In which crate is a swollen battery pack returned?";
const ANSWER = "steel crate with the red lid";
const FILES = { "Battery packs.md": `# Returns\n\nA swollen battery pack is returned in the ${ANSWER}.\n` };
const RECENT = `//nav//a[contains(., '${QUESTION}')]`;

/** A window on a folder that was read. */
async function withFolder(t, home, more = WORDS) {
  const place = await notes(t, "Customers", FILES);
  const window = await openWindow(t, home, more);
  await window.seeText("What should Attaché read?");
  await window.call("source_add", { path: place });
  await window.read(1);
  await window.go("#/ask");
  return { window, place };
}

/** The same, and a question about it was answered. */
async function withAnswer(t, home) {
  const opened = await withFolder(t, home);
  await opened.window.ask(QUESTION);
  await opened.window.seeText(ANSWER);
  return opened;
}

test("while another process has the home, the window says which, and opens by itself when that ends", LIMIT, async (t) => {
  const home = await folder(t);
  await (await withAnswer(t, home)).window.close();
  const other = spawn(join(dirname(process.env.ATTACHE_WINDOW), "attache"), ["--home", home, "index", "--watch"], {
    stdio: "ignore",
    env: { ...process.env, ...WORDS },
  });
  t.after(() => other.kill("SIGKILL"));
  await holds(home, other.pid);
  const window = await openWindow(t, home, WORDS);
  await window.seeText("Attaché is open already");
  await window.seeText(`process ${other.pid} (attache index --watch)`);
  await window.seeText("Your files, conversations and settings are kept as they were.");
  other.kill("SIGTERM");
  await window.click(RECENT);
  await window.seeText(ANSWER);
  await window.close();
});

test("a damaged index is made again from the files while the page says so, and the conversations stay", LIMIT, async (t) => {
  const home = await folder(t);
  await (await withAnswer(t, home)).window.close();
  await writeFile(join(home, "index", "index.sqlite"), "This is no database.");
  // It takes as long as one looks at it.
  const { more } = await endless(t);
  const rebuilding = await openWindow(t, home, more);
  await rebuilding.go("#/library");
  await rebuilding.see("/0 of 1\\spassage/.test(document.querySelector('.prog')?.innerText)");
  await rebuilding.see("document.querySelector('.nav-foot').innerText.includes('Indexing')");
  await rebuilding.click(RECENT);
  await rebuilding.seeText(ANSWER);
  await rebuilding.kill();
  const window = await openWindow(t, home);
  await window.read(1);
  await window.click(RECENT);
  await window.click("//button[contains(., 'Ask again')]");
  await window.see("document.querySelectorAll('.answer-part').length === 2");
  await window.close();
});

test("without a model the page says that files are found by their words, and answers", LIMIT, async (t) => {
  const window = await openWindow(t, await folder(t), WORDS);
  await window.click("//button[contains(., 'Open the demo')]");
  await window.seeText("Not there; files are found by their words");
  await window.click("//button[contains(., 'Start')]");
  await window.read(31);
  await window.ask("Which bootloader do units need before 4.2 can be installed?");
  await window.seeText("bootloader older than 1.9");
  await window.seeText("Found by words only");
  await window.go("#/library");
  await window.seeText("Files are found by their words only");
  await window.go("#/settings");
  await window.seeText("Not there. Files are found by their words.");
  await window.close();
});

/** A window in which an answer is being made and waits for the model. */
async function answering(t, home) {
  await (await withFolder(t, home, {})).window.close();
  const { more, pipe } = await endless(t);
  const window = await openWindow(t, home, more);
  await window.ask(QUESTION);
  await window.seeText("Searching your files");
  return { window, pipe };
}

test("an answer that a loss of power cuts off is shown as interrupted and can be asked again", LIMIT, async (t) => {
  const home = await folder(t);
  await (await answering(t, home)).window.kill();
  const window = await openWindow(t, home);
  await window.click(RECENT);
  await window.seeText("Attaché was closed before this answer was finished.");
  await window.click("//button[contains(., 'Ask again')]");
  await window.seeText(ANSWER);
  await window.close();
});

test("an answer that is being made when the window is closed is finished behind it", LIMIT, async (t) => {
  const home = await folder(t);
  const { window: closing, pipe } = await answering(t, home);
  closing.end();
  // Opened for reading too, so that it does not wait for a reader.
  const both = await open(pipe, "r+");
  await both.write("{}");
  await both.close();
  await closing.gone();
  const window = await openWindow(t, home);
  await window.click(RECENT);
  await window.seeText(ANSWER);
  await window.close();
});

test("erasing everything leads back to the first step and leaves the person's own files", LIMIT, async (t) => {
  const home = await folder(t);
  const { window, place } = await withAnswer(t, home);
  await window.go("#/settings");
  await window.click("//button[contains(., 'Erase everything…')]");
  await window.type("//div[@role='dialog']//input", "erase");
  await window.click("//div[@role='dialog']//button[contains(., 'Erase everything')]");
  await window.seeText("What should Attaché read?");
  await window.seeText("None yet.");
  assert.deepEqual((await window.call("conversation_list", {})).value, []);
  assert.deepEqual(await readdir(place), Object.keys(FILES));
  // The core that began anew is a whole one.
  await window.call("source_add", { path: place });
  await window.read(1);
  await window.click("//button[contains(., 'Continue')]");
  await window.click("//button[contains(., 'Start')]");
  await window.ask(QUESTION);
  await window.seeText(ANSWER);
  await window.close();
});

/** A disk of this size, or why there is none. */
async function disk(t, megabytes) {
  const place = await mkdtemp(join(tmpdir(), "attache-window-disk-"));
  let mounted = false;
  t.after(async () => {
    if (mounted) execFileSync("umount", ["--lazy", place]);
    await rm(place, { recursive: true, force: true });
  });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", place], { stdio: "pipe" });
    mounted = true;
    return { place };
  } catch (error) {
    return { why: `a small disk can't be made here: ${error.stderr ?? error.message}`.trim() };
  }
}

/** Writes to a file until the disk has no more room. */
async function fill(path) {
  const file = await open(path, "w");
  for (let size = 1 << 20; size > 0; size >>= 1) {
    try {
      for (;;) await file.write(Buffer.alloc(size));
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }
  await file.close();
}

test("on a full disk a question is refused and stays written, what was read still answers, and with room it all goes on", LIMIT, async (t) => {
  const { place: home, why } = await disk(t, 40);
  if (why) return t.skip(why);
  const { window: before, place } = await withAnswer(t, home);
  const rest = join(home, "the rest");
  await fill(rest);
  const second = "Which lid does the crate for a swollen battery pack have?";
  await before.ask(second);
  await before.seeText("disk is full");
  await before.see(`document.querySelector('textarea').value === ${JSON.stringify(second)}`);
  await before.seeText(ANSWER);
  // What cannot be read now is not forgotten: it is said, and tried again.
  await writeFile(join(place, "Later.md"), "# Later\n\nThe Bergen depot opens at seven.\n");
  await before.go("#/library");
  await before.seeText("Your folders are not read now");
  await before.close();

  const window = await openWindow(t, home, WORDS);
  await window.click(RECENT);
  await window.seeText(ANSWER);
  await rm(rest);
  await window.type(FIELD, second);
  await window.click(ASK);
  await window.see("document.querySelectorAll('article[aria-busy=false] .answer-part').length === 2");
  await window.read(2);
  await window.close();
});

test("a folder that is gone is named at once, loses nothing and answers again when it is back", LIMIT, async (t) => {
  const { window, place } = await withAnswer(t, await folder(t));
  await rename(place, `${place} elsewhere`);
  await window.seeText("The folder of Customers cannot be reached.");
  await window.seeText(ANSWER);
  await window.go("#/library");
  await window.seeText("This folder cannot be reached");
  await rename(`${place} elsewhere`, place);
  await window.see("!document.body.innerText.includes('cannot be reached')");
  await window.go("#/ask");
  await window.ask(QUESTION);
  await window.see("document.querySelector('article[aria-busy=false] .answer-part')");
  await window.close();
});

test("a citation of before leads to its own file after the index was made again", LIMIT, async (t) => {
  const home = await folder(t);
  const { window: before, place } = await withAnswer(t, home);
  await before.close();
  await rm(join(home, "index"), { recursive: true });
  for (let note = 0; note < 300; note += 1) await writeFile(join(place, `Note ${note}.md`), `Note ${note}\n`);
  const window = await openWindow(t, home, WORDS);
  await window.read(301);
  await window.click(RECENT);
  await window.click("(//button[contains(@class, 'cite')])[1]");
  await window.see(`document.querySelector('.evidence mark')?.textContent.includes(${JSON.stringify(ANSWER)})`);
  await window.close();
});
