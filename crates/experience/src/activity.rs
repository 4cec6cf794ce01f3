//! What the audit says of what happened: references, counts and labels, never the words of a question or a text.

use domain::TurnId;
use serde_json::{Map, Value, json};

use crate::conversation::TurnState;
use crate::wire::Answered;

/// The kind of an audit row about an answer.
pub const ANSWER: &str = "answer";

/// The details of an audit row about a question that ended: which turn, how, and what was read for it.
pub fn of_answer(turn: Option<TurnId>, state: TurnState, answer: Option<&Answered>) -> Map<String, Value> {
    let mut details = Map::new();
    let mut say = |name: &str, value: Value| {
        details.insert(name.to_owned(), value);
    };
    say("state", json!(state));
    if let Some(turn) = turn {
        say("turn", json!(turn));
    }
    if let Some(answer) = answer {
        let cited = answer.answer.iter().map(|sentence| sentence.citations.len());
        say("engine", json!(answer.engine));
        say("passages_read", json!(answer.passages_read));
        say("files_read", json!(answer.files_read));
        say("citations", json!(cited.sum::<usize>()));
        say("labels", json!(answer.labels));
    }
    details
}

/// How a question ended that the program was there to see ending.
pub(crate) fn state_of(answer: &Answered) -> TurnState {
    match answer {
        Answered { cancelled: true, .. } => TurnState::Stopped,
        Answered { abstained: true, .. } => TurnState::Abstained,
        _ => TurnState::Answered,
    }
}
