import { useEffect, useRef } from "react";
import { Plain, Name } from "../../components/Text/Text";
import type { DocumentView } from "../../host";
import { fileName, visible } from "../../lib/text";

/** `0` is A, `26` is AA. */
export function columnName(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? columnName(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}

const FIGURE = /^[-+(]?[€$£]?\s?[\d.,\s]+\s?(?:%|[A-Za-z€]{1,3})?\)?$/;

/** Part of a sheet as a grid, with the cited cells under the marker. */
export function SheetView({ view }: { view: DocumentView }) {
  const { sheet } = view;
  const ground = useRef<HTMLDivElement>(null);
  useEffect(() => {
    ground.current?.querySelector(".cell-mark")?.scrollIntoView({ block: "center", inline: "nearest" });
  }, [sheet]);
  if (!sheet) return null;
  const { first_row, first_column, rows, marked } = sheet;
  const width = Math.max(0, ...rows.map((cells) => cells.length));
  const columns = Array.from({ length: width }, (_, index) => first_column + index);
  const isMarked = (row: number, column: number): boolean =>
    marked !== null &&
    row >= marked.top &&
    row <= marked.bottom &&
    column >= marked.left &&
    column <= marked.right;
  const range =
    marked && `${columnName(marked.left)}${marked.top + 1}:${columnName(marked.right)}${marked.bottom + 1}`;
  return (
    <>
      <div className="sheet-tabs">
        {sheet.sheets.map((name, index) => (
          <span key={index} className={name === sheet.name ? "sheet-tab sheet-tab-on" : "sheet-tab"}>
            <Name>{name}</Name>
          </span>
        ))}
        {range && <span className="faint xs num">{range}</span>}
      </div>
      <div
        className="desk desk-grid"
        ref={ground}
        tabIndex={0}
        role="region"
        aria-label={visible(
          `${fileName(view.file)}, sheet ${sheet.name}${range ? `, cited cells ${range}` : ""}`,
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
            {rows.map((cells, index) => {
              const row = first_row + index;
              return (
                <tr key={row}>
                  <th scope="row">{row + 1}</th>
                  {columns.map((column) => {
                    const text = cells[column - first_column] ?? "";
                    const classes = [isMarked(row, column) && "cell-mark", FIGURE.test(text) && "figure"]
                      .filter(Boolean)
                      .join(" ");
                    return (
                      <td key={column} className={classes}>
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
