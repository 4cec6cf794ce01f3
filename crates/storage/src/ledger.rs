use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::HEXLOWER;
use governance::audit::Head;
use sha2::{Digest, Sha256};
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
        let form = form(&pool).await.map_err(|error| open(error.to_string()))?;
        if form != FORM {
            return Err(open(
                "its tables and rules are not those that were made, so that it is damaged".to_owned(),
            ));
        }
        Ok(Self {
            pool,
            epoch: Arc::default(),
            last: Arc::default(),
        })
    }

    /// Closes the file.
    pub async fn close(self) {
        // A damaged file can end SQLite's thread, and then the pool would wait for it without end. What was written is safe.
        let _ = tokio::time::timeout(PATIENCE, self.pool.close()).await;
    }
}

/// How long closing the file may take: more than any write waits for another one.
const PATIENCE: Duration = Duration::from_secs(20);

/// What [`form`] gives of a ledger of this version. A test says what it is now.
const FORM: &str = "f298ad341a1d9472efdfe4ee2d387a1314383de2b59e1d53d6532d753caf1c22";

/// SHA-256 of what the database is made of: its tables with their columns, and the words of indexes, views and triggers. The
/// database's own check does not look at names and rules, so that one flipped bit could empty a list or take a guard away.
async fn form(pool: &SqlitePool) -> Result<String, sqlx::Error> {
    // The words of a table are left out: SQLite itself rewrites them when a column is added.
    let sql = "SELECT m.type || ' ' || m.name || ' ' || m.tbl_name || ' ' || COALESCE(iif(m.type = 'table', NULL, m.sql), '')
                      || COALESCE((SELECT group_concat(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk, ',')
                                   FROM pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'), '') AS part
               FROM sqlite_schema AS m WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.type, m.name";
    let parts: Vec<String> = sqlx::query_scalar(sql).fetch_all(pool).await?;
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    Ok(HEXLOWER.encode(&hash.finalize()))
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
    async fn the_form_that_is_compared_with_is_that_of_this_version() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        // Whatever the form that is expected, the file is made before it is compared.
        let _ = Ledger::open(&file).await;
        let pool = SqlitePoolOptions::new()
            .connect_with(SqliteConnectOptions::new().filename(&file))
            .await
            .unwrap();
        assert_eq!(
            form(&pool).await.unwrap(),
            FORM,
            "a migration was added: this is the form now"
        );
    }

    #[tokio::test]
    async fn a_name_or_a_rule_that_is_another_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        Ledger::open(&file).await.unwrap().close().await;
        let sound = std::fs::read(&file).unwrap();
        // In the words of the database itself: a column, a trigger's condition, and a letter that is none.
        for (words, by) in [
            ("quarantined INTEGER", b'q' ^ 0x80),
            ("quarantined INTEGER", b'x'),
            ("'audit is", b'"'),
        ] {
            let at = sound
                .windows(words.len())
                .position(|window| window == words.as_bytes());
            let Some(at) = at else { continue };
            let mut bytes = sound.clone();
            bytes[at] = by;
            std::fs::write(&file, &bytes).unwrap();
            let error = Ledger::open(&file).await.err().expect("must not open");
            assert!(
                error.to_string().contains("was left untouched"),
                "{words}: {error}"
            );
            assert_eq!(std::fs::read(&file).unwrap(), bytes);
        }
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
