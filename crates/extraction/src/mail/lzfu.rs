//! Compressed RTF of Outlook, [MS-OXRTFCP].

/// What the dictionary holds at first, section 2.1.3.1.1 (`MS-OXRTFCP`).
const FIRST: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const RING: usize = 4096;

/// Unpacks compressed RTF; what there is of it where it is cut off. `None` if it is something else.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let (header, data) = bytes.split_at_checked(16)?;
    match &header[8..12] {
        b"MELA" => return Some(data.to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut ring = [b' '; RING];
    ring[..FIRST.len()].copy_from_slice(FIRST);
    let mut at = FIRST.len();
    let mut out = Vec::new();
    let mut data = data.iter().copied();
    // A byte of flags, then eight tokens: a byte as it is, or a reference of 12 bits place and 4 bits length.
    'all: while let Some(flags) = data.next() {
        for bit in 0..8 {
            let Some(first) = data.next() else { break 'all };
            if flags & (1 << bit) == 0 {
                ring[at] = first;
                at = (at + 1) % RING;
                out.push(first);
                continue;
            }
            let Some(second) = data.next() else { break 'all };
            let token = u16::from_be_bytes([first, second]);
            let (mut from, length) = (usize::from(token >> 4), usize::from(token & 15) + 2);
            if from == at {
                break 'all;
            }
            for _ in 0..length {
                let byte = ring[from];
                from = (from + 1) % RING;
                ring[at] = byte;
                at = (at + 1) % RING;
                out.push(byte);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of [MS-OXRTFCP], section 3.1.
    #[test]
    fn the_example_of_the_specification_is_unpacked() {
        let packed = [
            0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7,
            0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20,
            0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f,
            0xa0,
        ];
        assert_eq!(
            unpack(&packed).unwrap(),
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
        );
    }

    #[test]
    fn anything_else_is_no_compressed_rtf() {
        assert_eq!(unpack(b"{\\rtf1 hello}, nothing else"), None);
        assert_eq!(unpack(b""), None);
    }
}
