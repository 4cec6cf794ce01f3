import "./ask.css";
import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Name } from "../../components/Text/Text";
import { useCall } from "../../host";
import { fileName, undirected } from "../../lib/text";

interface NewQuestionProps {
  onPick: (question: string) => void;
}

/** Ask, before anything was asked: what one can do here, with the files that are really there. */
export function NewQuestion({ onPick }: NewQuestionProps) {
  const status = useCall("status", {}).data;
  const newest = useCall(
    "file_list",
    { states: ["indexed"], offset: 0, limit: 3 },
    { enabled: (status?.passages ?? 0) > 0 },
  ).data;
  const none = status?.sources.length === 0;
  return (
    <div className="start">
      <div className="start-in">
        <h2>{none ? "No folders yet" : "Ask about your customers"}</h2>
        <p>
          {none
            ? "Answers quote your files, so Attaché needs a folder to read first."
            : "Answers quote your files, with the passage beside them."}
        </p>
        {none && (
          <Button look="primary" icon="plus" onClick={() => (window.location.hash = "#/welcome")}>
            Choose folders
          </Button>
        )}
        {newest && newest.files.length > 0 && (
          <div className="ask3">
            {newest.files.map(({ file, source_id }) => (
              <button
                key={`${source_id}/${file}`}
                type="button"
                onClick={() => onPick(`What does “${undirected(fileName(file))}” say about `)}
              >
                <Icon name="file" size="sm" />
                <span className="clip">
                  What does “<Name>{fileName(file)}</Name>” say about…
                </span>
              </button>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
