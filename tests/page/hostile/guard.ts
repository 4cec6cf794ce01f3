/**
 * Sees whatever text of a document could do to the page: requests, refused requests, connections, navigations, new windows,
 * dialogs, calls of the core, and anything in the page that is not of the closed set of nodes.
 */
import { createServer, type Server } from "node:net";
import type { Browser, Page } from "playwright-core";
import type { FakeCore } from "../fake";
import { openWindow } from "../page";

/** All that the page is ever made of. */
const CLOSED = {
  elements:
    "html head body title div span a button header main nav section article aside footer h1 h2 h3 p b ul ol li dl dt dd " +
    "table caption thead tbody tr th td bdi mark code pre kbd br blockquote canvas form fieldset legend label input " +
    "textarea datalist option output svg path rect circle g ellipse line",
  // Of the page itself, before any of its text is there.
  head: "meta link script",
  attributes:
    "id class style title lang dir role type value placeholder for href list tabindex rows maxlength autocomplete " +
    "checked disabled scope colspan width height viewBox d fill stroke stroke-width stroke-linecap stroke-linejoin " +
    "stroke-dasharray cx cy r rx ry x y x1 x2 y1 y2 transform focusable opacity fill-rule clip-rule autofocus spellcheck",
  // Properties of `style`, the page's own and those that place menus and tooltips.
  styles:
    "inline-size block-size width height min-width max-width min-height transform transform-origin inset-inline-start " +
    "inset-block-start font-size aspect-ratio position left top right bottom z-index pointer-events animation animation-fill-mode outline " +
    "border padding margin overflow clip white-space overflow-wrap word-wrap",
};

/** What it may ask the core while it only shows something. */
const READS = new Set([
  "status",
  "progress",
  "about",
  "contacts",
  "system_list",
  "connector_list",
  "standing",
  "grant_list",
  "receipt_get",
  "activity_list",
  "audit_verify",
  "settings_get",
  "conversation_list",
  "conversation_get",
  "file_list",
  "document_view",
  "page_marks",
  "search",
  "why",
  "standing",
  "action_list",
  "action_get",
  "card_get",
  "grant_offer",
  "grant_saved",
]);

declare global {
  interface Window {
    /** What the guard saw in the page. */
    seen: string[];
    /** Looks through a part of the page. */
    look: (part: Node) => string[];
  }
}

/** Runs in the page, so it may use nothing from outside. */
function watch({ elements, head, attributes, styles }: typeof CLOSED): void {
  const allowed = new Set(elements.split(" "));
  const once = new Set(head.split(" "));
  const named = new Set(attributes.split(" "));
  const properties = new Set(styles.split(" "));
  const turning = /[\u202a-\u202e\u2066-\u2069]/;
  // A form may have a field of any name, `attributes` too.
  const attributesOf = (own: Element): NamedNodeMap =>
    Object.getOwnPropertyDescriptor(Element.prototype, "attributes")?.get?.call(own) as NamedNodeMap;
  const say = (text: string): number => window.seen.push(text);
  const short = (text: string): string => JSON.stringify(text.slice(0, 400));
  const plainStyle = (style: string): boolean =>
    // Radix marks the ends of a dialog so.
    style === "outline: none; opacity: 0; position: fixed; pointer-events: none;" ||
    (!/url\(|image|@|expression|paint\(|\\/i.test(style) &&
      style.split(";").every((rule) => {
        const name = rule.split(":")[0]?.trim() ?? "";
        return name === "" || name.startsWith("--radix-") || properties.has(name);
      }));
  const attribute = (own: Element, { name, value }: Attr): string | undefined => {
    const where = `${own.localName} ${name}=${short(value)}`;
    if (turning.test(value) && name !== "value") return `turned ${where}`;
    if (name.startsWith("aria-") || name.startsWith("data-")) return undefined;
    if (!named.has(name)) return `attribute ${where}`;
    if (name === "href" && !/^#(?:\/|main$)/.test(value)) return `address ${where}`;
    if (name === "style" && !plainStyle(value)) return `style ${where}`;
    if (name === "id" && (value in Document.prototype || value === "__TAURI_INTERNALS__"))
      return `id ${where}`;
    // A secret is asked for in forms of dialogs only.
    const types = own.closest("form.dlg-form")
      ? /^(?:text|password|checkbox)$/
      : /^(?:text|search|checkbox)$/;
    if (own.localName === "input" && name === "type" && !types.test(value)) return `input ${where}`;
    if (name === "id" && (own.localName === "form" || !/^[«»\w:-]*$/.test(value))) return `id ${where}`;
    return undefined;
  };
  const element = (own: Element): (string | undefined)[] => {
    const name = own.localName;
    if (once.has(name) && own.parentElement === document.head && own.isConnected) {
      const address = own.getAttribute("href") ?? own.getAttribute("src") ?? "";
      const ours = address === "" || new URL(address, document.baseURI).origin === location.origin;
      return [
        ours && (name !== "script" || address !== "") ? undefined : `head ${own.outerHTML.slice(0, 90)}`,
      ];
    }
    if (!allowed.has(name)) return [`element ${own.outerHTML.slice(0, 90)}`];
    return [...attributesOf(own)].map((one) => attribute(own, one));
  };
  window.look = (part) => {
    const found: (string | undefined)[] = [];
    const walker = document.createTreeWalker(part);
    for (let node: Node | null = part; node; node = walker.nextNode()) {
      if (node instanceof Element) found.push(...element(node));
      else if (node instanceof Text && turning.test(node.data))
        found.push(`turned ${node.parentElement?.outerHTML.slice(0, 60) ?? ""} ${short(node.data)}`);
      else if (node instanceof Comment && node.data !== "") found.push(`comment ${short(node.data)}`);
    }
    return found.filter((one) => one !== undefined);
  };
  window.seen = [];
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    say(`refused ${violatedDirective} ${blockedURI}`),
  );
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes, attributeName } of changes) {
      if (type === "childList") for (const node of addedNodes) window.seen.push(...window.look(node));
      else if (type === "characterData") window.seen.push(...window.look(target));
      else if (target instanceof Element && attributeName) {
        const own = target.getAttributeNode(attributeName);
        const found = own && !once.has(target.localName) && attribute(target, own);
        if (found) say(found);
      }
    }
  }).observe(document, {
    childList: true,
    subtree: true,
    characterData: true,
    attributes: true,
  });
}

/** A listener that nothing ever calls. */
export interface Listener {
  /** Host and port. */
  address: string;
  connections: () => number;
  close: () => void;
}

export async function listener(): Promise<Listener> {
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go));
  const at = server.address();
  const port = typeof at === "object" && at ? at.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    connections: () => connections,
    close: () => server.close(),
  };
}

export interface Guarded {
  page: Page;
  /** What was seen until now, each kind once; nothing is expected. */
  found: () => Promise<string[]>;
}

/** A window on a page in which all of this is seen. `fake` is left out where the core is real. */
export async function guarded(
  browser: Browser,
  address: string,
  heard: Listener,
  fake?: FakeCore,
): Promise<Guarded> {
  const { page, trouble } = await openWindow(browser, address, {
    first: { run: watch as (argument: never) => void, with: CLOSED },
  });
  const outside: string[] = [];
  const { origin, pathname } = new URL(page.url());
  page.on("framenavigated", (frame) => {
    const now = new URL(frame.url());
    if (frame !== page.mainFrame() || now.origin !== origin || now.pathname !== pathname)
      outside.push(`went to ${frame.url()}`);
  });
  page.on("popup", (other) => outside.push(`window ${other.url()}`));
  page.on("download", (file) => outside.push(`download ${file.url()}`));
  page.on("websocket", (socket) => outside.push(`socket ${socket.url()}`));
  page.on("worker", (worker) => {
    if (!worker.url().startsWith(`${origin}/assets/`)) outside.push(`worker ${worker.url()}`);
  });
  page.on("request", (request) => {
    const { pathname: path } = new URL(request.url());
    const ours = /^\/(?:assets\/|pdf\/|document\/\d+$|events$|icon\.svg$|call\/(\w+)$|$)/.exec(path);
    if (!ours || (ours[1] && !READS.has(ours[1]))) outside.push(`asked for ${path}`);
  });
  const found = async (): Promise<string[]> => {
    const calls = (fake?.host.calls ?? []).map(({ name }) => name).filter((name) => !READS.has(name));
    const inside = await page.evaluate(() => ({
      seen: window.seen,
      hit: "__hit" in window,
      title: document.title,
    }));
    return [
      ...new Set([
        ...trouble,
        ...outside,
        ...inside.seen,
        ...calls.map((name) => `called ${name}`),
        ...(inside.hit ? ["ran a script"] : []),
        ...(inside.title === "Attaché" ? [] : [`title ${inside.title}`]),
        ...(heard.connections() > 0 ? [`${heard.connections()} connections`] : []),
      ]),
    ];
  };
  return { page, found };
}
