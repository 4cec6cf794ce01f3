import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useGo } from "../../host";
import { formatRoute, parseRoute, type Route } from "../../lib/route";

function hear(heard: () => void): () => void {
  window.addEventListener("hashchange", heard);
  return () => window.removeEventListener("hashchange", heard);
}

/** Where in the window one is. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(hear, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes somewhere. */
export function go(route: Route, how: "push" | "replace" = "push"): void {
  const hash = formatRoute(route);
  if (how === "push") window.location.hash = hash;
  else {
    window.history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  }
}

/** Goes where the tray, a hotkey or a deep link says. */
export function useFollow(): void {
  useGo(useCallback((to: string) => go(parseRoute(to)), []));
}
