//! Takes known credentials out of any text, however they are written there.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use memchr::memmem;
use zeroize::Zeroizing;

use crate::Secret;

/// What stands where a credential stood.
pub const REDACTED: &str = "[redacted]";

/// The fewest bytes of a credential that can be told from ordinary text.
pub const SHORTEST: usize = 6;

/// Why a credential is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This credential has fewer than {SHORTEST} characters and could not be kept out of logs. Use a longer one."
)]
pub struct TooShort;

/// Knows the credentials in use and takes them out of texts: as they are, and in base64, base64url, hexadecimal, percent
/// and JSON encoding, also where only some of their characters are encoded or they are part of something longer.
///
/// Cheap to clone; all clones know the same.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Vec<Known>>>);

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(…)")
    }
}

impl Redactor {
    /// Remembers a credential. Must happen before it can stand in any text, so before it is sent.
    ///
    /// # Errors
    /// When it is too short; then it must not be used.
    pub fn know(&self, secret: &Secret) -> Result<(), TooShort> {
        let value = secret.expose().as_bytes();
        if value.len() < SHORTEST {
            return Err(TooShort);
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|known| known.is(value)) {
            all.push(Known::new(value));
        }
        Ok(())
    }

    /// The text without any of the credentials.
    pub fn scrub<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if all.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut found = Vec::new();
        let views = View::all(text.as_bytes());
        for known in all.iter() {
            for (pattern, ragged) in &known.0 {
                let mut add = |range: Range<usize>| {
                    found.push(if *ragged {
                        widen(text.as_bytes(), range)
                    } else {
                        range
                    });
                };
                memmem::find_iter(text.as_bytes(), pattern.as_slice())
                    .for_each(|at| add(at..at + pattern.len()));
                for view in &views {
                    view.find(pattern).into_iter().for_each(&mut add);
                }
            }
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_by_key(|range| (range.start, range.end));
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for range in found {
            if range.start >= done {
                out.push_str(text.get(done..range.start).unwrap_or_default());
                out.push_str(REDACTED);
            }
            done = done.max(range.end);
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Whether one of the credentials stands in the text.
    pub fn finds(&self, text: &str) -> bool {
        matches!(self.scrub(text), Cow::Owned(_))
    }

    /// A writer that scrubs what it is given before `inner` gets it, for the logs: each call is taken as a whole, as
    /// `tracing_subscriber` writes one record with one call.
    pub fn writer<W: io::Write>(&self, inner: W) -> Scrubbed<W> {
        Scrubbed {
            redactor: self.clone(),
            inner,
        }
    }
}

/// A writer behind a [`Redactor`].
#[derive(Debug)]
pub struct Scrubbed<W> {
    redactor: Redactor,
    inner: W,
}

impl<W: io::Write> io::Write for Scrubbed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.inner.write_all(self.redactor.scrub(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// One credential in the forms that are searched for, and whether more of it may stand beside a find; the first is the
/// credential itself.
struct Known(Vec<(Zeroizing<Vec<u8>>, bool)>);

impl Known {
    fn new(value: &[u8]) -> Self {
        let whole = |form: Vec<u8>| (Zeroizing::new(form), false);
        let mut forms = vec![
            whole(value.to_vec()),
            whole(HEXLOWER.encode(value).into_bytes()),
            whole(HEXUPPER.encode(value).into_bytes()),
        ];
        for encoding in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            // In the middle of something longer, such as `user:password`, base64 has three ways to write the same bytes.
            // Those characters count that depend on nothing around it.
            for before in 0..3_usize {
                let padded = Zeroizing::new([&[0; 2][..before.min(2)], value].concat());
                let text = Zeroizing::new(encoding.encode(&padded));
                let (from, to) = ((8 * before).div_ceil(6), 8 * padded.len() / 6);
                let inner = text.as_bytes().get(from..to);
                forms.extend(inner.map(|inner| (Zeroizing::new(inner.to_vec()), true)));
            }
        }
        Self(forms)
    }

    fn is(&self, value: &[u8]) -> bool {
        self.0.first().is_some_and(|(first, _)| first.as_slice() == value)
    }
}

/// A text with encodings undone, and for each byte where in the text it began.
struct View {
    bytes: Zeroizing<Vec<u8>>,
    starts: Vec<usize>,
    /// Where the text ends.
    end: usize,
}

/// What an escape at the start of a text stands for, and how long it is.
type Decode = fn(&[u8]) -> Option<(Vec<u8>, usize)>;

impl View {
    /// The text read once and twice over, as far as there is anything to undo: JSON, an address, JSON within JSON, an
    /// address within JSON, and so on. A value that says `\u006b` stands as `\\u006b` in the body that brings it.
    fn all(text: &[u8]) -> Vec<Self> {
        let undone = |bytes: &[u8]| {
            [
                Self::decoded(bytes, b'%', percent),
                Self::decoded(bytes, b'\\', json),
            ]
        };
        let once: Vec<Self> = undone(text).into_iter().flatten().collect();
        let twice = |outer: &Self| undone(&outer.bytes).map(|inner| Some(inner?.within(outer)));
        let twice: Vec<Self> = once.iter().flat_map(twice).flatten().collect();
        once.into_iter().chain(twice).collect()
    }

    fn decoded(text: &[u8], mark: u8, decode: Decode) -> Option<Self> {
        memchr::memchr(mark, text)?;
        let (mut bytes, mut starts) = (Zeroizing::new(Vec::with_capacity(text.len())), Vec::new());
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let decoded = (*byte == mark)
                .then(|| decode(text.get(at..).unwrap_or_default()))
                .flatten();
            if let Some((decoded, length)) = decoded {
                starts.extend(decoded.iter().map(|_| at));
                bytes.extend(decoded);
                at += length;
            } else {
                starts.push(at);
                bytes.push(*byte);
                at += 1;
            }
        }
        let end = text.len();
        (bytes.len() < end).then_some(Self { bytes, starts, end })
    }

    /// What was undone in another view, as it stands in the text of that one.
    fn within(mut self, outer: &Self) -> Self {
        for start in &mut self.starts {
            *start = outer.starts.get(*start).copied().unwrap_or(outer.end);
        }
        self.end = outer.end;
        self
    }

    fn find(&self, pattern: &[u8]) -> Vec<Range<usize>> {
        memmem::find_iter(&self.bytes, pattern)
            .filter_map(|at| {
                let last = at + pattern.len().checked_sub(1)?;
                let (from, to) = (*self.starts.get(at)?, *self.starts.get(last)?);
                // Several bytes of one letter began at the same place.
                let mut rest = self.starts.get(last..)?.iter();
                let end = rest.find(|start| **start > to).copied();
                Some(from..end.unwrap_or(self.end))
            })
            .collect()
    }
}

/// The byte that an encoding of addresses stands for, and how long that is.
fn percent(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let digits = std::str::from_utf8(text.get(1..3)?).ok()?;
    let byte = u8::from_str_radix(digits, 16).ok()?;
    Some((vec![byte], 3))
}

/// What an escape of JSON stands for, and how long that is.
fn json(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let unit = |from: usize| -> Option<u16> {
        let digits = text.get(from..from + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let plain = |byte: u8| Some((vec![byte], 2));
    match text.get(1)? {
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'b' => plain(8),
        b'f' => plain(12),
        byte @ (b'"' | b'\\' | b'/') => plain(*byte),
        b'u' => {
            let units = [unit(0), unit(6)];
            let first = units.first().copied().flatten()?;
            let pair: Vec<u16> = units.into_iter().flatten().collect();
            let length = if (0xd800..0xdc00).contains(&first) { 2 } else { 1 };
            let one = char::decode_utf16(pair.into_iter().take(length)).next()?.ok()?;
            Some((one.to_string().into_bytes(), 6 * length))
        }
        _ => None,
    }
}

/// Takes the characters beside a find along that may be the ragged ends of base64: at most three on each side.
fn widen(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    let ragged = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(b));
    for _ in 0..3 {
        if range.start > 0 && ragged(text.get(range.start - 1)) {
            range.start -= 1;
        }
        if ragged(text.get(range.end)) {
            range.end += 1;
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowing(value: &str) -> Redactor {
        let redactor = Redactor::default();
        redactor.know(&Secret::new(value)).unwrap();
        redactor
    }

    #[test]
    fn text_without_a_credential_stays_as_it_is() {
        let redactor = knowing("k-9f8e7d6c5b");
        for text in ["", "plain", "100 % \\u00e5 %zz \\", "æøå %C3%A6"] {
            assert_eq!(redactor.scrub(text), text);
        }
    }

    #[test]
    fn a_password_inside_basic_credentials_is_found_whatever_the_name_before_it() {
        let redactor = knowing("p-77f3a1b2c3d4");
        for user in ["", "a", "ab", "abc", "abcd"] {
            for encoding in [&BASE64_NOPAD, &BASE64URL_NOPAD, &data_encoding::BASE64] {
                let basic = encoding.encode(format!("{user}:p-77f3a1b2c3d4:and-more").as_bytes());
                let scrubbed = redactor.scrub(&basic).into_owned();
                assert!(scrubbed.contains(REDACTED), "{basic}");
            }
        }
    }

    #[test]
    fn encoding_some_of_its_characters_hides_nothing() {
        let redactor = knowing("sølv\"/key-42");
        for text in [
            "x sølv\"/key-42 y",
            "x s%C3%B8lv%22%2Fkey%2d42 y",
            "x s%c3%b8lv\"/key-4%32 y",
            "x s\\u00f8lv\\\"\\/key-42 y",
            "x \\u0073\\u00F8\\u006cv\\\"/key-42 y",
            // A value that is itself encoded, in the body that brings it.
            "x \\\\u0073\\\\u00f8\\\\u006cv\\\\\\\"/key-42 y",
            "x s\\u0025C3\\u0025B8lv\\\"/key-42 y",
            "x s%5Cu00f8lv%22/key-42 y",
            "x s%25C3%25B8lv%2522/key-42 y",
        ] {
            assert_eq!(redactor.scrub(text), "x [redacted] y", "{text}");
        }
    }

    #[test]
    fn a_credential_that_could_not_be_kept_out_of_logs_is_not_taken() {
        assert_eq!(Redactor::default().know(&Secret::new("12345")), Err(TooShort));
    }
}
