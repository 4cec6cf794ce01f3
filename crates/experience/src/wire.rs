//! Values as faces get them, in JSON: fields may be added, never renamed.

use domain::{Citation, DocumentId, Labels, PassageId, Place, ReadStatus};
use intelligence::{Answer, Outcome};
use orchestration::Gathered;
use retrieval::chunk::Draft;
use serde::{Deserialize, Serialize};

use crate::age::dated;

/// What Attaché reads from a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// How reading ended.
    pub status: ReadStatus,
    /// Why not, as a sentence.
    pub reason: Option<String>,
    /// What the file is.
    pub format: Option<domain::Format>,
    /// The title it gives itself.
    pub title: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written.
    pub written: Option<String>,
    /// Pages, slides, sheets.
    pub parts: Option<u32>,
    /// What in it could not be read.
    pub notices: Vec<String>,
    /// All text in reading order.
    pub text: String,
    /// The passages it is cut into.
    pub passages: Vec<PassageView>,
}

/// A passage with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassageView {
    /// The text.
    pub text: String,
    /// Page or slide.
    pub page: Option<u32>,
    /// Where it stands.
    pub place: Place,
    /// The same in words.
    pub place_text: String,
    /// Headings above it.
    pub headings: Vec<String>,
    /// The first line holds column headings.
    pub tabular: bool,
}

impl Extracted {
    /// From a reading and its passages.
    pub fn of(reading: extraction::Reading, drafts: Vec<Draft>) -> Self {
        let text = reading.document.text();
        let document = reading.document;
        let passage = |draft: Draft| PassageView {
            page: draft.place.page(),
            place_text: draft.place.to_string(),
            text: draft.text,
            place: draft.place,
            headings: draft.headings,
            tabular: draft.tabular,
        };
        Self {
            status: reading.status,
            reason: reading.reason,
            format: reading.format,
            title: document.title,
            author: document.author,
            written: document.written,
            parts: document.parts,
            notices: document.notices,
            text,
            passages: drafts.into_iter().map(passage).collect(),
        }
    }
}

/// Where each character of a page of a PDF stands, for highlighting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageOfBoxes {
    /// The page, counted from 1.
    pub page: u32,
    /// What every figure counts: always `points`, 1/72 inch.
    pub unit: String,
    /// Width of the page as it is shown.
    pub width: f32,
    /// Height of the page as it is shown.
    pub height: f32,
    /// The characters in reading order, without white space.
    pub chars: Vec<BoxedChar>,
}

/// A character and the box it fills, measured from the upper left corner of the page as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoxedChar {
    /// The character.
    pub char: char,
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl PageOfBoxes {
    /// From what the reader found on a page.
    pub fn of(page: u32, boxes: extraction::PageBoxes) -> Self {
        let boxed = |own: extraction::pdf::CharBox| BoxedChar {
            char: own.char,
            left: own.left,
            top: own.top,
            right: own.right,
            bottom: own.bottom,
        };
        Self {
            page,
            unit: "points".to_owned(),
            width: boxes.width,
            height: boxes.height,
            chars: boxes.chars.into_iter().map(boxed).collect(),
        }
    }
}

/// An answer with everything it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Answered {
    /// What the answer is: `found in your documents`.
    pub engine: String,
    /// Its sentences, each with its citations.
    pub answer: Vec<SentenceView>,
    /// Nothing in the folders answers the question.
    pub abstained: bool,
    /// The person stopped it.
    pub cancelled: bool,
    /// Why there is no answer.
    pub reason: Option<String>,
    /// Names and numbers of the question that no file mentions.
    pub missing: Vec<String>,
    /// Where sources disagree.
    pub conflicts: Vec<ConflictView>,
    /// What a person should know about this answer.
    pub notices: Vec<String>,
    /// Labels of everything that was read for it.
    pub labels: Labels,
    /// Passages that were read for it.
    pub passages_read: usize,
    /// Files they are from.
    pub files_read: usize,
}

/// A sentence with its citations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SentenceView {
    /// The sentence.
    pub text: String,
    /// What it rests on; never empty.
    pub citations: Vec<CitationView>,
    /// Another source says otherwise.
    pub conflict: bool,
    /// How sure the engine is, from 0 to 1.
    pub confidence: f32,
}

/// A citation with the passage around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CitationView {
    /// The document.
    pub document: DocumentId,
    /// The passage; it is never used again once the document changed.
    pub passage_id: PassageId,
    /// Path below the watched folder.
    pub file: String,
    /// Path of the watched folder.
    pub source: String,
    /// Page or slide.
    pub page: Option<u32>,
    /// Where exactly.
    pub place: Place,
    /// The same in words.
    pub place_text: String,
    /// Headings above it in one line.
    pub heading: String,
    /// The whole passage.
    pub passage: String,
    /// The cited characters of the passage.
    pub quote: String,
    /// Where the quote begins and ends in the passage, in characters.
    pub chars: std::ops::Range<usize>,
    /// File date, seconds since 1970.
    pub modified: i64,
    /// The date the document gives itself.
    pub written: Option<String>,
    /// How old the source is, in words: `written 3 March 2025, 18 months ago`.
    pub dated: String,
    /// Labels of the passage.
    pub labels: Labels,
}

/// What sources disagree on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConflictView {
    /// The words both share.
    pub about: String,
    /// What each says, newest first.
    pub sides: Vec<ConflictSideView>,
}

/// What one source says in a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConflictSideView {
    /// The value alone, as written.
    pub value: String,
    /// Where it stands.
    pub citation: CitationView,
    /// How old the source is, in words.
    pub dated: String,
}

impl Answered {
    /// From what was gathered and what came out; ages count from `today`.
    pub fn of(gathered: &Gathered, answer: Answer, today: jiff::civil::Date) -> Self {
        let (reason, missing) = match &answer.outcome {
            Outcome::Abstained { reason, missing } => (Some(reason.clone()), missing.clone()),
            Outcome::Answered | Outcome::Cancelled => (None, Vec::new()),
        };
        let side = |side: intelligence::ConflictSide| ConflictSideView {
            dated: dated(side.citation.written.as_deref(), side.citation.modified, today),
            value: side.value,
            citation: citation_view(gathered, side.citation, today),
        };
        let conflict = |conflict: intelligence::Conflict| ConflictView {
            about: conflict.about,
            sides: conflict.sides.into_iter().map(side).collect(),
        };
        Self {
            abstained: answer.abstained(),
            cancelled: answer.outcome == Outcome::Cancelled,
            engine: answer.engine,
            answer: answer
                .sentences
                .into_iter()
                .map(|sentence| sentence_view(gathered, sentence, today))
                .collect(),
            reason,
            missing,
            conflicts: answer.conflicts.into_iter().map(conflict).collect(),
            notices: gathered.notices.iter().cloned().chain(answer.notices).collect(),
            labels: gathered.labels.clone(),
            passages_read: gathered.evidence.len(),
            files_read: gathered.files,
        }
    }
}

impl Answered {
    /// Everything it cites.
    pub(crate) fn citations_mut(&mut self) -> impl Iterator<Item = &mut CitationView> {
        let said = self
            .answer
            .iter_mut()
            .flat_map(|sentence| &mut sentence.citations);
        let disputed = (self.conflicts.iter_mut())
            .flat_map(|conflict| conflict.sides.iter_mut().map(|side| &mut side.citation));
        said.chain(disputed)
    }
}

/// A sentence with the passages it rests on.
pub fn sentence_view(
    gathered: &Gathered,
    sentence: intelligence::Sentence,
    today: jiff::civil::Date,
) -> SentenceView {
    let citations = sentence.citations.into_iter();
    SentenceView {
        text: sentence.text,
        citations: citations
            .map(|citation| citation_view(gathered, citation, today))
            .collect(),
        conflict: sentence.conflict,
        confidence: sentence.confidence,
    }
}

/// A citation with its passage.
pub fn citation_view(gathered: &Gathered, citation: Citation, today: jiff::civil::Date) -> CitationView {
    let evidence = gathered
        .evidence
        .iter()
        .find(|evidence| evidence.passage == citation.passage);
    CitationView {
        document: citation.document,
        passage_id: citation.passage,
        file: citation.file,
        source: evidence.map(|e| e.source.clone()).unwrap_or_default(),
        page: citation.page,
        place_text: citation.place.to_string(),
        place: citation.place,
        heading: citation.headings.join(" > "),
        passage: evidence.map_or_else(|| citation.quote.clone(), |e| e.text.clone()),
        quote: citation.quote,
        chars: citation.chars,
        dated: dated(citation.written.as_deref(), citation.modified, today),
        modified: citation.modified,
        written: citation.written,
        labels: citation.labels,
    }
}
