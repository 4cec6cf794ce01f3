// Pictures of the real window for docs/screens, in both themes. Run by `make screens`; wants ImageMagick's `import`, since
// the webview's own screenshots never come where nothing is composited. Settings show paths of the machine, so that there is
// no picture of them.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openWindow } from "./window.mjs";

const FOLDER = "docs/screens";
const FIELD = "//textarea[@aria-label='Your question']";
const ASK = "//form//button[contains(., 'Ask')]";

test("pictures of every screen", { timeout: 600_000 }, async (t) => {
  await mkdir(FOLDER, { recursive: true });
  for (const theme of ["light", "dark"]) {
    const home = await mkdtemp(join(tmpdir(), "attache-screens-"));
    t.after(() => rm(home, { recursive: true, force: true }));
    const window = await openWindow(t, home);
    const picture = (name) => {
      const file = join(FOLDER, `${name}-${theme}.png`);
      execFileSync("import", ["-window", "root", "-crop", "1280x820+0+0", "+repage", file]);
    };
    const go = (place) => window.run("location.hash = arguments[0]", place);
    await window.seeText("What should Attaché read?");
    const { value: settings } = await window.call("settings_get", {});
    await window.call("settings_set", { ...settings, theme });
    await window.see(`document.documentElement.dataset.theme === '${theme}'`);
    picture("onboarding-folders");
    await window.click("//button[contains(., 'Open the demo')]");
    await window.see("document.querySelector('h1')?.textContent !== 'What should Attaché read?'");
    picture("onboarding-model");
    await window.click("//button[contains(., 'Start')]");
    await go("#/library");
    await window.seeText("Indexed");
    picture("library-reading");
    for (;;) {
      const { value } = await window.call("progress", {});
      if (value.idle && value.files > 30) break;
    }
    picture("library");
    await go("#/ask");
    await window.element(FIELD);
    picture("ask-new");
    await window.type(FIELD, "What availability does Northwind guarantee Halden in a calendar month?");
    await window.click(ASK);
    await window.click("(//button[contains(@class, 'cite') and contains(@aria-label, 'Halden Service Agreement.pdf')])[1]");
    await window.see("document.querySelector('.page-mark')");
    await window.see("document.querySelector('.sheet-page:has(.page-mark) canvas').width > 300");
    picture("ask-pdf");
    await window.type(FIELD, "What uptime did we commit to for Halden?");
    await window.click(ASK);
    await window.click("(//button[contains(@class, 'cite') and contains(@aria-label, '.xlsx')])[1]");
    await window.see("document.querySelector('table')");
    picture("ask-sheet");
    await window.type(FIELD, "What is the parental leave policy for employees in Trondheim?");
    await window.click(ASK);
    await window.seeText("Nothing in");
    picture("ask-no-evidence");
    await window.close();
  }
});
