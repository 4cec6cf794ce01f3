//! ODS: OpenDocument spreadsheets (ISO/IEC 26300-3, 9), which hold the text of each cell as it is shown.

use std::io::BufRead;

use domain::{Block, CellRange, Document, Place};

use super::grid::{Budget, Grid};
use crate::office::odf::{self, collapse};
use crate::office::xml::{Node, Tag, Xml};
use crate::office::{note_damage, open, parts};
use crate::{Limits, Stop};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let mut package = open(bytes, limits)?;
    odf::refuse_encrypted(&mut package)?;
    let mut document = Document::default();
    parts::properties(&mut package, &mut document)?;
    let mut budget = Budget::new(limits.output_bytes(bytes.len() as u64));
    let Some(stream) = package.stream("content.xml")? else {
        return Err(Stop::corrupt("its part `content.xml` is missing"));
    };
    let (sheets, whole) = tables(stream, &mut document.blocks, &mut budget);
    package.check()?;
    document.parts = Some(sheets);
    if let Some(text) = package.text("styles.xml")? {
        document.blocks.extend(odf::margins(&text));
    }
    document.notices.extend(budget.notice());
    note_damage(&mut document, &package, !whole);
    Ok(document)
}

/// Largest sheet that the format's programs know.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 16_384;
/// Equal rows that follow each other are written once; more than this are only there to look filled.
const REPEAT: u32 = 1000;

/// Reads all sheets; gives their number, and whether the XML was whole.
fn tables(source: impl BufRead, blocks: &mut Vec<Block>, budget: &mut Budget) -> (u32, bool) {
    let mut xml = Xml::new(source);
    let mut sheets = 0;
    while let Some(node) = xml.next() {
        let Node::Start(tag) = node else { continue };
        match tag.name() {
            "tracked-changes" | "automatic-styles" | "dde-links" | "scripts" => xml.skip(),
            "table" => {
                sheets += 1;
                let name = tag.attr("name").unwrap_or_else(|| format!("Sheet{sheets}"));
                table(&mut xml, &name, blocks, budget);
                if budget.is_spent() {
                    return (sheets, true);
                }
            }
            _ => {}
        }
    }
    (sheets, !xml.damaged())
}

fn table<R: BufRead>(xml: &mut Xml<R>, name: &str, blocks: &mut Vec<Block>, budget: &mut Budget) {
    let mut grid = Grid::new(name);
    let mut beside: Vec<Block> = Vec::new();
    let (mut row, mut column, mut repeat, mut depth) = (0_u32, 0_u32, 1_u32, 1_usize);
    let mut cells: Vec<(u32, String)> = Vec::new();
    while depth > 0 {
        match xml.next() {
            Some(Node::Start(tag)) => match tag.name() {
                "table-row" => {
                    repeat = tag.number("number-rows-repeated").unwrap_or(1).clamp(1, ROWS);
                    (column, depth) = (0, depth + 1);
                    cells.clear();
                }
                "table-cell" | "covered-table-cell" => {
                    let times: u32 = tag
                        .number("number-columns-repeated")
                        .unwrap_or(1)
                        .clamp(1, COLUMNS);
                    let across: u32 = tag
                        .number("number-columns-spanned")
                        .unwrap_or(1)
                        .clamp(1, COLUMNS);
                    let down: u32 = tag.number("number-rows-spanned").unwrap_or(1).clamp(1, ROWS);
                    let range = CellRange {
                        top: row,
                        left: column,
                        bottom: row.saturating_add(down - 1),
                        right: column.saturating_add(across - 1),
                    };
                    if across > 1 || down > 1 {
                        grid.merge(range);
                    }
                    let (text, comments) = cell(&tag, xml);
                    let place = grid.cells(CellRange::row(row, column, column));
                    beside.extend(comments.into_iter().map(|text| Block::Paragraph {
                        text: format!("Comment: {text}"),
                        place: place.clone(),
                    }));
                    if !text.is_empty() {
                        // Filled cells that repeat to the sheet's edge are decoration.
                        let times = if times > 200 { 1 } else { times };
                        cells.extend((0..times).map(|offset| (column.saturating_add(offset), text.clone())));
                    }
                    column = column.saturating_add(times);
                }
                // Text boxes and pictures that lie over the sheet.
                "shapes" => {
                    let text = xml.text(&["title", "desc"]);
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    if !text.is_empty() {
                        beside.push(Block::Paragraph {
                            text,
                            place: Place::Whole,
                        });
                    }
                }
                "forms" | "named-expressions" => xml.skip(),
                _ => depth += 1,
            },
            Some(Node::End(name)) => {
                depth -= 1;
                if name == "table-row" {
                    let times = if cells.is_empty() { 0 } else { repeat.min(REPEAT) };
                    for offset in 0..times {
                        for (column, text) in &cells {
                            if !grid.push(row.saturating_add(offset), *column, text.clone(), budget) {
                                break;
                            }
                        }
                    }
                    row = row.saturating_add(repeat);
                }
            }
            Some(Node::Text(_)) => {}
            None => break,
        }
        if budget.is_spent() {
            break;
        }
    }
    blocks.extend(grid.blocks());
    blocks.extend(beside);
}

/// A cell's text and its comments. Dates are given in ISO 8601, everything else as it is shown.
fn cell<R: BufRead>(tag: &Tag, xml: &mut Xml<R>) -> (String, Vec<String>) {
    let date = tag
        .attr("date-value")
        .filter(|_| tag.attr("value-type").as_deref() == Some("date"));
    let value = tag.attr("value");
    let (mut text, mut comments, mut depth) = (String::new(), Vec::new(), 1_usize);
    while depth > 0 {
        match xml.next() {
            Some(Node::Start(tag)) => match tag.name() {
                "annotation" => {
                    let comment = xml.text(&["date", "date-string", "creator-initials", "creator"]);
                    comments.push(comment.split_whitespace().collect::<Vec<_>>().join(" "));
                }
                "frame" | "custom-shape" | "event-listeners" => {
                    let inner = xml.text(&["title", "desc"]);
                    comments.extend(Some(inner.trim().to_owned()).filter(|inner| !inner.is_empty()));
                }
                name => {
                    match name {
                        "p" if !text.is_empty() => text.push('\n'),
                        "s" => text.push_str(&" ".repeat(tag.number("c").unwrap_or(1).min(100))),
                        "tab" => text.push(' '),
                        "line-break" => text.push('\n'),
                        _ => {}
                    }
                    depth += 1;
                }
            },
            Some(Node::End(_)) => depth -= 1,
            Some(Node::Text(more)) => collapse(&mut text, &more),
            None => break,
        }
    }
    let text = text.trim();
    let shown = match date {
        Some(date) => date.trim_end_matches("T00:00:00").replace('T', " "),
        // Written by programs that leave out the text.
        None if text.is_empty() => value.unwrap_or_default(),
        None => text.to_owned(),
    };
    (shown, comments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tests::zip;

    fn sheet(rows: &str) -> Document {
        let content = format!(
            "<c><office:spreadsheet><table:table table:name='Plan'>{rows}</table:table></office:spreadsheet></c>"
        );
        read(&zip(&[("content.xml", content.as_bytes())]), &Limits::default()).unwrap()
    }

    #[test]
    fn cells_are_read_as_shown_and_dates_as_iso() {
        let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let document = sheet(&format!(
            "<table:table-row>{}{}</table:table-row>\
             <table:table-row><table:table-cell office:value-type='date' office:date-value='2024-03-05'><text:p>05.03.24</text:p></table:table-cell>\
             <table:table-cell office:value-type='percentage' office:value='0.9971'><text:p>99.71 %</text:p></table:table-cell></table:table-row>",
            cell("Since"),
            cell("Share"),
        ));
        let Some(Block::Table { header, rows }) = document.blocks.last() else {
            panic!("no table")
        };
        assert_eq!(
            (header.join("|"), rows[0].cells.join("|")),
            ("Since|Share".into(), "2024-03-05|99.71 %".into())
        );
    }

    #[test]
    fn a_million_repeated_cells_are_not_written_out() {
        let document = sheet(
            "<table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
             <table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell></table:table-row>",
        );
        assert!(document.text().len() < 10_000);
    }
}
