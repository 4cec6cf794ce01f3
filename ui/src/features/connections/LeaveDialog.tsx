import type { RefObject } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Icon } from "../../components/Icon/Icon";
import { Notice } from "../../components/Notice/Notice";
import { Said } from "../../components/Text/Text";
import { useCall, useChange, type SystemView } from "../../host";
import { visible } from "../../lib/text";
import { count, number } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";
import { go } from "../shell/useRoute";

interface LeaveDialogProps {
  system: SystemView;
  /** What has the focus once it is gone. */
  place: RefObject<HTMLElement | null>;
  onClose: () => void;
}

/** Says what goes and what stays before a system is forgotten, and what the person has to do elsewhere afterwards. */
export function LeaveDialog({ system, place, onClose }: LeaveDialogProps) {
  const leave = useChange("system_disconnect");
  const grants = (useCall("grant_list", {}).data ?? []).filter((grant) => grant.system === system.id).length;
  const permissions = grants === 0 ? "permissions" : count(grants, "permission");
  const kept = system.sync.reduce((sum, { records }) => sum + records, 0);
  const copies =
    kept === 0
      ? []
      : [`${kept === 1 ? "1 copy of a record" : `${number(kept)} copies of records`} on this device`];
  const goes = system.demo
    ? [
        "All its records, and every change you made to them",
        "Its proposals, decided or not",
        `Its ${permissions}`,
        ...copies,
      ]
    : [
        "The connection",
        system.sign_in
          ? "Your sign-in there, and its secret in this computer’s keyring"
          : "Its secret in this computer’s keyring",
        ...copies,
        ...(grants === 0 ? [] : [`Its ${permissions}: nothing in it is allowed beforehand any more`]),
      ];
  const stays = system.demo
    ? []
    : ["Everything in the system itself", "Its proposals. Nothing is sent while it is not connected."];
  const warning = leave.data?.warning ?? null;
  if (warning !== null) return <Left system={system} warning={warning} place={place} onClose={onClose} />;
  return (
    <Dialog
      title={system.demo ? "Leave the demo company?" : `Disconnect ${visible(system.title)}?`}
      hint={
        system.demo
          ? "No trace of it stays in your lists. You can try it again at any time, from its first morning."
          : "Forgets the connection and its secret in the keyring. To use it again, connect it again."
      }
      open
      onClose={onClose}
      {...(leave.isSuccess ? { focusAfter: place } : {})}
    >
      <h3 className="sec-label">What goes</h3>
      <ul className="goes">
        {goes.map((words) => (
          <li key={words}>
            <Icon name="x" /> {words}
          </li>
        ))}
      </ul>
      <h3 className="sec-label">What stays</h3>
      <ul className="goes">
        {stays.map((words) => (
          <li key={words}>
            <Icon name="check" /> {words}
          </li>
        ))}
        <li>
          <Icon name="seal" /> The rows of the audit. They say that something was done and when, and hold no
          contents.
        </li>
      </ul>
      {leave.error && <FailureNotice failure={leave.error} />}
      <div className="dlg-acts">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          look="danger"
          notYet={leave.isPending}
          onClick={() =>
            leave.mutate(
              { system: system.id },
              {
                onSuccess: (left) => {
                  if (left.warning === null) onClose();
                  go({ at: "connections" }, "replace");
                },
              },
            )
          }
        >
          {system.demo ? "Leave and remove everything" : "Disconnect"}
        </Button>
      </div>
    </Dialog>
  );
}

interface LeftProps extends LeaveDialogProps {
  warning: string;
}

/** It is forgotten here, and something of it is left at the provider of its sign-in. */
function Left({ system, warning, place, onClose }: LeftProps) {
  return (
    <Dialog title={`${visible(system.title)} is disconnected`} open onClose={onClose} focusAfter={place}>
      <Notice hue="ask" icon="warn" title={<Said>{warning}</Said>} urgent />
      <div className="dlg-acts">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
