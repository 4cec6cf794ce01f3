/** The way to the core: the hooks that features use. Components know nothing of this. */
import {
  keepPreviousData,
  useMutation,
  useQueries,
  useQuery,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { Failure, Turn } from "./generated";
import { Link, type CoreState } from "./link";
import { withLive } from "./live";
import type { CommandName, Host, Request, Response } from "./port";

export type * from "./generated";
export type { CoreState } from "./link";
export type { CommandName, Host, Request, Response, WindowName } from "./port";
export { asFailure } from "./port";
export { Link } from "./link";

const LinkContext = createContext<Link | null>(null);
export const LinkProvider = LinkContext.Provider;

export function useLink(): Link {
  const link = useContext(LinkContext);
  if (!link) throw new Error("useLink outside of LinkProvider");
  return link;
}

export function useHost(): Host {
  return useLink().host;
}

/** Whether the core is there, and if not, why. */
export function useCore(): CoreState {
  const link = useLink();
  return useSyncExternalStore(link.onCore, link.core);
}

/** What a reading command answers, kept until the core says that it is stale. */
export function useCall<N extends CommandName>(
  name: N,
  request: Request<N>,
  options: { enabled?: boolean; keep?: boolean } = {},
): UseQueryResult<Response<N>, Failure> {
  const link = useLink();
  const ready = useCore().state === "ready";
  return useQuery<Response<N>, Failure>({
    queryKey: [name, request],
    queryFn: () => link.host.call(name, request),
    enabled: ready && options.enabled !== false,
    // While another page of a list is fetched, the one before stays.
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** Several readings by the same command, for the pages of a long list. */
export function useCalls<N extends CommandName>(
  name: N,
  requests: readonly Request<N>[],
): (Response<N> | undefined)[] {
  const link = useLink();
  const ready = useCore().state === "ready";
  return useQueries({
    queries: requests.map((request) => ({
      queryKey: [name, request],
      queryFn: (): Promise<Response<N>> => link.host.call(name, request),
      enabled: ready,
    })),
    combine: (results) => results.map(({ data }) => data),
  });
}

/** A command that changes something. What it makes stale is told by the core. */
export function useChange<N extends CommandName>(
  name: N,
): UseMutationResult<Response<N>, Failure, Request<N>> {
  const { host } = useLink();
  return useMutation<Response<N>, Failure, Request<N>>({
    mutationFn: (request) => host.call(name, request),
  });
}

/** A turn with everything that has been written of its answer so far. */
export function useLiveTurn(turn: Turn): Turn {
  const { live } = useLink();
  const arrived = useSyncExternalStore(live.subscribe, () => live.get(turn.id));
  return withLive(turn, arrived);
}

/** Hears where the tray, a hotkey or a deep link wants to go. */
export function useGo(heard: (to: string) => void): void {
  const { onGo } = useLink();
  useEffect(() => onGo(heard), [onGo, heard]);
}
