import { LiveRegion } from "../../components/LiveRegion/LiveRegion";
import { useLiveTurn, type Turn } from "../../host";

const ENDED: Partial<Record<Turn["state"], string>> = {
  abstained: "No answer: nothing was found that says this.",
  failed: "The answer could not be finished.",
  stopped: "Stopped.",
  interrupted: "The answer was interrupted.",
};

/** Speaks each sentence once, when it is finished; and how the answer ended, if not well. */
export function Announcer({ turn: kept }: { turn: Turn }) {
  const turn = useLiveTurn(kept);
  const sentences = turn.answer?.answer ?? [];
  const last = sentences.at(-1)?.text;
  const words =
    turn.state === "running" ? (last ?? "Searching your files") : (ENDED[turn.state] ?? last ?? "");
  return <LiveRegion>{words}</LiveRegion>;
}
