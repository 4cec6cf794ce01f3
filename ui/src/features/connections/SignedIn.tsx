import { useRef, useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Icon } from "../../components/Icon/Icon";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { Notice } from "../../components/Notice/Notice";
import { Skeleton } from "../../components/Skeleton/Skeleton";
import { Name, Said } from "../../components/Text/Text";
import type { SignInState, SystemView } from "../../host";
import { plainly, visible } from "../../lib/text";
import { FailureNotice } from "../shell/FailureNotice";
import { signedWords } from "./connecting";
import { useConnect } from "./useConnect";
import { Waiting } from "./Waiting";

interface SignedInProps {
  system: SystemView;
  state: SignInState;
}

/** How a sign-in at a provider stands, and how one signs in again where it holds no more. */
export function SignedIn({ system, state }: SignedInProps) {
  const { state: now, failure, begun, signInAgain, giveUp } = useConnect();
  const [said, setSaid] = useState("");
  const place = useRef<HTMLDivElement>(null);
  const title = visible(system.title);
  const again = (): void => {
    setSaid("");
    void signInAgain(system.id, () => setSaid(plainly(`You are signed in to ${title} again.`)));
  };
  return (
    <div ref={place} className="signed" role="group" aria-label="Sign-in" tabIndex={-1}>
      <LiveRegion>{said}</LiveRegion>
      {state.holds ? (
        <div className="apart">
          <p>
            <Icon name="v-allow" size="sm" className="t-allow" /> {signedWords(state)}
          </p>
          <Scopes scopes={state.scopes} />
        </div>
      ) : (
        <Notice
          hue="ask"
          icon="warn"
          title="You are signed out there"
          actions={
            <Button small look="primary" onClick={again}>
              Sign in again
            </Button>
          }
        >
          {system.trouble && (
            <p>
              <Said>{system.trouble}</Said>
            </p>
          )}
          <p>
            Nothing in <Name>{system.title}</Name> is read, and nothing is sent to it, until you sign in
            again. What was proposed is kept.
          </p>
        </Notice>
      )}
      <Dialog
        title={`Sign in to ${title} again`}
        open={now !== "idle" && now !== "connected"}
        onClose={giveUp}
        // The button to sign in again goes once it worked.
        {...(now === "connected" ? { focusAfter: place } : {})}
      >
        {begun ? (
          <Waiting begun={begun} onCancel={giveUp} />
        ) : failure ? (
          <>
            <FailureNotice failure={failure} />
            <div className="dlg-acts">
              <Button onClick={giveUp}>Close</Button>
              <Button look="primary" icon="retry" onClick={again}>
                Try again
              </Button>
            </div>
          </>
        ) : (
          <Skeleton label="Asking where you sign in" lines={3} />
        )}
      </Dialog>
    </div>
  );
}

/** What the provider allowed, in its own words. */
function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length === 0) return null;
  return (
    <p className="scopes faint xs">
      Allowed there:{" "}
      {scopes.map((scope, index) => (
        <span key={scope}>
          {index > 0 && ", "}
          <code>
            <Name>{scope}</Name>
          </code>
        </span>
      ))}
    </p>
  );
}
