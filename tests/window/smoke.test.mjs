// Smoke tests in the real window. Each sentence is what it proves.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { folder, openWindow, running, until } from "./window.mjs";

const QUESTION = "Which bootloader do units need before 4.2 can be installed?";
const LIMIT = { timeout: 180_000 };

test("a newcomer opens the demo, asks, sees the cited words on the page and finds it all again after a restart", LIMIT, async (t) => {
  const home = await folder(t);
  let window = await openWindow(t, home);
  await window.seeText("What should Attaché read?");
  await window.click("//button[contains(., 'Open the demo')]");
  await window.click("//button[contains(., 'Start')]");
  // Once everything is read, the answer is the one that the documents give.
  await window.read(31);
  await window.ask(QUESTION);
  await window.seeText("bootloader older than 1.9");
  await window.click("(//button[contains(@class, 'cite')])[1]");
  await window.seeText("KB-0193");
  const title = await window.run("return document.title");
  assert.equal(typeof title, "string");
  await window.close();

  window = await openWindow(t, home);
  await window.seeText(QUESTION);
  const kept = await window.call("conversation_list", {});
  assert.equal(kept.value.length, 1);
  assert.equal(kept.value[0].title, QUESTION);
  await window.close();
});

test("a cited page of a PDF is drawn in the window with its words marked", LIMIT, async (t) => {
  const window = await openWindow(t, await folder(t));
  await window.seeText("What should Attaché read?");
  await window.call("source_demo", {});
  await window.read(31);
  await window.go("#/ask");
  await window.ask("What availability does Northwind guarantee Halden in a calendar month?");
  await window.click("(//button[contains(@class, 'cite') and contains(@aria-label, 'Halden Service Agreement.pdf')])[1]");
  await window.see("document.querySelector('.page-mark')");
  // Drawn for real: not every pixel of the page under the mark has the colour of paper.
  await window.see(`(() => {
    const canvas = document.querySelector('.sheet-page:has(.page-mark) canvas');
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return new Set(pixels).size > 8;
  })()`);
  await window.close();
});

test("the page can call its commands and nothing else", LIMIT, async (t) => {
  const window = await openWindow(t, await folder(t));
  await window.seeText("What should Attaché read?");
  assert.ok((await window.call("status", {})).value.sources);
  for (const name of ["extract", "files", "plugin:event|listen", "plugin:window|close", "plugin:dialog|open", "plugin:fs|read_file"]) {
    const { failure } = await window.call(name, { path: "/etc/passwd" });
    assert.ok(failure, `${name} was carried out`);
  }
  const told = await window.call("document_view", { document: 77 });
  assert.equal(told.failure.code, "gone");
  // Nothing of elsewhere is loaded, whatever the page is made to ask for.
  const reached = await window.run("return document.createElement('img') && typeof window.__TAURI__");
  assert.equal(reached, "undefined");
  await window.close();
});

test("a second start shows the first window and ends", LIMIT, async (t) => {
  const home = await folder(t);
  const window = await openWindow(t, home);
  await window.seeText("What should Attaché read?");
  const second = spawn(process.env.ATTACHE_WINDOW, ["--home", home, "attache://settings"], { stdio: "ignore" });
  t.after(() => second.kill("SIGKILL"));
  const [code] = await once(second, "exit");
  assert.equal(code, 0);
  await window.see("location.hash === '#/settings'");
  await window.close();
});

test("a start while the program is closing opens it again", LIMIT, async (t) => {
  const home = await folder(t);
  const window = await openWindow(t, home);
  const [first] = await running(home);
  await window.seeText("What should Attaché read?");
  // Files are being read, so that closing takes a moment.
  await window.call("source_demo", {});
  window.end();
  const second = spawn(process.env.ATTACHE_WINDOW, ["--home", home], { stdio: "ignore" });
  t.after(() => second.kill("SIGKILL"));
  await window.gone();
  const [next] = await until("a new process", async () => {
    const now = await running(home);
    return now.length === 1 && now[0] !== first && now;
  });
  // It is the program itself and not a start that is about to give up: it has the home for itself.
  await until("the home's new owner", async () => (await readFile(`${home}/lock`, "utf8")).includes(`process ${next} `));
});
