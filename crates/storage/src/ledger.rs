use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use governance::audit::Head;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// The ledger's file; cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) pool: SqlitePool,
    /// The number of this start of the program; 0 before it took one.
    pub(crate) epoch: Arc<AtomicI64>,
    /// The last row of the audit as far as this process knows; the database refuses one that does not follow the last.
    pub(crate) last: Arc<Mutex<Option<Head>>>,
}

/// What can go wrong with the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be opened, or is damaged. It is left as it is.
    #[error("the ledger `{}` cannot be opened: {reason}. It was left untouched; restore it from a backup or move it away", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the database said.
        reason: String,
    },
    /// The file is there and may only be read.
    #[error("the ledger `{}` may not be written: {reason}. It was left untouched", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A newer version wrote it. It is left as it is.
    #[error("the ledger `{}` was written by a newer version of Attaché. It was left untouched", .0.display())]
    Newer(PathBuf),
    /// A later start of the program works with it. Nothing of this one is kept any more.
    #[error(
        "another Attaché that was started later works with this ledger. Nothing was kept here; close this one and go on there"
    )]
    TakenOver,
    /// A statement failed, for example because the disk is full. Nothing of it was kept.
    #[error("the ledger could not be read or written: {0}")]
    Statement(#[from] sqlx::Error),
    /// A stored value is not what this version writes.
    #[error("the ledger holds a value that is not understood: {0}")]
    Value(#[from] serde_json::Error),
    /// The audit holds something that no version writes.
    #[error("the audit in the ledger is damaged: {0}")]
    Audit(String),
    /// A row of the audit can't be written.
    #[error(transparent)]
    Unwritable(#[from] governance::audit::Unwritable),
    /// A folder is watched already.
    #[error("`{0}` is watched already")]
    Watched(String),
    /// Folders that lie in each other would be read twice.
    #[error("`{inner}` lies in `{outer}`, so it would be read twice")]
    Nested {
        /// The folder that lies in the other.
        inner: String,
        /// The folder that holds it.
        outer: String,
    },
    /// No such folder is watched.
    #[error("`{0}` is not watched")]
    NotWatched(String),
}

impl LedgerError {
    /// Whether the database refused something in these words (`RAISE` in a migration).
    pub(crate) fn is(&self, words: &str) -> bool {
        let Self::Statement(sqlx::Error::Database(refused)) = self else {
            return false;
        };
        refused.message() == words
    }
}

impl Ledger {
    /// Opens or creates the ledger.
    ///
    /// # Errors
    /// [`LedgerError::Open`], [`LedgerError::ReadOnly`] or [`LedgerError::Newer`]; a file that is damaged is never replaced.
    pub async fn open(path: &Path) -> Result<Self, LedgerError> {
        // The database says "unable to open database file" of this, and of much else.
        if let Err(error) = std::fs::OpenOptions::new().write(true).open(path)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(LedgerError::ReadOnly {
                path: path.to_owned(),
                reason: error.to_string(),
            });
        }
        let open = |reason: String| LedgerError::Open {
            path: path.to_owned(),
            reason,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("fullfsync", "1"); // macOS: without it the disk may still hold the row back
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            // A file does not go away as a server does; asking first costs as much as what is asked.
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(|error| open(error.to_string()))?;
        let sound: String = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&pool)
            .await
            .map_err(|error| open(error.to_string()))?;
        if sound != "ok" {
            return Err(open(sound));
        }
        sqlx::migrate!("./migrations")
            .run(&pool)
            .await
            .map_err(|error| match error {
                // A migration was done that this version does not know.
                sqlx::migrate::MigrateError::VersionMissing(_) => LedgerError::Newer(path.to_owned()),
                error => open(error.to_string()),
            })?;
        Ok(Self {
            pool,
            epoch: Arc::default(),
            last: Arc::default(),
        })
    }

    /// Closes the file.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_damaged_ledger_is_reported_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        std::fs::write(&file, "this is no database at all, but it was somebody's file").unwrap();
        let error = Ledger::open(&file).await.err().expect("must not open");
        assert!(error.to_string().contains("was left untouched"), "{error}");
        assert!(
            std::fs::read_to_string(&file)
                .unwrap()
                .starts_with("this is no database")
        );
    }

    #[tokio::test]
    async fn a_ledger_of_a_newer_version_is_named_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&file).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'of tomorrow', true, x'00', 0)";
        sqlx::query(newer).execute(&ledger.pool).await.unwrap();
        ledger.close().await;
        let before = std::fs::read(&file).unwrap();
        let error = Ledger::open(&file).await.err().expect("must not open");
        assert!(matches!(error, LedgerError::Newer(_)), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[tokio::test]
    async fn the_disk_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        let level: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&ledger.pool)
            .await
            .unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&ledger.pool)
            .await
            .unwrap();
        assert_eq!((level, journal.as_str()), (2, "wal"));
    }
}
