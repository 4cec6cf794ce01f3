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
