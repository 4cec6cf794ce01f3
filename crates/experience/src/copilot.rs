use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Labels, Source};
use retrieval::Library;

use crate::Failure;

/// The copilot behind every face: what commands work on. Composed by `app`.
#[derive(Clone)]
pub struct Copilot {
    /// What was read.
    pub library: Library,
    /// The list of watched folders.
    pub shelf: Arc<dyn Shelf>,
    /// Seconds since 1970.
    pub clock: fn() -> i64,
    /// The person's calendar day.
    pub today: fn() -> jiff::civil::Date,
}

/// Port: the durable list of watched folders.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Watches a folder, in a collection that is made if it is new.
    async fn add(&self, root: &Path, collection: &str, labels: &Labels, at: i64) -> Result<Source, Failure>;
    /// The watched folders.
    async fn list(&self) -> Result<Vec<Source>, Failure>;
    /// Stops watching a folder.
    async fn remove(&self, root: &Path) -> Result<(), Failure>;
}

impl Copilot {
    /// Gives the library the list of folders as it is now.
    ///
    /// # Errors
    /// When either cannot be read or written.
    pub async fn sync_sources(&self) -> Result<(), Failure> {
        Ok(self.library.set_sources(self.shelf.list().await?).await?)
    }
}
