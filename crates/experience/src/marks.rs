//! Where the words of a citation stand on a page, as rectangles to mark.
//!
//! A page tells its characters and their boxes; a passage was made from the same page with words put together again. So
//! white space, hyphens, ligatures and case are left out of the comparison on both sides.

use std::ops::Range;

use extraction::PageBoxes;
use extraction::pdf::CharBox;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

/// What to mark on a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PageMarks {
    /// The page, counted from 1.
    pub page: u32,
    /// Width of the page in points (1/72 inch).
    pub width: f32,
    /// Height of the page in points.
    pub height: f32,
    /// One rectangle a line, in reading order.
    pub rects: Vec<Rect>,
    /// All the words stand on this page, or all that do not run over to the page before or after it. Where only some do, they
    /// are marked all the same: something was changed between them.
    pub found: bool,
}

/// A rectangle in points from the upper left corner of the page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

/// A part of a quote that is looked for alone has at least so many characters.
const PIECE: usize = 4;
/// Running heads, footers and page numbers have at most so many characters.
const FURNITURE: usize = 160;
/// The beginning or end of a quote that goes on on another page has at least so many characters.
const BROKEN: usize = 16;

/// Finds a quote on a page; of several places the one in the passage.
pub fn find(page: u32, boxes: &PageBoxes, quote: &str, passage: Option<&str>) -> PageMarks {
    let (mut text, mut origin) = (Vec::new(), Vec::new());
    for (index, boxed) in boxes.chars.iter().enumerate() {
        for char in plain(std::iter::once(boxed.char)) {
            text.push(char);
            origin.push(index);
        }
    }
    let (ranges, whole) = ranges(&text, quote, passage);
    let mut rects = Vec::new();
    for range in &ranges {
        let chars = origin.get(range.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (chars.first(), chars.last()) else {
            continue;
        };
        rects.extend(lines(boxes.chars.get(*first..=*last).unwrap_or_default()));
    }
    PageMarks {
        page,
        width: boxes.width,
        height: boxes.height,
        found: whole && !rects.is_empty(),
        rects,
    }
}

/// Characters as they are compared: without white space and hyphens, ligatures and accents taken apart, in lower case.
fn plain(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.nfkd()
        .flat_map(char::to_lowercase)
        .filter_map(|char| match char {
            // The bar parts cells in a passage; on the page there is a line or nothing.
            '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '|' => None,
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => Some('\''),
            '\u{201c}'..='\u{201e}' | '\u{2033}' => Some('"'),
            char if char.is_whitespace()
                || char.is_control()
                || ('\u{200b}'..='\u{200d}').contains(&char) =>
            {
                None
            }
            char => Some(char),
        })
}

/// Which characters of the page's plain text to mark, and whether they are all that can stand there.
fn ranges(text: &[char], quote: &str, passage: Option<&str>) -> (Vec<Range<usize>>, bool) {
    let wanted: Vec<char> = plain(quote.chars()).collect();
    if wanted.is_empty() {
        return (Vec::new(), false);
    }
    let around: Vec<char> = passage
        .map(|passage| plain(passage.chars()).collect())
        .unwrap_or_default();
    let places = places(text, &wanted);
    if !places.is_empty() {
        let expected = expected(text, &wanted, &around);
        let nearest = places
            .into_iter()
            .min_by_key(|at| at.abs_diff(expected.unwrap_or(0)));
        let nearest = nearest.map(|at| at..at + wanted.len());
        return (nearest.into_iter().collect(), true);
    }
    // Cells and lines of a quote may stand in another order, or with something between them.
    let mut found = Vec::new();
    let (mut from, mut length) = (expected(text, &wanted, &around).unwrap_or(0), 0);
    let mut missing = 0;
    for piece in quote.split(['\n', '|', '\t']) {
        let piece: Vec<char> = plain(piece.chars()).collect();
        if piece.len() < PIECE {
            continue;
        }
        let after = text
            .get(from..)
            .and_then(|rest| first(rest, &piece))
            .map(|at| at + from);
        if let Some(at) = after.or_else(|| first(text, &piece)) {
            found.push(at..at + piece.len());
            from = at + piece.len();
            length += piece.len();
        } else {
            missing += 1;
        }
    }
    if length * 2 >= wanted.len() {
        return (found, missing == 0);
    }
    // A quote that goes on on another page, or around something the passage does not have.
    let begins = |count: usize| {
        wanted
            .get(..count)
            .and_then(|part| first(text, part))
            .map(|at| at..at + count)
    };
    let ends = |count: usize| {
        let part = wanted.get(wanted.len() - count..)?;
        first(text, part).map(|at| at..at + count)
    };
    let (begins, ends) = (longest(wanted.len(), begins), longest(wanted.len(), ends));
    let runs_over = |range: &Range<usize>| range.end + FURNITURE >= text.len();
    let runs_in = |range: &Range<usize>| range.start <= FURNITURE;
    let interrupted = match (&begins, &ends) {
        (Some(begins), Some(ends)) => begins.len() + ends.len() >= wanted.len(),
        _ => false,
    };
    let whole = interrupted || begins.as_ref().is_some_and(runs_over) || ends.as_ref().is_some_and(runs_in);
    (begins.into_iter().chain(ends).collect(), whole)
}

/// Where the quote should begin if the passage, or its beginning, stands on the page.
fn expected(text: &[char], wanted: &[char], around: &[char]) -> Option<usize> {
    let inside = first(around, wanted)?;
    let passage = longest(around.len(), |count| {
        first(text, around.get(..count)?).map(|at| at..at + count)
    })?;
    Some(passage.start + inside)
}

/// The largest count for which something is found, if that is not too few; what holds for a count holds for all below.
fn longest(most: usize, find: impl Fn(usize) -> Option<Range<usize>>) -> Option<Range<usize>> {
    let (mut low, mut high, mut best) = (BROKEN, most, None);
    while low <= high {
        let middle = low + (high - low) / 2;
        match find(middle) {
            Some(range) => {
                best = Some(range);
                low = middle + 1;
            }
            None => high = middle - 1,
        }
    }
    best
}

fn first(text: &[char], part: &[char]) -> Option<usize> {
    let head = part.first()?;
    let last = text.len().checked_sub(part.len())?;
    (0..=last).find(|at| text[*at] == *head && text[*at..*at + part.len()] == *part)
}

fn places(text: &[char], part: &[char]) -> Vec<usize> {
    let (mut out, mut from) = (Vec::new(), 0);
    while let Some(at) = text.get(from..).and_then(|rest| first(rest, part)) {
        out.push(from + at);
        from += at + 1;
    }
    out
}

/// One rectangle for each line of characters.
fn lines(chars: &[CharBox]) -> Vec<Rect> {
    let mut out: Vec<Rect> = Vec::new();
    for own in chars {
        // A box without any extent, such as that of a mark on a letter, would begin a line of its own.
        if own.right <= own.left || own.bottom <= own.top {
            continue;
        }
        let height = own.bottom - own.top;
        if let Some(line) = out.last_mut() {
            let middle = own.top + height / 2.0;
            let level = (line.top..=line.bottom).contains(&middle) || {
                let middle = line.top + (line.bottom - line.top) / 2.0;
                (own.top..=own.bottom).contains(&middle)
            };
            let follows = own.left >= line.left && own.left - line.right < 3.0 * height;
            if level && follows {
                line.top = line.top.min(own.top);
                line.right = line.right.max(own.right);
                line.bottom = line.bottom.max(own.bottom);
                continue;
            }
        }
        out.push(Rect {
            left: own.left,
            top: own.top,
            right: own.right,
            bottom: own.bottom,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines of text, each character 5 wide and 10 high.
    fn page(lines: &[&str]) -> PageBoxes {
        let mut chars = Vec::new();
        for (row, line) in lines.iter().enumerate() {
            for (column, char) in line.chars().enumerate().filter(|(_, char)| !char.is_whitespace()) {
                let (left, top) = (column as f32 * 5.0, row as f32 * 12.0);
                chars.push(CharBox {
                    char,
                    left,
                    top,
                    right: left + 5.0,
                    bottom: top + 10.0,
                });
            }
        }
        PageBoxes {
            width: 500.0,
            height: 700.0,
            chars,
        }
    }

    fn rect(row: usize, columns: Range<usize>) -> Rect {
        Rect {
            left: columns.start as f32 * 5.0,
            top: row as f32 * 12.0,
            right: columns.end as f32 * 5.0,
            bottom: row as f32 * 12.0 + 10.0,
        }
    }

    #[test]
    fn a_quote_of_which_a_figure_was_changed_is_marked_in_part_and_not_found() {
        let filler = "The supplier answers for the goods until they are handed over to the carrier.";
        let before =
            "The service level of this agreement is 99.5 % in each calendar month without planned work.";
        let mut lines = vec![filler; 6];
        lines.push(
            "The service level of this agreement is 97.0 % in each calendar month without planned work.",
        );
        lines.extend([filler; 6]);
        let marks = find(1, &page(&lines), before, None);
        assert!(!marks.found && !marks.rects.is_empty());
        assert!(find(1, &page(&lines), lines[6], None).found);
    }

    #[test]
    fn a_quote_over_two_lines_gives_two_rectangles_whatever_breaks_its_words() {
        let page = page(&["Units with a boot-", "loader are \u{fb01}ne  today"]);
        let marks = find(3, &page, "a bootloader are fine", None);
        assert!(marks.found);
        assert_eq!(marks.rects, [rect(0, 11..18), rect(1, 0..14)]);
    }

    #[test]
    fn of_equal_words_those_in_the_passage_are_marked() {
        let page = page(&["The fee is 99.5 % here", "The other fee is 99.5 % there"]);
        let marks = find(1, &page, "99.5 %", Some("The other fee is 99.5 % there"));
        assert_eq!(marks.rects, [rect(1, 17..23)]);
        assert_eq!(find(1, &page, "99.5 %", None).rects, [rect(0, 11..17)]);
    }

    #[test]
    fn cells_of_a_row_are_found_one_by_one() {
        let page = page(&["Name     note     Price", "Carrier  nothing  41 200"]);
        let marks = find(1, &page, "Carrier | 41 200 | nothing", None);
        assert_eq!(marks.rects, [rect(1, 0..7), rect(1, 18..24), rect(1, 9..16)]);
    }

    #[test]
    fn a_quote_that_goes_on_on_the_next_page_is_marked_as_far_as_it_stands_here() {
        let page = page(&["before. The supplier credits the customer"]);
        let marks = find(
            1,
            &page,
            "The supplier credits the customer with two percent of the monthly fee",
            None,
        );
        assert_eq!(marks.rects, [rect(0, 8..41)]);
    }

    #[test]
    fn words_that_are_not_there_are_not_marked() {
        let marks = find(
            1,
            &page(&["Something else"]),
            "availability of 99.5 %",
            Some("nothing"),
        );
        assert!(!marks.found && marks.rects.is_empty());
        assert!(!find(1, &page(&["Something"]), " - ", None).found);
    }

    proptest! {
        #[test]
        fn any_words_on_any_page_end_in_marks_on_the_page(
            lines in proptest::collection::vec("\\PC{0,30}", 0..6), quote in "\\PC{0,40}", passage in "\\PC{0,60}"
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let marks = find(1, &page(&lines), &quote, Some(&passage));
            prop_assert_eq!(marks.found, !marks.rects.is_empty());
            for rect in marks.rects {
                prop_assert!(rect.left < rect.right && rect.top < rect.bottom && rect.bottom <= 82.0);
            }
        }

        #[test]
        fn every_part_of_a_page_is_found_on_it(words in proptest::collection::vec("[a-z]{1,8}", 3..20), from in 0usize..20) {
            let line = words.join(" ");
            let quote = words[from.min(words.len() - 1)..].join(" ");
            prop_assert!(find(1, &page(&[&line]), &quote, Some(&line)).found);
        }
    }
}
