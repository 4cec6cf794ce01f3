//! The binary formats of Office 97 to 2003, DOC and PPT ([MS-DOC], [MS-PPT]), and Word 6 and 95, read with `office_oxide`.

use std::io::Cursor;

use domain::{Block, Document, Place};
use office_oxide::format::DocumentFormat;
use office_oxide::ir::{self, Element, InlineContent, ListStyle, inline_to_text};
use office_oxide::options::ParseOptions;
use office_oxide::{OfficeError, doc::DocError, ppt::PptError, xls::XlsError};

use super::{COMPOUND, rtf, table};
use crate::{Limits, Stop};

/// Reads a DOC.
pub(crate) fn read_doc(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    // Word also saves RTF under this ending.
    if bytes.starts_with(b"{\\rtf") {
        return rtf::read(bytes, limits);
    }
    let ir = open(bytes, DocumentFormat::Doc, limits)?;
    let mut document = described(&ir);
    let mut margins = Vec::new();
    for section in &ir.sections {
        let mut reader = Reader {
            place: Place::Whole,
            blocks: Vec::new(),
        };
        reader.elements(&section.elements, 0);
        document.blocks.append(&mut reader.blocks);
        let all = [
            &section.header,
            &section.footer,
            &section.first_page_header,
            &section.first_page_footer,
            &section.even_page_header,
            &section.even_page_footer,
        ];
        for margin in all.into_iter().flatten() {
            reader.elements(&margin.content, 0);
        }
        for block in reader.blocks.into_iter().map(plain) {
            if !margins.contains(&block) {
                margins.push(block);
            }
        }
    }
    document.blocks.extend(margins);
    Ok(document)
}

/// Reads a PPT.
pub(crate) fn read_ppt(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let ir = open(bytes, DocumentFormat::Ppt, limits)?;
    let mut document = described(&ir);
    document.parts = u32::try_from(ir.sections.len()).ok();
    for (slide, section) in (1..).zip(&ir.sections) {
        let place = Place::Slide { slide };
        let mut reader = Reader {
            place: place.clone(),
            blocks: Vec::new(),
        };
        if let Some(title) = section
            .title
            .as_deref()
            .map(str::trim)
            .filter(|title| !title.is_empty())
        {
            reader.blocks.push(Block::Heading {
                level: 1,
                text: title.to_owned(),
                place,
            });
        }
        let start = reader.blocks.len();
        reader.elements(&section.elements, 0);
        // The title is also one of the slide's texts.
        if let (Some(Block::Heading { text: title, .. }), Some(first)) =
            (reader.blocks.first(), reader.blocks.get(start))
            && start > 0
            && matches!(first, Block::Heading { text, .. } | Block::Paragraph { text, .. } if text == title)
        {
            reader.blocks.remove(start);
        }
        if let Some(notes) = &section.speaker_notes {
            let start = reader.blocks.len();
            reader.elements(notes, 0);
            let notes: Vec<Block> = reader.blocks.drain(start..).map(plain).collect();
            reader.blocks.extend(notes);
        }
        for header in [&section.header, &section.footer].into_iter().flatten() {
            reader.elements(&header.content, 0);
        }
        document.blocks.extend(reader.blocks);
    }
    Ok(document)
}

/// Opens an old document with `office_oxide`, which bounds what it unpacks and copies.
fn open(bytes: &[u8], format: DocumentFormat, limits: &Limits) -> Result<ir::DocumentIR, Stop> {
    if !bytes.starts_with(&COMPOUND) && format == DocumentFormat::Ppt {
        return Err(Stop::corrupt("it is not an old PowerPoint presentation"));
    }
    Ok(document(bytes, format, limits)?.to_ir())
}

/// The same, for what the library's common form of all documents leaves out.
pub(super) fn document(
    bytes: &[u8],
    format: DocumentFormat,
    limits: &Limits,
) -> Result<office_oxide::Document, Stop> {
    let mut options = ParseOptions::default();
    options.limits.memory_bytes = limits.memory_bytes / 4;
    options.limits.part_bytes = limits.memory_bytes / 8;
    options.limits.package_bytes = limits.memory_bytes;
    options.limits.text_chars =
        usize::try_from(limits.output_bytes(bytes.len() as u64)).unwrap_or(usize::MAX);
    let document = office_oxide::Document::from_reader_with(Cursor::new(bytes.to_vec()), format, &options);
    document.map_err(|error| stop(&error))
}

fn stop(error: &OfficeError) -> Stop {
    match error {
        OfficeError::Doc(DocError::Encrypted)
        | OfficeError::Ppt(PptError::Encrypted)
        | OfficeError::Xls(XlsError::Encrypted | XlsError::EncryptionNotSupported(_)) => Stop::encrypted(),
        other => {
            let words = other.to_string();
            let words = words.trim_end_matches('.');
            if words.contains("encrypt") || words.contains("password") {
                Stop::encrypted()
            } else {
                Stop::corrupt(words)
            }
        }
    }
}

/// The properties of the file, and what the library could not read of it.
fn described(ir: &ir::DocumentIR) -> Document {
    let words = |text: &Option<String>| {
        text.as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let metadata = &ir.metadata;
    let mut document = Document {
        title: words(&metadata.title),
        author: words(&metadata.author),
        written: words(&metadata.modified).or_else(|| words(&metadata.created)),
        ..Document::default()
    };
    if metadata.text_truncated {
        document
            .notices
            .push("The file is damaged or too large: some of its text is missing.".to_owned());
    }
    document
}

struct Reader {
    place: Place,
    blocks: Vec<Block>,
}

/// Elements nest in tables, lists and boxes; files that nest deeper than this are made to do harm.
const DEPTH: usize = 40;

impl Reader {
    fn elements(&mut self, elements: &[Element], depth: usize) {
        if depth > DEPTH {
            return;
        }
        for element in elements {
            match element {
                Element::Heading(heading) => {
                    let (level, text, place) = (
                        heading.clamped_level(),
                        line(&heading.content),
                        self.place.clone(),
                    );
                    if !text.is_empty() {
                        self.blocks.push(Block::Heading { level, text, place });
                    }
                }
                Element::Paragraph(paragraph) => {
                    let text = inline_to_text(&paragraph.content);
                    let heading = paragraph
                        .placeholder_role
                        .as_deref()
                        .is_some_and(|role| role.to_lowercase().contains("title"));
                    match paragraph.outline_level.filter(|level| *level < 9) {
                        Some(level) if !text.trim().is_empty() => {
                            self.blocks.push(Block::Heading {
                                level: level + 1,
                                text: line(&paragraph.content),
                                place: self.place.clone(),
                            });
                        }
                        _ if heading && !text.trim().is_empty() => {
                            self.blocks.push(Block::Heading {
                                level: 1,
                                text: line(&paragraph.content),
                                place: self.place.clone(),
                            });
                        }
                        _ => self.paragraph(&text),
                    }
                }
                Element::CodeBlock(code) => {
                    self.blocks.push(Block::Code {
                        text: code.content.clone(),
                        place: self.place.clone(),
                    });
                }
                Element::Table(table) => self.table(table, depth),
                Element::List(list) => self.list(list, depth),
                Element::TextBox(text_box) => self.elements(&text_box.content, depth + 1),
                Element::Footnote(note) | Element::Endnote(note) => self.elements(&note.content, depth + 1),
                Element::Image(image) => {
                    if let Some(words) = image.alt_text.as_deref().filter(|words| words.contains(' ')) {
                        self.paragraph(words);
                    }
                }
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph {
                text: text.to_owned(),
                place: self.place.clone(),
            });
        }
    }

    fn list(&mut self, list: &ir::List, depth: usize) {
        if depth > DEPTH {
            return;
        }
        let first = list.start_number.unwrap_or(1);
        let numbered = list.ordered
            && !matches!(
                list.style,
                None | Some(ListStyle::Bullet | ListStyle::Dash | ListStyle::Square | ListStyle::Circle)
            );
        for (number, item) in (first..).zip(&list.items) {
            let mut inner = Self {
                place: self.place.clone(),
                blocks: Vec::new(),
            };
            inner.elements(&item.content, depth + 1);
            let mut blocks = inner.blocks.into_iter();
            if let Some(block) = blocks.next() {
                self.blocks.push(match block {
                    Block::Paragraph { text, place } => {
                        let text = if numbered {
                            format!("{number}{} {text}", list.ordered_delimiter())
                        } else {
                            text
                        };
                        Block::Item { text, place }
                    }
                    other => other,
                });
            }
            self.blocks.extend(blocks);
            if let Some(nested) = &item.nested {
                self.list(nested, depth + 1);
            }
        }
    }

    fn table(&mut self, table: &ir::Table, depth: usize) {
        let mut rows = Vec::new();
        for row in &table.rows {
            let mut cells = Vec::new();
            for cell in &row.cells {
                let mut inner = Self {
                    place: Place::Whole,
                    blocks: Vec::new(),
                };
                inner.elements(&cell.content, depth + 1);
                cells.push(
                    Document {
                        blocks: inner.blocks,
                        ..Document::default()
                    }
                    .text()
                    .trim()
                    .replace('\t', "; "),
                );
                cells.extend(std::iter::repeat_n(
                    String::new(),
                    (cell.col_span.clamp(1, 64) - 1) as usize,
                ));
            }
            rows.push(cells);
        }
        let marked = table
            .rows
            .iter()
            .take_while(|row| row.is_header || row.repeat_as_header)
            .count();
        self.blocks.extend(table::blocks(rows, marked, &self.place));
    }
}

fn line(content: &[InlineContent]) -> String {
    inline_to_text(content)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn plain(block: Block) -> Block {
    match block {
        Block::Heading { text, place, .. } | Block::Item { text, place } => Block::Paragraph { text, place },
        other => other,
    }
}
