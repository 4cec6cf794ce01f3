use std::borrow::Cow;

use domain::{Document, Place};

use super::{compose, eml};
use crate::reading::Nest;
use crate::{Limits, Stop};

/// Reads a mailbox: messages one after the other, each begun by a `From ` line (RFC 4155).
pub(crate) fn read(bytes: &[u8], limits: &Limits, nest: Nest<'_>) -> Result<Document, Stop> {
    let mut document = Document::default();
    let mut number = 0;
    for raw in messages(bytes) {
        number += 1;
        let raw = unquoted(raw);
        let Ok(message) = eml::parse(&raw) else {
            document
                .notices
                .push(format!("Message {number} could not be read: it has no header."));
            continue;
        };
        let place = |inner| Place::Message {
            message: number,
            inner: Box::new(inner),
        };
        compose(
            eml::letter(&message),
            &place,
            limits,
            nest,
            &mut document.blocks,
            &mut document.notices,
        );
    }
    document.parts = Some(number);
    Ok(document)
}

/// The messages without their `From ` lines.
fn messages(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    let mut blank = true;
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if blank && is_separator(line) {
            starts.push((at, at + line.len()));
        }
        blank = line.trim_ascii().is_empty();
        at += line.len();
    }
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .map(|(start, _)| *start)
        .chain([bytes.len()])
        .collect();
    starts
        .into_iter()
        .zip(ends)
        .filter_map(|((_, begin), end)| bytes.get(begin..end))
}

/// `From `, then somewhere a time of day.
fn is_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ")
        && line
            .windows(5)
            .any(|w| w[2] == b':' && [0, 1, 3, 4].iter().all(|&at| w[at].is_ascii_digit()))
}

/// Takes away the `>` that keeps a line that begins with `From ` from being taken for the next message.
fn unquoted(raw: &[u8]) -> Cow<'_, [u8]> {
    let quoted = |line: &[u8]| {
        let marks = line.iter().take_while(|&&b| b == b'>').count();
        marks > 0 && line[marks..].starts_with(b"From ")
    };
    if !raw.split(|&b| b == b'\n').any(quoted) {
        return Cow::Borrowed(raw);
    }
    let lines = raw.split_inclusive(|&b| b == b'\n');
    Cow::Owned(
        lines
            .flat_map(|line| if quoted(line) { &line[1..] } else { line })
            .copied()
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use crate::read;

    use super::*;

    #[test]
    fn each_message_is_found_under_its_number() {
        let mbox = "From a@x Mon Jun  1 04:28:28 2009\nSubject: one\n\nfirst\n>From here on\nFrom now to 12:30\n\n\
                    From b@x Mon Jun  1 05:28:28 2009\nSubject: two\n\nsecond\n";
        let document = read("a.mbox", mbox.as_bytes(), &Limits::default()).document;
        assert_eq!(document.parts, Some(2));
        assert_eq!(
            document.text(),
            "one\nfirst\nFrom here on\nFrom now to 12:30\ntwo\nsecond\n"
        );
        let domain::Block::Paragraph { place, .. } = &document.blocks[3] else {
            panic!()
        };
        assert_eq!(place.to_string(), "message 2");
    }
}
