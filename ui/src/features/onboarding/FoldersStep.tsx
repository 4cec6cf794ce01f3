import { Button } from "../../components/Button/Button";
import { Icon } from "../../components/Icon/Icon";
import { IconButton } from "../../components/IconButton/IconButton";
import { Switch } from "../../components/Switch/Switch";
import { Name } from "../../components/Text/Text";
import { useCall, useChange, type SourceStatus } from "../../host";
import { NEVER_LEAVES } from "../../lib/labels";
import { hostsOf } from "../../lib/hosts";
import { visible } from "../../lib/text";
import { count } from "../../lib/words";
import { AddFolderDialog } from "../library/AddFolderDialog";
import { filesOf } from "../library/Sources";
import { useAddFolder } from "../library/useAddFolder";
import { FailureNotice } from "../shell/FailureNotice";

interface FoldersStepProps {
  onNext: () => void;
  onSkip: () => void;
}

/** Which folders to read, or the demo company. */
export function FoldersStep({ onNext, onSkip }: FoldersStepProps) {
  // Copies of a system's records are switched on and off where the system is.
  const sources = (useCall("status", {}).data?.sources ?? []).filter(({ system }) => system === null);
  const contacts = hostsOf(useCall("contacts", {}).data ?? []).length;
  const folder = useAddFolder();
  const remove = useChange("source_remove");
  const demo = useChange("source_demo");
  const failure = (folder.writing ? null : folder.failure) ?? remove.error ?? demo.error;
  return (
    <div className="in">
      <header>
        <h1 id="first-step">What should Attaché read?</h1>
        <p className="sub">
          Choose folders you already work from. They are read on this device, stay where they are, and are
          followed when files change.
        </p>
      </header>
      {failure && <FailureNotice failure={failure} />}
      <div className="two">
        <section className="pick" aria-labelledby="pick-folders">
          <h2 id="pick-folders">Your folders</h2>
          {sources.length > 0 ? (
            <ul className="fl">
              {sources.map((source) => (
                <li key={source.id}>
                  <Icon name="folder" />
                  <span className="clip" title={visible(source.root)}>
                    <Name>{source.root}</Name>
                  </span>
                  <span className="n">{count(filesOf(source), "file")}</span>
                  <IconButton
                    icon="x"
                    label={`Remove ${visible(source.root)}`}
                    onClick={() => remove.mutate({ path: source.root })}
                  />
                </li>
              ))}
            </ul>
          ) : (
            <p>None yet.</p>
          )}
          <div className="row wrap">
            <Button icon="plus" notYet={folder.pending} onClick={folder.begin}>
              Add folder
            </Button>
          </div>
          {sources.map((source) => (
            <KeepSwitch key={source.id} source={source} />
          ))}
        </section>
        <section className="pick" aria-labelledby="pick-demo">
          <h2 id="pick-demo">Or try the demo company</h2>
          <p>
            Northwind Robotics: customers, contracts, mail, price lists and fleet reports. Nothing is real,
            nothing is sent.
          </p>
          <ul className="check2">
            {[
              "Ask about an uptime clause",
              "See the page it stands on",
              "See where two sources disagree",
            ].map((words) => (
              <li key={words}>
                <Icon name="check" size="sm" />
                {words}
              </li>
            ))}
          </ul>
          <Button icon="play" notYet={demo.isPending} onClick={() => demo.mutate({}, { onSuccess: onNext })}>
            Open the demo
          </Button>
        </section>
      </div>
      <footer className="go">
        <span className="fact">
          <Icon name="globe" /> Hosts contacted so far: {contacts}
        </span>
        <Button look="quiet" onClick={onSkip}>
          Skip for now
        </Button>
        <Button look="primary" iconAfter="right" onClick={onNext} notYet={sources.length === 0}>
          Continue
        </Button>
      </footer>
      <AddFolderDialog folder={folder} />
    </div>
  );
}

function KeepSwitch({ source }: { source: SourceStatus }) {
  const label = useChange("source_label");
  const others = source.labels.filter((own) => own !== NEVER_LEAVES);
  return (
    <Switch
      words={
        <>
          <b>
            <Name>{source.collection}</Name>
          </b>{" "}
          never leaves this machine
        </>
      }
      hint="Only models on this device may read it"
      on={source.labels.includes(NEVER_LEAVES)}
      onChange={(on) =>
        label.mutate({ collection: source.collection, labels: on ? [...others, NEVER_LEAVES] : others })
      }
    />
  );
}
