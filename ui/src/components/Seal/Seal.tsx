import "./Seal.css";
import { useId, useState } from "react";
import { Button } from "../Button/Button";
import { Icon } from "../Icon/Icon";
import { Plain } from "../Text/Text";

export interface RawRequest {
  method: string;
  address: string;
  condition: string | null;
  body: string | null;
}

interface SealProps {
  /** Of everything that is left; nothing if nothing is. */
  digest: string | null;
  requests: readonly RawRequest[];
}

/** `7f3a09c1…` as people compare it: `7f3a 09c1`. */
export function short(digest: string): string {
  return `${digest.slice(0, 4)} ${digest.slice(4, 8)}`;
}

function lines({ method, address, condition, body }: RawRequest): string {
  const head = `${method} ${address}`;
  const only = condition === null ? "" : `\nIf-Match: ${condition}`;
  return `${head}${only}${body === null ? "" : `\n\n${body}`}`;
}

/** Exactly what is shown is sent; the requests themselves are one click away. */
export function Seal({ digest, requests }: SealProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const many = requests.length;
  return (
    <div className="seal">
      <span className="fact">
        <Icon name="seal" />
        <span>
          <b>Sealed.</b>{" "}
          {many === 1
            ? "Exactly the request shown here is sent, nothing else."
            : many === 0
              ? "Nothing is left that would be sent."
              : `Exactly the ${many} requests shown here are sent, nothing else.`}{" "}
          {digest && <span className="mono">{short(digest)}</span>}
        </span>
      </span>
      {many > 0 && (
        <Button look="link" small aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
          {open ? "Hide" : "Show"} raw {many === 1 ? "request" : "requests"}
        </Button>
      )}
      {open && (
        <div className="seal-raw" id={id} role="region" aria-label="Raw requests" tabIndex={0}>
          {requests.map((request, index) => (
            <pre key={index}>
              <Plain>{lines(request)}</Plain>
            </pre>
          ))}
        </div>
      )}
    </div>
  );
}
