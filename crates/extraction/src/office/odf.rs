//! OpenDocument text (ODT) and presentations (ODP): ISO/IEC 26300-3. Sheets are read with the others.

use domain::{Block, Document, Place};

use super::xml::{Node, Tag, Xml};
use super::{note_damage, open, parts, table};
use crate::{Limits, Stop, package::Package};

/// Reads an ODT.
pub(crate) fn read_text(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    read(bytes, limits)
}

/// Reads an ODP. Slides are pages of drawings, found by their element.
pub(crate) fn read_slides(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    read(bytes, limits)
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let mut package = open(bytes, limits)?;
    refuse_encrypted(&mut package)?;
    let Some(text) = package.text("content.xml")? else {
        return Err(Stop::corrupt("its part `content.xml` is missing"));
    };
    let mut document = Document::default();
    parts::properties(&mut package, &mut document)?;
    let mut reader = Reader::new();
    let damaged = reader.run(&text);
    document.parts = (reader.slide > 0).then_some(reader.slide);
    document.blocks = reader.close();
    // Headers, footers and what master slides show.
    if let Some(text) = package.text("styles.xml")? {
        for block in margins(&text) {
            if !document.blocks.contains(&block) {
                document.blocks.push(block);
            }
        }
    }
    note_damage(&mut document, &package, damaged);
    Ok(document)
}

/// Parts of an encrypted OpenDocument file are listed with their key (ISO/IEC 26300-2, 4.8.3).
pub(super) fn refuse_encrypted(package: &mut Package) -> Result<(), Stop> {
    let manifest = package.text("META-INF/manifest.xml")?.unwrap_or_default();
    let encrypted = package.has("encrypted-package") || manifest.contains("encryption-data");
    if encrypted { Err(Stop::encrypted()) } else { Ok(()) }
}

/// The text of the page styles: of master pages, headers and footers.
pub(super) fn margins(styles: &str) -> Vec<Block> {
    let Some(start) = styles.find("<office:master-styles") else {
        return Vec::new();
    };
    let mut reader = Reader::new();
    reader.masters = true;
    reader.run(&styles[start..]);
    let mut blocks: Vec<Block> = Vec::new();
    for block in reader.close() {
        let block = match block {
            Block::Heading { text, .. } | Block::Item { text, .. } | Block::Paragraph { text, .. } => {
                Block::Paragraph {
                    text,
                    place: Place::Whole,
                }
            }
            other => other,
        };
        let says = !matches!(&block, Block::Paragraph { text, .. } if !text.chars().any(char::is_alphabetic) || text.starts_with('<'));
        if says && !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    blocks
}

struct Paragraph {
    text: String,
    heading: Option<u8>,
    /// Notes and text boxes, to stand after it.
    after: Vec<Block>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    header_rows: usize,
    in_header: bool,
    repeat: usize,
    after: Vec<Block>,
}

enum Sink {
    Blocks(Vec<Block>),
    Cell { text: String, span: usize },
}

struct Reader {
    sinks: Vec<Sink>,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    lists: usize,
    slide: u32,
    /// Inside the frame of a slide's title.
    title: bool,
    /// Prefix of the next paragraph, for a comment's author.
    label: Option<String>,
    /// Reading page styles, where nothing is a slide.
    masters: bool,
    frames: Vec<bool>,
    /// Paragraph styles that mark the document's title. Headings have an element of their own.
    title_styles: Vec<String>,
}

/// Most spaces, columns or rows that a repeat count may make: sheets repeat empty ones a million times.
const REPEAT: usize = 100;

impl Reader {
    fn new() -> Self {
        Self {
            sinks: vec![Sink::Blocks(Vec::new())],
            paragraphs: Vec::new(),
            tables: Vec::new(),
            lists: 0,
            slide: 0,
            title: false,
            label: None,
            masters: false,
            frames: Vec::new(),
            title_styles: Vec::new(),
        }
    }

    /// Reads XML; true if it was broken.
    fn run(&mut self, text: &str) -> bool {
        let mut xml = Xml::new(text.as_bytes());
        while let Some(node) = xml.next() {
            match node {
                Node::Start(tag) => self.start(&tag, &mut xml),
                Node::End(name) => self.end(&name),
                Node::Text(text) => {
                    if let Some(paragraph) = self.paragraphs.last_mut() {
                        collapse(&mut paragraph.text, &text);
                    }
                }
            }
        }
        xml.damaged()
    }

    fn place(&self) -> Place {
        if self.slide > 0 && !self.masters {
            Place::Slide { slide: self.slide }
        } else {
            Place::Whole
        }
    }

    fn start<R: std::io::BufRead>(&mut self, tag: &Tag, xml: &mut Xml<R>) {
        match tag.name() {
            // Styles of single paragraphs are made from named ones.
            "style" if tag.attr("parent-style-name").as_deref() == Some("Title") => {
                self.title_styles.extend(tag.attr("name"));
            }
            "p" | "h" => {
                let style = tag.attr("style-name");
                let titled =
                    style.is_some_and(|style| style == "Title" || self.title_styles.contains(&style));
                let heading =
                    (tag.name() == "h").then(|| tag.number("outline-level").unwrap_or(1).clamp(1, 9));
                let heading = heading.or((titled && self.slide == 0).then_some(1));
                let text = self.label.take().unwrap_or_default();
                self.paragraphs.push(Paragraph {
                    text,
                    heading,
                    after: Vec::new(),
                });
            }
            "s" => self.push(&" ".repeat(tag.number("c").unwrap_or(1).min(REPEAT))),
            "tab" => self.push("\t"),
            "line-break" => self.push("\n"),
            "list" => self.lists += 1,
            // What was deleted, signs that refer to notes, forms' scripts, and how to pronounce a word.
            "tracked-changes"
            | "note-citation"
            | "event-listeners"
            | "ruby-text"
            | "font-face-decls"
            | "scripts"
            | "tracked-table-changes"
            | "thumbnail" => xml.skip(),
            "note-body" | "annotation" | "text-box" => {
                self.sinks.push(Sink::Blocks(Vec::new()));
                if tag.name() == "annotation" {
                    self.label = Some("Comment: ".into());
                }
            }
            // Dates of comments and their authors' initials.
            "date" | "date-string" | "creator-initials"
                if self.paragraphs.last().is_none_or(|_| self.label.is_some()) =>
            {
                xml.skip()
            }
            "creator" if self.label.is_some() => {
                let author = xml.text(&[]);
                self.label = Some(format!("Comment by {}: ", author.trim()));
            }
            "desc" => {
                let words = xml.text(&[]);
                if words.contains(' ') {
                    let place = self.place();
                    self.after(vec![Block::Paragraph {
                        text: words.trim().to_owned(),
                        place,
                    }]);
                }
            }
            "page" => self.slide += u32::from(!self.masters),
            "frame" | "custom-shape" => {
                self.frames.push(self.title);
                self.title |= tag.attr("class").as_deref() == Some("title");
            }
            "table" => self.tables.push(Table {
                repeat: 1,
                ..Table::default()
            }),
            "table-header-rows" => {
                if let Some(table) = self.tables.last_mut() {
                    table.in_header = true;
                }
            }
            "table-row" => {
                if let Some(table) = self.tables.last_mut() {
                    table.repeat = tag.number("number-rows-repeated").unwrap_or(1).clamp(1, REPEAT);
                    table.rows.push(Vec::new());
                    table.header_rows +=
                        usize::from(table.in_header && table.header_rows + 1 == table.rows.len());
                }
            }
            "table-cell" | "covered-table-cell" => {
                let span = tag
                    .number("number-columns-repeated")
                    .unwrap_or(1)
                    .clamp(1, REPEAT);
                self.sinks.push(Sink::Cell {
                    text: String::new(),
                    span,
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => self.end_paragraph(),
            "list" => self.lists = self.lists.saturating_sub(1),
            "note-body" | "annotation" | "text-box" => {
                self.label = None;
                if self.sinks.len() > 1 && matches!(self.sinks.last(), Some(Sink::Blocks(_))) {
                    let Some(Sink::Blocks(blocks)) = self.sinks.pop() else {
                        return;
                    };
                    self.after(blocks);
                }
            }
            "frame" | "custom-shape" => self.title = self.frames.pop().unwrap_or(false),
            "table-header-rows" => {
                if let Some(table) = self.tables.last_mut() {
                    table.in_header = false;
                }
            }
            "table-row" => {
                if let Some(table) = self.tables.last_mut()
                    && let Some(row) = table
                        .rows
                        .last()
                        .filter(|row| row.iter().any(|cell| !cell.is_empty()))
                        .cloned()
                {
                    table.rows.extend(std::iter::repeat_n(row, table.repeat - 1));
                }
            }
            "table-cell" | "covered-table-cell" => {
                if !matches!(self.sinks.last(), Some(Sink::Cell { .. })) {
                    return;
                }
                let Some(Sink::Cell { text, span }) = self.sinks.pop() else {
                    return;
                };
                if let Some(row) = self.tables.last_mut().and_then(|table| table.rows.last_mut()) {
                    row.extend(std::iter::repeat_n(text, span));
                }
            }
            "table" => self.end_table(),
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn after(&mut self, blocks: Vec<Block>) {
        if let Some(table) = self.tables.first_mut() {
            table.after.extend(blocks);
        } else if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.after.extend(blocks);
        } else if let Some(Sink::Blocks(sink)) = self.sinks.last_mut() {
            sink.extend(blocks);
        }
    }

    fn end_paragraph(&mut self) {
        let Some(Paragraph { text, heading, after }) = self.paragraphs.pop() else {
            return;
        };
        let text = text.trim().to_owned();
        let place = self.place();
        let heading = heading.or((self.title && self.slide > 0).then_some(1));
        match self.sinks.last_mut() {
            _ if text.is_empty() => {}
            Some(Sink::Cell { text: cell, .. }) => {
                if !cell.is_empty() {
                    cell.push('\n');
                }
                cell.push_str(&text);
            }
            Some(Sink::Blocks(blocks)) => blocks.push(match heading {
                Some(level) => Block::Heading {
                    level,
                    text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                    place,
                },
                None if self.lists > 0 => Block::Item { text, place },
                None => Block::Paragraph { text, place },
            }),
            None => {}
        }
        if !after.is_empty() {
            self.after(after);
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        let blocks = table::blocks(table.rows, table.header_rows, &self.place());
        match self.sinks.last_mut() {
            Some(Sink::Blocks(sink)) => {
                sink.extend(blocks);
                sink.extend(table.after);
            }
            Some(Sink::Cell { text, .. }) => {
                let inner = Document {
                    blocks,
                    ..Document::default()
                }
                .text()
                .replace('\t', "; ");
                text.push_str(inner.trim());
                self.after(table.after);
            }
            None => {}
        }
    }

    fn close(mut self) -> Vec<Block> {
        while self.paragraphs.len() + self.tables.len() + self.sinks.len() > 1 {
            if !self.paragraphs.is_empty() {
                self.end_paragraph();
            } else if matches!(self.sinks.last(), Some(Sink::Cell { .. })) {
                self.end("table-cell");
            } else if self.sinks.len() > 1 {
                self.end("text-box");
            } else {
                self.end_table();
            }
        }
        match self.sinks.pop() {
            Some(Sink::Blocks(blocks)) => blocks,
            _ => Vec::new(),
        }
    }
}

/// Adds text as OpenDocument reads it: white space of any length is one space (ISO/IEC 26300-3, 6.1.2).
pub(super) fn collapse(text: &mut String, more: &str) {
    for char in more.chars() {
        if matches!(char, ' ' | '\n' | '\t' | '\r') {
            if !text.ends_with([' ', '\n', '\t']) {
                text.push(' ');
            }
        } else {
            text.push(char);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tests::zip;

    fn text(body: &str) -> Document {
        let content = format!(
            "<office:document-content><office:body><office:text>{body}</office:text></office:body></office:document-content>"
        );
        let styles = "<office:document-styles><office:master-styles><style:master-page><style:header><text:p>Confidential</text:p>\
            </style:header></style:master-page></office:master-styles></office:document-styles>";
        let meta = "<m><office:meta><dc:title>Offer</dc:title><dc:date>2024-03-05T10:11:12.5</dc:date></office:meta></m>";
        let bytes = zip(&[
            ("content.xml", content.as_bytes()),
            ("styles.xml", styles.as_bytes()),
            ("meta.xml", meta.as_bytes()),
        ]);
        read_text(&bytes, &Limits::default()).unwrap()
    }

    fn paragraph(text: &str) -> Block {
        Block::Paragraph {
            text: text.into(),
            place: Place::Whole,
        }
    }

    #[test]
    fn structure_notes_and_headers_are_read() {
        let document = text(
            "<text:h text:outline-level='2'>Terms</text:h><text:list><text:list-item><text:p>one<text:s text:c='2'/>two</text:p></text:list-item></text:list>\
             <text:p>Price<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>net</text:p></text:note-body></text:note> list</text:p>",
        );
        assert_eq!(
            (document.title.as_deref(), document.written.as_deref()),
            (Some("Offer"), Some("2024-03-05"))
        );
        let heading = Block::Heading {
            level: 2,
            text: "Terms".into(),
            place: Place::Whole,
        };
        let item = Block::Item {
            text: "one  two".into(),
            place: Place::Whole,
        };
        assert_eq!(
            document.blocks,
            [
                heading,
                item,
                paragraph("Price list"),
                paragraph("net"),
                paragraph("Confidential")
            ]
        );
    }

    #[test]
    fn header_rows_of_a_table_become_its_header() {
        let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let document = text(&format!(
            "<table:table><table:table-header-rows><table:table-row>{}{}</table:table-row></table:table-header-rows>\
             <table:table-row>{}{}</table:table-row></table:table>",
            cell("Name"),
            cell("Town"),
            cell("Ann"),
            cell("Bonn"),
        ));
        let Block::Table { header, rows } = &document.blocks[0] else {
            panic!("no table")
        };
        assert_eq!(
            (header.join("|"), rows[0].cells.join("|")),
            ("Name|Town".into(), "Ann|Bonn".into())
        );
    }

    #[test]
    fn an_encrypted_file_is_recognised() {
        let bytes = zip(&[
            ("content.xml", b"\x01\x02"),
            ("META-INF/manifest.xml", b"<m><manifest:encryption-data/></m>"),
        ]);
        assert_eq!(
            read_text(&bytes, &Limits::default()).unwrap_err(),
            Stop::encrypted()
        );
    }
}
