//! Sources that give different values for the same thing.
//!
//! Modest on purpose: two pieces disagree only if, values aside, they say the same words (or are the same row and
//! column), in different documents that are about the same thing. A price for one customer does not contradict the
//! price for another.

use std::collections::BTreeSet;

use super::asked::Asked;
use super::expects::Expects;
use super::select::{Chosen, Scored};
use super::unit::{Unit, UnitKind};
use super::values::Value;
use super::words::{Kind, Reader};
use crate::{Conflict, ConflictSide, Evidence};

/// Words shared by two pieces that speak of the same thing, values aside.
const SAME_PATTERN: f32 = 0.7;

/// The conflicts, and for each chosen sentence whether it takes part in one.
pub(crate) fn conflicts(
    asked: &Asked,
    chosen: &[Chosen],
    scored: &[Scored<'_>],
    evidence: &[Evidence],
    mentions: &[Vec<f32>],
) -> (Vec<Conflict>, Vec<bool>) {
    let mut out: Vec<Conflict> = Vec::new();
    let mut disputed = vec![false; chosen.len()];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (at, own) in chosen.iter().enumerate() {
        if taken.contains(&own.unit) {
            disputed[at] = true;
            continue;
        }
        let first = scored[own.unit].unit;
        let Some(value) = value(asked, first) else {
            continue;
        };
        let mut sides = vec![(own.unit, value)];
        for (index, other) in scored.iter().enumerate() {
            if index == own.unit || other.confidence < 0.35 {
                continue;
            }
            if let Some(other_value) = self::value(asked, other.unit)
                && sides
                    .iter()
                    .all(|(_, known)| known.canonical != other_value.canonical)
                && other_value.kind == sides[0].1.kind
                && same_subject(first, other.unit, evidence, asked, mentions)
                && same_pattern(first, other.unit)
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
        sides.sort_by_key(|side| std::cmp::Reverse(day(&side.citation)));
        out.push(Conflict { about, sides });
    }
    // A later sentence may have been found to be a side of an earlier one.
    for (at, own) in chosen.iter().enumerate() {
        disputed[at] |= taken.contains(&own.unit);
    }
    (out, disputed)
}

/// The day a source is from: as the file says, else when it was changed.
fn day(citation: &domain::Citation) -> String {
    let written = citation
        .written
        .as_deref()
        .and_then(|written| written.get(..10))
        .map(str::to_owned);
    written.unwrap_or_else(|| {
        jiff::Timestamp::from_second(citation.modified)
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

fn same_pattern(a: &Unit, b: &Unit) -> bool {
    match (&a.kind, &b.kind) {
        (UnitKind::Row(left), UnitKind::Row(right)) => {
            let plain = |text: &str| {
                text.to_lowercase()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            plain(&left.label) == plain(&right.label)
                && left
                    .columns
                    .iter()
                    .map(|c| plain(c))
                    .eq(right.columns.iter().map(|c| plain(c)))
        }
        (UnitKind::Row(_), _) | (_, UnitKind::Row(_)) => false,
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

/// Different documents about the same thing: both mention all that the question names, and their names do not tell
/// them apart as two of a kind (`Contract Halden`, `Contract Norrland`).
fn same_subject(a: &Unit, b: &Unit, evidence: &[Evidence], asked: &Asked, mentions: &[Vec<f32>]) -> bool {
    let (Some(left), Some(right)) = (evidence.get(a.evidence), evidence.get(b.evidence)) else {
        return false;
    };
    if left.document == right.document {
        return false;
    }
    let both = mentions.iter().all(|found| {
        let full = |index: usize| found.get(index).is_some_and(|share| *share >= 0.9);
        full(a.evidence) && full(b.evidence)
    });
    if !both {
        return false;
    }
    let reader = Reader::for_question("");
    let names = |one: &Evidence| -> BTreeSet<String> {
        let stem = one.file.rsplit('/').next().unwrap_or(&one.file);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let tokens = reader.content(&stem.replace('_', " "));
        let own = tokens.into_iter().filter(|token| token.kind == Kind::Word);
        own.map(|token| token.stem)
            .filter(|stem| !VERSION_WORDS.split_ascii_whitespace().any(|word| word == stem))
            .collect()
    };
    let (left, right) = (names(left), names(right));
    let shared = left.intersection(&right).count();
    let asked_for = |stem: &String| asked.terms.iter().any(|term| term.stem == *stem);
    let apart = |from: &BTreeSet<String>, other: &BTreeSet<String>| {
        from.difference(other).any(|stem| !asked_for(stem))
    };
    let parallel = shared > 0 && apart(&left, &right) && apart(&right, &left);
    if asked.anchors.is_empty() {
        // Nothing names the subject: only versions of one document can disagree.
        !left.is_empty() && left == right
    } else {
        !parallel
    }
}

const VERSION_WORDS: &str = "v version final draft copy old new rev revision sign unsign updat kopi utkast entwurf neu alt \
jan feb mar apr may jun jul aug sep oct nov dec januari februari march april june juli august septemb octob novemb decemb";
