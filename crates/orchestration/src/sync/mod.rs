//! Keeping a copy of what a person may read in a connected system, so that it is found like their documents.
//!
//! ```text
//! list page ──→ what changed? ──→ read it whole, with what people wrote in it ──→ page of HTML ──→ mirror
//!     ↑                                                                                        (with the mark)
//!     └──────────────────────────── mark of the next page ─────────────────────────────────────────┘
//! ```
//!
//! A *sweep* reads everything and at its end removes what is no longer there; *changes* reads what changed since the newest
//! record that is kept. How far it came is kept with what it brought, in one transaction: whenever the program ends, the next
//! run goes on there. What a system answers wrongly, slowly or not at all removes nothing; a record goes only when the system
//! says of that record that it is not there, or not for this person.
//!
//! * [`Mirror`] is the port to where copies are kept; [`Page`] is one copy.
//! * [`run`] brings one kind of record of one system up to date.

mod page;
mod pass;

use std::collections::BTreeMap;

use async_trait::async_trait;
use integration::Mark;
use serde::{Deserialize, Serialize};

pub use page::{moment, page};
pub use pass::{Ended, Run, run};

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its id in its system.
    pub id: String,
    /// What it says, as a web page without scripts.
    pub html: String,
    /// What it was when it was read: the digest of the record as it was listed. While that stays, it is not read again.
    pub listed: String,
    /// When it was changed, in milliseconds since 1970, where its system says so.
    pub changed: Option<i64>,
}

/// How far one kind of record is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KindState {
    /// When the newest record that is kept was changed, in milliseconds since 1970.
    pub newest: Option<i64>,
    /// The sweep that is under way.
    pub sweep: Option<Sweep>,
    /// Number of the last sweep that was begun.
    pub sweeps: i64,
    /// When the last whole sweep began, in milliseconds since 1970.
    pub swept: Option<i64>,
    /// When it was up to date last, in milliseconds since 1970.
    pub ended: Option<i64>,
    /// Why it is not, as a sentence.
    pub trouble: Option<String>,
}

/// A sweep under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// When it began, in milliseconds since 1970.
    pub began: i64,
    /// The page to go on with; nothing once all were read, and only what is gone is left to be found.
    pub mark: Option<Mark>,
}

/// What a step of a pass brought.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// Records that are new or changed.
    pub pages: Vec<Page>,
    /// Ids of records that were listed.
    pub seen: Vec<String>,
    /// Ids of records that are not there any more.
    pub gone: Vec<String>,
}

/// Where copies are kept. One for each system.
#[async_trait]
pub trait Mirror: Send + Sync {
    /// How far a kind is.
    ///
    /// # Errors
    /// In words for a person.
    async fn state(&self, kind: &str) -> Result<KindState, String>;
    /// The digests as which these records were listed when they were read last, for those that are kept.
    ///
    /// # Errors
    /// In words for a person.
    async fn listed(&self, kind: &str, ids: &[String]) -> Result<BTreeMap<String, String>, String>;
    /// Keeps what a step brought together with how far it came: all or nothing.
    ///
    /// # Errors
    /// In words for a person.
    async fn keep(&self, kind: &str, brought: Brought, state: &KindState) -> Result<(), String>;
    /// Ids of records that were not listed since a sweep of this number began, so many at most, after an id.
    ///
    /// # Errors
    /// In words for a person.
    async fn unseen(&self, kind: &str, sweep: i64, after: &str, most: usize) -> Result<Vec<String>, String>;
}
