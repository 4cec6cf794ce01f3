//! The operating system's keyring: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on Windows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use domain::Secret;
use governance::{SecretStore, SecretTrouble};
use keyring_core::{CredentialStore, Entry, Error};
use tokio::sync::oneshot;

/// The name under which a person finds our entries in the system's program for passwords.
const SERVICE: &str = "attache";
/// Threads that may wait for a keyring at a time. One that asks for its password waits as long as the person does.
const WAITING: u64 = 4;

/// The keyring, with the entries of one home; cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    home: String,
    patience: Duration,
    waiting: Arc<AtomicU64>,
    open: fn() -> Result<Arc<CredentialStore>, Error>,
}

impl Keyring {
    /// The entries of the home with this identity. Nothing is waited for longer than `patience`.
    pub fn of(home: impl Into<String>, patience: Duration) -> Self {
        Self {
            home: home.into(),
            patience,
            waiting: Arc::default(),
            open,
        }
    }

    /// Whether there is a secret of this name, for who may not wait asynchronously.
    ///
    /// # Errors
    /// When the keyring does not work.
    pub fn has(&self, name: &str) -> Result<bool, SecretTrouble> {
        let (say, said) = mpsc::channel();
        self.start(
            name,
            |entry| entry.get_password().map(|_| ()),
            move |found| {
                // Nobody listens any more when it took too long.
                let _ = say.send(found);
            },
        )?;
        let found = said.recv_timeout(self.patience).map_err(|_| self.late())?;
        found.map(|found| found.is_some())
    }

    async fn ask<T: Send + 'static>(
        &self,
        name: &str,
        job: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, SecretTrouble> {
        let (say, said) = oneshot::channel();
        self.start(name, job, move |found| {
            let _ = say.send(found);
        })?;
        match tokio::time::timeout(self.patience, said).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(SecretTrouble::Failed("it was cut off".to_owned())),
            Err(_) => Err(self.late()),
        }
    }

    /// Works in a thread that nobody waits for at the end of the program: a keyring that wants its password answers when
    /// the person does. Each time with a connection of its own, so that one that waits does not hold up another.
    fn start<T>(
        &self,
        name: &str,
        job: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
        done: impl FnOnce(Result<Option<T>, SecretTrouble>) + Send + 'static,
    ) -> Result<(), SecretTrouble> {
        let (user, open) = (format!("{name} of home {}", self.home), self.open);
        let waiting = Arc::clone(&self.waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(self.late());
        }
        let work = move || {
            let answer = match open() {
                Ok(store) => found(store.build(SERVICE, &user, None).and_then(|entry| job(&entry))),
                Err(Error::PlatformFailure(error)) => Err(SecretTrouble::Absent(plain(&error))),
                Err(error) => Err(SecretTrouble::Absent(plain(&error))),
            };
            waiting.fetch_sub(1, Ordering::Relaxed);
            done(answer);
        };
        let begun = std::thread::Builder::new().name("keyring".to_owned()).spawn(work);
        begun
            .map(|_| ())
            .map_err(|error| SecretTrouble::Failed(error.to_string()))
    }

    fn late(&self) -> SecretTrouble {
        SecretTrouble::Late(self.patience.as_secs())
    }
}

#[async_trait]
impl SecretStore for Keyring {
    async fn get(&self, name: &str) -> Result<Option<Secret>, SecretTrouble> {
        self.ask(name, |entry| entry.get_password().map(Secret::new))
            .await
    }

    async fn set(&self, name: &str, secret: &Secret) -> Result<(), SecretTrouble> {
        let secret = secret.clone();
        let kept = self
            .ask(name, move |entry| entry.set_password(secret.expose()))
            .await?;
        kept.ok_or_else(|| SecretTrouble::Failed("it kept nothing".to_owned()))
    }

    async fn delete(&self, name: &str) -> Result<bool, SecretTrouble> {
        let deleted = self.ask(name, Entry::delete_credential).await?;
        Ok(deleted.is_some())
    }
}

/// What a keyring says, in our words. An entry that is not there is no trouble.
fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, SecretTrouble> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(Error::NoStorageAccess(error)) => {
            let said = plain(&error);
            // What the Secret Service says when its window was closed, or there was no display for it.
            let refused = said.contains("prompt dismissed");
            let why = if refused {
                "its password was not given".to_owned()
            } else {
                said
            };
            Err(SecretTrouble::Locked(why))
        }
        Err(Error::NoDefaultStore) => Err(SecretTrouble::Absent("it could not be opened".to_owned())),
        // Its words may hold the secret; these never do.
        Err(Error::BadEncoding(_) | Error::BadDataFormat(..)) => Err(SecretTrouble::Failed(
            "an entry of ours holds something else".to_owned(),
        )),
        Err(Error::Ambiguous(entries)) => Err(SecretTrouble::Failed(format!(
            "{} entries have the same name",
            entries.len()
        ))),
        Err(Error::PlatformFailure(error)) => {
            let said = plain(&error);
            // A locked collection of GNOME's keyring refuses a new entry so (`org.freedesktop.Secret.Error.IsLocked`).
            Err(match said.contains("locked") || said.contains("IsLocked") {
                true => SecretTrouble::Locked(said),
                false => SecretTrouble::Failed(said),
            })
        }
        Err(error) => Err(SecretTrouble::Failed(plain(&error))),
    }
}

fn plain(error: &dyn std::fmt::Display) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

/// Opening fails where there is none; what fails later is another thing.
fn open() -> Result<Arc<CredentialStore>, Error> {
    #[cfg(all(unix, not(target_os = "macos")))]
    let store = zbus_secret_service_keyring_store::Store::new();
    #[cfg(target_os = "macos")]
    let store = apple_native_keyring_store::keychain::Store::new();
    #[cfg(windows)]
    let store = windows_native_keyring_store::Store::new();
    let store: Arc<CredentialStore> = store?;
    Ok(store)
}
