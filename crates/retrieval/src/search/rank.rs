//! The ranking, in two stages: which documents, then which of their passages.
//!
//! People name the customer, the year and the kind of document in their question, and files carry them in their name,
//! seldom on every page. So documents are scored first, by their best passages in both indexes, by the names and by
//! the periods they share with the question. Then the passages of the best documents are compared among each other.
//!
//! Every part is divided by its best value for this question and weighted, no more: a convex combination (Bruch, Gai and
//! Ingber 2023), with BM25 at two grains, the best passage and the whole document. The weights are round numbers in the
//! middle of a plateau; docs/benchmarks.md says how they were chosen and what was held out.

use std::collections::{HashMap, HashSet};

use domain::{DocumentId, PassageId};

use super::question::Analysis;
use super::{Ranked, period, vocabulary};
use crate::index::{KeywordHit, Weights};
use crate::library::Snapshot;

/// What a document's best passage by words counts, the best of all being 1.
const WORDS: f32 = 0.5;
/// What all of a document's text together counts, by words.
const WHOLE: f32 = 0.3;
/// What a document's best passage by meaning counts.
const MEANING: f32 = 0.5;
/// What a full match of names is worth where the file name carries a period: one of a series, named by its subject.
const NAME_OF_SERIES: f32 = 0.5;
/// The same for other files, whose names are ordinary words.
const NAME: f32 = 0.1;
/// The same for the folders a file is in.
const FOLDER: f32 = 0.1;
/// Sum of rarities at which a match of names counts half: a common word in a name says little.
const NAME_HALF: f32 = 3.0;
/// What a word that only begins a name in full counts of it.
const SHORTENED: f32 = 0.7;
/// What a full match of periods is worth.
const PERIOD: f32 = 0.5;
/// What a file loses that names the oldest year of all, when the question names none; files without a year lose nothing.
const RECENCY: f32 = 0.2;
/// Share of meaning against words, among the passages of the best documents.
const MEANING_WITHIN: f32 = 0.6;
/// What a document's score counts against its passages'.
const DOCUMENT: f32 = 0.4;
/// Documents whose passages are compared among each other.
const DOCUMENTS: usize = 10;
/// Best answered needs that count, of a question that has several.
const NEEDS: usize = 3;
/// Documents that come in by their name or period although none of their passages is among the candidates.
const BY_NAME: usize = 12;

/// Words in file names that say what kind of document it is, not what it is about.
const KINDS: &[&str] = &[
    "10k",
    "10q",
    "8k",
    "annual",
    "annualreport",
    "copy",
    "date",
    "dated",
    "doc",
    "document",
    "draft",
    "earn",
    "earning",
    "filing",
    "final",
    "quarterly",
    "report",
    "v1",
    "v2",
    "version",
];

/// Field weights for finding documents, and for the baselines: title, headings and text as one field.
pub const DOCUMENT_WEIGHTS: Weights = Weights {
    all: 1.0,
    headings: 0.0,
};
/// Field weights for choosing among the passages of the best documents.
pub const PASSAGE_WEIGHTS: Weights = Weights {
    headings: 0.5,
    ..DOCUMENT_WEIGHTS
};

/// What the two halves of the index offer, each best first.
#[derive(Default)]
pub struct Candidates {
    /// Passages by words.
    pub keyword: Vec<KeywordHit>,
    /// Passages by meaning of the whole question.
    pub vector: Vec<(PassageId, f32)>,
    /// The same for each sentence of a long question.
    pub sentences: Vec<Vec<(PassageId, f32)>>,
    /// Documents by all of their text.
    pub whole: Vec<(DocumentId, f32)>,
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
        all.entry(hit.passage)
            .and_modify(|r| r.score += 1.0 / (61 + rank) as f32);
    }
    for (rank, (passage, _)) in candidates.vector.iter().enumerate() {
        all.entry(*passage)
            .and_modify(|r| r.score += 1.0 / (61 + rank) as f32);
    }
    sorted(all.into_values().collect())
}

/// Documents with their scores, best first.
pub fn documents(
    question: &Analysis,
    candidates: &Candidates,
    snapshot: &Snapshot,
    wanted: &dyn Fn(DocumentId) -> bool,
) -> Vec<(DocumentId, f32)> {
    let catalog = &snapshot.catalog;
    let mut scores: HashMap<DocumentId, f32> = HashMap::new();
    let mut add = |weight: f32, of: HashMap<DocumentId, f32>| {
        let top = of.values().copied().fold(1e-9, f32::max);
        for (document, score) in of {
            *scores.entry(document).or_default() += weight * (score / top).max(0.0);
        }
    };
    let words = candidates.keyword.iter().map(|hit| (hit.document, hit.score));
    add(WORDS, best(words));
    add(WHOLE, candidates.whole.iter().copied().collect());
    let of = |list: &[(PassageId, f32)]| -> HashMap<DocumentId, f32> {
        best(
            list.iter()
                .filter_map(|(passage, cosine)| Some((catalog.document_of(*passage)?, *cosine))),
        )
    };
    add(
        MEANING,
        if candidates.sentences.is_empty() {
            of(&candidates.vector)
        } else {
            several_needs(candidates.sentences.iter().map(|list| of(list)))
        },
    );
    let named = names::evidence(question, snapshot);
    let periods = |id: DocumentId| {
        let Some(entry) = catalog.document(id) else {
            return 0.0;
        };
        if question.periods.is_empty() {
            entry
                .periods
                .last_year()
                .map_or(0.0, |year| RECENCY * (catalog.recency(year) - 1.0))
        } else {
            PERIOD * period::fit(&question.periods, &entry.periods)
        }
    };
    let name = |id: DocumentId| named.get(&id).copied().unwrap_or(0.0);
    let others = named.keys().filter(|id| !scores.contains_key(id) && wanted(**id));
    let mut others: Vec<(DocumentId, f32)> = others.map(|id| (*id, name(*id) + periods(*id))).collect();
    others.sort_by(order);
    others.truncate(BY_NAME);
    let scored = scores
        .iter()
        .map(|(id, score)| (*id, score + name(*id) + periods(*id)));
    let mut all: Vec<(DocumentId, f32)> = scored.chain(others).collect();
    all.sort_by(order);
    all
}

/// Documents whose passages are looked at more closely.
pub fn closer(documents: &[(DocumentId, f32)]) -> HashSet<DocumentId> {
    documents.iter().take(DOCUMENTS).map(|(id, _)| *id).collect()
}

/// What to look for within the best documents: besides the question's own words, those that the answering passage is
/// likely to use for them.
pub fn terms_within(question: &Analysis, text: &str) -> Vec<(String, f32)> {
    let mut terms = question.terms.clone();
    for term in vocabulary::also(text) {
        if !terms.iter().any(|(own, _)| *own == term) {
            terms.push((term, 1.0));
        }
    }
    terms
}

/// Passages in their final order. `within` holds what both indexes say of the passages of the best documents alone;
/// `most_of_one` passages of a document stand before those of others.
pub fn passages(
    documents: &[(DocumentId, f32)],
    candidates: &Candidates,
    within: &Candidates,
    snapshot: &Snapshot,
    most_of_one: usize,
) -> Vec<Ranked> {
    let scores: HashMap<DocumentId, f32> = documents.iter().copied().collect();
    let mut all = own_scores(candidates);
    // A passage outside the best documents is at most as good as their middle.
    all.values_mut().for_each(|ranked| ranked.score *= 0.5);
    all.extend(own_scores(within));
    let ranked = all.into_values().filter_map(|mut ranked| {
        let document = snapshot.catalog.document_of(ranked.passage)?;
        ranked.score += DOCUMENT * scores.get(&document)?;
        Some(ranked)
    });
    spread(sorted(ranked.collect()), snapshot, most_of_one)
}

/// Words and meaning of each passage on one scale, the best of the list being 1.
fn own_scores(candidates: &Candidates) -> HashMap<PassageId, Ranked> {
    let mut all = gather(candidates);
    let top = |of: fn(&Ranked) -> Option<f32>| all.values().filter_map(of).fold(1e-9, f32::max);
    let (words, meaning) = (top(|r| r.keyword), top(|r| r.similarity));
    let share = if candidates.vector.is_empty() {
        0.0
    } else {
        MEANING_WITHIN
    };
    for ranked in all.values_mut() {
        let word = ranked.keyword.unwrap_or(0.0) / words;
        let near = ranked.similarity.unwrap_or(0.0).max(0.0) / meaning;
        ranked.score = (1.0 - share) * word + share * near;
    }
    let top = all.values().map(|ranked| ranked.score).fold(1e-9, f32::max);
    all.values_mut().for_each(|ranked| ranked.score /= top);
    all
}

/// Passages of one document beyond the first few go behind all others, so that a long document does not hide the rest.
fn spread(ranked: Vec<Ranked>, snapshot: &Snapshot, most_of_one: usize) -> Vec<Ranked> {
    let mut seen: HashMap<Option<DocumentId>, usize> = HashMap::new();
    let (mut first, rest): (Vec<Ranked>, Vec<Ranked>) = ranked.into_iter().partition(|ranked| {
        let count = seen
            .entry(snapshot.catalog.document_of(ranked.passage))
            .or_default();
        *count += 1;
        *count <= most_of_one
    });
    first.extend(rest);
    first
}

/// The best passage of each document, in the order of the documents.
pub fn one_each(documents: &[(DocumentId, f32)], ranked: Vec<Ranked>, snapshot: &Snapshot) -> Vec<Ranked> {
    let mut best: HashMap<DocumentId, Ranked> = HashMap::new();
    for ranked in ranked {
        if let Some(document) = snapshot.catalog.document_of(ranked.passage) {
            best.entry(document).or_insert(ranked);
        }
    }
    documents
        .iter()
        .filter_map(|(id, score)| {
            Some(Ranked {
                score: *score,
                ..best.remove(id)?
            })
        })
        .collect()
}

fn order(a: &(DocumentId, f32), b: &(DocumentId, f32)) -> std::cmp::Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

mod names {
    //! What file names and folders say about whether a document is meant.

    use super::*;

    /// Files whose name carries a period are one of a series (`3M_2018_10K`): what else the name says is whom they are
    /// about. Names of other files are ordinary words (`load-balancer-limits`), which only count when the question has
    /// most of them.
    pub fn evidence(question: &Analysis, snapshot: &Snapshot) -> HashMap<DocumentId, f32> {
        let catalog = &snapshot.catalog;
        let all = catalog.len() as f32;
        // Robertson and Zaragoza 2009, with the 1 that keeps common words above zero.
        let rarity = |count: usize| (1.0 + (all - count as f32 + 0.5) / (count as f32 + 0.5)).ln();
        let idf = |name: &str| {
            catalog
                .named(name)
                .map_or(0.0, |documents| rarity(documents.len()))
        };
        let mut matched: HashMap<String, f32> = HashMap::new();
        for said in &question.names {
            if catalog.named(said).is_some() {
                matched.insert(said.clone(), 1.0);
            } else if said.len() >= 3 && said.chars().all(char::is_alphabetic) {
                // People shorten names: CVS for CVSHEALTH.
                let longer: Vec<&str> = catalog.longer_names(said).take(3).collect();
                if longer.len() <= 2 {
                    for name in longer {
                        matched.entry(name.to_owned()).or_insert(SHORTENED);
                    }
                }
            }
        }
        let documents: HashSet<DocumentId> = matched
            .keys()
            .filter_map(|name| catalog.named(name))
            .flatten()
            .copied()
            .collect();
        let (mut series, mut plain) = (HashMap::new(), HashMap::new());
        for id in documents {
            let Some(entry) = catalog.document(id) else {
                continue;
            };
            let hits = entry
                .names
                .iter()
                .filter_map(|name| Some((name, *matched.get(name)?)));
            if !entry.periods.is_empty() {
                series.insert(id, hits.map(|(name, weight)| weight * idf(name)).sum::<f32>());
                continue;
            }
            let about = |name: &&String| KINDS.binary_search(&name.as_str()).is_err();
            let whole: f32 = entry.names.iter().filter(about).map(|name| idf(name)).sum();
            let hit: f32 = hits
                .filter(|(name, weight)| about(name) && *weight == 1.0)
                .map(|(name, _)| idf(name))
                .sum();
            let coverage = if whole > 0.0 { hit / whole } else { 0.0 };
            plain.insert(id, ((coverage - 0.5) / 0.5).max(0.0) * hit);
        }
        let mut folders: HashMap<DocumentId, f32> = HashMap::new();
        for said in &question.names {
            let Some(documents) = catalog.in_folder(said) else {
                continue;
            };
            documents
                .iter()
                .for_each(|id| *folders.entry(*id).or_default() += rarity(documents.len()));
        }
        let mut scores: HashMap<DocumentId, f32> = HashMap::new();
        let mut add = |from: HashMap<DocumentId, f32>, weight: f32, half: f32| {
            let top = from.values().copied().fold(0.0, f32::max);
            for (id, score) in from {
                if score > 0.0 {
                    *scores.entry(id).or_default() += weight * score / (top + half);
                }
            }
        };
        add(series, NAME_OF_SERIES, NAME_HALF);
        add(plain, NAME, NAME_HALF);
        add(folders, FOLDER, NAME_HALF);
        scores
    }
}

/// The best score of each document.
fn best(scores: impl Iterator<Item = (DocumentId, f32)>) -> HashMap<DocumentId, f32> {
    let mut best: HashMap<DocumentId, f32> = HashMap::new();
    for (document, score) in scores {
        best.entry(document)
            .and_modify(|best| *best = best.max(score))
            .or_insert(score);
    }
    best
}

/// A document answers a question of many needs as well as the mean of its three best answered needs. Where it is not in
/// the list of a need, it counts as the last of that list.
fn several_needs(lists: impl Iterator<Item = HashMap<DocumentId, f32>>) -> HashMap<DocumentId, f32> {
    let lists: Vec<(HashMap<DocumentId, f32>, f32)> = lists
        .map(|list| {
            let last = list.values().copied().fold(f32::MAX, f32::min);
            (list, last)
        })
        .collect();
    let all: HashSet<DocumentId> = lists.iter().flat_map(|(list, _)| list.keys().copied()).collect();
    let mean = |document: DocumentId| {
        let mut scores: Vec<f32> = lists
            .iter()
            .map(|(list, last)| list.get(&document).copied().unwrap_or(*last))
            .collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        scores.truncate(NEEDS);
        scores.iter().sum::<f32>() / scores.len().max(1) as f32
    };
    all.into_iter()
        .map(|document| (document, mean(document)))
        .collect()
}

fn gather(candidates: &Candidates) -> HashMap<PassageId, Ranked> {
    let mut all: HashMap<PassageId, Ranked> = HashMap::new();
    let new = |passage| Ranked {
        passage,
        score: 0.0,
        keyword: None,
        similarity: None,
    };
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
