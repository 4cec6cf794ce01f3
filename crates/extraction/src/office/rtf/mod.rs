//! RTF ([Rich Text Format Specification 1.9.1]): read with a small tokenizer of our own. The source of `rtf-parser` 0.4.3
//! was read, not run: it wants the file as a `str`, takes `\'xx` for the character of that number whatever the code page,
//! and knows no words for cells and rows. No other library was looked at.

mod encoding;
mod layout;
mod words;

use domain::{Block, Document};
use encoding_rs::Encoding;

use crate::{Limits, Stop};

pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    let start = bytes
        .iter()
        .position(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xef | 0xbb | 0xbf));
    let bytes = start.map_or(bytes, |start| &bytes[start..]);
    if !bytes.starts_with(b"{\\rtf") {
        return Err(Stop::corrupt("it is not an RTF document"));
    }
    let mut reader = Reader::new(limits.output_bytes(bytes.len() as u64));
    let whole = reader.run(bytes);
    let mut document = reader.finish();
    if !whole {
        document
            .notices
            .push("The file is damaged. What could be read of it is here; text may be missing.".to_owned());
    }
    Ok(document)
}

/// Where text goes. Everything that is not text of the document has a destination of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Body,
    /// Headers and footers: text, but after the document.
    Margin,
    /// Footnotes and comments: after the paragraph.
    Note,
    Title,
    Author,
    Fonts,
    Styles,
    Skip,
}

/// What braces save and restore.
#[derive(Clone, Copy, Debug)]
struct State {
    destination: Destination,
    encoding: &'static Encoding,
    /// How many characters follow each `\u` for programs that do not know it.
    fallback: usize,
    font: i32,
    hidden: bool,
    bold: bool,
}

/// What a paragraph looks like; `\pard` resets it.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    style: i32,
    outline: Option<u8>,
    in_table: bool,
    listed: bool,
}

struct Reader {
    stack: Vec<State>,
    state: State,
    look: Look,
    /// Bytes in a code page that wait for the characters they belong to.
    pending: Vec<u8>,
    skip: usize,
    surrogate: Option<u16>,
    text: String,
    note: String,
    cell: String,
    row: Vec<String>,
    rows: Vec<Vec<String>>,
    margin: String,
    blocks: Vec<Block>,
    notes: Vec<Block>,
    margins: Vec<Block>,
    document: Document,
    /// Encoding of each font, and heading level of each style.
    fonts: Vec<(i32, &'static Encoding)>,
    styles: Vec<(i32, u8)>,
    style: (i32, String, Option<u8>),
    left: u64,
    /// A list's number or bullet, which is also written out as text.
    list_text: bool,
}

/// Braces nested deeper than this are made to do harm.
const DEPTH: usize = 1000;

impl Reader {
    fn new(left: u64) -> Self {
        let state = State {
            destination: Destination::Body,
            encoding: encoding_rs::WINDOWS_1252,
            fallback: 1,
            font: 0,
            hidden: false,
            bold: false,
        };
        Self {
            stack: Vec::new(),
            state,
            look: Look::default(),
            pending: Vec::new(),
            skip: 0,
            surrogate: None,
            text: String::new(),
            note: String::new(),
            cell: String::new(),
            row: Vec::new(),
            rows: Vec::new(),
            margin: String::new(),
            blocks: Vec::new(),
            notes: Vec::new(),
            margins: Vec::new(),
            document: Document::default(),
            fonts: Vec::new(),
            styles: Vec::new(),
            style: (0, String::new(), None),
            left,
            list_text: false,
        }
    }

    /// Reads everything; false if the file ends inside a group.
    fn run(&mut self, bytes: &[u8]) -> bool {
        let mut at = 0;
        while at < bytes.len() && self.left > 0 {
            match bytes[at] {
                b'{' => {
                    self.flush();
                    if self.stack.len() >= DEPTH {
                        return false;
                    }
                    self.stack.push(self.state);
                    self.skip = 0;
                    at += 1;
                }
                b'}' => {
                    self.flush();
                    self.close_group();
                    self.skip = 0;
                    at += 1;
                    if self.stack.is_empty() {
                        return true;
                    }
                }
                b'\\' => at = self.control(bytes, at + 1),
                b'\r' | b'\n' => at += 1,
                byte => {
                    self.byte(byte);
                    at += 1;
                }
            }
        }
        self.flush();
        self.left == 0
    }

    /// A control word or symbol that begins at `at`, behind its backslash; gives where the next token begins.
    fn control(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(&first) = bytes.get(at) else {
            return bytes.len();
        };
        if first == b'\'' {
            let digits = bytes
                .get(at + 1..at + 3)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                self.byte(byte);
            }
            return at + 3;
        }
        if !first.is_ascii_alphabetic() {
            match first {
                b'~' => self.char('\u{a0}'),
                b'_' => self.char('-'),
                b'*' => {
                    // A destination that a reader may skip if it does not know it; those we know are set below.
                    self.flush();
                    self.state.destination = match known(bytes, at + 1) {
                        true => self.state.destination,
                        false => Destination::Skip,
                    };
                }
                b'\\' | b'{' | b'}' => self.byte(first),
                b'\r' | b'\n' => self.word("par", None),
                _ => {}
            }
            return at + 1;
        }
        let name = bytes[at..]
            .iter()
            .take(32)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let word = std::str::from_utf8(&bytes[at..at + name]).unwrap_or_default();
        let mut end = at + name;
        let negative = bytes.get(end) == Some(&b'-');
        let digits_at = end + usize::from(negative);
        let digits = bytes[digits_at.min(bytes.len())..]
            .iter()
            .take(10)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let mut number = None;
        if digits > 0 {
            let text = std::str::from_utf8(&bytes[digits_at..digits_at + digits]).unwrap_or_default();
            number = text
                .parse::<i64>()
                .ok()
                .map(|number| if negative { -number } else { number });
            end = digits_at + digits;
        }
        if bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        if word == "bin" {
            // So many raw bytes follow.
            return end.saturating_add(usize::try_from(number.unwrap_or(0)).unwrap_or(0));
        }
        self.word(word, number.and_then(|number| i32::try_from(number).ok()));
        end
    }

    /// `\u` gives 16 bits as a signed number; characters above come as two of them.
    fn unicode(&mut self, number: i32) {
        self.flush();
        self.skip = self.state.fallback;
        let unit = (number & 0xffff) as u16;
        match (self.surrogate.take(), unit) {
            (_, 0xd800..=0xdbff) => self.surrogate = Some(unit),
            (Some(high), 0xdc00..=0xdfff) => {
                if let Some(Ok(char)) = char::decode_utf16([high, unit]).next() {
                    self.add(char);
                }
            }
            _ => {
                // Symbol fonts use the private area for the characters of their font.
                let unit = if (0xf020..=0xf0ff).contains(&unit) {
                    0x2022
                } else {
                    unit
                };
                if let Some(char) = char::from_u32(u32::from(unit)) {
                    self.add(char);
                }
            }
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.state.destination != Destination::Skip {
            self.pending.push(byte);
        }
    }

    fn char(&mut self, char: char) {
        self.flush();
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.add(char);
        }
    }

    /// Decodes what waits; done at every control word, so that a character of two bytes is never torn apart.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        let text = self
            .state
            .encoding
            .decode_without_bom_handling(&pending)
            .0
            .into_owned();
        text.chars().for_each(|char| self.add(char));
        self.pending = pending;
        self.pending.clear();
    }

    fn add(&mut self, char: char) {
        if self.state.hidden || self.list_text {
            return;
        }
        self.left = self.left.saturating_sub(char.len_utf8() as u64);
        let slot = match self.state.destination {
            Destination::Body => &mut self.text,
            Destination::Margin => &mut self.margin,
            Destination::Note => &mut self.note,
            Destination::Title => self.document.title.get_or_insert_default(),
            Destination::Author => self.document.author.get_or_insert_default(),
            Destination::Styles => &mut self.style.1,
            Destination::Fonts | Destination::Skip => return,
        };
        slot.push(char);
    }
}

/// Whether a destination that may be skipped is one of those that are read.
fn known(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at.min(bytes.len())..];
    let rest = &rest[rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()..];
    let known: [&[u8]; 5] = [
        b"\\annotation",
        b"\\footnote",
        b"\\shpinst",
        b"\\shptxt",
        b"\\nesttableprops",
    ];
    known.iter().any(|word| rest.starts_with(word))
}

#[cfg(test)]
mod tests;
