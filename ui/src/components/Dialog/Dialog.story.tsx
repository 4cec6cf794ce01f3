import { useState } from "react";
import { Button } from "../Button/Button";
import { Dialog } from "./Dialog";

function Opener() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open</Button>
      <Dialog
        title="Delete “Halden”?"
        hint="This cannot be undone."
        open={open}
        onClose={() => setOpen(false)}
      >
        <div className="dlg-acts">
          <Button onClick={() => setOpen(false)}>Keep</Button>
        </div>
      </Dialog>
    </>
  );
}

export const stories = { "Behind a button": () => <Opener /> };
