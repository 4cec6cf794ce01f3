//! A document as the evidence pane shows it: a window around a place, never more than a page can hold.

use std::collections::BTreeMap;

use domain::{Block, CellRange, Document, DocumentId, Format, Labels, Place, Row};
use retrieval::FileFacts;
use serde::Serialize;

use crate::age::dated;

/// Blocks and table rows of one window.
const MOST_BLOCKS: usize = 400;
/// Characters of one window.
const MOST_TEXT: usize = 80_000;
/// Rows and columns of one window of a sheet.
const MOST_ROWS: u32 = 200;
const MOST_COLUMNS: u32 = 50;
/// Rows and columns before the marked ones.
const BEFORE: u32 = 20;

/// What the evidence pane shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DocumentView {
    /// Its id.
    pub document: DocumentId,
    /// Path below its watched folder.
    pub file: String,
    /// Path of the watched folder.
    pub source: String,
    /// What it is.
    pub format: Option<Format>,
    /// The title it gives itself.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it says it was written.
    pub written: Option<String>,
    /// File date, seconds since 1970.
    pub modified: i64,
    /// How old it is, in words.
    pub dated: String,
    /// Labels of its collection.
    pub labels: Labels,
    /// The file on disk is not the one that was read.
    pub changed_since: bool,
    /// Pages, slides, sheets, messages.
    pub parts: Option<u32>,
    /// How to draw it.
    pub shape: Shape,
    /// The head of a mail.
    pub mail: Option<MailHead>,
    /// A window of a sheet.
    pub sheet: Option<SheetWindow>,
    /// For mails, slides and text.
    pub blocks: Vec<ViewBlock>,
    /// The window does not begin where the document does.
    pub more_before: bool,
    /// The window does not end where the document does.
    pub more_after: bool,
}

/// How to draw a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Shape {
    /// As pages, from its bytes.
    Pdf,
    /// As a grid.
    Sheet,
    /// As a mail.
    Mail,
    /// As slides.
    Slides,
    /// As running text.
    Text,
}

/// The head of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MailHead {
    /// Who sent it.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Who else got it.
    pub cc: String,
    /// What it says it is about.
    pub subject: String,
    /// When it says it was sent.
    pub date: String,
    /// Names of its attachments.
    pub attachments: Vec<String>,
}

/// A window of a sheet. All numbers count from zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SheetWindow {
    /// Name of the sheet.
    pub name: String,
    /// Names of all sheets.
    pub sheets: Vec<String>,
    /// The row that `rows` begins with.
    pub first_row: u32,
    /// The column that each row begins with.
    pub first_column: u32,
    /// The cells, all rows of one length.
    pub rows: Vec<Vec<String>>,
    /// The cells that are cited.
    pub marked: Option<CellRange>,
}

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ViewBlock {
    /// A heading.
    Heading {
        /// 1 for the outermost.
        level: u8,
        /// One line.
        text: String,
        /// Where it stands.
        place: Place,
        /// The same in words.
        place_text: String,
    },
    /// A paragraph.
    Paragraph {
        /// May hold line breaks.
        text: String,
        /// Where it stands.
        place: Place,
        /// The same in words.
        place_text: String,
    },
    /// An item of a list.
    Item {
        /// Without its bullet.
        text: String,
        /// Where it stands.
        place: Place,
        /// The same in words.
        place_text: String,
    },
    /// Text in which line breaks and spaces mean something.
    Code {
        /// As it stands.
        text: String,
        /// Where it stands.
        place: Place,
        /// The same in words.
        place_text: String,
    },
    /// A table.
    Table {
        /// Column headings; may be empty.
        header: Vec<String>,
        /// The rows below.
        rows: Vec<ViewRow>,
    },
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ViewRow {
    /// One text a column.
    pub cells: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

impl Shape {
    /// How to draw a file of this kind.
    pub fn of(format: Option<Format>) -> Self {
        match format {
            Some(Format::Pdf) => Self::Pdf,
            Some(Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods | Format::Csv) => Self::Sheet,
            Some(Format::Eml | Format::Msg | Format::Mbox) => Self::Mail,
            Some(Format::Pptx | Format::Ppt | Format::Odp) => Self::Slides,
            _ => Self::Text,
        }
    }
}

impl DocumentView {
    /// What is known without reading the file.
    pub fn bare(facts: &FileFacts, today: jiff::civil::Date) -> Self {
        Self {
            document: facts.id,
            file: facts.file.clone(),
            source: facts.source.root.display().to_string(),
            format: facts.format,
            title: facts.title.clone(),
            author: facts.author.clone(),
            written: facts.written.clone(),
            modified: facts.modified,
            dated: dated(facts.written.as_deref(), facts.modified, today),
            labels: facts.source.labels.clone(),
            changed_since: facts.changed_since,
            parts: facts.parts,
            shape: Shape::of(facts.format),
            mail: None,
            sheet: None,
            blocks: Vec::new(),
            more_before: false,
            more_after: false,
        }
    }
}

/// Puts a window of a document around a place into a view of it.
pub fn window(
    mut view: DocumentView,
    document: Document,
    place: Option<&Place>,
    passage: Option<&str>,
) -> DocumentView {
    match view.shape {
        Shape::Sheet => {
            let cells = if view.format == Some(Format::Csv) {
                let name = view.file.rsplit('/').next().unwrap_or_default().to_owned();
                lines_as_cells(document.blocks, name, place)
            } else {
                cells_of(document.blocks, place)
            };
            let (sheet, before, after) = cells.window();
            (view.sheet, view.more_before, view.more_after) = (Some(sheet), before, after);
        }
        Shape::Mail => {
            let message = |place: &Place| match place {
                Place::Message { message, .. } => *message,
                _ => 1,
            };
            let wanted = place.map_or(1, message);
            let all = document.blocks.len();
            let number = |block: &Block| block_place(block).map_or(1, message);
            let first = document
                .blocks
                .iter()
                .position(|block| number(block) == wanted)
                .unwrap_or(0);
            let blocks: Vec<Block> = document
                .blocks
                .into_iter()
                .filter(|b| number(b) == wanted)
                .collect();
            let last = first + blocks.len();
            let (mail, body) = head_of(blocks);
            view.mail = Some(mail);
            put_blocks(&mut view, body, place, passage);
            view.more_before |= first > 0;
            view.more_after |= last < all;
        }
        Shape::Pdf | Shape::Slides | Shape::Text => put_blocks(&mut view, document.blocks, place, passage),
    }
    view
}

/// The head of a message, as the reader puts it before the text, and what follows it.
fn head_of(mut blocks: Vec<Block>) -> (MailHead, Vec<Block>) {
    let mut head = MailHead::default();
    for block in &blocks {
        if let Block::Heading { text, place, .. } = block
            && let Some(name) = attachment(place)
            && name == text
            && !head.attachments.contains(text)
        {
            head.attachments.push(text.clone());
        }
    }
    if let Some(Block::Heading { text, place, .. }) = blocks.first()
        && attachment(place).is_none()
    {
        head.subject = text.clone();
        blocks.remove(0);
    }
    if let Some(Block::Paragraph { text, place }) = blocks.first()
        && attachment(place).is_none()
        && text.lines().all(|line| line.contains(": "))
    {
        for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
            match name {
                "From" => head.from = value.to_owned(),
                "To" => head.to = value.to_owned(),
                "Cc" => head.cc = value.to_owned(),
                "Date" => head.date = value.to_owned(),
                _ => {}
            }
        }
        blocks.remove(0);
    }
    (head, blocks)
}

/// The outermost attachment a place is in.
fn attachment(place: &Place) -> Option<&str> {
    match place {
        Place::Attachment { name, .. } => Some(name),
        Place::Message { inner, .. } => attachment(inner),
        _ => None,
    }
}

fn block_place(block: &Block) -> Option<&Place> {
    match block {
        Block::Heading { place, .. }
        | Block::Paragraph { place, .. }
        | Block::Item { place, .. }
        | Block::Code { place, .. } => Some(place),
        Block::Table { rows, .. } => rows.first().map(|row| &row.place),
    }
}

/// A block, or a row of a table, so that a window can begin and end within a table.
struct Piece {
    /// Which block it is from.
    block: usize,
    length: usize,
    what: What,
}

enum What {
    Block(ViewBlock),
    Row(Vec<String>, Row),
}

/// Puts pieces around a place into the view, as many as a page can hold.
fn put_blocks(view: &mut DocumentView, blocks: Vec<Block>, place: Option<&Place>, passage: Option<&str>) {
    let at = place.map_or(0, |place| {
        let exact = blocks.iter().position(|block| touches(block, place));
        exact.unwrap_or(0)
    });
    let words = passage.map(squeezed).filter(|words| !words.is_empty());
    let mut pieces = Vec::new();
    let (mut target, mut most) = (None, 0);
    for (number, block) in blocks.into_iter().enumerate() {
        let begin = pieces.len();
        take_apart(number, block, &mut pieces);
        for (index, piece) in pieces.iter().enumerate().skip(begin) {
            let placed = match (&piece.what, place) {
                (What::Row(_, row), Some(place)) => overlaps(&row.place, place),
                _ => true,
            };
            let shared = words.as_ref().map_or(1, |words| piece.shares(words));
            // The most words, as a few of them may stand elsewhere too; of equals the first.
            if number >= at && placed && shared > most {
                (target, most) = (Some(index), shared);
            }
        }
    }
    let fallback = || pieces.iter().position(|piece| piece.block >= at).unwrap_or(0);
    let target = target.unwrap_or_else(fallback);
    let (mut first, mut end, mut length) = (target, target, 0);
    let fits = |length: usize, count: usize| length < MOST_TEXT && count < MOST_BLOCKS;
    // What follows matters as much as what stands before.
    while fits(length, end - first) && (first > 0 || end < pieces.len()) {
        if end < pieces.len() {
            length += pieces[end].length;
            end += 1;
        }
        if first > 0 && fits(length, end - first) {
            first -= 1;
            length += pieces[first].length;
        }
    }
    (view.more_before, view.more_after) = (first > 0, end < pieces.len());
    let mut table = None;
    for piece in pieces.into_iter().skip(first).take(end - first) {
        match piece.what {
            What::Block(block) => view.blocks.push(block),
            What::Row(head, row) => {
                let row = ViewRow {
                    cells: row.cells,
                    place: row.place,
                };
                match view.blocks.last_mut() {
                    Some(ViewBlock::Table { rows, .. }) if table == Some(piece.block) => rows.push(row),
                    _ => view.blocks.push(ViewBlock::Table {
                        header: head,
                        rows: vec![row],
                    }),
                }
                table = Some(piece.block);
            }
        }
    }
}

impl Piece {
    /// How many characters of a passage it has: all of its own, or all of the passage's, or none.
    fn shares(&self, passage: &str) -> usize {
        let own = match &self.what {
            What::Block(
                ViewBlock::Heading { text, .. }
                | ViewBlock::Paragraph { text, .. }
                | ViewBlock::Item { text, .. }
                | ViewBlock::Code { text, .. },
            ) => squeezed(text),
            What::Block(ViewBlock::Table { header, .. }) => squeezed(&header.concat()),
            What::Row(_, row) => squeezed(&row.cells.concat()),
        };
        let length = own.chars().count();
        // A few characters are found anywhere.
        let inside = match length {
            0 => false,
            1..12 => passage.starts_with(&own),
            _ => passage.contains(&own),
        };
        match (inside, own.contains(passage)) {
            (true, _) => length,
            (false, true) => passage.chars().count(),
            (false, false) => 0,
        }
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|char| char.is_alphanumeric()).collect()
}

fn take_apart(number: usize, block: Block, pieces: &mut Vec<Piece>) {
    let place_text = |place: &Place| place.to_string();
    let what = match block {
        Block::Heading { level, text, place } => ViewBlock::Heading {
            level,
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Paragraph { text, place } => ViewBlock::Paragraph {
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Item { text, place } => ViewBlock::Item {
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Code { text, place } => ViewBlock::Code {
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Table { header, rows } if rows.is_empty() => ViewBlock::Table {
            header,
            rows: Vec::new(),
        },
        Block::Table { header, rows } => {
            pieces.extend(rows.into_iter().map(|row| Piece {
                block: number,
                length: row.cells.iter().map(String::len).sum(),
                what: What::Row(header.clone(), row),
            }));
            return;
        }
    };
    let length = match &what {
        ViewBlock::Heading { text, .. }
        | ViewBlock::Paragraph { text, .. }
        | ViewBlock::Item { text, .. }
        | ViewBlock::Code { text, .. } => text.len(),
        ViewBlock::Table { header, .. } => header.iter().map(String::len).sum(),
    };
    pieces.push(Piece {
        block: number,
        length,
        what: What::Block(what),
    });
}

/// One block alone never fills the window twice over.
fn bounded(mut text: String) -> String {
    if text.len() > MOST_TEXT {
        let cut = (0..=MOST_TEXT)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn touches(block: &Block, place: &Place) -> bool {
    match block {
        Block::Table { rows, .. } => rows.iter().any(|row| overlaps(&row.place, place)),
        _ => block_place(block).is_some_and(|own| overlaps(own, place)),
    }
}

/// Whether two places have something in common.
fn overlaps(a: &Place, b: &Place) -> bool {
    match (a, b) {
        (Place::Lines { first: a, last: b }, Place::Lines { first: c, last: d }) => a <= d && c <= b,
        (Place::Cells { sheet: a, range: x }, Place::Cells { sheet: b, range: y }) => {
            a == b && x.top <= y.bottom && y.top <= x.bottom && x.left <= y.right && y.left <= x.right
        }
        (Place::Message { message: a, inner: x }, Place::Message { message: b, inner: y }) => {
            a == b && overlaps(x, y)
        }
        (Place::Attachment { name: a, inner: x }, Place::Attachment { name: b, inner: y }) => {
            a == b && overlaps(x, y)
        }
        _ => a == b,
    }
}

/// The cells of one sheet.
struct Cells {
    name: String,
    sheets: Vec<String>,
    cells: BTreeMap<(u32, u32), String>,
    marked: Option<CellRange>,
}

/// The cells of the sheet a place is in; of the first sheet without one.
fn cells_of(blocks: Vec<Block>, place: Option<&Place>) -> Cells {
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
                        // Columns that are empty in the whole table are not told, so that what follows one stands too
                        // far left; the text of a row is right all the same.
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
fn lines_as_cells(blocks: Vec<Block>, name: String, place: Option<&Place>) -> Cells {
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
    fn window(self) -> (SheetWindow, bool, bool) {
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

#[cfg(test)]
mod tests;
