import { OriginMark } from "./OriginMark";

export const stories = {
  "Every origin": () => (
    <div className="stack">
      <OriginMark kind="user" source={null} />
      <OriginMark kind="field" source={{ kind: "file", object: "Prices/Price list 2026-H2.xlsx" }} />
      <OriginMark kind="field" source={{ kind: "record", object: "deal 20418" }} />
      <OriginMark kind="within" source={{ kind: "mail", object: "Re Expansion timing.eml" }} />
      <OriginMark kind="nowhere" source={null} />
    </div>
  ),
  "With the words it was seen in": () => (
    <div className="stack">
      <OriginMark kind="user" source={null} quote="next step is a call after their board" />
      <OriginMark
        kind="field"
        source={{ kind: "file", object: "Price list 2026-H2.xlsx" }}
        quote="1 181 280"
      />
      <OriginMark
        kind="within"
        source={{ kind: "mail", object: "Re Expansion timing.eml" }}
        quote="signature realistically by 30 October"
      />
    </div>
  ),
};
