//! Blocks around a place, as many as a page can hold.

use domain::{Block, Place, Row};

use super::{DocumentView, ViewBlock, ViewRow, block_place, overlaps};

/// Blocks and table rows of one window.
pub(super) const MOST_BLOCKS: usize = 400;
/// Characters of one window.
pub(super) const MOST_TEXT: usize = 80_000;

/// A block, or a row of a table, so that a window can begin and end within a table.
struct Piece {
    /// Which block it is from.
    block: usize,
    length: usize,
    what: What,
}

enum What {
    Block(ViewBlock),
    Row(Vec<String>, Row),
}

/// Puts pieces around a place into the view, as many as a page can hold.
pub(super) fn put(view: &mut DocumentView, blocks: Vec<Block>, place: Option<&Place>, passage: Option<&str>) {
    let at = place.map_or(0, |place| {
        let exact = blocks.iter().position(|block| touches(block, place));
        exact.unwrap_or(0)
    });
    let words = passage.map(squeezed).filter(|words| !words.is_empty());
    let mut pieces = Vec::new();
    let (mut target, mut most) = (None, 0);
    for (number, block) in blocks.into_iter().enumerate() {
        let begin = pieces.len();
        take_apart(number, block, &mut pieces);
        for (index, piece) in pieces.iter().enumerate().skip(begin) {
            let placed = match (&piece.what, place) {
                (What::Row(_, row), Some(place)) => overlaps(&row.place, place),
                _ => true,
            };
            let shared = words.as_ref().map_or(1, |words| piece.shares(words));
            // The most words, as a few of them may stand elsewhere too; of equals the first.
            if number >= at && placed && shared > most {
                (target, most) = (Some(index), shared);
            }
        }
    }
    let fallback = || pieces.iter().position(|piece| piece.block >= at).unwrap_or(0);
    let target = target.unwrap_or_else(fallback);
    let (mut first, mut end, mut length) = (target, target, 0);
    let fits = |length: usize, count: usize| length < MOST_TEXT && count < MOST_BLOCKS;
    // What follows matters as much as what stands before.
    while fits(length, end - first) && (first > 0 || end < pieces.len()) {
        if end < pieces.len() {
            length += pieces[end].length;
            end += 1;
        }
        if first > 0 && fits(length, end - first) {
            first -= 1;
            length += pieces[first].length;
        }
    }
    (view.more_before, view.more_after) = (first > 0, end < pieces.len());
    let mut table = None;
    for piece in pieces.into_iter().skip(first).take(end - first) {
        match piece.what {
            What::Block(block) => view.blocks.push(block),
            What::Row(head, row) => {
                let row = ViewRow {
                    cells: row.cells,
                    place: row.place,
                };
                match view.blocks.last_mut() {
                    Some(ViewBlock::Table { rows, .. }) if table == Some(piece.block) => rows.push(row),
                    _ => view.blocks.push(ViewBlock::Table {
                        header: head,
                        rows: vec![row],
                    }),
                }
                table = Some(piece.block);
            }
        }
    }
}

impl Piece {
    /// How many characters of a passage it has: all of its own, or all of the passage's, or none.
    fn shares(&self, passage: &str) -> usize {
        let own = match &self.what {
            What::Block(
                ViewBlock::Heading { text, .. }
                | ViewBlock::Paragraph { text, .. }
                | ViewBlock::Item { text, .. }
                | ViewBlock::Code { text, .. },
            ) => squeezed(text),
            What::Block(ViewBlock::Table { header, .. }) => squeezed(&header.concat()),
            What::Row(_, row) => squeezed(&row.cells.concat()),
        };
        let length = own.chars().count();
        // A few characters are found anywhere.
        let inside = match length {
            0 => false,
            1..12 => passage.starts_with(&own),
            _ => passage.contains(&own),
        };
        match (inside, own.contains(passage)) {
            (true, _) => length,
            (false, true) => passage.chars().count(),
            (false, false) => 0,
        }
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|char| char.is_alphanumeric()).collect()
}

fn take_apart(number: usize, block: Block, pieces: &mut Vec<Piece>) {
    let place_text = |place: &Place| place.to_string();
    let what = match block {
        Block::Heading { level, text, place } => ViewBlock::Heading {
            level,
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Paragraph { text, place } => ViewBlock::Paragraph {
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Item { text, place } => ViewBlock::Item {
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Code { text, place } => ViewBlock::Code {
            place_text: place_text(&place),
            text: bounded(text),
            place,
        },
        Block::Table { header, rows } if rows.is_empty() => ViewBlock::Table {
            header,
            rows: Vec::new(),
        },
        Block::Table { header, rows } => {
            pieces.extend(rows.into_iter().map(|row| Piece {
                block: number,
                length: row.cells.iter().map(String::len).sum(),
                what: What::Row(header.clone(), row),
            }));
            return;
        }
    };
    let length = match &what {
        ViewBlock::Heading { text, .. }
        | ViewBlock::Paragraph { text, .. }
        | ViewBlock::Item { text, .. }
        | ViewBlock::Code { text, .. } => text.len(),
        ViewBlock::Table { header, .. } => header.iter().map(String::len).sum(),
    };
    pieces.push(Piece {
        block: number,
        length,
        what: What::Block(what),
    });
}

/// One block alone never fills the window twice over.
fn bounded(mut text: String) -> String {
    if text.len() > MOST_TEXT {
        let cut = (0..=MOST_TEXT)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn touches(block: &Block, place: &Place) -> bool {
    match block {
        Block::Table { rows, .. } => rows.iter().any(|row| overlaps(&row.place, place)),
        _ => block_place(block).is_some_and(|own| overlaps(own, place)),
    }
}
