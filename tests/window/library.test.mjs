// A library that lives: files come while the program runs. In the real window.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { WORDS, folder, notes, openWindow } from "./window.mjs";

const LIMIT = { timeout: 180_000 };

test("a file dropped into an added folder is read at once, and a question about it is answered from it", LIMIT, async (t) => {
  const place = await notes(t, "Customers", { "Opening hours.md": "# Opening hours\n\nThe Bergen depot opens at seven.\n" });
  const window = await openWindow(t, await folder(t), WORDS);
  await window.seeText("What should Attaché read?");
  // What the page calls with what the system's own dialog answers.
  const added = await window.call("source_add", { path: place });
  assert.equal(added.failure, undefined);
  await window.read(1);
  await window.go("#/library");
  await window.seeText("Opening hours.md");
  await mkdir(join(place, "Returns"));
  await writeFile(
    join(place, "Returns", "Battery packs.md"),
    "# Returns of battery packs\n\nA swollen battery pack is returned in the steel crate with the red lid.\n",
  );
  await window.seeText("Battery packs.md");
  await window.see("[...document.querySelectorAll('.frow')].some((row) => /Battery packs.md\\s*Indexed/.test(row.innerText))");
  await window.go("#/ask");
  await window.ask("In which crate is a swollen battery pack returned?");
  await window.seeText("steel crate with the red lid");
  await window.click("(//button[contains(@class, 'cite') and contains(@aria-label, 'Battery packs.md')])[1]");
  await window.see("document.querySelector('.evidence mark')?.textContent.includes('steel crate with the red lid')");
  await window.close();
});
