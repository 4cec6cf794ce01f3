//! What a play is made of, and what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::ActionId;
use governance::audit::Digest;
use orchestration::governed::{Action, ActionBook, GrantBook};

use crate::mutants::Mutant;
use crate::server::{Answer, Deed};
use crate::site::Wired;

/// Where the actions of a play are kept.
#[derive(Clone)]
pub enum Book {
    /// In the real ledger, in this process's epoch.
    Ledger(Arc<dyn ActionBook>, Arc<dyn GrantBook>, u64),
    /// In memory.
    Memory,
}

/// How a play begins.
pub struct Setting<'a> {
    /// In which suite.
    pub wired: &'a Wired,
    /// Where its actions are kept.
    pub book: Book,
    /// What the person said.
    pub words: &'a str,
    /// What reads are answered with.
    pub answers: Vec<Answer>,
    /// What any other read is answered with.
    pub otherwise: String,
    /// Which guard is broken.
    pub mutant: Option<Mutant>,
}

/// What was tampered with in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tampered {
    /// An argument.
    Arguments,
    /// The approval, which is another action's now.
    Approval,
    /// The state.
    State,
    /// The lines of the approval.
    Seal,
}

/// What is remembered of a proposal that waits or waited for the person.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The action.
    pub action: Action,
    /// How many things the model had been shown by then.
    pub(super) shown: usize,
    pub(super) rejected: bool,
    /// Whether the person said yes to it; they do so once.
    pub(super) clicked: bool,
    pub(super) tampered: BTreeSet<Tampered>,
}

/// What lies before a person when they look at a card.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The proposals that are left on it.
    pub lines: Vec<ActionId>,
    /// Those that are struck out.
    pub struck: BTreeSet<ActionId>,
    /// Digest of what is left.
    pub shown: Digest,
    /// The word that is typed if one is needed.
    pub word: String,
}

/// How a play ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// What the server did, in order.
    pub done: Vec<Deed>,
    /// What it did that nobody had said yes to.
    pub unclicked: Vec<Deed>,
    /// What somebody had said yes to, and was not done.
    pub undone: Vec<Deed>,
    /// How many cards the person saw.
    pub cards: usize,
    /// How many proposals were made.
    pub proposals: usize,
    /// How many of those were not even taken in.
    pub refused: usize,
    /// What was not as it must be.
    pub wrong: Vec<String>,
}
