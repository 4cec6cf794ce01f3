import "../features/library/library.css";
import { useState } from "react";
import { Button } from "../components/Button/Button";
import { Empty } from "../components/Empty/Empty";
import { Skeleton } from "../components/Skeleton/Skeleton";
import { Notice } from "../components/Notice/Notice";
import { Said } from "../components/Text/Text";
import { AddFolderDialog } from "../features/library/AddFolderDialog";
import { Files } from "../features/library/Files";
import { FolderHead } from "../features/library/FolderHead";
import { ProgressCard } from "../features/library/ProgressCard";
import { SearchTrial } from "../features/library/SearchTrial";
import { Sources, filesOf, statesOf } from "../features/library/Sources";
import { useAddFolder } from "../features/library/useAddFolder";
import { SystemHead } from "../features/library/SystemHead";
import { placesCount, placesWords, thing } from "../features/library/words";
import { WhyDialog } from "../features/library/WhyDialog";
import { FailureNotice } from "../features/shell/FailureNotice";
import { useCall } from "../host";
import { useNarrow } from "../lib/useWidth";
import { capital } from "../lib/text";
import { count } from "../lib/words";

/** What is read: the folders, every file with its state, and a search to try. */
export default function LibraryView({ source: id }: { source?: number | undefined }) {
  const { data: status, error, refetch } = useCall("status", {});
  const narrow = useNarrow(66);
  const [listed, setListed] = useState(false);
  const [why, setWhy] = useState<{ file: string; question: string } | null>(null);
  const folder = useAddFolder();
  const sources = status?.sources ?? [];
  const chosen =
    sources.find((source) => source.id === id) ?? (sources.length === 1 ? sources[0] : undefined);
  const total = sources.reduce((sum, source) => sum + filesOf(source), 0);
  const { one, many } = thing(sources);
  const places = placesWords(sources);
  const all = `All ${places}`;
  const list = !narrow || listed;
  return (
    <main className="sheet" id="main">
      <header className="sheet-head">
        <h1>Library</h1>
        {status && sources.length > 0 && (
          <span className="sub">
            {placesCount(sources)}, {count(total, one, many)}
          </span>
        )}
        <div className="end">
          {narrow && sources.length > 1 && (
            <Button small icon="left" aria-expanded={listed} onClick={() => setListed(!listed)}>
              {capital(places)}
            </Button>
          )}
          <Button small icon="plus" notYet={folder.pending} onClick={folder.begin}>
            Add folder
          </Button>
        </div>
      </header>
      {!status ? (
        <div className="files-wait">
          {error ? (
            <FailureNotice
              failure={error}
              actions={
                <Button small icon="retry" onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            />
          ) : (
            <Skeleton label="Opening the library" lines={6} />
          )}
        </div>
      ) : sources.length === 0 ? (
        <Empty
          icon="folder"
          title="No folder is watched yet"
          actions={
            <>
              <Button small look="primary" icon="plus" onClick={folder.begin}>
                Add folder
              </Button>
              <a className="btn btn-sm" href="#/welcome">
                Try the demo company
              </a>
            </>
          }
        >
          <p>Folders are read on this device, stay where they are, and are followed when files change.</p>
          {folder.failure && !folder.writing && <FailureNotice failure={folder.failure} />}
        </Empty>
      ) : (
        <div className={list && !narrow ? "sheet-body lib" : "sheet-body lib lib-alone"}>
          {list && <Sources sources={sources} current={chosen?.id} />}
          {!(narrow && listed) && (
            <section
              className="pane fold"
              aria-labelledby={chosen ? "folder" : undefined}
              aria-label={chosen ? undefined : all}
            >
              {chosen?.system ? (
                <SystemHead source={chosen} system={chosen.system} />
              ) : chosen ? (
                <FolderHead source={chosen} />
              ) : (
                <header className="f-head">
                  <h2>{all}</h2>
                </header>
              )}
              {folder.failure && !folder.writing && <FailureNotice failure={folder.failure} />}
              {chosen && !chosen.reachable && (
                <Notice
                  hue="ask"
                  icon="warn"
                  title={
                    chosen.system === null
                      ? "This folder cannot be reached"
                      : "These copies cannot be reached"
                  }
                >
                  {chosen.system === null ? (
                    <p>
                      It may be on a drive that is not connected. Nothing from it is shown in answers until it
                      is back; nothing is forgotten until you stop watching it.
                    </p>
                  ) : (
                    <p>
                      Nothing of these records is shown in answers. To copy them again, press Manage, switch
                      them off, and switch them on again.
                    </p>
                  )}
                </Notice>
              )}
              {chosen?.notice && <Notice hue="ask" icon="warn" title={<Said>{chosen.notice}</Said>} />}
              {status.model_problem && (
                <Notice hue="ask" icon="warn" title="Files are found by their words only">
                  <p>
                    <Said>{status.model_problem}</Said>
                  </p>
                </Notice>
              )}
              <ProgressCard sources={sources} />
              <Files
                sources={chosen ? [chosen] : sources}
                source={chosen?.id}
                counts={statesOf(chosen ? [chosen] : sources)}
                onWhy={(file) => setWhy({ file, question: "" })}
              />
              <SearchTrial
                collection={chosen?.collection}
                places={places}
                onWhy={(question) => setWhy({ file: "", question })}
              />
            </section>
          )}
        </div>
      )}
      <AddFolderDialog folder={folder} />
      {why && <WhyDialog {...why} onClose={() => setWhy(null)} />}
    </main>
  );
}
