//! PDF, read with PDFium.
//!
//! PDFium is C++ and cannot be trusted with hostile files: this module is only called in the locked-in worker.

mod flow;
mod garbage;
mod lines;

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use domain::{Block, Document, Place, ReadStatus};
use pdfium_render::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Limits, Stop};
use lines::{Glyph, Line};

/// PDFium is not thread-safe, so that one document is read at a time.
static PDFIUM: OnceLock<Mutex<Pdfium>> = OnceLock::new();

/// Loads the PDFium library. To be called before the process locks itself in; later calls do nothing.
///
/// # Errors
/// A sentence that says why the library cannot be loaded.
pub fn bind(path: &Path) -> Result<(), String> {
    if PDFIUM.get().is_some() {
        return Ok(());
    }
    match Pdfium::bind_to_library(path) {
        Ok(bindings) => {
            PDFIUM.get_or_init(|| Mutex::new(Pdfium::new(bindings)));
            Ok(())
        }
        // Another thread was faster.
        Err(PdfiumError::PdfiumLibraryBindingsAlreadyInitialized) => Ok(()),
        Err(error) => Err(format!(
            "The PDF library `{}` cannot be loaded: {error:?}.",
            path.display()
        )),
    }
}

/// Where the characters of a page stand, for highlighting a passage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageBoxes {
    /// Width of the page as it is shown, in points (1/72 inch).
    pub width: f32,
    /// Height of the page as it is shown, in points.
    pub height: f32,
    /// The characters in reading order, without white space.
    pub chars: Vec<CharBox>,
}

/// A character and the box it fills, measured in points from the top left corner of the page as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CharBox {
    /// The character.
    pub char: char,
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

/// The characters of one page, counted from 1, with their boxes.
///
/// # Errors
/// As for reading the file; `Error` if it has no such page.
pub fn boxes(bytes: &[u8], page: u32) -> Result<PageBoxes, Stop> {
    with_document(bytes, |document| {
        let index = page
            .checked_sub(1)
            .and_then(|index| PdfPageIndex::try_from(index).ok());
        let Some(page) = index.and_then(|index| document.pages().get(index).ok()) else {
            let reason = format!("The file has no page {page}.");
            return Err(Stop {
                status: ReadStatus::Error,
                reason,
            });
        };
        let chars = glyphs(&page)
            .iter()
            .filter(|glyph| !glyph.char.is_whitespace() && !glyph.char.is_control())
            .map(|glyph| CharBox {
                char: glyph.char,
                left: glyph.left,
                top: page.height().value - glyph.top,
                right: glyph.right,
                bottom: page.height().value - glyph.bottom,
            })
            .collect();
        Ok(PageBoxes {
            width: page.width().value,
            height: page.height().value,
            chars,
        })
    })
}

pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Stop> {
    with_document(bytes, |pdf| {
        read_document(pdf, limits.output_bytes(bytes.len() as u64))
    })
}

fn with_document<T>(bytes: &[u8], work: impl FnOnce(&PdfDocument) -> Result<T, Stop>) -> Result<T, Stop> {
    let Some(pdfium) = PDFIUM.get() else {
        let reason = "The PDF library is missing, so that PDF files cannot be read.".to_owned();
        return Err(Stop {
            status: ReadStatus::Error,
            reason,
        });
    };
    let pdfium = pdfium.lock().unwrap_or_else(PoisonError::into_inner);
    match pdfium.load_pdf_from_byte_slice(bytes, None) {
        Ok(document) => work(&document),
        Err(PdfiumError::PdfiumLibraryInternalError(error)) => Err(match error {
            PdfiumInternalError::PasswordError => Stop::encrypted(),
            PdfiumInternalError::SecurityError => Stop {
                status: ReadStatus::Encrypted,
                reason: "The file is protected in a way that Attaché cannot open.".into(),
            },
            _ => Stop::corrupt("it is not a complete PDF document"),
        }),
        Err(_) => Err(Stop::corrupt("it is not a complete PDF document")),
    }
}

/// What one page gave.
enum Page {
    /// Lines of text, and what annotations and form fields say.
    Text { lines: Vec<Line>, notes: Vec<String> },
    /// Nothing but pictures, or nothing at all.
    Blank,
    /// Characters without meaning: the font's table from shapes to characters is missing or wrong.
    Garbage,
    /// The page cannot be read.
    Broken,
}

fn read_document(pdf: &PdfDocument, output_bytes: u64) -> Result<Document, Stop> {
    let count = u32::try_from(pdf.pages().len()).unwrap_or(0);
    if count == 0 {
        return Err(Stop::corrupt("it has no pages"));
    }
    let (mut pages, mut size, mut cut) = (Vec::new(), 0_u64, None);
    for index in pdf.pages().as_range() {
        let page = read_page(pdf, index);
        if let Page::Text { lines, notes } = &page {
            size += lines.iter().map(|line| line.text.len() as u64).sum::<u64>();
            size += notes.iter().map(|note| note.len() as u64).sum::<u64>();
        }
        if size > output_bytes {
            cut = Some(pages.len() + 1);
            break;
        }
        pages.push(page);
    }
    let numbers = |wanted: fn(&Page) -> bool| -> Vec<usize> {
        (1..)
            .zip(&pages)
            .filter(|(_, page)| wanted(page))
            .map(|(number, _)| number)
            .collect()
    };
    let garbage = numbers(|page| matches!(page, Page::Garbage));
    let blank = numbers(|page| matches!(page, Page::Blank));
    let broken = numbers(|page| matches!(page, Page::Broken));
    if garbage.len() + blank.len() + broken.len() == pages.len() && cut.is_none() {
        return Err(without_text(&garbage, &blank, &broken));
    }

    let mut notices = Vec::new();
    for (numbers, what) in [
        (&blank, "without text, for example a scan"),
        (&garbage, "whose letters cannot be told from the file, only seen"),
        (&broken, "that cannot be read"),
    ] {
        if !numbers.is_empty() {
            let (pages, verb) = if numbers.len() == 1 {
                ("Page", "is a page")
            } else {
                ("Pages", "are pages")
            };
            notices.push(format!("{pages} {} {verb} {what}.", list(numbers)));
        }
    }
    if let Some(page) = cut {
        notices.push(format!(
            "The text from page {page} on is left out: the file holds more text than the limit allows."
        ));
    }
    let attachments: Vec<String> = pdf
        .attachments()
        .iter()
        .map(|attachment| format!("`{}`", attachment.name()))
        .collect();
    if !attachments.is_empty() {
        notices.push(format!(
            "The files attached to this PDF are not read: {}.",
            attachments.join(", ")
        ));
    }
    let blocks = flow::blocks(pages.into_iter().map(|page| match page {
        Page::Text { lines, notes } => (lines, notes),
        Page::Blank | Page::Garbage | Page::Broken => (Vec::new(), Vec::new()),
    }));
    let tag = |tag| {
        pdf.metadata()
            .get(tag)
            .map(|tag| tag.value().trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    let title = tag(PdfDocumentMetadataTagType::Title).and_then(|title| sensible_title(&title));
    Ok(Document {
        title: title.or_else(|| first_heading(&blocks)),
        author: tag(PdfDocumentMetadataTagType::Author),
        written: tag(PdfDocumentMetadataTagType::CreationDate).and_then(|date| date_from_pdf(&date)),
        parts: Some(count),
        blocks,
        notices,
    })
}

fn without_text(garbage: &[usize], blank: &[usize], broken: &[usize]) -> Stop {
    if !garbage.is_empty() {
        let reason = "The file shows text, but does not say which letters its shapes stand for, so that only \
                      text recognition could read it.";
        return Stop {
            status: ReadStatus::ImageOnly,
            reason: reason.into(),
        };
    }
    if blank.is_empty() && !broken.is_empty() {
        return Stop::corrupt("none of its pages can be read");
    }
    let reason = match blank.len() {
        1 => "The page holds no text, only pictures or drawings, for example a scan.".to_owned(),
        count => format!("The {count} pages hold no text, only pictures or drawings, for example a scan."),
    };
    Stop {
        status: ReadStatus::ImageOnly,
        reason,
    }
}

fn read_page(pdf: &PdfDocument, index: PdfPageIndex) -> Page {
    let Ok(page) = pdf.pages().get(index) else {
        return Page::Broken;
    };
    let lines = lines::lines(&glyphs(&page));
    let notes = notes(&page, &lines);
    if garbage::is_garbage(lines.iter().map(|line| line.text.as_str())) {
        return Page::Garbage;
    }
    if lines.is_empty() && notes.is_empty() {
        Page::Blank
    } else {
        Page::Text { lines, notes }
    }
}

/// The characters of a page in the order of its content, in the coordinates of the page as it is shown (y upwards).
fn glyphs(page: &PdfPage) -> Vec<Glyph> {
    let Ok(text) = page.text() else { return Vec::new() };
    let rotation = page.rotation().unwrap_or(PdfPageRenderRotation::None);
    let (width, height) = (page.width().value, page.height().value);
    let (x0, y0) = match page.boundaries().bounding() {
        Ok(boundary) => (boundary.bounds.left().value, boundary.bounds.bottom().value),
        Err(_) => (0.0, 0.0),
    };
    let mut fonts = Fonts::default();
    let mut glyphs = Vec::with_capacity(usize::try_from(text.len()).unwrap_or(0));
    for char in text.chars().iter() {
        // A lone surrogate is half of a character that PDFium gives in two pieces.
        let value = char.unicode_value();
        let unicode = match (char::from_u32(value), glyphs.last_mut()) {
            (Some(unicode), _) => unicode,
            (None, Some(Glyph { char: high, .. })) if (0xDC00..0xE000).contains(&value) => {
                let pair = [fonts.surrogate, value as u16];
                if let Some(Ok(whole)) = char::decode_utf16(pair).next() {
                    *high = whole;
                }
                continue;
            }
            (None, _) => {
                fonts.surrogate = value as u16;
                char::REPLACEMENT_CHARACTER
            }
        };
        if unicode == '\r' {
            continue;
        }
        let (left, bottom, right, top) = match char.loose_bounds() {
            Ok(bounds) => (
                bounds.left().value - x0,
                bounds.bottom().value - y0,
                bounds.right().value - x0,
                bounds.top().value - y0,
            ),
            Err(_) => (0.0, 0.0, 0.0, 0.0),
        };
        let (left, bottom, right, top) = match rotation {
            PdfPageRenderRotation::None => (left, bottom, right, top),
            PdfPageRenderRotation::Degrees90 => (bottom, height - right, top, height - left),
            PdfPageRenderRotation::Degrees180 => (width - right, height - top, width - left, height - bottom),
            PdfPageRenderRotation::Degrees270 => (width - top, left, width - bottom, right),
        };
        let bold = fonts.bold(&char, unicode);
        glyphs.push(Glyph {
            char: unicode,
            left,
            bottom,
            right,
            top,
            bold,
        });
    }
    glyphs
}

/// Remembers whether the current run of text is bold: asked once a word, as asking is slow.
#[derive(Default)]
struct Fonts {
    inside_word: bool,
    bold: bool,
    surrogate: u16,
}

impl Fonts {
    fn bold(&mut self, char: &PdfPageTextChar, unicode: char) -> bool {
        if unicode.is_whitespace() {
            self.inside_word = false;
        } else if !self.inside_word {
            self.inside_word = true;
            let name = char.font_name().to_ascii_lowercase();
            self.bold = ["bold", "black", "heavy", "semibold", "demi"]
                .iter()
                .any(|word| name.contains(word));
        }
        self.bold
    }
}

/// What annotations say and what is filled into form fields, unless it also stands in the text.
fn notes(page: &PdfPage, lines: &[Line]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for annotation in page.annotations().iter() {
        let note = match &annotation {
            PdfPageAnnotation::Widget(widget) => widget.form_field().and_then(field_text),
            PdfPageAnnotation::Link(_) | PdfPageAnnotation::Popup(_) => None,
            _ => annotation.contents(),
        };
        let Some(note) = note.map(|note| note.replace('\r', "\n").trim().to_owned()) else {
            continue;
        };
        if !note.is_empty() && !notes.contains(&note) && !lines.iter().any(|line| line.text.contains(&note)) {
            notes.push(note);
        }
    }
    notes
}

fn field_text(field: &PdfFormField) -> Option<String> {
    let value = match field {
        PdfFormField::Text(field) if field.is_password() => None,
        PdfFormField::Text(field) => field.value(),
        PdfFormField::ComboBox(field) => field.value(),
        PdfFormField::ListBox(field) => field.value(),
        _ => None,
    }?;
    // Names made by programs, such as `topmostSubform[0].f1_01[0]`, say nothing.
    let name = field
        .name()
        .filter(|name| !name.contains(['[', '_', '.']) && name.chars().any(char::is_alphabetic));
    match (value.trim().is_empty(), name) {
        (true, _) => None,
        (false, Some(name)) => Some(format!("{name}: {value}")),
        (false, None) => Some(value),
    }
}

fn first_heading(blocks: &[Block]) -> Option<String> {
    blocks.iter().take(12).find_map(|block| match block {
        Block::Heading {
            level: 1,
            text,
            place: Place::Page { page: 1 },
        } => Some(text.clone()),
        _ => None,
    })
}

/// A title as a person wrote it, or `None` for what programs put there.
fn sensible_title(title: &str) -> Option<String> {
    let title = title.strip_prefix("Microsoft Word - ").unwrap_or(title);
    let title = title
        .strip_prefix("Microsoft PowerPoint - ")
        .unwrap_or(title)
        .trim();
    let lower = title.to_lowercase();
    let ending = lower.rsplit_once('.').map(|(_, ending)| ending);
    let is_file = matches!(
        ending,
        Some(
            "doc"
                | "docx"
                | "pdf"
                | "ppt"
                | "pptx"
                | "xls"
                | "xlsx"
                | "indd"
                | "dvi"
                | "qxd"
                | "fm"
                | "rtf"
                | "htm"
                | "html"
                | "tmp"
        )
    );
    let empty = !title.chars().any(char::is_alphabetic)
        || lower.starts_with("untitled")
        || lower == "powerpoint presentation";
    (!is_file && !empty).then(|| title.to_owned())
}

/// `D:20230102130000+02'00'` (ISO 32000-1, 7.9.4) as RFC 3339, or the plain date where no time zone is given.
fn date_from_pdf(date: &str) -> Option<String> {
    let date = date.trim().trim_start_matches("D:");
    let digits: String = date.chars().take_while(char::is_ascii_digit).collect();
    let part = |range: std::ops::Range<usize>| digits.get(range);
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let within = |text: &str, low, high| {
        text.parse::<u32>()
            .is_ok_and(|number| (low..=high).contains(&number))
    };
    if !(within(year, 1900, 2200) && within(month, 1, 12) && within(day, 1, 31)) {
        return None;
    }
    let day = format!("{year}-{month}-{day}");
    let zone = date[digits.len()..].replace('\'', "");
    let zone = match zone.as_bytes() {
        [b'Z', ..] => Some("Z".to_owned()),
        [b'+' | b'-', rest @ ..] if rest.len() >= 4 && rest[..4].iter().all(u8::is_ascii_digit) => {
            Some(format!("{}:{}", &zone[..3], &zone[3..5]))
        }
        _ => None,
    };
    match (part(8..10), part(10..12), part(12..14), zone) {
        (Some(hour), Some(minute), Some(second), Some(zone))
            if within(hour, 0, 23) && within(minute, 0, 59) && within(second, 0, 59) =>
        {
            Some(format!("{day}T{hour}:{minute}:{second}{zone}"))
        }
        _ => Some(day),
    }
}

/// `1, 4 to 9 and 12`.
fn list(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let mut words: Vec<String> = Vec::new();
    for (first, last) in runs {
        match last - first {
            0 => words.push(first.to_string()),
            1 => words.extend([first.to_string(), last.to_string()]),
            _ => words.push(format!("{first} to {last}")),
        }
    }
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests;
