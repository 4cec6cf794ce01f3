//! Deleting everything that Attaché keeps, by name. Whatever else lies in the home folder is somebody else's.

use std::io::ErrorKind;
use std::path::Path;

use domain::SystemId;
use experience::Failure;
use storage::Ledger;

use crate::{Home, Lock, keys};

/// Deletes the keys and the credentials in the keyring, the ledger, the index, the sign-ins, the copy of the demo
/// documents and the logs. The lock is held meanwhile, so that no
/// other process begins to use what is being deleted.
pub async fn everything(home: &Home, lock: Lock) -> Result<(), Failure> {
    let home = home.clone();
    if let Some(identity) = home.identity() {
        keys::forget(&identity, &connected(&home).await).await;
    }
    let done = tokio::task::spawn_blocking(move || {
        let result = delete(&home);
        drop(lock);
        result
    });
    done.await
        .unwrap_or_else(|_| Err(Failure::environment("Erasing was cut off.", "Try again.")))
}

/// The connected systems, whose credentials are in the keyring.
async fn connected(home: &Home) -> Vec<SystemId> {
    let read = async {
        let ledger = Ledger::open(&home.ledger()).await?;
        let rows = ledger.systems().await;
        ledger.close().await;
        rows
    };
    let rows = read.await.unwrap_or_else(|error| {
        tracing::warn!(%error, "which systems were connected can't be read; their credentials may stay in the keyring");
        Vec::new()
    });
    rows.into_iter().filter_map(|row| row.id.parse().ok()).collect()
}

fn delete(home: &Home) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::environment(
            format!("`{}` could not be deleted: {error}.", path.display()),
            "Close programs that use it and erase again. What was deleted before it stays deleted.",
        )
    };
    for file in home
        .ledger_files()
        .into_iter()
        .chain([home.window(), home.identity_file()])
    {
        gone(std::fs::remove_file(&file)).map_err(|error| failed(&file, &error))?;
    }
    let copy = home.demo();
    for folder in [
        home.index(),
        copy.with_extension("new"),
        copy,
        home.playground(),
        home.synced(),
        home.servers(),
        home.sign_ins(),
        home.logs(),
    ] {
        // A link is deleted, never what it points to.
        let link = std::fs::symlink_metadata(&folder).is_ok_and(|about| about.is_symlink());
        let removed = if link {
            std::fs::remove_file(&folder)
        } else {
            std::fs::remove_dir_all(&folder)
        };
        gone(removed).map_err(|error| failed(&folder, &error))?;
    }
    // Nothing of the person's is in it, and a webview that is open may write into it at this moment.
    if let Err(error) = gone(std::fs::remove_dir_all(home.webview())) {
        tracing::warn!(%error, "the webview's folder was not deleted");
    }
    Ok(())
}

fn gone(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_attache_keeps_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(Some(folder.path())).unwrap();
        let mine = folder.path().join("my notes.txt");
        std::fs::write(&mine, "mine").unwrap();
        for file in home.ledger_files() {
            std::fs::write(file, "ledger").unwrap();
        }
        std::fs::create_dir_all(home.index().join("keywords")).unwrap();
        std::fs::create_dir_all(home.demo()).unwrap();
        std::fs::create_dir_all(home.sign_ins()).unwrap();
        delete(&home).unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, ["my notes.txt"]);
        delete(&home).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_place_of_the_index_does_not_lead_to_somebody_elses_files() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("theirs"), "x").unwrap();
        let home = Home::new(Some(folder.path())).unwrap();
        std::os::unix::fs::symlink(other.path(), home.index()).unwrap();
        delete(&home).unwrap();
        assert!(other.path().join("theirs").exists());
        assert!(!home.index().exists());
    }
}
