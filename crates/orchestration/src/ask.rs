use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::Labels;
use futures_util::StreamExt;
use governance::labels::{self, Sight};
use intelligence::{
    Answer, AnswerEvent, AnswerTask, Embed, EmbedFailure, Engine, Evidence, FoundInDocuments, Question,
    Sentence,
};
use retrieval::search::{Filter, Found, Hit, Query};
use retrieval::{IndexError, Library};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Passages an answer may rest on.
const EVIDENCE: usize = 36;
/// Passages of one document among them, as long as others have some.
const OF_ONE_DOCUMENT: usize = 5;

/// What is asked, and where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The question in the person's own words.
    pub question: String,
    /// Where to look.
    #[serde(default)]
    pub filter: Filter,
    /// The day it is asked on.
    pub today: jiff::civil::Date,
}

/// What a run tells while it goes on.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AskEvent {
    /// The evidence is gathered.
    Gathered(Gathered),
    /// The next sentence is final.
    Sentence(Sentence),
    /// Nothing follows.
    Finished(Answer),
}

/// What an answer was made from: the context of the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// The passages that were read, best first.
    pub evidence: Vec<Evidence>,
    /// How many files they are from.
    pub files: usize,
    /// Labels of all of them, which the answer inherits.
    pub labels: Labels,
    /// What a person should know about the search.
    pub notices: Vec<String>,
}

/// Why a run ended without an answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no question.
    #[error("the question is empty")]
    Empty,
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Answers a question from the library on this device, telling each step to `events`. Ends soon after `cancel`.
///
/// # Errors
/// When there is no question or the index fails. A question that nothing answers is an answer.
pub async fn ask(
    library: &Library,
    ask: &Ask,
    events: &mpsc::Sender<AskEvent>,
    cancel: CancellationToken,
) -> Result<(Gathered, Answer), AskError> {
    if ask.question.trim().is_empty() {
        return Err(AskError::Empty);
    }
    let new = Query::new(&ask.question, EVIDENCE);
    let query = Query {
        filter: ask.filter.clone(),
        most_of_one: OF_ONE_DOCUMENT,
        ..new
    };
    let found = tokio::select! {
        biased;
        // The engine ends at once too and says so.
        () = cancel.cancelled() => Found::default(),
        found = library.search(&query) => found?,
    };
    let evidence = evidence(found.hits);
    let files: BTreeSet<_> = evidence.iter().map(|e| e.document).collect();
    let gathered = Gathered {
        files: files.len(),
        labels: labels::inherit(evidence.iter().map(|e| &e.labels)),
        notices: found.notices,
        evidence: evidence.clone(),
    };
    tell(events, AskEvent::Gathered(gathered.clone())).await;
    let engine = FoundInDocuments::new(Some(std::sync::Arc::new(Sentences(library.clone()))));
    let task = AnswerTask {
        question: Question {
            text: ask.question.clone(),
            today: ask.today,
        },
        evidence,
    };
    let mut stream = engine.answer(&task, cancel);
    let mut last = None;
    while let Some(event) = stream.next().await {
        match event {
            AnswerEvent::Sentence(sentence) => tell(events, AskEvent::Sentence(sentence)).await,
            AnswerEvent::Finished(answer) => {
                tell(events, AskEvent::Finished(answer.clone())).await;
                last = Some(answer);
            }
        }
    }
    // An engine whose stream ends without its last event was stopped from outside.
    let answer = last.ok_or(IndexError::Stopped)?;
    Ok((gathered, answer))
}

/// What stands beside the answers of the engine in use, for example `found in your documents`.
pub fn engine_label() -> String {
    FoundInDocuments::default().label().to_owned()
}

/// Whoever asked may have stopped listening; the run ends on its own then.
async fn tell(events: &mpsc::Sender<AskEvent>, event: AskEvent) {
    if events.send(event).await.is_err() {
        tracing::debug!("nobody listens to this run any more");
    }
}

/// What the engine on this device may see of what was found.
fn evidence(hits: Vec<Hit>) -> Vec<Evidence> {
    let top = hits.first().map_or(1.0, |hit| hit.score).max(f32::MIN_POSITIVE);
    hits.into_iter()
        .filter(|hit| labels::may_see(labels::Engine::OnDevice, &hit.labels) == Sight::Allowed)
        .map(|hit| Evidence {
            passage: hit.passage_id,
            document: hit.document_id,
            file: hit.file,
            source: hit.source,
            title: hit.title,
            headings: hit.headings,
            text: hit.passage,
            place: hit.place,
            table: hit.tabular,
            labels: hit.labels,
            modified: hit.modified,
            written: hit.written,
            score: (hit.score / top).clamp(0.0, 1.0),
            similarity: hit.similarity,
        })
        .collect()
}

/// The library's model, as the engine asks for it.
struct Sentences(Library);

#[async_trait]
impl Embed for Sentences {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedFailure> {
        match self.0.embed(texts.to_vec()).await {
            Ok(Some(vectors)) => Ok(vectors),
            Ok(None) => Err(EmbedFailure("there is no embedding model".to_owned())),
            Err(error) => Err(EmbedFailure(error.to_string())),
        }
    }
}
