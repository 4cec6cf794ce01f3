//! The head of a mail, apart from its text.

use domain::{Block, Place};

use super::MailHead;

/// The head of a message, as the reader puts it before the text, and what follows it.
pub(super) fn head_of(mut blocks: Vec<Block>) -> (MailHead, Vec<Block>) {
    let mut head = MailHead::default();
    for block in &blocks {
        if let Block::Heading { text, place, .. } = block
            && let Some(name) = attachment(place)
            && name == text
            && !head.attachments.contains(text)
        {
            head.attachments.push(text.clone());
        }
    }
    if let Some(Block::Heading { text, place, .. }) = blocks.first()
        && attachment(place).is_none()
    {
        head.subject = text.clone();
        blocks.remove(0);
    }
    if let Some(Block::Paragraph { text, place }) = blocks.first()
        && attachment(place).is_none()
        && text.lines().all(|line| line.contains(": "))
    {
        for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
            match name {
                "From" => head.from = value.to_owned(),
                "To" => head.to = value.to_owned(),
                "Cc" => head.cc = value.to_owned(),
                "Date" => head.date = value.to_owned(),
                _ => {}
            }
        }
        blocks.remove(0);
    }
    (head, blocks)
}

/// The outermost attachment a place is in.
fn attachment(place: &Place) -> Option<&str> {
    match place {
        Place::Attachment { name, .. } => Some(name),
        Place::Message { inner, .. } => attachment(inner),
        _ => None,
    }
}
