// What a desktop does with the window: its dialogs, keys and buttons, through a real window manager. Nothing here is asked
// of the webview that the person would do outside of the page.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { still } from "./screen.mjs";
import { WORDS, folder, notes, openWindow, until } from "./window.mjs";

const LIMIT = { timeout: 180_000 };
const ICONS = "/org/ayatana/NotificationItem";

/** A window manager on the screen, with a home of its own for what it keeps. */
async function manage(t) {
  const home = await folder(t);
  const own = { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home };
  const manager = spawn("openbox", ["--sm-disable"], { stdio: "ignore", env: { ...process.env, ...own } });
  t.after(() => manager.kill("SIGKILL"));
}

function xdotool(...words) {
  try {
    return execFileSync("xdotool", words, { stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
  } catch {
    // No window is in front, or the one that was has gone.
    return "";
  }
}

/** The title of the window in front. */
const front = () => xdotool("getactivewindow", "getwindowname");
const inFront = (title) => until(`the window \`${title}\` in front`, () => front() === title);

const bus = (...words) => execFileSync("dbus-send", ["--session", ...words], { stdio: ["ignore", "pipe", "ignore"] }).toString();

/** The menu of the icon in the tray, as a desktop finds it on the session's bus: presses what has this label. */
async function tray(label) {
  const names = bus("--print-reply=literal", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames");
  const [owner, icon] = await until("an icon in the tray", () => {
    for (const [owner] of names.matchAll(/:\d+\.\d+/g)) {
      try {
        const icons = bus("--print-reply=literal", "--reply-timeout=2000", `--dest=${owner}`, ICONS, "org.freedesktop.DBus.Introspectable.Introspect");
        const [, icon] = /<node name="(tray_[^"]+)"/.exec(icons) ?? [];
        if (icon) return [owner, icon];
      } catch {
        // Others on the bus have no icons.
      }
    }
    return false;
  });
  const menu = [`--dest=${owner}`, `${ICONS}/${icon}/Menu`];
  const layout = bus("--print-reply", ...menu, "com.canonical.dbusmenu.GetLayout", "int32:0", "int32:-1", "array:string:");
  const [, id] = /int32 (\d+)/.exec(layout.slice(0, layout.indexOf(`string "${label}"`)).split("struct {").pop());
  bus("--print-reply", ...menu, "com.canonical.dbusmenu.Event", `int32:${id}`, "string:clicked", "variant:int32:0", "uint32:0");
}

/** Presses what the window manager and every program get from a keyboard. */
const press = (...keys) => xdotool("key", "--clearmodifiers", ...keys);

test("a folder is chosen in the system's dialog, the hotkey calls the window, and its close button ends the program", LIMIT, async (t) => {
  await manage(t);
  const place = await notes(t, "Customers", { "Opening hours.md": "# Opening hours\n\nThe Bergen depot opens at seven.\n" });
  const home = await folder(t);
  // The dialog keeps there which folders were chosen.
  const window = await openWindow(t, home, { ...WORDS, XDG_DATA_HOME: await folder(t) });
  await window.seeText("What should Attaché read?");
  await inFront("Attaché");

  await window.click("//button[contains(., 'Add folder')]");
  await inFront("Select Folder");
  // The dialog loses letters while it moves.
  await still();
  press("slash");
  await still();
  press("ctrl+a");
  xdotool("type", "--delay", "5", place);
  await still();
  press("Return");
  await window.seeText("Customers never leaves this machine");
  assert.equal((await window.call("status", {})).value.sources[0].root, place);
  await inFront("Attaché");

  await window.go("#/settings");
  await window.click("//button[contains(@class, 'hotkey')]");
  press("ctrl+alt+j");
  await window.seeText("Ctrl+Alt+J");
  await until("the hotkey is kept", async () => (await window.call("settings_get", {})).value.hotkey === "Ctrl+Alt+J");
  xdotool("getactivewindow", "windowminimize");
  await until("no window in front", () => front() !== "Attaché");
  press("ctrl+alt+j");
  await inFront("Attaché");
  await window.see("location.hash === '#/ask'");
  // The question can be written at once.
  xdotool("type", "--delay", "5", "When does the Bergen depot open?");
  press("Return");
  await window.seeText("The Bergen depot opens at seven.");

  // What the window manager's close button does.
  press("alt+F4");
  await window.gone();
  assert.match(await readFile(`${home}/lock`, "utf8"), /the window of Attaché/);
});

test("the tray leads to a place in the window and ends the program", LIMIT, async (t) => {
  const window = await openWindow(t, await folder(t), WORDS);
  await window.seeText("What should Attaché read?");
  await tray("Library");
  await window.see("location.hash === '#/library'");
  await tray("Quit Attaché");
  await window.gone();
});

test("an answer that is ready while the window is not in front is told by the desktop", LIMIT, async (t) => {
  await manage(t);
  const place = await notes(t, "Customers", { "Opening hours.md": "# Opening hours\n\nThe Bergen depot opens at seven.\n" });
  const window = await openWindow(t, await folder(t), WORDS);
  await window.seeText("What should Attaché read?");
  await inFront("Attaché");
  const { value: settings } = await window.call("settings_get", {});
  await window.call("settings_set", { ...settings, notifications: true });
  await window.call("source_add", { path: place });
  await window.read(1);
  // Nothing shows notes here, but what would be shown is asked for on the bus.
  const asked = spawn("dbus-monitor", ["--session", "interface='org.freedesktop.Notifications',member='Notify'"], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => asked.kill("SIGKILL"));
  let told = "";
  asked.stdout.on("data", (text) => (told += text));
  await until("the bus is listened to", () => told !== "");
  xdotool("getactivewindow", "windowminimize");
  await until("no window in front", () => front() !== "Attaché");
  await window.call("question_ask", { question: "When does the Bergen depot open?", filter: {} });
  await until("a note", () => told.includes("Your answer is ready") && told.includes("When does the Bergen depot open?"));
  await window.close();
});
