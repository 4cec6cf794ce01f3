import { useEffect, useRef, type RefObject } from "react";

/** So long nothing is approved after a card appears or changes: a click may have been meant for something else. */
export const ARM_MS = 400;

/** Whether a click counts yet. It does not for a moment after what is shown has changed or the window came forward. */
export function useArmed(shown: string | null): RefObject<boolean> {
  const armed = useRef(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const begin = (): void => {
      armed.current = false;
      clearTimeout(timer);
      timer = setTimeout(() => (armed.current = shown !== null), ARM_MS);
    };
    begin();
    window.addEventListener("focus", begin);
    return () => {
      armed.current = false;
      clearTimeout(timer);
      window.removeEventListener("focus", begin);
    };
  }, [shown]);
  return armed;
}
