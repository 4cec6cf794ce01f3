//! Where a sign-in is kept: in the keyring, and what is too long for one encrypted in a file of the home.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use domain::{Secret, SystemId};
use governance::SecretStore;
use integration::oauth::{Held, Hold, Keeping, Kept};
use zeroize::Zeroizing;

use crate::connect::entry;

/// The most that every keyring takes, in bytes: Windows has room for 2,560, of which each letter takes two.
const LARGEST: usize = 1_200;
/// What an entry begins with that is the key of a file.
const SEALED: &str = "sealed:";
/// Length of a nonce, in bytes.
const NONCE: usize = 24;

/// The sign-in of one system.
pub struct Vault {
    secrets: Arc<dyn SecretStore>,
    folder: PathBuf,
    system: SystemId,
}

struct FileHold(#[allow(dead_code)] File);

impl Hold for FileHold {}

impl Vault {
    /// Nothing is read yet. The folder is made when it is needed.
    pub fn new(secrets: Arc<dyn SecretStore>, folder: PathBuf, system: SystemId) -> Self {
        Self {
            secrets,
            folder,
            system,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("sign-in-{}.sealed", self.system))
    }

    async fn entry(&self) -> Result<Option<Secret>, String> {
        let found = self.secrets.get(&entry(&self.system)).await;
        found.map_err(|trouble| trouble.to_string().trim_end_matches('.').to_owned())
    }

    async fn set(&self, text: &Secret) -> Result<(), String> {
        let kept = crate::connect::keep(&*self.secrets, &self.system, text).await;
        kept.map_err(|failure| failure.message.trim_end_matches('.').to_owned())
    }

    /// Work with files, away from what must not wait for a disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let folder = self.folder.clone();
        let done = tokio::task::spawn_blocking(move || {
            make(&folder)?;
            work(&folder)
        });
        let done = done.await.map_err(|_| "Attaché is closing".to_owned())?;
        done.map_err(|error| format!("`{}`: {error}", self.folder.display()))
    }
}

/// The key in an entry of the keyring that is one.
fn key_in(entry: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = entry.expose().strip_prefix(SEALED)?;
    let key = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
    (key.len() == 32).then_some(key)
}

fn cipher(key: &[u8]) -> Result<XChaCha20Poly1305, String> {
    let key = Key::try_from(key).map_err(|_| "its key has another length".to_owned())?;
    Ok(XChaCha20Poly1305::new(&key))
}

#[async_trait]
impl Keeping for Vault {
    async fn hold(&self) -> Result<Held, String> {
        let name = format!("sign-in-{}.lock", self.system);
        let file = self.blocking(move |folder| {
            let file = File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .open(folder.join(name))?;
            file.lock()?;
            Ok(file)
        });
        Ok(Box::new(FileHold(file.await?)))
    }

    async fn read(&self) -> Result<Option<Kept>, String> {
        let Some(entry) = self.entry().await? else {
            return Ok(None);
        };
        let Some(key) = key_in(&entry) else {
            return Kept::read(&entry).map(Some);
        };
        let path = self.file();
        let sealed = self.blocking(move |_| std::fs::read(path)).await?;
        let broken = || format!("`{}` is not what was written there", self.file().display());
        let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(broken)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| broken())?;
        let payload = Payload {
            msg: text,
            aad: self.system.as_str().as_bytes(),
        };
        let opened = Zeroizing::new(cipher(&key)?.decrypt(&nonce, payload).map_err(|_| broken())?);
        let text = std::str::from_utf8(&opened).map_err(|_| broken())?;
        Kept::read(&Secret::new(text)).map(Some)
    }

    async fn keep(&self, kept: &Kept) -> Result<(), String> {
        let text = kept.write();
        if text.expose().len() <= LARGEST {
            self.set(&text).await?;
            let path = self.file();
            return self.blocking(move |_| gone(std::fs::remove_file(path))).await;
        }
        let known = self.entry().await?.as_ref().and_then(key_in);
        let random = || "this machine has no randomness".to_owned();
        let (key, new) = match known {
            Some(key) => (key, false),
            None => {
                let mut key = Zeroizing::new(vec![0; 32]);
                getrandom::fill(&mut key).map_err(|_| random())?;
                (key, true)
            }
        };
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| random())?;
        let payload = Payload {
            msg: text.expose().as_bytes(),
            aad: self.system.as_str().as_bytes(),
        };
        let sealed = cipher(&key)?.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| "it is too long to be encrypted".to_owned())?;
        let path = self.file();
        self.blocking(move |folder| replace(folder, &path, &nonce, &sealed))
            .await?;
        if new {
            self.set(&Secret::new(format!("{SEALED}{}", BASE64.encode(&key))))
                .await?;
        }
        Ok(())
    }

    async fn forget(&self) -> Result<(), String> {
        let forgotten = crate::connect::forget(&*self.secrets, &self.system).await;
        forgotten.map_err(|failure| failure.message.trim_end_matches('.').to_owned())?;
        let path = self.file();
        self.blocking(move |_| gone(std::fs::remove_file(path))).await
    }
}

/// Makes the folder, into which only the person may look.
fn make(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    crate::home::private(folder)
}

/// Puts a new file in the place of the old one; at every moment one of the two is there whole.
fn replace(folder: &Path, path: &Path, nonce: &[u8], sealed: &[u8]) -> std::io::Result<()> {
    let half = path.with_extension("new");
    let mut file = File::create(&half)?;
    file.write_all(nonce)?;
    file.write_all(sealed)?;
    file.sync_all()?;
    std::fs::rename(&half, path)?;
    // The name is on the disk too. Windows does that by itself.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn gone(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use governance::secrets::KeptSecrets;
    use integration::oauth::Tokens;

    use super::*;

    fn kept(access: &str) -> Kept {
        let tokens = Tokens {
            access: Secret::new(access),
            refresh: Some(Secret::new("refresh-token")),
            since: 1,
            until: Some(2),
            scopes: Vec::new(),
        };
        Kept {
            secret: None,
            tokens: Some(tokens),
        }
    }

    async fn access(vault: &Vault) -> String {
        let kept = vault.read().await.unwrap().unwrap();
        kept.tokens.unwrap().access.expose().to_owned()
    }

    fn vault(secrets: &Arc<KeptSecrets>, folder: &Path, system: &str) -> Vault {
        Vault::new(secrets.clone(), folder.join("sign-ins"), system.parse().unwrap())
    }

    fn files(folder: &Path) -> Vec<String> {
        let all = std::fs::read_dir(folder.join("sign-ins")).unwrap();
        let mut all: Vec<String> = all
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        all.sort();
        all
    }

    #[tokio::test]
    async fn what_is_too_long_for_a_keyring_is_a_file_that_only_its_key_opens() {
        let (folder, secrets) = (tempfile::tempdir().unwrap(), Arc::new(KeptSecrets::default()));
        let vault = vault(&secrets, folder.path(), "crm");
        assert!(vault.read().await.unwrap().is_none());
        let long = "a-very-long-token".repeat(200);
        for token in ["short-token", &long, &format!("{long}2"), "short-again", &long] {
            vault.keep(&kept(token)).await.unwrap();
            assert_eq!(access(&vault).await, token);
            let entry = secrets.get("credential of crm").await.unwrap().unwrap();
            assert!(entry.expose().len() <= LARGEST);
            let sealed = if token.len() > LARGEST {
                vec!["sign-in-crm.sealed"]
            } else {
                vec![]
            };
            assert_eq!(files(folder.path()), sealed);
        }
        let bytes = std::fs::read(vault.file()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("a-very-long-token"));
        // With one byte changed it is nothing, and nothing of it is told.
        let mut changed = bytes.clone();
        changed[NONCE + 5] ^= 1;
        std::fs::write(vault.file(), &changed).unwrap();
        assert!(
            vault
                .read()
                .await
                .unwrap_err()
                .contains("is not what was written there")
        );
        std::fs::write(vault.file(), &bytes).unwrap();
        vault.forget().await.unwrap();
        assert!(vault.read().await.unwrap().is_none());
        assert_eq!(files(folder.path()), Vec::<String>::new());
    }

    #[tokio::test]
    async fn the_file_of_one_system_is_nothing_for_another() {
        let (folder, secrets) = (tempfile::tempdir().unwrap(), Arc::new(KeptSecrets::default()));
        let (one, other) = (
            vault(&secrets, folder.path(), "one"),
            vault(&secrets, folder.path(), "other"),
        );
        one.keep(&kept(&"of-one".repeat(400))).await.unwrap();
        let key = secrets.get("credential of one").await.unwrap().unwrap();
        secrets.set("credential of other", &key).await.unwrap();
        std::fs::copy(one.file(), other.file()).unwrap();
        assert!(other.read().await.is_err());
    }

    #[tokio::test]
    async fn who_holds_it_keeps_everybody_else_out() {
        let (folder, secrets) = (tempfile::tempdir().unwrap(), Arc::new(KeptSecrets::default()));
        let (here, there) = (
            vault(&secrets, folder.path(), "crm"),
            vault(&secrets, folder.path(), "crm"),
        );
        let held = here.hold().await.unwrap();
        let waits = tokio::spawn(async move { there.hold().await.map(|_| ()) });
        let file = File::open(folder.path().join("sign-ins/sign-in-crm.lock")).unwrap();
        assert!(file.try_lock().is_err());
        drop(held);
        waits.await.unwrap().unwrap();
        file.lock().unwrap();
    }

    #[tokio::test]
    async fn what_a_keyring_does_not_take_leaves_the_old_one_there() {
        let (folder, secrets) = (tempfile::tempdir().unwrap(), Arc::new(KeptSecrets::default()));
        let vault = vault(&secrets, folder.path(), "crm");
        vault.keep(&kept("the-old-one")).await.unwrap();
        secrets.fail(Some(governance::SecretTrouble::Locked("by a test".to_owned())));
        for token in ["the-new-one".to_owned(), "the-new-one".repeat(300)] {
            assert!(vault.keep(&kept(&token)).await.is_err());
        }
        secrets.fail(None);
        assert_eq!(access(&vault).await, "the-old-one");
    }
}
