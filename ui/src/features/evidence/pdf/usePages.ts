import { useCallback, useEffect, useState, type RefObject } from "react";

interface Pages {
  /** The page under the eyes. */
  page: number;
  /** Pages in sight and beside it: only these are drawn. */
  near: ReadonlySet<number>;
  goTo: (page: number) => void;
}

/** Follows which pages of a scrolling ground are in sight. Each page carries its number in `data-page`. */
export function usePages(ground: RefObject<HTMLElement | null>, count: number): Pages {
  const [page, setPage] = useState(1);
  const [near, setNear] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => {
    const element = ground.current;
    if (!element) return;
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const { top, height } = element.getBoundingClientRect();
      const next = new Set<number>();
      let middle = 1;
      for (const own of element.querySelectorAll<HTMLElement>("[data-page]")) {
        const box = own.getBoundingClientRect();
        const number = Number(own.dataset["page"]);
        if (box.bottom > top - height && box.top < top + 2 * height) next.add(number);
        if (box.top <= top + height / 2) middle = number;
      }
      setPage(middle);
      setNear((known) =>
        known.size === next.size && [...next].every((one) => known.has(one)) ? known : next,
      );
    };
    const soon = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    element.addEventListener("scroll", soon, { passive: true });
    const watched = new ResizeObserver(soon);
    watched.observe(element);
    // Pages are added, and grow to their own height, after this has begun.
    const added = new MutationObserver(soon);
    added.observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ["style"] });
    soon();
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("scroll", soon);
      watched.disconnect();
      added.disconnect();
    };
  }, [ground, count]);
  const goTo = useCallback(
    (to: number) => {
      const element = ground.current;
      element?.querySelector(`[data-page="${to}"]`)?.scrollIntoView({ block: "start" });
    },
    [ground],
  );
  return { page, near, goTo };
}
