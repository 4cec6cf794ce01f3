use std::collections::HashMap;

use domain::{Document, Place};
use quick_xml::XmlVersion;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use crate::package::Package;
use crate::text::{decode, html};
use crate::{Limits, Stop};

/// Reads an e-book (EPUB 2 and 3): its chapters in reading order.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let mut package = Package::open(bytes, limits)?;
    let container = package.text("META-INF/container.xml")?.unwrap_or_default();
    let root = elements(&container)
        .into_iter()
        .find(|element| element.name == "rootfile");
    let path = root.and_then(|mut root| root.attributes.remove("full-path"));
    // A book without its container is still found by the only file of this kind.
    let path = path.or_else(|| {
        package
            .names()
            .iter()
            .find(|name| name.ends_with(".opf"))
            .cloned()
    });
    let path = path.ok_or_else(|| Stop::corrupt("the e-book has no table of its parts"))?;
    let opf = package
        .text(&path)?
        .ok_or_else(|| Stop::corrupt(format!("the e-book has no `{path}`")))?;
    let elements = elements(&opf);
    let first = |name: &str| {
        let mut named = elements
            .iter()
            .filter(|element| element.name == name && !element.text.is_empty());
        named.next().map(|element| element.text.clone())
    };
    let mut document = Document {
        title: first("title"),
        author: first("creator"),
        written: first("date"),
        ..Document::default()
    };
    let attribute = |element: &Element, name: &str| element.attributes.get(name).cloned();
    let parts: HashMap<String, String> = elements
        .iter()
        .filter(|element| element.name == "item")
        .filter_map(|item| Some((attribute(item, "id")?, attribute(item, "href")?)))
        .collect();
    let chapters = elements.iter().filter(|element| element.name == "itemref");
    let chapters: Vec<&String> = chapters
        .filter_map(|chapter| parts.get(&attribute(chapter, "idref")?))
        .collect();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let locked = locked(&mut package)?;
    let mut number = 0;
    for href in chapters {
        number += 1;
        let name = resolve(folder, href);
        // Fonts may be scrambled without a password; a chapter may not.
        if locked.contains(&name) {
            return Err(Stop::encrypted());
        }
        match package.read(&name) {
            Ok(Some(page)) => {
                let text = decode::decode_declared(&page, html::declared(&page).as_deref());
                document
                    .blocks
                    .extend(html::blocks(&text, &Place::Chapter { chapter: number }).blocks);
            }
            Ok(None) => document
                .notices
                .push(format!("Chapter {number} is missing from the e-book.")),
            Err(stop) if stop.status == domain::ReadStatus::Corrupt => {
                document
                    .notices
                    .push(format!("Chapter {number} could not be read: {}", stop.reason));
            }
            Err(stop) => return Err(stop),
        }
    }
    document.parts = Some(number);
    Ok(document)
}

/// The parts that need a key.
fn locked(package: &mut Package<'_>) -> Result<Vec<String>, Stop> {
    let list = package.text("META-INF/encryption.xml")?.unwrap_or_default();
    let references = elements(&list)
        .into_iter()
        .filter(|element| element.name == "CipherReference");
    Ok(references
        .filter_map(|mut reference| reference.attributes.remove("URI"))
        .map(|uri| resolve("", &uri))
        .collect())
}

/// A reference inside the book as a path from its root, without fragment, `%20` and `..` resolved.
fn resolve(folder: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let decoded = unescaped(href);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if decoded.starts_with('/') {
        parts.clear();
    }
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A reference with `%20` and the like resolved.
fn unescaped(href: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let (bytes, mut at, mut out) = (href.as_bytes(), 0, Vec::new());
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

struct Element {
    name: String,
    attributes: HashMap<String, String>,
    text: String,
}

/// All elements of a small XML file in a row, with the text directly in them.
fn elements(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(event @ (Event::Start(_) | Event::Empty(_))) => {
                let (start, holds) = match &event {
                    Event::Start(start) => (start, true),
                    Event::Empty(start) => (start, false),
                    _ => continue,
                };
                let attributes = start.attributes().flatten().filter_map(|attribute| {
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
                    Some((attribute.key.local_name().as_ref().to_owned(), value.into_owned()))
                });
                let name = start.local_name().as_ref().to_owned();
                elements.push(Element {
                    name,
                    attributes: attributes.collect(),
                    text: String::new(),
                });
                if holds {
                    open.push(elements.len() - 1);
                }
            }
            Ok(Event::End(_)) => drop(open.pop()),
            Ok(Event::Text(text)) => {
                if let Some(element) = open.last().and_then(|&at| elements.get_mut(at)) {
                    element.text.push_str(text.xml10_content().trim());
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                let name = reference.xml10_content();
                let char = reference.resolve_char_ref().ok().flatten().map(String::from);
                let sign =
                    char.or_else(|| quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned));
                if let (Some(element), Some(sign)) = (open.last().and_then(|&at| elements.get_mut(at)), sign)
                {
                    element.text.push_str(&sign);
                }
            }
            Ok(Event::Eof) | Err(_) => return elements,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::package::tests::zip;
    use crate::read;

    use super::*;

    const CONTAINER: &[u8] =
        b"<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";
    const OPF: &[u8] = b"<package xmlns:dc='x'><metadata><dc:title>On tides</dc:title><dc:creator>B. Lee</dc:creator></metadata>\
        <manifest><item id='b' href='text/b%20two.xhtml'/><item id='a' href='../a.xhtml#top'/></manifest>\
        <spine><itemref idref='a'/><itemref idref='b'/></spine></package>";

    #[test]
    fn chapters_come_in_reading_order() {
        let book = zip(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", CONTAINER),
            ("OEBPS/book.opf", OPF),
            (
                "OEBPS/text/b two.xhtml",
                b"<html><body><h1>Two</h1><p>second</p></body></html>",
            ),
            ("a.xhtml", b"<html><body><p>first</p></body></html>"),
        ]);
        let document = read("a.epub", &book, &Limits::default()).document;
        assert_eq!(
            (document.title.as_deref(), document.author.as_deref()),
            (Some("On tides"), Some("B. Lee"))
        );
        assert_eq!(document.text(), "first\nTwo\nsecond\n");
        assert_eq!(document.parts, Some(2));
        assert!(matches!(
            &document.blocks[1],
            domain::Block::Heading {
                place: Place::Chapter { chapter: 2 },
                ..
            }
        ));
    }

    #[test]
    fn a_locked_book_says_so() {
        let encryption = b"<encryption><EncryptedData><CipherData><CipherReference URI='a.xhtml'/></CipherData></EncryptedData></encryption>";
        let book = zip(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", CONTAINER),
            ("META-INF/encryption.xml", encryption),
            ("OEBPS/book.opf", OPF),
            ("a.xhtml", b"noise"),
        ]);
        let reading = read("a.epub", &book, &Limits::default());
        assert_eq!(reading.status, domain::ReadStatus::Encrypted);
    }
}
