use domain::{Block, Document, Place, ReadStatus};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::{Limits, Stop, package, text::plain};

/// Elements nested deeper than this are not a document.
const DEPTH: usize = 1000;

/// Reads any XML: text as paragraphs, and elements that hold nothing but values as lines `name: value`.
///
/// Entities other than the five of XML and character references are left as they stand: they are never resolved,
/// so that nothing is multiplied or fetched.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let text = package::decode_xml(bytes.to_vec());
    let mut tree = Tree::default();
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let (mut line, mut seen) = (1_u32, 0_usize);
    let limit = limits.output_bytes(bytes.len() as u64);
    loop {
        let event = reader.read_event();
        let at = (reader.buffer_position() as usize).min(text.len());
        let begin = line;
        line += text
            .as_bytes()
            .get(seen..at)
            .unwrap_or_default()
            .iter()
            .filter(|&&b| b == b'\n')
            .count() as u32;
        seen = at.max(seen);
        match event {
            Ok(Event::Start(start)) => {
                tree.open(&start, begin)?;
                tree.last = line;
            }
            Ok(Event::Empty(start)) => {
                tree.open(&start, begin)?;
                tree.last = line;
                tree.close();
            }
            Ok(Event::End(_)) => {
                tree.last = line;
                tree.close();
            }
            Ok(Event::Text(part)) => tree.text(&part.xml10_content(), line),
            Ok(Event::CData(part)) => tree.text(&part.xml10_content(), line),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(char)) => tree.text(char.encode_utf8(&mut [0; 4]), line),
                _ => {
                    let name = reference.xml10_content();
                    match quick_xml::escape::resolve_predefined_entity(&name) {
                        Some(sign) => tree.text(sign, line),
                        None => tree.text(&format!("&{name};"), line),
                    }
                }
            },
            Ok(Event::Eof) => break,
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Err(error) => {
                tree.notices
                    .push(format!("The XML is broken near line {line}: {error}."));
                break;
            }
        }
        if tree.bytes > limit {
            break;
        }
    }
    while !tree.open.is_empty() {
        tree.close();
    }
    if tree.blocks.is_empty() && !tree.notices.is_empty() {
        // Not XML at all, but somebody's text.
        return Ok(Document {
            blocks: plain::blocks(&text, false),
            notices: tree.notices,
            ..Document::default()
        });
    }
    Ok(Document {
        blocks: tree.blocks,
        notices: tree.notices,
        ..Document::default()
    })
}

#[derive(Default)]
struct Tree {
    blocks: Vec<Block>,
    notices: Vec<String>,
    open: Vec<Element>,
    /// The line reached.
    last: u32,
    /// Text so far.
    bytes: u64,
}

struct Element {
    name: String,
    first: u32,
    /// Attributes, own text and the text of children that hold only text, each with its label.
    pieces: Vec<(String, String)>,
    /// Has text of its own beside its children: a paragraph with markup in it.
    mixed: bool,
    /// Has children.
    parent: bool,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>, line: u32) -> Result<(), Stop> {
        if self.open.len() >= DEPTH {
            return Err(Stop::new(
                ReadStatus::Error,
                format!("The XML is nested deeper than {DEPTH} elements."),
            ));
        }
        let parents = self.open.len();
        if parents > 0 && !self.open[parents - 1].parent {
            self.open[parents - 1].parent = true;
            // What stood before this element comes before what is in it, unless all of it is one paragraph.
            if parents > 1 && !self.open[parents - 2].mixed {
                self.flush(parents - 2);
            }
        }
        let mut pieces = Vec::new();
        for attribute in start.attributes().flatten().take(DEPTH) {
            let key = attribute.key.into_inner();
            if key.starts_with("xmlns") || key.starts_with("xml:") || key.starts_with("xsi:") {
                continue;
            }
            if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                pieces.push((key.to_owned(), value.trim().to_owned()));
            }
        }
        let name = start.local_name().as_ref().to_owned();
        self.open.push(Element {
            name,
            first: line,
            pieces,
            mixed: false,
            parent: false,
        });
        Ok(())
    }

    fn text(&mut self, text: &str, line: u32) {
        self.last = line;
        let Some(element) = self.open.last_mut() else {
            return;
        };
        self.bytes += text.len() as u64;
        element.mixed |= !text.trim().is_empty();
        match element.pieces.last_mut() {
            // Text next to text, around a reference.
            Some((label, own)) if label.is_empty() => own.push_str(text),
            _ => element.pieces.push((String::new(), text.to_owned())),
        }
    }

    fn close(&mut self) {
        let Some(element) = self.open.last() else { return };
        let within = self.open.len().checked_sub(2).and_then(|at| self.open.get(at));
        let inline = within.is_some_and(|parent| parent.mixed);
        if (element.parent && !inline) || within.is_none() {
            self.flush(self.open.len() - 1);
            self.open.pop();
            return;
        }
        let Some(element) = self.open.pop() else { return };
        let Some(parent) = self.open.last_mut() else {
            return;
        };
        if inline {
            parent.pieces.push((String::new(), run(&element.pieces)));
            return;
        }
        let attributes = element
            .pieces
            .iter()
            .filter(|(label, value)| !label.is_empty() && !value.is_empty());
        let attributes: Vec<String> = attributes
            .map(|(label, value)| format!("{label}={value}"))
            .collect();
        let text = one_line(&run(&element.pieces));
        let value = [attributes.join(" "), text]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>();
        if !value.is_empty() {
            parent.pieces.push((element.name, value.join(" ")));
        }
    }

    /// Makes a block of what an open element holds so far.
    fn flush(&mut self, at: usize) {
        let last = self.last;
        let Some(element) = self.open.get_mut(at) else {
            return;
        };
        let pieces = std::mem::take(&mut element.pieces);
        let text = if element.mixed {
            one_line(&run(&pieces))
        } else {
            let lines = pieces
                .iter()
                .filter(|(label, text)| !label.is_empty() && !text.trim().is_empty());
            lines
                .map(|(label, text)| format!("{label}: {text}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let first = std::mem::replace(&mut element.first, last);
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph {
                text,
                place: Place::Lines {
                    first,
                    last: last.max(first),
                },
            });
        }
    }
}

/// The running text of pieces, without attributes.
fn run(pieces: &[(String, String)]) -> String {
    pieces
        .iter()
        .filter(|(label, _)| label.is_empty())
        .map(|(_, text)| text.as_str())
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(xml: &str) -> Vec<String> {
        let document = read(xml.as_bytes(), &Limits::default()).unwrap();
        let block = |block: &Block| match block {
            Block::Paragraph { text, place } => format!("{place}: {text}"),
            other => format!("{other:?}"),
        };
        document.blocks.iter().map(block).collect()
    }

    #[test]
    fn values_are_read_with_their_names_and_paragraphs_without() {
        let xml = "<?xml version='1.0'?>\n<list>\n<item id='7'>\n<name>Bolt &amp; nut</name>\n<price cur='EUR'>3</price>\n</item>\n\
                   <p>A <b>bold</b> &#252;ber <![CDATA[<word>]]>.</p>\n</list>\n";
        assert_eq!(
            shown(xml),
            [
                "lines 3 to 6: id: 7\nname: Bolt & nut\nprice: cur=EUR 3",
                "line 7: A bold über <word>."
            ]
        );
    }

    #[test]
    fn entities_of_the_document_are_never_resolved() {
        let xml = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>\
                   <!ENTITY f SYSTEM 'file:///etc/hostname'>]><x><y>&b; &f;</y></x>";
        assert_eq!(shown(xml), ["line 1: y: &b; &f;"]);
    }

    #[test]
    fn xml_that_is_nested_without_end_is_refused() {
        let deep = "<a>".repeat(100_000);
        assert!(read(deep.as_bytes(), &Limits::default()).is_err());
    }

    #[test]
    fn broken_xml_keeps_what_was_read() {
        assert_eq!(shown("<a><b>one</b><c"), ["line 1: b: one"]);
    }
}
