use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read};
use std::rc::Rc;

use domain::ReadStatus;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::{Limits, Stop};

/// Largest number of entries that an archive may list. Real documents hold a few hundred, picture books a few thousand.
const ENTRIES: usize = 20_000;
/// How much an archive may grow when unpacked, once it is larger than [`FREE`]: real XML packs 10 to 60 times.
const RATIO: u64 = 250;
/// Bytes that may be unpacked whatever the ratio.
const FREE: u64 = 16 << 20;

/// A ZIP file opened with care: office documents and e-books.
///
/// Names are only ever compared, never used as paths. Everything that is unpacked is counted against limits taken
/// from what is really unpacked, not from the sizes that the archive claims.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Lower-case name with forward slashes (part names do not tell case, ECMA-376 part 2, 6.2.2.3) to entry.
    entries: HashMap<String, usize>,
    names: Vec<String>,
    budget: Rc<Budget>,
    entry_limit: u64,
    damaged: bool,
}

/// What is left to unpack, over all entries.
struct Budget {
    left: Cell<u64>,
    exceeded: Cell<bool>,
}

impl<'a> Package<'a> {
    /// Opens an archive and reads its table of contents.
    ///
    /// # Errors
    /// `Corrupt` if this is no ZIP file or its table of contents is missing, `TooLarge` for too many entries.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Stop> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| stop(&error))?;
        if archive.len() > ENTRIES {
            let reason = format!(
                "The archive lists {} parts; the limit is {ENTRIES}.",
                archive.len()
            );
            return Err(Stop {
                status: ReadStatus::TooLarge,
                reason,
            });
        }
        let (mut entries, mut names) = (HashMap::new(), Vec::with_capacity(archive.len()));
        for index in 0..archive.len() {
            let Ok(entry) = archive.by_index_raw(index) else {
                continue;
            };
            if entry.is_file() {
                let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
                entries.entry(key(&name)).or_insert(index);
                names.push(name.trim_start_matches('/').to_owned());
            }
        }
        let ratio = FREE.max((bytes.len() as u64).saturating_mul(RATIO));
        let left = ratio.min(limits.memory_bytes.saturating_mul(2));
        let budget = Rc::new(Budget {
            left: Cell::new(left),
            exceeded: Cell::new(false),
        });
        Ok(Self {
            archive,
            entries,
            names,
            budget,
            entry_limit: limits.memory_bytes / 8,
            damaged: false,
        })
    }

    /// The names of all files in the archive, in its order.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is a file of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(&key(name))
    }

    /// Whether something read so far was broken, so that text may be missing.
    pub(crate) fn damaged(&self) -> bool {
        self.damaged
    }

    /// The content of a file, or `None` if there is no such file. Of a broken entry, what could be unpacked.
    ///
    /// # Errors
    /// `Encrypted` if it needs a password, `TooLarge` beyond the limits, `Corrupt` if nothing can be unpacked.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Stop> {
        let limit = self.entry_limit;
        let Some(reader) = self.stream(name)? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        let outcome = reader.take(limit + 1).read_to_end(&mut content);
        self.check()?;
        if content.len() as u64 > limit {
            return Err(too_large());
        }
        if let Err(error) = outcome {
            if content.is_empty() {
                return Err(Stop::corrupt(format!(
                    "its part `{name}` cannot be unpacked, {error}"
                )));
            }
            self.damaged = true;
        }
        Ok(Some(content))
    }

    /// The content of an XML file as text, whatever its encoding (XML 1.0, appendix F).
    ///
    /// # Errors
    /// As [`Package::read`].
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Stop> {
        Ok(self.read(name)?.map(decode_xml))
    }

    /// The content of a file, unpacked as it is read. After reading, ask [`Package::check`].
    ///
    /// # Errors
    /// `Encrypted` if it needs a password, `Corrupt` if it cannot be unpacked.
    pub(crate) fn stream(&mut self, name: &str) -> Result<Option<impl io::BufRead + use<'_, 'a>>, Stop> {
        let Some(&index) = self.entries.get(&key(name)) else {
            return Ok(None);
        };
        let budget = Rc::clone(&self.budget);
        let entry = self.archive.by_index(index).map_err(|error| stop(&error))?;
        Ok(Some(BufReader::with_capacity(
            64 << 10,
            Counted { inner: entry, budget },
        )))
    }

    /// Says whether more was unpacked than the limits allow.
    ///
    /// # Errors
    /// `TooLarge` if so.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.budget.exceeded.get() {
            Err(too_large())
        } else {
            Ok(())
        }
    }
}

/// Text of an XML file in UTF-8, UTF-16 or the encoding that its first line declares.
pub(crate) fn decode_xml(bytes: Vec<u8>) -> String {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        return encoding
            .decode_without_bom_handling(&bytes[mark..])
            .0
            .into_owned();
    }
    match bytes.get(..4) {
        Some([0, b'<', 0, _]) => {
            return encoding_rs::UTF_16BE
                .decode_without_bom_handling(&bytes)
                .0
                .into_owned();
        }
        Some([b'<', 0, _, 0]) => {
            return encoding_rs::UTF_16LE
                .decode_without_bom_handling(&bytes)
                .0
                .into_owned();
        }
        _ => {}
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
    let declared = start
        .split_once("encoding=")
        .filter(|_| start.trim_start().starts_with("<?xml"))
        .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next())
        .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != encoding_rs::UTF_8 && encoding.is_ascii_compatible());
    match declared {
        Some(encoding) => encoding.decode_without_bom_handling(&bytes).0.into_owned(),
        None => String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Counts what is unpacked and stops at the limit.
struct Counted<R> {
    inner: R,
    budget: Rc<Budget>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.budget.left.get().checked_sub(count as u64) {
            Some(left) => self.budget.left.set(left),
            None => {
                self.budget.exceeded.set(true);
                return Err(io::Error::other("the archive unpacks to more than the limit"));
            }
        }
        Ok(count)
    }
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').to_lowercase()
}

fn too_large() -> Stop {
    let reason = "The file unpacks to far more than its size, more than the limit allows.".to_owned();
    Stop {
        status: ReadStatus::TooLarge,
        reason,
    }
}

fn stop(error: &ZipError) -> Stop {
    match error {
        ZipError::InvalidPassword => Stop::encrypted(),
        ZipError::UnsupportedArchive(what) if *what == ZipError::PASSWORD_REQUIRED => Stop::encrypted(),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Stop {
            status: ReadStatus::Unsupported,
            reason: format!("The file is packed in a way that Attaché does not read: {error}."),
        },
        _ => Stop::corrupt("it is not a complete ZIP archive"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A ZIP file of these files, for the tests of every format that is one.
    pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_part_is_found_whatever_the_case_of_its_name() {
        let bytes = zip(&[("Word/Document.xml", b"<a/>")]);
        let mut package = Package::open(&bytes, &Limits::default()).unwrap();
        assert_eq!(package.read("/word/document.xml").unwrap().unwrap(), b"<a/>");
        assert_eq!(package.read("word/other.xml").unwrap(), None);
    }

    #[test]
    fn an_archive_that_unpacks_to_far_more_than_its_size_is_refused() {
        let bytes = zip(&[("a", &vec![0; 40 << 20])]);
        let mut package = Package::open(&bytes, &Limits::default()).unwrap();
        assert_eq!(package.read("a").unwrap_err().status, ReadStatus::TooLarge);
    }

    #[test]
    fn many_parts_together_may_not_unpack_to_more_than_the_limit() {
        let parts: Vec<_> = (0..10)
            .map(|number| (format!("{number}"), vec![b' '; 5 << 20]))
            .collect();
        let files: Vec<_> = parts
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_slice()))
            .collect();
        let bytes = zip(&files);
        let mut package = Package::open(&bytes, &Limits::default()).unwrap();
        let outcomes: Vec<_> = parts.iter().map(|(name, _)| package.read(name).is_ok()).collect();
        assert!(outcomes[0] && !outcomes[9], "{outcomes:?}");
    }

    #[test]
    fn half_a_file_is_damaged_and_not_empty() {
        let bytes = zip(&[("a", b"hello")]);
        let error = Package::open(&bytes[..bytes.len() / 2], &Limits::default())
            .err()
            .unwrap();
        assert_eq!(error.status, ReadStatus::Corrupt);
    }

    #[test]
    fn xml_is_read_in_the_encoding_that_it_declares() {
        let declared = b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe4</a>".to_vec();
        assert!(decode_xml(declared).ends_with("<a>ä</a>"));
        let utf16: Vec<u8> = "<a>ä</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode_xml(utf16), "<a>ä</a>");
        assert_eq!(decode_xml("\u{feff}<a>ä</a>".as_bytes().to_vec()), "<a>ä</a>");
    }
}
