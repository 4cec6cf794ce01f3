import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { useChange, useLink } from "../../host";
import { FailureNotice } from "../shell/FailureNotice";
import { go } from "../shell/useRoute";

const WORD = "erase";

/** Erases everything Attaché keeps, after the word was typed. */
export function Erase() {
  const [asked, setAsked] = useState(false);
  return (
    <section className="set-danger" aria-labelledby="set-erase">
      <h2 id="set-erase">Erase everything</h2>
      <p className="dim">
        The index, all conversations and all settings are erased from this machine. Your own files are not
        touched. This cannot be undone.
      </p>
      <div>
        <Button look="danger" icon="eraser" onClick={() => setAsked(true)}>
          Erase everything…
        </Button>
      </div>
      {asked && <EraseDialog onClose={() => setAsked(false)} />}
    </section>
  );
}

function EraseDialog({ onClose }: { onClose: () => void }) {
  const { client } = useLink();
  const [typed, setTyped] = useState("");
  const erase = useChange("erase_everything");
  const sure = typed.trim().toLowerCase() === WORD;
  const done = (): void => {
    onClose();
    try {
      localStorage.clear();
      sessionStorage.clear();
    } catch {
      // Nothing was kept there then.
    }
    void client.resetQueries();
    go({ at: "welcome" }, "replace");
  };
  return (
    <Dialog
      title="Erase everything?"
      hint={`Type “${WORD}” to erase the index, all conversations and all settings. Your own files stay.`}
      open
      onClose={onClose}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) erase.mutate({ typed: WORD }, { onSuccess: done });
        }}
      >
        <Field
          label={`Type “${WORD}”`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {erase.error && <FailureNotice failure={erase.error} />}
        <div className="dlg-acts">
          <Button onClick={onClose}>Keep everything</Button>
          <Button type="submit" look="danger" notYet={!sure || erase.isPending}>
            Erase everything
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
