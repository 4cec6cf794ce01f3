use domain::{Block, Document, Place, Row};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use crate::{Limits, Stop, text::decode, text::html};

/// Reads CommonMark with tables, footnotes, task lists and front matter.
pub(crate) fn read(bytes: &[u8], _: &Limits) -> Result<Document, Stop> {
    Ok(parse(&decode::decode(bytes)))
}

/// The blocks of a Markdown text, each with its lines.
pub(crate) fn parse(text: &str) -> Document {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut state = State::new(text);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        state.event(event, range);
    }
    state.flush();
    let mut document = state.document;
    document.title = document.title.or_else(|| html::first_heading(&document.blocks));
    document
}

struct State {
    document: Document,
    /// Byte offset of every line's first character.
    lines: Vec<usize>,
    /// The text of the block being read and the bytes it comes from.
    text: String,
    span: Option<std::ops::Range<usize>>,
    heading: Option<u8>,
    /// Open list items: the number, and whether the item's first text is still to come.
    items: Vec<(Option<u64>, bool)>,
    /// The next number of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
    table: Option<(Vec<String>, Vec<Row>, Vec<String>)>,
    raw: Raw,
}

/// Text that is not running text.
#[derive(PartialEq)]
enum Raw {
    No,
    Code,
    Html,
    FrontMatter(char),
}

impl State {
    fn new(text: &str) -> Self {
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            document: Document::default(),
            lines,
            text: String::new(),
            span: None,
            heading: None,
            items: Vec::new(),
            lists: Vec::new(),
            table: None,
            raw: Raw::No,
        }
    }

    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(&text, range);
            }
            Event::Html(html) => self.push(&html, range),
            Event::InlineHtml(tag) => {
                if tag.len() > 3 && tag.as_bytes()[..3].eq_ignore_ascii_case(b"<br") {
                    self.push("\n", range);
                }
            }
            Event::SoftBreak => self.push(" ", range),
            Event::HardBreak => self.push("\n", range),
            Event::Rule => self.flush(),
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }, range),
            Event::FootnoteReference(_) => {}
        }
    }

    fn push(&mut self, text: &str, range: std::ops::Range<usize>) {
        self.text.push_str(text);
        match &mut self.span {
            Some(span) => span.end = span.end.max(range.end),
            None => self.span = Some(range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: std::ops::Range<usize>) {
        match tag {
            Tag::Paragraph
            | Tag::BlockQuote(_)
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition => self.flush(),
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(depth(level));
                // The line below that makes it a heading belongs to it.
                self.span = Some(range);
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.raw = Raw::Code;
                // The fence's own line belongs to the listing.
                if matches!(kind, CodeBlockKind::Fenced(_)) {
                    self.span = Some(range);
                }
            }
            Tag::HtmlBlock => {
                self.flush();
                self.raw = Raw::Html;
            }
            Tag::MetadataBlock(kind) => {
                self.flush();
                self.raw = Raw::FrontMatter(if kind == MetadataBlockKind::YamlStyle {
                    ':'
                } else {
                    '='
                });
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush();
                let number = self.lists.last_mut().and_then(|next| {
                    let number = *next;
                    *next = next.map(|n| n.saturating_add(1));
                    number
                });
                self.items.push((number, true));
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Default::default());
            }
            Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. } => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: std::ops::Range<usize>) {
        match tag {
            TagEnd::Item => {
                self.flush();
                self.items.pop();
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let cell = self.text.replace('\n', " ").trim().to_owned();
                self.text.clear();
                self.span = None;
                if let Some((_, _, row)) = &mut self.table {
                    row.push(cell);
                }
            }
            TagEnd::TableHead => {
                if let Some((header, _, row)) = &mut self.table {
                    *header = std::mem::take(row);
                }
            }
            TagEnd::TableRow => {
                let place = self.place(&range);
                if let Some((_, rows, row)) = &mut self.table {
                    rows.push(Row {
                        cells: std::mem::take(row),
                        place,
                    });
                }
            }
            TagEnd::Table => {
                if let Some((header, rows, _)) = self.table.take() {
                    self.document.blocks.push(Block::Table { header, rows });
                }
            }
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image => {}
            _ => self.flush(),
        }
    }

    /// Ends the block being read.
    fn flush(&mut self) {
        let heading = self.heading.take();
        let raw = std::mem::replace(&mut self.raw, Raw::No);
        let text = std::mem::take(&mut self.text);
        let Some(span) = self.span.take() else { return };
        let place = self.place(&span);
        match raw {
            Raw::Code => {
                let text = text.trim_end().to_owned();
                self.document.blocks.push(Block::Code { text, place });
                return;
            }
            Raw::Html => {
                // Most are only an anchor; the tokenizer is costly beside that.
                if has_words(&text) {
                    self.document.blocks.extend(html::blocks(&text, &place).blocks);
                }
                return;
            }
            Raw::FrontMatter(sign) => {
                self.front_matter(&text, sign);
                return;
            }
            Raw::No => {}
        }
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if let Some(level) = heading {
            self.document.blocks.push(Block::Heading {
                level,
                text: text.replace('\n', " "),
                place,
            });
            return;
        }
        let block = match self.items.last_mut() {
            Some((number, fresh @ true)) => {
                *fresh = false;
                let text = number.map_or_else(|| text.to_owned(), |number| format!("{number}. {text}"));
                Block::Item { text, place }
            }
            _ => Block::Paragraph {
                text: text.to_owned(),
                place,
            },
        };
        self.document.blocks.push(block);
    }

    /// Takes title, author and date from front matter; nested values are not looked at.
    fn front_matter(&mut self, text: &str, sign: char) {
        for line in text.lines() {
            let Some((key, value)) = line.split_once(sign) else {
                continue;
            };
            let value = value.trim().trim_matches(['"', '\'']).trim();
            if value.is_empty() || value.starts_with(['[', '{', '|', '>']) {
                continue;
            }
            let slot = match key.trim_end() {
                "title" => &mut self.document.title,
                "author" => &mut self.document.author,
                "date" => &mut self.document.written,
                _ => continue,
            };
            slot.get_or_insert_with(|| value.to_owned());
        }
    }

    fn place(&self, span: &std::ops::Range<usize>) -> Place {
        let line = |at: usize| self.lines.partition_point(|&start| start <= at) as u32;
        Place::Lines {
            first: line(span.start),
            last: line(span.end.saturating_sub(1).max(span.start)),
        }
    }
}

/// Whether markup holds anything but tags, or a picture, which may have words of its own.
fn has_words(html: &str) -> bool {
    let mut inside = false;
    html.contains("<img")
        || html.chars().any(|char| {
            inside = (inside || char == '<') && char != '>';
            !inside && char != '>' && !char.is_whitespace()
        })
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(first: u32, last: u32) -> Place {
        Place::Lines { first, last }
    }

    #[test]
    fn a_guide_page_becomes_headings_paragraphs_items_code_and_a_table() {
        let text = "# Quotas<a name=\"quotas\"></a>\n\nSee [the console](https://example.org/x) and\n`list-quotas`\\.\n\n\
                    1. First\n1. Second\n   more\n   + inner\n\n```\ncall()\n  deep\n```\n\n\
                    | Name | Value |\n| --- | --- |\n| a<br>b | 5\\|6 |\n";
        let document = parse(text);
        assert_eq!(document.title.as_deref(), Some("Quotas"));
        let table = Block::Table {
            header: vec!["Name".into(), "Value".into()],
            rows: vec![Row {
                cells: vec!["a b".into(), "5|6".into()],
                place: lines(18, 18),
            }],
        };
        let expected = [
            Block::Heading {
                level: 1,
                text: "Quotas".into(),
                place: lines(1, 1),
            },
            Block::Paragraph {
                text: "See the console and list-quotas.".into(),
                place: lines(3, 4),
            },
            Block::Item {
                text: "1. First".into(),
                place: lines(6, 6),
            },
            Block::Item {
                text: "2. Second more".into(),
                place: lines(7, 8),
            },
            Block::Item {
                text: "inner".into(),
                place: lines(9, 9),
            },
            Block::Code {
                text: "call()\n  deep".into(),
                place: lines(11, 14),
            },
            table,
        ];
        assert_eq!(document.blocks, expected);
    }

    #[test]
    fn front_matter_gives_the_title_and_is_not_text() {
        for text in [
            "---\ntitle: \"Price list\"\nauthor: Ann\n---\n# Other\n",
            "+++\ntitle = 'Price list'\n+++\n# Other\n",
        ] {
            let document = parse(text);
            assert_eq!(document.title.as_deref(), Some("Price list"));
            assert_eq!(document.text(), "Other\n");
        }
    }

    #[test]
    fn underlined_headings_images_and_html_keep_their_words() {
        let document = parse(
            "Title\n=====\n\nPart\n----\n\n![A diagram](x.png)\n\n<table><tr><td>one</td><td>two</td></tr></table>\n",
        );
        let text = document.text();
        assert_eq!(text, "Title\nPart\nA diagram\none\ttwo\n");
        assert!(
            matches!(&document.blocks[1], Block::Heading { level: 2, place, .. } if *place == lines(4, 5))
        );
    }

    #[test]
    fn deep_nesting_does_not_overflow() {
        for unit in ["> ", "- ", "[", "*a ", "<div>"] {
            parse(&unit.repeat(20_000));
        }
    }
}
