import { Fold } from "../../components/Fold/Fold";
import { Wrapped, type Range } from "../../components/Text/Text";
import type { MessageView, OriginView } from "../../host";
import { letters, plainly } from "../../lib/text";
import { Given } from "./Given";

interface Traced extends Range {
  origin: OriginView;
}

/** Where each character begins. The core counts characters, a page counts halves of some. */
function places(text: string): number[] {
  let at = 0;
  const all = letters(text).map((letter) => {
    at += letter.length;
    return at - letter.length;
  });
  return [...all, at];
}

/** The paragraphs of a body, each with what of it was seen elsewhere. */
function paragraphs({ body, pieces }: MessageView): { text: string; traced: Traced[] }[] {
  const at = places(body);
  const traced = pieces.map(({ start, end, origin }) => ({
    start: at[start] ?? body.length,
    end: at[end] ?? body.length,
    origin,
  }));
  const own: { text: string; traced: Traced[] }[] = [];
  let from = 0;
  const gaps = [...body.matchAll(/\n{2,}/g)].map((gap) => [gap.index, gap.index + gap[0].length] as const);
  for (const [to, next] of [...gaps, [body.length, body.length] as const]) {
    const inside = traced
      .map((one) => ({ ...one, start: Math.max(one.start, from) - from, end: Math.min(one.end, to) - from }))
      .filter(({ start, end }) => start < end);
    own.push({ text: body.slice(from, to), traced: inside });
    from = next;
  }
  return own;
}

const isOutside = ({ kind }: OriginView): boolean => kind === "within";

/** The words of a message. What came from elsewhere is underlined: by a dashed line if somebody outside wrote it. */
export function MailBody({ message }: { message: MessageView }) {
  return paragraphs(message).map(({ text, traced }, index) => (
    <p key={index}>
      <Wrapped
        ranges={traced}
        wrap={({ origin }, words) => (
          <span
            className={isOutside(origin) ? "src-out" : "src"}
            title={origin.quote === null ? undefined : `“${plainly(origin.quote)}”`}
          >
            {words}
            <span className="vh">
              {isOutside(origin) ? " (from outside text)" : " (from your files or systems)"}
            </span>
          </span>
        )}
      >
        {text}
      </Wrapped>
    </p>
  ));
}

/** What the lines under the words of a message mean, and where each of these words stands. */
export function MailOrigins({ message: { body, pieces } }: { message: MessageView }) {
  if (pieces.length === 0) return null;
  const all = letters(body);
  const has = (outside: boolean): boolean => pieces.some(({ origin }) => isOutside(origin) === outside);
  const told = pieces.map(({ start, end, origin }) => ({
    name: `${start}`,
    label: `“${all.slice(start, end).join("")}”`,
    value: "",
    origin,
  }));
  return (
    <div className="lines xs dim">
      {has(false) && (
        <span>
          <span className="src">Solid line</span> from your files or systems
        </span>
      )}
      {has(true) && (
        <span>
          <span className="src-out">Dashed line</span> from outside text
        </span>
      )}
      <Fold words="Where these words stand">
        <Given all={told} />
      </Fold>
    </div>
  );
}
