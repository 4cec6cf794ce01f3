import { OriginMark } from "../../components/OriginMark/OriginMark";
import { Plain } from "../../components/Text/Text";
import type { GivenView } from "../../host";

interface GivenProps {
  all: readonly GivenView[];
  /** Whether the values stand nowhere else. */
  values?: boolean;
}

/** What is given besides the fields that change, each with where it comes from. */
export function Given({ all, values = false }: GivenProps) {
  // That one typed it oneself needs no line where the value stands somewhere else.
  const told = values ? all : all.filter(({ origin }) => origin.kind !== "user" || origin.quote !== null);
  if (told.length === 0) return null;
  return (
    <dl className="given">
      {told.map(({ name, label, value, origin }) => (
        <div key={name}>
          <dt>
            <Plain>{label}</Plain>
          </dt>
          <dd>
            {values && (
              <b>
                <Plain>{value}</Plain>
              </b>
            )}
            <OriginMark {...origin} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
