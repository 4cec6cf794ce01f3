import { useQuery } from "@tanstack/react-query";
import { useCall, useHost, type DocumentView, type Failure } from "../../../host";
import type { Shown } from "../EvidencePane";
import { isChanged } from "../marks";

/** So many pages are looked through for words that are no longer on their own. */
const MOST = 200;

interface Moved {
  /** The page on which the words stand now, else the one that was cited. */
  at: number;
  /** Where they are no longer, once that is known. */
  lost: "file" | "place" | "unmarked" | null;
}

/** Where the quoted words of a PDF stand: in a file that changed since the answer they may have moved, or be gone. */
export function useMoved(view: DocumentView, { citation }: Shown, cited: number, pages: number): Moved {
  const host = useHost();
  const { document } = view;
  const { quote, passage } = citation;
  const { data: marks } = useCall("page_marks", { document, page: cited, quote, passage });
  const absent = marks?.found === false;
  const changed = isChanged(view, citation);
  const { data: found, error } = useQuery<number, Failure>({
    queryKey: ["moved", document, view.modified, quote, passage],
    queryFn: async ({ signal }) => {
      for (const page of outwards(cited, pages).slice(0, MOST)) {
        signal.throwIfAborted();
        const there = await host.call("page_marks", { document, page, quote, passage });
        if (there.found) return page;
      }
      return 0;
    },
    enabled: absent && changed,
    gcTime: 0,
  });
  if (!absent) return { at: cited, lost: null };
  if (!changed) return { at: cited, lost: "unmarked" };
  if (error) return { at: cited, lost: "place" };
  if (found === undefined) return { at: cited, lost: null };
  if (found > 0) return { at: found, lost: null };
  return { at: cited, lost: pages - 1 > MOST ? "place" : "file" };
}

/** All pages but one, the nearest first. */
export function outwards(from: number, pages: number): number[] {
  return Array.from({ length: pages }, (_, index) => index + 1)
    .filter((page) => page !== from)
    .sort((one, other) => Math.abs(one - from) - Math.abs(other - from));
}
