import { useState } from "react";
import { Candidates } from "./Candidates";

const NEAR = [
  { id: "70114", title: "Halden Logistics AS", about: "city Moss" },
  { id: "70115", title: "Halden Logistikk Nord AS", about: "city Bodø" },
  { id: "70190", title: "Halden spare parts", about: "" },
];

function Picking({ first }: { first: string | null }) {
  const [value, setValue] = useState(first);
  return <Candidates label="Which “Halden”?" candidates={NEAR} value={value} onChange={setValue} />;
}

export const stories = {
  "None picked": () => <Picking first={null} />,
  "One picked": () => <Picking first="70115" />,
};
