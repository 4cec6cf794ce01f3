//! XLSX: SpreadsheetML (ISO/IEC 29500-1, 18). Sheets are read as they are unpacked, so that a large one takes no more
//! memory than its text.

use std::collections::HashMap;
use std::io::BufRead;

use domain::{Block, CellRange, Document, Place};
use office_oxide::xlsx::{date, numfmt};

use super::grid::{Budget, Grid};
use crate::office::parts::{self, Relation};
use crate::office::xml::{Node, Tag, Xml};
use crate::office::{drawing, note_damage, open};
use crate::{Limits, Stop, package::Package};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let mut package = open(bytes, limits)?;
    let main = parts::main_part(&mut package)?.filter(|part| package.has(part));
    let main = main.unwrap_or_else(|| "xl/workbook.xml".to_owned());
    if main.ends_with(".bin") {
        return super::binary::read_xlsb(bytes, limits);
    }
    let Some(text) = package.text(&main)? else {
        return Err(Stop::corrupt(format!("its main part `{main}` is missing")));
    };
    let relations = parts::relations(&mut package, &main)?;
    let (sheets, date1904) = workbook(&text);
    let mut values = Values {
        date1904,
        ..Values::default()
    };
    let target = |kind: &str| {
        relations
            .iter()
            .find(|relation| relation.kind == kind)
            .map(|relation| relation.target.clone())
    };
    if let Some(part) = target("styles")
        && let Some(text) = package.text(&part)?
    {
        values.formats = formats(&text);
    }
    let mut damaged = false;
    if let Some(part) = target("sharedStrings") {
        if let Some(stream) = package.stream(&part)? {
            damaged |= !shared_strings(stream, &mut values.strings, limits.memory_bytes / 8);
        }
        package.check()?;
    }

    let mut document = Document {
        parts: u32::try_from(sheets.len()).ok(),
        ..Document::default()
    };
    parts::properties(&mut package, &mut document)?;
    let mut budget = Budget::new(limits.output_bytes(bytes.len() as u64));
    for (name, id) in sheets {
        let Some(relation) = relations.iter().find(|relation| relation.id == id) else {
            continue;
        };
        damaged |= !sheet(
            &mut package,
            &name,
            &relation.target,
            &values,
            &mut budget,
            &mut document.blocks,
        )?;
        if budget.is_spent() {
            break;
        }
    }
    document.notices.extend(budget.notice());
    note_damage(&mut document, &package, damaged);
    Ok(document)
}

/// Names and relationship ids of the sheets, hidden ones included, and whether days are counted from 1904.
fn workbook(text: &str) -> (Vec<(String, String)>, bool) {
    let mut xml = Xml::new(text.as_bytes());
    let (mut sheets, mut date1904) = (Vec::new(), false);
    while let Some(node) = xml.next() {
        let Node::Start(tag) = node else { continue };
        match tag.name() {
            "sheet" => sheets.push((
                tag.attr("name").unwrap_or_default(),
                tag.prefixed("id").unwrap_or_default(),
            )),
            "workbookPr" => date1904 = matches!(tag.attr("date1904").as_deref(), Some("1" | "true")),
            _ => {}
        }
    }
    (sheets, date1904)
}

/// What cells refer to.
#[derive(Default)]
struct Values {
    strings: Vec<String>,
    formats: Vec<NumberFormat>,
    date1904: bool,
}

#[derive(Clone, Debug, Default)]
struct NumberFormat {
    id: u32,
    code: Option<String>,
    is_date: bool,
}

/// The number format of each cell style (18.8).
fn formats(text: &str) -> Vec<NumberFormat> {
    let mut xml = Xml::new(text.as_bytes());
    let mut codes: HashMap<u32, String> = HashMap::new();
    let (mut formats, mut inside) = (Vec::new(), false);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) => match tag.name() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (tag.number("numFmtId"), tag.attr("formatCode")) {
                        codes.insert(id, code);
                    }
                }
                "cellXfs" => inside = true,
                "xf" if inside => {
                    let id = tag.number("numFmtId").unwrap_or(0);
                    let code = codes.get(&id).cloned();
                    let is_date = match &code {
                        Some(code) => date::is_date_format_string(code),
                        None => date::is_date_format_id(id),
                    };
                    formats.push(NumberFormat { id, code, is_date });
                }
                _ => {}
            },
            Node::End(name) if name == "cellXfs" => inside = false,
            _ => {}
        }
    }
    formats
}

/// Reads the shared strings (18.4) up to a limit; what lies beyond is missing from the cells. False if broken or cut.
fn shared_strings(source: impl BufRead, strings: &mut Vec<String>, limit: u64) -> bool {
    let mut xml = Xml::new(source);
    let mut size = 0_u64;
    while let Some(node) = xml.next() {
        if let Node::Start(tag) = node
            && tag.name() == "si"
        {
            let text = rich_text(&mut xml, "si");
            // Twenty-four for the string itself.
            size += text.len() as u64 + 24;
            if size > limit {
                return false;
            }
            strings.push(text);
        }
    }
    !xml.damaged()
}

/// The text of runs up to the end of `element`, without hints on pronunciation.
fn rich_text<R: BufRead>(xml: &mut Xml<R>, element: &str) -> String {
    let mut text = String::new();
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) if tag.name() == "t" => text.push_str(&xml.text(&[])),
            Node::Start(tag) if tag.name() == "rPh" => xml.skip(),
            Node::End(name) if name == element => break,
            _ => {}
        }
    }
    text
}

/// Reads a sheet and what belongs to it. False if it is broken.
fn sheet(
    package: &mut Package,
    name: &str,
    part: &str,
    values: &Values,
    budget: &mut Budget,
    blocks: &mut Vec<Block>,
) -> Result<bool, Stop> {
    let mut grid = Grid::new(name);
    let mut margins = Vec::new();
    let mut whole = true;
    if let Some(stream) = package.stream(part)? {
        whole = cells(stream, values, &mut grid, &mut margins, budget);
    }
    package.check()?;
    let relations = parts::relations(package, part)?;
    let mut beside = Vec::new();
    let threaded = relations
        .iter()
        .any(|relation| relation.kind == "threadedComment");
    for relation in &relations {
        match relation.kind.as_str() {
            "comments" if !threaded => {
                if let Some(text) = package.text(&relation.target)? {
                    comments(&text, &grid, &mut beside);
                }
            }
            "threadedComment" => {
                if let Some(text) = package.text(&relation.target)? {
                    comments(&text, &grid, &mut beside);
                }
            }
            "drawing" => drawn(package, relation, &mut beside)?,
            _ => {}
        }
    }
    blocks.extend(grid.blocks());
    blocks.extend(beside);
    blocks.extend(margins);
    Ok(whole)
}

fn cells(
    source: impl BufRead,
    values: &Values,
    grid: &mut Grid,
    margins: &mut Vec<Block>,
    budget: &mut Budget,
) -> bool {
    let mut xml = Xml::new(source);
    let (mut row, mut column) = (0_u32, 0_u32);
    while let Some(node) = xml.next() {
        let Node::Start(tag) = node else { continue };
        match tag.name() {
            "row" => {
                // Rows and cells without a number follow the one before.
                row = tag
                    .number::<u32>("r")
                    .map_or(row + 1, |number| number.clamp(1, 1 << 20));
                column = 0;
            }
            "c" => {
                let at = tag.attr("r").and_then(|reference| position(&reference));
                let (here, next) = at.unwrap_or((row.saturating_sub(1), column));
                column = next.saturating_add(1);
                let text = value(&tag, &mut xml, values);
                if let Some(text) = text
                    && !grid.push(here, next, text, budget)
                {
                    return true;
                }
            }
            "mergeCell" => {
                let range = tag.attr("ref").and_then(|range| {
                    let (from, to) = range.split_once(':')?;
                    let ((top, left), (bottom, right)) = (position(from)?, position(to)?);
                    (top <= bottom && left <= right).then_some(CellRange {
                        top,
                        left,
                        bottom,
                        right,
                    })
                });
                range.into_iter().for_each(|range| grid.merge(range));
            }
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter" => {
                let text = without_codes(&xml.text(&[]));
                if text.chars().any(char::is_alphabetic) {
                    margins.push(Block::Paragraph {
                        text,
                        place: Place::Whole,
                    });
                }
            }
            _ => {}
        }
    }
    !xml.damaged()
}

/// The content of a cell as it is shown: the cached value of a formula, dates in ISO 8601.
fn value<R: BufRead>(cell: &Tag, xml: &mut Xml<R>, values: &Values) -> Option<String> {
    let kind = cell.attr("t").unwrap_or_default();
    let style = cell.number::<usize>("s").unwrap_or(0);
    let (mut raw, mut inline) = (None, None);
    while let Some(node) = xml.next() {
        match node {
            Node::Start(tag) if tag.name() == "v" => raw = Some(xml.text(&[])),
            Node::Start(tag) if tag.name() == "is" => inline = Some(rich_text(xml, "is")),
            Node::Start(_) => xml.skip(),
            Node::End(name) if name == "c" => break,
            _ => {}
        }
    }
    let raw = match inline {
        Some(text) => return Some(text),
        None => raw?,
    };
    match kind.as_str() {
        "s" => values.strings.get(raw.trim().parse::<usize>().ok()?).cloned(),
        "b" => Some(if raw.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned()),
        "str" | "inlineStr" | "e" => Some(raw),
        "d" => Some(raw.trim().trim_end_matches("T00:00:00").replace('T', " ")),
        _ => Some(number(raw.trim(), values.formats.get(style), values.date1904)),
    }
}

fn number(raw: &str, format: Option<&NumberFormat>, date1904: bool) -> String {
    let Ok(value) = raw.parse::<f64>() else {
        return raw.to_owned();
    };
    match format {
        Some(format) if format.is_date => match date::DateTimeValue::from_serial(value, date1904) {
            Some(date) => date.to_iso_string(),
            None => raw.to_owned(),
        },
        Some(format) if format.id != 0 => numfmt::apply_format(value, format.id, format.code.as_deref()),
        // Digits as they are stored, unless they only show how computers round.
        _ if raw.len() < 16 && !raw.contains(['e', 'E']) => raw.to_owned(),
        _ => numfmt::format_general(value),
    }
}

/// `B3` as row and column, counted from 0.
fn position(reference: &str) -> Option<(u32, u32)> {
    let reference = reference.replace('$', "");
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = reference.split_at(letters);
    let mut column = 0_u32;
    for letter in letters.bytes() {
        column = column
            .checked_mul(26)?
            .checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    let row: u32 = digits.parse().ok()?;
    ((1..=1 << 20).contains(&row) && (1..=16_384).contains(&column)).then(|| (row - 1, column - 1))
}

/// The text of a page header without its codes: `&L` left, `&P` page number, `&"Arial,Bold"`, `&12` (18.3.1.39).
pub(super) fn without_codes(text: &str) -> String {
    let (mut plain, mut chars) = (String::new(), text.chars().peekable());
    while let Some(char) = chars.next() {
        if char != '&' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            Some('&') => plain.push('&'),
            Some('"') => while chars.next().is_some_and(|char| char != '"') {},
            Some('K') => {
                for _ in 0..6 {
                    chars.next_if(char::is_ascii_hexdigit);
                }
            }
            Some('L' | 'C' | 'R') => plain.push(' '),
            Some(digit) if digit.is_ascii_digit() => while chars.next_if(char::is_ascii_digit).is_some() {},
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Comments, each at its cell.
fn comments(text: &str, grid: &Grid, blocks: &mut Vec<Block>) {
    let mut xml = Xml::new(text.as_bytes());
    while let Some(node) = xml.next() {
        let Node::Start(tag) = node else { continue };
        if !matches!(tag.name(), "comment" | "threadedComment") {
            continue;
        }
        let (name, at) = (
            tag.name().to_owned(),
            tag.attr("ref").and_then(|reference| position(&reference)),
        );
        let text = if name == "comment" {
            rich_text(&mut xml, "comment")
        } else {
            xml.text(&[])
        };
        let text = text.trim();
        if !text.is_empty() {
            let place = at.map_or(Place::Whole, |(row, column)| {
                grid.cells(CellRange::row(row, column, column))
            });
            blocks.push(Block::Paragraph {
                text: format!("Comment: {text}"),
                place,
            });
        }
    }
}

/// Text boxes, and charts, which have relationships of their own.
fn drawn(package: &mut Package, relation: &Relation, blocks: &mut Vec<Block>) -> Result<(), Stop> {
    let Some(text) = package.text(&relation.target)? else {
        return Ok(());
    };
    blocks.extend(drawing::paragraphs(&text, &Place::Whole));
    for relation in parts::relations(package, &relation.target)? {
        let read = match relation.kind.as_str() {
            "chart" => drawing::chart,
            "diagramData" => drawing::paragraphs,
            _ => continue,
        };
        if let Some(text) = package.text(&relation.target)? {
            blocks.extend(read(&text, &Place::Whole));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tests::zip;

    /// A workbook of one sheet with this XML.
    fn workbook(sheet: &str) -> Result<Document, Stop> {
        let bytes = zip(&[
            ("xl/workbook.xml", b"<workbook><sheets><sheet name='Prices' r:id='a'/></sheets></workbook>"),
            (
                "xl/_rels/workbook.xml.rels",
                b"<R><Relationship Id='a' Type='x/worksheet' Target='worksheets/s.xml'/><Relationship Id='s' Type='x/styles' Target='styles.xml'/>\
                  <Relationship Id='t' Type='x/sharedStrings' Target='sharedStrings.xml'/></R>",
            ),
            (
                "xl/styles.xml",
                b"<s><numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='10'/>\
                  <xf numFmtId='164'/><xf numFmtId='3'/></cellXfs></s>",
            ),
            ("xl/sharedStrings.xml", "<sst><si><t>Plan</t></si><si><r><t>東</t></r><rPh><t>ひがし</t></rPh><r><t>京</t></r></si></sst>".as_bytes()),
            ("xl/worksheets/s.xml", format!("<worksheet>{sheet}</worksheet>").as_bytes()),
        ]);
        read(&bytes, &Limits::default())
    }

    #[test]
    fn numbers_are_written_as_their_cells_show_them() {
        let document = workbook(
            "<sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='inlineStr'><is><t>Since</t></is></c><c r='D1' t='str'><v>Count</v></c></row>\
             <row r='2'><c r='A2' s='0'><v>12.5</v></c><c r='B2' s='1'><v>0.9971</v></c><c r='C2' s='2'><v>45292</v></c><c r='D2' s='3'><f>A1*2</f><v>1234567</v></c></row></sheetData>",
        );
        let document = document.unwrap();
        let Some(Block::Table { header, rows }) = document.blocks.last() else {
            panic!("no table")
        };
        assert_eq!(header.join("|"), "Plan|東京|Since|Count");
        assert_eq!(rows[0].cells.join("|"), "12.5|99.71%|2024-01-01|1,234,567");
        assert_eq!(rows[0].place.to_string(), "sheet Prices, A2:D2");
    }

    #[test]
    fn headers_and_footers_lose_their_codes() {
        assert_eq!(
            without_codes("&L&\"Arial,Bold\"&12Confidential&CPage &P of &N&RR&&D &KFF0000red"),
            "Confidential Page of R&D red"
        );
    }

    #[test]
    fn a_cell_far_out_takes_no_room() {
        let document =
            workbook("<sheetData><row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>").unwrap();
        assert_eq!(document.blocks.len(), 2);
        assert_eq!(position("XFD1048576"), Some((1_048_575, 16_383)));
        assert_eq!(position("XFE1"), None);
        assert_eq!(position("A0"), None);
    }
}
