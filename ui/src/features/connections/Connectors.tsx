import { Plain } from "../../components/Text/Text";
import type { ConnectorView } from "../../host";
import { triedWords } from "./connecting";
import { monogram } from "./operations";

interface ConnectorsProps {
  connectors: readonly ConnectorView[];
  /** The one that was chosen before; it takes the focus. */
  last: ConnectorView | null;
  onChoose: (connector: ConnectorView) => void;
}

/** The kinds of systems that can be connected, each with what it was tried with. */
export function Connectors({ connectors, last, onChoose }: ConnectorsProps) {
  return (
    <ul className="kinds">
      {connectors.map((connector) => (
        <li key={connector.name}>
          <button
            type="button"
            className="c"
            autoFocus={connector.name === last?.name}
            onClick={() => onChoose(connector)}
          >
            <span className="tile tile-lg" aria-hidden="true">
              {monogram(connector.title)}
            </span>
            <span className="c-words">
              <b>
                <Plain>{connector.title}</Plain>
              </b>{" "}
              <span className="dim">
                <Plain>{connector.about}</Plain>
              </span>{" "}
              <span className="faint xs">
                Tried: <Plain>{triedWords(connector.tried)}</Plain>
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
