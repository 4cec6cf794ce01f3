import { useState } from "react";
import type { Failure } from "../../host";
import { CONNECTORS } from "../../host/fake/systems";
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
  first?: Draft;
  trying?: boolean;
  failure?: Failure;
}

function Writing({ first = EMPTY, trying = false, failure }: WritingProps) {
  const [draft, setDraft] = useState(first);
  return (
    <ConnectForm
      connector={CONNECTORS[2]!}
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
};
