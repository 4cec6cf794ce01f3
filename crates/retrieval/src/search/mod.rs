//! From a question to ranked passages.

pub(crate) mod period;
mod question;
mod rank;
mod stale;
mod vocabulary;
mod why;

use std::collections::HashMap;
use std::sync::PoisonError;

use domain::{DocumentId, Format, Labels, PassageId, Place};
use serde::{Deserialize, Serialize};

pub use crate::catalog::Filter;
pub use why::{Why, WhyFound};

use crate::catalog::file_stem;
use crate::library::{Library, Snapshot};
use crate::store::PassageRow;
use crate::{IndexError, embed};
use rank::Candidates;

/// Which halves of the index answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Mode {
    /// Words and meaning.
    #[default]
    Hybrid,
    /// Words only: plain BM25.
    Keyword,
    /// Meaning only: nearest vectors.
    Vector,
    /// Reciprocal-rank fusion of the two lists, as a baseline to measure against
    /// (Cormack, Clarke, Büttcher 2009, k = 60).
    Rrf,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Query {
    /// The question, in plain words.
    pub text: String,
    /// Most passages to return.
    pub most: usize,
    /// Which halves of the index answer.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Mode>", optional))]
    pub mode: Mode,
    /// Where to look.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Filter>", optional))]
    pub filter: Filter,
    /// Passages of one document that stand before those of other documents.
    #[serde(default = "few")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<usize>", optional))]
    pub most_of_one: usize,
    /// One passage, the best, of each document.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>", optional))]
    pub by_document: bool,
}

fn few() -> usize {
    3
}

impl Query {
    /// A plain question for so many passages.
    pub fn new(text: impl Into<String>, most: usize) -> Self {
        let (mode, filter) = (Mode::default(), Filter::default());
        Self {
            text: text.into(),
            most,
            mode,
            filter,
            most_of_one: few(),
            by_document: false,
        }
    }
}

/// A passage that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Hit {
    /// Its id, valid until the document changes.
    pub passage_id: PassageId,
    /// Its document.
    pub document_id: DocumentId,
    /// Path below the watched folder, parted by `/`.
    pub file: String,
    /// Path of the watched folder.
    pub source: String,
    /// Collection of the folder.
    pub collection: String,
    /// What the file is.
    pub format: Option<Format>,
    /// Title of the document.
    pub title: Option<String>,
    /// Page or slide.
    pub page: Option<u32>,
    /// Where exactly.
    pub place: Place,
    /// The same in words.
    pub place_text: String,
    /// Headings above it, outermost first.
    pub headings: Vec<String>,
    /// The same in one line, joined by ` > `.
    pub heading: String,
    /// The text.
    pub passage: String,
    /// The first line of the text holds column headings.
    pub tabular: bool,
    /// Ranking score, comparable within one search only.
    pub score: f32,
    /// Cosine to the question, if vectors were used.
    pub similarity: Option<f32>,
    /// BM25 score, if words matched.
    pub keyword: Option<f32>,
    /// Labels of the collection.
    pub labels: Labels,
    /// File date, seconds since 1970.
    pub modified: i64,
    /// Date the document gives itself.
    pub written: Option<String>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Sentences a person should know about this result, for example that search by meaning is not available yet.
    pub notices: Vec<String>,
}

/// Passages each half of the index contributes.
const CANDIDATES: usize = 200;
/// Documents found by all of their text.
const WHOLE: usize = 100;
/// Passages of the best documents that are compared among each other by words.
const WITHIN: usize = 600;

/// So many that some may be left out because their file has changed.
fn wide(most: usize) -> usize {
    most.saturating_mul(2).max(most.saturating_add(10))
}

impl Library {
    /// Searches. Passages whose file changed or went away since it was read are left out, and the file is looked at
    /// again.
    ///
    /// # Errors
    /// When an index cannot be read.
    pub async fn search(&self, query: &Query) -> Result<Found, IndexError> {
        let snapshot = self.snapshot();
        let mut notices = snapshot.notices(query.mode);
        let vector = match (query.mode, self.question_embedder().await) {
            (Mode::Keyword, _) => None,
            (_, None) => {
                if snapshot.model.is_ok() {
                    notices.push("Found by words only: the model can't be loaded now.".to_owned());
                }
                None
            }
            (_, Some(embedder)) => {
                let text = query.text.clone();
                let vectors = tokio::task::spawn_blocking(move || embedder.embed(&[text])).await;
                vectors.map_err(|_| IndexError::Stopped)??.pop()
            }
        };
        let mut ranked = self.ranked(query, &snapshot, vector).await?;
        ranked.truncate(wide(query.most));
        let mut hits = self.rows(&ranked, &snapshot).await?;
        let stale = self.drop_stale(&mut hits, &snapshot);
        hits.truncate(query.most);
        if stale > 0 {
            notices.push(format!(
                "{stale} passages were left out because their file has changed since it was read."
            ));
        }
        Ok(Found { hits, notices })
    }

    /// Passages in their final order.
    pub(crate) async fn ranked(
        &self,
        query: &Query,
        snapshot: &Snapshot,
        vector: Option<Vec<f32>>,
    ) -> Result<Vec<Ranked>, IndexError> {
        let question = question::analyse(&query.text);
        let most = match query.mode {
            Mode::Keyword | Mode::Vector => wide(query.most),
            Mode::Hybrid | Mode::Rrf => CANDIDATES.max(query.most),
        };
        let wanted = snapshot.wanted(&query.filter);
        let mut candidates = Candidates::default();
        if query.mode != Mode::Vector {
            let (weights, wanted) = (rank::DOCUMENT_WEIGHTS, wanted.clone());
            let found = self
                .inner
                .keyword_reader
                .search(&question.terms, weights, most, move |id| wanted(id))?;
            candidates.keyword = found;
        }
        if let Some(vector) = &vector {
            candidates.vector = self.nearest(vector, most, snapshot, &*wanted);
        }
        match query.mode {
            Mode::Keyword => return Ok(rank::keyword(&candidates)),
            Mode::Vector => return Ok(rank::vector(&candidates)),
            Mode::Rrf => return Ok(rank::reciprocal(&candidates)),
            Mode::Hybrid => {}
        }
        if vector.is_some() && !question.sentences.is_empty() {
            for vector in self
                .embed(question.sentences.clone())
                .await?
                .into_iter()
                .flatten()
            {
                candidates
                    .sentences
                    .push(self.nearest(&vector, most, snapshot, &*wanted));
            }
        }
        let keywords = &self.inner.keyword_reader;
        let filter = wanted.clone();
        candidates.whole = keywords.search_whole(&question.terms, WHOLE, move |id| filter(id))?;
        let documents = rank::documents(&question, &candidates, snapshot, &*wanted);
        let closer = rank::closer(&documents);
        let mut within = Candidates::default();
        let terms = rank::terms_within(&question, &query.text);
        within.keyword = keywords.search_among(&terms, rank::PASSAGE_WEIGHTS, WITHIN, &closer)?;
        if let Some(vector) = &vector {
            let passages = closer
                .iter()
                .filter_map(|id| snapshot.catalog.document(*id))
                .flat_map(|d| d.passages.iter().copied());
            let vectors = self.inner.vectors.read().unwrap_or_else(PoisonError::into_inner);
            within.vector = vectors.similarities(vector, passages);
        }
        let ranked = rank::passages(&documents, &candidates, &within, snapshot, query.most_of_one);
        Ok(if query.by_document {
            rank::one_each(&documents, ranked, snapshot)
        } else {
            ranked
        })
    }

    fn nearest(
        &self,
        vector: &[f32],
        most: usize,
        snapshot: &Snapshot,
        wanted: &dyn Fn(DocumentId) -> bool,
    ) -> Vec<(PassageId, f32)> {
        let vectors = self.inner.vectors.read().unwrap_or_else(PoisonError::into_inner);
        vectors.search(vector, most, |id| {
            snapshot.catalog.document_of(id).is_some_and(wanted)
        })
    }

    async fn rows(&self, ranked: &[Ranked], snapshot: &Snapshot) -> Result<Vec<Hit>, IndexError> {
        let ids: Vec<PassageId> = ranked.iter().map(|r| r.passage).collect();
        let rows = self.inner.store.passages(&ids).await?;
        let mut rows: HashMap<PassageId, PassageRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(ranked
            .iter()
            .filter_map(|r| snapshot.hit(rows.remove(&r.passage)?, r))
            .collect())
    }

    /// Texts as vectors, for engines that compare sentences; `None` without a model.
    ///
    /// # Errors
    /// When the model fails.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Option<Vec<Vec<f32>>>, IndexError> {
        let Some(embedder) = self.question_embedder().await else {
            return Ok(None);
        };
        let vectors = tokio::task::spawn_blocking(move || embedder.embed(&texts)).await;
        Ok(Some(vectors.map_err(|_| IndexError::Stopped)??))
    }
}

/// A passage with its final score and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranked {
    pub passage: PassageId,
    pub score: f32,
    pub keyword: Option<f32>,
    pub similarity: Option<f32>,
}

impl Snapshot {
    fn hit(&self, row: PassageRow, ranked: &Ranked) -> Option<Hit> {
        let document = &self.catalog.document(row.document)?.stored;
        let source = self.source(document.source)?;
        Some(Hit {
            passage_id: row.id,
            document_id: row.document,
            file: document.path.clone(),
            source: source.root.display().to_string(),
            collection: source.collection.clone(),
            format: document.format,
            title: document.title.clone(),
            page: row.place.page(),
            place_text: row.place.to_string(),
            place: row.place,
            heading: row.headings.join(" > "),
            headings: row.headings,
            passage: row.text,
            tabular: row.tabular,
            score: ranked.score,
            similarity: ranked.similarity,
            keyword: ranked.keyword,
            labels: source.labels.clone(),
            modified: document.stamp.modified / 1_000_000_000,
            written: document.written.clone(),
        })
    }
}

/// Whether what a file calls its title is one: many hold a file name or the number of a filing.
fn is_title(title: &str) -> bool {
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let all = title.chars().filter(|c| !c.is_whitespace()).count();
    let lower = title.trim().to_lowercase();
    let file = [
        ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".html", ".indd",
    ];
    letters >= 4 && 2 * letters > all && !file.iter().any(|end| lower.ends_with(end))
}

/// The title a passage is embedded with: what the document says, else its file name in words.
pub(crate) fn title_for_embedding(title: Option<&str>, path: &str) -> String {
    match title {
        Some(title) if is_title(title) => title.to_owned(),
        _ => file_stem(path).replace(['_', '-'], " "),
    }
}

/// What is embedded for a passage of a document with this title at this path; the title may not be one.
pub fn embedded_text(title: Option<&str>, path: &str, headings: &[String], text: &str) -> String {
    embed::passage_text(&title_for_embedding(title, path), headings, text)
}
