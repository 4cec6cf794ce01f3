//! The ranking, in two stages: which documents, then which of their passages.
//!
//! People name the customer, the year and the kind of document in their question, and files carry them in their name,
//! seldom on every page. So documents are scored first, by their best passages in both indexes, by the names and by
//! the periods they share with the question. Then the passages of the best documents are compared among each other.
//!
//! The constants were found on one half of the questions of four development sets and checked on the other half; see
//! `docs/benchmarks.md`.

use std::collections::{HashMap, HashSet};

use domain::{DocumentId, PassageId};

use super::question::Analysis;
use super::{Mode, Ranked, period};
use crate::index::{KeywordHit, Weights};
use crate::library::Snapshot;

/// The knobs of the shipped ranking.
pub struct Knobs {
    /// Share of meaning against words, for documents.
    pub meaning: f32,
    /// The same for passages of one document.
    pub meaning_within: f32,
    /// What a full match of names is worth.
    pub name: f32,
    /// Sum of term weights at which a name match counts half.
    pub name_half: f32,
    /// What a full match of periods is worth.
    pub period: f32,
    /// What the newest year in file names is worth when the question names none.
    pub recency: f32,
    /// What the best passage of a document is worth against the document.
    pub passage: f32,
}

/// As shipped.
pub const KNOBS: Knobs = Knobs {
    meaning: 0.5,
    meaning_within: 0.5,
    name: 0.5,
    name_half: 3.0,
    period: 0.5,
    recency: 0.1,
    passage: 1.0,
};

/// Documents whose passages are compared among each other.
const DOCUMENTS: usize = 12;
/// Documents that come in by their name or period although none of their passages is among the candidates.
const BY_NAME: usize = 12;
/// Passages of one document that stand before other documents' passages.
const OF_ONE_DOCUMENT: usize = 10;

/// Field weights of a mode. The keyword baseline counts title, headings and text as one.
pub fn weights(mode: Mode) -> Weights {
    match mode {
        Mode::Hybrid | Mode::Vector => Weights { name: 0.0, title: 0.3, headings: 0.3, body: 1.0, cells: 1.0 },
        Mode::Keyword | Mode::Rrf => Weights { name: 0.0, title: 1.0, headings: 1.0, body: 1.0, cells: 1.0 },
    }
}

/// What the two halves of the index offer, each best first.
#[derive(Default)]
pub struct Candidates {
    /// Passages by words.
    pub keyword: Vec<KeywordHit>,
    /// Passages by meaning of the whole question.
    pub vector: Vec<(PassageId, f32)>,
    /// The same for each sentence of a long question.
    pub sentences: Vec<Vec<(PassageId, f32)>>,
    /// How many are asked for of each: a full list is cut off, a shorter one holds all there are.
    pub most: usize,
}

/// Best keyword score first.
pub fn keyword(candidates: &Candidates) -> Vec<Ranked> {
    let ranked = |hit: &KeywordHit| Ranked {
        passage: hit.passage,
        score: hit.score,
        keyword: Some(hit.score),
        similarity: None,
    };
    candidates.keyword.iter().map(ranked).collect()
}

/// Nearest vector first.
pub fn vector(candidates: &Candidates) -> Vec<Ranked> {
    let ranked = |&(passage, cosine): &(PassageId, f32)| Ranked {
        passage,
        score: cosine,
        keyword: None,
        similarity: Some(cosine),
    };
    candidates.vector.iter().map(ranked).collect()
}

/// Reciprocal-rank fusion of the two lists.
pub fn reciprocal(candidates: &Candidates) -> Vec<Ranked> {
    let mut all = gather(candidates);
    for (rank, hit) in candidates.keyword.iter().enumerate() {
        all.entry(hit.passage).and_modify(|r| r.score += 1.0 / (61 + rank) as f32);
    }
    for (rank, (passage, _)) in candidates.vector.iter().enumerate() {
        all.entry(*passage).and_modify(|r| r.score += 1.0 / (61 + rank) as f32);
    }
    sorted(all.into_values().collect())
}

/// Documents with their scores, best first.
pub fn documents(question: &Analysis, candidates: &Candidates, snapshot: &Snapshot, wanted: &dyn Fn(DocumentId) -> bool) -> Vec<(DocumentId, f32)> {
    let catalog = &snapshot.catalog;
    let mut scores: HashMap<DocumentId, f32> = HashMap::new();
    let has_vectors = !candidates.vector.is_empty();
    let share = if has_vectors { KNOBS.meaning } else { 0.0 };
    let words = candidates.keyword.iter().map(|hit| (hit.document, hit.score));
    for (document, score) in normal(best(words), floor(candidates.keyword.iter().map(|hit| hit.score), candidates.most)) {
        *scores.entry(document).or_default() += (1.0 - share) * score;
    }
    let of = |list: &[(PassageId, f32)]| -> Vec<(DocumentId, f32)> {
        list.iter().filter_map(|(passage, cosine)| Some((catalog.document_of(*passage)?, *cosine))).collect()
    };
    let meaning = if candidates.sentences.is_empty() {
        let floor = candidates.vector.last().map_or(0.0, |(_, cosine)| *cosine);
        normal(best(of(&candidates.vector).into_iter()), floor)
    } else {
        several_needs(candidates.sentences.iter().map(|list| of(list)))
    };
    for (document, score) in meaning {
        *scores.entry(document).or_default() += share * score;
    }
    let named = by_name(question, snapshot);
    let top = named.values().copied().fold(0.0, f32::max);
    let names = |id: DocumentId| {
        let own = named.get(&id).copied().unwrap_or(0.0);
        if top > 0.0 { KNOBS.name * top / (top + KNOBS.name_half) * own / top } else { 0.0 }
    };
    let years = years(snapshot);
    let periods = |id: DocumentId| {
        let Some(entry) = catalog.document(id) else { return 0.0 };
        if !question.periods.is_empty() {
            return KNOBS.period * period::fit(&question.periods, &entry.periods);
        }
        let rank = entry.periods.last_year().and_then(|year| years.binary_search(&year).ok());
        rank.map_or(0.0, |rank| KNOBS.recency * (rank + 1) as f32 / years.len() as f32)
    };
    let mut others: Vec<(DocumentId, f32)> = named
        .keys()
        .filter(|id| !scores.contains_key(id) && wanted(**id))
        .map(|id| (*id, names(*id) + periods(*id)))
        .collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    others.truncate(BY_NAME);
    let scored = scores.into_iter().map(|(id, score)| (id, score + names(id) + periods(id)));
    let mut all: Vec<(DocumentId, f32)> = scored.chain(others).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all
}

/// Documents whose passages are looked at more closely.
pub fn closer(documents: &[(DocumentId, f32)]) -> HashSet<DocumentId> {
    documents.iter().take(DOCUMENTS).map(|(id, _)| *id).collect()
}

/// Passages in their final order. `within` holds what both indexes say of the passages of the best documents alone.
pub fn passages(
    documents: &[(DocumentId, f32)],
    candidates: &Candidates,
    within: &Candidates,
    snapshot: &Snapshot,
) -> Vec<Ranked> {
    let share = if within.vector.is_empty() { 0.0 } else { KNOBS.meaning_within };
    let scores: HashMap<DocumentId, f32> = documents.iter().copied().collect();
    let mut all = gather(candidates);
    for (passage, close) in gather(within) {
        let known = all.entry(passage).or_insert_with(|| close.clone());
        known.keyword = known.keyword.or(close.keyword);
        known.similarity = known.similarity.or(close.similarity);
    }
    let top = |scores: Vec<f32>| (scores.iter().copied().fold(0.0f32, f32::max)).max(f32::MIN_POSITIVE);
    let best_words = top(all.values().filter_map(|r| r.keyword).collect());
    let cosines: Vec<f32> = all.values().filter_map(|r| r.similarity).collect();
    let (low, high) = (cosines.iter().copied().fold(1.0, f32::min), top(cosines));
    let ranked = all.into_values().filter_map(|mut ranked| {
        let document = snapshot.catalog.document_of(ranked.passage)?;
        let words = ranked.keyword.unwrap_or(0.0) / best_words;
        let meaning = ranked.similarity.map_or(0.0, |cosine| (cosine - low) / (high - low).max(1e-6));
        let own = (1.0 - share) * words + share * meaning;
        ranked.score = scores.get(&document)? + KNOBS.passage * own;
        Some(ranked)
    });
    spread(sorted(ranked.collect()), snapshot)
}

/// Passages of one document beyond the tenth go behind all others, so that a long document does not hide the rest.
fn spread(ranked: Vec<Ranked>, snapshot: &Snapshot) -> Vec<Ranked> {
    let mut seen: HashMap<Option<DocumentId>, usize> = HashMap::new();
    let (mut first, rest): (Vec<Ranked>, Vec<Ranked>) = ranked.into_iter().partition(|ranked| {
        let count = seen.entry(snapshot.catalog.document_of(ranked.passage)).or_default();
        *count += 1;
        *count <= OF_ONE_DOCUMENT
    });
    first.extend(rest);
    first
}

/// Sum over the question's names of how rare each is among file names, times its weight there.
fn by_name(question: &Analysis, snapshot: &Snapshot) -> HashMap<DocumentId, f32> {
    let catalog = &snapshot.catalog;
    let all = catalog.len() as f32;
    let mut scores = HashMap::new();
    for name in &question.names {
        let Some(documents) = catalog.named(name) else { continue };
        let count = documents.len() as f32;
        // Robertson and Zaragoza 2009, with the 1 that keeps common words above zero.
        let rarity = (1.0 + (all - count + 0.5) / (count + 0.5)).ln();
        for (document, weight) in documents {
            *scores.entry(*document).or_default() += rarity * weight;
        }
    }
    scores
}

/// The years in file names, each once, in order.
fn years(snapshot: &Snapshot) -> Vec<u16> {
    let mut years: Vec<u16> = snapshot.catalog.documents().filter_map(|(_, entry)| entry.periods.last_year()).collect();
    years.sort_unstable();
    years.dedup();
    years
}

/// The best score of each document.
fn best(scores: impl Iterator<Item = (DocumentId, f32)>) -> HashMap<DocumentId, f32> {
    let mut best: HashMap<DocumentId, f32> = HashMap::new();
    for (document, score) in scores {
        best.entry(document).and_modify(|best| *best = best.max(score)).or_insert(score);
    }
    best
}

/// A document answers a question of many needs as well as the mean of its three best answered needs.
fn several_needs(lists: impl Iterator<Item = Vec<(DocumentId, f32)>>) -> HashMap<DocumentId, f32> {
    let mut all: HashMap<DocumentId, Vec<f32>> = HashMap::new();
    let mut floors = Vec::new();
    for list in lists {
        floors.push(list.last().map_or(0.0, |(_, score)| *score));
        for (document, score) in best(list.into_iter()) {
            all.entry(document).or_default().push(score);
        }
    }
    let floor = floors.iter().sum::<f32>() / floors.len().max(1) as f32;
    let mean = all.into_iter().map(|(document, mut scores)| {
        scores.sort_by(|a, b| b.total_cmp(a));
        scores.resize(3, floor);
        (document, scores.iter().sum::<f32>() / 3.0)
    });
    normal(mean.collect(), floor)
}

/// Scores from 0, where the list was cut off, to 1, the best.
fn normal(scores: HashMap<DocumentId, f32>, floor: f32) -> HashMap<DocumentId, f32> {
    let top = scores.values().copied().fold(floor, f32::max);
    let range = (top - floor).max(1e-9);
    scores.into_iter().map(|(document, score)| (document, ((score - floor) / range).max(0.0))).collect()
}

/// The last score of a list that was cut off, else 0.
fn floor(scores: impl ExactSizeIterator<Item = f32>, most: usize) -> f32 {
    if scores.len() < most { 0.0 } else { scores.fold(f32::MAX, f32::min) }
}

fn gather(candidates: &Candidates) -> HashMap<PassageId, Ranked> {
    let mut all: HashMap<PassageId, Ranked> = HashMap::new();
    let new = |passage| Ranked { passage, score: 0.0, keyword: None, similarity: None };
    for hit in &candidates.keyword {
        all.entry(hit.passage).or_insert_with(|| new(hit.passage)).keyword = Some(hit.score);
    }
    for (passage, cosine) in &candidates.vector {
        all.entry(*passage).or_insert_with(|| new(*passage)).similarity = Some(*cosine);
    }
    all
}

fn sorted(mut ranked: Vec<Ranked>) -> Vec<Ranked> {
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
    ranked
}
