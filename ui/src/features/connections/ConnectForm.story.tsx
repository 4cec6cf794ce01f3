import { useState } from "react";
import type { ConnectorView, Failure } from "../../host";
import { CONNECTORS, PROVIDED } from "../../host/fake/systems";
import { ConnectForm } from "./ConnectForm";
import { EMPTY, type Draft } from "./connecting";
import "./connections.css";

const WRITTEN: Draft = {
  ...EMPTY,
  address: "https://rt.northwind-robotics.com/REST/2.0",
  account: "ines.okafor@northwind-robotics.com",
  way: "basic",
  secret: "k-20418-6f3a",
};

interface WritingProps {
  connector?: ConnectorView;
  first?: Draft;
  trying?: boolean;
  failure?: Failure;
}

function Writing({ connector = CONNECTORS[2]!, first = EMPTY, trying = false, failure }: WritingProps) {
  const [draft, setDraft] = useState(first);
  return (
    <ConnectForm
      connector={connector}
      draft={draft}
      trying={trying}
      failure={failure}
      onChange={(own) => setDraft({ ...draft, ...own })}
      onSend={() => undefined}
      onBack={() => undefined}
    />
  );
}

export const stories = {
  "Nothing written": () => <Writing />,
  "The sign-in is being tried": () => <Writing first={WRITTEN} trying />,
  "The system is there already": () => (
    <Writing
      first={WRITTEN}
      failure={{
        message: "There is a connection `request-tracker` already.",
        hint: "Forget that one first, or give this one another name.",
        fault: "user",
      }}
    />
  ),
  "In the browser": () => (
    <Writing connector={PROVIDED[0]!} first={{ ...WRITTEN, way: "oauth", secret: "" }} />
  ),
  "In the browser, or with a code": () => <Writing connector={PROVIDED[1]!} />,
};
