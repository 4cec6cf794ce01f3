//! A document as the evidence pane shows it: a window around a place, never more than a page can hold.

mod mail;
mod pieces;
mod sheet;

use domain::{Block, CellRange, Document, DocumentId, Format, Labels, Place};
use retrieval::FileFacts;
use serde::Serialize;

use crate::age::dated;
use crate::commands::RecordPlace;

/// What the evidence pane shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DocumentView {
    /// Its id.
    pub document: DocumentId,
    /// The record that it is the copy of.
    pub record: Option<RecordPlace>,
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
            record: None,
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
                sheet::lines_as_cells(document.blocks, name, place)
            } else {
                sheet::cells_of(document.blocks, place)
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
            let (mail, body) = mail::head_of(blocks);
            view.mail = Some(mail);
            pieces::put(&mut view, body, place, passage);
            view.more_before |= first > 0;
            view.more_after |= last < all;
        }
        Shape::Pdf | Shape::Slides | Shape::Text => pieces::put(&mut view, document.blocks, place, passage),
    }
    view
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

#[cfg(test)]
mod tests;
