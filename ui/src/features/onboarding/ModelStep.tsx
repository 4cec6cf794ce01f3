import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { Meter } from "../../components/Meter/Meter";
import { Name, Said } from "../../components/Text/Text";
import { useCall } from "../../host";
import { count, number, timeLeft } from "../../lib/words";

interface ModelStepProps {
  onBack: () => void;
  onStart: () => void;
}

/** What finds and answers today, and that nothing else does. */
export function ModelStep({ onBack, onStart }: ModelStepProps) {
  const about = useCall("about", {}).data;
  const progress = useCall("progress", {}).data;
  return (
    <div className="in">
      <header>
        <h1 id="first-step">Where does the thinking happen?</h1>
        <p className="sub">
          On this device. Answers are exact passages of your files, put in order; no language model writes
          them, and nothing is downloaded or sent.
        </p>
      </header>
      <section className="model-card" aria-labelledby="model-is">
        <h2 id="model-is">
          <Icon name="device" /> On this device
        </h2>
        <dl className="kv">
          <dt>Answers</dt>
          <dd>Exact passages, each with its page and its age</dd>
          <dt>Search by meaning</dt>
          <dd>
            <Name>{about?.model ?? "Not there; files are found by their words"}</Name>
          </dd>
          <dt>Leaves</dt>
          <dd>nothing</dd>
        </dl>
        {about?.model_problem && (
          <p>
            <Said>{about.model_problem}</Said>
          </p>
        )}
      </section>
      {progress && !progress.idle && (
        <div className="dl">
          <span>
            <b className="strong num">
              {number(progress.files_done)} of {count(progress.files, "file")}
            </b>{" "}
            <span className="dim">
              read{progress.seconds_left !== null && `, ${timeLeft(progress.seconds_left)}`}
            </span>
          </span>
          <Meter
            label="Reading your files"
            value={progress.files_done / Math.max(1, progress.files)}
            words={`${number(progress.files_done)} of ${count(progress.files, "file")}`}
          />
        </div>
      )}
      <footer className="go">
        <Button look="quiet" icon="left" onClick={onBack}>
          Back
        </Button>
        <span className="fact">You can start now; files answer as soon as they are read.</span>
        <Button look="primary" iconAfter="right" onClick={onStart}>
          Start
        </Button>
      </footer>
    </div>
  );
}
