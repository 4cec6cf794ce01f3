import { Fragment, memo } from "react";
import { Laid } from "../../../components/Text/Text";
import type { Run } from "./text";

interface PdfTextProps {
  runs: readonly Run[];
  /** Of the page, in points. */
  width: number;
}

/** The words of a page, unseen over their picture: to be selected, copied and read aloud. */
export const PdfText = memo(function PlainPdfText({ runs, width }: PdfTextProps) {
  // The page is the container, so the words grow with it.
  const wide = (points: number): string => `${((points / width) * 100).toFixed(3)}cqi`;
  return (
    <div className="page-text">
      {runs.map((run, index) => (
        <Fragment key={index}>
          {run.text && (
            <Laid
              style={{
                insetInlineStart: wide(run.left),
                insetBlockStart: wide(run.baseline - run.size * ASCENT),
                fontSize: wide(run.size),
                transform: `rotate(${run.angle}deg) scaleX(${stretch(run)})`,
              }}
            >
              {run.text}
            </Laid>
          )}
          {run.last && <br />}
        </Fragment>
      ))}
    </div>
  );
});

/** How far down in its line a letter of the layer stands on its baseline. `.page-text` turns its runs about it. */
const ASCENT = 0.8;

let pen: CanvasRenderingContext2D | null | undefined;

/** The layer is set in another face than the page, so each run is stretched to the width it has there. */
function stretch({ text, width, size }: Run): number {
  pen ??= window.document.createElement("canvas").getContext("2d");
  if (!pen || width <= 0) return 1;
  pen.font = "100px sans-serif";
  const own = (pen.measureText(text).width * size) / 100;
  return own > 0 ? width / own : 1;
}
