import { useEffect, useMemo, useRef } from "react";
import { Plain, Name } from "../../components/Text/Text";
import type { CellRange, DocumentView } from "../../host";
import { fileName, visible } from "../../lib/text";
import type { Shown } from "./EvidencePane";
import { Lost } from "./Lost";
import { findCells, isChanged, isIn, rangeOf, sideways, type Cell } from "./marks";

/** `0` is A, `26` is AA. */
export function columnName(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? columnName(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

const FIGURE = /^[-+(]?[€$£]?\s?[\d.,\s]+\s?(?:%|[A-Za-z€]{1,3})?\)?$/;

interface SheetViewProps {
  view: DocumentView;
  shown: Shown;
}

/** Part of a sheet as a grid, with the cited cells under the marker. */
export function SheetView({ view, shown: { citation, said = "" } }: SheetViewProps) {
  const { sheet } = view;
  const { quote } = citation;
  const changed = isChanged(view, citation);
  const ground = useRef<HTMLDivElement>(null);
  const cells = useMemo(() => (sheet ? findCells(sheet, quote) : []), [sheet, quote]);
  const range = useMemo(() => sheet && rangeOf(sheet, cells, changed), [sheet, cells, changed]);
  useEffect(() => {
    if (ground.current && range) bringIntoSight(ground.current, range, cells, said);
  }, [range, cells, said]);
  if (!sheet) return null;
  const { first_row, first_column, rows } = sheet;
  const width = Math.max(0, ...rows.map((own) => own.length));
  const columns = Array.from({ length: width }, (_, index) => first_column + index);
  const words =
    range && `${columnName(range.left)}${range.top + 1}:${columnName(range.right)}${range.bottom + 1}`;
  return (
    <>
      {cells.length === 0 && changed && (
        <Lost from={view.more_before || view.more_after ? "place" : "file"} quote={quote} />
      )}
      <div className="sheet-tabs">
        {sheet.sheets.map((name, index) => (
          <span key={index} className={name === sheet.name ? "sheet-tab sheet-tab-on" : "sheet-tab"}>
            <Name>{name}</Name>
          </span>
        ))}
        {words && <span className="faint xs num">{words}</span>}
      </div>
      <div
        className="desk desk-grid"
        ref={ground}
        tabIndex={0}
        role="region"
        aria-label={visible(
          `${fileName(view.file)}, sheet ${sheet.name}${words ? `, cited cells ${words}` : ""}`,
        )}
      >
        <table className="grid">
          <caption className="vh">
            Sheet <Name>{sheet.name}</Name> of <Name>{fileName(view.file)}</Name>
          </caption>
          <thead>
            <tr>
              <td />
              {columns.map((column) => (
                <th key={column} scope="col">
                  {columnName(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((own, index) => {
              const row = first_row + index;
              return (
                <tr key={row}>
                  <th scope="row">{row + 1}</th>
                  {columns.map((column) => {
                    const text = own[column - first_column] ?? "";
                    const classes = [isIn(range, row, column) && "cell-mark", FIGURE.test(text) && "figure"]
                      .filter(Boolean)
                      .join(" ");
                    return (
                      <td key={column} className={classes} data-cell={`${row}/${column}`}>
                        {text && <Plain>{text}</Plain>}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
        {view.more_after && <p className="more">The sheet goes on.</p>}
      </div>
    </>
  );
}

/** Scrolls to the row that is quoted, and in it to what the answer says by it. */
function bringIntoSight(ground: HTMLElement, range: CellRange, cells: readonly Cell[], said: string): void {
  const cellAt = (row: number, column: number) =>
    ground.querySelector<HTMLElement>(`[data-cell="${row}/${column}"]`);
  const row = cells[0]?.row ?? range.top;
  // Of those that the answer repeats, the last one holds the value.
  const value = cells.findLast(({ text }) => text !== "" && said.includes(text)) ?? cells.at(-1);
  const first = cellAt(row, range.left);
  const last = cellAt(row, range.right) ?? first?.parentElement?.lastElementChild;
  const aim = value ? cellAt(value.row, value.column) : first;
  if (!first || !(last instanceof HTMLElement) || !aim) return;
  first.scrollIntoView({ block: "center", inline: "nearest" });
  const head = ground.querySelector<HTMLElement>("tbody th")?.offsetWidth ?? 0;
  const span = (from: HTMLElement, to: HTMLElement) => ({
    left: from.offsetLeft,
    right: to.offsetLeft + to.offsetWidth,
  });
  ground.scrollLeft = sideways(span(first, last), span(aim, aim), head, ground.clientWidth);
}
