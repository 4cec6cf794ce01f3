use std::collections::HashMap;

use domain::{Block, Place};

use super::numbering::Numbering;
use super::styles::Styles;
use crate::office::table;
use crate::office::xml::{Node, Tag, Xml};

/// What the paragraphs of a document refer to.
#[derive(Default)]
pub(super) struct Context {
    pub(super) styles: Styles,
    pub(super) numbering: Numbering,
}

/// Footnotes, endnotes and comments by kind and id. Each stands after the paragraph that first refers to it.
#[derive(Default)]
pub(super) struct Notes(
    HashMap<(&'static str, String), Vec<Block>>,
    Vec<(&'static str, String)>,
);

impl Notes {
    pub(super) fn insert(&mut self, kind: &'static str, notes: Vec<(String, Vec<Block>)>) {
        for (id, blocks) in notes {
            self.1.push((kind, id.clone()));
            self.0.insert((kind, id), blocks);
        }
    }

    fn take(&mut self, kind: &'static str, id: Option<String>) -> Vec<Block> {
        id.and_then(|id| self.0.remove(&(kind, id))).unwrap_or_default()
    }

    /// Those that nothing referred to.
    fn rest(mut self) -> Vec<Block> {
        let order = std::mem::take(&mut self.1);
        order
            .into_iter()
            .filter_map(|key| self.0.remove(&key))
            .flatten()
            .collect()
    }
}

/// A paragraph as it is read.
#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: u8,
    /// Characters in bold runs, to see whether all of it is.
    bold: usize,
    /// Stands after it: text boxes, notes, charts.
    after: Vec<Block>,
}

/// A table as it is read.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    header_rows: usize,
    bold_cells: usize,
    after: Vec<Block>,
}

/// Where finished blocks go.
enum Sink {
    Blocks(Vec<Block>),
    Cell {
        text: String,
        span: usize,
        merged: bool,
        bold: bool,
    },
}

/// All blocks of a part, and whether its XML was broken.
pub(super) fn read(
    text: &str,
    context: &mut Context,
    notes: Notes,
    beside: HashMap<String, Vec<Block>>,
) -> (Vec<Block>, bool) {
    let mut reader = Reader {
        notes,
        beside,
        ..Reader::new(context)
    };
    let mut xml = Xml::new(text.as_bytes());
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => reader.start(tag, &mut xml),
            Node::End(name) => reader.end(&name),
            Node::Text(_) => {}
        }
    }
    reader.finish(xml.damaged())
}

/// Footnotes, endnotes or comments: id and blocks of each.
pub(super) fn notes(text: &str, context: &mut Context) -> Vec<(String, Vec<Block>)> {
    let mut notes = Vec::new();
    let mut xml = Xml::new(text.as_bytes());
    let mut current: Option<(String, Option<String>, Reader)> = None;
    let mut context = Some(context);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) if matches!(tag.name(), "footnote" | "endnote" | "comment") => {
                let (id, author) = (tag.attr("id").unwrap_or_default(), tag.attr("author"));
                let Some(context) = context.take() else { continue };
                current = Some((id, author, Reader::new(context)));
            }
            Node::Start(tag) => {
                if let Some((_, _, reader)) = &mut current {
                    reader.start(tag, &mut xml);
                }
            }
            Node::End(name) if matches!(name.as_str(), "footnote" | "endnote" | "comment") => {
                let Some((id, author, mut reader)) = current.take() else {
                    continue;
                };
                let mut blocks = reader.close();
                context = Some(reader.context);
                if let (Some(author), Some(Block::Paragraph { text, .. })) = (author, blocks.first_mut()) {
                    *text = format!("Comment by {author}: {text}");
                }
                if !blocks.is_empty() {
                    notes.push((id, blocks));
                }
            }
            Node::End(name) => {
                if let Some((_, _, reader)) = &mut current {
                    reader.end(&name);
                }
            }
            Node::Text(_) => {}
        }
    }
    notes
}

struct Reader<'a> {
    context: &'a mut Context,
    notes: Notes,
    beside: HashMap<String, Vec<Block>>,
    sinks: Vec<Sink>,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// Inside a run: whether it is bold.
    bold: bool,
    in_run_properties: bool,
    in_paragraph_properties: bool,
}

impl<'a> Reader<'a> {
    fn new(context: &'a mut Context) -> Self {
        Self {
            context,
            notes: Notes::default(),
            beside: HashMap::new(),
            sinks: vec![Sink::Blocks(Vec::new())],
            paragraphs: Vec::new(),
            tables: Vec::new(),
            bold: false,
            in_run_properties: false,
            in_paragraph_properties: false,
        }
    }

    fn start<R: std::io::BufRead>(&mut self, tag: Tag, xml: &mut Xml<R>) {
        match tag.name() {
            "p" => self.paragraphs.push(Paragraph::default()),
            "tbl" => self.tables.push(Table::default()),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "tc" => self.sinks.push(Sink::Cell {
                text: String::new(),
                span: 1,
                merged: false,
                bold: true,
            }),
            "txbxContent" => self.sinks.push(Sink::Blocks(Vec::new())),
            // Older copies of what stands beside them, text that was deleted or moved away, and how to pronounce it.
            "Fallback" | "del" | "moveFrom" | "delText" | "rt" | "pPrChange" | "rPrChange" | "instrText"
            | "sectPr" => xml.skip(),
            "pPr" => self.in_paragraph_properties = true,
            "rPr" => self.in_run_properties = true,
            "r" => self.bold = false,
            "t" => {
                let text = xml.text(&[]);
                self.push(&text);
            }
            "tab" if !self.in_paragraph_properties => self.push("\t"),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "sym" => {
                // Symbol fonts use the private area, where U+F0xx stands for the font's character xx.
                if let Some(char) = tag
                    .attr("char")
                    .and_then(|code| u32::from_str_radix(&code, 16).ok())
                    .and_then(char::from_u32)
                    && !('\u{e000}'..='\u{f8ff}').contains(&char)
                {
                    self.push(char.encode_utf8(&mut [0; 4]));
                }
            }
            "footnoteReference" => self.refer("footnotes", &tag),
            "endnoteReference" => self.refer("endnotes", &tag),
            "commentReference" => self.refer("comments", &tag),
            "chart" | "relIds" | "altChunk" => {
                let id = tag.prefixed("id").or_else(|| tag.prefixed("dm"));
                if let Some(blocks) = id.and_then(|id| self.beside.remove(&id)) {
                    self.after(blocks);
                }
            }
            "docPr" => {
                // The words that a picture is described with.
                let words = tag
                    .attr("descr")
                    .or_else(|| tag.attr("title"))
                    .filter(|words| words.contains(' '));
                if let (Some(words), Some(_)) = (words, self.paragraphs.last()) {
                    self.after(vec![Block::Paragraph {
                        text: words,
                        place: Place::Whole,
                    }]);
                }
            }
            _ => self.property(&tag),
        }
    }

    fn property(&mut self, tag: &Tag) {
        if self.in_run_properties {
            if tag.name() == "b" && !self.in_paragraph_properties {
                self.bold = tag.is_on();
            }
            return;
        }
        if let (true, Some(paragraph)) = (self.in_paragraph_properties, self.paragraphs.last_mut()) {
            match tag.name() {
                "pStyle" => paragraph.style = tag.attr("val"),
                "outlineLvl" => paragraph.outline = tag.number("val"),
                "numId" => paragraph.list = tag.attr("val"),
                "ilvl" => paragraph.level = tag.number("val").unwrap_or(0),
                _ => {}
            }
            return;
        }
        match (tag.name(), self.sinks.last_mut()) {
            ("gridSpan", Some(Sink::Cell { span, .. })) => {
                *span = tag.number("val").unwrap_or(1).clamp(1, 64)
            }
            ("vMerge", Some(Sink::Cell { merged, .. })) => {
                *merged = tag.attr("val").as_deref() != Some("restart")
            }
            ("tblHeader", _) if tag.is_on() => {
                if let Some(table) = self.tables.last_mut()
                    && table.header_rows + 1 == table.rows.len()
                {
                    table.header_rows += 1;
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => self.end_paragraph(),
            "pPr" => self.in_paragraph_properties = false,
            "rPr" => self.in_run_properties = false,
            "tc" => self.end_cell(),
            "tbl" => self.end_table(),
            "txbxContent" => {
                if self.sinks.len() > 1
                    && let Some(Sink::Blocks(blocks)) = self.sinks.pop()
                {
                    self.after(blocks);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.push_str(text);
            paragraph.bold += if self.bold { text.trim().len() } else { 0 };
        }
    }

    fn refer(&mut self, kind: &'static str, tag: &Tag) {
        let blocks = self.notes.take(kind, tag.attr("id"));
        self.after(blocks);
    }

    /// Keeps blocks until the paragraph or outermost table that they belong to is complete.
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
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        let text = paragraph.text.trim();
        let style = paragraph
            .style
            .as_ref()
            .and_then(|style| self.context.styles.get(style));
        let heading = match paragraph.outline {
            Some(outline) => (outline < 9).then_some(outline + 1),
            None => style.and_then(|style| style.heading),
        };
        let list = match &paragraph.list {
            // List 0 takes the paragraph out of its style's list.
            Some(list) => (list != "0").then(|| (list.clone(), paragraph.level)),
            None => style.and_then(|style| style.list.clone()),
        };
        let number = match &list {
            Some((list, level)) if !text.is_empty() => self.context.numbering.count(list, *level),
            _ => None,
        };
        let text = match number {
            Some(number) => format!("{number} {text}"),
            None => text.to_owned(),
        };
        let place = Place::Whole;
        match self.sinks.last_mut() {
            _ if text.is_empty() => {}
            Some(Sink::Cell { text: cell, bold, .. }) => {
                *bold &= paragraph.bold >= paragraph.text.trim().len();
                if !cell.is_empty() {
                    cell.push('\n');
                }
                cell.push_str(&text);
            }
            Some(Sink::Blocks(blocks)) => blocks.push(match (heading, list) {
                (Some(level), _) => Block::Heading {
                    level,
                    text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                    place,
                },
                (None, Some(_)) => Block::Item { text, place },
                (None, None) => Block::Paragraph { text, place },
            }),
            None => {}
        }
        if !paragraph.after.is_empty() {
            self.after(paragraph.after);
        }
    }

    fn end_cell(&mut self) {
        if !matches!(self.sinks.last(), Some(Sink::Cell { .. })) {
            return;
        }
        let Some(Sink::Cell {
            text,
            span,
            merged,
            bold,
        }) = self.sinks.pop()
        else {
            return;
        };
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        let (above, row) = match table.rows.as_mut_slice() {
            [.., above, row] => (Some(above), row),
            [row] => (None, row),
            [] => return,
        };
        // A merged cell says in each of its rows what it says in the first.
        let text = match above.and_then(|above| above.get(row.len())) {
            Some(above) if merged && text.is_empty() => above.clone(),
            _ => text,
        };
        let first_row = table.rows.len() == 1;
        table.bold_cells += usize::from(first_row && bold && !text.is_empty());
        if let Some(row) = table.rows.last_mut() {
            row.push(text);
            row.extend(std::iter::repeat_n(String::new(), span - 1));
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        let bold_row = table.rows.first().is_some_and(|row| {
            let filled = row.iter().filter(|cell| !cell.is_empty()).count();
            filled > 1 && filled == table.bold_cells
        });
        let marked = table.header_rows.max(usize::from(bold_row));
        let blocks = table::blocks(table.rows, marked, &Place::Whole);
        match self.sinks.last_mut() {
            Some(Sink::Blocks(sink)) => {
                sink.extend(blocks);
                sink.extend(table.after);
            }
            Some(Sink::Cell { text, .. }) => {
                for block in blocks {
                    append(text, &block);
                }
                self.after(table.after);
            }
            None => {}
        }
    }

    fn close(&mut self) -> Vec<Block> {
        // What a broken file left open is closed from the inside out.
        while self.paragraphs.len() + self.tables.len() + self.sinks.len() > 1 {
            if !self.paragraphs.is_empty() {
                self.end_paragraph();
            } else if matches!(self.sinks.last(), Some(Sink::Cell { .. })) {
                self.end_cell();
            } else if self.sinks.len() > 1 {
                self.end("txbxContent");
            } else {
                self.end_table();
            }
        }
        match self.sinks.first_mut() {
            Some(Sink::Blocks(blocks)) => std::mem::take(blocks),
            _ => Vec::new(),
        }
    }

    fn finish(mut self, damaged: bool) -> (Vec<Block>, bool) {
        let mut blocks = self.close();
        blocks.extend(std::mem::take(&mut self.notes).rest());
        (blocks, damaged)
    }
}

/// A table inside a cell becomes lines of the cell.
fn append(cell: &mut String, block: &Block) {
    let mut line = |text: &str| {
        if !cell.is_empty() {
            cell.push('\n');
        }
        cell.push_str(text);
    };
    match block {
        Block::Heading { text, .. }
        | Block::Paragraph { text, .. }
        | Block::Item { text, .. }
        | Block::Code { text, .. } => {
            line(text);
        }
        Block::Table { header, rows } => {
            for cells in std::iter::once(header).chain(rows.iter().map(|row| &row.cells)) {
                let filled: Vec<&str> = cells
                    .iter()
                    .map(String::as_str)
                    .filter(|cell| !cell.is_empty())
                    .collect();
                if !filled.is_empty() {
                    line(&filled.join("; "));
                }
            }
        }
    }
}
