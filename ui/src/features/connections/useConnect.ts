import { useEffect, useRef, useState } from "react";
import { asFailure, useHost, type ConnectRequest, type Failure, type SystemView } from "../../host";

interface Trial {
  state: "idle" | "trying" | "failed" | "connected";
  failure?: Failure;
  system?: SystemView;
}

/**
 * Tries a sign-in and connects the system. Not by `useChange`: what a change was asked with is kept for minutes, and this
 * holds a secret.
 */
export function useConnect() {
  const host = useHost();
  const [trial, setTrial] = useState<Trial>({ state: "idle" });
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const connect = async (request: ConnectRequest, then: (system: SystemView) => void): Promise<void> => {
    setTrial({ state: "trying" });
    try {
      const system = await host.call("system_connect", request);
      // Whoever closed the dialog is somewhere else by now.
      if (!here.current) return;
      setTrial({ state: "connected", system });
      then(system);
    } catch (thrown) {
      if (here.current) setTrial({ state: "failed", failure: asFailure(thrown) });
    }
  };
  return { ...trial, connect, reset: () => setTrial({ state: "idle" }) };
}
