//! The audit: one row for everything that was allowed, asked, denied, done or failed, in a chain that shows every change.
//!
//! Row `seq` has `hash = SHA-256(0x00 ‖ prev ‖ seq ‖ body)`: `prev` is the hash of the row before it, 32 zero bytes before
//! the first; `seq` counts from 1, eight bytes, big-endian; `body` is an object in canonical JSON (RFC 8785) that begins
//! its life with `at`, milliseconds since 1970, and `kind`. A body holds references and digests, never a secret or the
//! words of a mail, so that what it speaks of can be erased while the row stays.
//!
//! A chain alone can't show that its end was cut off, or that somebody wrote all of it anew. So its head is signed from
//! time to time (`Ed25519` over `0x01 ‖ seq ‖ hash ‖ at`) and kept where the ledger is not: an [`Anchor`].
//!
//! Pure: rows come as arguments, wherever they are kept.

pub mod export;
mod head;
mod verify;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

pub use head::{Anchor, AnchorTrouble, Anchored, NoKey, SignedHead, Signer};
pub use verify::{Broken, Verifier, Why, verify_file};

/// A SHA-256 value, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// The last row of a chain; of an empty one, number 0 with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

/// A row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1, without gaps.
    pub seq: u64,
    /// Canonical JSON of an object with at least `at` and `kind`.
    pub body: String,
    /// Hash of the row before.
    pub prev: Digest,
    /// Hash of this row.
    pub hash: Digest,
}

/// Why a body can't be written.
#[derive(Debug, thiserror::Error)]
#[error("an audit row could not be written as canonical JSON: {0}")]
pub struct Unwritable(#[from] serde_json::Error);

/// The next row after a head. `details` must not name `at` or `kind`; those given apart win.
///
/// # Errors
/// When a value has no canonical form, such as a number that is not finite.
pub fn next(head: Head, at: i64, kind: &str, mut details: Map<String, Value>) -> Result<Row, Unwritable> {
    details.insert("at".to_owned(), at.into());
    details.insert("kind".to_owned(), kind.into());
    let body = serde_json_canonicalizer::to_string(&details)?;
    let seq = head.seq + 1;
    Ok(Row {
        hash: link(head.hash, seq, body.as_bytes()),
        seq,
        body,
        prev: head.hash,
    })
}

fn link(prev: Digest, seq: u64, body: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(prev.0);
    hash.update(seq.to_be_bytes());
    hash.update(body);
    Digest(hash.finalize().into())
}

impl Row {
    /// The head of a chain that ends with this row.
    pub fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// One line of an exported file, without its line break: canonical JSON, the body as an object.
    ///
    /// # Errors
    /// When the body is no JSON.
    pub fn to_line(&self) -> Result<String, Unwritable> {
        let body: Value = serde_json::from_str(&self.body)?;
        let line = serde_json::json!({
            "seq": self.seq,
            "prev": self.prev,
            "hash": self.hash,
            "body": body,
        });
        Ok(serde_json_canonicalizer::to_string(&line)?)
    }
}

/// A value that says nothing about a text to whoever does not know the salt: what an audit row holds of it. Without the
/// salt, which is erased with the text, it can't be found by trying.
pub fn sealed(salt: &[u8; 16], text: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update([2]);
    hash.update(salt);
    hash.update(text.as_bytes());
    Digest(hash.finalize().into())
}

impl Digest {
    fn of_hex(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let read = text.len() == 64 && HEXLOWER.decode_mut(text, &mut bytes).is_ok();
        read.then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest of 64 lower-case hexadecimal digits")]
pub struct NoDigest(String);

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let mut bytes = [0; 32];
        let read = text.len() == 64 && HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_ok();
        read.then_some(Self(bytes))
            .ok_or_else(|| NoDigest(text.to_owned()))
    }
}

impl TryFrom<String> for Digest {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Self, NoDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}
