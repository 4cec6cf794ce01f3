import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Notice } from "../../components/Notice/Notice";
import { Switch } from "../../components/Switch/Switch";
import { Tag } from "../../components/Tag/Tag";
import { Name, Said } from "../../components/Text/Text";
import { useCall, useChange, type OperationView, type SystemView } from "../../host";
import { dated } from "../../lib/moments";
import { count } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";
import { Kept } from "./Kept";
import { Operations } from "./Operations";
import { ProposeDialog } from "./ProposeDialog";
import { SignedIn } from "./SignedIn";
import { changedOf, monogram, reads } from "./operations";

/** What becomes of changes now. */
function sendingOf(stopped: boolean, apart: boolean) {
  if (stopped)
    return { icon: "v-deny", className: "t-deny", words: "Stopped", hint: "everything is" } as const;
  if (apart) return { icon: "v-park", className: "t-hold", words: "Set apart", hint: "read only" } as const;
  return {
    icon: "v-allow",
    className: "t-allow",
    words: "After approval",
    hint: "or by a permission of yours",
  } as const;
}

/** How it can be reached now. */
function healthOf({ trouble, sign_in: signIn }: SystemView) {
  if (signIn?.holds === false) return { icon: "warn", className: "t-ask", words: "Signed out" } as const;
  if (trouble) return { icon: "warn", className: "t-deny", words: "Out of reach" } as const;
  return { icon: "v-allow", className: "t-allow", words: "Healthy" } as const;
}

interface SystemDetailProps {
  system: SystemView;
  /** Asks whether it is to be forgotten. */
  onLeave: () => void;
}

/** A connected system: as whom it is used, what can be asked of it, and how it is set apart or left. */
export function SystemDetail({ system, onLeave }: SystemDetailProps) {
  const [proposing, setProposing] = useState<OperationView | null>(null);
  const apart = useChange("system_quarantine");
  const test = useChange("system_test");
  const { operations, trouble, quarantined, demo, link, sign_in: signIn } = system;
  const health = healthOf(system);
  const changed = changedOf(system);
  const stopped = useCall("standing", {}).data?.stopped ?? false;
  const sending = sendingOf(stopped, quarantined);
  const writes = operations.filter((own) => !reads(own));
  return (
    <>
      <header className="d-h">
        <span className="tile tile-lg" aria-hidden="true">
          {monogram(system.title)}
        </span>
        <div className="grow d-title">
          <h2 id="system">
            <Name>{system.title}</Name>
          </h2>
          {demo && <Tag icon="play">Demo, nothing in it is real</Tag>}
          {link !== null && (
            <p className="d-link dim xs">
              <Name>{link}</Name>
            </p>
          )}
        </div>
        {!demo && (
          <Button small notYet={test.isPending} onClick={() => test.mutate({ system: system.id })}>
            {test.isPending ? "Testing…" : "Test"}
          </Button>
        )}
        <Button small look="danger" onClick={onLeave}>
          {demo ? "Leave the demo…" : "Disconnect…"}
        </Button>
      </header>
      {test.isSuccess && <Notice hue="allow" icon="v-allow" title="It answers, and your sign-in holds." />}
      {test.error && <FailureNotice failure={test.error} />}
      {signIn && <SignedIn system={system} state={signIn} />}
      {trouble && signIn?.holds !== false && (
        <Notice hue="deny" icon="warn" title={<Said>{trouble}</Said>}>
          <p>What was proposed is kept. Nothing is sent until it can be reached, and then only once.</p>
        </Notice>
      )}
      {changed.length > 0 && (
        <Notice
          hue="deny"
          icon="v-deny"
          title={
            changed.length === 1
              ? "1 operation is not what it was when this system was connected"
              : `${count(changed.length, "operation")} are not what they were when this system was connected`
          }
        >
          <p>
            Nothing is done with {changed.length === 1 ? "it" : "them"}:{" "}
            {changed.map(({ name }, index) => (
              <span key={name}>
                {index > 0 && ", "}
                <code>
                  <Name>{name}</Name>
                </code>
              </span>
            ))}
            . Ask whoever runs the system what changed. To take the new definition, disconnect it and connect
            it again.
          </p>
        </Notice>
      )}
      <dl className="health">
        <div>
          <dt>Acts as</dt>
          <dd>
            <Name>{system.person || system.account}</Name>
          </dd>
          {system.person !== "" && system.person !== system.account && (
            <dd className="xs">
              <Name>{system.account}</Name>
            </dd>
          )}
        </div>
        <div>
          <dt>Connection</dt>
          <dd>
            <Icon name={health.icon} size="sm" className={health.className} /> {health.words}
          </dd>
          <dd className="xs">
            since {dated(system.added)}
            {!demo && (signIn ? ", its sign-in in the keyring" : ", its secret in the keyring")}
          </dd>
        </div>
        <div>
          <dt>Sending</dt>
          <dd>
            <Icon name={sending.icon} size="sm" className={sending.className} /> {sending.words}
          </dd>
          <dd className="xs">{sending.hint}</dd>
        </div>
        <div>
          <dt>Definition</dt>
          <dd>
            <Icon
              name={changed.length > 0 ? "v-deny" : "lock"}
              size="sm"
              className={changed.length > 0 ? "t-deny" : undefined}
            />{" "}
            {changed.length > 0 ? `${changed.length} changed` : "Pinned"}
          </dd>
          <dd className="xs">
            {operations.length === 0 ? "not read now" : count(operations.length, "operation")}
          </dd>
        </div>
      </dl>
      <div className="apart">
        <Switch
          words="Set apart"
          hint={
            <>
              Everything in <Name>{system.title}</Name> can be read, and nothing is sent to it. What waits,
              waits on.
            </>
          }
          on={quarantined}
          onChange={(on) => apart.mutate({ system: system.id, on })}
        />
      </div>
      {apart.error && <FailureNotice failure={apart.error} />}
      {system.sync.length > 0 && <Kept system={system} />}
      {operations.length > 0 && (
        <Operations
          title={system.title}
          writes={writes}
          reads={operations.filter(reads)}
          onPropose={setProposing}
        />
      )}
      {proposing && (
        <ProposeDialog system={system} operation={proposing} onClose={() => setProposing(null)} />
      )}
    </>
  );
}
