//! The server's own log: what it was asked and what it did, whatever the client was told. Tests judge by it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::faults::FaultKind;
use crate::records::{Books, Change};

/// One request. Secrets are never in it: of the credentials only who they belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Ascending, without holes; goes on after a reset.
    pub seq: u64,
    /// When it had been received whole.
    pub at: Timestamp,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The operation it led to, if any.
    pub operation: Option<String>,
    /// Mail address of who asked; none without valid credentials.
    pub who: Option<String>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The header `If-Match`.
    pub if_match: Option<String>,
    /// BLAKE3 of the body, in hex; none if the body did not arrive whole.
    pub body_hash: Option<String>,
    /// The fault that was played on it.
    pub fault: Option<FaultKind>,
    /// Whether the answer was that of an earlier request with the same key.
    pub replayed: bool,
    /// What was done to records; written durably together with it.
    pub applied: Vec<Applied>,
    /// The status sent; none while unanswered and where the connection was reset.
    pub status: Option<u16>,
}

/// What was done to one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Kind of the record.
    pub kind: String,
    /// Its id.
    pub id: u64,
    /// Its version before; none if it is new.
    pub old_version: Option<u64>,
    /// Its version after; none if it is gone.
    pub new_version: Option<u64>,
}

impl Applied {
    /// What changes will do to these records.
    pub fn by(books: &Books, changes: &[Change]) -> Vec<Self> {
        let line = |change: &Change| Self {
            kind: change.kind.clone(),
            id: change.id,
            old_version: books.get(&change.kind, change.id).map(|old| old.version),
            new_version: change.record.as_ref().map(|new| new.version),
        };
        changes.iter().map(line).collect()
    }
}
