import "./Key.css";

const mac = typeof navigator !== "undefined" && navigator.userAgent.includes("Mac OS");

/** A key as it is printed on this machine's keyboard. */
export function keyName(keys: string): string {
  return mac ? keys.replace("Ctrl", "⌘").replace("Alt", "⌥") : keys;
}

/** A key cap. The control it belongs to names the key in `aria-keyshortcuts`, so the cap itself is silent. */
export function Key({ children }: { children: string }) {
  return <kbd aria-hidden="true">{keyName(children)}</kbd>;
}
