import { useState } from "react";
import { Button } from "../Button/Button";
import { Popover } from "./Popover";

function Opener() {
  const [open, setOpen] = useState(false);
  return (
    <Popover label="Where to look" open={open} onOpenChange={setOpen} trigger={<Button>Choose</Button>}>
      <p>Collections</p>
    </Popover>
  );
}

export const stories = { "Behind a button": () => <Opener /> };
