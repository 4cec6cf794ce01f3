import { Button } from "../../components/Button/Button";
import { Fold } from "../../components/Fold/Fold";
import { Icon } from "../../components/Icon/Icon";
import { Name, Plain } from "../../components/Text/Text";
import type { OperationView } from "../../host";
import { visible } from "../../lib/text";
import { count } from "../../lib/words";
import { classMark, title as titleOf, undoMark } from "./operations";

interface OperationsProps {
  /** What people call the system. */
  title: string;
  writes: readonly OperationView[];
  reads: readonly OperationView[];
  onPropose: (operation: OperationView) => void;
}

/** What can be asked of a system: what changes something first, what only reads behind one press. */
export function Operations({ title, writes, reads, onPropose }: OperationsProps) {
  return (
    <>
      <div className="ops-h">
        <h3>Operations</h3>
        <span className="faint xs">Nothing is sent until you approved exactly what is sent.</span>
      </div>
      {writes.length > 0 && (
        <Table caption={`What can be changed in ${visible(title)}`} rows={writes} onPropose={onPropose} />
      )}
      {reads.length > 0 && (
        <Fold words={`Show ${count(reads.length, "operation")} that only read`}>
          <Table caption={`What can be read in ${visible(title)}`} rows={reads} />
        </Fold>
      )}
    </>
  );
}

interface TableProps {
  caption: string;
  rows: readonly OperationView[];
  onPropose?: (operation: OperationView) => void;
}

function Table({ caption, rows, onPropose }: TableProps) {
  return (
    <div className="ops">
      <table className="ops-table">
        <caption className="vh">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Operation</th>
            <th scope="col">Class</th>
            <th scope="col">Undo</th>
            {onPropose && (
              <th scope="col">
                <span className="vh">Propose</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((operation) => {
            const mark = classMark(operation);
            const undo = operation.undo && undoMark(operation.undo);
            return (
              <tr key={operation.name}>
                <td>
                  <span className="name">
                    <Plain>{titleOf(operation)}</Plain>
                  </span>
                  <span className="op-name mono">
                    <Name>{operation.name}</Name>
                  </span>
                </td>
                <td>
                  <span className={mark.danger ? "cls danger" : "cls"}>
                    <Icon name={mark.icon} /> {mark.words}
                  </span>
                </td>
                <td>
                  {undo ? (
                    <span className="fact">
                      <Icon name={undo.icon} /> {undo.words}
                    </span>
                  ) : (
                    <span className="faint xs">not needed</span>
                  )}
                </td>
                {onPropose && (
                  <td className="ops-do">
                    {operation.changed ? (
                      <span className="fact t-deny">
                        <Icon name="v-deny" /> Changed, not used
                      </span>
                    ) : (
                      <Button
                        small
                        aria-label={`Propose: ${visible(titleOf(operation))}`}
                        onClick={() => onPropose(operation)}
                      >
                        Propose…
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
