//! What survives: an append-only file of JSON lines, one line an event. An effect is in it before anybody is told of it.
//!
//! A line is whole or it does not count: what `kill -9` or a full disk left of the last one is cut off at the next start.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::faults::FaultKind;
use crate::keys::Kept;
use crate::log::{Applied, Entry};
use crate::records::{Change, Dump};

/// One event.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Everything began from these records; the next request is this one. The first line of each file.
    Begun {
        /// All records.
        records: Dump,
        /// Number of the next request.
        next_seq: u64,
    },
    /// A request arrived.
    Received(Entry),
    /// A request did this, all of it or nothing.
    Applied {
        /// Number of the request.
        seq: u64,
        /// What was done to records.
        changes: Vec<Change>,
        /// The same as the log shows it.
        applied: Vec<Applied>,
        /// The idempotency key to remember.
        key: Option<Box<Kept>>,
    },
    /// A request was answered.
    Answered {
        /// Number of the request.
        seq: u64,
        /// The status sent.
        status: Option<u16>,
        /// The fault played.
        fault: Option<FaultKind>,
        /// Whether it was the answer of an earlier request.
        replayed: bool,
    },
}

/// Where events are written: a file, or nowhere.
#[derive(Debug)]
pub enum Journal {
    /// Nothing is kept; everything is over with the process.
    Memory,
    /// A folder that belongs to this process.
    Folder(Folder),
}

/// A folder with a journal in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    file: File,
    length: u64,
    /// Whether the file may end in what was not written whole.
    torn: bool,
    /// Locked for as long as the process lives: two servers on one journal would each undo the other.
    _lock: File,
}

impl Journal {
    /// Opens the journal in a folder, made if it is missing, and reads what is there.
    ///
    /// # Errors
    /// When the folder cannot be used, belongs to another server, or holds a line that is whole and makes no sense.
    pub fn open(folder: &Path) -> io::Result<(Self, Vec<Line>)> {
        std::fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("another demo company uses this folder"),
            TryLockError::Error(error) => error,
        })?;
        let path = folder.join("journal.jsonl");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        let (lines, length) = read(&file)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        let folder = Folder {
            path,
            file,
            length,
            torn: false,
            _lock: lock,
        };
        Ok((Self::Folder(folder), lines))
    }

    /// Writes an event behind all others and, if it is one that did something, waits until the disk has it. What only
    /// says that a request came or was answered may be lost with the machine's power, but not with the process.
    ///
    /// # Errors
    /// When it could not be written; then it counts as not having happened.
    pub fn append(&mut self, line: &Line) -> io::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        if folder.torn {
            folder.mend()?;
        }
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let written = folder.file.write_all(&text).and_then(|()| match line {
            Line::Applied { .. } => folder.file.sync_data(),
            _ => Ok(()),
        });
        if let Err(error) = written {
            folder.torn = true;
            folder.mend().ok();
            return Err(error);
        }
        folder.length += text.len() as u64;
        Ok(())
    }

    /// Throws everything away and begins again with this line, at once or not at all.
    ///
    /// # Errors
    /// When the new file cannot be written; the old one is still there.
    pub fn begin(&mut self, line: &Line) -> io::Result<()> {
        let Self::Folder(folder) = self else { return Ok(()) };
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let fresh = folder.path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &folder.path)?;
        #[cfg(unix)]
        if let Some(parent) = folder.path.parent() {
            File::open(parent)?.sync_all()?;
        }
        (folder.file, folder.length, folder.torn) = (file, text.len() as u64, false);
        Ok(())
    }
}

impl Folder {
    /// Cuts off what was not written whole: half a line in the middle would spoil all that follow.
    fn mend(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.torn = false;
        Ok(())
    }
}

/// The whole lines of a file, and how many bytes they take.
fn read(file: &File) -> io::Result<(Vec<Line>, u64)> {
    let mut reader = BufReader::new(file);
    let (mut lines, mut length, mut text) = (Vec::new(), 0, Vec::new());
    loop {
        text.clear();
        let read = reader.read_until(b'\n', &mut text)?;
        if text.last() != Some(&b'\n') {
            return Ok((lines, length));
        }
        let number = lines.len() + 1;
        let line = serde_json::from_slice(&text)
            .map_err(|error| io::Error::other(format!("line {number} of the journal: {error}")))?;
        lines.push(line);
        length += read as u64;
    }
}

#[cfg(test)]
impl Journal {
    /// From now on nothing can be written any more.
    pub(crate) fn fill_the_disk(&mut self) {
        if let Self::Folder(folder) = self {
            folder.file = File::open(&folder.path).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(seq: u64) -> Line {
        Line::Answered {
            seq,
            status: Some(200),
            fault: None,
            replayed: false,
        }
    }

    #[test]
    fn half_a_line_at_the_end_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, lines) = Journal::open(folder.path()).unwrap();
        assert!(lines.is_empty());
        journal.append(&answered(1)).unwrap();
        drop(journal);
        let path = folder.path().join("journal.jsonl");
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        let torn = format!(r#"{{"received":{{"path":"{}"#, "x".repeat(1000));
        file.write_all(torn.as_bytes()).unwrap();
        let (mut journal, lines) = Journal::open(folder.path()).unwrap();
        assert_eq!(lines.len(), 1);
        journal.append(&answered(3)).unwrap();
        drop(journal);
        assert_eq!(Journal::open(folder.path()).unwrap().1.len(), 2);
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        std::fs::write(&path, "{\"melted\":1}\n").unwrap();
        let error = Journal::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn a_folder_belongs_to_one_server_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::open(folder.path()).unwrap();
        let error = Journal::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("another demo company"), "{error}");
        drop(first);
        Journal::open(folder.path()).unwrap();
    }
}
