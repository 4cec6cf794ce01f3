use std::collections::BTreeSet;

use domain::{Block, CellRange, Place, Row};

use crate::office::table::is_value;

/// The cells of a sheet that are not empty, row by row from the top, each row from the left.
pub(super) struct Grid {
    name: String,
    rows: Vec<(u32, Vec<(u32, String)>)>,
    /// Merged cells: only those that may be part of a header are needed.
    merges: Vec<CellRange>,
}

/// How much text may still be taken in, over all sheets of a file.
pub(super) struct Budget {
    left: u64,
    /// Where it ran out.
    cut: Option<String>,
}

impl Budget {
    pub(super) fn new(output_bytes: u64) -> Self {
        Self {
            left: output_bytes,
            cut: None,
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.cut.is_some()
    }

    /// A sentence that says what is missing, if something is.
    pub(super) fn notice(self) -> Option<String> {
        self.cut.map(|cut| {
            format!("The content after {cut} is left out: the file holds more text than the limit allows.")
        })
    }
}

impl Grid {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rows: Vec::new(),
            merges: Vec::new(),
        }
    }

    /// Takes in a cell; false when there is no room for more.
    pub(super) fn push(&mut self, row: u32, column: u32, text: String, budget: &mut Budget) -> bool {
        if budget.is_spent() {
            return false;
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return true;
        }
        // Eight more for what a cell costs besides its text.
        let cost = trimmed.len() as u64 + 8;
        if cost > budget.left {
            budget.cut = Some(format!("row {} of the sheet `{}`", u64::from(row) + 1, self.name));
            return false;
        }
        budget.left -= cost;
        // Number formats part amount and currency by a space that does not break.
        let text = trimmed.replace(['\u{a0}', '\u{202f}'], " ");
        match self.rows.last_mut() {
            Some((last, cells)) if *last == row => cells.push((column, text)),
            _ => self.rows.push((row, vec![(column, text)])),
        }
        true
    }

    pub(super) fn merge(&mut self, range: CellRange) {
        // Nothing is merged in a header but across some columns or down a few rows.
        if range.bottom - range.top < 8 && self.merges.len() < 10_000 {
            self.merges.push(range);
        }
    }

    pub(super) fn cells(&self, range: CellRange) -> Place {
        Place::Cells {
            sheet: self.name.clone(),
            range,
        }
    }

    /// The sheet's name as a heading, and its tables and single cells.
    pub(super) fn blocks(mut self) -> Vec<Block> {
        // Files written by hand have rows in any order.
        if !self.rows.is_sorted_by_key(|(row, _)| *row) {
            self.rows.sort_by_key(|(row, _)| *row);
            self.rows.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    earlier.1.append(&mut later.1);
                }
                same
            });
        }
        for (_, cells) in &mut self.rows {
            if !cells.is_sorted_by_key(|(column, _)| *column) {
                cells.sort_by_key(|(column, _)| *column);
            }
            cells.dedup_by_key(|(column, _)| *column);
        }
        let first = self
            .rows
            .first()
            .and_then(|(row, cells)| Some((*row, cells.first()?.0, cells.last()?.0)));
        let (row, left, right) = first.unwrap_or((0, 0, 0));
        let text = self.name.clone();
        let mut blocks = vec![Block::Heading {
            level: 1,
            text,
            place: self.cells(CellRange::row(row, left, right)),
        }];

        let mut header = Header::default();
        let mut rows = std::mem::take(&mut self.rows).into_iter().peekable();
        while let Some(row) = rows.next() {
            let mut group = vec![row];
            while let Some(next) =
                rows.next_if(|(row, _)| group.last().is_some_and(|(last, _)| last + 1 == *row))
            {
                group.push(next);
            }
            self.group(group, &mut header, &mut blocks);
        }
        blocks
    }

    /// Rows without an empty row between them: title lines, then perhaps a header, then data.
    fn group(&self, mut group: Vec<(u32, Vec<(u32, String)>)>, header: &mut Header, blocks: &mut Vec<Block>) {
        let widest = group.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        // Single cells and few long ones above a table say what it is about; a group of single cells is text.
        let is_title = |cells: &[(u32, String)]| {
            cells.len() == 1 || (cells.len() * 2 <= widest && cells.iter().any(|(_, text)| text.len() > 60))
        };
        let titles = if widest == 1 {
            group.len()
        } else {
            group.iter().take_while(|(_, cells)| is_title(cells)).count()
        };
        for (row, cells) in group.drain(..titles) {
            for (column, text) in cells {
                blocks.push(Block::Paragraph {
                    text,
                    place: self.cells(CellRange::row(row, column, column)),
                });
            }
        }
        if group.is_empty() {
            return;
        }
        let columns: BTreeSet<u32> = group
            .iter()
            .flat_map(|(_, cells)| cells.iter().map(|(column, _)| *column))
            .collect();
        let columns: Vec<u32> = columns.into_iter().collect();
        let filled: usize = group.iter().map(|(_, cells)| cells.len()).sum();
        let (left, right) = (
            columns.first().copied().unwrap_or(0),
            columns.last().copied().unwrap_or(0),
        );
        if columns.len().saturating_mul(group.len()) > filled.saturating_mul(8) + 100_000 {
            // Cells scattered over a huge area are no table.
            *header = Header::default();
            let rows = group.into_iter().map(|(row, cells)| Row {
                place: self.cells(CellRange::row(row, left, right)),
                cells: cells.into_iter().map(|(_, text)| text).collect(),
            });
            blocks.push(Block::Table {
                header: Vec::new(),
                rows: rows.collect(),
            });
            return;
        }
        let height = self.header_rows(&group, columns.len());
        // Columns that are empty all the way down have cells too, so that each cell stands under its own letter. Only where
        // that would be a waste they are left out.
        let width = (right - left) as usize + 1;
        let wide = width.saturating_mul(group.len()) > filled.saturating_mul(8) + 100_000;
        let shown = if wide {
            columns.clone()
        } else {
            (left..=right).collect()
        };
        if height > 0 {
            let rows: Vec<_> = group.drain(..height).collect();
            *header = Header {
                texts: self.header(&rows, &shown),
                columns: shown.clone(),
            };
        } else if !header.covers(&columns) {
            *header = Header::default();
        }
        let columns = shown;
        let texts = columns
            .iter()
            .map(|column| header.text(*column))
            .collect::<Vec<_>>();
        let rows = group.into_iter().map(|(row, cells)| Row {
            place: self.cells(CellRange::row(row, left, right)),
            cells: spread(cells, &columns),
        });
        let texts = if texts.iter().all(String::is_empty) {
            Vec::new()
        } else {
            texts
        };
        blocks.push(Block::Table {
            header: texts,
            rows: rows.collect(),
        });
    }

    /// How many of the first rows name the columns: none, one, or two where the upper groups the lower.
    fn header_rows(&self, group: &[(u32, Vec<(u32, String)>)], width: usize) -> usize {
        let [(top, first), (_, second), ..] = group else {
            return 0;
        };
        let words =
            |cells: &[(u32, String)]| cells.iter().all(|(_, text)| !is_value(text) && text.len() <= 200);
        if !words(first) || first.len() < 2 {
            return 0;
        }
        let merged = self
            .merges
            .iter()
            .any(|merge| merge.top == *top && merge.right > merge.left);
        if (merged || first.len() * 2 <= width)
            && words(second)
            && second.len() * 2 > width
            && group.len() > 2
        {
            return 2;
        }
        usize::from(first.len() * 5 >= width * 3)
    }

    fn header(&self, rows: &[(u32, Vec<(u32, String)>)], columns: &[u32]) -> Vec<String> {
        let mut texts = vec![String::new(); columns.len()];
        for (row, cells) in rows {
            for (text, column) in texts.iter_mut().zip(columns) {
                let at = |column: u32| {
                    cells
                        .iter()
                        .find(|(at, _)| *at == column)
                        .map(|(_, text)| text.as_str())
                };
                // A merged cell says the same over all its columns.
                let merge = self.merges.iter().find(|merge| {
                    (merge.top..=merge.bottom).contains(row) && (merge.left..=merge.right).contains(column)
                });
                let merged = merge
                    .filter(|merge| merge.top == *row)
                    .and_then(|merge| at(merge.left));
                if let Some(more) = at(*column).or(merged) {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(more);
                }
            }
        }
        texts
    }
}

/// The header of the last table, which also holds for rows below an empty row.
#[derive(Default)]
struct Header {
    texts: Vec<String>,
    columns: Vec<u32>,
}

impl Header {
    fn covers(&self, columns: &[u32]) -> bool {
        columns.len() > 1 && columns.iter().all(|column| self.columns.contains(column))
    }

    fn text(&self, column: u32) -> String {
        let index = self.columns.iter().position(|at| *at == column);
        index
            .and_then(|index| self.texts.get(index))
            .cloned()
            .unwrap_or_default()
    }
}

fn spread(cells: Vec<(u32, String)>, columns: &[u32]) -> Vec<String> {
    let mut cells = cells.into_iter().peekable();
    columns
        .iter()
        .map(|column| {
            cells
                .next_if(|(at, _)| at == column)
                .map(|(_, text)| text)
                .unwrap_or_default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(rows: &[(u32, &[&str])], merges: &[CellRange]) -> Vec<Block> {
        let (mut grid, mut budget) = (Grid::new("Prices"), Budget::new(1 << 20));
        for (row, cells) in rows {
            for (column, text) in (0..).zip(*cells) {
                grid.push(*row, column, (*text).to_owned(), &mut budget);
            }
        }
        merges.iter().for_each(|merge| grid.merge(*merge));
        grid.blocks()
    }

    fn shown(blocks: &[Block]) -> Vec<String> {
        let mut lines = Vec::new();
        for block in blocks {
            match block {
                Block::Heading { text, .. } => lines.push(format!("# {text}")),
                Block::Paragraph { text, place } => lines.push(format!("{place}: {text}")),
                Block::Table { header, rows } => {
                    lines.push(format!("[{}]", header.join("|")));
                    lines.extend(
                        rows.iter()
                            .map(|row| format!("{}: {}", row.place, row.cells.join("|"))),
                    );
                }
                other => lines.push(format!("{other:?}")),
            }
        }
        lines
    }

    #[test]
    fn a_column_that_is_empty_all_the_way_down_keeps_its_place() {
        let rows: [(u32, &[&str]); 3] = [
            (0, &["Product", "", "Price"]),
            (1, &["Ridge 400", "", "1,200"]),
            (2, &["Ridge 600", "", "1,900"]),
        ];
        assert_eq!(
            shown(&blocks(&rows, &[]))[1..],
            [
                "[Product||Price]",
                "sheet Prices, A2:C2: Ridge 400||1,200",
                "sheet Prices, A3:C3: Ridge 600||1,900"
            ]
        );
    }

    #[test]
    fn the_header_is_found_below_the_title() {
        let rows: &[(u32, &[&str])] = &[
            (0, &["Price list 2024"]),
            (2, &["Plan", "Price"]),
            (3, &["Basic", "12"]),
            (4, &["Plus", "20"]),
        ];
        let expected = [
            "# Prices",
            "sheet Prices, A1: Price list 2024",
            "[Plan|Price]",
            "sheet Prices, A4:B4: Basic|12",
            "sheet Prices, A5:B5: Plus|20",
        ];
        assert_eq!(shown(&blocks(rows, &[])), expected);
    }

    #[test]
    fn rows_below_a_gap_keep_the_header_unless_they_bring_their_own() {
        let rows: &[(u32, &[&str])] = &[
            (0, &["Plan", "Price"]),
            (1, &["Basic", "12"]),
            (3, &["Plus", "20"]),
            (5, &["Town", "People"]),
            (6, &["Bonn", "300"]),
        ];
        let shown = shown(&blocks(rows, &[]));
        assert_eq!(shown.iter().filter(|line| *line == "[Plan|Price]").count(), 2);
        assert_eq!(shown.iter().filter(|line| *line == "[Town|People]").count(), 1);
    }

    #[test]
    fn two_header_rows_become_one() {
        let rows: &[(u32, &[&str])] = &[
            (0, &["Region", "2024", "", "2025"]),
            (1, &["", "Plan", "Actual", "Plan"]),
            (2, &["North", "1", "2", "3"]),
        ];
        let merge = CellRange {
            top: 0,
            left: 1,
            bottom: 0,
            right: 2,
        };
        assert!(
            shown(&blocks(rows, &[merge])).contains(&"[Region|2024 Plan|2024 Actual|2025 Plan]".to_owned())
        );
    }

    #[test]
    fn cells_scattered_over_a_huge_sheet_take_little_memory() {
        let (mut grid, mut budget) = (Grid::new("s"), Budget::new(1 << 20));
        for at in 0..16_000 {
            grid.push(at, at, "x".into(), &mut budget);
            grid.push(at, 16_383, "y".into(), &mut budget);
        }
        let Some(Block::Table { rows, .. }) = grid.blocks().pop() else {
            panic!("no table")
        };
        assert!(rows.iter().all(|row| row.cells.len() == 2));
    }

    #[test]
    fn text_beyond_the_limit_is_left_out_and_said() {
        let (mut grid, mut budget) = (Grid::new("s"), Budget::new(40));
        let taken: Vec<bool> = (0..4)
            .map(|row| grid.push(row, 0, "ten letter".into(), &mut budget))
            .collect();
        assert_eq!(taken, [true, true, false, false]);
        assert!(budget.notice().unwrap().contains("row 3 of the sheet `s`"));
    }
}
