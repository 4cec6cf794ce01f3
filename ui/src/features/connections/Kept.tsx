import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Name } from "../../components/Text/Text";
import { useChange, useLink, type SyncView, type SystemView } from "../../host";
import { useNow } from "../approval/useNow";
import { FailureNotice } from "../shell/FailureNotice";
import { BeginDialog, EndDialog } from "./KeptDialogs";
import { KeptKind } from "./KeptKind";

/** What of a system is copied to this device, to be found like documents. */
export function Kept({ system }: { system: SystemView }) {
  const { id, title, sync, quarantined } = system;
  const now = useNow(20_000);
  const { client } = useLink();
  const [asked, setAsked] = useState<{ kind: string; on: boolean } | null>(null);
  const choose = useChange("system_sync");
  const hurry = useChange("system_sync_now");
  // While it is being done, what was asked for is shown.
  const wanted = choose.isPending ? choose.variables.kinds : undefined;
  const about = sync.find(({ kind }) => kind === asked?.kind);
  const chosen = (kind: SyncView): boolean => wanted?.includes(kind.kind) ?? kind.chosen;
  const any = sync.some(chosen);
  const running = sync.some((kind) => kind.chosen && kind.running !== null);
  const set = (of: string, on: boolean, labels?: string[]): void => {
    setAsked(null);
    // All that stay are named: what is not is deleted.
    const kinds = sync.filter(({ kind, chosen: kept }) => (kind === of ? on : kept)).map(({ kind }) => kind);
    choose.mutate(
      { system: id, kinds, ...(labels ? { labels } : {}) },
      {
        // At once, and not when the list is read again: the next switch names all that stay too.
        onSuccess: (changed) =>
          client.setQueryData(["system_list", {}], (known: SystemView[] | undefined) =>
            known?.map((own) => (own.id === changed.id ? changed : own)),
          ),
      },
    );
  };
  const turn = (kind: string, on: boolean): void => {
    if (!on || !any) setAsked({ kind, on });
    else set(kind, true);
  };
  return (
    <section className="kept-here" aria-labelledby="kept-here">
      <div className="kept-here-h">
        <h3 id="kept-here">Kept on this device</h3>
        <span className="grow" />
        {any && (
          <Button
            small
            icon="retry"
            notYet={running || hurry.isPending || quarantined}
            onClick={() => hurry.mutate({ system: id })}
          >
            {running ? "Bringing it up to date…" : "Bring up to date now"}
          </Button>
        )}
        <p className="dim xs">
          Copies of what this account may read in <Name>{title}</Name>, on this device only. They are found
          and cited like your documents, kept in step by themselves, and deleted here when you switch them off
          or disconnect.
        </p>
      </div>
      <ul>
        {sync.map((kind) => (
          <KeptKind
            key={kind.kind}
            kind={kind}
            chosen={chosen(kind)}
            apart={quarantined}
            busy={choose.isPending}
            now={now}
            onTurn={(on) => turn(kind.kind, on)}
          />
        ))}
      </ul>
      {choose.error && <FailureNotice failure={choose.error} />}
      {hurry.error && <FailureNotice failure={hurry.error} />}
      {about && asked?.on === true && (
        <BeginDialog
          title={title}
          kind={about}
          onClose={() => setAsked(null)}
          onKeep={(labels) => set(about.kind, true, labels)}
        />
      )}
      {about && asked?.on === false && (
        <EndDialog
          title={title}
          kind={about}
          onClose={() => setAsked(null)}
          onDelete={() => set(about.kind, false)}
        />
      )}
    </section>
  );
}
