import { useEffect } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useCall, type CardView, type Failure } from "../../host";

/** So old a reading may be before the card is asked for again. */
const OLD_MS = 60_000;

export interface Card {
  /** What is shown; it may lag behind the boxes for a moment. */
  card: CardView | undefined;
  /** The card is the one of the boxes as they stand. */
  fits: boolean;
  error: Failure | null;
  retry: () => void;
}

/** A card without what is struck out, asked for again every minute. */
export function useCard(id: number, struck: readonly number[], enabled = true): Card {
  const asked = { id, struck: [...struck].sort((a, b) => a - b) };
  const query: UseQueryResult<CardView, Failure> = useCall("card_get", asked, { enabled, keep: true });
  const { data, refetch, isPlaceholderData, error } = query;
  useEffect(() => {
    if (!enabled) return;
    const timer = setInterval(() => void refetch(), OLD_MS);
    return () => clearInterval(timer);
  }, [enabled, refetch]);
  return { card: data, fits: !isPlaceholderData && !error, error, retry: () => void refetch() };
}
