use std::collections::BTreeSet;

use domain::ActionId;
use orchestration::governed::Shared;
use serde::Serialize;

use super::ActionView;
use super::words::card_sentence;

/// What a person decides about at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CardView {
    /// What is left would do, in one sentence.
    pub sentence: String,
    /// The proposals, in the order they would be done.
    pub actions: Vec<ActionView>,
    /// What was proposed together with them and waits for the person to say which record is meant. Not part of what is
    /// approved.
    pub questions: Vec<ActionView>,
    /// Those that are struck out.
    pub struck: Vec<ActionId>,
    /// Digest of what is left; it comes back with the click. Nothing when everything is struck out.
    pub digest: Option<String>,
    /// The label of the button: `Approve 4 of 6`.
    pub approve: String,
    /// The word that has to be typed.
    pub word: Option<String>,
    /// Until when it can be decided, in milliseconds since 1970.
    pub expires: i64,
}

/// What a proposal led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Proposed {
    /// It is kept.
    Action {
        /// As it is.
        action: Box<ActionView>,
    },
    /// Several records are close, and only the person can say. Nothing is prepared; the question waits for them.
    Which {
        /// The question: [`ActionView::which`].
        action: Box<ActionView>,
    },
}

/// What another look at the records of a card found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Looked {
    /// All of it is as it was shown.
    Same {
        /// When that was, in milliseconds since 1970.
        at: i64,
    },
    /// A record changed, so that the card is void.
    Changed {
        /// The proposal as it would be now, with a card of its own.
        fresh: Box<ActionView>,
    },
}

/// What an approval led to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Decided {
    /// It counts; each as it is now, at its end or on the way there.
    Approved {
        /// The proposals.
        actions: Vec<ActionView>,
    },
    /// A record changed, so that nothing was sent.
    Changed {
        /// The proposal as it would be now, with a card of its own.
        fresh: Box<ActionView>,
    },
}

impl CardView {
    /// A card with some lines struck out.
    pub(crate) fn of(shared: &Shared, struck: &BTreeSet<ActionId>) -> Self {
        let actions: Vec<ActionView> = shared.actions.iter().map(ActionView::from).collect();
        let left: Vec<&ActionView> = actions.iter().filter(|view| !struck.contains(&view.id)).collect();
        let questions: Vec<ActionView> = shared.questions.iter().map(ActionView::from).collect();
        let approve = match (left.len(), actions.len() + questions.len()) {
            (1, 1) => "Approve".to_owned(),
            (2, 2) => "Approve both".to_owned(),
            (left, all) if left == all => format!("Approve all {all}"),
            (left, all) => format!("Approve {left} of {all}"),
        };
        Self {
            sentence: card_sentence(&left),
            word: left.iter().find_map(|view| view.verdict.word.clone()),
            approve,
            digest: shared.digest(struck).ok().map(|digest| digest.to_string()),
            expires: shared.card.expires(),
            struck: struck.iter().copied().collect(),
            actions,
            questions,
        }
    }
}
