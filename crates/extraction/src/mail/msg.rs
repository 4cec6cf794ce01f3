use std::collections::HashMap;
use std::io::{Cursor, Read};

use cfb::CompoundFile;
use domain::{Block, Document, Place};
use encoding_rs::Encoding;

use super::{Attached, Content, Letter, document, file_name, lzfu, person, sent};
use crate::reading::Nest;
use crate::text::{decode, html, plain};
use crate::{Limits, Stop};

/// Messages inside messages are opened to this depth.
const DEPTH: u8 = 5;

// Properties of [MS-OXPROPS].
const SUBJECT: u16 = 0x0037;
const SENT: u16 = 0x0039;
const RECEIVED: u16 = 0x0e06;
const HEADERS: u16 = 0x007d;
const SENDER_NAME: u16 = 0x0c1a;
const SENDER_ADDRESS: u16 = 0x0c1f;
const SENDER_SMTP: u16 = 0x5d01;
const SHOWN_TO: u16 = 0x0e04;
const SHOWN_CC: u16 = 0x0e03;
const BODY: u16 = 0x1000;
const RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;
const FILE: u16 = 0x3701;
const SHORT_NAME: u16 = 0x3704;
const LONG_NAME: u16 = 0x3707;
const DISPLAY_NAME: u16 = 0x3001;
const MESSAGE_CODEPAGE: u16 = 0x3ffd;
const INTERNET_CODEPAGE: u16 = 0x3fde;

/// Reads an Outlook message ([MS-OXMSG]).
pub(crate) fn read(bytes: &[u8], limits: &Limits, nest: Nest<'_>) -> Result<Document, Stop> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(Stop::corrupt)?;
    let letter = letter(&mut file, "/", None, limits, nest, DEPTH);
    Ok(document(letter, limits, nest))
}

type File<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// The properties of a message or attachment: those of fixed size, and where the others are.
struct Properties {
    storage: String,
    fixed: HashMap<u16, [u8; 8]>,
    /// Names of the streams by the number of the property.
    streams: HashMap<u16, (String, u16)>,
    encoding: Option<&'static Encoding>,
}

impl Properties {
    /// `header` is the size of what stands before the first property ([MS-OXMSG], section 2.4.1).
    fn open(file: &mut File<'_>, storage: &str, header: usize, outer: Option<&'static Encoding>) -> Self {
        let mut streams = HashMap::new();
        for entry in file.read_storage(storage).into_iter().flatten() {
            let Some(code) = entry
                .name()
                .strip_prefix("__substg1.0_")
                .filter(|code| code.len() == 8)
            else {
                continue;
            };
            let (Some(id), Some(kind)) = (hex(&code[..4]), hex(&code[4..])) else {
                continue;
            };
            // Unicode is better than the same text in a code page.
            if entry.is_stream() && (kind == 0x001f || !streams.contains_key(&id)) {
                streams.insert(id, (entry.name().to_owned(), kind));
            }
        }
        let mut own = Self {
            storage: storage.to_owned(),
            fixed: HashMap::new(),
            streams,
            encoding: outer,
        };
        let table = own.stream(file, "__properties_version1.0").unwrap_or_default();
        for entry in table.get(header..).unwrap_or_default().chunks_exact(16) {
            let (id, mut value) = (u16::from_le_bytes([entry[2], entry[3]]), [0; 8]);
            value.copy_from_slice(&entry[8..]);
            own.fixed.insert(id, value);
        }
        let page = own
            .number(MESSAGE_CODEPAGE)
            .or_else(|| own.number(INTERNET_CODEPAGE));
        own.encoding = page.and_then(codepage).or(outer);
        own
    }

    fn stream(&self, file: &mut File<'_>, name: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        file.open_stream(join(&self.storage, name))
            .ok()?
            .read_to_end(&mut bytes)
            .ok()?;
        Some(bytes)
    }

    fn bytes(&self, file: &mut File<'_>, id: u16) -> Option<Vec<u8>> {
        let (name, _) = self.streams.get(&id)?;
        self.stream(file, name)
    }

    fn text(&self, file: &mut File<'_>, id: u16) -> Option<String> {
        let (name, kind) = self.streams.get(&id)?;
        let bytes = self.stream(file, name)?;
        let text = match (kind, self.encoding) {
            (0x001f, _) => encoding_rs::UTF_16LE
                .decode_without_bom_handling(&bytes)
                .0
                .into_owned(),
            (_, Some(encoding)) if std::str::from_utf8(&bytes).is_err() => {
                encoding.decode_without_bom_handling(&bytes).0.into_owned()
            }
            _ => decode::decode(&bytes).into_owned(),
        };
        let text = text.trim_end_matches('\0').trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn number(&self, id: u16) -> Option<u32> {
        self.fixed
            .get(&id)
            .map(|value| u32::from_le_bytes([value[0], value[1], value[2], value[3]]))
    }
}

fn letter(
    file: &mut File<'_>,
    storage: &str,
    encoding: Option<&'static Encoding>,
    limits: &Limits,
    nest: Nest<'_>,
    depth: u8,
) -> Letter<'static> {
    let own = Properties::open(file, storage, if storage == "/" { 32 } else { 24 }, encoding);
    let mut letter = Letter {
        subject: own.text(file, SUBJECT).unwrap_or_default(),
        ..Letter::default()
    };
    let name = own.text(file, SENDER_NAME);
    let address = own
        .text(file, SENDER_SMTP)
        .or_else(|| own.text(file, SENDER_ADDRESS))
        .filter(|address| address.contains('@'));
    let from = person(name.as_deref(), address.as_deref());
    letter.header.extend((!from.is_empty()).then_some(("From", from)));
    letter
        .header
        .extend(own.text(file, SHOWN_TO).map(|to| ("To", to)));
    letter
        .header
        .extend(own.text(file, SHOWN_CC).map(|cc| ("Cc", cc)));
    letter.sent = own
        .fixed
        .get(&SENT)
        .or_else(|| own.fixed.get(&RECEIVED))
        .and_then(time);
    if letter.sent.is_none() {
        // Mails that were imported keep their time only in the header they came with.
        let header = own.text(file, HEADERS).unwrap_or_default();
        letter.sent = super::eml::parse(header.as_bytes())
            .ok()
            .and_then(|message| sent(&message));
    }
    letter
        .header
        .extend(letter.sent.clone().map(|sent| ("Date", sent)));
    letter.body = body(file, &own, limits, nest);
    letter.files = files(file, &own, limits, nest, depth);
    letter
}

/// The text of a message: its web page if it has one, else its plain text, else its RTF.
fn body(file: &mut File<'_>, own: &Properties, limits: &Limits, nest: Nest<'_>) -> Vec<Block> {
    let page = match own.streams.get(&HTML) {
        Some((_, 0x0102)) => own
            .bytes(file, HTML)
            .map(|bytes| decode::decode_declared(&bytes, html::declared(&bytes).as_deref()).into_owned()),
        Some(_) => own.text(file, HTML),
        None => None,
    };
    let blocks = page
        .map(|page| html::blocks(&page, &Place::Whole).blocks)
        .unwrap_or_default();
    if !blocks.is_empty() {
        return blocks;
    }
    if let Some(text) = own.text(file, BODY) {
        return plain::blocks(&text, false);
    }
    let rtf = own.bytes(file, RTF).and_then(|packed| lzfu::unpack(&packed));
    rtf.and_then(|rtf| nest.read("body.rtf", &rtf, limits).ok())
        .map(|document| document.blocks)
        .unwrap_or_default()
}

fn files(
    file: &mut File<'_>,
    own: &Properties,
    limits: &Limits,
    nest: Nest<'_>,
    depth: u8,
) -> Vec<Attached<'static>> {
    let storages: Vec<String> = file
        .read_storage(&own.storage)
        .into_iter()
        .flatten()
        .filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_version1.0_"))
        .map(|entry| join(&own.storage, entry.name()))
        .collect();
    let mut files = Vec::new();
    for (number, storage) in (1..).zip(storages) {
        let about = Properties::open(file, &storage, 8, own.encoding);
        let name = [LONG_NAME, DISPLAY_NAME, SHORT_NAME]
            .into_iter()
            .find_map(|id| about.text(file, id));
        let inner = join(&storage, "__substg1.0_3701000D");
        if file.is_storage(&inner) {
            // A message, or an object of another program, which has no properties and gives nothing.
            if depth > 0 && file.is_stream(join(&inner, "__properties_version1.0")) {
                let letter = letter(file, &inner, own.encoding, limits, nest, depth - 1);
                let name = file_name(name.as_deref(), number, ".msg");
                files.push(Attached {
                    name,
                    content: Content::Letter(Box::new(letter)),
                });
            }
        } else if let Some(bytes) = about.bytes(file, FILE) {
            let name = file_name(name.as_deref(), number, "");
            files.push(Attached {
                name,
                content: Content::Bytes(bytes.into()),
            });
        }
    }
    files
}

fn join(storage: &str, name: &str) -> String {
    format!("{}/{name}", storage.trim_end_matches('/'))
}

fn hex(digits: &str) -> Option<u16> {
    u16::from_str_radix(digits, 16).ok()
}

/// 100 nanoseconds since 1601 as RFC 3339.
fn time(value: &[u8; 8]) -> Option<String> {
    const SECONDS_TO_1970: u64 = 11_644_473_600;
    let seconds = (u64::from_le_bytes(*value) / 10_000_000).checked_sub(SECONDS_TO_1970)?;
    let date =
        mail_parser::DateTime::from_timestamp(i64::try_from(seconds).ok().filter(|&s| s < 253_402_300_800)?);
    Some(date.to_rfc3339())
}

/// The encoding of a Windows code page.
fn codepage(number: u32) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".into(),
        936 => "gbk".into(),
        949 => "euc-kr".into(),
        950 => "big5".into(),
        874 | 1250..=1258 => format!("windows-{number}"),
        20866 => "koi8-r".into(),
        21866 => "koi8-u".into(),
        28592..=28606 => format!("iso-8859-{}", number - 28590),
        50220..=50222 => "iso-2022-jp".into(),
        51932 => "euc-jp".into(),
        54936 => "gb18030".into(),
        65001 => "utf-8".into(),
        866 => "ibm866".into(),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::read;

    use super::*;

    /// A message with these streams, named by their paths.
    fn msg(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (path, bytes) in streams {
            if let Some((storage, _)) = path.rsplit_once('/').filter(|(storage, _)| !storage.is_empty()) {
                file.create_storage_all(storage).unwrap();
            }
            file.create_stream(path).unwrap().write_all(bytes).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_message_in_an_old_code_page_is_read_with_its_attachments() {
        let cp1251 = |text: &str| encoding_rs::WINDOWS_1251.encode(text).0.into_owned();
        let mut properties = vec![0; 32];
        properties.extend([3, 0, 0xfd, 0x3f, 0, 0, 0, 0, 0xe3, 4, 0, 0, 0, 0, 0, 0]); // code page 1251
        // 2009-06-01T02:28:28Z
        let ticks = (11_644_473_600_u64 + 1_243_823_308) * 10_000_000;
        properties.extend(
            [0x40, 0, 0x39, 0, 0, 0, 0, 0]
                .into_iter()
                .chain(ticks.to_le_bytes()),
        );
        let bytes = msg(&[
            ("/__properties_version1.0", properties),
            ("/__substg1.0_0037001E", cp1251("Отчёт")),
            ("/__substg1.0_0C1A001F", wide("Анна")),
            ("/__substg1.0_1000001E", cp1251("Добрый день")),
            (
                "/__attach_version1.0_#00000000/__substg1.0_3707001F",
                wide("a.txt"),
            ),
            (
                "/__attach_version1.0_#00000000/__substg1.0_37010102",
                b"inside".to_vec(),
            ),
            (
                "/__attach_version1.0_#00000001/__substg1.0_3001001F",
                wide("Forwarded"),
            ),
            (
                "/__attach_version1.0_#00000001/__substg1.0_3701000D/__properties_version1.0",
                vec![0; 24],
            ),
            (
                "/__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_1000001F",
                wide("deeper"),
            ),
        ]);
        let reading = read("a.msg", &bytes, &Limits::default());
        let document = reading.document;
        assert_eq!(document.title.as_deref(), Some("Отчёт"), "{:?}", reading.reason);
        assert_eq!(document.written.as_deref(), Some("2009-06-01T02:28:28Z"));
        assert_eq!(
            document.text(),
            "Отчёт\nFrom: Анна\nDate: 2009-06-01T02:28:28Z\nДобрый день\na.txt\ninside\nForwarded\ndeeper\n"
        );
    }
}
