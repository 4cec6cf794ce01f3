//! Mails and mailboxes. Each format's reader makes a [`Letter`] of a message; [`compose`] makes blocks of that.

use std::borrow::Cow;

use domain::{Block, Document, Place, ReadStatus};
use mail_parser::Message;

use crate::reading::Nest;
use crate::{Limits, Stop};

pub(crate) mod eml;
mod lzfu;
pub(crate) mod mbox;
pub(crate) mod msg;

/// A message, whatever file it came in.
#[derive(Default)]
struct Letter<'a> {
    subject: String,
    /// `From`, `To`, `Cc` and `Date` as they are shown, in this order, those that are there.
    header: Vec<(&'static str, String)>,
    /// RFC 3339.
    sent: Option<String>,
    /// The text's blocks; their places are replaced.
    body: Vec<Block>,
    files: Vec<Attached<'a>>,
}

struct Attached<'a> {
    name: String,
    content: Content<'a>,
}

enum Content<'a> {
    Bytes(Cow<'a, [u8]>),
    Mail(&'a Message<'a>),
    Letter(Box<Letter<'a>>),
}

impl Letter<'_> {
    fn author(&self) -> Option<String> {
        self.header
            .iter()
            .find(|(name, _)| *name == "From")
            .map(|(_, value)| value.clone())
    }
}

/// A file that is one message.
fn document(letter: Letter<'_>, limits: &Limits, nest: Nest<'_>) -> Document {
    let mut document = Document {
        title: Some(letter.subject.clone()).filter(|subject| !subject.is_empty()),
        author: letter.author(),
        written: letter.sent.clone(),
        ..Document::default()
    };
    let place = |inner| Place::Message {
        message: 1,
        inner: Box::new(inner),
    };
    let Document { blocks, notices, .. } = &mut document;
    compose(letter, &place, limits, nest, blocks, notices);
    document
}

/// Somebody as a mail shows them; empty if neither a name nor an address is known.
fn person(name: Option<&str>, address: Option<&str>) -> String {
    match (name, address) {
        (Some(name), Some(address)) if name != address => format!("{name} <{address}>"),
        (name, address) => address.or(name).unwrap_or_default().to_owned(),
    }
}

/// When a message says it was sent, as RFC 3339.
fn sent(message: &Message<'_>) -> Option<String> {
    let date = message.date().filter(|date| date.is_valid())?;
    Some(date.to_rfc3339())
}

/// Appends a message's blocks: its subject, who wrote to whom and when, its text, its attachments.
fn compose(
    letter: Letter<'_>,
    place: &dyn Fn(Place) -> Place,
    limits: &Limits,
    nest: Nest<'_>,
    blocks: &mut Vec<Block>,
    notices: &mut Vec<String>,
) {
    let here = || place(Place::Whole);
    if !letter.subject.is_empty() {
        blocks.push(Block::Heading {
            level: 1,
            text: letter.subject,
            place: here(),
        });
    }
    if !letter.header.is_empty() {
        let lines: Vec<String> = letter
            .header
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        blocks.push(Block::Paragraph {
            text: lines.join("\n"),
            place: here(),
        });
    }
    // Lines of a mail's source mean nothing to a reader.
    blocks.extend(letter.body.into_iter().map(|block| moved(block, &|_| here())));
    for Attached { name, content } in letter.files {
        let attached = |inner: Place| {
            place(Place::Attachment {
                name: name.clone(),
                inner: Box::new(inner),
            })
        };
        let heading = Block::Heading {
            level: 2,
            text: name.clone(),
            place: attached(Place::Whole),
        };
        let read = match content {
            Content::Bytes(bytes) => nest.read(&name, &bytes, limits).map(|document| {
                notices.extend(
                    document
                        .notices
                        .into_iter()
                        .map(|notice| format!("Attachment `{name}`: {notice}")),
                );
                document
                    .blocks
                    .into_iter()
                    .map(|block| moved(block, &attached))
                    .collect()
            }),
            Content::Mail(mail) => nest.inside().map(|nest| {
                let mut inner = Vec::new();
                compose(eml::letter(mail), &attached, limits, nest, &mut inner, notices);
                inner
            }),
            Content::Letter(letter) => nest.inside().map(|nest| {
                let mut inner = Vec::new();
                compose(*letter, &attached, limits, nest, &mut inner, notices);
                inner
            }),
        };
        // The name of an attachment is found even if its content cannot be.
        blocks.push(heading);
        match read {
            Ok(inner) => blocks.extend(inner),
            // Signatures and logos would be noise.
            Err(Stop {
                status: ReadStatus::ImageOnly | ReadStatus::Empty,
                ..
            }) => {}
            Err(stop) => notices.push(format!("Attachment `{name}` was not read: {}", stop.reason)),
        }
    }
}

/// The last part of a name that may be a path, or what to call a file that has none.
fn file_name(name: Option<&str>, number: usize, ending: &str) -> String {
    let base = name
        .unwrap_or_default()
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    let base = base.split_whitespace().collect::<Vec<_>>().join(" ");
    if base.is_empty() {
        format!("attachment {number}{ending}")
    } else {
        base
    }
}

/// A block with its places changed.
fn moved(mut block: Block, change: &dyn Fn(Place) -> Place) -> Block {
    let replace = |place: &mut Place| *place = change(std::mem::replace(place, Place::Whole));
    match &mut block {
        Block::Heading { place, .. }
        | Block::Paragraph { place, .. }
        | Block::Item { place, .. }
        | Block::Code { place, .. } => replace(place),
        Block::Table { rows, .. } => rows.iter_mut().for_each(|row| replace(&mut row.place)),
    }
    block
}
