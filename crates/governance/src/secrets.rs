//! Where keys and credentials are kept that outlive the program: a port, so that nothing else knows where.

use async_trait::async_trait;
use domain::Secret;

/// Port: named secrets that outlive the program, in the keyring of the operating system.
///
/// Only short ones belong here: a keyring of Windows takes no more than 2,560 bytes. What is longer is encrypted with a key
/// from here and kept elsewhere.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// A secret; `None` if there is none of this name.
    async fn get(&self, name: &str) -> Result<Option<Secret>, SecretTrouble>;
    /// Keeps a secret in place of what had this name.
    async fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretTrouble>;
    /// Forgets a secret; false if there was none.
    async fn delete(&self, name: &str) -> Result<bool, SecretTrouble>;
}

/// Why a keyring does not give or keep a secret. None of them holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretTrouble {
    /// The person does not want it to be used.
    #[error("The keyring is not used: {0}.")]
    Off(String),
    /// This machine or session has none.
    #[error("This session has no keyring: {0}.")]
    Absent(String),
    /// It is locked, and nobody opened it when asked.
    #[error("The keyring is locked and was not opened: {0}.")]
    Locked(String),
    /// It did not answer in time; it may still wait for the person's password.
    #[error("The keyring did not answer within {0} s; it may be waiting for its password.")]
    Late(u64),
    /// It refused or failed.
    #[error("The keyring failed: {0}.")]
    Failed(String),
}

impl SecretTrouble {
    /// What the person can do.
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Off(_) => "Unset `ATTACHE_KEYRING` to use it.",
            Self::Absent(_) => {
                "On Linux install a keyring, such as `gnome-keyring` or KWallet, and sign in to a desktop session; \
                 without a desktop run Attaché within `dbus-run-session` with an unlocked `gnome-keyring-daemon`."
            }
            Self::Locked(_) | Self::Late(_) => {
                "Unlock it, for example by signing in anew, or with the system's program for passwords."
            }
            Self::Failed(_) => "Look at it with the system's program for passwords.",
        }
    }
}

/// A keyring in memory, for tests.
#[cfg(feature = "test-support")]
#[derive(Debug, Default)]
pub struct KeptSecrets {
    kept: std::sync::Mutex<std::collections::BTreeMap<String, Secret>>,
    trouble: std::sync::Mutex<Option<SecretTrouble>>,
}

#[cfg(feature = "test-support")]
impl KeptSecrets {
    /// From now on everything fails so; or nothing any more.
    pub fn fail(&self, trouble: Option<SecretTrouble>) {
        *lock(&self.trouble) = trouble;
    }

    fn sound(&self) -> Result<(), SecretTrouble> {
        lock(&self.trouble).clone().map_or(Ok(()), Err)
    }
}

#[cfg(feature = "test-support")]
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(feature = "test-support")]
#[async_trait]
impl SecretStore for KeptSecrets {
    async fn get(&self, name: &str) -> Result<Option<Secret>, SecretTrouble> {
        self.sound()?;
        Ok(lock(&self.kept).get(name).cloned())
    }

    async fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretTrouble> {
        self.sound()?;
        lock(&self.kept).insert(name.to_owned(), secret.clone());
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<bool, SecretTrouble> {
        self.sound()?;
        Ok(lock(&self.kept).remove(name).is_some())
    }
}
