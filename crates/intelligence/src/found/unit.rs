//! Everything in the evidence that could be an answer.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::asked::Asked;
use super::split::{PieceKind, lines, pieces};
use super::table::{self, Row};
use super::values::{Value, values};
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

fn table_units(index: usize, evidence: &Evidence, asked: &Asked, reader: &Reader) -> Vec<Unit> {
    let text = evidence.text.as_str();
    let lines = lines(text);
    let Some((header, rows)) = lines.split_first() else {
        return Vec::new();
    };
    let with = |line: &Range<usize>| {
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
    let mut above: Vec<Range<usize>> = Vec::new();
    for piece in pieces {
        let line = piece.range.clone();
        let shown = text.get(line.clone()).unwrap_or_default();
        let is_piped = piece.kind == PieceKind::Row && shown.contains(" | ");
        if is_piped {
            let is_header = header.is_none() && !shown.bytes().any(|b| b.is_ascii_digit());
            let row = table::piped(text, header.clone(), line.clone(), asked, reader);
            if is_header {
                header = Some(line.clone());
            }
            out.push(row_unit(index, text, line.clone(), row, under.clone(), reader));
        } else {
            header = None;
            let row = table::figures(text, &above, line.clone(), asked, reader)
                .filter(|_| piece.kind == PieceKind::Row);
            let kind = match piece.kind {
                PieceKind::Sentence | PieceKind::Row => UnitKind::Sentence,
                PieceKind::Item(number) => UnitKind::Item(number),
                PieceKind::Heading => UnitKind::Heading,
            };
            let unit = match row {
                Some(row) => row_unit(index, text, line.clone(), row, under.clone(), reader),
                None => plain_unit(index, text, line.clone(), kind, under.clone(), reader),
            };
            if matches!(unit.kind, UnitKind::Heading) {
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
