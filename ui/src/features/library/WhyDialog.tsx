import { useState } from "react";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Field } from "../../components/Field/Field";
import { Plain, Said } from "../../components/Text/Text";
import { useCall, useChange, type Why } from "../../host";
import { visible } from "../../lib/text";
import { list } from "../../lib/words";
import { FailureNotice } from "../shell/FailureNotice";

interface WhyDialogProps {
  file: string;
  question: string;
  onClose: () => void;
}

/** Why a file was, or was not, found for a question. */
export function WhyDialog({ file: first, question: asked, onClose }: WhyDialogProps) {
  const [file, setFile] = useState(visible(first));
  const [question, setQuestion] = useState(asked);
  const why = useChange("why");
  const names =
    useCall(
      "file_list",
      { name: file.trim(), offset: 0, limit: 6 },
      { enabled: file.trim().length > 1, keep: true },
    ).data?.files ?? [];
  // A field cannot hold a name as it is, should the name turn itself around; the file is asked for by its own.
  const meant = [first, ...names.map((own) => own.file)].find((own) => visible(own) === file) ?? file.trim();
  const ready = file.trim() !== "" && question.trim() !== "";
  return (
    <Dialog
      title="Why is a file missing?"
      hint="Name the file and the question it should have answered."
      open
      onClose={onClose}
    >
      <form
        className="dlg-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) why.mutate({ file: meant, question: question.trim() });
        }}
      >
        <Field
          label="File"
          icon="file"
          list="why-files"
          placeholder="Name or path of the file"
          value={file}
          onChange={(event) => setFile(event.target.value)}
        />
        <datalist id="why-files">
          {names.map((own) => (
            <option key={`${own.source_id}/${own.file}`} value={visible(own.file)} />
          ))}
        </datalist>
        <Field
          label="Question"
          icon="search"
          placeholder="The question"
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
        />
        {why.error && <FailureNotice failure={why.error} />}
        {why.data && <Verdict {...why.data} />}
        <div className="dlg-acts">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" notYet={!ready || why.isPending}>
            Say why
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Verdict({ verdict, details, found }: Why) {
  return (
    <div className="why" role="status">
      <p className="strong">
        <Said>{verdict}</Said>
      </p>
      {details.map((detail, index) => (
        <p key={index} className="dim">
          <Said>{detail}</Said>
        </p>
      ))}
      {found && (
        <>
          <blockquote className="kept">
            <Plain>{found.passage}</Plain>
          </blockquote>
          {found.matched.length > 0 && (
            <p className="faint xs">
              Has <Plain>{list(found.matched)}</Plain>
            </p>
          )}
          {found.missing.length > 0 && (
            <p className="faint xs">
              Lacks <Plain>{list(found.missing)}</Plain>
            </p>
          )}
        </>
      )}
    </div>
  );
}
