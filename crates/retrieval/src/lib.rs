//! Finding: from watched folders to the passages that bear on a question.
//!
//! ```text
//! watch ──→ store (waiting) ──→ extract ──→ chunk ──→ store ──→ index/keywords
//!                                                        └────→ embed ──→ index/vectors
//! search ──→ index/keywords + index/vectors ──→ rank ──→ store (rows) ──→ hits
//! ```
//!
//! * [`watch`] compares folders with what is stored and notices changes; it never reads a file's content.
//! * [`extract`] hands files to worker processes and gets documents back.
//! * [`chunk`] cuts a document into passages, a pure function.
//! * [`embed`] turns text into vectors with an on-device model.
//! * `store` is the only truth about what may be found: whatever an index returns and the store does not have is
//!   dropped. `index/keywords` and `index/vectors` are made from it and are rebuilt when they are missing or damaged.
//! * [`search`] ranks. [`Library`] holds it all together and runs the one indexing loop.
//!
//! Everything here lives under one folder that may be deleted at any time; it is then made again from the files.
//! This crate knows nothing of the network, of language models, of business systems or of windows.

mod catalog;
pub mod chunk;
pub mod embed;
mod error;
pub mod eval;
pub mod extract;
mod files;
mod index;
mod indexer;
mod library;
pub mod search;
mod store;
pub mod text;
pub mod watch;

pub use error::IndexError;
pub use files::{FileFacts, FileList, FileQuery, FileRow, MOST_FILES};
pub use indexer::Until;
pub use library::{FileReport, Library, LibraryConfig, Progress, SourceStatus, Status};
pub use store::Counts;
