import { OriginMark } from "../OriginMark/OriginMark";
import { Diff } from "./Diff";

const ROWS = [
  {
    field: "close_date",
    label: "Close date",
    before: "30 Sep 2026",
    after: "30 Oct 2026",
    origin: (
      <OriginMark
        kind="within"
        source={{ kind: "mail", object: "Re Expansion timing.eml" }}
        quote="signature realistically by 30 October"
      />
    ),
  },
  {
    field: "pilot_site",
    label: "Pilot site",
    before: "Moss DC 1",
    after: null,
    origin: <OriginMark kind="user" source={null} />,
  },
  { field: "owner", label: "Owner", before: null, after: "Jonas Weber", origin: null },
];

export const stories = {
  "Changed, cleared and filled": () => <Diff caption="Changes" system="Northwind CRM" rows={ROWS} />,
  "Being edited": () => (
    <Diff
      caption="Changes"
      system="Northwind CRM"
      rows={ROWS}
      edit={{
        value: (field) => field,
        onValue: () => undefined,
        isNew: () => false,
        isOut: (field) => field === "owner",
        onOut: () => undefined,
      }}
    />
  ),
};
