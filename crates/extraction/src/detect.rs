use std::io::Cursor;

use domain::Format;

use crate::{Limits, package::Package, text::decode};

/// How much of the beginning is searched for signs of a format.
const HEAD: usize = 64 << 10;

/// Tells what a file is: from its first bytes, for archives and compound files from what is inside, for text from
/// how it begins, and only then from its name. `None` if it is none of the kinds known here.
pub fn detect(name: &str, bytes: &[u8]) -> Option<Format> {
    let promised = promised(name);
    binary(bytes, promised).or_else(|| decode::is_text(bytes).then(|| text(bytes, promised)))
}

/// The format that the name's ending stands for.
pub(crate) fn promised(name: &str) -> Option<Format> {
    Some(match ending(name).as_str() {
        "pdf" => Format::Pdf,
        "docx" | "docm" | "dotx" | "dotm" => Format::Docx,
        "doc" | "dot" => Format::Doc,
        "pptx" | "pptm" | "ppsx" | "ppsm" | "potx" | "potm" => Format::Pptx,
        "ppt" | "pps" | "pot" => Format::Ppt,
        "xlsx" | "xlsm" | "xltx" | "xltm" => Format::Xlsx,
        "xlsb" => Format::Xlsb,
        "xls" | "xlt" => Format::Xls,
        "odt" | "ott" | "fodt" => Format::Odt,
        "ods" | "ots" | "fods" => Format::Ods,
        "odp" | "otp" | "fodp" => Format::Odp,
        "csv" | "tsv" | "tab" => Format::Csv,
        "rtf" => Format::Rtf,
        "html" | "htm" | "xhtml" | "xht" => Format::Html,
        "md" | "markdown" | "mdown" | "mkd" | "mdx" | "qmd" | "rmd" => Format::Markdown,
        "eml" | "mht" | "mhtml" => Format::Eml,
        "msg" => Format::Msg,
        "mbox" | "mbx" => Format::Mbox,
        "epub" => Format::Epub,
        "json" | "jsonl" | "ndjson" | "geojson" | "ipynb" => Format::Json,
        "xml" | "xsd" | "xsl" | "xslt" | "svg" | "rss" | "atom" | "rdf" | "kml" | "gpx" => Format::Xml,
        "png" | "jpg" | "jpeg" | "gif" | "tif" | "tiff" | "bmp" | "webp" | "heic" | "heif" | "ico"
        | "avif" => Format::Image,
        "txt" | "text" | "log" | "rst" | "adoc" | "org" | "tex" => Format::Text,
        _ => return None,
    })
}

/// What follows the last dot, in lower case.
pub(crate) fn ending(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    base.rsplit_once('.')
        .map_or(String::new(), |(_, ending)| ending.to_lowercase())
}

/// Formats that are told by their first bytes. The numbers are those of the formats' own specifications.
fn binary(bytes: &[u8], promised: Option<Format>) -> Option<Format> {
    let has = |at: usize, sign: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(sign));
    let starts = |sign: &[u8]| has(0, sign);
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || starts(b"PK\x07\x08") {
        return Some(archive(bytes));
    }
    if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Some(compound(bytes, promised));
    }
    // ISO 32000 asks for the header at the start, readers accept it within the first 1024 bytes.
    if find(&bytes[..bytes.len().min(1024)], b"%PDF-") {
        return Some(Format::Pdf);
    }
    let skipped = bytes
        .iter()
        .take(64)
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    if has(skipped, b"{\\rtf") {
        return Some(Format::Rtf);
    }
    const IMAGES: &[&[u8]] = &[
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"\0\0\x01\0",
        b"8BPS",
    ];
    let image = IMAGES.iter().any(|sign| starts(sign))
        || starts(b"RIFF") && has(8, b"WEBP")
        || starts(b"BM") && has(6, b"\0\0\0\0")
        || [&b"heic"[..], b"heix", b"mif1", b"avif"]
            .iter()
            .any(|brand| has(4, b"ftyp") && has(8, brand));
    if image {
        return Some(Format::Image);
    }
    const OTHERS: &[&[u8]] = &[
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ\0",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"\x28\xb5\x2f\xfd",
        b"\x7fELF",
        b"MZ",
        b"\xca\xfe\xba\xbe",
        b"\xcf\xfa\xed\xfe",
        b"\0asm",
        b"SQLite format 3\0",
        b"ID3",
        b"OggS",
        b"fLaC",
        b"\x1a\x45\xdf\xa3",
        b"!BDN",
    ];
    // `MZ` alone also begins words.
    let other = OTHERS
        .iter()
        .any(|sign| starts(sign) && (sign.len() > 2 || !decode::is_text(bytes)));
    (other || has(4, b"ftyp") && !decode::is_text(bytes)).then_some(Format::Other)
}

/// Which of the formats that are ZIP archives.
fn archive(bytes: &[u8]) -> Format {
    let limits = Limits::default();
    let Ok(mut package) = Package::open(bytes, &limits) else {
        // Without its table of contents an archive still names each file before its content.
        return kind(&|name| find(&bytes[..bytes.len().min(HEAD)], name.as_bytes()));
    };
    let kinds = package.read("mimetype").ok().flatten().unwrap_or_default();
    match kinds.trim_ascii() {
        b"application/epub+zip" => return Format::Epub,
        kind if kind.starts_with(b"application/vnd.oasis.opendocument.text") => return Format::Odt,
        kind if kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") => return Format::Ods,
        kind if kind.starts_with(b"application/vnd.oasis.opendocument.presentation") => return Format::Odp,
        _ => {}
    }
    kind(&|name| package.names().iter().any(|own| own.eq_ignore_ascii_case(name)))
}

fn kind(has: &dyn Fn(&str) -> bool) -> Format {
    const PARTS: &[(&str, Format)] = &[
        ("word/document.xml", Format::Docx),
        ("ppt/presentation.xml", Format::Pptx),
        ("xl/workbook.bin", Format::Xlsb),
        ("xl/workbook.xml", Format::Xlsx),
        ("META-INF/container.xml", Format::Epub),
        ("word/document2.xml", Format::Docx),
    ];
    PARTS
        .iter()
        .find(|(part, _)| has(part))
        .map_or(Format::Other, |(_, format)| *format)
}

/// Which of the formats that are OLE compound files (MS-CFB).
fn compound(bytes: &[u8], promised: Option<Format>) -> Format {
    const STREAMS: &[(&str, Format)] = &[
        ("__properties_version1.0", Format::Msg),
        ("WordDocument", Format::Doc),
        ("PowerPoint Document", Format::Ppt),
        ("Workbook", Format::Xls),
        ("Book", Format::Xls),
    ];
    let ours = matches!(
        promised,
        Some(Format::Docx | Format::Pptx | Format::Xlsx | Format::Xlsb)
    );
    if let Ok(file) = cfb::CompoundFile::open(Cursor::new(bytes)) {
        // Office wraps a file with a password in a compound file of another kind.
        if file.is_stream("/EncryptedPackage") {
            return promised.filter(|_| ours).unwrap_or(Format::Docx);
        }
        if let Some((_, format)) = STREAMS
            .iter()
            .find(|(stream, _)| file.is_stream(format!("/{stream}")))
        {
            return *format;
        }
        return Format::Other;
    }
    // A damaged file still shows the names of its streams, in UTF-16 at the start of 128-byte entries.
    let named = |stream: &str| {
        let name: Vec<u8> = stream
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .chain([0, 0])
            .collect();
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&name))
    };
    let found = STREAMS
        .iter()
        .find(|(stream, _)| named(stream))
        .map(|(_, format)| *format);
    found
        .or(promised.filter(|format| ours || STREAMS.iter().any(|(_, own)| own == format)))
        .unwrap_or(Format::Other)
}

/// Which kind of text.
fn text(bytes: &[u8], promised: Option<Format>) -> Format {
    let head = decode::decode(&bytes[..bytes.len().min(4096)]);
    let start = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let begins = |sign: &str| {
        start
            .get(..sign.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(sign))
    };
    let contains = |sign: &str| find(start.to_ascii_lowercase().as_bytes(), sign.as_bytes());
    if begins("<!doctype html") || begins("<html") {
        return Format::Html;
    }
    if begins("<?xml") {
        return match promised {
            Some(Format::Html) => Format::Html,
            Some(kind @ (Format::Odt | Format::Ods | Format::Odp)) if contains("<office:document") => kind,
            _ if contains("<html") => Format::Html,
            _ => Format::Xml,
        };
    }
    // mbox (RFC 4155): `From `, an address and a date, then the first message's header.
    let mut lines = head.lines();
    if head.starts_with("From ") && lines.nth(1).is_some_and(is_header_line) {
        return Format::Mbox;
    }
    match promised {
        // A name that promises a kind of text is believed.
        Some(
            kind @ (Format::Csv
            | Format::Html
            | Format::Markdown
            | Format::Eml
            | Format::Mbox
            | Format::Json
            | Format::Xml
            | Format::Text),
        ) => kind,
        _ if is_mail(&head) => Format::Eml,
        _ => Format::Text,
    }
}

/// A mail's header says at least two things that only mails say.
fn is_mail(head: &str) -> bool {
    const FIELDS: &[&str] = &[
        "received",
        "return-path",
        "delivered-to",
        "message-id",
        "mime-version",
        "from",
        "to",
        "subject",
        "date",
        "x-mailer",
        "content-type",
        "reply-to",
        "dkim-signature",
    ];
    let mut fields = 0;
    for line in head.lines().take_while(|line| !line.is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            return false;
        };
        fields += usize::from(FIELDS.contains(&name.to_ascii_lowercase().as_str()));
    }
    fields >= 3
}

fn is_header_line(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

fn find(bytes: &[u8], sign: &[u8]) -> bool {
    bytes.windows(sign.len()).any(|window| window == sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::package::tests::zip;

    #[test]
    fn content_is_believed_before_the_name() {
        let cases: &[(&str, &[u8], Format)] = &[
            ("a.txt", b"%PDF-1.7\n", Format::Pdf),
            ("a.doc", b"{\\rtf1 hello}", Format::Rtf),
            ("a.xls", b"<html><table><tr><td>1</table>", Format::Html),
            ("a.pdf", b"\x89PNG\r\n\x1a\n....", Format::Image),
            (
                "a",
                b"From ann@example.org Mon Jun 01 04:28:28 2009\nSubject: x\n\nhello\n",
                Format::Mbox,
            ),
            (
                "a",
                b"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nhello",
                Format::Eml,
            ),
            ("a.xhtml", b"<?xml version='1.0'?><html/>", Format::Html),
            ("notes", b"From here on it is simple: nothing.\n", Format::Text),
            ("a.md", b"# x", Format::Markdown),
            ("a.tsv", b"a\tb", Format::Csv),
            ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0", Format::Other),
        ];
        for (name, bytes, format) in cases {
            assert_eq!(detect(name, bytes), Some(*format), "{name}");
        }
        assert_eq!(detect("a.bin", &[0, 1, 2, 3, 0, 0, 9]), None);
    }

    #[test]
    fn an_archive_is_what_it_holds() {
        type Files = &'static [(&'static str, &'static [u8])];
        let cases: &[(Files, Format)] = &[
            (&[("word/document.xml", b"<x/>")], Format::Docx),
            (&[("xl/workbook.xml", b"<x/>")], Format::Xlsx),
            (
                &[("mimetype", b"application/vnd.oasis.opendocument.text")],
                Format::Odt,
            ),
            (&[("mimetype", b"application/epub+zip")], Format::Epub),
            (&[("photo.jpg", b"")], Format::Other),
        ];
        for (files, format) in cases {
            assert_eq!(detect("a.zip", &zip(files)), Some(*format));
        }
        let docx = zip(&[("word/document.xml", b"<x/>")]);
        assert_eq!(detect("a.docx", &docx[..docx.len() - 40]), Some(Format::Docx));
    }

    proptest! {
        #[test]
        fn anything_at_all_is_told_without_panic(name in ".{0,12}", bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            detect(&name, &bytes);
        }

        #[test]
        fn damaged_compound_files_are_told_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            detect("a.doc", &[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &bytes[..]].concat());
            detect("a.docx", &[b"PK\x03\x04", &bytes[..]].concat());
        }
    }
}
