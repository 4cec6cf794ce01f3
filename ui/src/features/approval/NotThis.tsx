import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Candidates } from "../../components/Candidates/Candidates";
import { Popover } from "../../components/Popover/Popover";
import { useChange, type ActionView, type NearView } from "../../host";
import { FailureNotice } from "../shell/FailureNotice";

interface NotThisProps {
  action: ActionView;
  near: readonly NearView[];
  onPicked: (fresh: ActionView) => void;
}

/** The way to another record, where words led to this one and others came near. */
export function NotThis({ action, near, onPicked }: NotThisProps) {
  const [open, setOpen] = useState(false);
  const [record, setRecord] = useState<string | null>(null);
  const pick = useChange("action_pick");
  const use = (): void => {
    if (record === null || pick.isPending) return;
    pick.mutateAsync({ id: action.id, record }).then(onPicked, () => undefined);
  };
  return (
    <Popover
      label="Another record"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button small aria-haspopup="dialog">
          Not this record?
        </Button>
      }
    >
      <div className="other">
        <p className="dim xs">The same is proposed for the record you choose, and judged for that one.</p>
        <Candidates label="Another record" candidates={near} value={record} onChange={setRecord} />
        {pick.error && <FailureNotice failure={pick.error} />}
        <div className="dlg-acts">
          <Button small look="primary" notYet={record === null || pick.isPending} onClick={use}>
            Use this one
          </Button>
        </div>
      </div>
    </Popover>
  );
}
