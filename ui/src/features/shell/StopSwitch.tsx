import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Icon } from "../../components/Icon/Icon";
import { Tooltip } from "../../components/Tooltip/Tooltip";
import { useCall, useChange, useLink, type Failure } from "../../host";
import { FailureNotice } from "./FailureNotice";

export interface Stopping {
  stopped: boolean;
  /** So many approved changes go on when sending starts again. */
  underWay: number;
  pending: boolean;
  /** Why the last turn of the switch did not count. */
  failure: Failure | null;
  /** It is asked whether sending starts again. */
  asked: boolean;
  /** Stops, at once and without a question. */
  stop: () => void;
  /** Asks whether sending starts again. */
  ask: () => void;
  start: () => void;
  /** Leaves the question or the failure. */
  leave: () => void;
}

/** The emergency switch: how it stands, and how it is turned. Once in the window, so that no failure is missed. */
export function useStopping(): Stopping {
  const { client } = useLink();
  const standing = useCall("standing", {}).data;
  const { mutate, isPending, error, reset } = useChange("stop_all");
  const [asked, setAsked] = useState(false);
  const turn = (on: boolean): void => {
    reset();
    mutate(
      { on },
      {
        onSuccess: (now) => {
          client.setQueryData(["standing", {}], now);
          setAsked(false);
        },
      },
    );
  };
  return {
    stopped: standing?.stopped ?? false,
    underWay: standing?.under_way ?? 0,
    pending: isPending,
    failure: error,
    asked,
    stop: () => turn(true),
    ask: () => setAsked(true),
    start: () => turn(false),
    leave: () => {
      setAsked(false);
      reset();
    },
  };
}

/** Stopping takes one press; beginning again asks. What was sent is not called back by it. */
export function StopSwitch({ stopping, rail }: { stopping: Stopping; rail: boolean }) {
  const { stopped, stop, ask } = stopping;
  const words = stopped ? "Sending is stopped" : "Stop all sending";
  const button = (
    <button
      type="button"
      className={stopped ? "stop-all stop-on" : "stop-all"}
      onClick={stopped ? ask : stop}
    >
      <Icon name={stopped ? "v-deny" : "stop"} size="sm" />
      <span className="nf-txt">
        {words}
        {stopped && <span className="vh">, start again</span>}
      </span>
    </button>
  );
  return rail ? (
    <Tooltip words={words} side="right">
      {button}
    </Tooltip>
  ) : (
    button
  );
}

/** The line over the whole window while the switch is on. */
export function StopBar({ stopping: { stopped, ask } }: { stopping: Stopping }) {
  if (!stopped) return null;
  return (
    <div className="ban ban-stop" role="alert">
      <Icon name="v-deny" size="sm" />
      <span>
        <b>Sending is stopped.</b> Everything can be read. Nothing is sent.
      </span>
      <Button look="link" small onClick={ask}>
        Start again…
      </Button>
    </div>
  );
}

/** Asks before anything is sent again, and says why the switch could not be turned. */
export function StopDialogs({ stopping }: { stopping: Stopping }) {
  const { stopped, underWay, pending, failure, asked, stop, start, leave } = stopping;
  if (asked) {
    const kept =
      underWay === 0
        ? "Nothing is under way."
        : underWay === 1
          ? "1 approved change is under way and goes on then."
          : `${underWay} approved changes are under way and go on then.`;
    return (
      <Dialog title="Start sending again?" hint={kept} open onClose={leave}>
        {failure && <FailureNotice failure={failure} />}
        <div className="dlg-acts">
          <Button onClick={leave}>Stay stopped</Button>
          <Button look="primary" notYet={pending} onClick={start}>
            Start sending
          </Button>
        </div>
      </Dialog>
    );
  }
  if (!failure || stopped) return null;
  return (
    <Dialog title="Sending was not stopped" open onClose={leave}>
      <FailureNotice failure={failure} />
      <div className="dlg-acts">
        <Button onClick={leave}>Close</Button>
        <Button look="danger" icon="stop" onClick={stop}>
          Stop all sending
        </Button>
      </div>
    </Dialog>
  );
}
