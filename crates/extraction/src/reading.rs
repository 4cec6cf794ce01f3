use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::{Block, Document, Format, ReadStatus};
use serde::{Deserialize, Serialize};

use crate::{Limits, detect, epub, mail, office, pdf, text};

/// What came of reading a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// How it ended.
    pub status: ReadStatus,
    /// What the content is; `None` if that could not be told.
    pub format: Option<Format>,
    /// Why the status is not `Ok`, as a sentence for a person.
    pub reason: Option<String>,
    /// What was read; empty unless the status is `Ok`.
    pub document: Document,
}

impl Reading {
    /// A reading that ended without a document.
    pub fn stopped(stop: Stop, format: Option<Format>) -> Self {
        Self {
            status: stop.status,
            format,
            reason: Some(stop.reason),
            document: Document::default(),
        }
    }
}

/// Why a reader stopped without a document: a status other than `Ok` and the reason in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}")]
pub struct Stop {
    /// Never `Ok`.
    pub status: ReadStatus,
    /// A sentence for a person, for example `The file needs a password.`
    pub reason: String,
}

impl Stop {
    /// A status other than `Ok` with its reason, a whole sentence.
    pub fn new(status: ReadStatus, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }

    /// The file is damaged or is not what it says; `what` completes "The file is damaged: …".
    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self {
            status: ReadStatus::Corrupt,
            reason: format!("The file is damaged: {what}."),
        }
    }

    /// The file cannot be opened without a password.
    pub fn encrypted() -> Self {
        Self {
            status: ReadStatus::Encrypted,
            reason: "The file needs a password.".into(),
        }
    }
}

/// Reads a file of which `name` is the file name (its ending is only a hint) and `bytes` the whole content.
///
/// Never panics: a reader that does is reported as `Error`.
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Reading {
    let mut format = None;
    let nest = Nest {
        deeper: DEPTH,
        files: &Cell::new(FILES),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        format = detect::detect(name, bytes);
        let mut document = inner(name, bytes, format, limits, nest)?;
        tidy(&mut document);
        cap(&mut document, limits.output_bytes(bytes.len() as u64));
        Ok(document)
    }));
    match outcome {
        Ok(Ok(document)) => Reading {
            status: ReadStatus::Ok,
            format,
            reason: None,
            document,
        },
        Ok(Err(stop)) => Reading::stopped(stop, format),
        Err(_) => {
            let reason = "The reader failed on this file. The file may be damaged.";
            Reading::stopped(Stop::new(ReadStatus::Error, reason), format)
        }
    }
}

/// Attachments within attachments are read to this depth.
const DEPTH: u8 = 4;
/// Attachments of one file that are read, at all depths together.
const FILES: u32 = 1000;

/// Notices of one document; more tell nobody more.
const NOTICES: usize = 100;

/// How many files inside this file may still be read.
#[derive(Clone, Copy)]
pub(crate) struct Nest<'a> {
    deeper: u8,
    files: &'a Cell<u32>,
}

impl Nest<'_> {
    /// Reads a file inside a file.
    ///
    /// # Errors
    /// As for the file itself, and `TooLarge` where files are nested too deep or are too many.
    pub(crate) fn read(self, name: &str, bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
        let nest = self.inside()?;
        inner(name, bytes, detect::detect(name, bytes), limits, nest)
    }

    /// One step further inside, for a reader that goes on by itself.
    ///
    /// # Errors
    /// `TooLarge` where files are nested too deep or are too many.
    pub(crate) fn inside(self) -> Result<Self, Stop> {
        let Some(deeper) = self.deeper.checked_sub(1) else {
            return Err(Stop::new(
                ReadStatus::TooLarge,
                format!("Files inside files are read to a depth of {DEPTH}."),
            ));
        };
        let Some(left) = self.files.get().checked_sub(1) else {
            return Err(Stop::new(
                ReadStatus::TooLarge,
                format!("No more than {FILES} files inside a file are read."),
            ));
        };
        self.files.set(left);
        Ok(Nest {
            deeper,
            files: self.files,
        })
    }
}

fn inner(
    name: &str,
    bytes: &[u8],
    format: Option<Format>,
    limits: &Limits,
    nest: Nest<'_>,
) -> Result<Document, Stop> {
    if bytes.len() as u64 > limits.input_bytes {
        return Err(Stop::new(ReadStatus::TooLarge, over(bytes.len() as u64, limits)));
    }
    if bytes.is_empty() {
        return Err(Stop::new(ReadStatus::Empty, "The file is empty."));
    }
    let Some(format) = format else {
        return Err(match detect::promised(name) {
            Some(promised) => mismatch(promised, "something else"),
            None => Stop::new(
                ReadStatus::Unsupported,
                "Attaché does not read this kind of file.",
            ),
        });
    };
    honest(name, format)?;
    let document = by_format(name, bytes, format, limits, nest)?;
    if has_text(&document) {
        return Ok(document);
    }
    Err(Stop::new(ReadStatus::Empty, "The file has no text."))
}

fn by_format(
    name: &str,
    bytes: &[u8],
    format: Format,
    limits: &Limits,
    nest: Nest<'_>,
) -> Result<Document, Stop> {
    match format {
        Format::Pdf => pdf::read(bytes, limits),
        Format::Docx => office::docx::read(bytes, limits),
        Format::Doc => office::legacy::read_doc(bytes, limits),
        Format::Pptx => office::pptx::read(bytes, limits),
        Format::Ppt => office::legacy::read_ppt(bytes, limits),
        Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods => {
            office::sheets::read(bytes, format, limits)
        }
        Format::Odt => office::odf::read_text(bytes, limits),
        Format::Odp => office::odf::read_slides(bytes, limits),
        Format::Rtf => office::rtf::read(bytes, limits),
        Format::Csv => text::csv::read(bytes, limits),
        Format::Html => text::html::read(bytes, limits),
        Format::Markdown => text::markdown::read(bytes, limits),
        Format::Text => text::plain::read(name, bytes, limits),
        Format::Json => text::json::read(bytes, limits),
        Format::Xml => text::xml::read(bytes, limits),
        Format::Eml => mail::eml::read(bytes, limits, nest),
        Format::Msg => mail::msg::read(bytes, limits, nest),
        Format::Mbox => mail::mbox::read(bytes, limits, nest),
        Format::Epub => epub::read(bytes, limits),
        Format::Image => Err(Stop::new(
            ReadStatus::ImageOnly,
            "The file is a picture: there is no text to search.",
        )),
        Format::Other => Err(Stop::new(
            ReadStatus::Unsupported,
            "Attaché does not read this kind of file.",
        )),
    }
}

/// Text under the name of a format that is never text is a mistake worth telling, not worth searching. The old Office
/// endings are left alone: many programs write web pages, tables and RTF under them.
fn honest(name: &str, format: Format) -> Result<(), Stop> {
    use Format::{Csv, Docx, Epub, Image, Json, Markdown, Msg, Odp, Ods, Odt, Pdf, Pptx, Text, Xlsb, Xlsx};
    match detect::promised(name) {
        Some(promised @ (Pdf | Docx | Pptx | Xlsx | Xlsb | Odt | Ods | Odp | Epub | Msg | Image))
            if matches!(format, Text | Csv | Markdown | Json) =>
        {
            Err(mismatch(promised, "plain text"))
        }
        _ => Ok(()),
    }
}

fn mismatch(promised: Format, content: &str) -> Stop {
    let what = match promised {
        Format::Pdf => "a PDF file",
        Format::Docx | Format::Doc => "a Word document",
        Format::Pptx | Format::Ppt => "a PowerPoint presentation",
        Format::Xlsx | Format::Xlsb | Format::Xls => "an Excel workbook",
        Format::Odt | Format::Ods | Format::Odp => "an OpenDocument file",
        Format::Epub => "an e-book",
        Format::Msg | Format::Eml | Format::Mbox => "a mail",
        Format::Image => "a picture",
        _ => "text",
    };
    Stop::new(
        ReadStatus::Corrupt,
        format!("By its name the file is {what}, but it holds {content}."),
    )
}

fn texts(block: &mut Block) -> Vec<&mut String> {
    match block {
        Block::Heading { text, .. }
        | Block::Paragraph { text, .. }
        | Block::Item { text, .. }
        | Block::Code { text, .. } => vec![text],
        Block::Table { header, rows } => header
            .iter_mut()
            .chain(rows.iter_mut().flat_map(|row| row.cells.iter_mut()))
            .collect(),
    }
}

fn has_text(document: &Document) -> bool {
    let some = |text: &String| text.chars().any(|c| !c.is_whitespace() && !c.is_control());
    document.blocks.iter().any(|block| match block {
        Block::Heading { text, .. }
        | Block::Paragraph { text, .. }
        | Block::Item { text, .. }
        | Block::Code { text, .. } => some(text),
        Block::Table { header, rows } => header
            .iter()
            .chain(rows.iter().flat_map(|row| &row.cells))
            .any(some),
    })
}

/// Takes out control characters, which mean nothing to a reader and trouble to everything that shows text.
fn tidy(document: &mut Document) {
    let meant = |c: char| !c.is_control() || c == '\n' || c == '\t';
    let clean = |text: &mut String| {
        // Nearly always there are none; bytes are quicker to look through than characters.
        if text
            .bytes()
            .any(|b| b < 0x20 && b != b'\n' && b != b'\t' || b == 0x7f || b == 0xc2)
        {
            text.retain(meant);
        }
    };
    let Document {
        title,
        author,
        written,
        blocks,
        ..
    } = document;
    for said in [title, author, written] {
        *said = said
            .take()
            .map(|text| text.replace(|c: char| !meant(c), ""))
            .and_then(|text| {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                (!text.is_empty()).then_some(text)
            });
    }
    blocks.iter_mut().flat_map(texts).for_each(clean);
    document.notices.truncate(NOTICES);
}

/// Cuts a document off where its text passes `limit` bytes.
fn cap(document: &mut Document, limit: u64) {
    let mut left = limit;
    let mut keep = 0;
    let mut cut = false;
    'all: for block in &mut document.blocks {
        if let Block::Table { header, rows } = block {
            let whole = rows.len();
            let mut fits = 0;
            let cost = |cells: &[String]| cells.iter().map(|cell| cell.len() as u64 + 1).sum::<u64>();
            left = left.saturating_sub(cost(header));
            for row in rows.iter() {
                let next = cost(&row.cells);
                if next > left {
                    break;
                }
                left -= next;
                fits += 1;
            }
            rows.truncate(fits);
            keep += usize::from(fits > 0);
            if fits < whole {
                cut = true;
                break 'all;
            }
            keep += usize::from(fits == 0 && whole == 0);
            continue;
        }
        for text in texts(block) {
            let cost = text.len() as u64 + 1;
            if cost > left {
                text.truncate(text.floor_char_boundary(left as usize));
                keep += usize::from(!text.is_empty());
                cut = true;
                break 'all;
            }
            left -= cost;
        }
        keep += 1;
    }
    if cut {
        document.blocks.truncate(keep);
        document
            .notices
            .push(format!("Only the first {} of text were read.", size(limit)));
    }
}

/// Says that a file of `len` bytes is larger than is read.
pub fn over(len: u64, limits: &Limits) -> String {
    format!(
        "The file has {}, the limit is {}.",
        size(len),
        size(limits.input_bytes)
    )
}

/// A number of bytes as people say it.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}
