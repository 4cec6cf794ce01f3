use std::collections::{HashMap, HashSet};

use domain::{Block, Place};

use super::lines::Line;

/// Puts the lines of each page together into headings, paragraphs and items.
pub(super) fn blocks(pages: impl Iterator<Item = (Vec<Line>, Vec<String>)>) -> Vec<Block> {
    let mut pages: Vec<(Vec<Line>, Vec<String>)> = pages.collect();
    drop_repeated_margins(&mut pages);
    let body = body(&pages);
    let mut blocks = Vec::new();
    for (number, (lines, notes)) in (1..).zip(pages) {
        let place = || Place::Page { page: number };
        let mut groups = groups(&lines).into_iter().peekable();
        while let Some(group) = groups.next() {
            let below = groups.peek().and_then(|next| next.first());
            blocks.push(block(group, below, body, place()));
        }
        blocks.extend(
            notes
                .into_iter()
                .map(|text| Block::Paragraph { text, place: place() }),
        );
    }
    blocks
}

/// How most of the document's text looks: height of its characters, and whether it is bold.
#[derive(Clone, Copy, Debug)]
struct Body {
    size: f32,
    bold: bool,
}

fn body(pages: &[(Vec<Line>, Vec<String>)]) -> Body {
    let mut sizes: HashMap<u32, usize> = HashMap::new();
    let (mut bold, mut all) = (0, 0);
    for line in pages.iter().flat_map(|(lines, _)| lines) {
        // Half points are fine enough, and different fonts of one size differ by less.
        *sizes.entry((line.size * 2.0).round() as u32).or_default() += line.text.len();
        all += line.text.len();
        bold += if line.bold { line.text.len() } else { 0 };
    }
    let size = sizes
        .into_iter()
        .max_by_key(|&(size, count)| (count, size))
        .map_or(10.0, |(size, _)| size as f32 / 2.0);
    Body {
        size,
        bold: bold * 2 > all,
    }
}

/// Running headers and footers: the first and last two lines of a page, where the same stands on many pages. The
/// first of them stays, the others would only part sentences and look like headings. A number that grows by one from
/// page to page counts as the same.
fn drop_repeated_margins(pages: &mut [(Vec<Line>, Vec<String>)]) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (number, (lines, _)) in (1..).zip(pages.iter()) {
        let mut seen: Vec<String> = margin(lines.len())
            .flat_map(|index| keys(&lines[index].text, number))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        for key in seen {
            *counts.entry(key).or_default() += 1;
        }
    }
    let often = (pages.len() / 4).max(3);
    counts.retain(|_, count| *count >= often);
    let mut kept: HashSet<String> = HashSet::new();
    for (number, (lines, _)) in (1..).zip(pages) {
        let drop: Vec<usize> = margin(lines.len())
            .filter(|&index| {
                let repeated = keys(&lines[index].text, number)
                    .into_iter()
                    .find(|key| counts.contains_key(key));
                repeated.is_some_and(|key| !kept.insert(key))
            })
            .collect();
        let mut index = 0;
        lines.retain(|_| {
            index += 1;
            !drop.contains(&(index - 1))
        });
    }
}

fn margin(count: usize) -> impl Iterator<Item = usize> {
    (0..count.min(2)).chain(count.saturating_sub(2).max(2)..count)
}

/// What a line is known by: its text, and its text with one of its numbers less the number of the page.
fn keys(text: &str, page: i64) -> Vec<String> {
    let mut keys = vec![text.to_owned()];
    let mut at = 0;
    for run in text.split_inclusive(|char: char| !char.is_ascii_digit()) {
        let digits = run.trim_end_matches(|char: char| !char.is_ascii_digit());
        // Dates and amounts may have more numbers than this, page numbers never stand among so many.
        if let (true, Ok(number)) = (keys.len() < 6, digits.parse::<i64>()) {
            let after = &text[at + digits.len()..];
            keys.push(format!(
                "{}\u{0}{}\u{0}{after}",
                &text[..at],
                number.saturating_sub(page)
            ));
        }
        at += run.len();
    }
    keys
}

/// Lines that belong together, as one paragraph, heading or item each.
fn groups(lines: &[Line]) -> Vec<&[Line]> {
    let mut groups = Vec::new();
    let mut start = 0;
    for index in 1..lines.len() {
        if !continues(&lines[start..index], &lines[index], lines.get(index + 1)) {
            groups.push(&lines[start..index]);
            start = index;
        }
    }
    if start < lines.len() {
        groups.push(&lines[start..]);
    }
    groups
}

/// Whether `next` goes on with the paragraph that `so_far` began.
fn continues(so_far: &[Line], next: &Line, after: Option<&Line>) -> bool {
    let Some(last) = so_far.last() else { return false };
    if last.hyphenated {
        return true;
    }
    if (last.is_row() && !is_clause(&last.text)) || next.is_row() || is_item(&next.text) {
        return false;
    }
    let alike = (last.size / next.size - 1.0).abs() < 0.15 && last.bold == next.bold;
    let size = last.size.max(next.size);
    let gap = last.bottom - next.top;
    let overlap = last.right.min(next.right) - last.left.max(next.left);
    if !alike || gap > 0.75 * size || gap < -1.5 * size || overlap <= 0.0 {
        return false;
    }
    // Where the paragraph's lines are further apart than its first two, another begins.
    if let [first, second, ..] = so_far
        && gap > (first.bottom - second.top).max(0.0) + 0.35 * size
    {
        return false;
    }
    let centred = (last.left + last.right - next.left - next.right).abs() < size
        && (last.left - next.left).abs() > size;
    if centred {
        // A heading of several lines, but not the lines of a title page.
        return last.bold && so_far.len() < 3;
    }
    let indent = next.left - so_far[0].left;
    if so_far.len() > 1 && (next.left - last.left).abs() > 1.5 * size {
        return false;
    }
    if so_far.len() == 1 && (indent > 6.0 * size || indent < -12.0 * size) {
        return false;
    }
    // The line before must be full: the next word would not have fitted.
    let edge = so_far
        .iter()
        .chain([next])
        .chain(after.filter(|after| !after.is_row()))
        .filter(|line| line.right > last.left);
    let edge = edge.map(|line| line.right).fold(last.right, f32::max);
    let word = next.text.split(' ').next().map_or(0, |word| word.chars().count());
    let width = (next.right - next.left) / next.text.chars().count().max(1) as f32 * (word + 1) as f32;
    last.right + width > edge - 1.5 * size
}

/// Whether a line begins an item of a list: a bullet, or a number or letter in brackets or with a dot.
fn is_item(text: &str) -> bool {
    item_text(text).is_some() || {
        let (mark, rest) = text.split_once(' ').unwrap_or((text, ""));
        let inner = mark.trim_start_matches('(').trim_end_matches([')', '.']);
        let marked = mark.len() > inner.len() && mark.ends_with([')', '.']);
        let short = inner.len() <= 3 && inner.chars().all(|char| char.is_ascii_digit())
            || inner.len() <= 1 && inner.chars().all(|char| char.is_ascii_alphabetic())
            || inner.len() <= 4 && inner.chars().all(|char| "ivxIVX".contains(char));
        // `p. 4`, but not the end of a sentence: `in 2019.`
        marked && short && !inner.is_empty() && !rest.is_empty()
    }
}

/// Whether a line begins a numbered clause, its number set apart: `4.4`, a wide gap, words. A row of a table may begin
/// with a number too, but hardly with one that has a dot or a bracket and goes before words.
fn is_clause(text: &str) -> bool {
    let Some((number, words)) = text.split_once('\t') else {
        return false;
    };
    let of_number = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '(' | ')');
    number.len() <= 9
        && number.chars().all(of_number)
        && number.contains(['.', ')'])
        && number.chars().filter(char::is_ascii_alphabetic).count() <= 4
        && !words.contains('\t')
        && words.starts_with(char::is_alphabetic)
}

/// The text after a bullet.
fn item_text(text: &str) -> Option<&str> {
    let bullets = [
        '•', '●', '▪', '■', '◦', '‣', '–', '-', '*', '·', '\u{f0b7}', '\u{f0a7}', '➢', '✓', '○', '□', '☐',
        '☒', '♦',
    ];
    let rest = text.strip_prefix(bullets)?;
    let rest = rest.strip_prefix([' ', '\t'])?;
    (!rest.trim().is_empty()).then(|| rest.trim())
}

fn block(lines: &[Line], below: Option<&Line>, body: Body, place: Place) -> Block {
    let text = join(lines);
    // Words above the columns of a table are no heading of what follows.
    let above_columns = match (lines, below) {
        ([line], Some(below)) => below.is_row() && line.left > below.left + 4.0 * line.size,
        _ => false,
    };
    if !above_columns && let Some(level) = heading_level(lines, &text, body) {
        return Block::Heading { level, text, place };
    }
    match item_text(&text) {
        Some(item) => Block::Item {
            text: item.to_owned(),
            place,
        },
        None => Block::Paragraph { text, place },
    }
}

fn join(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut hyphenated = true;
    for line in lines {
        if !hyphenated {
            text.push(' ');
        } else if !text.is_empty() && keeps_hyphen(&text, &line.text) {
            text.push('-');
        }
        text.push_str(&line.text);
        hyphenated = line.hyphenated;
    }
    text
}

/// A hyphen at the end of a line belongs to the word where what follows is no small letter, or what stands before is
/// no word: `S-T`, `AMR-40X`, `Form 10-K`.
fn keeps_hyphen(before: &str, after: &str) -> bool {
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    !after.starts_with(char::is_lowercase)
        || !last.chars().all(char::is_alphabetic)
        || last.chars().all(char::is_uppercase)
}

/// Level of a heading, judged by size, boldness and numbering; `None` for other text.
fn heading_level(lines: &[Line], text: &str, body: Body) -> Option<u8> {
    let line = lines.first()?;
    let count = text.chars().count();
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    let cells = text.split('\t').collect::<Vec<_>>();
    let numbered_cells = cells.len() == 2 && cells[0].len() <= 9;
    if lines.len() > 3
        || count > 160
        || letters < 3
        || letters * 2 < count
        || (cells.len() > 1 && !numbered_cells)
    {
        return None;
    }
    if text.ends_with([',', ';']) || text.contains("....") || text.contains(". . .") {
        return None;
    }
    let ratio = line.size / body.size.max(1.0);
    let bold = lines.iter().all(|line| line.bold) && !body.bold;
    let depth = numbering_depth(text);
    let sentence = text.ends_with('.') && count > 60;
    match ratio {
        _ if ratio >= 1.6 => Some(1),
        _ if ratio >= 1.15 && !sentence => Some(2),
        _ if bold && !sentence && ratio > 0.85 => Some(depth.map_or(3, |depth| (depth + 1).clamp(2, 6))),
        _ if ratio > 0.95 && !text.ends_with(['.', ':']) && count <= 80 && lines.len() == 1 => depth
            .filter(|depth| *depth > 1)
            .map(|depth| (depth + 1).clamp(2, 6)),
        _ => None,
    }
}

/// `Item 7.` and `4` have depth 1, `4.2` has depth 2.
fn numbering_depth(text: &str) -> Option<u8> {
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let (first, second) = (words.next()?, words.next()?);
    let parts = |word: &str| {
        let parts: Vec<&str> = word.trim_end_matches(['.', ':', ')']).split('.').collect();
        let numbers = parts.iter().all(|part| {
            !part.is_empty() && part.len() <= 2 && part.chars().all(|char| char.is_ascii_digit())
        });
        numbers.then(|| u8::try_from(parts.len()).unwrap_or(6))
    };
    let named = [
        "item", "part", "section", "article", "chapter", "appendix", "annex", "schedule", "exhibit",
    ];
    if named.contains(&first.to_lowercase().as_str()) {
        return Some(parts(second).unwrap_or(1));
    }
    parts(first).filter(|_| second.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::super::lines::{lines, tests::glyphs};
    use super::*;

    fn page(lines_of_text: &[(&str, f32, f32)]) -> Vec<Line> {
        let all: Vec<_> = lines_of_text
            .iter()
            .flat_map(|(text, left, bottom)| glyphs(&format!("{text}\n"), *left, *bottom))
            .collect();
        lines(&all)
    }

    fn texts(pages: Vec<Vec<Line>>) -> Vec<String> {
        let show = |block: &Block| match block {
            Block::Heading { level, text, .. } => format!("{} {text}", "#".repeat(usize::from(*level))),
            Block::Item { text, .. } => format!("* {text}"),
            Block::Paragraph { text, .. } => text.clone(),
            other => format!("{other:?}"),
        };
        blocks(pages.into_iter().map(|lines| (lines, Vec::new())))
            .iter()
            .map(show)
            .collect()
    }

    #[test]
    fn wrapped_lines_become_one_paragraph() {
        let lines = page(&[
            ("The supplier answers within", 50.0, 100.0),
            ("four hours on work\u{2}", 50.0, 88.0),
            ("ing days.", 50.0, 76.0),
            ("Another paragraph stands below.", 50.0, 50.0),
        ]);
        let expected = [
            "The supplier answers within four hours on working days.",
            "Another paragraph stands below.",
        ];
        assert_eq!(texts(vec![lines]), expected);
    }

    #[test]
    fn a_clause_whose_number_is_set_apart_goes_on_in_the_next_line() {
        let lines = page(&[
            ("4.4\tThe Customer receives a credit of 4 % of the", 50.0, 100.0),
            ("monthly service fee for each full point of it.", 80.0, 88.0),
            ("4.5\tCredits are set off.", 50.0, 76.0),
        ]);
        let expected = [
            "4.4 The Customer receives a credit of 4 % of the monthly service fee for each full point of it.",
            "4.5 Credits are set off.",
        ];
        assert_eq!(texts(vec![lines]), expected);
        assert!(!is_clause("1\tUrgent") && !is_clause("4.4\t12.5") && !is_clause("4.4\tMay\tJune"));
    }

    #[test]
    fn short_lines_stay_apart() {
        let lines = page(&[
            ("10 Main Street", 50.0, 100.0),
            ("Springfield", 50.0, 88.0),
            ("The rest of this page is one long line of text", 50.0, 76.0),
        ]);
        assert_eq!(texts(vec![lines]).len(), 3);
    }

    #[test]
    fn items_and_numbered_headings_are_recognised() {
        let lines = page(&[
            ("4.2 Availability of the service", 50.0, 130.0),
            ("• The first of the two items", 50.0, 100.0),
            ("• The second", 50.0, 88.0),
        ]);
        let expected = [
            "### 4.2 Availability of the service",
            "* The first of the two items",
            "* The second",
        ];
        assert_eq!(texts(vec![lines]), expected);
    }

    #[test]
    fn a_hyphen_that_belongs_to_a_name_stays() {
        assert!(
            keeps_hyphen("the AMR", "40X")
                && keeps_hyphen("Regulation S", "T during")
                && keeps_hyphen("Form 10", "K")
        );
        assert!(!keeps_hyphen("four hours on work", "ing days"));
    }

    #[test]
    fn the_last_row_of_every_page_is_no_footer() {
        let one = |number: u32| {
            page(&[
                ("Some text about nothing", 50.0, 500.0),
                (&format!("Total {}", number * 7), 50.0, 20.0),
            ])
        };
        let all = texts((1..=5).map(one).collect());
        assert_eq!(all.iter().filter(|text| text.starts_with("Total")).count(), 5);
    }

    #[test]
    fn a_running_header_stands_once() {
        let one = |number: u32| {
            page(&[
                ("Annual report", 50.0, 700.0),
                (
                    &format!("Text number {number} of this document, {number} {number}"),
                    50.0,
                    500.0,
                ),
                (&format!("WI-031, {number} of 5"), 50.0, 20.0),
            ])
        };
        let all = texts((1..=5).map(one).collect());
        assert_eq!(all.iter().filter(|text| *text == "Annual report").count(), 1);
        assert_eq!(
            all.iter().filter(|text| text.starts_with("Text number")).count(),
            5
        );
        assert_eq!(all.iter().filter(|text| text.starts_with("WI-031")).count(), 1);
    }
}
