use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// XML as a stream of starts, ends and text. Broken XML ends the stream: what came before is kept.
///
/// Entities other than the five of XML are not resolved, so that nothing can be multiplied or fetched through them.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    damaged: bool,
}

/// A piece of XML. Names are without their prefix.
pub(super) enum Node {
    Start(Tag),
    End(String),
    Text(String),
}

/// A start tag.
pub(super) struct Tag {
    start: BytesStart<'static>,
}

impl<R: BufRead> Xml<R> {
    pub(super) fn new(source: R) -> Self {
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self {
            reader,
            buffer: Vec::new(),
            damaged: false,
        }
    }

    /// The next piece; `None` at the end or where the XML is broken.
    pub(super) fn next(&mut self) -> Option<Node> {
        loop {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer) {
                Ok(Event::Start(start)) => {
                    return Some(Node::Start(Tag {
                        start: start.into_owned(),
                    }));
                }
                Ok(Event::Empty(start)) => {
                    return Some(Node::Start(Tag {
                        start: start.into_owned(),
                    }));
                }
                Ok(Event::End(end)) => return Some(Node::End(end.local_name().as_ref().to_owned())),
                Ok(Event::Text(text)) => return Some(Node::Text(text.xml10_content().into_owned())),
                Ok(Event::CData(text)) => return Some(Node::Text(text.xml10_content().into_owned())),
                Ok(Event::GeneralRef(reference)) => {
                    let char = match reference.resolve_char_ref() {
                        Ok(Some(char)) => Some(char),
                        _ => match &*reference.xml10_content() {
                            "amp" => Some('&'),
                            "lt" => Some('<'),
                            "gt" => Some('>'),
                            "quot" => Some('"'),
                            "apos" => Some('\''),
                            _ => None,
                        },
                    };
                    if let Some(char) = char {
                        return Some(Node::Text(char.to_string()));
                    }
                }
                Ok(Event::Eof) => return None,
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(_) => {
                    self.damaged = true;
                    return None;
                }
            }
        }
    }

    /// Skips to the end of the element whose start was just given.
    pub(super) fn skip(&mut self) {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next() {
                Some(Node::Start(_)) => depth += 1,
                Some(Node::End(_)) => depth -= 1,
                Some(Node::Text(_)) => {}
                None => return,
            }
        }
    }

    /// All text inside the element whose start was just given, without what lies in elements named in `without`.
    pub(super) fn text(&mut self, without: &[&str]) -> String {
        let (mut depth, mut text) = (1_usize, String::new());
        while depth > 0 {
            match self.next() {
                Some(Node::Start(tag)) if without.contains(&tag.name()) => self.skip(),
                Some(Node::Start(_)) => depth += 1,
                Some(Node::End(_)) => depth -= 1,
                Some(Node::Text(part)) => text.push_str(&part),
                None => break,
            }
        }
        text
    }

    /// Whether the XML was broken.
    pub(super) fn damaged(&self) -> bool {
        self.damaged
    }
}

impl Tag {
    /// The name without its prefix.
    pub(super) fn name(&self) -> &str {
        let name = self.start.name().into_inner();
        name.rsplit(':').next().unwrap_or(name)
    }

    /// An attribute by its name without prefix.
    pub(super) fn attr(&self, name: &str) -> Option<String> {
        self.find(|key| key.rsplit(':').next() == Some(name))
    }

    /// An attribute that has a prefix: `r:id`, where there may also be a plain `id`.
    pub(super) fn prefixed(&self, name: &str) -> Option<String> {
        self.find(|key| key.split_once(':').is_some_and(|(_, local)| local == name))
    }

    /// An attribute as a number.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.attr(name)?.trim().parse().ok()
    }

    /// A switch such as `<w:b/>` or `<w:b w:val="0"/>`.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.attr("val").as_deref(), Some("0" | "false" | "off" | "none"))
    }

    fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let mut attributes = self.start.attributes();
        let attributes = attributes.with_checks(false);
        let attribute = attributes
            .flatten()
            .find(|attribute| wanted(attribute.key.into_inner()))?;
        match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => Some(value.into_owned()),
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_put_together_from_its_pieces() {
        let mut xml = Xml::new(&b"<a:x n='1 &amp; 2'>R&amp;D &#228; <![CDATA[<b>]]><y>no</y></a:x>"[..]);
        let Some(Node::Start(tag)) = xml.next() else {
            panic!("no start")
        };
        assert_eq!((tag.name(), tag.attr("n").as_deref()), ("x", Some("1 & 2")));
        assert_eq!(xml.text(&["y"]), "R&D ä <b>");
        assert!(xml.next().is_none() && !xml.damaged());
    }

    #[test]
    fn entities_of_a_document_type_multiply_nothing() {
        let bomb = b"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]><a>&c;x</a>";
        let mut xml = Xml::new(&bomb[..]);
        assert!(matches!(xml.next(), Some(Node::Start(_))));
        assert_eq!(xml.text(&[]), "x");
    }

    #[test]
    fn broken_xml_gives_what_came_before() {
        let mut xml = Xml::new(&b"<a>first<b attr='"[..]);
        assert!(matches!(xml.next(), Some(Node::Start(_))));
        assert_eq!(xml.text(&[]), "first");
        assert!(xml.damaged());
    }
}
