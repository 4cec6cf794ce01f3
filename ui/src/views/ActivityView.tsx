import "../features/activity/activity.css";
import { useState } from "react";
import { Button } from "../components/Button/Button";
import { Empty } from "../components/Empty/Empty";
import { ChainBadge, ChainBroken } from "../features/activity/Chain";
import { Hosts, HostsToday } from "../features/activity/Hosts";
import { ReceiptPaper } from "../features/activity/ReceiptPaper";
import { RowPaper } from "../features/activity/RowPaper";
import { Timeline, placeOf } from "../features/activity/Timeline";
import { go } from "../features/shell/useRoute";
import { useCall } from "../host";
import { formatRoute } from "../lib/route";
import { useNarrow } from "../lib/useWidth";

interface ActivityViewProps {
  receipt?: number | undefined;
  row?: number | undefined;
  hosts?: true | undefined;
}

/** What was done, by whom, why, with a receipt for each, and which hosts were contacted for it. */
export default function ActivityView({ receipt, row, hosts }: ActivityViewProps) {
  const { data } = useCall("activity_list", {});
  const narrow = useNarrow(66);
  const [parts, setParts] = useState(1);
  const newest = data?.[0];
  const chosen = receipt !== undefined || row !== undefined || hosts === true;
  // Where there is room, what happened last is open.
  const shown =
    chosen || narrow || !newest
      ? { receipt, row }
      : newest.action === null
        ? { row: newest.seq }
        : { receipt: newest.action };
  const nothing = data?.length === 0;
  const current = hosts
    ? undefined
    : shown.receipt !== undefined
      ? formatRoute({ at: "activity", receipt: shown.receipt })
      : shown.row !== undefined
        ? formatRoute({ at: "activity", row: shown.row })
        : newest && placeOf(newest);
  const list = !narrow || !chosen;
  const detail = chosen || (!narrow && !nothing);
  return (
    <main className="sheet" id="main">
      <header className="sheet-head">
        <h1>Activity</h1>
        <div className="end">
          {narrow && chosen && (
            <Button small icon="left" onClick={() => go({ at: "activity" })}>
              Receipts
            </Button>
          )}
          <ChainBadge />
        </div>
      </header>
      {!narrow && <ChainBroken />}
      <div className={list && detail ? "sheet-body acty" : "sheet-body acty acty-alone"}>
        {list && (
          <section className="pane tl" aria-label="What happened">
            {narrow && <ChainBroken />}
            {nothing ? (
              <Empty icon="receipt" title="Nothing was done yet">
                <p>
                  Every answer, every change and every permission gets a line here, and each change a receipt.
                </p>
              </Empty>
            ) : (
              <nav className="tl-in" aria-label="Timeline">
                <Timeline
                  parts={parts}
                  onEarlier={() => setParts(parts + 1)}
                  current={narrow ? undefined : current}
                />
              </nav>
            )}
            <HostsToday current={hosts === true} />
          </section>
        )}
        {detail && (
          <section className="pane rc" aria-label={hosts ? "Hosts" : "Receipt"} tabIndex={0}>
            {narrow && <ChainBroken />}
            {hosts ? (
              <Hosts />
            ) : shown.receipt !== undefined ? (
              <ReceiptPaper id={shown.receipt} />
            ) : shown.row !== undefined ? (
              <RowPaper seq={shown.row} />
            ) : null}
          </section>
        )}
      </div>
    </main>
  );
}
