//! Watched folders: what is in them, what changed, what is reachable.

mod events;
mod scan;

pub use events::{Changes, Watcher};
pub use scan::{GONE, IGNORE_FILE, Reach, Scan, reach, relative, scan};

use serde::{Deserialize, Serialize};

/// What tells whether a file changed without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Modification time, nanoseconds since 1970.
    pub modified: i64,
    /// Inode change time, nanoseconds since 1970; 0 where the system has none. It catches a file that was replaced
    /// by one with the same size and a modification time carried over.
    pub changed: i64,
}

impl Stamp {
    /// The stamp of a file's metadata.
    pub fn of(meta: &std::fs::Metadata) -> Self {
        let modified = meta
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_nanos()).ok())
            .unwrap_or(0);
        Self {
            size: meta.len(),
            modified,
            changed: inode_change(meta),
        }
    }
}

#[cfg(unix)]
fn inode_change(meta: &std::fs::Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    meta.ctime()
        .saturating_mul(1_000_000_000)
        .saturating_add(meta.ctime_nsec())
}

#[cfg(not(unix))]
fn inode_change(_meta: &std::fs::Metadata) -> i64 {
    0
}
