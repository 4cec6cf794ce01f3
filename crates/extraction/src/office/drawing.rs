//! Text of DrawingML parts that hang beside a document: charts and diagrams (ISO/IEC 29500-1, 21).

use domain::{Block, Place};

use super::table;
use super::xml::{Node, Xml};

/// Paragraphs of a diagram (SmartArt) or of shapes drawn on a sheet.
pub(super) fn paragraphs(text: &str, place: &Place) -> Vec<Block> {
    let mut xml = Xml::new(text.as_bytes());
    let (mut blocks, mut current) = (Vec::new(), String::new());
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => match tag.name() {
                "t" => current.push_str(&xml.text(&[])),
                "br" => current.push('\n'),
                "tab" => current.push(' '),
                "Fallback" => xml.skip(),
                _ => {}
            },
            Node::End(name) if name == "p" => {
                let text = std::mem::take(&mut current);
                if !text.trim().is_empty() {
                    blocks.push(Block::Paragraph {
                        text: text.trim().to_owned(),
                        place: place.clone(),
                    });
                }
            }
            _ => {}
        }
    }
    blocks
}

/// A chart as a table: its title as a paragraph, then one column for each series.
pub(super) fn chart(text: &str, place: &Place) -> Vec<Block> {
    let mut xml = Xml::new(text.as_bytes());
    let mut titles: Vec<String> = Vec::new();
    let (mut categories, mut series): (Vec<String>, Vec<(String, Vec<String>)>) = (Vec::new(), Vec::new());
    let mut inside = Vec::new();
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => {
                let name = tag.name().to_owned();
                match name.as_str() {
                    "ser" => series.push((String::new(), Vec::new())),
                    "t" => titles.push(xml.text(&[])),
                    "v" => {
                        let value = xml.text(&[]);
                        let first = series.len() == 1;
                        let inside = |name: &str| inside.iter().any(|outer: &String| outer == name);
                        match series.last_mut() {
                            Some((title, _)) if inside("tx") => title.push_str(&value),
                            Some((_, values)) if inside("val") || inside("yVal") => values.push(value),
                            Some(_) if (inside("cat") || inside("xVal")) && first => categories.push(value),
                            _ => {}
                        }
                    }
                    _ => {}
                }
                if !matches!(name.as_str(), "t" | "v") {
                    inside.push(name);
                }
            }
            Node::End(_) => {
                inside.pop();
            }
            Node::Text(_) => {}
        }
    }
    let titles = titles.join("").trim().to_owned();
    let mut blocks = Vec::new();
    if !titles.is_empty() {
        blocks.push(Block::Paragraph {
            text: titles,
            place: place.clone(),
        });
    }
    let height = series
        .iter()
        .map(|(_, values)| values.len())
        .max()
        .unwrap_or(0)
        .max(categories.len());
    let mut rows = vec![
        std::iter::once(String::new())
            .chain(series.iter().map(|(title, _)| title.clone()))
            .collect(),
    ];
    for row in 0..height {
        let category = categories.get(row).cloned().unwrap_or_default();
        let values = series
            .iter()
            .map(|(_, values)| values.get(row).cloned().unwrap_or_default());
        rows.push(std::iter::once(category).chain(values).collect());
    }
    if height > 0 {
        blocks.extend(table::blocks(rows, 1, place));
    }
    blocks
}
