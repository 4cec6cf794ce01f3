use domain::ActionId;
use serde::Serialize;

use super::words::label;
use super::{ActionState, ActionView};

/// Everything that is known of an action, for good.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Receipt {
    /// The action as it is kept; nothing once it was erased. The rows stay.
    pub action: Option<ActionView>,
    /// What happened to it, in order, each a row of the audit.
    pub rows: Vec<ReceiptRow>,
    /// All hashes of these rows are what their contents say.
    pub holds: bool,
}

/// A row of the audit about an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReceiptRow {
    /// Its number in the audit.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What happened, in a sentence.
    pub words: String,
    /// The event, in a word.
    pub event: String,
    /// Its hash, in hex.
    pub hash: String,
    /// Hash of the row before it.
    pub prev: String,
    /// The whole row, canonical JSON.
    pub body: String,
}

/// One thing that happened, for a timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Happening {
    /// Number of its first row in the audit.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// `action`, `answer`, `grant`, `system`, `stop` or another kind of row.
    pub kind: String,
    /// In a sentence.
    pub words: String,
    /// What was decided or became of it, in a few words.
    pub result: String,
    /// The action, if it is about one.
    pub action: Option<ActionId>,
    /// Its state.
    pub state: Option<ActionState>,
}

/// What happened, in a sentence for a receipt. The words of events are those that `orchestration` notes.
pub(crate) fn event_words(event: &str, state: &str) -> String {
    let words = match (event, state) {
        ("proposed", "denied") => "Proposed, and denied by the rules.",
        ("proposed", "approved") => "Proposed, and allowed without asking.",
        ("proposed", _) => "Proposed. The rules ask a person.",
        ("approved", _) => "Approved by a person.",
        ("rejected", _) => "Denied by a person.",
        ("edited", _) => "Changed by a person before deciding; something else took its place.",
        ("picked", _) => "A person said which record is meant; a proposal for it took its place.",
        ("void", _) => "The record changed, so the card was void. Nothing was sent.",
        ("dispatching", _) => "Sending began.",
        ("answered", "succeeded") => "The system says that it is done.",
        ("answered", "failed") => "The system refused it.",
        ("answered", "approved") => "The system did not take it; it is tried again later.",
        ("answered", _) => "The system did not answer.",
        ("looked", "succeeded") => "Looked up: it happened.",
        ("looked", "approved") => "Looked up: it did not happen; it can be sent again.",
        ("looked", _) => "Looked up: it could not be told.",
        ("read back", _) => "Read back.",
        ("refused", _) => "The guard refused it. Nothing was sent.",
        ("said", "succeeded") => "A person found that it happened.",
        ("said", _) => "A person found that it did not happen.",
        ("time", "expired") => "Nobody decided in time.",
        ("late", _) => "It could not be begun in time. Nothing was sent.",
        ("lost", _) => "The answer was lost on this machine, so that it has to be found out.",
        ("held back", _) => "Something that comes before it did not happen. Nothing was sent.",
        ("time", _) => "Found by a later start of Attaché.",
        ("read", "allowed") => "Read for a model.",
        ("read", _) => "The rules did not let this be read for a model. Nothing was asked.",
        ("granted", _) => "A permission was given.",
        ("revoked", _) => "A permission was taken back.",
        (other, _) => return label(other),
    };
    words.to_owned()
}
