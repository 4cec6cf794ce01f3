use async_trait::async_trait;
use domain::{ActionId, SystemId};
use governance::grants::{Grant, Used};
use serde_json::{Map, Value};

use super::Action;

/// Something for the audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Ids, words of the program and digests; never values.
    pub details: Map<String, Value>,
}

/// Where actions are kept.
#[async_trait]
pub trait ActionBook: Send + Sync {
    /// Keeps a new action, with the audit row about it, and gives it its id.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn add(&self, action: &Action, note: Noted) -> Result<ActionId, BookError>;

    /// Keeps a new action in the place of one that waited, with an audit row about each: both, or, if that one changed since
    /// it was read, nothing and `None`.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn replace(
        &self,
        old: (&Action, Noted),
        new: (&Action, Noted),
    ) -> Result<Option<ActionId>, BookError>;

    /// Keeps what an action became, with the audit row about it and what is used of a grant; false, and nothing is kept,
    /// if the action ([`Action::arrows`]) or the grant changed since it was read.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn put(&self, action: &Action, note: Noted, spend: Option<Spend>) -> Result<bool, BookError>;

    /// Keeps what several became that were decided together, each with its audit row: all of it, or, if one of them
    /// changed since it was read, nothing and false.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn put_all(&self, decided: Vec<(&Action, Noted)>) -> Result<bool, BookError>;

    /// Adds a row to the audit about a read for a model.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn note_read(&self, note: Noted) -> Result<(), BookError>;

    /// Those of these actions that are there, in the order of their ids.
    ///
    /// # Errors
    /// When one can't be read.
    async fn get(&self, ids: &[ActionId]) -> Result<Vec<Action>, BookError>;

    /// Those that are not at their end, oldest first.
    ///
    /// # Errors
    /// When they can't be read.
    async fn open(&self) -> Result<Vec<Action>, BookError>;

    /// So many at most, the newest first, all before `before` if one is given.
    ///
    /// # Errors
    /// When they can't be read.
    async fn before(&self, before: Option<ActionId>, most: u32) -> Result<Vec<Action>, BookError>;

    /// Those that were proposed together with the first of them, in their order; the first itself is one.
    ///
    /// # Errors
    /// When they can't be read.
    async fn batch(&self, first: ActionId) -> Result<Vec<Action>, BookError>;

    /// So many at most of an operation of a system that were proposed at `since`, in milliseconds since 1970, or later; the
    /// newest first.
    ///
    /// # Errors
    /// When they can't be read.
    async fn asked(
        &self,
        system: &SystemId,
        operation: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<Action>, BookError>;
}

/// What is used of a grant when sending begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The grant, by its name.
    pub grant: String,
    /// How much was used before.
    pub before: Used,
    /// How much is used with this.
    pub after: Used,
}

/// Something that was allowed beforehand, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What was allowed.
    pub grant: Grant,
    /// How much of it was used.
    pub used: Used,
    /// The proposal it was made from.
    pub action: ActionId,
    /// In words, as they were shown when it was made.
    pub words: String,
}

/// Where grants are kept.
#[async_trait]
pub trait GrantBook: Send + Sync {
    /// All of them, the newest first, those that were taken back too.
    ///
    /// # Errors
    /// When they can't be read.
    async fn all(&self) -> Result<Vec<Held>, BookError>;

    /// Keeps a new one, with the audit row about it.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn add(&self, held: &Held, note: Noted) -> Result<(), BookError>;

    /// Takes one back, with the audit row about it; false if there is none or it was taken back before.
    ///
    /// # Errors
    /// When nothing was kept.
    async fn revoke(&self, id: &str, note: Noted) -> Result<bool, BookError>;
}

/// The book can't be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BookError(pub String);
