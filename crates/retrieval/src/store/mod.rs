//! The database of what was read: documents, passages, embeddings. One writer, several readers.
//!
//! The indexing loop is the only one that writes. Order of durability, so that a crash at any moment loses nothing:
//! a document and its passages are committed here first with `keyworded = 0`, then the keyword index commits, then
//! the document is marked. Whatever is found unmarked at start is given to the keyword index again.

mod documents;
mod files;
mod passages;
mod squeezed;
mod unreadable;

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::IndexError;
pub use documents::{Counts, Finished, Stored, Waiting};
pub use files::{Listed, Wanted};
pub use passages::{PassageRow, Unembedded};

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    write: SqlitePool,
    read: SqlitePool,
}

impl Store {
    /// Opens or creates the database file.
    ///
    /// # Errors
    /// When the file is not a database of this program or the folder cannot be written.
    pub async fn open(file: &Path) -> Result<Self, IndexError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Everything here can be made again, and WAL keeps it consistent: no need to wait for the disk.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-8192")
            .pragma("mmap_size", "0")
            .pragma("wal_autocheckpoint", "4000");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!("./migrations").run(&write).await?;
        let options = options.read_only(true).create_if_missing(false);
        let read = SqlitePoolOptions::new()
            .max_connections(3)
            .min_connections(1)
            .connect_with(options)
            .await?;
        Ok(Self { write, read })
    }

    /// Whether the file's pages hold together; slow on large files, so only asked after an unclean end.
    ///
    /// # Errors
    /// When it can't be told, because the machine and not the file is to blame.
    pub async fn is_sound(&self) -> Result<bool, IndexError> {
        let answer: Result<String, sqlx::Error> = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&self.read)
            .await;
        match answer.map_err(IndexError::from) {
            Ok(answer) => Ok(answer == "ok"),
            Err(error) if error.is_of_the_machine() => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// A named value, such as the model in use.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, IndexError> {
        Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.write)
            .await?)
    }

    /// Sets a named value.
    pub async fn set_meta(&self, key: &str, value: &str) -> Result<(), IndexError> {
        sqlx::query("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(key)
            .bind(value)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Closes the files; waits for what is being written.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}
