import { Cite, CiteNumber } from "./Cite";

export const stories = {
  "Plain, current, dated, not pressed": () => (
    <div className="row">
      <Cite number={1} where="Halden Service Agreement.pdf, page 7" />
      <Cite number={2} where="Halden Service Agreement.pdf, page 8" current />
      <Cite number={4} where="Fleet uptime 2026-09.xlsx" asOf="as of 24 Sep" />
      <CiteNumber>{5}</CiteNumber>
    </div>
  ),
};
