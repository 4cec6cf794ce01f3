import { useEffect, useRef, useState } from "react";
import { useChange, type ActionView } from "../../host";

/** So old a reading may be before the records are read again. */
const OLD_MS = 60_000;

/**
 * Reads the records of a card again every minute while its page is to be seen; when they were read last, in milliseconds since 1970. What cannot
 * be read stays as old as it is: it is read once more before anything is sent.
 */
export function useLook(id: number, enabled: boolean, onChanged: (fresh: ActionView) => void): number {
  const { mutateAsync } = useChange("card_look");
  const [read, setRead] = useState(0);
  const changed = useRef(onChanged);
  useEffect(() => {
    changed.current = onChanged;
  });
  useEffect(() => {
    if (!enabled) return;
    let over = false;
    const look = async (): Promise<void> => {
      // Nobody looks: the system need not be asked.
      if (document.hidden) return;
      const looked = await mutateAsync({ id });
      if (over) return;
      if (looked.kind === "same") setRead(looked.at);
      else changed.current(looked.fresh);
    };
    const timer = setInterval(() => void look().catch(() => undefined), OLD_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [id, enabled, mutateAsync]);
  return read;
}
