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
