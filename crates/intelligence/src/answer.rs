use std::pin::Pin;

use async_trait::async_trait;
use domain::{Citation, DocumentId, Labels, PassageId, Place};
use futures_core::Stream;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// Does the task *answer*.
pub trait Engine: Send + Sync {
    /// What stands beside its answers so that a person knows what they are, for example `found in your documents`.
    fn label(&self) -> &str;

    /// Answers. Each sentence comes as soon as it is final; the last event is always [`AnswerEvent::Finished`].
    ///
    /// When `cancel` fires the stream finishes soon with [`Outcome::Cancelled`] and the sentences told so far.
    /// Nothing runs unless the stream is polled; dropping it stops the work.
    fn answer<'a>(&'a self, task: &'a AnswerTask, cancel: CancellationToken) -> AnswerStream<'a>;
}

/// What an engine tells while it answers.
pub type AnswerStream<'a> = Pin<Box<dyn Stream<Item = AnswerEvent> + Send + 'a>>;

/// A question and what was found for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerTask {
    /// What is asked.
    pub question: Question,
    /// Passages, best first. Only these may be cited.
    pub evidence: Vec<Evidence>,
}

/// A question as a person asked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The person's own words.
    pub text: String,
    /// The day it is asked on; `last year` counts from here.
    pub today: jiff::civil::Date,
}

/// A passage found for a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The passage.
    pub passage: PassageId,
    /// The document it belongs to.
    pub document: DocumentId,
    /// Path of the file, relative to its source.
    pub file: String,
    /// Name of the source folder.
    pub source: String,
    /// The document's own title.
    pub title: Option<String>,
    /// Headings above the passage, outermost first.
    pub headings: Vec<String>,
    /// The passage. Where `table` is set, the first line holds the column headings and each further line a row,
    /// cells parted by ` | `.
    pub text: String,
    /// Where in the file it stands.
    pub place: Place,
    /// Whether the passage is part of a table.
    pub table: bool,
    /// Labels of the passage.
    pub labels: Labels,
    /// When the file was last changed, in seconds since 1970.
    pub modified: i64,
    /// When the file says it was written or sent.
    pub written: Option<String>,
    /// How well the search thinks it fits, from 0 to 1.
    pub score: f32,
    /// Cosine of question and passage, where both were embedded.
    pub similarity: Option<f32>,
}

/// What an engine tells while it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AnswerEvent {
    /// The next sentence is final.
    Sentence(Sentence),
    /// Nothing follows. Holds everything that was told before.
    Finished(Answer),
}

/// An answer, complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// In reading order.
    pub sentences: Vec<Sentence>,
    /// Where the sources give different values for the same thing.
    pub conflicts: Vec<Conflict>,
    /// How it ended.
    pub outcome: Outcome,
    /// [`Engine::label`] of the engine that answered.
    pub engine: String,
    /// Plain sentences about what made the answer weaker, for example an embedding model that failed.
    pub notices: Vec<String>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// There are sentences, each with its citations.
    Answered,
    /// The evidence does not answer the question; there are no sentences.
    Abstained {
        /// One or two plain sentences for the person who asked.
        reason: String,
        /// Names, numbers and years of the question that the evidence nowhere mentions, as they were written.
        missing: Vec<String>,
    },
    /// Stopped on request; the sentences told before stand.
    Cancelled,
}

/// A sentence of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// What is shown.
    pub text: String,
    /// Where it stands; never empty. Further ones say the same in other documents.
    pub citations: Vec<Citation>,
    /// How sure the engine is that it answers the question, from 0 to 1.
    pub confidence: f32,
    /// Another source gives another value; [`Answer::conflicts`] says which.
    pub conflict: bool,
}

/// Two or more sources that give different values for the same thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// What they disagree on: the words both share.
    pub about: String,
    /// What each says, newest first.
    pub sides: Vec<ConflictSide>,
}

/// What one source says in a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictSide {
    /// The value alone, as written.
    pub value: String,
    /// Where it stands, with the dates of the file.
    pub citation: Citation,
}

/// Turns texts into vectors of one length, each normalised to length 1.
#[async_trait]
pub trait Embed: Send + Sync {
    /// One vector a text, in the same order.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure>;
}

/// Why texts could not be embedded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EmbedFailure(pub String);

impl Answer {
    /// Whether the engine found no answer.
    pub fn abstained(&self) -> bool {
        matches!(self.outcome, Outcome::Abstained { .. })
    }
}

impl Evidence {
    /// Cites these characters of the passage. `bytes` must lie on character boundaries; nothing otherwise.
    pub fn cite(&self, bytes: std::ops::Range<usize>) -> Option<Citation> {
        let quote = self.text.get(bytes.clone())?.to_owned();
        let start = self.text.get(..bytes.start)?.chars().count();
        let chars = start..start + quote.chars().count();
        Some(Citation {
            passage: self.passage,
            document: self.document,
            file: self.file.clone(),
            place: self.place.clone(),
            page: self.place.page(),
            headings: self.headings.clone(),
            quote,
            chars,
            modified: self.modified,
            written: self.written.clone(),
            labels: self.labels.clone(),
        })
    }
}
