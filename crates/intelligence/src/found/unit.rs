//! Everything in the evidence that could be an answer.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::asked::Asked;
use super::split::{PieceKind, lines, pieces};
use super::table::{self, Row};
use super::values::{Value, ValueKind, values};
use super::words::{Reader, Token};
use crate::Evidence;

/// A piece of a passage that may become a sentence of the answer.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Index of the evidence.
    pub evidence: usize,
    /// What is quoted, in bytes of the passage.
    pub quote: Range<usize>,
    /// What is shown: the quote on one line, or a row written from its cells.
    pub text: String,
    pub kind: UnitKind,
    /// Words it says itself.
    pub own: Vec<Token>,
    /// Words of the heading line above it inside the passage.
    pub under: Vec<Token>,
    pub values: Vec<Value>,
    /// How many units stand before it in its passage.
    pub position: usize,
    /// A line that stands in other passages of the same document too: a running header or footer.
    pub repeated: bool,
}

#[derive(Debug)]
pub(crate) enum UnitKind {
    Sentence,
    Item(Option<u32>),
    Row(Row),
    /// A short line without an end, as on a slide.
    Line,
    /// A title or a heading: it says what stands below it, never an answer.
    Heading,
}

/// The units of one passage, in order.
pub(crate) fn units(index: usize, evidence: &Evidence, asked: &Asked, reader: &Reader) -> Vec<Unit> {
    let mut out = match evidence.table {
        true => table_units(index, evidence, asked, reader),
        false => prose_units(index, evidence, asked, reader),
    };
    for (position, unit) in out.iter_mut().enumerate() {
        unit.position = position;
    }
    out
}

/// Marks running headers and footers: the same line, page number aside, in several passages of one document.
pub(crate) fn mark_repeated(units: &mut [Unit], evidence: &[Evidence]) {
    let line = |unit: &Unit| {
        let one = evidence.get(unit.evidence).filter(|one| !one.table)?;
        let bare = unit
            .text
            .trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '/' | '|'));
        Some((one.document, bare.to_owned()))
    };
    let mut passages: HashMap<_, BTreeSet<usize>> = HashMap::new();
    for unit in units.iter() {
        if let Some(key) = line(unit) {
            passages.entry(key).or_default().insert(unit.evidence);
        }
    }
    for unit in units.iter_mut() {
        unit.repeated = line(unit)
            .and_then(|key| passages.get(&key))
            .is_some_and(|passages| passages.len() > 1);
    }
}

/// Marks titles and headings: what the document calls itself or its parts, and a line without a value over a paragraph.
pub(crate) fn mark_headings(units: &mut [Unit], evidence: &[Evidence]) {
    let mut names: HashMap<_, BTreeSet<String>> = HashMap::new();
    for one in evidence {
        let own = names.entry(one.document).or_default();
        let stem = one.file.rsplit('/').next().unwrap_or(&one.file);
        own.insert(bare(stem.rsplit_once('.').map_or(stem, |(stem, _)| stem)));
        own.extend(one.title.iter().chain(&one.headings).map(|name| bare(name)));
        own.remove("");
    }
    for index in 0..units.len() {
        let (unit, next) = (&units[index], units.get(index + 1));
        let Some(own) = evidence
            .get(unit.evidence)
            .and_then(|one| names.get(&one.document))
        else {
            continue;
        };
        let next = next.filter(|next| next.evidence == unit.evidence);
        let over_text = next.is_some_and(|next| !matches!(next.kind, UnitKind::Line | UnitKind::Heading));
        // The columns of a printed table stand over lines of values.
        let over_values = next.is_some_and(|next| next.values.len() >= 2) && unit.values.is_empty();
        let tells = unit
            .values
            .iter()
            .any(|value| value.kind != ValueKind::Date && value.range.start > 0);
        let is_line = matches!(unit.kind, UnitKind::Line);
        if !matches!(unit.kind, UnitKind::Row(_))
            && (own.contains(&bare(&unit.text)) || is_line && (over_text && !tells || over_values))
        {
            units[index].kind = UnitKind::Heading;
        }
    }
}

/// Letters and digits of a name in lower case, without the number of a section in front.
fn bare(name: &str) -> String {
    let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '§' | ' '));
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn table_units(index: usize, evidence: &Evidence, asked: &Asked, reader: &Reader) -> Vec<Unit> {
    let text = evidence.text.as_str();
    let lines = lines(text);
    let Some((header, rows)) = lines.split_first() else {
        return Vec::new();
    };
    let of_cells = |line: &Range<usize>| text.get(line.clone()).is_some_and(|line| line.contains(" | "));
    let wide = rows.iter().any(of_cells);
    let with = |line: &Range<usize>| {
        // A line of one cell in a table of several is a caption.
        if wide && !of_cells(line) {
            return plain_unit(index, text, line.clone(), UnitKind::Heading, Vec::new(), reader);
        }
        let row = table::piped(text, Some(header.clone()), line.clone(), asked, reader);
        row_unit(index, text, line.clone(), row, Vec::new(), reader)
    };
    rows.iter().map(with).collect()
}

fn prose_units(index: usize, evidence: &Evidence, asked: &Asked, reader: &Reader) -> Vec<Unit> {
    let text = evidence.text.as_str();
    let pieces = pieces(text);
    let mut out = Vec::new();
    let mut under: Vec<Token> = Vec::new();
    // The first line of the table that is open now, and all lines so far, for the years above a printed statement.
    let mut header: Option<Range<usize>> = None;
    let mut open = false;
    let mut above: Vec<Range<usize>> = Vec::new();
    for piece in pieces {
        let line = piece.range.clone();
        let shown = text.get(line.clone()).unwrap_or_default();
        let is_piped = piece.kind == PieceKind::Row && shown.contains(" | ");
        if is_piped {
            if !open && table::is_header(text, line.clone()) {
                header = Some(line.clone());
                let heads = plain_unit(
                    index,
                    text,
                    line.clone(),
                    UnitKind::Heading,
                    under.clone(),
                    reader,
                );
                out.push(heads);
            } else {
                let row = table::piped(text, header.clone(), line.clone(), asked, reader);
                out.push(row_unit(index, text, line.clone(), row, under.clone(), reader));
            }
            open = true;
        } else {
            header = None;
            open = false;
            let row = table::figures(text, &above, line.clone(), asked, reader)
                .filter(|_| piece.kind == PieceKind::Row);
            let kind = match piece.kind {
                PieceKind::Sentence | PieceKind::Row => UnitKind::Sentence,
                PieceKind::Item(number) => UnitKind::Item(number),
                PieceKind::Heading => UnitKind::Line,
            };
            let unit = match row {
                Some(row) => row_unit(index, text, line.clone(), row, under.clone(), reader),
                None => plain_unit(index, text, line.clone(), kind, under.clone(), reader),
            };
            if matches!(unit.kind, UnitKind::Line) {
                under = unit.own.clone();
            }
            out.push(unit);
        }
        above.push(line);
    }
    out
}

fn plain_unit(
    evidence: usize,
    text: &str,
    quote: Range<usize>,
    kind: UnitKind,
    under: Vec<Token>,
    reader: &Reader,
) -> Unit {
    let quoted = text.get(quote.clone()).unwrap_or_default();
    let shown = quoted.split_whitespace().collect::<Vec<_>>().join(" ");
    let own = reader.content(quoted);
    let values = values(&shown);
    Unit {
        evidence,
        quote,
        text: shown,
        kind,
        own,
        under,
        values,
        position: 0,
        repeated: false,
    }
}

fn row_unit(
    evidence: usize,
    text: &str,
    quote: Range<usize>,
    row: Row,
    under: Vec<Token>,
    reader: &Reader,
) -> Unit {
    let quoted = text.get(quote.clone()).unwrap_or_default();
    let mut own = reader.content(quoted);
    for column in &row.columns {
        own.extend(reader.content(column));
    }
    let values = row.values.iter().flat_map(|cell| values(cell)).collect();
    Unit {
        evidence,
        quote,
        text: row.text.clone(),
        kind: UnitKind::Row(row),
        own,
        under,
        values,
        position: 0,
        repeated: false,
    }
}
