// The real window, driven through the webview's own WebDriver (W3C). No library: the protocol is a few requests.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** A folder that is gone after the test, and with it every program that has it for its home. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "attache-window-"));
  t.after(async () => {
    // One that still runs would write into what is being deleted.
    await until("the end of what ran there", async () => {
      const left = await running(path);
      for (const one of left) signal(one, "SIGKILL");
      return left.length === 0;
    });
    await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return path;
}

/** A folder of files with the given texts, under a name of its own. */
export async function notes(t, name, files) {
  const path = join(await folder(t), name);
  await mkdir(path);
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return path;
}

async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Where a question is written, and what sends it. */
export const FIELD = "//textarea[@aria-label='Your question']";
export const ASK = "//form//button[contains(., 'Ask')]";

/** How long anything may take before the test says what it waited for, in ms. Far above what it takes. */
const PATIENCE = 120_000;

/** Waits until a process has a home. */
export const holds = (home, pid) =>
  until(`process ${pid} to have ${home}`, async () =>
    (await readFile(join(home, "lock"), "utf8").catch(() => "")).includes(String(pid)),
  );

/** Asks again until there is an answer. */
export async function until(what, ask, explain = async () => "") {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`waited ${PATIENCE / 1000} s for ${what}. ${await explain()}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** The programs that run on a home, by process. Those that have ended and wait to be noticed have no arguments any more. */
export async function running(home) {
  const found = [];
  for (const name of await readdir("/proc")) {
    const line = /^\d+$/.test(name) ? await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "") : "";
    const words = line.split("\0");
    if (words[0] === process.env.ATTACHE_WINDOW && words.includes(home)) found.push(Number(name));
  }
  return found;
}

/** One that has ended needs no signal. */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Words only: what a test that is not about meaning wants, since embedding takes most of the time. */
export const WORDS = { ATTACHE_MODEL: "none" };

/** The libraries and models, of which one file never ends: whoever reads it waits until something is written. */
export async function endless(t) {
  const runtime = process.env.ATTACHE_RUNTIME;
  const model = "all-minilm-l6-v2";
  const copy = await folder(t);
  await symlink(join(runtime, "lib"), join(copy, "lib"));
  await mkdir(join(copy, "models", model), { recursive: true });
  for (const file of await readdir(join(runtime, "models", model))) {
    await symlink(join(runtime, "models", model, file), join(copy, "models", model, file));
  }
  const pipe = join(copy, "models", model, "special_tokens_map.json");
  await rm(pipe);
  execFileSync("mkfifo", [pipe]);
  return { more: { ATTACHE_RUNTIME: copy }, pipe };
}

/** Opens the window on a home, with more in its environment; `close` ends it as a log-out does, in order and to the end. */
export async function openWindow(t, home, more = {}) {
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...more, TAURI_WEBVIEW_AUTOMATION: "true" },
  });
  t.after(async () => {
    for (const one of await running(home)) signal(one, "SIGKILL");
    driver.kill("SIGKILL");
  });
  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw Object.assign(new Error(`${value.error}: ${value.message}`), { code: value.error });
    return value;
  };
  await until("WebKitWebDriver", async () => {
    try {
      return (await send("GET", "/status")).ready;
    } catch {
      return false;
    }
  });
  const { sessionId } = await send("POST", "/session", {
    capabilities: {
      alwaysMatch: {
        "webkitgtk:browserOptions": { binary: process.env.ATTACHE_WINDOW, args: ["--home", home] },
      },
    },
  });
  const [app] = await running(home);
  const session = `/session/${sessionId}`;
  const run = (script, ...args) => send("POST", `${session}/execute/sync`, { script, args });
  const find = async (xpath) => {
    try {
      const found = await send("POST", `${session}/element`, { using: "xpath", value: xpath });
      return found[ELEMENT];
    } catch (error) {
      if (error.code === "no such element" || error.code === "stale element reference") return null;
      throw error;
    }
  };
  const gone = async () => {
    // To the very end: a program whose memory is gone may still hold its name on the bus, where a new start would find it.
    await until("the program's end", () => !existsSync(`/proc/${app}`));
    driver.kill();
    if (driver.exitCode === null && driver.signalCode === null) await once(driver, "exit");
  };
  const shown = async () => `The page says: ${await run("return document.body.innerText").catch(String)}`;
  /** Clicks what is there and can be clicked; false if nothing is. */
  const press = async (xpath) => {
    const element = await find(xpath);
    if (!element) return false;
    try {
      await send("POST", `${session}/element/${element}/click`, {});
      return true;
    } catch (error) {
      if (error.code?.startsWith("element") || error.code === "stale element reference") return false;
      throw error;
    }
  };
  const window = {
    run,
    /** The same for a script that answers later, by calling its last argument. */
    runAsync: (script, ...args) => send("POST", `${session}/execute/async`, { script, args }),
    /** Waits until an expression is true in the page. */
    see: (expression) => until(expression, () => run(`return Boolean(${expression})`), shown),
    /** Waits for words anywhere on the page. */
    seeText: (text) => until(`"${text}"`, () => run("return document.body.innerText.includes(arguments[0])", text), shown),
    text: () => run("return document.body.innerText"),
    element: (xpath) => until(xpath, () => find(xpath), shown),
    /** Clicks what is there, as soon as it can be clicked. */
    click: (xpath) => until(xpath, () => press(xpath), shown),
    press,
    type: async (xpath, text) => {
      const element = await until(xpath, () => find(xpath), shown);
      await send("POST", `${session}/element/${element}/value`, { text });
    },
    /** A command of the page, as its own code calls it. */
    call: (name, request) =>
      window.runAsync(
        `const done = arguments[2];
         window.__TAURI_INTERNALS__.invoke(arguments[0], { request: arguments[1] })
           .then((value) => done({ value }), (failure) => done({ failure }));`,
        name,
        request,
      ),
    /** Goes over to the window that is not this one, as soon as it is there. */
    other: () =>
      until("another window", async () => {
        const handles = await send("GET", `${session}/window/handles`);
        const here = await send("GET", `${session}/window`).catch(() => null);
        const handle = handles.find((one) => one !== here);
        if (!handle) return false;
        await send("POST", `${session}/window`, { handle });
        return true;
      }),
    /** Goes over to the only window that is left, once the others have closed. */
    last: () =>
      until("only one window", async () => {
        const [handle, ...more] = await send("GET", `${session}/window/handles`);
        if (!handle || more.length > 0) return false;
        await send("POST", `${session}/window`, { handle });
        return true;
      }),
    /** Goes to a place in the page, as a link does. */
    go: (place) => run("location.hash = arguments[0]", place),
    ask: async (question) => {
      await window.type(FIELD, question);
      await window.click(ASK);
    },
    /** Waits until so many files are known and nothing is left to read. */
    read: (files) =>
      until(`${files} files`, async () => {
        const { value } = await window.call("progress", {});
        return value?.idle && value.files >= files;
      }),
    /** Until the program is gone, however it is ended. */
    gone,
    /** Says that it should end, and does not wait for it. */
    end: () => signal(app, "SIGTERM"),
    /** Ends it at once, as a loss of power does. */
    kill: () => {
      signal(app, "SIGKILL");
      return gone();
    },
    close: () => {
      window.end();
      return gone();
    },
  };
  return window;
}
