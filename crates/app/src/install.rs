//! The key of this installation: in the keyring, and in the ledger only where no keyring is used.
//!
//! Approvals are sealed with it and keys of requests are made with it. Beside them in the ledger it would let whoever can
//! write there seal an approval too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::Secret;
use governance::{SecretStore, SecretTrouble};
use orchestration::governed::{InstallKey, Stop};
use storage::{Ledger, LedgerError};
use tokio::sync::Mutex;

/// The name of the key in the keyring.
pub const KEY: &str = "install key";
/// The setting in the ledger: the key itself, or [`KEPT`].
const SETTING: &str = "install_key";
/// What the setting says once the key is in the keyring. Without this word a start that finds no keyring would make another
/// key, for which nothing counts that was approved.
const KEPT: &str = "keyring";
/// A keyring that the person did not open is left in peace so long: each question puts a window before them.
const REST: Duration = Duration::from_secs(60);

/// Finds the key when it is first needed; cheap to clone.
#[derive(Clone)]
pub struct Installed {
    ledger: Ledger,
    secrets: Arc<dyn SecretStore>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    key: Option<[u8; 32]>,
    /// Since when the keyring stays closed, and why.
    closed: Option<(Instant, SecretTrouble)>,
}

/// Why there is no key now.
#[derive(Debug, thiserror::Error)]
enum Keyless {
    /// The keyring does not work.
    #[error("{0} The key that seals approvals belongs in it.")]
    Keyring(#[from] SecretTrouble),
    /// What is kept is no key.
    #[error("The key of this installation in the {0} can't be read.")]
    Unreadable(&'static str),
    /// None can be made.
    #[error("This machine has no randomness: {0}.")]
    Randomness(#[from] getrandom::Error),
    /// The ledger failed.
    #[error("{0}.")]
    Ledger(#[from] LedgerError),
}

impl Keyless {
    fn fix(&self) -> &'static str {
        match self {
            Self::Keyring(trouble) => trouble.fix(),
            Self::Unreadable("ledger") => "Restore the ledger from a backup.",
            Self::Unreadable(_) => "Look at the entry of Attaché with the system's program for passwords.",
            Self::Randomness(_) => "Start it anew.",
            Self::Ledger(_) => "Look at the disk, then try again.",
        }
    }
}

impl From<Keyless> for Stop {
    fn from(keyless: Keyless) -> Self {
        Self::NoKey {
            why: keyless.to_string(),
            fix: keyless.fix().to_owned(),
        }
    }
}

#[async_trait]
impl InstallKey for Installed {
    async fn key(&self) -> Result<[u8; 32], Stop> {
        let mut state = self.state.lock().await;
        if let Some(key) = state.key {
            return Ok(key);
        }
        if let Some((since, trouble)) = &state.closed
            && since.elapsed() < REST
        {
            return Err(Keyless::from(trouble.clone()).into());
        }
        let found = self.find().await;
        state.closed = match &found {
            Err(Keyless::Keyring(trouble @ (SecretTrouble::Locked(_) | SecretTrouble::Late(_)))) => {
                Some((Instant::now(), trouble.clone()))
            }
            _ => None,
        };
        let key = found?;
        state.key = Some(key);
        Ok(key)
    }
}

impl Installed {
    /// The key of the installation whose ledger this is.
    pub fn new(ledger: Ledger, secrets: Arc<dyn SecretStore>) -> Self {
        Self {
            ledger,
            secrets,
            state: Arc::default(),
        }
    }

    /// Takes a key that an earlier version left in the ledger to the keyring, before anything needs it.
    pub async fn settle(&self) {
        if let Err(stop) = self.key().await {
            // Told to the person as soon as they want to approve something.
            tracing::info!("{stop}");
        }
    }

    async fn find(&self) -> Result<[u8; 32], Keyless> {
        match self.ledger.setting(SETTING).await?.as_deref() {
            Some(KEPT) => self.kept().await,
            Some(text) => {
                // With another key, what is under way could not be found again.
                let key = unhex(text).ok_or(Keyless::Unreadable("ledger"))?;
                if let Err(trouble) = self.keep(&key).await {
                    tracing::info!("the key of this installation stays in the ledger: {trouble}");
                }
                Ok(key)
            }
            None => self.make().await,
        }
    }

    /// The key in the keyring. Where it was lost, another is made: what was approved before it has to be approved again, and
    /// what is under way is decided by a person.
    async fn kept(&self) -> Result<[u8; 32], Keyless> {
        match self.secrets.get(KEY).await? {
            Some(secret) => unhex(secret.expose()).ok_or(Keyless::Unreadable("keyring")),
            None => {
                tracing::warn!("the key of this installation is no longer in the keyring; another is made");
                let key = fresh()?;
                self.keep(&key).await?;
                Ok(key)
            }
        }
    }

    /// The first key of a ledger. Where no keyring is used, or there is none, it is kept in the ledger; one that is only
    /// locked is waited for.
    async fn make(&self) -> Result<[u8; 32], Keyless> {
        let before = self.secrets.get(KEY).await;
        let known = match &before {
            // Of a ledger that was lost, and may be put back.
            Ok(Some(secret)) => unhex(secret.expose()),
            _ => None,
        };
        let key = match known {
            Some(key) => key,
            None => fresh()?,
        };
        let kept = match before {
            Ok(_) => self.keep(&key).await,
            Err(trouble) => Err(trouble.into()),
        };
        match kept {
            Err(Keyless::Keyring(SecretTrouble::Off(_) | SecretTrouble::Absent(_))) => {
                self.ledger.set_setting(SETTING, &hex(&key)).await?;
                Ok(key)
            }
            kept => kept.map(|()| key),
        }
    }

    /// Keeps a key in the keyring, and only once it is there for certain takes it out of the ledger.
    async fn keep(&self, key: &[u8; 32]) -> Result<(), Keyless> {
        let secret = Secret::new(hex(key));
        self.secrets.set(KEY, &secret).await?;
        match self.secrets.get(KEY).await? {
            Some(kept) if kept.expose() == secret.expose() => {}
            _ => {
                let forgot = SecretTrouble::Failed("it did not keep the key".to_owned());
                return Err(forgot.into());
            }
        }
        Ok(self.ledger.set_setting(SETTING, KEPT).await?)
    }
}

fn fresh() -> Result<[u8; 32], getrandom::Error> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key)?;
    Ok(key)
}

fn hex(key: &[u8; 32]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0_u8; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, at) in key.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use governance::secrets::KeptSecrets;

    use super::*;

    struct Place {
        ledger: Ledger,
        secrets: Arc<KeptSecrets>,
        _folder: tempfile::TempDir,
    }

    impl Place {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
            Self {
                ledger,
                secrets: Arc::default(),
                _folder: folder,
            }
        }

        /// The key that a start of the program has.
        async fn key(&self) -> Result<[u8; 32], Stop> {
            let start = Installed::new(self.ledger.clone(), self.secrets.clone());
            let key = start.key().await?;
            assert_eq!(start.key().await.unwrap(), key);
            Ok(key)
        }

        async fn setting(&self) -> Option<String> {
            self.ledger.setting(SETTING).await.unwrap()
        }

        async fn in_keyring(&self) -> Option<String> {
            let kept = self.secrets.get(KEY).await.unwrap();
            kept.map(|secret| secret.expose().to_owned())
        }
    }

    fn absent() -> SecretTrouble {
        SecretTrouble::Absent("there is no bus".to_owned())
    }

    fn locked() -> SecretTrouble {
        SecretTrouble::Locked("no password".to_owned())
    }

    #[tokio::test]
    async fn a_new_key_is_in_the_keyring_and_nowhere_in_the_ledger() {
        let place = Place::new().await;
        let key = place.key().await.unwrap();
        assert_eq!(place.key().await.unwrap(), key);
        assert_eq!(place.in_keyring().await, Some(hex(&key)));
        assert_eq!(place.setting().await.as_deref(), Some(KEPT));
        assert_ne!(Place::new().await.key().await.unwrap(), key);
    }

    #[tokio::test]
    async fn a_key_that_an_earlier_version_left_in_the_ledger_moves_and_stays_the_same() {
        let place = Place::new().await;
        let old = hex(&[7; 32]);
        place.ledger.set_setting(SETTING, &old).await.unwrap();
        for trouble in [absent(), locked()] {
            place.secrets.fail(Some(trouble));
            assert_eq!(place.key().await.unwrap(), [7; 32]);
            assert_eq!(place.setting().await, Some(old.clone()));
        }
        place.secrets.fail(None);
        assert_eq!(place.key().await.unwrap(), [7; 32]);
        assert_eq!(place.in_keyring().await, Some(old));
        assert_eq!(place.setting().await.as_deref(), Some(KEPT));
        assert_eq!(place.key().await.unwrap(), [7; 32]);
    }

    #[tokio::test]
    async fn a_key_is_taken_out_of_the_ledger_only_once_the_keyring_gave_it_back() {
        /// A keyring that takes everything and keeps nothing.
        struct Forgetful;

        #[async_trait]
        impl SecretStore for Forgetful {
            async fn get(&self, _name: &str) -> Result<Option<Secret>, SecretTrouble> {
                Ok(None)
            }

            async fn set(&self, _name: &str, _secret: &Secret) -> Result<(), SecretTrouble> {
                Ok(())
            }

            async fn delete(&self, _name: &str) -> Result<bool, SecretTrouble> {
                Ok(false)
            }
        }

        let place = Place::new().await;
        place.ledger.set_setting(SETTING, &hex(&[7; 32])).await.unwrap();
        let start = Installed::new(place.ledger.clone(), Arc::new(Forgetful));
        assert_eq!(start.key().await.unwrap(), [7; 32]);
        assert_eq!(place.setting().await, Some(hex(&[7; 32])));
    }

    #[tokio::test]
    async fn where_there_is_no_keyring_the_key_is_kept_in_the_ledger() {
        for trouble in [absent(), SecretTrouble::Off("the person said so".to_owned())] {
            let place = Place::new().await;
            place.secrets.fail(Some(trouble));
            let key = place.key().await.unwrap();
            assert_eq!(place.setting().await, Some(hex(&key)));
            assert_eq!(place.key().await.unwrap(), key);
        }
    }

    #[tokio::test]
    async fn a_key_in_a_keyring_that_stays_closed_is_never_replaced_by_another() {
        let place = Place::new().await;
        let key = place.key().await.unwrap();
        for trouble in [
            absent(),
            locked(),
            SecretTrouble::Off("the person said so".to_owned()),
        ] {
            place.secrets.fail(Some(trouble.clone()));
            let Err(Stop::NoKey { why, fix }) = place.key().await else {
                panic!("a key was had without the keyring");
            };
            assert!(why.contains(&trouble.to_string()), "{why}");
            assert_eq!(fix, trouble.fix());
            assert_eq!(place.setting().await.as_deref(), Some(KEPT));
        }
        place.secrets.fail(None);
        assert_eq!(place.key().await.unwrap(), key);
    }

    #[tokio::test]
    async fn a_keyring_that_stayed_locked_is_not_asked_again_at_once() {
        let place = Place::new().await;
        place.key().await.unwrap();
        let start = Installed::new(place.ledger.clone(), place.secrets.clone());
        place.secrets.fail(Some(locked()));
        assert!(start.key().await.is_err());
        place.secrets.fail(None);
        assert!(start.key().await.is_err());
        assert!(place.key().await.is_ok());
    }

    #[tokio::test]
    async fn what_is_kept_and_is_no_key_is_neither_used_nor_replaced() {
        let place = Place::new().await;
        place
            .ledger
            .set_setting(SETTING, "somebody else's")
            .await
            .unwrap();
        assert!(matches!(place.key().await, Err(Stop::NoKey { .. })));
        place.ledger.set_setting(SETTING, KEPT).await.unwrap();
        let other = Secret::new("somebody else's");
        place.secrets.set(KEY, &other).await.unwrap();
        assert!(matches!(place.key().await, Err(Stop::NoKey { .. })));
        assert_eq!(place.in_keyring().await.as_deref(), Some(other.expose()));
    }

    #[tokio::test]
    async fn a_key_that_was_lost_is_replaced_and_one_of_a_lost_ledger_is_used_again() {
        let place = Place::new().await;
        let key = place.key().await.unwrap();
        let fresh_ledger = Place::new().await;
        let start = Installed::new(fresh_ledger.ledger.clone(), place.secrets.clone());
        assert_eq!(start.key().await.unwrap(), key);
        place.secrets.delete(KEY).await.unwrap();
        assert_ne!(place.key().await.unwrap(), key);
    }
}
