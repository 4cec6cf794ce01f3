//! Which units become the answer.

use std::collections::BTreeSet;

use super::asked::Asked;
use super::expects::Expects;
use super::score::starts_with_an_act;
use super::unit::{Unit, UnitKind};
use crate::Evidence;

/// A unit with its place in the order and how sure it is an answer.
#[derive(Clone, Copy)]
pub(crate) struct Scored<'a> {
    pub unit: &'a Unit,
    pub rank: f32,
    /// [`super::score::Signs::kind`].
    pub kind: f32,
    pub confidence: f32,
}

/// A sentence of the answer before it is written.
pub(crate) struct Chosen {
    /// Index into the scored units.
    pub unit: usize,
    /// Further units of other documents that say the same.
    pub also: Vec<usize>,
}

/// Below this the best unit is no answer. Set above the near misses among the development questions.
pub(crate) const ENOUGH: f32 = 0.4;
/// Words shared by two units that say the same.
const SAME: f32 = 0.65;
const STEPS: usize = 8;
const FURTHER_CITATIONS: usize = 2;

/// Picks the answer, in reading order. Empty when nothing is good enough.
pub(crate) fn select(asked: &Asked, scored: &[Scored<'_>], evidence: &[Evidence]) -> Vec<Chosen> {
    // A heading says what stands below it; only a question for a title is answered by one.
    let may = |index: &usize| asked.title || !matches!(scored[*index].unit.kind, UnitKind::Heading);
    let mut order: Vec<usize> = (0..scored.len()).collect();
    order.sort_by(|a, b| scored[*b].rank.total_cmp(&scored[*a].rank).then(a.cmp(b)));
    let enough = |index: &usize| scored[*index].confidence >= ENOUGH;
    if asked.expects == Expects::Steps
        && let Some(announcing) = order.iter().copied().find(enough)
        && let Some(steps) = steps(announcing, scored)
    {
        return steps
            .into_iter()
            .map(|unit| Chosen {
                unit,
                also: Vec::new(),
            })
            .collect();
    }
    order.retain(may);
    let Some(best) = order.iter().copied().find(enough) else {
        return Vec::new();
    };
    if let Some(list) = announced(best, scored, evidence) {
        return list
            .into_iter()
            .map(|unit| Chosen {
                unit,
                also: Vec::new(),
            })
            .collect();
    }
    let most = match asked.expects {
        Expects::Value(_) | Expects::Person => 2,
        Expects::YesNo => 2,
        Expects::Steps | Expects::Anything => 4,
    };
    let mut chosen: Vec<Chosen> = vec![Chosen {
        unit: best,
        also: Vec::new(),
    }];
    for index in order {
        let candidate = &scored[index];
        if index == best || candidate.confidence < ENOUGH {
            continue;
        }
        if let Some(same) = chosen
            .iter_mut()
            .find(|own| says_the_same(scored[own.unit].unit, candidate.unit))
        {
            let documents = same
                .also
                .iter()
                .chain([&same.unit])
                .map(|own| evidence[scored[*own].unit.evidence].document);
            let new = !documents
                .collect::<BTreeSet<_>>()
                .contains(&evidence[candidate.unit.evidence].document);
            if new && same.also.len() < FURTHER_CITATIONS {
                same.also.push(index);
            }
            continue;
        }
        // Beside a value of the asked kind, a sentence without one adds nothing.
        let wanted = !matches!(asked.expects, Expects::Value(_) | Expects::Person)
            || candidate.kind >= scored[best].kind;
        let close = wanted && candidate.rank >= 0.85 * scored[best].rank;
        if close && chosen.len() < most {
            chosen.push(Chosen {
                unit: index,
                also: Vec::new(),
            });
        }
    }
    in_reading_order(&mut chosen, scored, evidence);
    chosen
}

/// By document, the one with the best sentence first, then by position.
fn in_reading_order(chosen: &mut [Chosen], scored: &[Scored<'_>], evidence: &[Evidence]) {
    let mut documents = Vec::new();
    for own in chosen.iter() {
        let document = evidence[scored[own.unit].unit.evidence].document;
        if !documents.contains(&document) {
            documents.push(document);
        }
    }
    let place = |own: &Chosen| {
        let unit = scored[own.unit].unit;
        let one = &evidence[unit.evidence];
        (
            documents.iter().position(|document| *document == one.document),
            one.passage,
            unit.quote.start,
        )
    };
    chosen.sort_by_key(place);
}

/// The list that the best unit belongs to or announces, from its first step on.
fn steps(best: usize, scored: &[Scored<'_>]) -> Option<Vec<usize>> {
    let is_step = |index: usize| {
        scored.get(index).is_some_and(|own| {
            matches!(own.unit.kind, UnitKind::Item(_))
                || starts_with_an_act(&own.unit.text) && !own.unit.text.ends_with(':')
        })
    };
    let together = |a: usize, b: usize| scored[a].unit.evidence == scored[b].unit.evidence;
    let mut first = best;
    if !is_step(best) {
        // The steps are announced: they begin within the next two pieces.
        first = (best + 1..=best + 2).find(|index| is_step(*index) && together(best, *index))?;
    }
    while first > 0 && is_step(first - 1) && together(first, first - 1) && !restarts(scored[first].unit) {
        first -= 1;
    }
    let mut steps = vec![first];
    let mut next = first + 1;
    while steps.len() < STEPS && is_step(next) && together(first, next) && !restarts(scored[next].unit) {
        steps.push(next);
        next += 1;
    }
    (steps.len() >= 2).then_some(steps)
}

/// A line that ends in a colon, and the list below it: its lines up to the next paragraph, heading or table.
fn announced(best: usize, scored: &[Scored<'_>], evidence: &[Evidence]) -> Option<Vec<usize>> {
    let first = scored.get(best)?.unit;
    if !first.text.ends_with(':') || matches!(first.kind, UnitKind::Row(_)) {
        return None;
    }
    let text = evidence.get(first.evidence)?.text.as_str();
    let own_line = |index: usize| {
        let (before, unit) = (scored.get(index - 1)?.unit, scored.get(index)?.unit);
        let broken = |from: usize, to: usize| text.get(from..to).is_some_and(|gap| gap.contains('\n'));
        let after = scored
            .get(index + 1)
            .map(|next| next.unit)
            .filter(|next| next.evidence == unit.evidence);
        let alone = before.evidence == unit.evidence
            && broken(before.quote.end, unit.quote.start)
            && after.is_none_or(|next| broken(unit.quote.end, next.quote.start));
        (alone && !matches!(unit.kind, UnitKind::Row(_))).then_some(())
    };
    let items = (best + 1..scored.len())
        .take(STEPS)
        .take_while(|index| own_line(*index).is_some());
    let list: Vec<usize> = std::iter::once(best).chain(items).collect();
    (list.len() >= 3).then_some(list)
}

/// Whether a list begins here.
fn restarts(unit: &Unit) -> bool {
    matches!(unit.kind, UnitKind::Item(Some(1)))
}

/// Whether two units hold the same words and the same values.
pub(crate) fn says_the_same(a: &Unit, b: &Unit) -> bool {
    overlap(a, b) >= SAME && values_of(a) == values_of(b)
}

pub(crate) fn values_of(unit: &Unit) -> BTreeSet<&str> {
    unit.values.iter().map(|value| value.canonical.as_str()).collect()
}

/// Shared words over all words (Jaccard).
pub(crate) fn overlap(a: &Unit, b: &Unit) -> f32 {
    let set = |unit: &Unit| {
        unit.own
            .iter()
            .map(|token| token.stem.clone())
            .collect::<BTreeSet<_>>()
    };
    let (a, b) = (set(a), set(b));
    let shared = a.intersection(&b).count() as f32;
    let all = a.union(&b).count() as f32;
    if all > 0.0 { shared / all } else { 0.0 }
}
