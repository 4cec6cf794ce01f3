import type { SyncView } from "../../host";
import { NOW } from "../../host/fake/story";
import { kept } from "../../host/fake/systems";
import { KeptKind } from "./KeptKind";
import "./connections.css";

const MINUTE = 60_000;

function One({ kind, apart = false }: { kind: Partial<SyncView>; apart?: boolean }) {
  const own = kept(kind);
  return (
    <div className="kept-here">
      <ul>
        <KeptKind
          kind={own}
          chosen={own.chosen}
          apart={apart}
          busy={false}
          now={NOW * 1000}
          onTurn={() => undefined}
        />
      </ul>
    </div>
  );
}

const KEPT = { chosen: true, records: 1204, ended: NOW * 1000 - 2 * MINUTE };

export const stories = {
  "Not kept": () => <One kind={{}} />,
  "Up to date": () => <One kind={KEPT} />,
  "Being brought up to date": () => <One kind={{ ...KEPT, running: 1240 }} />,
  "In trouble": () => <One kind={{ ...KEPT, trouble: "`Request Tracker` did not answer." }} />,
  "Of a system that is set apart": () => <One kind={KEPT} apart />,
};
