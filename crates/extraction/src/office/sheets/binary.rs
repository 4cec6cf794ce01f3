//! The binary spreadsheets, read with `office_oxide`: XLS ([MS-XLS]) and XLSB ([MS-XLSB]).

use std::collections::HashSet;
use std::io::Cursor;

use domain::{Block, CellRange, Document, Place};
use office_oxide::cfb::CfbReader;
use office_oxide::format::DocumentFormat;

use super::grid::{Budget, Grid};
use crate::office::{COMPOUND, legacy, note_damage, open, parts};
use crate::{Limits, Stop};

pub(super) fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let opened = legacy::document(bytes, DocumentFormat::Xls, limits)?;
    let Some(workbook) = opened.as_xls() else {
        return Err(Stop::corrupt("it is not an old Excel workbook"));
    };

    let mut document = Document {
        parts: u32::try_from(workbook.sheets.len()).ok(),
        ..Document::default()
    };
    let mut budget = Budget::new(limits.output_bytes(bytes.len() as u64));
    for sheet in &workbook.sheets {
        let mut grid = Grid::new(&sheet.name);
        for &(top, bottom, left, right) in &sheet.merged_cells {
            if top <= bottom && left <= right {
                grid.merge(CellRange {
                    top: top.into(),
                    left: left.into(),
                    bottom: bottom.into(),
                    right: right.into(),
                });
            }
        }
        'cells: for (row, cells) in (0_u32..).zip(&sheet.rows) {
            for column in 0..cells.len() {
                let text = sheet
                    .display_text(row as usize, column)
                    .unwrap_or_default()
                    .into_owned();
                if !grid.push(row, column as u32, text, &mut budget) {
                    break 'cells;
                }
            }
        }
        let comments: Vec<Block> = sheet
            .comments
            .iter()
            .filter(|comment| !comment.text.trim().is_empty())
            .map(|comment| {
                let place = grid.cells(CellRange::row(
                    comment.row.into(),
                    comment.col.into(),
                    comment.col.into(),
                ));
                Block::Paragraph {
                    text: format!("Comment: {}", comment.text.trim()),
                    place,
                }
            })
            .collect();
        document.blocks.extend(grid.blocks());
        document.blocks.extend(comments);
        let drawn = sheet.chart_text.iter().filter(|text| !text.trim().is_empty());
        document.blocks.extend(drawn.map(|text| Block::Paragraph {
            text: text.trim().to_owned(),
            place: Place::Whole,
        }));
    }
    let drawn = workbook
        .chart_text()
        .iter()
        .filter(|text| !text.trim().is_empty());
    document.blocks.extend(drawn.map(|text| Block::Paragraph {
        text: text.trim().to_owned(),
        place: Place::Whole,
    }));
    let labels = chart_labels(bytes);
    if !labels.is_empty() {
        document.blocks.push(Block::Paragraph {
            text: labels.join("; "),
            place: Place::Whole,
        });
    }
    if let Some(properties) = workbook.summary_properties() {
        let words = |text: &Option<String>| {
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        document.title = words(&properties.title);
        document.author = words(&properties.author);
    }
    if workbook.truncated() {
        document
            .notices
            .push("The file is damaged. What could be read of it is here; text may be missing.".to_owned());
    }
    document.notices.extend(budget.notice());
    Ok(document)
}

/// The labels that charts keep of their data, such as the names along an axis: `Label` records in the substreams of
/// charts ([MS-XLS] 2.1.7.20.2). They matter where the data itself is in another file.
fn chart_labels(bytes: &[u8]) -> Vec<String> {
    const BOF: u16 = 0x0809;
    const EOF: u16 = 0x000a;
    const LABEL: u16 = 0x0204;
    const CHART: u16 = 0x0020;
    let stream = CfbReader::new(Cursor::new(bytes)).and_then(|mut file| file.open_stream("Workbook"));
    let Ok(stream) = stream else { return Vec::new() };
    let (mut rest, mut open) = (stream.as_slice(), Vec::new());
    let (mut labels, mut known) = (Vec::new(), HashSet::new());
    while let [k0, k1, l0, l1, after @ ..] = rest {
        let (kind, length) = (
            u16::from_le_bytes([*k0, *k1]),
            usize::from(u16::from_le_bytes([*l0, *l1])),
        );
        let Some((data, next)) = after.split_at_checked(length) else {
            break;
        };
        match kind {
            BOF => open.push(data.get(2..4) == Some(&CHART.to_le_bytes()[..])),
            EOF => drop(open.pop()),
            LABEL if open.last() == Some(&true) => {
                // Row, column and format stand before the count of characters and whether they have two bytes.
                if let [_, _, _, _, _, _, c0, c1, wide, chars @ ..] = data {
                    let count = usize::from(u16::from_le_bytes([*c0, *c1]));
                    let units: Vec<u16> = match wide & 1 {
                        0 => chars.iter().take(count).map(|byte| u16::from(*byte)).collect(),
                        _ => chars
                            .chunks_exact(2)
                            .take(count)
                            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                            .collect(),
                    };
                    let label = String::from_utf16_lossy(&units).trim().to_owned();
                    if label.chars().any(char::is_alphabetic)
                        && labels.len() < 2_000
                        && known.insert(label.clone())
                    {
                        labels.push(label);
                    }
                }
            }
            _ => {}
        }
        rest = next;
    }
    labels
}

pub(super) fn read_xlsb(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    if bytes.starts_with(&COMPOUND) {
        return Err(Stop::encrypted());
    }
    let mut document = Document::default();
    let mut package = open(bytes, limits)?;
    parts::properties(&mut package, &mut document)?;
    let opened = legacy::document(bytes, DocumentFormat::Xlsx, limits)?;
    let Some(workbook) = opened.as_xlsx() else {
        return Err(Stop::corrupt("it is not an Excel workbook"));
    };
    document.parts = u32::try_from(workbook.worksheets.len()).ok();
    let mut budget = Budget::new(limits.output_bytes(bytes.len() as u64));
    let mut damaged = false;
    for sheet in &workbook.worksheets {
        let mut grid = Grid::new(&sheet.name);
        'cells: for row in &sheet.rows {
            for cell in &row.cells {
                let text = workbook.format_cell_value(cell);
                if !grid.push(cell.reference.row, cell.reference.col, text, &mut budget) {
                    break 'cells;
                }
            }
        }
        damaged |= sheet.damage.is_some();
        document.blocks.extend(grid.blocks());
    }
    let drawn = workbook.chart_text.iter().filter(|text| !text.trim().is_empty());
    document.blocks.extend(drawn.map(|text| Block::Paragraph {
        text: text.trim().to_owned(),
        place: Place::Whole,
    }));
    document.notices.extend(budget.notice());
    note_damage(&mut document, &package, damaged);
    Ok(document)
}
