use domain::{Block, Place, Row};

/// Columns beyond this are dropped; a real table has fewer, `colspan` in a hostile page has not.
const COLUMNS: usize = 512;
/// Longest reach of a cell over rows.
const ROWS: u32 = 1000;

/// A table while its markup is being read.
#[derive(Default)]
pub(super) struct Table {
    header: Vec<Vec<String>>,
    rows: Vec<Vec<String>>,
    row: Vec<String>,
    /// Cells of rows above that reach down: column, rows left, text.
    reaching: Vec<(usize, u32, String)>,
    /// The row being read has a data cell.
    data: bool,
    in_head: bool,
    cell: Option<Cell>,
    /// The table only arranges blocks on the page: its cells are running text.
    pub(super) layout: bool,
}

struct Cell {
    heading: bool,
    across: usize,
    down: u32,
}

impl Table {
    pub(super) fn new(layout: bool) -> Self {
        Self {
            layout,
            ..Self::default()
        }
    }

    pub(super) fn head(&mut self, open: bool) {
        self.in_head = open;
    }

    pub(super) fn open_cell(&mut self, heading: bool, across: usize, down: u32) {
        self.fill();
        self.cell = Some(Cell {
            heading,
            across: across.clamp(1, COLUMNS),
            down: down.clamp(1, ROWS),
        });
    }

    pub(super) fn in_cell(&self) -> bool {
        self.cell.is_some()
    }

    /// Ends the open cell. A merged cell's text stands in each column and row it covers if it is a heading, so that
    /// every value below knows its heading; other cells stand once across and in each row they reach down to.
    pub(super) fn close_cell(&mut self, text: String) {
        let Some(cell) = self.cell.take() else { return };
        self.data |= !cell.heading;
        for step in 0..cell.across {
            if self.row.len() >= COLUMNS {
                break;
            }
            let text = if step == 0 || cell.heading {
                text.clone()
            } else {
                String::new()
            };
            if cell.down > 1 {
                self.reaching.push((self.row.len(), cell.down - 1, text.clone()));
            }
            self.row.push(text);
        }
    }

    pub(super) fn close_row(&mut self) {
        if self.row.is_empty() {
            return;
        }
        self.fill();
        if self.row.iter().all(String::is_empty) {
            self.row.clear();
            self.data = false;
            return;
        }
        let row = std::mem::take(&mut self.row);
        let heading = self.rows.is_empty() && (self.in_head || !self.data);
        if heading {
            self.header.push(row)
        } else {
            self.rows.push(row)
        }
        self.data = false;
    }

    /// Puts cells that reach down from above where they belong.
    fn fill(&mut self) {
        while let Some(at) = self
            .reaching
            .iter()
            .position(|(column, ..)| *column == self.row.len())
        {
            let (_, left, text) = &mut self.reaching[at];
            self.row.push(text.clone());
            *left -= 1;
            if *left == 0 {
                self.reaching.swap_remove(at);
            }
        }
    }

    /// The finished table: as a table, or as paragraphs where it has one column only.
    pub(super) fn finish(mut self, place: &Place, blocks: &mut Vec<Block>) {
        self.close_row();
        let paragraph = |text: String| Block::Paragraph {
            text,
            place: place.clone(),
        };
        let wide = self
            .header
            .iter()
            .chain(&self.rows)
            .any(|row| row.iter().filter(|cell| !cell.is_empty()).count() > 1);
        if self.layout || !wide {
            let rows = self.header.into_iter().chain(self.rows);
            blocks.extend(rows.flatten().filter(|text| !text.is_empty()).map(paragraph));
            return;
        }
        // A header of nothing but one text is the table's title.
        while self.header.first().is_some_and(|row| {
            let mut texts = row.iter().filter(|text| !text.is_empty());
            let first = texts.next();
            texts.all(|text| Some(text) == first)
        }) && (self.header.len() > 1 || self.header[0].len() > 1 && !self.rows.is_empty())
        {
            let title = self.header.remove(0).into_iter().find(|text| !text.is_empty());
            blocks.extend(title.map(paragraph));
        }
        let rows = self
            .rows
            .into_iter()
            .map(|cells| Row {
                cells,
                place: place.clone(),
            })
            .collect();
        blocks.push(Block::Table {
            header: merge(self.header),
            rows,
        });
    }

    /// What has been read so far as running text, for a table that turns out to be layout.
    pub(super) fn spill(&mut self, place: &Place, blocks: &mut Vec<Block>) {
        self.layout = true;
        let rows = std::mem::take(&mut self.header)
            .into_iter()
            .chain(std::mem::take(&mut self.rows));
        let texts = rows
            .flatten()
            .chain(std::mem::take(&mut self.row))
            .filter(|text| !text.is_empty());
        blocks.extend(texts.map(|text| Block::Paragraph {
            text,
            place: place.clone(),
        }));
        self.reaching.clear();
        self.cell = None;
    }
}

/// Several header rows as one: `2023` over `Revenue` gives `2023 Revenue`.
fn merge(rows: Vec<Vec<String>>) -> Vec<String> {
    let mut rows = rows.into_iter();
    let mut merged = rows.next().unwrap_or_default();
    for row in rows {
        for (column, text) in row.into_iter().enumerate() {
            match merged.get_mut(column) {
                Some(above) if above.is_empty() => *above = text,
                Some(above) if text.is_empty() || *above == text => {}
                Some(above) => {
                    above.push(' ');
                    above.push_str(&text);
                }
                None => merged.push(text),
            }
        }
    }
    merged
}
