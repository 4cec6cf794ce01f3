//! The ranking.

use std::collections::HashMap;

use domain::PassageId;

use super::{Candidates, Mode, Ranked};
use crate::IndexError;
use crate::index::{KeywordReader, Weights};
use crate::library::Snapshot;
use crate::text::terms;

/// Field weights of a mode. The keyword baseline counts title, headings and text as one.
pub fn weights(mode: Mode) -> Weights {
    match mode {
        Mode::Hybrid | Mode::Vector => Weights { name: 1.5, title: 1.0, headings: 0.7, body: 1.0, cells: 1.0 },
        Mode::Keyword | Mode::Rrf => Weights { name: 0.0, title: 1.0, headings: 1.0, body: 1.0, cells: 1.0 },
    }
}

/// Terms of a question with their weights; words that say nothing are left out.
pub fn question_terms(text: &str, _reader: &KeywordReader) -> Result<Vec<(String, f32)>, IndexError> {
    let mut seen: Vec<(String, f32)> = Vec::new();
    for term in terms(text) {
        if !seen.iter().any(|(text, _)| *text == term.text) {
            seen.push((term.text, 1.0));
        }
    }
    Ok(seen)
}

/// Best keyword score first.
pub fn keyword(candidates: &Candidates) -> Vec<Ranked> {
    let ranked = |hit: &crate::index::KeywordHit| Ranked {
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

/// Reciprocal-rank fusion.
pub fn reciprocal(candidates: &Candidates) -> Vec<Ranked> {
    let mut all = gather(candidates);
    for (rank, hit) in candidates.keyword.iter().enumerate() {
        all.entry(hit.passage).and_modify(|r| r.score += 1.0 / (61 + rank) as f32);
    }
    for (rank, (passage, _)) in candidates.vector.iter().enumerate() {
        all.entry(*passage).and_modify(|r| r.score += 1.0 / (61 + rank) as f32);
    }
    sorted(all)
}

/// The shipped ranking.
pub fn hybrid(_question: &str, candidates: &Candidates, _snapshot: &Snapshot) -> Vec<Ranked> {
    let top = candidates.keyword.first().map_or(1.0, |hit| hit.score.max(f32::MIN_POSITIVE));
    let mut all = gather(candidates);
    for ranked in all.values_mut() {
        ranked.score = 0.5 * ranked.keyword.unwrap_or(0.0) / top + 0.5 * ranked.similarity.unwrap_or(0.0).max(0.0);
    }
    sorted(all)
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

fn sorted(all: HashMap<PassageId, Ranked>) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = all.into_values().collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
    ranked
}
