//! A window of a sheet.

use std::collections::BTreeMap;

use domain::{Block, CellRange, Place};

use super::{SheetWindow, block_place, overlaps};

/// Rows and columns of one window.
pub(super) const MOST_ROWS: u32 = 200;
pub(super) const MOST_COLUMNS: u32 = 50;
/// Rows and columns before the marked ones.
const BEFORE: u32 = 20;

/// The cells of one sheet.
pub(super) struct Cells {
    name: String,
    sheets: Vec<String>,
    cells: BTreeMap<(u32, u32), String>,
    marked: Option<CellRange>,
}

/// The cells of the sheet a place is in; of the first sheet without one.
pub(super) fn cells_of(blocks: Vec<Block>, place: Option<&Place>) -> Cells {
    let (mut sheets, mut marked, mut wanted) = (Vec::new(), None, None);
    if let Some(Place::Cells { sheet, range }) = place {
        (wanted, marked) = (Some(sheet.clone()), Some(*range));
    }
    let mut cells = BTreeMap::new();
    let mut put = |range: CellRange, offset: usize, text: String| {
        let column = range
            .left
            .saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        cells.entry((range.top, column)).or_insert(text);
    };
    for block in blocks {
        let Some(Place::Cells { sheet, .. }) = block_place(&block) else {
            continue;
        };
        if !sheets.contains(sheet) {
            sheets.push(sheet.clone());
        }
        if wanted.get_or_insert_with(|| sheet.clone()) != sheet {
            continue;
        }
        match block {
            Block::Paragraph {
                text,
                place: Place::Cells { range, .. },
            } => put(range, 0, text),
            Block::Table { header, rows } => {
                if let Some(Place::Cells { range, .. }) = rows.first().map(|row| &row.place)
                    && let Some(above) = range.top.checked_sub(1)
                {
                    let above = CellRange { top: above, ..*range };
                    (0..)
                        .zip(header)
                        .for_each(|(offset, text)| put(above, offset, text));
                }
                for row in rows {
                    if let Place::Cells { range, .. } = row.place {
                        (0..)
                            .zip(row.cells)
                            .for_each(|(offset, text)| put(range, offset, text));
                    }
                }
            }
            // The sheet's own name.
            _ => {}
        }
    }
    Cells {
        name: wanted.unwrap_or_default(),
        sheets,
        cells,
        marked,
    }
}

/// The lines of a text file with separated values, as rows.
pub(super) fn lines_as_cells(blocks: Vec<Block>, name: String, place: Option<&Place>) -> Cells {
    let mut cells = BTreeMap::new();
    let (mut row, mut marked) = (0_u32, None);
    let mut put = |texts: Vec<String>, own: Option<&Place>| {
        let width = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        (0..).zip(texts).for_each(|(column, text)| {
            cells.insert((row, column), text);
        });
        if own.zip(place).is_some_and(|(own, place)| overlaps(own, place)) {
            let here = CellRange::row(row, 0, width.saturating_sub(1));
            marked = Some(marked.map_or(here, |range: CellRange| range.join(here)));
        }
        row += 1;
    };
    for block in blocks {
        match block {
            Block::Paragraph { text, place } => put(vec![text], Some(&place)),
            Block::Table { header, rows } => {
                if !header.is_empty() {
                    put(header, None);
                }
                rows.into_iter().for_each(|row| put(row.cells, Some(&row.place)));
            }
            _ => {}
        }
    }
    Cells {
        sheets: vec![name.clone()],
        name,
        cells,
        marked,
    }
}

impl Cells {
    /// The cells around the marked ones, and whether there are rows before and after.
    pub(super) fn window(self) -> (SheetWindow, bool, bool) {
        let bottom = self.cells.keys().map(|(row, _)| *row).max().unwrap_or(0);
        let right = self.cells.keys().map(|(_, column)| *column).max().unwrap_or(0);
        let begin = |first: u32, last: u32, most: u32| {
            if last < most {
                0
            } else {
                first.saturating_sub(BEFORE)
            }
        };
        let marked = self.marked;
        let first_row = marked.map_or(0, |range| begin(range.top, range.bottom, MOST_ROWS));
        let first_column = marked.map_or(0, |range| begin(range.left, range.right, MOST_COLUMNS));
        let end_row = first_row.saturating_add(MOST_ROWS).min(bottom.saturating_add(1));
        let end_column = first_column
            .saturating_add(MOST_COLUMNS)
            .min(right.saturating_add(1));
        let rows = (first_row..end_row).map(|row| {
            (first_column..end_column)
                .map(|column| self.cells.get(&(row, column)).cloned().unwrap_or_default())
                .collect()
        });
        let sheet = SheetWindow {
            rows: rows.collect(),
            name: self.name,
            sheets: self.sheets,
            first_row,
            first_column,
            marked,
        };
        (sheet, first_row > 0, end_row <= bottom)
    }
}
