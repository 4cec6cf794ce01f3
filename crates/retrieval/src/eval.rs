//! Measuring the ranking: question files, runs and scores.
//!
//! Binary relevance. nDCG@10 with the ideal over min(10, relevant); recall@10; reciprocal rank of the first relevant
//! result. Results are taken as documents, or as pages of documents, each once at its best rank (Järvelin and
//! Kekäläinen 2002; Voorhees 1999).

use std::collections::HashSet;

use domain::PassageId;
use serde::{Deserialize, Serialize};

use crate::IndexError;
use crate::library::Library;
use crate::search::{Mode, Query};

/// A line of a question file.
#[derive(Clone, Debug, Deserialize)]
pub struct Question {
    /// Names the question.
    pub id: String,
    /// What is asked.
    pub question: String,
    /// What should be found.
    #[serde(default)]
    pub relevant: Vec<Target>,
}

/// A document, or a page of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Path below its folder.
    pub file: String,
    /// Page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// What counts as one result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A file.
    #[default]
    Doc,
    /// A page of a file.
    Page,
}

/// A line of a run file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// The question.
    pub id: String,
    /// Best first.
    pub results: Vec<Target>,
}

/// Averages over the questions of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// nDCG@10.
    pub ndcg: f64,
    /// Recall@10.
    pub recall: f64,
    /// Mean reciprocal rank, among the first 10.
    pub mrr: f64,
    /// Questions counted: those with something relevant at this level.
    pub questions: usize,
}

const DEPTH: usize = 10;

impl Library {
    /// Runs questions and returns, for each, what was found: at least ten results of the level where there are so many.
    ///
    /// # Errors
    /// When an index cannot be read.
    pub async fn run(
        &self,
        questions: &[Question],
        mode: Mode,
        level: Level,
    ) -> Result<Vec<RunLine>, IndexError> {
        let mut lines = Vec::new();
        for question in questions {
            let by_document = level == Level::Doc && mode == Mode::Hybrid;
            let new = Query::new(&question.question, 150);
            let query = Query {
                mode,
                most_of_one: 30,
                by_document,
                ..new
            };
            let found = self.search(&query).await?;
            let page = |page| if level == Level::Page { page } else { None };
            let all = found.hits.into_iter().map(|hit| Target {
                file: hit.file,
                page: page(hit.page),
            });
            let mut seen = HashSet::new();
            let results = all
                .filter(|target| seen.insert(target.clone()))
                .take(DEPTH)
                .collect();
            lines.push(RunLine {
                id: question.id.clone(),
                results,
            });
        }
        Ok(lines)
    }

    /// The `most` passages nearest to each text, best first, by comparing every stored vector: what the vector index is
    /// measured against. Empty without a model. Takes seconds for each 100,000 passages.
    ///
    /// # Errors
    /// When the database cannot be read or the model fails.
    pub async fn nearest_exactly(
        &self,
        texts: Vec<String>,
        most: usize,
    ) -> Result<Vec<Vec<PassageId>>, IndexError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for text in texts {
            // One at a time, as a question is: an int8 model's vectors depend on what else is in the same run.
            vectors.extend(self.embed(vec![text]).await?.unwrap_or_default());
        }
        let mut nearest: Vec<Vec<(f32, PassageId)>> = vec![Vec::new(); vectors.len()];
        for ids in self.inner.store.embedded_ids().await?.chunks(4096) {
            let stored = self.inner.store.embeddings(ids).await?;
            for (vector, nearest) in vectors.iter().zip(&mut nearest) {
                let cosine = |other: &[i8]| {
                    let dot: f32 = vector.iter().zip(other).map(|(a, b)| a * f32::from(*b)).sum();
                    let square: f32 = other.iter().map(|x| f32::from(*x).powi(2)).sum();
                    dot / square.sqrt().max(1.0)
                };
                nearest.extend(stored.iter().map(|(id, other)| (cosine(other), *id)));
                nearest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                nearest.truncate(most);
            }
        }
        let ids = |nearest: Vec<(f32, PassageId)>| nearest.into_iter().map(|(_, id)| id).collect();
        Ok(nearest.into_iter().map(ids).collect())
    }
}

/// Scores a run. A question without a line counts as nothing found.
pub fn score(questions: &[Question], run: &[RunLine], level: Level) -> Scores {
    let mut sum = Scores::default();
    for question in questions {
        let wanted = question
            .relevant
            .iter()
            .filter(|target| level == Level::Doc || target.page.is_some());
        let wanted: HashSet<Target> = wanted
            .map(|t| Target {
                file: t.file.clone(),
                page: t.page.filter(|_| level == Level::Page),
            })
            .collect();
        if wanted.is_empty() {
            continue;
        }
        sum.questions += 1;
        let Some(line) = run.iter().find(|line| line.id == question.id) else {
            continue;
        };
        let gains: Vec<bool> = line
            .results
            .iter()
            .take(DEPTH)
            .map(|target| wanted.contains(target))
            .collect();
        let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
        let dcg: f64 = gains
            .iter()
            .enumerate()
            .filter(|(_, gain)| **gain)
            .map(|(rank, _)| discount(rank))
            .sum();
        let ideal: f64 = (0..DEPTH.min(wanted.len())).map(discount).sum();
        let found = gains.iter().filter(|gain| **gain).count();
        sum.ndcg += dcg / ideal;
        sum.recall += found as f64 / wanted.len() as f64;
        sum.mrr += gains
            .iter()
            .position(|gain| *gain)
            .map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0));
    }
    let n = sum.questions.max(1) as f64;
    Scores {
        ndcg: sum.ndcg / n,
        recall: sum.recall / n,
        mrr: sum.mrr / n,
        questions: sum.questions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(file: &str, page: Option<u32>) -> Target {
        Target {
            file: file.into(),
            page,
        }
    }

    #[test]
    fn scores_are_those_of_the_definitions() {
        let question = |id: &str, relevant| Question {
            id: id.into(),
            question: String::new(),
            relevant,
        };
        let questions = [
            question("a", vec![target("x", Some(3)), target("y", None)]),
            question("b", vec![target("z", Some(1))]),
            question("unanswerable", vec![]),
        ];
        let run = [RunLine {
            id: "a".into(),
            results: vec![target("w", None), target("x", None)],
        }];
        let scores = score(&questions, &run, Level::Doc);
        let expected = (1.0 / 3f64.log2()) / (1.0 + 1.0 / 3f64.log2()) / 2.0;
        assert!((scores.ndcg - expected).abs() < 1e-12);
        assert_eq!((scores.recall, scores.mrr, scores.questions), (0.25, 0.25, 2));
    }

    #[test]
    fn a_page_only_counts_where_the_truth_names_one() {
        let relevant = vec![target("x", Some(3)), target("y", None)];
        let questions = [Question {
            id: "a".into(),
            question: String::new(),
            relevant,
        }];
        let run = [RunLine {
            id: "a".into(),
            results: vec![target("x", Some(3))],
        }];
        assert_eq!(score(&questions, &run, Level::Page).recall, 1.0);
    }
}
