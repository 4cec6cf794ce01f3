//! Why was this file not found?

use std::path::Path;

use domain::{FileStatus, PassageId};
use serde::Serialize;

use super::question::analyse;
use super::{Mode, Query};
use crate::library::Library;
use crate::text::terms;
use crate::watch::{Reach, reach, relative, scan};
use crate::{IndexError, watch};

/// How deep the ranking is looked through for the file.
const DEPTH: usize = 2_000;

/// What became of a file for a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Why {
    /// The file as it was asked for.
    pub file: String,
    /// One plain sentence.
    pub verdict: String,
    /// What the verdict rests on and what can be done, a sentence each.
    pub details: Vec<String>,
    /// Its state in the index, if it is known there.
    pub status: Option<FileStatus>,
    /// Where it was found, if it was.
    pub found: Option<WhyFound>,
}

/// The best passage of a file for a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WhyFound {
    /// Rank of the passage among all passages, from 1.
    pub rank: usize,
    /// Rank of the file among all files, from 1.
    pub file_rank: usize,
    /// The passage.
    pub passage: String,
    /// Where it stands.
    pub place: String,
    /// Words of the question that occur in it, its headings, title or file name.
    pub matched: Vec<String>,
    /// Words of the question that do not.
    pub missing: Vec<String>,
    /// Cosine to the question, if vectors were used.
    pub similarity: Option<f32>,
}

impl Library {
    /// Says why a file was, or was not, found for a question. `file` is absolute, or relative to a watched folder.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn why(&self, file: &str, question: &str) -> Result<Why, IndexError> {
        let answer = |verdict: String, details: Vec<String>| Why {
            file: file.to_owned(),
            verdict,
            details,
            status: None,
            found: None,
        };
        let sources = self.inner.sources();
        let path = Path::new(file);
        let places = sources.all.values().filter_map(|source| {
            let below = if path.is_absolute() {
                relative(&source.root, path)?
            } else {
                file.replace('\\', "/")
            };
            Some((source, below))
        });
        let places: Vec<_> = places.collect();
        if places.is_empty() {
            let verdict = format!("`{file}` is in none of the watched folders.");
            return Ok(answer(
                verdict,
                vec!["Add its folder to the watched folders.".to_owned()],
            ));
        }
        let unreadable = self.inner.store.unreadable().await?;
        for (source, below) in &places {
            let over = unreadable
                .iter()
                .find(|one| one.source == source.id && Path::new(below).starts_with(&one.path));
            if let Some(over) = over {
                let folder = source.root.join(&over.path);
                let verdict = format!(
                    "`{file}` can't be looked at: `{}` can't be read.",
                    folder.display()
                );
                return Ok(answer(verdict, vec![over.reason.clone()]));
            }
        }
        for (source, below) in &places {
            let Some(document) = self.inner.store.document_at(source.id, below).await? else {
                continue;
            };
            let details: Vec<String> = document.reason.iter().chain(&document.notices).cloned().collect();
            let mut why = match document.status {
                FileStatus::Waiting => answer(
                    format!("`{file}` has not been read yet."),
                    vec![
                        "It waits its turn, and is read while the window is open or `attache index` runs."
                            .to_owned(),
                    ],
                ),
                FileStatus::Skipped => answer(format!("`{file}` was left out."), details),
                FileStatus::Failed => answer(format!("`{file}` could not be read."), details),
                FileStatus::Indexed if reach(&source.root) == Reach::Away => {
                    let folder = source.root.display();
                    answer(
                        format!("`{file}` is in a folder that can't be reached now, `{folder}`."),
                        details,
                    )
                }
                FileStatus::Indexed => {
                    let mut why = self.why_ranked(file, document.id, question).await?;
                    why.details.extend(details);
                    why
                }
            };
            why.status = Some(document.status);
            return Ok(why);
        }
        for (source, below) in &places {
            if !source.root.join(below).exists() {
                continue;
            }
            let ignored = !scan(&source.root, below)
                .files
                .iter()
                .any(|(path, _)| path == below);
            return Ok(if ignored {
                let verdict = format!("`{file}` is left out by the rules of its folder.");
                let rule = format!(
                    "Hidden files and what a `{}` in `{}` or below names are not read.",
                    watch::IGNORE_FILE,
                    source.root.display()
                );
                answer(verdict, vec![rule])
            } else {
                answer(
                    format!("`{file}` is new and has not been looked at."),
                    vec![
                        "It is read soon while the window is open, or when `attache index` runs.".to_owned(),
                    ],
                )
            });
        }
        Ok(answer(
            format!("There is no file `{file}`."),
            vec!["Check the spelling of its name and folder.".to_owned()],
        ))
    }

    async fn why_ranked(
        &self,
        file: &str,
        document: domain::DocumentId,
        question: &str,
    ) -> Result<Why, IndexError> {
        let snapshot = self.snapshot();
        let query = Query {
            most_of_one: DEPTH,
            ..Query::new(question, DEPTH)
        };
        let vector = self
            .embed(vec![question.to_owned()])
            .await?
            .and_then(|mut vectors| vectors.pop());
        let ranked = self.ranked(&query, &snapshot, vector).await?;
        let document_of = |id: PassageId| snapshot.catalog.document_of(id);
        let at = ranked
            .iter()
            .position(|r| document_of(r.passage) == Some(document));
        let mut why = Why {
            file: file.to_owned(),
            verdict: String::new(),
            details: snapshot.notices(Mode::Hybrid),
            status: None,
            found: None,
        };
        let Some(at) = at else {
            let stored = self.inner.store.passages_of(document).await?;
            let missing = missing(
                question,
                &stored
                    .iter()
                    .map(|row| row.text.as_str())
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
            why.verdict = format!(
                "`{file}` is indexed, but none of its {} passages is close to the question.",
                stored.len()
            );
            if !missing.is_empty() {
                why.details.push(format!(
                    "Words of the question that it does not have: {}.",
                    missing.join(", ")
                ));
            }
            return Ok(why);
        };
        let mut before: Vec<_> = ranked[..at]
            .iter()
            .filter_map(|r| document_of(r.passage))
            .collect();
        before.sort_unstable();
        before.dedup();
        let row = self.inner.store.passages(&[ranked[at].passage]).await?.pop();
        let Some(row) = row else { return Ok(why) };
        let stored = snapshot.catalog.document(document);
        let around = stored.map_or(String::new(), |d| {
            format!("{} {}", d.stored.path, d.stored.title.clone().unwrap_or_default())
        });
        let all = format!("{around} {} {}", row.headings.join(" "), row.text);
        let missing = missing(question, &all);
        let matched = asked(question)
            .into_iter()
            .filter(|term| !missing.contains(term))
            .collect();
        why.verdict = match before.len() {
            0 => format!("`{file}` is the first file found."),
            n => format!(
                "`{file}` is found, as file number {} and passage number {}.",
                n + 1,
                at + 1
            ),
        };
        if let Some(first) = ranked
            .first()
            .and_then(|r| document_of(r.passage))
            .and_then(|id| snapshot.catalog.document(id))
            && first.stored.id != document
        {
            why.details.push(format!("`{}` comes first.", first.stored.path));
        }
        why.found = Some(WhyFound {
            rank: at + 1,
            file_rank: before.len() + 1,
            place: row.place.to_string(),
            passage: row.text,
            matched,
            missing,
            similarity: ranked[at].similarity,
        });
        Ok(why)
    }
}

/// Terms of the question, each once, as the index has them, without those that say nothing.
fn asked(question: &str) -> Vec<String> {
    analyse(question)
        .terms
        .into_iter()
        .map(|(term, _)| term)
        .collect()
}

fn missing(question: &str, text: &str) -> Vec<String> {
    let there: std::collections::HashSet<String> = terms(text).into_iter().map(|term| term.text).collect();
    asked(question)
        .into_iter()
        .filter(|term| !there.contains(term))
        .collect()
}
