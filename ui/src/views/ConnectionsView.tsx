import "../features/connections/connections.css";
import { useRef, useState } from "react";
import { Button } from "../components/Button/Button";
import { Empty } from "../components/Empty/Empty";
import { LiveRegion } from "../components/LiveRegion/LiveRegion";
import { Skeleton } from "../components/Skeleton/Skeleton";
import { ConnectDialog } from "../features/connections/ConnectDialog";
import { LeaveDialog } from "../features/connections/LeaveDialog";
import { Permissions } from "../features/connections/Permissions";
import { SystemDetail } from "../features/connections/SystemDetail";
import { SystemsList } from "../features/connections/SystemsList";
import { FailureNotice } from "../features/shell/FailureNotice";
import { go } from "../features/shell/useRoute";
import { useCall, useChange, type Failure, type SystemView } from "../host";
import { plainly } from "../lib/text";
import { useNarrow } from "../lib/useWidth";
import { count } from "../lib/words";

interface ConnectionsViewProps {
  system?: string | undefined;
  permissions?: true | undefined;
}

/** Which systems Attaché may read and act on, as whom, and what was allowed beforehand. */
export default function ConnectionsView({ system: id, permissions }: ConnectionsViewProps) {
  const { data: systems, error, refetch } = useCall("system_list", {});
  const narrow = useNarrow(66);
  const demo = useChange("demo_connect");
  const [connecting, setConnecting] = useState(false);
  const [leaving, setLeaving] = useState<SystemView | null>(null);
  const [said, setSaid] = useState("");
  const place = useRef<HTMLElement>(null);
  const begin = (): void => {
    setSaid("");
    setConnecting(true);
  };
  const tryDemo = (): void =>
    demo.mutate({}, { onSuccess: (added) => go({ at: "connections", system: added.id }) });
  const named = systems?.find((own) => own.id === id);
  const chosen = named ?? (narrow || permissions ? undefined : systems?.[0]);
  const open = permissions === true || named !== undefined;
  const list = !narrow || !open;
  const hasDemo = systems?.some((own) => own.demo) ?? true;
  const none = systems?.length === 0 && !permissions;
  return (
    <main className="sheet" id="main">
      <header className="sheet-head">
        <h1>Connections</h1>
        {systems && systems.length > 0 && (
          <span className="sub">{count(systems.length, "system")}, with your own sign-in</span>
        )}
        <div className="end">
          {narrow && open && (
            <Button small icon="left" onClick={() => go({ at: "connections" })}>
              Systems
            </Button>
          )}
          {systems && !none && (
            <Button small icon="plus" onClick={begin}>
              Connect a system…
            </Button>
          )}
        </div>
      </header>
      <LiveRegion>{said}</LiveRegion>
      {connecting && systems && (
        <ConnectDialog
          systems={systems}
          shown={named?.id}
          place={place}
          onClose={(connected) => {
            setConnecting(false);
            if (connected) setSaid(plainly(`${connected.title} is connected as ${connected.account}.`));
          }}
        />
      )}
      {/* Not in the system's detail, which is gone before it is read what is left to be done. */}
      {leaving && (
        <LeaveDialog
          system={systems?.find((own) => own.id === leaving.id) ?? leaving}
          place={place}
          onClose={() => setLeaving(null)}
        />
      )}
      {!systems ? (
        <div className="con-wait">
          {error ? (
            <FailureNotice
              failure={error}
              actions={
                <Button small icon="retry" onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            />
          ) : (
            <Skeleton label="Looking at the connections" lines={6} />
          )}
        </div>
      ) : none ? (
        <Offer pending={demo.isPending} failure={demo.error} onConnect={begin} onDemo={tryDemo} />
      ) : (
        <div className={list && !narrow ? "sheet-body con" : "sheet-body con con-alone"}>
          {list && (
            <SystemsList
              systems={systems}
              current={chosen?.id}
              permissions={permissions === true}
              onDemo={hasDemo ? undefined : tryDemo}
            />
          )}
          {(open || !narrow) && (
            <section
              ref={place}
              className="pane d"
              aria-label={permissions ? "Permissions" : undefined}
              aria-labelledby={permissions ? undefined : "system"}
              tabIndex={0}
            >
              {demo.error && <FailureNotice failure={demo.error} />}
              {permissions ? (
                <Permissions />
              ) : (
                chosen && <SystemDetail key={chosen.id} system={chosen} onLeave={() => setLeaving(chosen)} />
              )}
            </section>
          )}
        </div>
      )}
    </main>
  );
}

interface OfferProps {
  pending: boolean;
  failure: Failure | null;
  onConnect: () => void;
  onDemo: () => void;
}

/** Where nothing is connected yet: a system of one's own, or a company to try everything on. */
function Offer({ pending, failure, onConnect, onDemo }: OfferProps) {
  const [pressed, setPressed] = useState(false);
  return (
    <Empty
      icon="plug"
      title="No system is connected yet"
      actions={
        <>
          <Button small look="primary" icon="plus" onClick={onConnect}>
            Connect a system…
          </Button>
          <Button
            small
            icon="play"
            notYet={pending}
            onClick={() => {
              setPressed(true);
              onDemo();
            }}
          >
            {pending ? "Starting the demo company…" : "Try it on the demo company"}
          </Button>
          <a className="btn btn-sm" href="#/connections/permissions">
            Permissions
          </a>
        </>
      }
    >
      <p>
        Connect a system you work in with your own sign-in. Attaché reads what you may read there, and changes
        nothing without your approval.
      </p>
      <p>
        Or try it first: the demo company is a CRM, a help desk and a mailbox that run on this machine.{" "}
        <b>Demo: nothing in it is real</b>, and nothing leaves this machine. Propose a change, decide about
        it, take it back. Leaving it removes every trace.
      </p>
      {pressed && failure && <FailureNotice failure={failure} />}
    </Empty>
  );
}
