import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { Menu } from "../../components/Menu/Menu";
import type { Answered } from "../../host";
import { copyText } from "./copyText";

/** Copies an answer, with or without what it rests on. */
export function CopyMenu({ answered }: { answered: Answered }) {
  const [done, setDone] = useState("");
  const copy = (withCitations: boolean): void => {
    navigator.clipboard.writeText(copyText(answered, withCitations)).then(
      () => setDone(withCitations ? "Copied with citations" : "Copied"),
      () => setDone("The clipboard could not be reached"),
    );
  };
  return (
    <>
      <Menu
        align="start"
        items={[
          { words: "Copy with citations", icon: "quote", onSelect: () => copy(true) },
          { words: "Copy without citations", icon: "copy", onSelect: () => copy(false) },
        ]}
      >
        <Button
          small
          look="quiet"
          icon={done.startsWith("Copied") ? "check" : "copy"}
          onBlur={() => setDone("")}
        >
          {done || "Copy"}
        </Button>
      </Menu>
      <LiveRegion>{done}</LiveRegion>
    </>
  );
}
