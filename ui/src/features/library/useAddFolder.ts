import { useState } from "react";
import { useChange, useHost, type Failure } from "../../host";

interface AddFolder {
  /** Lets the person choose a folder, or write its path where no dialog can be shown. */
  begin: () => void;
  add: (path: string) => void;
  /** The path has to be written. */
  writing: boolean;
  close: () => void;
  pending: boolean;
  failure: Failure | null;
}

/** Adds a folder to the library. */
export function useAddFolder(): AddFolder {
  const host = useHost();
  const [writing, setWriting] = useState(false);
  const adding = useChange("source_add");
  const close = (): void => {
    setWriting(false);
    adding.reset();
  };
  const add = (path: string): void => adding.mutate({ path }, { onSuccess: close });
  const begin = (): void => {
    adding.reset();
    if (!host.canPickFolder) {
      setWriting(true);
      return;
    }
    void host.pickFolder().then((path) => {
      if (path !== null) add(path);
    });
  };
  return { begin, add, writing, close, pending: adding.isPending, failure: adding.error };
}
