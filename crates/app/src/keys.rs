//! The keyring of this machine, or none where the person turned it off.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Secret, SystemId};
use governance::{SecretStore, SecretTrouble};
use storage::Keyring;

use crate::connect;
use crate::logging::redactor;
use crate::{install, notary};

/// Set to `none`, no keyring is used. For machines without a person, and for tests.
pub const VARIABLE: &str = "ATTACHE_KEYRING";
/// How long a keyring may take, the person's typing of a password included.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to say whether it works.
const MOMENT: Duration = Duration::from_secs(5);

/// The entries of the home with this identity.
pub fn keyring(identity: &str) -> Arc<dyn SecretStore> {
    match off() {
        Some(trouble) => Arc::new(Off(trouble)),
        None => Arc::new(Known(Keyring::of(identity, PATIENCE))),
    }
}

/// Whether the key that signs the audit is in the keyring.
///
/// # Errors
/// When the keyring does not work.
pub fn has(identity: &str) -> Result<bool, SecretTrouble> {
    off().map_or(Ok(()), Err)?;
    Keyring::of(identity, MOMENT).has(notary::KEY)
}

/// Takes what is of this home out of the keyring. Where that can't be done it is told and nothing more: without the ledger
/// the keys open nothing; a credential can be taken back where it is from.
pub async fn forget(identity: &str, systems: &[SystemId]) {
    let keyring = keyring(identity);
    for key in [notary::KEY, install::KEY] {
        match keyring.delete(key).await {
            Ok(_) | Err(SecretTrouble::Off(_) | SecretTrouble::Absent(_)) => {}
            Err(trouble) => tracing::warn!(%trouble, key, "a key stays in the keyring"),
        }
    }
    for system in systems {
        if let Err(failure) = connect::forget(&*keyring, system).await {
            tracing::warn!(%system, "{}", failure.message);
        }
    }
}

fn off() -> Option<SecretTrouble> {
    let value = std::env::var(VARIABLE).unwrap_or_default();
    (!value.is_empty()).then(|| SecretTrouble::Off(format!("`{VARIABLE}` is `{value}`")))
}

/// A keyring of which everything is known to the redactor before anybody has it.
struct Known(Keyring);

#[async_trait]
impl SecretStore for Known {
    async fn get(&self, name: &str) -> Result<Option<Secret>, SecretTrouble> {
        let secret = self.0.get(name).await?;
        Ok(secret.inspect(know))
    }

    async fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretTrouble> {
        know(secret);
        self.0.set(name, secret).await
    }

    async fn delete(&self, name: &str) -> Result<bool, SecretTrouble> {
        self.0.delete(name).await
    }
}

fn know(secret: &Secret) {
    // One that is too short is refused by whoever would use it.
    let _ = redactor().know(secret);
}

/// No keyring.
struct Off(SecretTrouble);

#[async_trait]
impl SecretStore for Off {
    async fn get(&self, _name: &str) -> Result<Option<Secret>, SecretTrouble> {
        Err(self.0.clone())
    }

    async fn set(&self, _name: &str, _secret: &Secret) -> Result<(), SecretTrouble> {
        Err(self.0.clone())
    }

    async fn delete(&self, _name: &str) -> Result<bool, SecretTrouble> {
        Err(self.0.clone())
    }
}
