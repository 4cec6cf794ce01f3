import { useEffect } from "react";
import { useCall, type Settings } from "../../host";

const KEPT = "attache.look";

type Look = Pick<Settings, "theme" | "text_size">;

function wear({ theme, text_size }: Look): void {
  const { dataset, style } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
  style.fontSize = text_size === 100 ? "" : `${text_size}%`;
}

/** Puts on the theme and text size of the last time, before the core is there to be asked. */
export function wearKept(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Look | null;
    if (kept) wear(kept);
  } catch {
    // Without storage the page begins in the system's theme.
  }
}

/** Follows the settings. */
export function useTheme(): void {
  const { data } = useCall("settings_get", {});
  const theme = data?.theme;
  const size = data?.text_size;
  useEffect(() => {
    if (theme === undefined || size === undefined) return;
    const look: Look = { theme, text_size: size };
    wear(look);
    try {
      localStorage.setItem(KEPT, JSON.stringify(look));
    } catch {
      // It is only kept to avoid a flash at the next start.
    }
  }, [theme, size]);
}
