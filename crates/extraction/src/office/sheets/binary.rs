//! The binary spreadsheets: XLS ([MS-XLS]) with `office_oxide`, XLSB ([MS-XLSB]) with `calamine`.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, Xlsb};
use domain::{Block, CellRange, Document, Place};
use office_oxide::format::DocumentFormat;
use office_oxide::limits::Limits as LibraryLimits;
use office_oxide::options::ParseOptions;

use super::grid::{Budget, Grid};
use crate::office::{COMPOUND, legacy, note_damage, open, parts};
use crate::{Limits, Stop};

pub(super) fn read_xls(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let library = LibraryLimits {
        memory_bytes: limits.memory_bytes / 4,
        text_chars: usize::try_from(limits.output_bytes(bytes.len() as u64)).unwrap_or(usize::MAX),
        ..LibraryLimits::default()
    };
    let options = ParseOptions { limits: library, ..ParseOptions::default() };
    let opened = office_oxide::Document::from_reader_with(Cursor::new(bytes.to_vec()), DocumentFormat::Xls, &options);
    let opened = opened.map_err(|error| legacy::stop(&error))?;
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
    // `calamine` unpacks by itself and without limits: first see that it can.
    let names: Vec<String> = package.names().iter().filter(|name| name.ends_with(".bin")).cloned().collect();
    for name in names {
        package.read(&name)?;
    }
    let damaged = |error: calamine::XlsbError| match error {
        calamine::XlsbError::Password => Stop::encrypted(),
        error => Stop::corrupt(error),
    };
    let mut workbook: Xlsb<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(damaged)?;
    let names = workbook.sheet_names();
    document.parts = u32::try_from(names.len()).ok();
    let mut budget = Budget::new(limits.output_bytes(bytes.len() as u64));
    let mut whole = true;
    for name in names {
        let mut grid = Grid::new(&name);
        if let Ok(mut cells) = workbook.worksheet_cells_reader(&name) {
            loop {
                match cells.next_cell() {
                    Ok(Some(cell)) => {
                        let (row, column) = cell.get_position();
                        if !grid.push(row, column, shown(cell.get_value()), &mut budget) {
                            break;
                        }
                    }
                    Ok(None) => break,
                    Err(_) => {
                        whole = false;
                        break;
                    }
                }
            }
        }
        document.blocks.extend(grid.blocks());
    }
    document.notices.extend(budget.notice());
    note_damage(&mut document, &package, !whole);
    Ok(document)
}

fn shown(value: &DataRef) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(date) => iso(date),
        DataRef::Error(error) => error.to_string(),
    }
}

fn iso(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    match (date.as_f64() < 1.0, hour == 0 && minute == 0 && second == 0) {
        (true, _) => format!("{hour:02}:{minute:02}:{second:02}"),
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}
