use serde::{Deserialize, Serialize};

/// How reading a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadStatus {
    /// Text was found.
    Ok,
    /// The file needs a password.
    Encrypted,
    /// The file is damaged, or is not what its name says.
    Corrupt,
    /// Attaché does not read this kind of file.
    Unsupported,
    /// Only pictures, for example a scan: there is no text to search.
    ImageOnly,
    /// The file has no content.
    Empty,
    /// Reading took longer than the time limit.
    Timeout,
    /// The file, or what it unpacks to, is larger than the limit.
    TooLarge,
    /// Reading failed in another way, for example the reader process died.
    Error,
}

/// What the index knows about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum FileStatus {
    /// Its passages can be found.
    Indexed,
    /// Found, not read yet.
    Waiting,
    /// Left out on purpose; the reason says why.
    Skipped,
    /// Could not be read; the reason says why.
    Failed,
}

impl ReadStatus {
    /// Where a file that ended so is counted: what no reader could help is skipped, what a person can mend failed.
    pub fn file_status(self) -> FileStatus {
        match self {
            Self::Ok => FileStatus::Indexed,
            Self::Unsupported | Self::ImageOnly | Self::Empty | Self::TooLarge => FileStatus::Skipped,
            Self::Encrypted | Self::Corrupt | Self::Timeout | Self::Error => FileStatus::Failed,
        }
    }
}
