import { Meter } from "../../components/Meter/Meter";
import { Notice } from "../../components/Notice/Notice";
import { Said } from "../../components/Text/Text";
import { useCall, type SourceStatus } from "../../host";
import { count, number, timeLeft } from "../../lib/words";
import { filesOf } from "./Sources";

/** How far reading is; gone when there is nothing left to read. Files are counted as they are beside the folders. */
export function ProgressCard({ sources }: { sources: readonly SourceStatus[] }) {
  const { data } = useCall("progress", {});
  if (!data) return null;
  const { passages, passages_embedded, seconds_left, now, idle, notices, trouble } = data;
  const files = sources.reduce((sum, source) => sum + filesOf(source), 0);
  const files_done = files - sources.reduce((sum, { waiting }) => sum + waiting, 0);
  const going = !idle && !trouble;
  const read = files_done < files;
  const words = read
    ? `${number(files_done)} of ${count(files, "file")}`
    : `${number(passages_embedded)} of ${count(passages, "passage")}`;
  return (
    <>
      {trouble && (
        <Notice hue="ask" icon="warn" title={<Said>{trouble}</Said>}>
          <p>What was read before is kept.</p>
        </Notice>
      )}
      {(going || notices.length > 0) && (
        <section className="prog" aria-label="Reading your files">
          {going && (
            <>
              <div className="top">
                <b className="num">{words}</b>
                {seconds_left !== null && <span className="dim">{timeLeft(seconds_left)}</span>}
              </div>
              <Meter
                label="Read"
                value={read ? files_done / Math.max(1, files) : passages_embedded / Math.max(1, passages)}
                words={words}
              />
              <div className="facts">
                {now && (
                  <span className="clip">
                    <Said>{now}</Said>
                  </span>
                )}
                {!read && <span>Learning what passages mean; words can be found already</span>}
                <span>Goes on after a restart</span>
                <span>You can ask already</span>
              </div>
            </>
          )}
          {notices.map((notice) => (
            <p key={notice} className="facts">
              <span>
                <Said>{notice}</Said>
              </span>
            </p>
          ))}
        </section>
      )}
    </>
  );
}
