//! The ranking, in two stages: which documents, then which of their passages.
//!
//! People name the customer, the year and the kind of document in their question, and files carry them in their name,
//! seldom on every page. So documents are scored first, by their best passages in both indexes, by the names and by
//! the periods they share with the question. Then the passages of the best documents are compared among each other.
//!
//! The constants were chosen by looking at all questions of the development sets, not at one half of them, and the
//! weights of series names and of recency were changed by judgement afterwards. Figures on those sets are therefore
//! flattered; see `docs/benchmarks.md`.

use std::collections::{HashMap, HashSet};

use domain::{DocumentId, PassageId};

use super::period::is_period_term;
use super::question::Analysis;
use super::{Ranked, period, vocabulary};
use crate::index::{KeywordHit, Weights};
use crate::library::Snapshot;

/// Share of meaning against words, for documents.
const MEANING: f32 = 0.5;
/// What a full match of names is worth where the file name carries a period: one of a series, named by its subject.
const NAME_OF_SERIES: f32 = 2.0;
/// The same for other files, whose names are ordinary words.
const NAME: f32 = 0.3;
/// The same for the folders a file is in.
const FOLDER: f32 = 0.15;
/// Sum of rarities at which a match of names counts half: a common word in a name says little.
const NAME_HALF: f32 = 3.0;
/// What a word that only begins a name in full counts of it.
const SHORTENED: f32 = 0.7;
/// What a full match of periods is worth.
const PERIOD: f32 = 0.7;
/// What a file loses that names the oldest year of all, when the question names none; files without a year lose nothing.
const RECENCY: f32 = 0.2;
/// Share of meaning against words, among the passages of the best documents.
const MEANING_WITHIN: f32 = 0.4;
/// What a document's score counts against its passages'.
const DOCUMENT: f32 = 2.0;
/// Documents whose passages are compared among each other.
const DOCUMENTS: usize = 5;
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
    name: 0.0,
    headings: 0.0,
    body: 0.0,
    cells: 0.0,
};
/// Field weights for choosing among the passages of the best documents.
pub const PASSAGE_WEIGHTS: Weights = Weights {
    all: 0.0,
    name: 0.0,
    headings: 1.0,
    body: 1.0,
    cells: 1.0,
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
    let share = if candidates.vector.is_empty() {
        0.0
    } else {
        MEANING
    };
    let words = candidates.keyword.iter().map(|hit| (hit.document, hit.score));
    let last = floor(candidates.keyword.iter().map(|hit| hit.score), candidates.most);
    for (document, score) in normal(best(words), last) {
        *scores.entry(document).or_default() += (1.0 - share) * score;
    }
    let of = |list: &[(PassageId, f32)]| -> Vec<(DocumentId, f32)> {
        list.iter()
            .filter_map(|(passage, cosine)| Some((catalog.document_of(*passage)?, *cosine)))
            .collect()
    };
    let meaning = if candidates.sentences.is_empty() {
        let last = candidates.vector.last().map_or(0.0, |(_, cosine)| *cosine);
        normal(best(of(&candidates.vector).into_iter()), last)
    } else {
        several_needs(candidates.sentences.iter().map(|list| of(list)), catalog.len())
    };
    for (document, score) in meaning {
        *scores.entry(document).or_default() += share * score;
    }
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
    let name = |id: DocumentId| named.scores.get(&id).copied().unwrap_or(0.0);
    let others = named
        .scores
        .keys()
        .filter(|id| !scores.contains_key(id) && wanted(**id));
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

/// What to look for within the best documents: the names and periods of the question chose them and are noise inside;
/// what the answering passage is likely to say is looked for besides.
pub fn terms_within(
    question: &Analysis,
    text: &str,
    closer: &HashSet<DocumentId>,
    snapshot: &Snapshot,
) -> Vec<(String, f32)> {
    let matched = names::evidence(question, snapshot).matched;
    let entries = closer.iter().filter_map(|id| snapshot.catalog.document(*id));
    let used: HashSet<&String> = entries
        .flat_map(|entry| entry.names.iter())
        .filter(|name| matched.contains_key(*name))
        .collect();
    let is_name = |term: &str| {
        used.iter()
            .any(|name| *name == term || (term.chars().count() > 2 && name.contains(term)))
    };
    let own = question
        .terms
        .iter()
        .map(|(term, _)| term.clone())
        .filter(|term| !is_period_term(term) && !is_name(term));
    let mut all: Vec<String> = own.chain(vocabulary::also(text)).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        return question.terms.clone();
    }
    all.into_iter().map(|term| (term, 1.0)).collect()
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
    let close = own_scores(within, MEANING_WITHIN);
    let mut all = own_scores(candidates, MEANING);
    let far = all
        .keys()
        .filter(|id| !close.contains_key(id))
        .copied()
        .collect::<Vec<_>>();
    all.retain(|id, _| far.contains(id));
    // A passage outside the best documents is at most as good as their middle.
    all.values_mut().for_each(|ranked| ranked.score *= 0.5);
    all.extend(close);
    let ranked = all.into_values().filter_map(|mut ranked| {
        let document = snapshot.catalog.document_of(ranked.passage)?;
        ranked.score += DOCUMENT * scores.get(&document)?;
        Some(ranked)
    });
    spread(sorted(ranked.collect()), snapshot, most_of_one)
}

/// Words and meaning of each passage on one scale, the best of the list being 1.
fn own_scores(candidates: &Candidates, meaning: f32) -> HashMap<PassageId, Ranked> {
    let share = if candidates.vector.is_empty() {
        0.0
    } else {
        meaning
    };
    let mut all = gather(candidates);
    let scale = |scores: Vec<f32>| {
        let mut sorted = scores;
        sorted.sort_by(|a, b| b.total_cmp(a));
        let top = sorted.first().copied().unwrap_or(1.0);
        let low = sorted.get(SCALE).or(sorted.last()).copied().unwrap_or(0.0);
        (low.min(top), (top - low).max(1e-9))
    };
    let words = all.values().filter_map(|r| r.keyword);
    let (low_word, words_range) = if candidates.keyword.len() > SCALE {
        scale(words.collect())
    } else {
        (0.0, words.fold(1e-9, f32::max))
    };
    let (low_cosine, cosine_range) = scale(all.values().filter_map(|r| r.similarity).collect());
    for ranked in all.values_mut() {
        let word = ranked
            .keyword
            .map_or(0.0, |score| ((score - low_word) / words_range).max(0.0));
        let near = ranked
            .similarity
            .map_or(0.0, |cosine| ((cosine - low_cosine) / cosine_range).max(0.0));
        ranked.score = (1.0 - share) * word + share * near;
    }
    let top = all.values().map(|ranked| ranked.score).fold(1e-9, f32::max);
    all.values_mut().for_each(|ranked| ranked.score /= top);
    all
}

/// The score of this rank is the zero of a scale.
const SCALE: usize = 200;

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

    /// Documents that the question names.
    pub struct Evidence {
        /// What it adds to a document's score.
        pub scores: HashMap<DocumentId, f32>,
        /// Terms of file names that the question has, with how much of them.
        pub matched: HashMap<String, f32>,
    }

    /// Files whose name carries a period are one of a series (`3M_2018_10K`): what else the name says is whom they are
    /// about. Names of other files are ordinary words (`load-balancer-limits`), which only count when the question has
    /// most of them.
    pub fn evidence(question: &Analysis, snapshot: &Snapshot) -> Evidence {
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
        Evidence { scores, matched }
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

/// A document answers a question of many needs as well as the mean of its three best answered needs.
fn several_needs(
    lists: impl Iterator<Item = Vec<(DocumentId, f32)>>,
    documents: usize,
) -> HashMap<DocumentId, f32> {
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
    let means: HashMap<DocumentId, f32> = mean.collect();
    let mut order: Vec<f32> = means.values().copied().collect();
    order.sort_by(|a, b| b.total_cmp(a));
    let last = order
        .get((documents / 4).min(100))
        .or(order.last())
        .copied()
        .unwrap_or(0.0);
    normal(means, last)
}

/// Scores from 0, where the list was cut off, to 1, the best.
fn normal(scores: HashMap<DocumentId, f32>, floor: f32) -> HashMap<DocumentId, f32> {
    let top = scores.values().copied().fold(floor, f32::max);
    let range = (top - floor).max(1e-9);
    scores
        .into_iter()
        .map(|(document, score)| (document, ((score - floor) / range).max(0.0)))
        .collect()
}

/// The last score of a list that was cut off, else 0.
fn floor(scores: impl ExactSizeIterator<Item = f32>, most: usize) -> f32 {
    if scores.len() < most {
        0.0
    } else {
        scores.fold(f32::MAX, f32::min)
    }
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
