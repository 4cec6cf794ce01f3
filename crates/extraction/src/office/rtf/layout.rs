//! From text and the ends of paragraphs, cells and groups to blocks.

use domain::{Block, Document, Place};

use super::super::table;
use super::{Destination, Reader};

impl Reader {
    /// Restores what the brace saved and keeps what the group was for.
    pub(super) fn close_group(&mut self) {
        let inner = self.state.destination;
        if let Some(state) = self.stack.pop() {
            self.state = state;
        }
        self.list_text = false;
        match (inner, self.state.destination) {
            (Destination::Styles, _) => {
                let (number, name, outline) = std::mem::take(&mut self.style);
                let name = name.trim_end_matches(';').trim().to_lowercase();
                let named = name
                    .strip_prefix("heading ")
                    .and_then(|level| level.split(' ').next()?.parse().ok());
                let level = outline.or(named).or((name == "title").then_some(1));
                if let Some(level) = level.filter(|level| (1..=9).contains(level)) {
                    self.styles.push((number, level));
                }
            }
            (Destination::Note, outer) if outer != Destination::Note => {
                let text = std::mem::take(&mut self.note).trim().to_owned();
                if !text.is_empty() {
                    self.notes.push(Block::Paragraph {
                        text,
                        place: Place::Whole,
                    });
                }
            }
            (Destination::Margin, outer) if outer != Destination::Margin => {
                for line in std::mem::take(&mut self.margin)
                    .lines()
                    .map(str::trim)
                    .filter(|line| line.chars().any(char::is_alphabetic))
                {
                    let block = Block::Paragraph {
                        text: line.to_owned(),
                        place: Place::Whole,
                    };
                    if !self.margins.contains(&block) {
                        self.margins.push(block);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn end_paragraph(&mut self) {
        match self.state.destination {
            Destination::Note => self.note.push('\n'),
            Destination::Margin => self.margin.push('\n'),
            Destination::Body if self.look.in_table => self.text.push('\n'),
            Destination::Body => {
                self.end_table();
                self.paragraph();
            }
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let place = Place::Whole;
        let styled = self
            .styles
            .iter()
            .find(|(style, _)| *style == self.look.style)
            .map(|(_, level)| *level);
        if !text.is_empty() {
            self.blocks.push(match self.look.outline.or(styled) {
                Some(level) => Block::Heading {
                    level,
                    text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                    place,
                },
                None if self.look.listed => Block::Item { text, place },
                None => Block::Paragraph { text, place },
            });
        }
        self.blocks.append(&mut self.notes);
    }

    pub(super) fn end_cell(&mut self) {
        if self.state.destination == Destination::Body {
            self.cell.push_str(std::mem::take(&mut self.text).trim());
            self.row.push(std::mem::take(&mut self.cell));
        }
    }

    pub(super) fn end_row(&mut self) {
        if !self.row.is_empty() {
            self.rows.push(std::mem::take(&mut self.row));
        }
    }

    fn end_table(&mut self) {
        self.end_row();
        if !self.rows.is_empty() {
            self.blocks
                .extend(table::blocks(std::mem::take(&mut self.rows), 0, &Place::Whole));
        }
    }

    /// The document, when everything was read.
    pub(super) fn finish(mut self) -> Document {
        self.end_table();
        self.paragraph();
        self.document.blocks = self.blocks;
        self.document.blocks.extend(self.margins);
        for said in [&mut self.document.title, &mut self.document.author] {
            *said = said.take().filter(|said| !said.trim().is_empty());
        }
        self.document
    }
}
