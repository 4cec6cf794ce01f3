use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a file is looked at to tell text from other content.
const SAMPLE: usize = 16 << 10;

/// Whether the bytes are text in some encoding rather than a binary format.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if Encoding::for_bom(sample).is_some() || utf16_without_mark(sample).is_some() {
        return true;
    }
    let nulls = sample.iter().filter(|&&b| b == 0).count();
    let controls = sample
        .iter()
        .filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
        .count();
    // Logs and mails carry a stray control character now and then; binary formats are full of them.
    nulls * 1000 <= sample.len() && controls * 100 <= sample.len()
}

/// The text of a file in whatever encoding it is: by its byte order mark, as UTF-8 if it is valid UTF-8, as UTF-16
/// if every other byte is zero, otherwise in the encoding that the bytes look most like.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    decode_declared(bytes, None)
}

/// As [`decode`], with the encoding that the file names for itself. It is believed where the bytes are valid in it.
pub(crate) fn decode_declared<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Seven-bit text may be in one of the escape-sequence encodings of older East Asian mail.
        if !bytes.contains(&0x1b) && !text.contains('\0') {
            return Cow::Borrowed(text);
        }
    }
    if let Some(encoding) = utf16_without_mark(&bytes[..bytes.len().min(SAMPLE)]) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Some(encoding) = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        && encoding != UTF_8
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
        && !text.chars().any(|c| ('\u{80}'..'\u{a0}').contains(&c))
    {
        return text;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector
        .guess(None, chardetng::Utf8Detection::Allow)
        .decode_without_bom_handling(bytes)
        .0
}

/// UTF-16 without its mark shows by zero bytes on only one side of each pair.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    if pairs < 4 || !sample.contains(&0) {
        return None;
    }
    let (mut first, mut second) = (0, 0);
    for pair in sample.chunks_exact(2) {
        first += usize::from(pair[0] == 0);
        second += usize::from(pair[1] == 0);
    }
    let encoding = match (first * 20 > pairs, second * 20 > pairs) {
        (true, false) if second * 200 <= pairs => UTF_16BE,
        (false, true) if first * 200 <= pairs => UTF_16LE,
        _ => return None,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(&sample[..pairs * 2 - 2])?;
    let odd = text
        .chars()
        .filter(|c| c.is_control() && !c.is_whitespace())
        .count();
    (odd * 100 <= pairs).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_text_is_read_in_every_encoding_it_may_have() {
        let text = "У лукоморья дуб зелёный; златая цепь на дубе том: и днём и ночью кот учёный всё ходит по цепи кругом.\n";
        for label in ["utf-8", "windows-1251", "koi8-r", "ibm866", "iso-8859-5"] {
            let bytes = Encoding::for_label(label.as_bytes())
                .unwrap()
                .encode(text)
                .0
                .into_owned();
            assert_eq!(decode(&bytes), text, "{label}");
            assert!(is_text(&bytes), "{label}");
        }
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        let text = "Größe des Zählers\nин три\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            little.clone(),
            big.clone(),
            [&[0xff, 0xfe], &little[..]].concat(),
            [&[0xfe, 0xff], &big[..]].concat(),
        ] {
            assert_eq!(decode(&bytes), text);
            assert!(is_text(&bytes));
        }
    }

    #[test]
    fn a_wrong_declaration_is_not_believed() {
        let text = "Ärger über Öl";
        assert_eq!(decode_declared(text.as_bytes(), Some("windows-1252")), text);
        let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        assert_eq!(decode_declared(&latin, Some("utf-8")), text);
    }

    #[test]
    fn programs_and_archives_are_not_text() {
        assert!(!is_text(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"));
        assert!(!is_text(&[0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6]));
        assert!(is_text(b""));
    }
}
