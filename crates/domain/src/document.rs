use serde::{Deserialize, Serialize};

use crate::Place;

/// What kind of file a document is, found from its content first and its name second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the formats' own
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Format {
    Pdf,
    Docx,
    Doc,
    Pptx,
    Ppt,
    Xlsx,
    Xlsb,
    Xls,
    Odt,
    Ods,
    Odp,
    Csv,
    Rtf,
    Html,
    Markdown,
    Text,
    Eml,
    Msg,
    Mbox,
    Epub,
    Json,
    Xml,
    Image,
    Other,
}

/// A file as it was read: its blocks in reading order and what it says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The title that the file gives itself: document properties, first heading, mail subject. Never the file name.
    pub title: Option<String>,
    /// Who wrote it, as the file says.
    pub author: Option<String>,
    /// When the file says it was written or sent: RFC 3339, or a plain date.
    pub written: Option<String>,
    /// Number of pages, slides, sheets, chapters or messages, where the format has them.
    pub parts: Option<u32>,
    /// The content in reading order.
    pub blocks: Vec<Block>,
    /// Plain sentences about what could not be read, for example `Pages 3 and 4 are pictures without text.`
    pub notices: Vec<String>,
}

/// One piece of a document's structure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading; opens a section.
    Heading {
        /// 1 for the outermost.
        level: u8,
        /// One line.
        text: String,
        /// Where it stands.
        place: Place,
    },
    /// A paragraph, or a line of text where the format knows no paragraphs.
    Paragraph {
        /// May hold line breaks.
        text: String,
        /// Where it stands.
        place: Place,
    },
    /// An item of a list.
    Item {
        /// Without its bullet; with its number where the number is part of the text.
        text: String,
        /// Where it stands.
        place: Place,
    },
    /// Source code or other text in which line breaks and spaces mean something.
    Code {
        /// As it stands.
        text: String,
        /// Where it stands.
        place: Place,
    },
    /// A table.
    Table {
        /// Column headings; empty where the table has none.
        header: Vec<String>,
        /// The rows below the header.
        rows: Vec<Row>,
    },
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// One text a column; empty for an empty cell.
    pub cells: Vec<String>,
    /// Where the row stands.
    pub place: Place,
}

impl Document {
    /// All text in reading order, blocks parted by line breaks and cells by tabs.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            match block {
                Block::Heading { text, .. }
                | Block::Paragraph { text, .. }
                | Block::Item { text, .. }
                | Block::Code { text, .. } => {
                    out.push_str(text);
                    out.push('\n');
                }
                Block::Table { header, rows } => {
                    for cells in std::iter::once(header).chain(rows.iter().map(|row| &row.cells)) {
                        if cells.iter().any(|cell| !cell.is_empty()) {
                            out.push_str(&cells.join("\t"));
                            out.push('\n');
                        }
                    }
                }
            }
        }
        out
    }
}
