import { useState } from "react";
import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { useLiveTurn, type Turn } from "../../host";
import { undirected } from "../../lib/text";

const ENDED: Partial<Record<Turn["state"], string>> = {
  abstained: "No answer: nothing was found that says this.",
  failed: "The answer could not be finished.",
  stopped: "Stopped.",
  interrupted: "The answer was interrupted.",
};

/** Speaks each sentence once, when it is finished; and how the answer ended, if not well. */
export function Announcer({ turn: kept }: { turn: Turn }) {
  // An old answer that is opened to be read is not spoken.
  const [heard] = useState(kept.state === "running");
  const turn = useLiveTurn(kept);
  const sentences = turn.answer?.answer ?? [];
  const last = sentences.at(-1)?.text;
  const said =
    turn.state === "running" ? (last ?? "Searching your files") : (ENDED[turn.state] ?? last ?? "");
  return <LiveRegion>{heard ? undirected(said) : ""}</LiveRegion>;
}
