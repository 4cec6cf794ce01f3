import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useGo } from "../../host";
import { formatRoute, parseRoute, parseShown, type Route, type Shown } from "../../lib/route";

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
  useGo(
    useCallback((to: string) => {
      // Every window hears it; this is for the other one.
      if (!parseShown(to)) go(parseRoute(to));
    }, []),
  );
}

/** Which card the approval window shows: by its address, then by whatever it is told. */
export function useShown(): Shown | null {
  const hash = useSyncExternalStore(hear, () => window.location.hash);
  useGo(
    useCallback((to: string) => {
      if (parseShown(to)) window.location.hash = `#/${to}`;
    }, []),
  );
  return useMemo(() => parseShown(hash), [hash]);
}
