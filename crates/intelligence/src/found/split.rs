//! A passage in pieces small enough to be an answer: sentences, list items, rows of a table, short heading lines.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// A part of a passage. Pieces come in order and never overlap.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// Bytes of the passage text, without surrounding space and without the marker of a list item.
    pub range: Range<usize>,
    pub kind: PieceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    Sentence,
    /// An item of a list, with its number where it has one.
    Item(Option<u32>),
    /// A line of a table: cells parted by ` | `, or a label followed by columns of numbers.
    Row,
    /// A short line without an end: a heading, a name, a label.
    Heading,
}

/// A line at least this long that has no end was broken by its writer's program and goes on in the next.
const WRAPPED_CHARS: usize = 45;
/// A line at most this long without an end is a heading.
const HEADING_CHARS: usize = 80;

pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    for lines in blocks(text) {
        block_pieces(text, &lines, &mut out);
    }
    out
}

/// The cells of a line whose cells are parted by ` | `, as ranges of the whole text. Empty cells are kept.
pub(crate) fn cells(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let Some(row) = text.get(line.clone()) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let mut at = line.start;
    for cell in row.split('|') {
        out.push(trimmed(text, at..at + cell.len()));
        at += cell.len() + 1;
    }
    out
}

/// Lines of a table passage as ranges, the first one holding the column headings.
pub(crate) fn lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let range = trimmed(text, at..at + line.len());
        if !range.is_empty() {
            out.push(range);
        }
        at += line.len();
    }
    out
}

/// A line that ends in at least two numbers after a label, as PDF tables read: the label and the numbers.
pub(crate) fn label_and_numbers(text: &str, line: Range<usize>) -> Option<(Range<usize>, Vec<Range<usize>>)> {
    let row = text.get(line.clone())?;
    let mut numbers = Vec::new();
    let mut label_end = row.len();
    for word in row.split_whitespace().rev() {
        let at = word.as_ptr() as usize - row.as_ptr() as usize;
        if is_figure(word) {
            numbers.push(line.start + at..line.start + at + word.len());
        } else if !matches!(word, "$" | "€" | "£" | "%" | "-" | "–" | "—" | ")" | "($" | "(") {
            break;
        }
        label_end = at;
    }
    numbers.reverse();
    let label = trimmed(text, line.start..line.start + label_end);
    let named = text
        .get(label.clone())?
        .chars()
        .filter(|c| c.is_alphabetic())
        .count()
        >= 3;
    (numbers.len() >= 2 && named).then_some((label, numbers))
}

/// `1,577`, `(370)`, `$5,363`, `99.5%`, `-12`.
fn is_figure(word: &str) -> bool {
    let bare =
        word.trim_matches(|c: char| matches!(c, '(' | ')' | '$' | '€' | '£' | '%' | '-' | '–' | '+' | '*'));
    bare.starts_with(|c: char| c.is_ascii_digit())
        && bare.ends_with(|c: char| c.is_ascii_digit())
        && bare.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

struct Line {
    range: Range<usize>,
    marker: Option<(usize, Option<u32>)>,
    row: bool,
}

/// Lines that belong together: a broken line and what follows it.
fn blocks(text: &str) -> Vec<Vec<Line>> {
    let mut out: Vec<Vec<Line>> = Vec::new();
    let mut at = 0;
    let mut apart = true;
    for raw in text.split_inclusive('\n') {
        let range = trimmed(text, at..at + raw.len());
        at += raw.len();
        let Some(line) = text.get(range.clone()).filter(|line| !line.is_empty()) else {
            apart = true;
            continue;
        };
        let row = line.contains(" | ") || label_and_numbers(text, range.clone()).is_some();
        let line = Line {
            marker: marker(line),
            row,
            range,
        };
        match out.last_mut() {
            Some(block) if !apart && goes_on(text, block, &line) => block.push(line),
            _ => out.push(vec![line]),
        }
        apart = false;
    }
    out
}

fn goes_on(text: &str, block: &[Line], next: &Line) -> bool {
    let Some(last) = block.last() else { return false };
    if next.marker.is_some() || next.row || last.row {
        return false;
    }
    let (last, next) = (&text[last.range.clone()], &text[next.range.clone()]);
    let ended = last.ends_with(['.', '!', '?', ':', ';', '…']);
    !ended && next.starts_with(char::is_lowercase) && last.chars().count() >= WRAPPED_CHARS
        || last.ends_with(',') && next.starts_with(char::is_lowercase)
        || last.ends_with(['-', '\u{ad}']) && next.starts_with(char::is_lowercase)
}

/// Bytes and number of a list marker at the start of a line: `- `, `• `, `3. `, `3) `, `Step 3: `.
fn marker(line: &str) -> Option<(usize, Option<u32>)> {
    let first = line.chars().next()?;
    let space_after = |length: usize| {
        let rest = line.get(length..)?;
        let bare = rest.trim_start();
        (bare.len() < rest.len() && !bare.is_empty()).then_some(line.len() - bare.len())
    };
    if matches!(
        first,
        '-' | '–'
            | '—'
            | '*'
            | '+'
            | '•'
            | '◦'
            | '▪'
            | '‣'
            | '·'
            | '●'
            | '○'
            | '■'
            | '□'
            | '✓'
            | '\u{f0b7}'
            | '\u{f0a7}'
    ) {
        return space_after(first.len_utf8()).map(|length| (length, None));
    }
    let lower = line.get(..12).unwrap_or(line).to_lowercase();
    let word = ["step ", "schritt ", "steg ", "trinn "]
        .iter()
        .find(|word| lower.starts_with(**word));
    let from = word.map_or(0, |word| word.len());
    let rest = line.get(from..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits) {
        let after = rest.get(digits..)?.chars().next()?;
        let number = rest.get(..digits)?.parse().ok()?;
        let marks = if word.is_some() {
            matches!(after, ':' | '.' | ')')
        } else {
            matches!(after, '.' | ')')
        };
        if marks {
            return space_after(from + digits + 1).map(|length| (length, Some(number)));
        }
    }
    let mut chars = line.chars();
    let lettered = chars.next().is_some_and(|c| c.is_ascii_lowercase()) && chars.next() == Some(')');
    if lettered {
        return space_after(2).map(|length| (length, Some(u32::from(line.as_bytes()[0] - b'a') + 1)));
    }
    None
}

fn block_pieces(text: &str, lines: &[Line], out: &mut Vec<Piece>) {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return;
    };
    let whole = first.range.start..last.range.end;
    if first.row {
        out.push(Piece {
            range: whole,
            kind: PieceKind::Row,
        });
        return;
    }
    if let Some((length, number)) = first.marker {
        let range = whole.start + length..whole.end;
        let sentences = sentences(text, range.clone());
        // `3. Opening hours` over a paragraph is a heading; with an end, or as one of several, it is an item.
        if sentences.len() <= 3 {
            out.push(Piece {
                range,
                kind: PieceKind::Item(number),
            });
        } else {
            let pieces = sentences.into_iter();
            out.extend(pieces.map(|range| Piece {
                range,
                kind: PieceKind::Sentence,
            }));
        }
        return;
    }
    let line = &text[whole.clone()];
    let ended =
        line.ends_with(['.', '!', '?', ';', '…']) || line.ends_with([')', '"', '”']) && line.contains(". ");
    if !ended && !line.contains(": ") && line.chars().count() <= HEADING_CHARS {
        out.push(Piece {
            range: whole,
            kind: PieceKind::Heading,
        });
        return;
    }
    let pieces = sentences(text, whole).into_iter();
    out.extend(pieces.map(|range| Piece {
        range,
        kind: PieceKind::Sentence,
    }));
}

/// Sentences of a range: the boundaries of Unicode Standard Annex 29, mended after abbreviations and ordinals.
fn sentences(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    // A line break inside a block ends no sentence. Byte for byte, so that positions stay.
    let smooth: String = text[range.clone()]
        .chars()
        .map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c })
        .collect();
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (at, part) in parts(&smooth) {
        let start = open.take().map_or(at, |own| own.start);
        let own = start..at + part.len();
        if ends_open(&smooth[own.clone()], &smooth[own.end..]) {
            open = Some(own);
        } else {
            out.push(own);
        }
    }
    out.extend(open);
    out.into_iter()
        .map(|own| trimmed(text, range.start + own.start..range.start + own.end))
        .filter(|own| !own.is_empty())
        .collect()
}

/// Sentence boundaries, and the bullets of a list that was run together into one line.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    for (at, sentence) in text.split_sentence_bound_indices() {
        let mut from = 0;
        for (bullet, mark) in sentence.match_indices('•') {
            out.push((at + from, &sentence[from..bullet]));
            from = bullet + mark.len();
        }
        out.push((at + from, &sentence[from..]));
    }
    out
}

/// Whether a full stop here does not end the sentence.
fn ends_open(sentence: &str, rest: &str) -> bool {
    let sentence = sentence.trim_end();
    if rest.trim().is_empty() || !sentence.ends_with('.') {
        return false;
    }
    let last = sentence
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“' | '„'))
        .next()
        .unwrap_or("");
    let bare = last.trim_end_matches('.').to_lowercase();
    if ABBREVIATIONS.split_ascii_whitespace().any(|own| own == bare) {
        return true;
    }
    let initial = bare.chars().count() == 1 && bare.chars().all(char::is_alphabetic);
    if initial {
        return true;
    }
    if bare.chars().all(|c| c.is_ascii_digit() || c == '.') && !bare.is_empty() {
        // `4.2. Availability` at the start, or a day before its month: `3. März`.
        let alone = last.len() == sentence.len();
        let next = rest
            .trim_start()
            .split(|c: char| !c.is_alphabetic())
            .next()
            .unwrap_or("")
            .to_lowercase();
        return alone || bare.len() <= 2 && MONTHS.split_ascii_whitespace().any(|month| month == next);
    }
    false
}

pub(crate) const MONTHS: &str = "january february march april may june july august september october november december \
jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember okt dez mars desember des";

const ABBREVIATIONS: &str = "approx no nos e.g i.e eg ie mr mrs ms dr prof inc ltd co corp vs cf fig figs sec sect art arts \
para paras p pp vol ed eds st tel ca resp incl excl est dept max min avg ext ref jan feb mar apr jun jul aug sep sept oct nov dec \
bzw z.b z d.h d u.a u nr abs ziff str inkl exkl zzgl mio mrd vgl ggf evtl gem lt sog bspw tsd okt dez \
f.eks f eks bl.a bl dvs kl tlf pkt jf ev mill";

/// The range without surrounding white space.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(part) = text.get(range.clone()) else {
        return range.start..range.start;
    };
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.end - (part.len() - part.trim_end().len());
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<&str> {
        pieces(text).into_iter().map(|piece| &text[piece.range]).collect()
    }

    #[test]
    fn a_full_stop_after_an_abbreviation_ends_nothing() {
        let sentences = [
            "The battery lasts approx. 8 hours on No. 5 Harbour routes.",
            "Section 4.2 applies, e.g. Monday to Friday.",
            "Die Frist beträgt ca. 3 Monate bzw. ein Quartal zum 3. März 2025.",
            "Leveringstiden er f.eks. 6 uker fra 1. januar.",
            "Dr. J. Solberg signed for 3M Inc. in Oslo at 99.5 percent.",
        ];
        assert_eq!(split(&sentences.join(" ")), sentences);
    }

    #[test]
    fn items_lose_their_marker_and_keep_their_number() {
        let text = "To reset:\n1. Open the cover.\n2) Press Reset.\n- Wait.\nStep 4: Close it.";
        let kinds: Vec<_> = pieces(text)
            .into_iter()
            .map(|piece| (piece.kind, &text[piece.range]))
            .collect();
        assert_eq!(kinds[1], (PieceKind::Item(Some(1)), "Open the cover."));
        assert_eq!(kinds[2], (PieceKind::Item(Some(2)), "Press Reset."));
        assert_eq!(kinds[3], (PieceKind::Item(None), "Wait."));
        assert_eq!(kinds[4], (PieceKind::Item(Some(4)), "Close it."));
    }

    #[test]
    fn a_line_broken_by_a_program_is_one_sentence() {
        let text = "The supplier shall make the service available at least\nninety-nine percent of the time.";
        assert_eq!(split(text), [text]);
        assert_eq!(
            split("Halden AS\nNotice period: 90 days"),
            ["Halden AS", "Notice period: 90 days"]
        );
    }

    #[test]
    fn a_line_with_columns_of_numbers_is_a_row() {
        let text = "(Millions) 2018 2017 2016\nPurchases of property, plant and equipment (PP&E) (1,577) (1,373) (1,420)";
        let rows = pieces(text);
        assert!(rows.iter().all(|piece| piece.kind == PieceKind::Row));
        let (label, numbers) = label_and_numbers(text, rows[1].range.clone()).unwrap();
        assert_eq!(&text[label], "Purchases of property, plant and equipment (PP&E)");
        assert_eq!(
            numbers.into_iter().map(|n| &text[n]).collect::<Vec<_>>(),
            ["(1,577)", "(1,373)", "(1,420)"]
        );
    }

    proptest! {
        #[test]
        fn pieces_are_in_order_and_inside_the_text(text in "(\\PC|[\n\r|.:0-9 -]){0,300}") {
            let mut at = 0;
            for piece in pieces(&text) {
                prop_assert!(piece.range.start >= at && piece.range.end > piece.range.start);
                prop_assert!(text.get(piece.range.clone()).is_some());
                at = piece.range.end;
            }
            for line in lines(&text) {
                for cell in cells(&text, line) {
                    prop_assert!(text.get(cell).is_some());
                }
            }
        }
    }
}
