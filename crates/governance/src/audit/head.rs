//! Heads: the end of a chain at some moment, vouched for and kept elsewhere.

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use domain::Secret;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::{Digest, Head, Why};

/// A head that somebody vouched for. One line of an anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// Number of the row that was the last.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// By whom: the public key, 32 bytes in hexadecimal.
    pub key: String,
    /// The signature, 64 bytes in hexadecimal.
    pub signature: String,
}

/// What signs heads. Its secret half lives in the keyring.
#[derive(Clone)]
pub struct Signer(SigningKey);

/// A key that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key is not one of 64 lower-case hexadecimal digits")]
pub struct NoKey;

impl Signer {
    /// The signer with these 32 random bytes.
    pub fn of(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The signer whose [`Signer::secret`] this is.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_secret(secret: &Secret) -> Result<Self, NoKey> {
        let seed = HEXLOWER.decode(secret.expose().as_bytes()).map_err(|_| NoKey)?;
        Ok(Self::of(&seed.try_into().map_err(|_| NoKey)?))
    }

    /// What to keep in the keyring: text, since not every keyring keeps bytes.
    pub fn secret(&self) -> Secret {
        Secret::new(HEXLOWER.encode(self.0.as_bytes()))
    }

    /// The public half, 64 hexadecimal digits.
    pub fn key(&self) -> String {
        HEXLOWER.encode(self.0.verifying_key().as_bytes())
    }

    /// Vouches for a head.
    pub fn sign(&self, head: Head, at: i64) -> SignedHead {
        let signature = self.0.sign(&signed_bytes(head, at));
        SignedHead {
            seq: head.seq,
            hash: head.hash,
            at,
            key: self.key(),
            signature: HEXLOWER.encode(&signature.to_bytes()),
        }
    }
}

impl SignedHead {
    /// What was vouched for.
    pub fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// What is wrong with it, if only these keys may sign; without any, every key may.
    pub fn wrong(&self, keys: &[String]) -> Option<Why> {
        if !keys.is_empty() && !keys.contains(&self.key) {
            return Some(Why::OtherKey(self.key.clone()));
        }
        let key = HEXLOWER.decode(self.key.as_bytes()).ok();
        let key = key
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let signature = HEXLOWER.decode(self.signature.as_bytes()).ok();
        let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
        let signed = key.zip(signature).is_some_and(|(key, signature)| {
            let bytes = signed_bytes(self.head(), self.at);
            key.verify_strict(&bytes, &signature).is_ok()
        });
        (!signed).then_some(Why::Signature)
    }

    /// One line of an anchor, without its line break.
    ///
    /// # Errors
    /// Never in practice.
    pub fn to_line(&self) -> Result<String, super::Unwritable> {
        Ok(serde_json_canonicalizer::to_string(self)?)
    }
}

fn signed_bytes(head: Head, at: i64) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(head.seq.to_be_bytes());
    bytes.extend(head.hash.0);
    bytes.extend(at.to_be_bytes());
    bytes
}

/// What the lines of an anchor say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchored {
    /// The heads, in the order of the lines.
    pub heads: Vec<SignedHead>,
    /// Numbers of lines, from 1, that hold no head, for example because writing them was cut off.
    pub unreadable: Vec<usize>,
}

impl Anchored {
    /// Reads the lines of an anchor.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        for (line, number) in text.lines().zip(1..) {
            match serde_json::from_str(line) {
                Ok(head) => read.heads.push(head),
                Err(_) if line.trim().is_empty() => {}
                Err(_) => read.unreadable.push(number),
            }
        }
        read
    }
}

/// Port: a place outside the ledger where signed heads are kept, so that the ledger alone can't be rewritten unseen. A file
/// is one, a receiver on the web could be another.
#[async_trait]
pub trait Anchor: Send + Sync {
    /// Adds heads to what is there, oldest first; when it returns they are there for good.
    async fn keep(&self, heads: &[SignedHead]) -> Result<(), AnchorTrouble>;
}

/// Why an anchor does not take a head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the anchor `{place}` took nothing: {why}")]
pub struct AnchorTrouble {
    /// The file or address.
    pub place: String,
    /// What happened.
    pub why: String,
}
