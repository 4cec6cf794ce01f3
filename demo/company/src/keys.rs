//! Idempotency keys: a request that comes again with its key gets the answer of the first one and has no second effect.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// How long a key is remembered.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Longest key, in bytes.
const LONGEST: usize = 255;

/// An answer, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The version for the header `ETag`.
    pub etag: Option<u64>,
    /// The path for the header `Location`.
    pub location: Option<String>,
    /// JSON, byte for byte.
    pub body: String,
}

/// A remembered key. Only requests that did something are remembered: what was refused may be mended and sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Who sent it: keys of different people do not meet.
    pub who: String,
    /// The key.
    pub key: String,
    /// Hash of method, path and body.
    pub request: String,
    /// When it was done.
    pub at: Timestamp,
    /// What was answered.
    pub answer: Answer,
}

/// All remembered keys.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<(String, String), Kept>);

impl Keys {
    /// The answer that was given to this request before, if its key is still remembered.
    ///
    /// # Errors
    /// 422 when the key belongs to another request, 400 when it is no key.
    pub fn earlier(
        &self,
        who: &str,
        key: &str,
        request: &str,
        now: Timestamp,
    ) -> Result<Option<Answer>, Problem> {
        if key.is_empty() || key.len() > LONGEST {
            return Err(Problem::malformed(format!(
                "`Idempotency-Key` takes 1 to {LONGEST} characters."
            )));
        }
        let Some(kept) = self.0.get(&(who.to_owned(), key.to_owned())) else {
            return Ok(None);
        };
        if now.duration_since(kept.at) >= LIFETIME {
            return Ok(None);
        }
        if kept.request == request {
            return Ok(Some(kept.answer.clone()));
        }
        let message = "This idempotency key was used for another request. Take a new one.";
        Err(Problem::new(422, "key_reused", message))
    }

    /// Remembers a key; one that has expired is replaced.
    pub fn keep(&mut self, kept: Kept) {
        self.0.insert((kept.who.clone(), kept.key.clone()), kept);
    }
}
