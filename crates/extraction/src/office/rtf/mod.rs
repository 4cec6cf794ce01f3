//! RTF ([Rich Text Format Specification 1.9.1]): read with a small tokenizer of our own, as the libraries that exist
//! know neither code pages nor tables.

mod encoding;

use domain::{Block, Document, Place};
use encoding_rs::Encoding;

use self::encoding::{charset, code_page};
use super::table;
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

    fn word(&mut self, word: &str, number: Option<i32>) {
        if word == "u" {
            self.unicode(number.unwrap_or(0));
            return;
        }
        self.flush();
        let on = number != Some(0);
        match word {
            "ansicpg" | "cpg" => {
                if let Some(encoding) = number.and_then(code_page) {
                    self.state.encoding = encoding;
                }
            }
            "mac" => self.state.encoding = encoding_rs::MACINTOSH,
            "uc" => self.state.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "fonttbl" => self.state.destination = Destination::Fonts,
            "stylesheet" => self.state.destination = Destination::Styles,
            "title" if self.state.destination != Destination::Body => {
                self.state.destination = Destination::Title
            }
            "author" if self.state.destination != Destination::Body => {
                self.state.destination = Destination::Author
            }
            "colortbl" | "info" | "pict" | "object" | "objdata" | "themedata" | "datastore"
            | "colorschememapping" | "listtable" | "listoverridetable" | "rsidtbl" | "generator"
            | "xmlnstbl" | "latentstyles" | "filetbl" | "revtbl" | "fldinst" | "bkmkstart" | "bkmkend"
            | "atnid" | "atnauthor" | "atntime" | "atndate" | "template" | "nonshppict" | "sp" | "panose"
            | "falt" | "private" | "tc" | "xe" => {
                self.state.destination = Destination::Skip;
            }
            // A picture as shape properties is skipped, but a text box inside is text.
            "shptxt" | "result" | "fldrslt" => {
                self.state.destination = if self.state.destination == Destination::Skip {
                    Destination::Body
                } else {
                    self.state.destination
                }
            }
            "footnote" | "annotation" => self.state.destination = Destination::Note,
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => {
                self.state.destination = Destination::Margin;
            }
            "listtext" | "pntext" => self.list_text = true,
            "f" | "af" if self.state.destination == Destination::Fonts => {
                self.state.font = number.unwrap_or(0)
            }
            "f" => {
                self.state.font = number.unwrap_or(0);
                if let Some((_, encoding)) = self.fonts.iter().find(|(font, _)| Some(*font) == number) {
                    self.state.encoding = encoding;
                }
            }
            "fcharset" => {
                if let Some(encoding) = number.and_then(charset) {
                    self.fonts.push((self.state.font, encoding));
                }
            }
            "s" if self.state.destination == Destination::Styles => {
                self.style = (number.unwrap_or(0), String::new(), None)
            }
            "s" => self.look.style = number.unwrap_or(0),
            "outlinelevel" => {
                let level = number
                    .and_then(|level| u8::try_from(level).ok())
                    .filter(|level| *level < 9)
                    .map(|level| level + 1);
                match self.state.destination {
                    Destination::Styles => self.style.2 = level,
                    _ => self.look.outline = level,
                }
            }
            "v" => self.state.hidden = on,
            "deleted" => self.state.hidden = on,
            "plain" => (self.state.hidden, self.state.bold) = (false, false),
            "b" => self.state.bold = on,
            "pard" => self.look = Look::default(),
            "intbl" => self.look.in_table = true,
            "ls" | "pnlvlblt" | "pnlvlbody" => self.look.listed = true,
            "par" | "sect" | "page" => self.end_paragraph(),
            "line" | "softline" => self.char('\n'),
            "tab" => self.char('\t'),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => self.end_row(),
            "emdash" => self.char('—'),
            "endash" => self.char('–'),
            "lquote" => self.char('‘'),
            "rquote" => self.char('’'),
            "ldblquote" => self.char('“'),
            "rdblquote" => self.char('”'),
            "bullet" => self.char('•'),
            "emspace" | "enspace" | "qmspace" => self.char(' '),
            _ => {}
        }
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

    fn close_group(&mut self) {
        let inner = self.state.destination;
        if let Some(state) = self.stack.pop() {
            self.state = state;
        }
        self.list_text = false;
        match (inner, self.state.destination) {
            (Destination::Styles, _) => {
                let (number, name, outline) = std::mem::take(&mut self.style);
                let name = name.trim_end_matches(';').trim().to_lowercase();
                let named = name
                    .strip_prefix("heading ")
                    .and_then(|level| level.split(' ').next()?.parse().ok());
                let level = outline.or(named).or((name == "title").then_some(1));
                if let Some(level) = level.filter(|level| (1..=9).contains(level)) {
                    self.styles.push((number, level));
                }
            }
            (Destination::Note, outer) if outer != Destination::Note => {
                let text = std::mem::take(&mut self.note).trim().to_owned();
                if !text.is_empty() {
                    self.notes.push(Block::Paragraph {
                        text,
                        place: Place::Whole,
                    });
                }
            }
            (Destination::Margin, outer) if outer != Destination::Margin => {
                for line in std::mem::take(&mut self.margin)
                    .lines()
                    .map(str::trim)
                    .filter(|line| line.chars().any(char::is_alphabetic))
                {
                    let block = Block::Paragraph {
                        text: line.to_owned(),
                        place: Place::Whole,
                    };
                    if !self.margins.contains(&block) {
                        self.margins.push(block);
                    }
                }
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        match self.state.destination {
            Destination::Note => self.note.push('\n'),
            Destination::Margin => self.margin.push('\n'),
            Destination::Body if self.look.in_table => self.text.push('\n'),
            Destination::Body => {
                self.end_table();
                self.paragraph();
            }
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let place = Place::Whole;
        let styled = self
            .styles
            .iter()
            .find(|(style, _)| *style == self.look.style)
            .map(|(_, level)| *level);
        if !text.is_empty() {
            self.blocks.push(match self.look.outline.or(styled) {
                Some(level) => Block::Heading {
                    level,
                    text: text.split_whitespace().collect::<Vec<_>>().join(" "),
                    place,
                },
                None if self.look.listed => Block::Item { text, place },
                None => Block::Paragraph { text, place },
            });
        }
        self.blocks.append(&mut self.notes);
    }

    fn end_cell(&mut self) {
        if self.state.destination == Destination::Body {
            self.cell.push_str(std::mem::take(&mut self.text).trim());
            self.row.push(std::mem::take(&mut self.cell));
        }
    }

    fn end_row(&mut self) {
        if !self.row.is_empty() {
            self.rows.push(std::mem::take(&mut self.row));
        }
    }

    fn end_table(&mut self) {
        self.end_row();
        if !self.rows.is_empty() {
            self.blocks
                .extend(table::blocks(std::mem::take(&mut self.rows), 0, &Place::Whole));
        }
    }

    fn finish(mut self) -> Document {
        self.end_table();
        self.paragraph();
        self.document.blocks = self.blocks;
        self.document.blocks.extend(self.margins);
        for said in [&mut self.document.title, &mut self.document.author] {
            *said = said.take().filter(|said| !said.trim().is_empty());
        }
        self.document
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
