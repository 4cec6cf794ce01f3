// Pictures of the real window for docs/screens, in both themes. Run by `make screens`; wants ImageMagick's `import`, since
// the webview's own screenshots never come where nothing is composited. Settings show where the programs lie on this machine,
// so that there is no picture of them.
import { execFileSync, spawn } from "node:child_process";
import { mkdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { still } from "./screen.mjs";
import { WORDS, endless, folder, holds, notes, openWindow, until } from "./window.mjs";

const FOLDER = "docs/screens";
const LIMIT = { timeout: 600_000 };
const QUESTION = "What uptime did we commit to for Halden?";
const HANDOVER = { "Keys.md": "# Keys\n\nThe key of the Bergen depot hangs in the office.\n", "Hours.md": "# Hours\n\nThe depot opens at seven.\n" };

for (const theme of ["light", "dark"]) {
  /** Once everything is painted and, unless something turns or grows on it, the screen stands still. */
  const picture = async (window, name, { moving = false } = {}) => {
    await window.runAsync("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))");
    if (!moving) await still();
    const file = join(FOLDER, `${name}-${theme}.png`);
    execFileSync("import", ["-window", "root", "-crop", "1280x820+0+0", "+repage", file]);
  };
  const wear = async (window) => {
    const { value: settings } = await window.call("settings_get", {});
    await window.call("settings_set", { ...settings, theme });
    await window.see(`document.documentElement.dataset.theme === '${theme}'`);
  };

  test(`every screen, ${theme}`, LIMIT, async (t) => {
    await mkdir(FOLDER, { recursive: true });
    // Its name is seen in the library. It must not be somebody's.
    const home = join(tmpdir(), "Northwind");
    await mkdir(home);
    t.after(() => rm(home, { recursive: true }));
    let window = await openWindow(t, home);
    await window.seeText("What should Attaché read?");
    await wear(window);
    await picture(window, "onboarding-folders");
    await window.click("//button[contains(., 'Open the demo')]");
    await window.see("document.querySelector('h1')?.textContent !== 'What should Attaché read?'");
    await picture(window, "onboarding-model", { moving: true });
    await window.click("//button[contains(., 'Start')]");
    await window.go("#/library");
    await window.see("document.querySelector('.prog')");
    await picture(window, "library-reading", { moving: true });
    await window.read(31);
    await picture(window, "library");
    await window.go("#/ask");
    await window.see("document.querySelector('.ask3')");
    await picture(window, "ask-new");
    await window.ask("What availability does Northwind guarantee Halden in a calendar month?");
    await window.click("(//button[contains(@class, 'cite') and contains(@aria-label, 'Halden Service Agreement.pdf')])[1]");
    await window.see("document.querySelector('.page-mark')");
    await window.see("document.querySelector('.sheet-page:has(.page-mark) canvas').width > 300");
    await picture(window, "ask-pdf");
    await window.ask(QUESTION);
    await window.click("(//button[contains(@class, 'cite') and contains(@aria-label, '.xlsx')])[1]");
    await window.see("document.querySelector('table')");
    await picture(window, "ask-sheet");
    await window.ask("What is the parental leave policy for employees in Trondheim?");
    await window.seeText("Nothing in");
    await picture(window, "ask-no-evidence");
    await window.close();

    await rm(join(home, "index"), { recursive: true });
    window = await openWindow(t, home);
    await window.go("#/library");
    await window.see("document.querySelector('.prog') && document.querySelectorAll('.files .frow .fn .clip').length > 10");
    await picture(window, "library-rebuilding", { moving: true });
    const place = await notes(t, "Handover", HANDOVER);
    await window.call("source_add", { path: place });
    await window.read(33);
    await window.close();

    const { more } = await endless(t);
    window = await openWindow(t, home, more);
    await window.ask(QUESTION);
    await window.seeText("Searching your files");
    await window.see("document.querySelector('.evidence .skel')");
    await picture(window, "ask-searching", { moving: true });
    await window.kill();
    window = await openWindow(t, home);
    await window.click(`//nav//a[contains(., '${QUESTION}')]`);
    await window.seeText("Attaché was closed before this answer was finished.");
    await picture(window, "ask-interrupted");
    await window.close();

    await rename(place, `${place} on another drive`);
    window = await openWindow(t, home);
    await window.seeText("cannot be reached");
    await window.see("document.querySelector('.ask3')");
    await picture(window, "ask-folder-gone");
    await window.go("#/library");
    await window.see("document.querySelectorAll('.files .frow .fn .clip').length > 10");
    await picture(window, "library-folder-gone");
    await window.close();

    const other = spawn(join(dirname(process.env.ATTACHE_WINDOW), "attache"), ["--home", home, "index", "--watch"], { stdio: "ignore" });
    t.after(() => other.kill("SIGKILL"));
    await holds(home, other.pid);
    window = await openWindow(t, home);
    await window.seeText(`process ${other.pid}`);
    await picture(window, "workspace-in-use");
    other.kill("SIGTERM");
    await window.element("//textarea");
    await window.close();
  });

  test(`what is proposed, decided and done, ${theme}`, LIMIT, async (t) => {
    const window = await openWindow(t, await folder(t), WORDS);
    await window.seeText("What should Attaché read?");
    await wear(window);
    await window.go("#/connections");
    await window.click("//button[contains(., 'demo company')]");
    await window.seeText("Changes fields of a deal");
    await picture(window, "connections");
    const propose = async (operation, more) => {
      const { value } = await window.call("action_propose", { system: "demo-company", operation, ...more });
      return value.action.id;
    };
    const deal = "Halden - 40 unit expansion";
    const changed = { close_date: "2026-10-30", amount_eur: 1181280, next_step: "Call Ingrid on 23 October", pilot_site: null };
    const id = await propose("crm.deals.update", { record: deal, arguments: changed });
    const later = { close_date: "2026-10-15" };
    await propose("crm.deals.update", { record: "20431", arguments: later, batch: id });
    await propose("helpdesk.tickets.reply", { arguments: { id: "4812", body: "Hello Ingrid,\n\nthe update is on its way.\n\nInes" } });
    await window.go(`#/inbox/${id}`);
    await window.seeText("then change");
    await picture(window, "inbox");
    await window.click("//button[contains(., 'Review')]");
    await window.other();
    await window.seeText("Approve both");
    // It counts up how long ago the record was read.
    await picture(window, "approval", { moving: true });
    await until("both changes", async () => {
      if ((await window.text()).includes("Done")) return true;
      await window.press("//button[starts-with(normalize-space(.), 'Approve both')]");
      return false;
    });
    await picture(window, "approval-done", { moving: true });
    // The window may be gone before it answers.
    await window.press("//button[@aria-label='Close, keep waiting']").catch(() => null);
    await window.last();
    await window.go(`#/activity/receipt/${id}`);
    await window.seeText("Chain intact");
    await window.seeText("Verified");
    await picture(window, "activity", { moving: true });
    await window.close();
  });

  test(`without a model, ${theme}`, LIMIT, async (t) => {
    const window = await openWindow(t, await folder(t), WORDS);
    await window.seeText("What should Attaché read?");
    await wear(window);
    await window.click("//button[contains(., 'Open the demo')]");
    await window.seeText("Not there; files are found by their words");
    await picture(window, "onboarding-no-model", { moving: true });
    await window.click("//button[contains(., 'Start')]");
    await window.read(31);
    await window.call("source_add", { path: await notes(t, "Handover", HANDOVER) });
    await window.read(51);
    await window.go("#/library");
    await window.seeText("Files are found by their words only");
    await window.see("document.querySelectorAll('.files .frow .fn .clip').length > 10");
    await picture(window, "library-no-model");
    await window.go("#/ask");
    await window.ask(QUESTION);
    await window.seeText("Found by words only");
    await window.see("document.querySelector('article[aria-busy=false]') && document.querySelector('.evidence table')");
    await picture(window, "ask-no-model");
    await window.close();
  });
}
