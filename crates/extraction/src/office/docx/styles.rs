use std::collections::HashMap;

use crate::office::xml::{Node, Xml};

/// Paragraph styles by their id.
pub(super) type Styles = HashMap<String, Style>;

/// What a paragraph style says about structure.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    /// Level of a heading, 1 for the outermost.
    pub(super) heading: Option<u8>,
    /// The list it numbers in, and the level there.
    pub(super) list: Option<(String, u8)>,
    based_on: Option<String>,
}

/// Reads `styles.xml` (17.7) and resolves what styles inherit.
pub(super) fn read(text: &str) -> Styles {
    let mut xml = Xml::new(text.as_bytes());
    let mut styles = Styles::new();
    let (mut id, mut style) = (String::new(), Style::default());
    let (mut list, mut level) = (None, 0);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => match tag.name() {
                "style" => {
                    id = tag.attr("styleId").unwrap_or_default();
                    (style, list, level) = (Style::default(), None, 0);
                }
                "name" => {
                    style.heading = style
                        .heading
                        .or_else(|| heading_name(&tag.attr("val").unwrap_or_default()))
                }
                "basedOn" => style.based_on = tag.attr("val"),
                // 0 to 8 are headings, 9 is body text.
                "outlineLvl" => {
                    style.heading = tag
                        .number::<u8>("val")
                        .filter(|level| *level < 9)
                        .map(|level| level + 1)
                }
                "numId" => list = tag.attr("val"),
                "ilvl" => level = tag.number("val").unwrap_or(0),
                _ => {}
            },
            Node::End(name) if name == "style" => {
                style.list = list.take().map(|list| (list, level));
                styles.insert(std::mem::take(&mut id), std::mem::take(&mut style));
            }
            _ => {}
        }
    }
    let ids: Vec<String> = styles.keys().cloned().collect();
    for id in ids {
        let (mut heading, mut list, mut at) = (None, None, Some(id.clone()));
        // A chain longer than this goes round in circles.
        for _ in 0..12 {
            let Some(style) = at.and_then(|at| styles.get(&at)) else {
                break;
            };
            heading = heading.or(style.heading);
            list = list.or_else(|| style.list.clone());
            at = style.based_on.clone();
        }
        if let Some(style) = styles.get_mut(&id) {
            (style.heading, style.list) = (heading, list);
        }
    }
    styles
}

/// The names of Word's own heading styles; they are the same in every language version.
fn heading_name(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    match name.strip_prefix("heading ") {
        Some(level) => level.trim().parse().ok().filter(|level| (1..=9).contains(level)),
        None => (name == "title").then_some(1),
    }
}
