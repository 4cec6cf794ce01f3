import { useEffect, useRef, useState } from "react";
import {
  asFailure,
  useHost,
  type ConnectRequest,
  type Failure,
  type SignInBegun,
  type SystemView,
} from "../../host";

export interface Trial {
  state: "idle" | "trying" | "waiting" | "failed" | "connected";
  failure?: Failure;
  /** Where the person signs in, while that is waited for. */
  begun?: SignInBegun;
  system?: SystemView;
}

/** One try. At a provider it has a handle from when it began there. */
interface Attempt {
  handle?: string;
  givenUp: boolean;
}

/**
 * Tries a sign-in and connects the system. Not by `useChange`: what a change was asked with is kept for minutes, and this
 * holds a secret.
 */
export function useConnect() {
  const host = useHost();
  const [trial, setTrial] = useState<Trial>({ state: "idle" });
  const here = useRef(true);
  const last = useRef<Attempt | null>(null);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  /** Nobody waits for a sign-in any more, so its port is closed. */
  const cancel = (handle: string): void => {
    // What waits no more needs no giving up.
    host.call("sign_in_cancel", { handle }).catch(() => undefined);
  };
  const giveUp = (): void => {
    const attempt = last.current;
    if (attempt && !attempt.givenUp) {
      attempt.givenUp = true;
      if (attempt.handle !== undefined) cancel(attempt.handle);
    }
    if (here.current) setTrial({ state: "idle" });
  };
  const leave = useRef(giveUp);
  useEffect(() => {
    leave.current = giveUp;
  });
  useEffect(() => () => leave.current(), []);

  const run = async (
    ask: (attempt: Attempt) => Promise<SystemView | null>,
    then: (system: SystemView) => void,
  ): Promise<void> => {
    const attempt: Attempt = { givenUp: false };
    last.current = attempt;
    setTrial({ state: "trying" });
    try {
      const system = await ask(attempt);
      // Whoever closed the dialog is somewhere else by now. What was given up too late is connected all the same.
      if (system === null || !here.current || last.current !== attempt) return;
      attempt.givenUp = true;
      setTrial({ state: "connected", system });
      then(system);
    } catch (thrown) {
      if (!here.current || attempt.givenUp) return;
      attempt.givenUp = true;
      setTrial({ state: "failed", failure: asFailure(thrown) });
    }
  };
  const atProvider =
    (begin: () => Promise<SignInBegun>) =>
    async (attempt: Attempt): Promise<SystemView | null> => {
      const begun = await begin();
      if (attempt.givenUp) {
        cancel(begun.handle);
        return null;
      }
      attempt.handle = begun.handle;
      setTrial({ state: "waiting", begun });
      return host.call("sign_in_finish", { handle: begun.handle });
    };

  const connect = (request: ConnectRequest, then: (system: SystemView) => void) =>
    run(() => host.call("system_connect", request), then);
  /** Connects where one signs in at a provider. */
  const signIn = (request: ConnectRequest, then: (system: SystemView) => void) =>
    run(
      atProvider(() => host.call("sign_in_begin", request)),
      then,
    );
  /** Signs in again to what is connected. */
  const signInAgain = (system: string, then: (system: SystemView) => void = () => undefined) =>
    run(
      atProvider(() => host.call("sign_in_again", { system })),
      then,
    );
  return { ...trial, connect, signIn, signInAgain, giveUp, reset: () => setTrial({ state: "idle" }) };
}
