//! Approvals: what a person said yes to, to the byte, and the one thing that may be sent because of it.
//!
//! Every proposal has a digest over exactly what would be sent, the record's version among it ([`request_digest`]). A
//! [`Card`] shows one or several; an [`Approval`] holds the digests of the lines that were left with the actions they are
//! of, and is itself sealed with a key of this installation: whoever can write where approvals are kept can neither make
//! one nor use one for another action. [`authorize`] is the only place where an [`Authorized`] comes into being, and it judges anew, at that moment.
//!
//! Whether an approval was used is kept by whoever keeps approvals: for each line once, in the transaction that begins
//! sending.

mod authorize;
mod card;

#[cfg(test)]
mod tests;

use std::fmt;

use domain::{Effect, SideEffect};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::audit::Digest;

pub use authorize::{Authorized, Ground, Refusal, Warrant, authorize};
pub use card::{Approval, Binding, Card, CardError, Choice, Hand, Line};

/// For so long after a card appears its button does nothing, in milliseconds: a click that was meant for what lay there
/// before must not approve it. The face keeps this.
pub const ARM_DELAY_MS: u64 = 500;

/// For so long a card is valid unless somebody says otherwise, in milliseconds. What is older is shown again, not run.
pub const CARD_LASTS_MS: i64 = 60 * 60 * 1000;

/// The word that is typed where a click is not enough ([`crate::policy::Obligation::TypedWord`]).
pub fn typed_word(side_effect: SideEffect) -> &'static str {
    match side_effect {
        SideEffect::Destructive => "delete",
        SideEffect::Send => "send",
        SideEffect::Read | SideEffect::Draft | SideEffect::Write => "confirm",
    }
}

/// Why a request has no digest.
#[derive(Debug, thiserror::Error)]
pub enum Undigestable {
    /// Two such numbers may have the same canonical form.
    #[error("`{0}` is too large to be told apart from its neighbours: give it as text")]
    Number(String),
    /// It has no canonical form.
    #[error("the request could not be written as canonical JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Digest of exactly what would be sent, through which account, and to which state of the record: SHA-256 over the byte 5
/// and canonical JSON (RFC 8785) of `account`, `arguments` (name to value), `definition`, `operation`, `system` and
/// `target` (`id`, `kind`, `version`; or null). Where a value was seen is no part of what is sent.
///
/// # Errors
/// When a value has no canonical form of its own.
pub fn request_digest(effect: &Effect, account: &str) -> Result<Digest, Undigestable> {
    let arguments: serde_json::Map<String, Value> = effect
        .arguments
        .iter()
        .map(|(name, argument)| (name.clone(), argument.value.clone()))
        .collect();
    let request = json!({
        "account": account,
        "arguments": arguments,
        "definition": effect.definition,
        "operation": effect.operation,
        "system": effect.system,
        "target": effect.target,
    });
    sealed(5, &request)
}

/// What approvals are sealed with: known to this installation only.
#[derive(Clone, Copy)]
pub struct SealKey<'a>(pub &'a [u8; 32]);

impl fmt::Debug for SealKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey")
    }
}

/// The canonical form of a value in which different values look different.
pub(crate) fn canonical(value: &Value) -> Result<String, Undigestable> {
    distinct(value)?;
    Ok(serde_json_canonicalizer::to_string(value)?)
}

fn sealed(kind: u8, value: &impl Serialize) -> Result<Digest, Undigestable> {
    Ok(Digest(Sha256::digest(marked(kind, value)?).into()))
}

/// The same with a key: BLAKE3 in its keyed mode.
fn keyed(key: SealKey<'_>, kind: u8, value: &impl Serialize) -> Result<Digest, Undigestable> {
    Ok(Digest(blake3::keyed_hash(key.0, &marked(kind, value)?).into()))
}

/// What is sealed: a byte that tells what it is, and the canonical form.
fn marked(kind: u8, value: &impl Serialize) -> Result<Vec<u8>, Undigestable> {
    let mut bytes = vec![kind];
    bytes.extend(canonical(&serde_json::to_value(value)?)?.into_bytes());
    Ok(bytes)
}

/// Canonical JSON knows only double precision: beyond 2^53 neighbouring whole numbers become one.
fn distinct(value: &Value) -> Result<(), Undigestable> {
    const LARGEST: u64 = 1 << 53;
    match value {
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match whole {
                Some(whole) if whole >= LARGEST => Err(Undigestable::Number(number.to_string())),
                _ => Ok(()),
            }
        }
        Value::Array(items) => items.iter().try_for_each(distinct),
        Value::Object(parts) => parts.values().try_for_each(distinct),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}
