//! PPTX: PresentationML (ISO/IEC 29500-1, 19).

use std::collections::HashMap;

use domain::{Block, Document, Place};

use super::parts::{self, Relation};
use super::xml::{Node, Tag, Xml};
use super::{drawing, note_damage, open, table};
use crate::{Limits, Stop, package::Package};

pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let mut package = open(bytes, limits)?;
    let main = parts::main_part(&mut package)?.filter(|part| package.has(part));
    let main = main.unwrap_or_else(|| "ppt/presentation.xml".to_owned());
    let Some(text) = package.text(&main)? else {
        return Err(Stop::corrupt(format!("its main part `{main}` is missing")));
    };
    let relations = parts::relations(&mut package, &main)?;
    let mut slides = show(&text, &relations);
    if slides.is_empty() {
        slides = relations
            .iter()
            .filter(|relation| relation.kind == "slide")
            .map(|relation| relation.target.clone())
            .collect();
    }
    let mut document = Document::default();
    parts::properties(&mut package, &mut document)?;
    document.parts = u32::try_from(slides.len()).ok();

    let mut damaged = false;
    let mut layouts: Vec<String> = Vec::new();
    let mut margins = Vec::new();
    for (number, part) in (1..).zip(&slides) {
        damaged |= !slide(
            &mut package,
            part,
            number,
            &mut document.blocks,
            &mut layouts,
            &mut margins,
        )?;
    }
    // Footers, and what the masters and layouts show on every slide, stand once, after the slides.
    let mut masters: Vec<String> = Vec::new();
    for layout in &layouts {
        let above = parts::relations(&mut package, layout)?;
        masters.extend(
            above
                .into_iter()
                .filter(|relation| relation.kind == "slideMaster")
                .map(|relation| relation.target),
        );
    }
    masters.sort_unstable();
    masters.dedup();
    for part in masters.iter().chain(&layouts) {
        let Some(text) = package.text(part)? else { continue };
        let shapes = shapes(&text, &Place::Whole, &HashMap::new()).0;
        for block in shapes
            .into_iter()
            .filter(|shape| shape.role.is_none())
            .flat_map(|shape| shape.blocks)
        {
            if !margins.contains(&block) && !document.blocks.iter().any(|known| same_text(known, &block)) {
                margins.push(block);
            }
        }
    }
    document.blocks.extend(margins);
    note_damage(&mut document, &package, damaged);
    Ok(document)
}

/// The slides in the order of the show, hidden ones included.
fn show(text: &str, relations: &[Relation]) -> Vec<String> {
    let mut xml = Xml::new(text.as_bytes());
    let mut slides = Vec::new();
    while let Some(node) = xml.next() {
        if let Node::Start(tag) = node
            && tag.name() == "sldId"
            && let Some(id) = tag.prefixed("id")
            && let Some(relation) = relations.iter().find(|relation| relation.id == id)
        {
            slides.push(relation.target.clone());
        }
    }
    slides
}

/// Reads a slide: its title, its other shapes, what hangs on it, its comments and its notes. False if it is broken.
fn slide(
    package: &mut Package,
    part: &str,
    number: u32,
    blocks: &mut Vec<Block>,
    layouts: &mut Vec<String>,
    margins: &mut Vec<Block>,
) -> Result<bool, Stop> {
    let place = Place::Slide { slide: number };
    let Some(text) = package.text(part)? else {
        return Ok(false);
    };
    let relations = parts::relations(package, part)?;
    let mut beside = HashMap::new();
    let (mut comments, mut notes) = (Vec::new(), Vec::new());
    let mut whole = true;
    for relation in &relations {
        match relation.kind.as_str() {
            "chart" | "diagramData" => {
                let Some(text) = package.text(&relation.target)? else {
                    continue;
                };
                let read = if relation.kind == "chart" {
                    drawing::chart
                } else {
                    drawing::paragraphs
                };
                beside.insert(relation.id.clone(), read(&text, &place));
            }
            "comments" => {
                let Some(text) = package.text(&relation.target)? else {
                    continue;
                };
                comments.extend(comment_texts(&text).into_iter().map(|text| Block::Paragraph {
                    text,
                    place: place.clone(),
                }));
            }
            "notesSlide" => {
                let Some(text) = package.text(&relation.target)? else {
                    continue;
                };
                let (shapes, sound) = shapes(&text, &place, &HashMap::new());
                whole &= sound;
                for shape in shapes {
                    if shape.is_margin() {
                        margin(shape, margins);
                    } else if shape.role.as_deref() != Some("sldImg") {
                        notes.extend(shape.blocks.into_iter().map(plain));
                    }
                }
            }
            "slideLayout" if !layouts.contains(&relation.target) => layouts.push(relation.target.clone()),
            _ => {}
        }
    }
    let (mut shapes, sound) = shapes(&text, &place, &beside);
    // The title is often drawn after other shapes.
    shapes.sort_by_key(|shape| !shape.is_title());
    let mut titled = false;
    for shape in shapes {
        if shape.is_title() && !titled {
            let lines: Vec<String> = shape.blocks.iter().filter_map(line).collect();
            if !lines.is_empty() {
                titled = true;
                let text = lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
                blocks.push(Block::Heading {
                    level: 1,
                    text,
                    place: place.clone(),
                });
            }
        } else if shape.is_margin() {
            margin(shape, margins);
        } else {
            blocks.extend(shape.blocks);
        }
    }
    blocks.extend(comments);
    blocks.extend(notes);
    Ok(sound && whole)
}

/// A shape's text, and its role if it is a placeholder (`title`, `body`, `ftr`, …).
#[derive(Default)]
struct Shape {
    role: Option<String>,
    blocks: Vec<Block>,
}

impl Shape {
    fn is_title(&self) -> bool {
        matches!(self.role.as_deref(), Some("title" | "ctrTitle"))
    }

    fn is_margin(&self) -> bool {
        matches!(self.role.as_deref(), Some("sldNum" | "dt" | "hdr" | "ftr"))
    }
}

/// Keeps the text of a header or footer, if it is more than a number and not known yet. It belongs to no one slide.
fn margin(shape: Shape, margins: &mut Vec<Block>) {
    if shape.role.as_deref() == Some("sldNum") {
        return;
    }
    for text in shape
        .blocks
        .iter()
        .filter_map(line)
        .filter(|text| text.chars().any(char::is_alphabetic))
    {
        let block = Block::Paragraph {
            text,
            place: Place::Whole,
        };
        if !margins.contains(&block) {
            margins.push(block);
        }
    }
}

#[derive(Default)]
struct Paragraph {
    text: String,
    /// Says itself whether it has a bullet.
    bullet: Option<bool>,
}

/// All shapes of a slide in the order in which they are drawn, and whether the XML was whole.
fn shapes(text: &str, place: &Place, beside: &HashMap<String, Vec<Block>>) -> (Vec<Shape>, bool) {
    let mut xml = Xml::new(text.as_bytes());
    let mut shapes: Vec<Shape> = Vec::new();
    let mut paragraph = Paragraph::default();
    let mut rows: Option<Vec<Vec<String>>> = None;
    let mut header = 0;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => match tag.name() {
                "sp" | "graphicFrame" | "cxnSp" | "pic" => shapes.push(Shape::default()),
                "ph" => {
                    if let Some(shape) = shapes.last_mut() {
                        shape.role = Some(tag.attr("type").unwrap_or_else(|| "body".into()));
                    }
                }
                "Fallback" => xml.skip(),
                "cNvPr" => describe(&tag, shapes.last_mut(), place),
                "p" => paragraph = Paragraph::default(),
                "buNone" => paragraph.bullet = Some(false),
                "buChar" | "buAutoNum" | "buBlip" => paragraph.bullet = Some(true),
                "t" => paragraph.text.push_str(&xml.text(&[])),
                "br" => paragraph.text.push('\n'),
                "tab" => {}
                "tbl" => rows = Some(Vec::new()),
                "tblPr" => {
                    header = usize::from(matches!(tag.attr("firstRow").as_deref(), Some("1" | "true")))
                }
                "tr" => rows.iter_mut().for_each(|rows| rows.push(Vec::new())),
                "tc" => {
                    // Cells that a wider or higher one covers are written empty.
                    if let Some(row) = rows.as_mut().and_then(|rows| rows.last_mut()) {
                        row.push(String::new());
                    }
                }
                "chart" | "relIds" => {
                    let id = tag.prefixed("id").or_else(|| tag.prefixed("dm"));
                    let blocks = id.and_then(|id| beside.get(&id)).cloned().unwrap_or_default();
                    if let Some(shape) = shapes.last_mut() {
                        shape.blocks.extend(blocks);
                    }
                }
                _ => {}
            },
            Node::End(name) => match name.as_str() {
                "p" => {
                    let Paragraph { text, bullet } = std::mem::take(&mut paragraph);
                    let text = text.trim().replace('\u{b}', "\n");
                    let cell = rows
                        .as_mut()
                        .and_then(|rows| rows.last_mut())
                        .and_then(|row| row.last_mut());
                    if let (false, Some(cell)) = (text.is_empty(), cell) {
                        if !cell.is_empty() {
                            cell.push('\n');
                        }
                        cell.push_str(&text);
                    } else if !text.is_empty() {
                        if shapes.is_empty() {
                            shapes.push(Shape::default());
                        }
                        if let Some(shape) = shapes.last_mut() {
                            // Some programs write the bullet as text.
                            let bare = text
                                .strip_prefix(['•', '▪', '◦', '–', '-'])
                                .filter(|rest| rest.starts_with([' ', '\t', '\u{a0}']));
                            let bullet = if bare.is_some() { Some(true) } else { bullet };
                            let text = bare.map_or_else(|| text.clone(), |rest| rest.trim().to_owned());
                            let item =
                                bullet.unwrap_or(shape.role.as_deref() == Some("body") && rows.is_none());
                            let place = place.clone();
                            shape.blocks.push(if item {
                                Block::Item { text, place }
                            } else {
                                Block::Paragraph { text, place }
                            });
                        }
                    }
                }
                "tbl" => {
                    if let (Some(rows), Some(shape)) = (rows.take(), shapes.last_mut()) {
                        shape.blocks.extend(table::blocks(rows, header, place));
                    }
                }
                _ => {}
            },
            Node::Text(_) => {}
        }
    }
    (shapes, !xml.damaged())
}

/// The words that a picture is described with are searched too, but not the names that programs give.
fn describe(tag: &Tag, shape: Option<&mut Shape>, place: &Place) {
    let words = tag
        .attr("descr")
        .filter(|words| words.contains(' ') && !words.contains("Description automatically generated"));
    if let (Some(text), Some(shape)) = (words, shape) {
        shape.blocks.push(Block::Paragraph {
            text,
            place: place.clone(),
        });
    }
}

/// Comments of a slide, old (`p:text`) and new (`p188:txBody`).
fn comment_texts(text: &str) -> Vec<String> {
    let mut xml = Xml::new(text.as_bytes());
    let mut comments = Vec::new();
    while let Some(node) = xml.next() {
        if let Node::Start(tag) = node
            && matches!(tag.name(), "text" | "txBody")
        {
            let text = xml.text(&[]).trim().to_owned();
            if !text.is_empty() {
                comments.push(format!("Comment: {text}"));
            }
        }
    }
    comments
}

fn plain(block: Block) -> Block {
    match block {
        Block::Item { text, place } => Block::Paragraph { text, place },
        other => other,
    }
}

fn line(block: &Block) -> Option<String> {
    match block {
        Block::Paragraph { text, .. } | Block::Item { text, .. } => Some(text.clone()),
        _ => None,
    }
}

fn same_text(one: &Block, other: &Block) -> bool {
    line(one).is_some_and(|text| line(other).as_ref() == Some(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tests::zip;

    fn presentation(slide: &str) -> Document {
        let slide = format!("<p:sld><p:cSld><p:spTree>{slide}</p:spTree></p:cSld></p:sld>");
        let notes = "<p:notes><p:sp><p:nvSpPr><p:nvPr><p:ph type='body'/></p:nvPr></p:nvSpPr>\
            <p:txBody><a:p><a:r><a:t>Say this slowly</a:t></a:r></a:p></p:txBody></p:sp></p:notes>";
        let bytes = zip(&[
            ("ppt/presentation.xml", b"<p:presentation><p:sldIdLst><p:sldId id='9' r:id='b'/><p:sldId id='8' r:id='a'/></p:sldIdLst></p:presentation>"),
            (
                "ppt/_rels/presentation.xml.rels",
                b"<R><Relationship Id='a' Type='x/slide' Target='slides/s1.xml'/><Relationship Id='b' Type='x/slide' Target='slides/s2.xml'/></R>",
            ),
            ("ppt/slides/s1.xml", b"<p:sld><p:sp><p:txBody><a:p><a:r><a:t>Last</a:t></a:r></a:p></p:txBody></p:sp></p:sld>"),
            ("ppt/slides/s2.xml", slide.as_bytes()),
            ("ppt/slides/_rels/s2.xml.rels", b"<R><Relationship Id='n' Type='x/notesSlide' Target='../notesSlides/n.xml'/></R>"),
            ("ppt/notesSlides/n.xml", notes.as_bytes()),
        ]);
        read(&bytes, &Limits::default()).unwrap()
    }

    #[test]
    fn slides_are_numbered_as_shown_with_title_first_and_notes_last() {
        let document = presentation(
            "<p:sp><p:nvSpPr><p:nvPr><p:ph idx='1'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>A point</a:t></a:r></a:p></p:txBody></p:sp>\
             <p:sp><p:nvSpPr><p:nvPr><p:ph type='title'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>The title</a:t></a:r></a:p></p:txBody></p:sp>",
        );
        let place = |slide| Place::Slide { slide };
        let expected = [
            Block::Heading {
                level: 1,
                text: "The title".into(),
                place: place(1),
            },
            Block::Item {
                text: "A point".into(),
                place: place(1),
            },
            Block::Paragraph {
                text: "Say this slowly".into(),
                place: place(1),
            },
            Block::Paragraph {
                text: "Last".into(),
                place: place(2),
            },
        ];
        assert_eq!(document.blocks, expected);
        assert_eq!(document.parts, Some(2));
    }

    #[test]
    fn a_table_on_a_slide_keeps_its_columns() {
        let cell =
            |text: &str| format!("<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>");
        let table = format!(
            "<p:graphicFrame><a:graphic><a:tbl><a:tblPr firstRow='1'/><a:tr>{}{}</a:tr><a:tr>{}{}</a:tr></a:tbl></a:graphic></p:graphicFrame>",
            cell("Region"),
            cell("Share"),
            cell("North"),
            cell("40 %"),
        );
        let Block::Table { header, rows } = presentation(&table).blocks.remove(0) else {
            panic!("no table")
        };
        assert_eq!(
            (header, rows[0].cells.clone()),
            (
                vec!["Region".into(), "Share".into()],
                vec!["North".into(), "40 %".into()]
            )
        );
    }
}
