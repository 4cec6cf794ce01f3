import { QueryClientProvider } from "@tanstack/react-query";
import { act, render, type RenderResult } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { TooltipProvider } from "../components/Tooltip/Tooltip";
import { Link, LinkProvider, type Event } from "../host";
import { FakeHost } from "../host/fake/FakeHost";

export interface Shown extends RenderResult {
  host: FakeHost;
  link: Link;
  user: UserEvent;
  /** Sends an event of the core to the page. */
  emit: (event: Event) => void;
}

/** Shows something of the page with a made-up core behind it. */
export function show(what: ReactNode, host = new FakeHost()): Shown {
  const link = new Link(host);
  link.start();
  const user = userEvent.setup();
  const result = render(
    <LinkProvider value={link}>
      <QueryClientProvider client={link.client}>
        <TooltipProvider>{what}</TooltipProvider>
      </QueryClientProvider>
    </LinkProvider>,
  );
  return { ...result, host, link, user, emit: (event) => act(() => host.emit(event)) };
}
