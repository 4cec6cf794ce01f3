//! Conversations as faces get them.

use domain::{ConversationId, TurnId};
use retrieval::search::Filter;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::wire::{Answered, CitationView};

/// A conversation in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "ConversationRow"))]
pub struct ConversationSummary {
    /// Its id.
    pub id: ConversationId,
    /// What it is called.
    pub title: String,
    /// Seconds since 1970.
    pub created: i64,
    /// When the last question was asked or answered.
    pub updated: i64,
    /// How many questions it has.
    pub turns: u64,
    /// One of them is being answered.
    pub running: bool,
}

/// A conversation with its questions and answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// What it is called.
    pub title: String,
    /// Seconds since 1970.
    pub created: i64,
    /// When the last question was asked or answered.
    pub updated: i64,
    /// Oldest first.
    pub turns: Vec<Turn>,
}

impl Conversation {
    /// Everything that its answers cite.
    pub(crate) fn citations_mut(&mut self) -> impl Iterator<Item = &mut CitationView> {
        self.turns
            .iter_mut()
            .filter_map(|turn| turn.answer.as_mut())
            .flat_map(Answered::citations_mut)
    }
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Turn {
    /// Its id.
    pub id: TurnId,
    /// The person's own words.
    pub question: String,
    /// Where was looked.
    pub filter: Filter,
    /// Seconds since 1970.
    pub asked: i64,
    /// How far it is.
    pub state: TurnState,
    /// The answer, or as much of it as was told before it was stopped.
    pub answer: Option<Answered>,
    /// Why there is no answer.
    pub failure: Option<Failure>,
}

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TurnState {
    /// It is being answered.
    Running,
    /// There is an answer.
    Answered,
    /// Nothing in the folders answers it.
    Abstained,
    /// The person stopped it.
    Stopped,
    /// It could not be answered.
    Failed,
    /// The program ended before the answer did.
    Interrupted,
}

/// The first words of the first question.
pub(crate) fn title_of(question: &str) -> String {
    const LONGEST: usize = 80;
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_cut_between_words() {
        assert_eq!(title_of(" When does\nit end? "), "When does it end?");
        let long = title_of(&"word ".repeat(50));
        assert!(long.ends_with("word…") && long.chars().count() <= 81, "{long}");
        assert_eq!(title_of(&"x".repeat(90)), format!("{}…", "x".repeat(80)));
    }
}
