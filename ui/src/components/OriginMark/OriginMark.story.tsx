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
};
