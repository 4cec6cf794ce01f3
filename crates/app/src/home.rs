use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use experience::Failure;

/// The folder in which everything is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

/// Holds a home for this process; the operating system lets go of it when the process ends, however it ends.
pub struct Lock {
    _file: File,
}

impl Home {
    /// The given folder, or the place for application data of this system.
    ///
    /// # Errors
    /// When the system names no such place.
    pub fn new(folder: Option<&Path>) -> Result<Self, Failure> {
        let folder = match folder {
            Some(folder) => std::path::absolute(folder).ok(),
            None => dirs::data_dir().map(|data| data.join("attache")),
        };
        folder.map(Self).ok_or_else(|| {
            Failure::environment(
                "This system names no folder for application data.",
                "Name one with `--home FOLDER`.",
            )
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What the person decided; never deleted.
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger.sqlite")
    }

    /// What was read; may be deleted.
    pub fn index(&self) -> PathBuf {
        self.0.join("index")
    }

    /// Every file the ledger may consist of.
    pub fn ledger_files(&self) -> [PathBuf; 3] {
        ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"].map(|name| self.0.join(name))
    }

    /// The company's own rules for this person, `*.cedar`.
    pub fn policies(&self) -> PathBuf {
        self.path().join("policies")
    }

    /// A copy of the demo documents.
    pub fn demo(&self) -> PathBuf {
        self.0.join("demo documents")
    }

    /// The records of the demo company.
    pub fn playground(&self) -> PathBuf {
        self.0.join("demo company")
    }

    /// Copies of records of connected systems, a folder for each.
    pub fn synced(&self) -> PathBuf {
        self.0.join("synced")
    }

    /// What of sign-ins is too long for a keyring, encrypted.
    pub fn sign_ins(&self) -> PathBuf {
        self.0.join("sign-ins")
    }

    /// The folders of the servers that are programs, one for each connection.
    pub fn servers(&self) -> PathBuf {
        self.0.join("servers")
    }

    /// Where the window was and how large.
    pub fn window(&self) -> PathBuf {
        self.0.join("window.json")
    }

    /// Where the webview keeps what it can't do without: random numbers, and all it keeps while tests drive it.
    pub fn webview(&self) -> PathBuf {
        self.0.join("webview")
    }

    /// What tells this home's entries in the keyring from those of others; moves along with the folder.
    pub fn identity_file(&self) -> PathBuf {
        self.0.join("identity")
    }

    /// The identity, if it has one yet.
    pub fn identity(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.identity_file()).ok()?;
        let text = text.trim();
        (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
    }

    /// The identity, made if there is none; only for who holds the lock.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn make_identity(&self) -> Result<String, Failure> {
        if let Some(identity) = self.identity() {
            return Ok(identity);
        }
        let failed = |why: String| {
            Failure::environment(
                format!("`{}` can't be written: {why}.", self.identity_file().display()),
                "Check the disk: is it full, or may it not be written?",
            )
            .with_disk_in_mind()
        };
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| failed(error.to_string()))?;
        let identity = format!("{:032x}", u128::from_be_bytes(random));
        // Under another name first: half an identity would be another one the next time.
        let half = self.identity_file().with_extension("new");
        let mut file = File::create(&half).map_err(|error| failed(error.to_string()))?;
        let written = writeln!(file, "{identity}").and_then(|()| file.sync_all());
        let kept = written.and_then(|()| std::fs::rename(&half, self.identity_file()));
        kept.map_err(|error| failed(error.to_string()))?;
        Ok(identity)
    }

    /// What the program wrote about itself.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// Takes the home for this process.
    ///
    /// # Errors
    /// Code `workspace_in_use`, with who has it, or when the folder cannot be written.
    pub fn lock(&self, doing: &str) -> Result<Lock, Failure> {
        let shown = self.0.display();
        let failed = |error: std::io::Error| {
            Failure::environment(
                format!("The folder `{shown}` can't be used: {error}."),
                "Check who may write to it, or name another one with `--home FOLDER`.",
            )
        };
        if !self.0.exists() {
            std::fs::create_dir_all(&self.0).map_err(failed)?;
            private(&self.0).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.0.join("lock"))
            .map_err(failed)?;
        if let Err(refused) = file.try_lock() {
            if let TryLockError::Error(error) = refused {
                return Err(failed(error));
            }
            let mut who = String::new();
            if file.read_to_string(&mut who).is_err() || who.trim().is_empty() {
                who = "another process".to_owned();
            }
            let message = format!("`{shown}` is in use by {}.", who.trim());
            return Err(Failure::environment(message, "Wait until it is done, or end it.")
                .with_code("workspace_in_use"));
        }
        file.set_len(0).map_err(failed)?;
        file.rewind().map_err(failed)?;
        writeln!(file, "process {} ({doing})", std::process::id()).map_err(failed)?;
        Ok(Lock { _file: file })
    }
}

/// Only the person may look into the folder.
#[cfg(unix)]
pub(crate) fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
pub(crate) fn private(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_who_has_the_home() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(Some(folder.path())).unwrap();
        let first = home.lock("attache index --watch").unwrap();
        let refused = home.lock("attache ask").err().unwrap();
        assert_eq!(refused.code.as_deref(), Some("workspace_in_use"));
        assert!(
            refused
                .message
                .contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
        assert!(refused.message.contains("attache index --watch"), "{refused}");
        drop(first);
        home.lock("attache ask").unwrap();
    }

    #[test]
    fn a_home_keeps_its_identity_and_no_two_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            Home::new(Some(&folder.path().join(name))).unwrap()
        });
        assert_eq!(one.identity(), None);
        let identity = one.make_identity().unwrap();
        assert_eq!(one.make_identity().unwrap(), identity);
        assert_eq!(one.identity(), Some(identity.clone()));
        assert_ne!(other.make_identity().unwrap(), identity);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_person_may_look_into_the_home() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(Some(&folder.path().join("new"))).unwrap();
        home.lock("test").unwrap();
        assert_eq!(
            std::fs::metadata(home.path()).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}
