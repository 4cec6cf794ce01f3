import { useEffect, useState } from "react";

/** Whether the window is narrower than so many rem. Large text makes it narrower, as it does in the style sheets. */
export function useNarrow(rem: number): boolean {
  const [narrow, setNarrow] = useState(() => isNarrow(rem));
  useEffect(() => {
    const look = (): void => setNarrow(isNarrow(rem));
    look();
    const watched = new ResizeObserver(look);
    watched.observe(document.documentElement);
    // The text size changes without the window doing so.
    const styled = new MutationObserver(look);
    styled.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
    return () => {
      watched.disconnect();
      styled.disconnect();
    };
  }, [rem]);
  return narrow;
}

function isNarrow(rem: number): boolean {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return window.innerWidth / size <= rem;
}
