import { Seal } from "./Seal";

const REQUEST = {
  method: "PATCH",
  address: "https://crm.northwind.example/v2/deals/20418",
  condition: '"17"',
  body: '{\n  "close_date": "2026-10-30"\n}',
};

export const stories = {
  "One and two requests": () => (
    <div className="stack">
      <Seal digest="7f3a09c1d2b44e6f" requests={[REQUEST]} />
      <Seal digest="7f3a09c1d2b44e6f" requests={[REQUEST, { ...REQUEST, body: null }]} />
    </div>
  ),
};
