use std::path::{Path, PathBuf};

use async_trait::async_trait;
use domain::{Labels, Source};
use experience::{Failure, Shelf};
use storage::{Ledger, LedgerError};

/// The list of watched folders, in the ledger.
pub struct LedgerShelf {
    /// Where it is kept.
    pub ledger: Ledger,
    /// The folder in which copies of systems' records are.
    pub synced: PathBuf,
}

impl LedgerShelf {
    /// A folder with the system of which it holds copies.
    fn known(&self, source: Source) -> Source {
        // What the ledger has is the real path.
        let synced = self.synced.canonicalize().unwrap_or_else(|_| self.synced.clone());
        let own = source
            .root
            .parent()
            .filter(|above| above.parent() == Some(&synced));
        let named = own.filter(|_| source.root.ends_with("records"));
        let system = named.and_then(|own| own.file_name()?.to_str()?.parse().ok());
        Source { system, ..source }
    }
}

#[async_trait]
impl Shelf for LedgerShelf {
    async fn add(&self, root: &Path, collection: &str, labels: &Labels, at: i64) -> Result<Source, Failure> {
        self.ledger
            .add_source(root, collection, labels, at)
            .await
            .map_err(|error| failure(&error))
    }

    async fn list(&self) -> Result<Vec<Source>, Failure> {
        let all = self.ledger.sources().await.map_err(|error| failure(&error))?;
        Ok(all.into_iter().map(|source| self.known(source)).collect())
    }

    async fn remove(&self, root: &Path) -> Result<(), Failure> {
        self.ledger
            .remove_source(root)
            .await
            .map_err(|error| failure(&error))
    }

    async fn label(&self, collection: &str, labels: &Labels) -> Result<bool, Failure> {
        let labelled = self.ledger.label_collection(collection, labels).await;
        labelled.map_err(|error| failure(&error))
    }
}

/// A ledger's error in words for a person.
pub fn failure(error: &LedgerError) -> Failure {
    let text = error.to_string();
    let mut chars = text.chars();
    let message = chars.next().map_or(String::new(), |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    });
    match error {
        LedgerError::Watched(_) | LedgerError::Nested { .. } => Failure::user(
            message,
            "The library, or `attache source list`, shows the watched folders.",
        ),
        LedgerError::NotWatched(_) => Failure::user(
            message,
            "The library, or `attache source list`, shows the watched folders.",
        ),
        LedgerError::Audit(_) | LedgerError::Unwritable(_) => Failure::environment(
            message,
            "Activity, or `attache audit verify`, says where it no longer holds.",
        ),
        LedgerError::TakenOver => Failure::environment(
            error.to_string(),
            "Close this Attaché and go on in the other one.",
        ),
        LedgerError::ReadOnly { .. } => Failure::environment(
            message,
            "Make the file and its folder writable for you; on a drive that is write-protected Attaché can't work.",
        ),
        LedgerError::Newer(_) => Failure::environment(
            message,
            "Install that version of Attaché again: this one does not understand all that is kept.",
        ),
        LedgerError::Open { .. } | LedgerError::Statement(_) | LedgerError::Value(_) => {
            Failure::environment(message, "Check the disk: is it full, or may it not be written?")
                .with_disk_in_mind()
        }
    }
}
