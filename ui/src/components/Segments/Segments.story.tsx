import { useState } from "react";
import { Segments } from "./Segments";

function Themes() {
  const [value, setValue] = useState("light");
  return (
    <Segments
      label="Theme"
      value={value}
      onChange={setValue}
      options={[
        { value: "light", words: "Light" },
        { value: "dark", words: "Dark" },
      ]}
    />
  );
}

export const stories = { "One chosen": () => <Themes /> };
