import { useEffect, useRef } from "react";
import { useCall } from "../../host";
import { pressed, writing } from "./keys";

/**
 * Does something when a key is pressed. A single character only acts while nothing is written, and only while the
 * person has not switched such keys off.
 */
export function useKey(keys: string, act: () => void, enabled = true): void {
  const single = keys.length === 1;
  const allowed = useCall("settings_get", {}).data?.single_keys ?? true;
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    if (!enabled || (single && !allowed)) return;
    const hear = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !pressed(event, keys)) return;
      if (single && writing(event.target)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [keys, enabled, single, allowed]);
}

/** Ends something on Esc before whatever holds it does: a form before its window. */
export function useEscape(act: () => void, enabled: boolean): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    if (!enabled) return;
    const hear = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !pressed(event, "Esc")) return;
      event.preventDefault();
      latest.current();
    };
    // On its way up an event comes to the document first.
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [enabled]);
}
