import { Dialog } from "../../components/Dialog/Dialog";
import { EvidencePane } from "../evidence/EvidencePane";
import { shortPlace } from "./citations";
import type { useEvidence } from "./useEvidence";

interface AskPaneProps {
  evidence: ReturnType<typeof useEvidence>;
  narrow: boolean;
  open: boolean;
  onClose: () => void;
}

/** The evidence of an answer: beside it, or in a narrow window as a drawer over it. */
export function AskPane({
  evidence: { turn, passages, current, show },
  narrow,
  open,
  onClose,
}: AskPaneProps) {
  if (!open) return null;
  const pane = (
    <EvidencePane
      passages={passages}
      current={current}
      onCurrent={(number) => turn && show(turn.id, number)}
      place={shortPlace}
      waiting={turn?.state === "running"}
      onClose={narrow ? onClose : undefined}
    />
  );
  if (narrow) {
    return (
      <Dialog title="Evidence" look="drawer" open onClose={onClose}>
        <div className="evidence">{pane}</div>
      </Dialog>
    );
  }
  return (
    <aside className="pane pane-well evidence" id="evidence" aria-label="Evidence">
      {pane}
    </aside>
  );
}
