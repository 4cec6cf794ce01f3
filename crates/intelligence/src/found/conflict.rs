//! Sources that give different values for the same thing.
//!
//! Modest on purpose: two pieces disagree only if they are in different documents about the same thing and, values
//! aside, two sentences say the same words, two rows are the same row and column or carry the same number of a contract
//! and tell what was asked for, or a row tells of what the question
//! names (its label) what the question asks (its column) and the sentence speaks of that too. A price for one customer
//! does not contradict the price for another, nor a measured value the promised one.

use std::collections::BTreeSet;

use super::asked::{AnchorKind, Asked, is_period};
use super::expects::Expects;
use super::select::{Chosen, ENOUGH, Scored};
use super::table::Row;
use super::unit::{Unit, UnitKind};
use super::values::Value;
use super::words::{Kind, Reader, Token, alike};
use crate::{Conflict, ConflictSide, Evidence};

/// Words shared by two pieces that speak of the same thing, values aside.
const SAME_PATTERN: f32 = 0.7;

/// Share of what the question names that a piece must mention to be about it.
const NAMED: f32 = 0.9;
/// Shortest number of a contract or an order that can be no accident, in characters without separators.
const REFERENCE: usize = 6;

/// The conflicts, and for each chosen sentence whether it takes part in one. Of versions of one document the newest
/// takes the place of the chosen one.
pub(crate) fn conflicts(
    asked: &Asked,
    reader: &Reader,
    chosen: &mut [Chosen],
    scored: &[Scored<'_>],
    evidence: &[Evidence],
    mentions: &[Vec<f32>],
) -> (Vec<Conflict>, Vec<bool>) {
    let mut out: Vec<Conflict> = Vec::new();
    let mut disputed = vec![false; chosen.len()];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (at, own) in chosen.iter_mut().enumerate() {
        if taken.contains(&own.unit) {
            disputed[at] = true;
            continue;
        }
        let first = scored[own.unit].unit;
        let Some(value) = value(asked, first).filter(|_| told_once(own.unit, scored, evidence)) else {
            continue;
        };
        let mut sides = vec![(own.unit, value)];
        for (index, other) in scored.iter().enumerate() {
            if index == own.unit || other.confidence < ENOUGH {
                continue;
            }
            if let Some(other_value) = self::value(asked, other.unit)
                && sides
                    .iter()
                    .all(|(_, known)| known.canonical != other_value.canonical)
                && other_value.kind == sides[0].1.kind
                && (same_subject([own.unit, index], scored, evidence, (asked, reader), mentions)
                    .is_some_and(|subject| same_pattern(first, other.unit, (asked, reader), subject))
                    || same_reference([own.unit, index], scored, evidence, (asked, reader), mentions))
                && told_once(index, scored, evidence)
            {
                sides.push((index, other_value));
            }
        }
        if sides.len() < 2 {
            continue;
        }
        taken.extend(sides.iter().map(|(index, _)| *index));
        disputed[at] = true;
        let about = about(first, &sides[0].1);
        let written = |index: usize| evidence.get(scored[index].unit.evidence).map(dated);
        let versions = sides
            .iter()
            .map(|(index, _)| *index)
            .filter(|index| is_version(own.unit, *index, scored, evidence, reader));
        if let Some(newest) = versions.max_by_key(|index| written(*index))
            && written(newest) > written(own.unit)
        {
            own.unit = newest;
            own.also.clear();
        }
        let mut sides: Vec<ConflictSide> = sides
            .into_iter()
            .filter_map(|(index, value)| {
                let unit = scored[index].unit;
                let citation = evidence[unit.evidence].cite(unit.quote.clone())?;
                Some(ConflictSide {
                    value: value.shown,
                    citation,
                })
            })
            .collect();
        sides.sort_by_key(|side| {
            std::cmp::Reverse(day(side.citation.written.as_deref(), side.citation.modified))
        });
        out.push(Conflict { about, sides });
    }
    // A later sentence may have been found to be a side of an earlier one.
    for (at, own) in chosen.iter().enumerate() {
        disputed[at] |= taken.contains(&own.unit);
    }
    (out, disputed)
}

/// Whether two pieces stand in versions of one document that carry the same number, where they carry one.
fn is_version(a: usize, b: usize, scored: &[Scored<'_>], evidence: &[Evidence], reader: &Reader) -> bool {
    let of = |index: usize| {
        let one = evidence.get(scored.get(index)?.unit.evidence)?;
        let numbers: BTreeSet<String> = (reader.content(stem(one)).into_iter())
            .filter(|token| token.kind == Kind::Identifier && token.stem.len() > 3)
            .map(|token| token.stem)
            .collect();
        Some((names(one, reader), numbers))
    };
    of(a) == of(b)
}

/// File name without its ending.
fn stem(one: &Evidence) -> &str {
    let name = one.file.rsplit('/').next().unwrap_or(&one.file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Words of a file name that say what the document is.
fn names(one: &Evidence, reader: &Reader) -> BTreeSet<String> {
    let tokens = reader.content(&stem(one).replace('_', " "));
    let own = tokens.into_iter().filter(|token| token.kind == Kind::Word);
    own.map(|token| token.stem)
        .filter(|stem| !VERSION_WORDS.split_ascii_whitespace().any(|word| word == stem))
        .collect()
}

fn dated(one: &Evidence) -> String {
    day(one.written.as_deref(), one.modified)
}

/// The day a source is from: as the file says, else when it was changed.
fn day(written: Option<&str>, modified: i64) -> String {
    let written = written.and_then(|written| written.get(..10)).map(str::to_owned);
    written.unwrap_or_else(|| {
        jiff::Timestamp::from_second(modified)
            .map(|at| at.strftime("%Y-%m-%d").to_string())
            .unwrap_or_default()
    })
}

struct Told {
    kind: super::values::ValueKind,
    canonical: String,
    shown: String,
}

/// The one value a unit tells, where it is clear.
fn value(asked: &Asked, unit: &Unit) -> Option<Told> {
    if let UnitKind::Row(row) = &unit.kind {
        let [cell] = row.values.as_slice() else {
            return None;
        };
        let found = super::values::values(cell);
        let [only] = found.as_slice() else { return None };
        return Some(Told {
            kind: only.kind,
            canonical: only.canonical.clone(),
            shown: cell.clone(),
        });
    }
    if matches!(unit.kind, UnitKind::Heading) {
        return None;
    }
    let of_kind: Vec<&Value> = match asked.expects {
        Expects::Value(kind) => unit.values.iter().filter(|value| value.kind == kind).collect(),
        _ => unit.values.iter().collect(),
    };
    let [only] = of_kind.as_slice() else { return None };
    let shown = unit.text.get(only.range.clone())?.to_owned();
    Some(Told {
        kind: only.kind,
        canonical: only.canonical.clone(),
        shown,
    })
}

/// What both speak of: row label and column, or the sentence without its value.
fn about(unit: &Unit, value: &Told) -> String {
    match &unit.kind {
        UnitKind::Row(row) => {
            let column = row.columns.first().filter(|column| !column.is_empty());
            column.map_or_else(|| row.label.clone(), |column| format!("{}, {column}", row.label))
        }
        _ => unit.text.replacen(&value.shown, "…", 1),
    }
}

/// Whether a row is the only one of its document with this label and column: one of several prices by quantity does not
/// contradict the prices of another list.
fn told_once(index: usize, scored: &[Scored<'_>], evidence: &[Evidence]) -> bool {
    let own = scored[index].unit;
    let UnitKind::Row(row) = &own.kind else {
        return true;
    };
    let document = |unit: &Unit| evidence.get(unit.evidence).map(|one| one.document);
    !scored.iter().any(|other| {
        matches!(&other.unit.kind, UnitKind::Row(more)
            if more.label == row.label && more.columns == row.columns && more.values != row.values)
            && document(other.unit) == document(own)
    })
}

/// How two documents are about the same thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Versions of one document.
    Versions,
    /// Both are about all that the question names.
    Named,
}

fn same_pattern(a: &Unit, b: &Unit, asked: (&Asked, &Reader), subject: Subject) -> bool {
    match (&a.kind, &b.kind) {
        (UnitKind::Row(left), UnitKind::Row(right)) => {
            let plain = |text: &str| {
                text.to_lowercase()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let columns = |row: &Row| row.columns.iter().map(|c| plain(c)).collect::<Vec<_>>();
            plain(&left.label) == plain(&right.label) && columns(left) == columns(right)
        }
        (UnitKind::Row(row), _) => row_and_sentence(row, b, asked, subject),
        (_, UnitKind::Row(row)) => row_and_sentence(row, a, asked, subject),
        _ => {
            let words = |unit: &Unit| -> BTreeSet<String> {
                unit.own
                    .iter()
                    .filter(|token| token.kind == Kind::Word)
                    .map(|token| token.stem.clone())
                    .collect()
            };
            // Identifiers and the years of a sentence belong to its subject.
            let marks = |unit: &Unit| -> BTreeSet<String> {
                unit.own
                    .iter()
                    .filter(|token| token.kind == Kind::Identifier)
                    .map(|token| token.stem.clone())
                    .collect()
            };
            let (left, right) = (words(a), words(b));
            let shared = left.intersection(&right).count();
            let all = left.union(&right).count();
            shared >= 3 && shared as f32 >= SAME_PATTERN * all as f32 && marks(a) == marks(b)
        }
    }
}

/// Whether two rows of different documents carry the same number of a contract or an order, and each tells something that
/// was asked for. The number makes both speak of what one of them names.
fn same_reference(
    pair: [usize; 2],
    scored: &[Scored<'_>],
    evidence: &[Evidence],
    (asked, reader): (&Asked, &Reader),
    mentions: &[Vec<f32>],
) -> bool {
    let [a, b] = pair.map(|index| {
        let one = scored.get(index).and_then(|own| evidence.get(own.unit.evidence));
        one.map(|one| one.document)
    });
    let named = |index: &usize| {
        let full = |found: &Vec<f32>| found.get(*index).is_some_and(|share| *share >= NAMED);
        !mentions.is_empty() && mentions.iter().all(full)
    };
    if a == b || !pair.iter().any(named) {
        return false;
    }
    let [Some(left), Some(right)] = pair.map(|index| {
        let unit = scored.get(index)?.unit;
        let UnitKind::Row(row) = &unit.kind else {
            return None;
        };
        let said = reader.content(
            &[&row.columns[..], std::slice::from_ref(&row.label)]
                .concat()
                .join(" "),
        );
        let tells = asked
            .terms
            .iter()
            .any(|term| !asked.names(term) && said.iter().any(|own| alike(term, own) >= 0.6));
        let whole = evidence.get(unit.evidence)?.text.get(unit.quote.clone())?;
        let numbers = reader.content(whole).into_iter();
        let numbers = numbers.filter(|token| token.kind == Kind::Identifier && token.stem.len() >= REFERENCE);
        tells.then(|| numbers.map(|token| token.stem).collect::<BTreeSet<_>>())
    }) else {
        return false;
    };
    !left.is_disjoint(&right)
}

/// Whether a row and a sentence tell the value of one thing.
fn row_and_sentence(
    row: &Row,
    sentence: &Unit,
    (asked, reader): (&Asked, &Reader),
    subject: Subject,
) -> bool {
    let says = |words: &[Token], term: &Token| words.iter().any(|own| alike(term, own) >= 0.6);
    let label = reader.content(&row.label);
    if subject == Subject::Versions {
        // The same line of two versions: a table in one, a sentence in the other.
        return label.len() >= 2 && label.iter().all(|word| says(&sentence.own, word));
    }
    let column: Vec<Token> = row
        .columns
        .iter()
        .flat_map(|column| reader.content(column))
        .collect();
    let of_the_named = asked.anchors.iter().any(|anchor| {
        anchor.kind != AnchorKind::Time
            && anchor
                .stems
                .iter()
                .all(|stem| label.iter().any(|own| own.stem == *stem))
    });
    let of_another_time = column
        .iter()
        .any(|own| is_period(&own.stem) && !says(&sentence.own, own));
    let mut told = asked
        .terms
        .iter()
        .filter(|term| !asked.names(term) && says(&column, term))
        .peekable();
    of_the_named && !of_another_time && told.peek().is_some() && told.all(|term| says(&sentence.own, term))
}

/// Different documents about the same thing: both mention all that the question names, and their names do not tell
/// them apart as two of a kind (`Contract Halden`, `Contract Norrland`).
fn same_subject(
    pair: [usize; 2],
    scored: &[Scored<'_>],
    evidence: &[Evidence],
    (asked, reader): (&Asked, &Reader),
    mentions: &[Vec<f32>],
) -> Option<Subject> {
    let [left, right] = pair.map(|index| scored.get(index).and_then(|own| evidence.get(own.unit.evidence)));
    let (left, right) = (left?, right?);
    if left.document == right.document {
        return None;
    }
    let full = |found: &Vec<f32>, index: usize| found.get(index).is_some_and(|share| *share >= NAMED);
    if !mentions
        .iter()
        .all(|found| pair.iter().all(|index| full(found, *index)))
    {
        return None;
    }
    let (left, right) = (names(left, reader), names(right, reader));
    let shared = left.intersection(&right).count();
    let asked_for = |stem: &String| asked.terms.iter().any(|term| term.stem == *stem);
    let apart = |from: &BTreeSet<String>, other: &BTreeSet<String>| {
        from.difference(other).any(|stem| !asked_for(stem))
    };
    let parallel = shared > 0 && apart(&left, &right) && apart(&right, &left);
    if !left.is_empty() && left == right {
        return Some(Subject::Versions);
    }
    // Where nothing names the subject, only versions of one document can disagree.
    (!asked.anchors.is_empty() && !parallel).then_some(Subject::Named)
}

const VERSION_WORDS: &str = "v version final draft copy old new rev revision sign unsign updat kopi utkast entwurf neu alt \
jan feb mar apr may jun jul aug sep oct nov dec januari februari march april june juli august septemb octob novemb decemb";
