import { useState } from "react";
import { Switch } from "./Switch";

function Keep() {
  const [on, setOn] = useState(true);
  return (
    <Switch
      words="Never leaves this machine"
      hint="Only models on this device may read it."
      on={on}
      onChange={setOn}
    />
  );
}

export const stories = {
  "With a hint": () => <Keep />,
  "Not possible yet": () => (
    <Switch words="Tickets" hint="Deleting the copies…" on={false} notYet onChange={() => undefined} />
  ),
};
