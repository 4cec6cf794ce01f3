import { Meter } from "../../components/Meter/Meter";
import { Said } from "../../components/Text/Text";
import { useCall } from "../../host";
import { count, number, timeLeft } from "../../lib/words";

/** How far reading is; gone when there is nothing left to read. */
export function ProgressCard() {
  const { data } = useCall("progress", {});
  if (!data || (data.idle && data.notices.length === 0)) return null;
  const { files_done, files, passages, passages_embedded, seconds_left, now, idle, notices } = data;
  const read = files_done < files;
  const words = read
    ? `${number(files_done)} of ${count(files, "file")}`
    : `${number(passages_embedded)} of ${count(passages, "passage")}`;
  return (
    <section className="prog" aria-label="Reading your files">
      {!idle && (
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
          <Said>{notice}</Said>
        </p>
      ))}
    </section>
  );
}
