//! The binary spreadsheets, read with `office_oxide`: XLS ([MS-XLS]) and XLSB ([MS-XLSB]).

use domain::{Block, CellRange, Document, Place};
use office_oxide::format::DocumentFormat;

use super::grid::{Budget, Grid};
use crate::office::{COMPOUND, legacy, note_damage, open, parts};
use crate::{Limits, Stop};

pub(super) fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let opened = legacy::document(bytes, DocumentFormat::Xls, limits)?;
    let Some(workbook) = opened.as_xls() else { return Err(Stop::corrupt("it is not an old Excel workbook")) };

    let mut document = Document { parts: u32::try_from(workbook.sheets.len()).ok(), ..Document::default() };
    let mut budget = Budget::new(limits.output_bytes(bytes.len() as u64));
    for sheet in &workbook.sheets {
        let mut grid = Grid::new(&sheet.name);
        for &(top, bottom, left, right) in &sheet.merged_cells {
            if top <= bottom && left <= right {
                grid.merge(CellRange { top: top.into(), left: left.into(), bottom: bottom.into(), right: right.into() });
            }
        }
        'cells: for (row, cells) in (0_u32..).zip(&sheet.rows) {
            for column in 0..cells.len() {
                let text = sheet.display_text(row as usize, column).unwrap_or_default().into_owned();
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
                let place = grid.cells(CellRange::row(comment.row.into(), comment.col.into(), comment.col.into()));
                Block::Paragraph { text: format!("Comment: {}", comment.text.trim()), place }
            })
            .collect();
        document.blocks.extend(grid.blocks());
        document.blocks.extend(comments);
        let drawn = sheet.chart_text.iter().filter(|text| !text.trim().is_empty());
        document.blocks.extend(drawn.map(|text| Block::Paragraph { text: text.trim().to_owned(), place: Place::Whole }));
    }
    let drawn = workbook.chart_text().iter().filter(|text| !text.trim().is_empty());
    document.blocks.extend(drawn.map(|text| Block::Paragraph { text: text.trim().to_owned(), place: Place::Whole }));
    if let Some(properties) = workbook.summary_properties() {
        let words = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        document.title = words(&properties.title);
        document.author = words(&properties.author);
    }
    if workbook.truncated() {
        document.notices.push("The file is damaged. What could be read of it is here; text may be missing.".to_owned());
    }
    document.notices.extend(budget.notice());
    Ok(document)
}

pub(super) fn read_xlsb(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    if bytes.starts_with(&COMPOUND) {
        return Err(Stop::encrypted());
    }
    let mut document = Document::default();
    let mut package = open(bytes, limits)?;
    parts::properties(&mut package, &mut document)?;
    let opened = legacy::document(bytes, DocumentFormat::Xlsx, limits)?;
    let Some(workbook) = opened.as_xlsx() else { return Err(Stop::corrupt("it is not an Excel workbook")) };
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
    document.blocks.extend(drawn.map(|text| Block::Paragraph { text: text.trim().to_owned(), place: Place::Whole }));
    document.notices.extend(budget.notice());
    note_damage(&mut document, &package, damaged);
    Ok(document)
}
