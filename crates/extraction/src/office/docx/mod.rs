//! DOCX: WordprocessingML (ISO/IEC 29500-1, 17).

mod body;
mod numbering;
mod styles;

use std::collections::HashMap;

use domain::{Block, Document, Place};

use super::parts::{self, Relation};
use super::{drawing, note_damage, open};
use crate::{Limits, Stop};
use body::{Context, Notes};

pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let mut package = open(bytes, limits)?;
    let main = parts::main_part(&mut package)?.filter(|part| package.has(part));
    let main = main.unwrap_or_else(|| "word/document.xml".to_owned());
    let Some(text) = package.text(&main)? else {
        return Err(Stop::corrupt(format!("its main part `{main}` is missing")));
    };
    let relations = parts::relations(&mut package, &main)?;
    let named = |kind: &str| -> Vec<Relation> {
        relations
            .iter()
            .filter(|relation| relation.kind == kind)
            .cloned()
            .collect()
    };

    let mut context = Context::default();
    for relation in named("styles") {
        if let Some(text) = package.text(&relation.target)? {
            context.styles = styles::read(&text);
        }
    }
    for relation in named("numbering") {
        if let Some(text) = package.text(&relation.target)? {
            context.numbering = numbering::read(&text);
        }
    }
    let mut notes = Notes::default();
    for kind in ["footnotes", "endnotes", "comments"] {
        for relation in named(kind) {
            if let Some(text) = package.text(&relation.target)? {
                notes.insert(kind, body::notes(&text, &mut context));
            }
        }
    }
    // What stands beside the text is put where the text refers to it.
    let mut beside: HashMap<String, Vec<Block>> = HashMap::new();
    for relation in &relations {
        let blocks = match relation.kind.as_str() {
            "chart" | "chartEx" => package
                .text(&relation.target)?
                .map(|text| drawing::chart(&text, &Place::Whole)),
            "diagramData" => package
                .text(&relation.target)?
                .map(|text| drawing::paragraphs(&text, &Place::Whole)),
            "aFChunk" => package
                .read(&relation.target)?
                .map(|content| foreign(&relation.target, content, limits)),
            _ => None,
        };
        if let Some(blocks) = blocks {
            beside.insert(relation.id.clone(), blocks);
        }
    }
    let mut document = Document::default();
    parts::properties(&mut package, &mut document)?;
    let (mut blocks, damaged) = body::read(&text, &mut context, notes, beside);

    // Headers and footers stand once, after the text, as they would part it anywhere else.
    let mut margins: Vec<Block> = Vec::new();
    for relation in relations
        .iter()
        .filter(|relation| matches!(relation.kind.as_str(), "header" | "footer"))
    {
        let Some(text) = package.text(&relation.target)? else {
            continue;
        };
        for block in body::read(&text, &mut context, Notes::default(), HashMap::new()).0 {
            let block = as_paragraph(block);
            let says = matches!(&block, Block::Table { .. })
                || matches!(&block, Block::Paragraph { text, .. } if text.chars().any(char::is_alphabetic));
            if says && !margins.contains(&block) {
                margins.push(block);
            }
        }
    }
    blocks.extend(margins);
    document.blocks = blocks;
    if document.title.is_none() {
        document.title = document.blocks.iter().take(5).find_map(|block| match block {
            Block::Heading { level: 1, text, .. } => Some(text.clone()),
            _ => None,
        });
    }
    note_damage(&mut document, &package, damaged);
    Ok(document)
}

/// A header that looks like a heading must not open a section.
fn as_paragraph(block: Block) -> Block {
    match block {
        Block::Heading { text, place, .. } | Block::Item { text, place } => Block::Paragraph { text, place },
        other => other,
    }
}

/// A part in another format that Word would import when it opens the file (`altChunk`): web pages and other documents.
fn foreign(name: &str, content: Vec<u8>, limits: &Limits) -> Vec<Block> {
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let outcome = match ending.as_str() {
        "htm" | "html" | "xhtml" => crate::text::html::read(&content, limits),
        "rtf" => super::rtf::read(&content, limits),
        _ => return Vec::new(),
    };
    outcome.map(|document| document.blocks).unwrap_or_default()
}

#[cfg(test)]
mod tests;
