//! What the worker and its parent say to each other.
//!
//! A frame is a length of four bytes, little-endian, and so many bytes of JSON. A request's frame is followed by the
//! bytes of the file, bare. The worker begins with a [`Hello`]; then each [`Request`] gets one [`Answer`].

use std::io::{self, ErrorKind, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Reading, Stop, pdf::PageBoxes};

/// Longest frame of a request: a name and some figures.
pub const REQUEST_BYTES: u32 = 64 << 10;

/// The worker's first frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// Why the worker will not read anything; it ends after saying so.
    pub refused: Option<String>,
    /// What keeps the worker in, for people.
    pub sandbox: String,
    /// Why PDFium could not be loaded, if it was asked for and could not.
    pub pdf: Option<String>,
}

/// What the parent asks for; `len` bytes of the file follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What to do with the file.
    #[serde(flatten)]
    pub op: Op,
    /// Size of the file.
    pub len: u64,
}

/// What to do with a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    /// Read it.
    Read {
        /// Its name, without folders.
        name: String,
    },
    /// Tell where each character of a page of a PDF stands.
    Boxes {
        /// Counted from 1.
        page: u32,
    },
}

/// The worker's answer to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked for.
    pub what: What,
    /// The worker has grown so much that a new one should take its place.
    pub spent: bool,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Of [`Op::Read`].
    Read(Box<Reading>),
    /// Of [`Op::Boxes`].
    Boxes(Result<PageBoxes, Stop>),
}

/// A value as a frame.
///
/// # Errors
/// If it is longer than a frame may be.
pub fn frame(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, value)?;
    let length = u32::try_from(bytes.len() - 4).map_err(|_| io::Error::from(ErrorKind::FileTooLarge))?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

/// Writes a value as a frame. One that is long is turned to JSON twice, for its length and for its bytes, so that it
/// never stands in memory a second time.
///
/// # Errors
/// Those of the writer, and a value that is longer than a frame may be.
pub fn write(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut short = Short {
        bytes: vec![0; 4],
        more: 0,
    };
    serde_json::to_writer(&mut short, value)?;
    let length = short.bytes.len() - 4 + short.more;
    let length = u32::try_from(length)
        .map_err(|_| io::Error::from(ErrorKind::FileTooLarge))?
        .to_le_bytes();
    if short.more == 0 {
        short.bytes[..4].copy_from_slice(&length);
        output.write_all(&short.bytes)?;
    } else {
        drop(short);
        output.write_all(&length)?;
        serde_json::to_writer(&mut *output, value)?;
    }
    output.flush()
}

/// Keeps the first [`SHORT`] bytes and counts the others.
struct Short {
    bytes: Vec<u8>,
    more: usize,
}

const SHORT: usize = 1 << 20;

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.more == 0 && self.bytes.len() + bytes.len() <= SHORT {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.more += bytes.len();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a frame of at most `limit` bytes; `None` where the input ends before one begins.
///
/// # Errors
/// Those of the reader, and `InvalidData` for a frame that is too long or holds something else.
pub fn read<T: DeserializeOwned>(input: &mut impl Read, limit: u32) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read(&mut length)? {
        0 => return Ok(None),
        some => input.read_exact(&mut length[some..])?,
    }
    let length = u32::from_le_bytes(length);
    if length > limit {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            format!("a frame of {length} bytes"),
        ));
    }
    let mut bytes = vec![0; length as usize];
    input.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_frame_that_claims_too_much_is_refused_before_it_is_read() {
        let error = read::<Request>(&mut &[0xff, 0xff, 0xff, 0xff, 1][..], REQUEST_BYTES).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn long_frames_are_the_same_as_short_ones() {
        for size in [0, SHORT - 7, SHORT - 6, SHORT - 5, SHORT + 1, 2 * SHORT] {
            let name = "x".repeat(size);
            let mut pipe = Vec::new();
            write(&mut pipe, &name).unwrap();
            assert!(pipe == frame(&name).unwrap());
            assert_eq!(read(&mut &pipe[..], u32::MAX).unwrap(), Some(name));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(name in ".{0,40}", len in any::<u64>(), page in any::<u32>()) {
            let requests = [Request { op: Op::Read { name }, len }, Request { op: Op::Boxes { page }, len }];
            let mut pipe = Vec::new();
            for request in &requests {
                write(&mut pipe, request).unwrap();
            }
            let mut input = &pipe[..];
            for request in requests {
                prop_assert_eq!(read(&mut input, REQUEST_BYTES).unwrap(), Some(request));
            }
            prop_assert_eq!(read::<Request>(&mut input, REQUEST_BYTES).unwrap(), None);
        }

        #[test]
        fn arbitrary_bytes_are_an_error_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<Request>(&mut &bytes[..], REQUEST_BYTES);
            let _ = read::<Answer>(&mut &bytes[..], REQUEST_BYTES);
        }
    }
}
