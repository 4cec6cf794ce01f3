use domain::{Block, Document, Place};

use crate::{Limits, Stop, text::decode, text::plain};

/// Lines longer than this on average were written for machines.
const DENSE: usize = 200;
/// Deepest indentation, whatever the nesting.
const INDENT: usize = 20;

/// Reads JSON, also one value a line, as the lines a person would see. Text that was packed into one line or holds
/// escaped letters is written out first, since nobody searches for `\u00fc`; its places are then the whole file.
pub(crate) fn read(bytes: &[u8], _: &Limits) -> Result<Document, Stop> {
    let text = decode::decode(bytes);
    let lines = text.bytes().filter(|&b| b == b'\n').count() + 1;
    let readable = text.len() / lines <= DENSE && !text.contains("\\u");
    let blocks = if readable {
        plain::blocks(&text, true)
    } else {
        let block = |block| match block {
            Block::Code { text, .. } => Block::Code {
                text,
                place: Place::Whole,
            },
            other => other,
        };
        plain::blocks(&written_out(&text), true)
            .into_iter()
            .map(block)
            .collect()
    };
    Ok(Document {
        blocks,
        ..Document::default()
    })
}

/// One member or element a line. Works on signs alone, so that nesting costs nothing and broken JSON is no matter.
fn written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut chars = text.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n("  ", depth.min(INDENT)));
    };
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                out.push('"');
                string(&mut chars, &mut out);
            }
            '{' | '[' => {
                out.push(char);
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                out.truncate(out.trim_end_matches(' ').len());
                line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            '\n' => line(&mut out, depth),
            _ if char.is_whitespace() => {
                if out.ends_with(':') {
                    out.push(' ');
                }
            }
            _ => out.push(char),
        }
    }
    out
}

/// The rest of a string with its escaped letters as letters (RFC 8259, section 7).
fn string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut units: Vec<u16> = Vec::new();
    while let Some(char) = chars.next() {
        let unit = (char == '\\' && chars.peek() == Some(&'u')).then(|| {
            chars.next();
            let digits = (0..4).filter_map(|_| chars.next_if(char::is_ascii_hexdigit));
            digits.fold(0, |unit: u16, digit| {
                (unit << 4) | digit.to_digit(16).unwrap_or(0) as u16
            })
        });
        if let Some(unit) = unit {
            units.push(unit);
            continue;
        }
        out.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        out.push(char);
        match char {
            '"' => return,
            '\\' => out.extend(chars.next()),
            _ => {}
        }
    }
    out.push_str(&String::from_utf16_lossy(&units));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        read(json.as_bytes(), &Limits::default()).unwrap().text()
    }

    #[test]
    fn json_made_for_people_keeps_its_lines() {
        let document = read(b"{\n  \"a\": 1\n}\n", &Limits::default()).unwrap();
        assert_eq!(
            document.blocks,
            [Block::Code {
                text: "{\n  \"a\": 1\n}".into(),
                place: Place::Lines { first: 1, last: 3 }
            }]
        );
    }

    #[test]
    fn json_made_for_machines_is_written_out() {
        assert_eq!(
            text(r#"{"a":"Gr\u00fc\u00dfe \"x\" \ud83d\ude00","b":[1,{}]}"#)
                .lines()
                .collect::<Vec<_>>(),
            [
                "{",
                r#"  "a":"Grüße \"x\" 😀","#,
                r#"  "b":["#,
                "    1,",
                "    {",
                "    }",
                "  ]",
                "}"
            ]
        );
    }

    #[test]
    fn nesting_of_any_depth_and_broken_json_are_read() {
        assert!(text(&"[".repeat(300_000)).len() > 300_000);
        assert!(text("{\"a\\u12").contains('a'));
    }
}
