import "./keys.css";
import { Dialog } from "../../components/Dialog/Dialog";
import { Key } from "../../components/Key/Key";
import { KEYS } from "./keys";

/** All keys, behind "?". */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const places = [...new Set(KEYS.map(({ where }) => where))];
  return (
    <Dialog title="All keys" open onClose={onClose}>
      {places.map((place) => (
        <section key={place} className="all-keys">
          <h3 className="sec-label">{place}</h3>
          <dl>
            {KEYS.filter(({ where }) => where === place).map(({ keys, words }) => (
              <div key={keys}>
                <dt>{words}</dt>
                <dd>
                  {keys.split(" ").map((part) => (
                    <Key key={part}>{part}</Key>
                  ))}
                  <span className="vh">{keys}</span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
