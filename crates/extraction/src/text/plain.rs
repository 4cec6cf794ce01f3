use domain::{Block, Document, Place};

use crate::{Limits, Stop, text::decode};

/// A block of plain text holds at most so many lines, so that a place of a log names a few lines and not all of them.
const LINES: usize = 20;
/// Lines longer than this are broken, after a space where there is one.
const LINE_BYTES: usize = 4000;

/// Reads plain text: paragraphs are parted by empty lines. Source code keeps its lines as they are.
pub(crate) fn read(name: &str, bytes: &[u8], _: &Limits) -> Result<Document, Stop> {
    let text = decode::decode(bytes);
    Ok(Document {
        blocks: blocks(&text, is_code(name)),
        ..Document::default()
    })
}

/// The paragraphs of a text with their lines.
pub(crate) fn blocks(text: &str, code: bool) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut first = 1;
    let mut close = |open: &mut Vec<&str>, first: u32| {
        if open.is_empty() {
            return;
        }
        let place = Place::Lines {
            first,
            last: first + open.len() as u32 - 1,
        };
        let joined = open.join("\n");
        open.clear();
        for piece in pieces(&joined) {
            let (text, place) = (piece.to_owned(), place.clone());
            blocks.push(if code {
                Block::Code { text, place }
            } else {
                Block::Paragraph { text, place }
            });
        }
    };
    for (number, line) in (1u32..).zip(lines(text)) {
        let blank = line.trim().is_empty();
        if blank || open.len() == LINES {
            close(&mut open, first);
        }
        if !blank {
            if open.is_empty() {
                first = number;
            }
            open.push(line.trim_end());
        }
    }
    close(&mut open, first);
    blocks
}

/// Lines ended by line feeds, carriage returns (classic Mac) or both.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mac = !text.contains('\n');
    text.split(if mac { '\r' } else { '\n' })
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}

/// A text in pieces of bounded size, broken at white space where there is any.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let bound = rest.floor_char_boundary(LINE_BYTES * 2);
        let end = if bound == rest.len() {
            bound
        } else {
            rest[..bound]
                .rfind(char::is_whitespace)
                .filter(|&end| end > LINE_BYTES / 2)
                .unwrap_or(bound)
        };
        let (piece, after) = rest.split_at(end);
        rest = after.trim_start();
        Some(piece)
    })
}

/// Whether the name's ending is that of a programming or configuration language.
fn is_code(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "rs",
        "py",
        "js",
        "mjs",
        "ts",
        "tsx",
        "jsx",
        "java",
        "kt",
        "c",
        "h",
        "cc",
        "cpp",
        "hpp",
        "cs",
        "go",
        "rb",
        "php",
        "swift",
        "scala",
        "sql",
        "sh",
        "bash",
        "ps1",
        "bat",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "properties",
        "tf",
        "proto",
        "graphql",
        "css",
        "scss",
        "vue",
        "lua",
        "pl",
        "r",
        "jl",
        "dart",
        "gradle",
        "dockerfile",
    ];
    ENDINGS.contains(&crate::detect::ending(name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(blocks: &[Block]) -> Vec<String> {
        blocks
            .iter()
            .map(|block| match block {
                Block::Paragraph { text, place } | Block::Code { text, place } => format!("{place}: {text}"),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn paragraphs_know_their_lines_whatever_ends_a_line() {
        for text in ["a\nb\n\n\nc\n", "a\r\nb\r\n\r\n\r\nc", "a\rb\r\r\rc\r"] {
            assert_eq!(shown(&blocks(text, false)), ["lines 1 to 2: a\nb", "line 5: c"]);
        }
    }

    #[test]
    fn a_log_without_empty_lines_is_cut_into_short_blocks() {
        let log: String = (1..=45).map(|n| format!("event {n}\n")).collect();
        let blocks = blocks(&log, false);
        assert_eq!(blocks.len(), 3);
        assert!(shown(&blocks)[2].starts_with("lines 41 to 45: event 41"));
    }

    #[test]
    fn an_endless_line_is_broken_without_losing_a_character() {
        let line = "ä".repeat(50_000);
        let blocks = blocks(&line, false);
        assert!(blocks.len() > 5);
        let text = Document {
            blocks,
            ..Document::default()
        }
        .text();
        assert_eq!(text.chars().filter(|c| *c == 'ä').count(), 50_000);
    }
}
