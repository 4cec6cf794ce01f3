import { useEffect, useState, type RefObject } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { useCall, type ConnectorView, type SystemView } from "../../host";
import { visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { go } from "../shell/useRoute";
import { ConnectForm } from "./ConnectForm";
import { Connectors } from "./Connectors";
import { EMPTY, isElsewhere, requestOf, wayOf, type Draft } from "./connecting";
import { useConnect } from "./useConnect";
import { Waiting } from "./Waiting";

const HINT =
  "You sign in as yourself. Attaché reads what you may read there, and changes nothing without your approval.";

interface ConnectDialogProps {
  systems: readonly SystemView[];
  /** The system that is shown behind it, and where. */
  shown: string | undefined;
  place: RefObject<HTMLElement | null>;
  /** With what was connected, if anything was. */
  onClose: (connected?: SystemView) => void;
}

/** Connects a system: first which, then where it is and how one signs in. Closes on the system once it is shown. */
export function ConnectDialog({ systems, shown, place, onClose }: ConnectDialogProps) {
  const [chosen, setChosen] = useState<ConnectorView | null>(null);
  const [last, setLast] = useState<ConnectorView | null>(null);
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const { state, failure, begun, system: connected, connect, signIn, giveUp, reset } = useConnect();
  const choose = (connector: ConnectorView): void => {
    // What was written is about another system.
    if (connector.name !== last?.name) setDraft(EMPTY);
    setLast(connector);
    setChosen(connector);
  };
  const back = (): void => {
    setDraft({ ...draft, secret: "" });
    setChosen(null);
    reset();
  };
  const send = (connector: ConnectorView): void => {
    const taken = systems.map(({ id }) => id);
    const ask = isElsewhere(wayOf(connector, draft)) ? signIn : connect;
    void ask(requestOf(connector, draft, taken), (system) => {
      setDraft(EMPTY);
      go({ at: "connections", system: system.id });
    });
  };
  useEffect(() => {
    if (connected && shown === connected.id) onClose(connected);
  }, [connected, shown, onClose]);
  if (connected) {
    return (
      <Dialog
        title={`${visible(connected.title)} is connected`}
        open
        onClose={() => onClose(connected)}
        focusAfter={place}
      >
        <p>It appears under Connections in a moment.</p>
        <div className="dlg-acts">
          <Button onClick={() => onClose(connected)}>Close</Button>
        </div>
      </Dialog>
    );
  }
  if (chosen && begun && state === "waiting") {
    return (
      <Dialog title={`Sign in to ${visible(chosen.title)}`} open onClose={() => onClose()}>
        <Waiting begun={begun} onCancel={giveUp} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={chosen ? `Connect ${visible(chosen.title)}` : "Connect a system"}
      open
      onClose={() => onClose()}
      {...(chosen ? {} : { hint: HINT })}
    >
      {chosen ? (
        <ConnectForm
          connector={chosen}
          draft={draft}
          trying={state === "trying"}
          failure={failure}
          onChange={(own) => setDraft({ ...draft, ...own })}
          onSend={() => send(chosen)}
          onBack={back}
        />
      ) : (
        <Choice last={last} onChoose={choose} />
      )}
    </Dialog>
  );
}

interface ChoiceProps {
  last: ConnectorView | null;
  onChoose: (connector: ConnectorView) => void;
}

function Choice({ last, onChoose }: ChoiceProps) {
  const { data, error, refetch } = useCall("connector_list", {});
  if (data) return <Connectors connectors={data} last={last} onChoose={onChoose} />;
  return error ? (
    <FailureNotice
      failure={error}
      actions={
        <Button small icon="retry" onClick={() => void refetch()}>
          Try again
        </Button>
      }
    />
  ) : (
    <Skeleton label="Looking which systems can be connected" lines={4} />
  );
}
