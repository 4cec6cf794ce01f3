use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use domain::ReadStatus;
use extraction::{Limits, Stop, over};

/// Pieces in which larger files are read. A file that fits into one costs one hop to the blocking threads.
const PIECE: u64 = 256 << 10;

/// An open file whose first piece has been read.
pub(super) struct Content {
    /// Size of the file when it was opened.
    pub(super) len: u64,
    piece: Vec<u8>,
    rest: Option<File>,
    sent: u64,
}

/// Opens a file and reads its first piece.
///
/// # Errors
/// Why it cannot be read, for a person.
pub(super) async fn open(path: &Path, limits: &Limits) -> Result<Content, Stop> {
    let (path, limits) = (PathBuf::from(path), *limits);
    blocking(move || open_now(&path, &limits)).await?
}

fn open_now(path: &Path, limits: &Limits) -> Result<Content, Stop> {
    let (mut file, about) = open_regular(path)?;
    let len = about.len();
    if len > limits.input_bytes {
        return Err(Stop::new(ReadStatus::TooLarge, over(len, limits)));
    }
    let mut piece = Vec::with_capacity(len.min(PIECE) as usize + 1);
    // One byte more than expected shows a file that is still growing.
    Read::by_ref(&mut file)
        .take(PIECE.min(len + 1))
        .read_to_end(&mut piece)
        .map_err(|error| failed(&error))?;
    if len < PIECE {
        // Small enough to be taken as it is now, whatever it was a moment ago.
        return Ok(Content {
            len: piece.len() as u64,
            piece,
            rest: None,
            sent: 0,
        });
    }
    Ok(Content {
        len,
        piece,
        rest: Some(file),
        sent: 0,
    })
}

/// Opens what is a file, and nothing else, without ever waiting.
///
/// # Errors
/// Why it cannot be read, for a person.
pub(crate) fn open_regular(path: &Path) -> Result<(File, Metadata), Stop> {
    // Asked before opening too, as opening a device may do something. What is opened may be another one by then: only
    // the open file's own word counts.
    regular(&std::fs::metadata(path).map_err(|error| failed(&error))?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // Opening a pipe would wait for somebody to write. For files the flags mean nothing.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY)
            .bits()
            .cast_signed(),
    );
    let file = options.open(path).map_err(|error| failed(&error))?;
    let about = file.metadata().map_err(|error| failed(&error))?;
    regular(&about)?;
    Ok((file, about))
}

impl Content {
    /// The next piece; empty when all `len` bytes have been given.
    ///
    /// # Errors
    /// If the file cannot be read any more or has become shorter.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Stop> {
        let left = self.len - self.sent;
        if left == 0 {
            return Ok(Vec::new());
        }
        let mut piece = std::mem::take(&mut self.piece);
        if piece.is_empty()
            && let Some(mut file) = self.rest.take()
        {
            let read = blocking(move || {
                let mut piece = Vec::with_capacity(left.min(PIECE) as usize);
                let done = Read::by_ref(&mut file)
                    .take(left.min(PIECE))
                    .read_to_end(&mut piece);
                done.map(|_| (file, piece)).map_err(|error| failed(&error))
            });
            let (file, next) = read.await??;
            (self.rest, piece) = (Some(file), next);
        }
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        if piece.is_empty() {
            return Err(Stop::new(
                ReadStatus::Error,
                "The file was changed while it was read.",
            ));
        }
        self.sent += piece.len() as u64;
        Ok(piece)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stop> {
    let stopped = |_| {
        Stop::new(
            ReadStatus::Error,
            "Reading was stopped because the program is closing.",
        )
    };
    tokio::task::spawn_blocking(work).await.map_err(stopped)
}

fn regular(about: &Metadata) -> Result<(), Stop> {
    if about.is_file() {
        return Ok(());
    }
    let what = if about.is_dir() {
        "This is a folder, not a file."
    } else {
        "This is a device or a pipe, not a file."
    };
    Err(Stop::new(ReadStatus::Unsupported, what))
}

fn failed(error: &io::Error) -> Stop {
    let reason = match error.kind() {
        ErrorKind::NotFound => "The file is no longer there.".into(),
        ErrorKind::PermissionDenied => "The system does not let Attaché open this file.".into(),
        _ => format!("The file could not be opened: {error}."),
    };
    Stop::new(ReadStatus::Error, reason)
}
