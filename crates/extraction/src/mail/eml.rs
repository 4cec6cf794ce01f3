use std::borrow::Cow;
use std::collections::HashSet;

use domain::{Block, Document, Place};
use mail_parser::{Address, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{Attached, Content, Letter, document, file_name, person, sent};
use crate::reading::Nest;
use crate::text::{decode, html, plain};
use crate::{Limits, Stop};

/// Reads a message as it is sent (RFC 5322 and MIME), also a web archive.
pub(crate) fn read(bytes: &[u8], limits: &Limits, nest: Nest<'_>) -> Result<Document, Stop> {
    let message = parse(bytes)?;
    Ok(document(letter(&message), limits, nest))
}

/// Takes a message apart.
///
/// # Errors
/// If there is no header.
pub(super) fn parse(bytes: &[u8]) -> Result<Message<'_>, Stop> {
    MessageParser::default()
        .parse(bytes)
        .ok_or_else(|| Stop::corrupt("the mail has no header"))
}

/// A parsed message as a letter.
pub(super) fn letter<'a>(message: &'a Message<'a>) -> Letter<'a> {
    let mut header = Vec::new();
    for (name, people) in [
        ("From", message.from()),
        ("To", message.to()),
        ("Cc", message.cc()),
    ] {
        header.extend(
            people
                .map(shown)
                .filter(|people| !people.is_empty())
                .map(|people| (name, people)),
        );
    }
    let date = message
        .header_raw(HeaderName::Date)
        .map(|date| date.split_whitespace().collect::<Vec<_>>().join(" "));
    header.extend(date.filter(|date| !date.is_empty()).map(|date| ("Date", date)));
    let bodies = |ids: &[u32]| -> Vec<Block> {
        ids.iter()
            .filter_map(|&id| message.parts.get(id as usize))
            .flat_map(|part| body(message, part))
            .collect()
    };
    let mut text = bodies(&message.html_body);
    if message.text_body != message.html_body {
        // The plain text should say the same as the page beside it. Where it does not, both are kept.
        let plain = bodies(&message.text_body);
        if says_more(&plain, &text) {
            text.extend(plain);
        }
    }
    Letter {
        subject: message
            .subject()
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        header,
        sent: sent(message),
        body: text,
        files: files(message),
    }
}

fn body(message: &Message<'_>, part: &MessagePart<'_>) -> Vec<Block> {
    match &part.body {
        PartType::Html(page) => html::blocks(&again(message, part, page), &Place::Whole).blocks,
        PartType::Text(text) => plain::blocks(&again(message, part, text), false),
        _ => Vec::new(),
    }
}

/// Text that could not be decoded as its header says is decoded by what it looks like.
fn again<'a>(message: &'a Message<'_>, part: &MessagePart<'_>, text: &'a str) -> Cow<'a, str> {
    let span = part.offset_body as usize..part.offset_end as usize;
    match message.raw_message.get(span) {
        Some(raw) if part.encoding == mail_parser::Encoding::None && text.contains('\u{fffd}') => {
            decode::decode_declared(raw, html::declared(raw).as_deref())
        }
        _ => Cow::Borrowed(text),
    }
}

/// Whether more than a third of the words of `plain` do not occur in `page`.
fn says_more(plain: &[Block], page: &[Block]) -> bool {
    let words = |blocks: &[Block]| -> HashSet<String> {
        let text = Document {
            blocks: blocks.to_vec(),
            ..Document::default()
        }
        .text();
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 1)
            .map(str::to_lowercase)
            .collect()
    };
    let (plain, page) = (words(plain), words(page));
    plain.difference(&page).count() * 3 > plain.len()
}

fn files<'a>(message: &'a Message<'a>) -> Vec<Attached<'a>> {
    let shown = |id: &u32| message.html_body.contains(id);
    let parts = message
        .attachments
        .iter()
        .filter(|id| !shown(id))
        .filter_map(|&id| message.parts.get(id as usize));
    let attached = |(number, part): (usize, &'a MessagePart<'a>)| {
        let name = |ending| file_name(part.attachment_name(), number, ending);
        Some(match &part.body {
            PartType::Text(text) => Attached {
                name: name(".txt"),
                content: Content::Bytes(text.as_bytes().into()),
            },
            PartType::Html(text) => Attached {
                name: name(".html"),
                content: Content::Bytes(text.as_bytes().into()),
            },
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Attached {
                name: name(""),
                content: Content::Bytes(Cow::Borrowed(bytes)),
            },
            PartType::Message(mail) => {
                let subject = mail
                    .subject()
                    .map(|subject| format!("{}.eml", subject.replace(['/', '\\'], "-")));
                let own = part.attachment_name().or(subject.as_deref());
                Attached {
                    name: file_name(own, number, ".eml"),
                    content: Content::Mail(mail),
                }
            }
            PartType::Multipart(_) => return None,
        })
    };
    (1..).zip(parts).filter_map(attached).collect()
}

fn shown(people: &Address<'_>) -> String {
    people
        .iter()
        .map(|one| person(one.name(), one.address()))
        .filter(|person| !person.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use crate::read;

    use super::*;

    const MAIL: &str = "From: =?utf-8?q?Ann_M=C3=BCller?= <ann@example.org>\r\nTo: bo@example.org\r\n\
        Subject: =?utf-8?b?UHJlaXNlIGbDvHIgMjAyNA==?=\r\nDate: Mon, 01 Jun 2009 04:28:28 +0200\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Gr=FC=DFe\r\n\r\n> quoted\r\n\r\n\
        --b\r\nContent-Type: text/csv; name=\"../../prices.csv\"\r\nContent-Disposition: attachment\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nTmFtZSxQcmljZQpCb2x0LDMK\r\n\
        --b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n\
        --b--\r\n";

    #[test]
    fn a_mail_tells_who_wrote_what_and_holds_its_attachments() {
        let document = read("a.eml", MAIL.as_bytes(), &Limits::default()).document;
        assert_eq!(document.title.as_deref(), Some("Preise für 2024"));
        assert_eq!(document.author.as_deref(), Some("Ann Müller <ann@example.org>"));
        assert_eq!(document.written.as_deref(), Some("2009-06-01T04:28:28+02:00"));
        assert_eq!(
            document.text(),
            "Preise für 2024\nFrom: Ann Müller <ann@example.org>\nTo: bo@example.org\n\
             Date: Mon, 01 Jun 2009 04:28:28 +0200\nGrüße\n> quoted\nprices.csv\nName\tPrice\nBolt\t3\na.zip\n"
        );
        let Some(Block::Table { rows, .. }) = document.blocks.get(5) else {
            panic!("{:?}", document.blocks)
        };
        assert_eq!(rows[0].place.to_string(), "attachment prices.csv, line 2");
        assert_eq!(
            document.notices,
            ["Attachment `a.zip` was not read: Attaché does not read this kind of file."]
        );
    }

    #[test]
    fn alternatives_are_both_kept_only_if_they_say_different_things() {
        let mail = |plain: &str| {
            let mail = format!(
                "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
                 --b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n\
                 --b\r\nContent-Type: text/html\r\n\r\n<p>The price is <b>three</b> euros</p>\r\n--b--\r\n"
            );
            read("a.eml", mail.as_bytes(), &Limits::default()).document.text()
        };
        assert_eq!(mail("The price is three euros"), "x\nThe price is three euros\n");
        assert_eq!(
            mail("Deliver the bolts today"),
            "x\nThe price is three euros\nDeliver the bolts today\n"
        );
    }

    #[test]
    fn mails_inside_mails_are_read_to_a_depth() {
        let mut mail = "Subject: innermost\r\n\r\nsecret core\r\n".to_owned();
        for depth in 0..30 {
            mail = format!(
                "Subject: level {depth}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b{depth}\r\n\r\n\
                 --b{depth}\r\nContent-Type: message/rfc822\r\n\r\n{mail}\r\n--b{depth}--\r\n"
            );
        }
        let document = read("a.eml", mail.as_bytes(), &Limits::default()).document;
        let text = document.text();
        assert!(text.contains("level 29") && text.contains("level 26") && !text.contains("secret core"));
        assert_eq!(document.notices.len(), 1);
    }
}
