// How quick the window is and what it takes, one line of JSON for each figure. Run it on a quiet machine, with the release
// build:
//
//   ATTACHE_WINDOW=target/release/attache-window scripts/window-tests.sh tests/window/figures.mjs
//
// ATTACHE_FIGURES_RUNS   how often each is taken (5); all values are printed and the middle one
// ATTACHE_FIGURES_ONLY   words, with commas: of `start`, `memory`, `switch`, `scroll`, `words`
// ATTACHE_FIGURES_HOME   the home in which questions are asked for `words`, read to its end; the demo library if none is given
// ATTACHE_FIGURES_ASK    the question
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { equal, openScreen } from "./screen.mjs";
import { ASK, FIELD, WORDS, folder, openWindow, until } from "./window.mjs";

const RUNS = Number(process.env.ATTACHE_FIGURES_RUNS ?? 5);
const ONLY = process.env.ATTACHE_FIGURES_ONLY?.split(",");
const FILES = 10_000;
/** A question and its answer are two messages. */
const MESSAGES = 5_000;
const LIMIT = { timeout: 840_000 };

const load = () => loadavg()[0].toFixed(1);
const begun = load();
const rounded = (value) => Math.round(value * 100) / 100;
const sorted = (values) => [...values].sort((a, b) => a - b);
const quantile = (values, q) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))];

function tell(what, unit, values, how, more = {}) {
  const middle = rounded(quantile(values, 0.5));
  const line = { what, middle, unit, values: values.map(rounded), ...more, how, cores: availableParallelism(), load: [begun, load()] };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function figure(name, work) {
  const skip = ONLY !== undefined && !ONLY.includes(name) && "not asked for";
  test(name, { ...LIMIT, skip }, work);
}

const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** A home with the demo library, read to its end. */
async function demo(t) {
  const home = await folder(t);
  const window = await openWindow(t, home);
  await window.seeText("What should Attaché read?");
  await window.call("source_demo", {});
  await window.read(31);
  await window.close();
  return home;
}

/** Starts a program without anything that drives it; `end` ends it in order. */
function start(t, program, words, more = {}) {
  // In a group of its own, so that nothing of it is left behind.
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"], detached: true, env: { ...process.env, ...more } });
  const ended = once(child, "exit");
  t.after(() => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  });
  return {
    pid: child.pid,
    stdout: child.stdout,
    end: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

// Start ---------------------------------------------------------------------------------------------------------------

/** The window without a frame around it, and in it the place where questions are written. */
const WHOLE = { left: 0, top: 0, right: 1280, bottom: 820 };
const BOX = { left: 230, top: 690, right: 1260, bottom: 800 };

/** Whether the files can be dropped from memory, so that a start has to read them from the disk. */
async function dropFiles() {
  try {
    execFileSync("sync");
    await writeFile("/proc/sys/vm/drop_caches", "3");
    return true;
  } catch {
    return false;
  }
}

/** The window at rest, and which pixels move even then: the caret. */
async function atRest(screen) {
  let last = screen.look();
  let moving = new Set();
  for (let since = Date.now(); Date.now() - since < 4_000; ) {
    await pause(20);
    const now = screen.look();
    const moved = [];
    for (let index = 0; index < now.length; index += 1) if (now[index] !== last[index]) moved.push(index);
    if (moved.length > 200) {
      moving = new Set();
      since = Date.now();
    } else moved.forEach((index) => moving.add(index));
    last = now;
  }
  return { picture: last, moving };
}

/** The window: how it is started, and what has to be on the screen, one after the other. */
async function ours(t, screen) {
  const home = await demo(t);
  const launch = () => start(t, process.env.ATTACHE_WINDOW, ["--home", home]);
  const first = launch();
  await until("a window", () => !equal(screen, screen.look(), new Uint32Array(screen.look().length), WHOLE));
  const { picture, moving } = await atRest(screen);
  await first.end();
  const like = (part) => (now) => equal(screen, now, picture, part, moving);
  return { launch, looks: [like(BOX), like(WHOLE)] };
}

/** The least that any window with this webview takes: WebKit's own program, which comes with it, and a page of one colour. */
async function floor(t, screen) {
  const libraries = (await readdir("/usr/lib")).map((name) => join("/usr/lib", name));
  const browsers = ["/usr/libexec", ...libraries].map((place) => join(place, "webkit2gtk-4.1", "MiniBrowser"));
  const browser = browsers.find((file) => existsSync(file));
  if (browser === undefined) {
    t.diagnostic("nothing is put beside the starts: WebKit's `MiniBrowser` is not installed");
    return null;
  }
  const place = await folder(t);
  const page = join(place, "empty.html");
  await writeFile(page, "<!doctype html><title>Empty</title><style>html { background: #336699 }</style>");
  const kept = { XDG_CACHE_HOME: join(place, "cache"), XDG_DATA_HOME: join(place, "data"), XDG_CONFIG_HOME: join(place, "config") };
  const middle = screen.look().findIndex((_, index) => screen.at(index).y >= screen.height / 2) + screen.width / 2;
  return {
    launch: () => start(t, browser, ["--private", `file://${page}`], kept),
    looks: [(now) => (now[middle] & 0xffffff) === 0x336699],
  };
}

/** ms from the start of a process until each of its looks is true of the screen. */
async function timed(screen, { launch, looks }) {
  await until("an empty screen", () => equal(screen, screen.look(), new Uint32Array(screen.look().length), WHOLE));
  const since = process.hrtime.bigint();
  const passed = () => Number(process.hrtime.bigint() - since) / 1e6;
  const program = launch();
  const when = [];
  for (; when.length < looks.length; await pause(1)) {
    const now = screen.look();
    while (when.length < looks.length && looks[when.length](now)) when.push(passed());
    if (passed() > 60_000) throw new Error("the screen never looked as it should after a start");
  }
  await program.end();
  return when;
}

figure("start", async (t) => {
  const screen = openScreen();
  const [window, least] = [await ours(t, screen), await floor(t, screen)];
  const kinds = { warm: async () => true, cold: dropFiles };
  for (const [kind, prepare] of Object.entries(kinds)) {
    const runs = [];
    const floors = [];
    for (let run = 0; run < RUNS && (await prepare()); run += 1) {
      runs.push(await timed(screen, window));
      if (least !== null && (await prepare())) floors.push(await timed(screen, least));
    }
    if (runs.length === 0) {
      t.diagnostic("cold starts are not taken: files can't be dropped from memory here; the warm ones are with warm files");
      continue;
    }
    const from = (what) => `from the start of the process until ${what}; no driver; ${kind} files`;
    const how = from("the pixels on the screen are those of the window at rest");
    tell(`${kind} start until the question field is there`, "ms", runs.map(([box]) => box), how);
    tell(`${kind} start until everything is as at rest`, "ms", runs.map(([, whole]) => whole), how);
    if (least !== null) {
      const colour = "the pixel in the middle of the screen has the colour of the page, which is empty";
      tell(`${kind} start of WebKit's own MiniBrowser`, "ms", floors.map(([page]) => page), from(colour));
    }
  }
  screen.close();
});

// Memory --------------------------------------------------------------------------------------------------------------

/** Memory of a process and all it started, each page counted by its share (PSS), in MB, with what each takes. */
async function memory(pid) {
  const parents = new Map();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const below = (one) => one === pid || (parents.has(one) && below(parents.get(one)));
  const found = {};
  let all = 0;
  for (const one of [...parents.keys()].filter(below)) {
    const rollup = await readFile(`/proc/${one}/smaps_rollup`, "utf8").catch(() => "");
    const pss = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
    const name = (await readFile(`/proc/${one}/comm`, "utf8").catch(() => "gone")).trim();
    found[name] = rounded((found[name] ?? 0) + pss);
    all += pss;
  }
  return { all, found };
}

const REST = 10_000;

figure("memory", async (t) => {
  const home = await demo(t);
  const take = async (what, how, launch) => {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      const programs = await launch();
      await pause(REST);
      const parts = [];
      for (const { pid } of programs) parts.push(await memory(pid));
      runs.push({ all: parts.reduce((sum, { all }) => sum + all, 0), parts: Object.assign({}, ...parts.map(({ found }) => found)) });
      for (const program of programs.toReversed()) await program.end();
    }
    tell(what, "MB", runs.map(({ all }) => all), `PSS of all processes, ${REST / 1000} s after the start, demo library; ${how}`, {
      processes: runs.at(-1).parts,
    });
  };
  await take("memory of the whole app", "the window's process, its core included, and the webview's processes", async () => [
    start(t, process.env.ATTACHE_WINDOW, ["--home", home]),
  ]);
  // Electron's programs come from a host of their own and not with its package, so that Chromium stands in for it.
  let chromium = "";
  try {
    chromium = execFileSync("which", ["chromium"]).toString().trim();
  } catch {
    t.diagnostic("nothing is put beside it: `chromium` is not installed");
    return;
  }
  const how =
    "a stand-in, not Electron: Debian's chromium --app with the same page over tests/devhost, whose process is the same core; " +
    "Electron has a Node process besides";
  await take("memory of the same page in Chromium", how, async () => {
    const host = start(t, join(dirname(process.env.ATTACHE_WINDOW), "devhost"), ["--home", home, "--dist", "ui/dist"]);
    const [line] = await once(host.stdout, "data");
    const profile = await folder(t);
    const flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
    const { open } = JSON.parse(line);
    return [host, start(t, chromium, [...flags, `--user-data-dir=${profile}`, "--window-size=1280,820", `--app=${open}`])];
  });
});

// Switching -----------------------------------------------------------------------------------------------------------

/** What a view shows once it has its content. */
const VIEWS = {
  "#/ask": ".start .ask3 button",
  "#/library": ".files .frow .fn .clip",
  "#/settings": ".set-row",
};

/** Clicks in the navigation; ms until the view's content stands in a frame that was painted. */
const SWITCH = `
  const [place, content, done] = arguments;
  const link = document.querySelector('.nav a[href="' + place + '"]');
  const since = performance.now();
  link.click();
  const look = () => requestAnimationFrame(() => {
    if (document.querySelector(content)) requestAnimationFrame(() => done(performance.now() - since));
    else look();
  });
  look();`;

figure("switch", async (t) => {
  const home = await demo(t);
  const first = {};
  const later = {};
  for (let run = 0; run < RUNS; run += 1) {
    const window = await openWindow(t, home);
    await window.see(`document.querySelector(${JSON.stringify(VIEWS["#/ask"])})`);
    for (const seen of [first, later]) {
      for (const place of ["#/library", "#/settings", "#/ask"]) {
        (seen[place] ??= []).push(await window.runAsync(SWITCH, place, VIEWS[place]));
      }
    }
    await window.close();
  }
  const how = "from the click until the second frame that has the view's content";
  for (const place of Object.keys(VIEWS)) {
    if (place !== "#/ask") tell(`switch to ${place} for the first time`, "ms", first[place], how);
    tell(`switch to ${place} again`, "ms", place === "#/ask" ? [...first[place], ...later[place]] : later[place], how);
  }
});

// First words ---------------------------------------------------------------------------------------------------------

/** Sends the question that is written; ms until the first words of its answer are in the page. */
const FIRST_WORDS = `
  const [before, done] = arguments;
  const since = performance.now();
  const look = () => {
    if (document.querySelectorAll(".answer-part").length <= before) return;
    watcher.disconnect();
    const now = performance.now() - since;
    requestAnimationFrame(() => requestAnimationFrame(() => done([now, performance.now() - since])));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, { subtree: true, childList: true });
  document.querySelector("form.box button[type=submit]").click();`;

/** Files that were read and passages that were embedded since a copy of the index was taken. */
function readSince(index, copy) {
  const changed = (table, key, value) =>
    `(SELECT count(*) FROM ${table} AS now LEFT JOIN before.${table} AS was USING (${key}) WHERE was.${value} IS NOT now.${value})`;
  const input = `ATTACH '${copy}' AS before; SELECT ${changed("documents", "id", "handled_at")} + ${changed("embeddings", "hash", "vector")};`;
  return Number(execFileSync("sqlite3", [index], { input }).toString());
}

figure("words", async (t) => {
  const given = process.env.ATTACHE_FIGURES_HOME;
  const home = given ?? (await demo(t));
  const question = process.env.ATTACHE_FIGURES_ASK ?? "What availability does Northwind guarantee Halden in a calendar month?";
  const index = join(home, "index", "index.sqlite");
  const copy = join(await folder(t), "index.sqlite");
  execFileSync("sqlite3", [index], { input: `VACUUM INTO '${copy}';` });
  const first = [];
  const later = [];
  let passages = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const window = await openWindow(t, home);
    await window.element(FIELD);
    passages = (await until("the library", async () => (await window.call("status", {})).value)).passages;
    for (const seen of [first, later]) {
      await window.go("#/ask");
      await window.see("document.querySelector('.start')");
      await window.type(FIELD, question);
      await window.element(`${ASK}[not(@aria-disabled='true')]`);
      seen.push(await window.runAsync(FIRST_WORDS, 0));
      await window.see("document.querySelector('article[aria-busy=false]')");
    }
    for (const { id } of (await window.call("conversation_list", {})).value) await window.call("conversation_delete", { id });
    // Whatever it found to read in its folders is read before it ends.
    await until("nothing to read", async () => (await window.call("progress", {})).value.idle);
    await window.close();
  }
  const how = `from the click until the first words are in the page; ${passages} passages`;
  const more = (runs) => ({ passages, painted: runs.map(([, painted]) => rounded(painted)) });
  tell("first words of an answer", "ms", later.map(([words]) => words), how, more(later));
  tell("first words of the first answer after a start", "ms", first.map(([words]) => words), `${how}; the model is loaded for it`, more(first));
  const again = `files read and passages embedded in ${RUNS} starts with ${passages} passages whose files have not changed`;
  tell("read again at a start", "", [readSince(index, copy)], again, { passages });
});

// Scrolling -----------------------------------------------------------------------------------------------------------

/** Scrolls evenly for 3 s; ms between the frames. */
const SCROLL = `
  const [selector, speed, done] = arguments;
  const box = document.querySelector(selector);
  const most = box.scrollHeight - box.clientHeight;
  const far = speed === null ? most : Math.min(most, speed * 3);
  const from = speed === null || box.scrollTop < most / 2 ? 0 : box.scrollTop;
  const way = from === 0 ? far : -far;
  box.scrollTop = from;
  requestAnimationFrame(() => {
    const frames = [];
    const since = performance.now();
    let last = since;
    const step = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      const part = Math.min(1, (now - since) / 3000);
      box.scrollTop = from + way * part;
      if (part < 1) requestAnimationFrame(step);
      else done({ frames, height: box.scrollHeight, drawn: box.innerText.trim().length > 0 });
    };
    requestAnimationFrame(step);
  });`;

/** A reader's haste, in CSS pixels a second: four screens. */
const HASTE = 3_000;

async function scrolls(window, screen, what, selector) {
  for (const [pace, speed] of Object.entries({ [`${HASTE} px/s`]: HASTE, "end to end in 3 s": null })) {
    const frames = [];
    const shown = [];
    for (let run = 0; run < RUNS; run += 1) {
      let changes = 0;
      let going = true;
      const counting = (async () => {
        for (let last = screen.look(); going; await pause(1)) {
          const now = screen.look();
          if (!equal(screen, now, last, WHOLE)) {
            changes += 1;
            last = now;
          }
        }
      })();
      const told = await window.runAsync(SCROLL, selector, speed);
      going = false;
      await counting;
      frames.push(...told.frames.slice(1));
      shown.push(changes / 3);
    }
    tell(`frames while scrolling ${what}, ${pace}`, "ms between frames", frames.length > 0 ? [quantile(frames, 0.5)] : [], `requestAnimationFrame during ${RUNS} even scrolls of 3 s`, {
      p95: rounded(quantile(frames, 0.95)),
      longest: rounded(Math.max(...frames)),
      above_20_ms: `${rounded((100 * frames.filter((ms) => ms > 20).length) / frames.length)} %`,
      pictures_on_the_screen_per_s: shown.map(rounded),
    });
  }
}

figure("scroll", async (t) => {
  const home = await folder(t);
  const place = join(await folder(t), "Notes");
  await mkdir(place);
  for (let file = 0; file < FILES; file += 1) {
    await writeFile(join(place, `Note ${file}.md`), `# Note ${file}\n\nUnit ${file} was serviced in hall ${file % 97}.\n`);
  }
  let window = await openWindow(t, home, WORDS);
  await window.seeText("What should Attaché read?");
  await window.call("source_add", { path: place });
  await window.read(FILES);
  await window.go("#/ask");
  await window.ask("In which hall was unit 4711 serviced?");
  await window.see("document.querySelector('article[aria-busy=false] .answer-part')");
  await window.close();
  // The rest of a long conversation: the same answer to other questions.
  execFileSync("sqlite3", [join(home, "ledger.sqlite")], {
    input: `INSERT INTO turns (conversation, question, filter, asked, state, answer, failure)
            SELECT conversation, 'In which hall was unit ' || value || ' serviced?', filter, asked + value, state, answer, failure
            FROM turns, generate_series(1, ${MESSAGES / 2 - 1});`,
  });
  const screen = openScreen();
  window = await openWindow(t, home, WORDS);
  await window.element(FIELD);
  await window.go("#/library");
  await window.see("document.querySelectorAll('.files .frow .fn .clip').length > 10");
  await scrolls(window, screen, `${FILES} files`, ".files");
  const opened = [];
  for (let run = 0; run < RUNS; run += 1) {
    await window.go("#/settings");
    await window.see("document.querySelector('.set-row')");
    const open = SWITCH.replace(".nav a[href=\"' + place + '\"]", ".nav a[href^=\"#/conversation/\"], .nav a[href*=\"onversation\"]");
    opened.push(await window.runAsync(open, "", ".flow-item .answer-part"));
  }
  tell(`opening a conversation of ${MESSAGES} messages`, "ms", opened, "from the click until the second frame that has an answer");
  await scrolls(window, screen, `a conversation of ${MESSAGES} messages`, ".flow");
  screen.close();
  await window.close();
});
