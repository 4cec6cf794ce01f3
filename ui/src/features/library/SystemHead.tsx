import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Name } from "../../components/Text/Text";
import type { SourceStatus } from "../../host";
import { formatRoute } from "../../lib/route";
import { visible } from "../../lib/text";
import { LabelTags } from "./LabelTags";
import { LabelsDialog } from "./LabelsDialog";

/** Copies of the records of a system: what they are, their labels, and the way to where they are switched on and off. */
export function SystemHead({ source, system }: { source: SourceStatus; system: string }) {
  const [asked, setAsked] = useState(false);
  return (
    <header className="f-head">
      <div className="row wrap">
        <h2 id="folder">
          <Name>{source.collection}</Name>
        </h2>
        <span className="grow" />
        <Button small icon="tag" onClick={() => setAsked(true)}>
          Labels
        </Button>
        <a
          className="btn btn-sm"
          href={formatRoute({ at: "connections", system })}
          aria-label={`Manage what is kept of ${visible(source.collection)}`}
        >
          Manage
        </a>
      </div>
      <div className="row wrap xs">
        <span className="dim root">
          Records of <Name>{source.collection}</Name>, kept in step with the system
        </span>
        <LabelTags labels={source.labels} />
      </div>
      {asked && <LabelsDialog source={source} onClose={() => setAsked(false)} />}
    </header>
  );
}
