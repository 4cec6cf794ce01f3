use std::path::PathBuf;

/// What can go wrong with the index as a whole. A file that cannot be read is a status, not an error.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The index folder cannot be written or read.
    #[error("the index folder `{}` cannot be used: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database of the index failed.
    #[error("the index database failed: {0}")]
    Store(#[from] sqlx::Error),
    /// The database's tables could not be brought up to date.
    #[error("the index database could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The keyword index failed.
    #[error("the keyword index failed: {0}")]
    Keywords(#[from] tantivy::TantivyError),
    /// The vector index failed.
    #[error("the vector index failed: {0}")]
    Vectors(String),
    /// The embedding model could not be loaded or run.
    #[error("the embedding model `{model}` failed: {reason}")]
    Model {
        /// Folder or id of the model.
        model: String,
        /// What the runtime said.
        reason: String,
    },
    /// A stored value is not what this version writes.
    #[error("the index holds a value that is not understood: {0}")]
    Value(#[from] serde_json::Error),
    /// A stored text cannot be unpacked.
    #[error("the index holds a damaged text: {0}")]
    Text(String),
    /// A background task ended early, which only happens when the program shuts down.
    #[error("the index is shutting down")]
    Stopped,
}

/// Primary result codes of SQLite that speak of the machine and not of the file: no permission, busy, locked, no memory,
/// read-only, input or output, disk full, cannot open, not authorised (<https://sqlite.org/rescode.html>).
const OF_THE_MACHINE: [i32; 9] = [3, 5, 6, 7, 8, 10, 13, 14, 23];
/// Extended codes among them that do speak of the file: it ends too early, or the file system says it is damaged.
const OF_THE_FILE: [i32; 2] = [522, 8458];

impl IndexError {
    /// Whether the machine is to blame, such as a full disk, so that making the index again would help nobody.
    pub(crate) fn is_of_the_machine(&self) -> bool {
        let of = |error: &sqlx::Error| match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error
                .code()
                .and_then(|code| code.parse::<i32>().ok())
                .is_some_and(|code| !OF_THE_FILE.contains(&code) && OF_THE_MACHINE.contains(&(code & 0xff))),
            _ => false,
        };
        match self {
            Self::Folder { .. } | Self::Stopped => true,
            Self::Store(error)
            | Self::Migrate(
                sqlx::migrate::MigrateError::Execute(error)
                | sqlx::migrate::MigrateError::ExecuteMigration(error, _),
            ) => of(error),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::SqlitePool;
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;

    async fn of(file: &std::path::Path, sql: &'static str) -> IndexError {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_lazy_with(options);
        sqlx::raw_sql(sql).execute(&pool).await.unwrap_err().into()
    }

    #[tokio::test]
    async fn a_full_disk_is_told_from_a_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let full = "PRAGMA max_page_count = 2; CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f)";
        assert!(of(&folder.path().join("full"), full).await.is_of_the_machine());
        let absent = folder.path().join("absent/file");
        assert!(of(&absent, "SELECT 1").await.is_of_the_machine());
        let damaged = folder.path().join("damaged");
        std::fs::write(&damaged, [7; 4096]).unwrap();
        assert!(!of(&damaged, "SELECT * FROM a").await.is_of_the_machine());
    }
}
