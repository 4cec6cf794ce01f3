import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button/Button";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { Name } from "../../components/Text/Text";
import type { SignInBegun } from "../../host";
import { clock } from "../../lib/moments";
import { visible } from "../../lib/text";
import { hostOf } from "./connecting";

interface WaitingProps {
  begun: SignInBegun;
  onCancel: () => void;
}

/** While the person signs in elsewhere: where that is, and with which code if it is on another device. */
export function Waiting({ begun, onCancel }: WaitingProps) {
  const { address, code, opened, until } = begun;
  const [done, setDone] = useState("");
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that began it is gone.
    place.current?.focus();
  }, []);
  const host = hostOf(address);
  const copy = (text: string, what: string): void => {
    navigator.clipboard.writeText(text).then(
      () => setDone(`${what} copied`),
      () => setDone("The clipboard could not be reached"),
    );
  };
  return (
    <div
      ref={place}
      className="dlg-form sign-wait"
      role="group"
      aria-label={`Waiting until you have signed in at ${visible(host)}`}
      tabIndex={-1}
    >
      <p>
        {code !== null ? (
          opened ? (
            <>
              Your browser was opened at <Host host={host} />. Or open the address on any other device. Type
              this code there:
            </>
          ) : (
            <>
              Open the address at <Host host={host} /> on any device, and type this code there:
            </>
          )
        ) : opened ? (
          <>
            Your browser was opened at <Host host={host} />; sign in there.
          </>
        ) : (
          <>
            Your browser could not be opened. Open this address in it, at <Host host={host} />, and sign in
            there.
          </>
        )}
      </p>
      {code !== null && (
        <p className="sign-code">
          <Name>{code}</Name>
        </p>
      )}
      <p className="sign-address">
        <code>
          <Name>{address}</Name>
        </code>
      </p>
      <div className="row">
        {code !== null && (
          <Button small icon="copy" onClick={() => copy(code, "Code")}>
            Copy the code
          </Button>
        )}
        <Button small icon="copy" onClick={() => copy(address, "Address")}>
          Copy the address
        </Button>
        <span className="faint xs">{done}</span>
      </div>
      <LiveRegion>{done || `Waiting until you have signed in at ${visible(host)}`}</LiveRegion>
      <div className="dlg-acts dlg-acts-said">
        <span className="faint xs">
          It goes on here by itself once you have signed in. It is waited for until {clock(until)}.
        </span>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </div>
  );
}

function Host({ host }: { host: string }) {
  return (
    <b>
      <Name>{host}</Name>
    </b>
  );
}
