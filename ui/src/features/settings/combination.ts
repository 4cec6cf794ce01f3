interface Pressed {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
}

/** `Ctrl+Shift+Space`; nothing until a key is pressed together with Ctrl, Alt or the system's key. */
export function combination({ key, code, ctrlKey, altKey, shiftKey, metaKey }: Pressed): string | null {
  if (["Control", "Alt", "Shift", "Meta"].includes(key)) return null;
  if (!ctrlKey && !altKey && !metaKey) return null;
  const [, named = code] = /^(?:Key|Digit)(.)$/.exec(code) ?? [];
  return [ctrlKey && "Ctrl", altKey && "Alt", shiftKey && "Shift", metaKey && "Super", named]
    .filter(Boolean)
    .join("+");
}
