/// A character with its box; y grows upwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) char: char,
    pub(super) left: f32,
    pub(super) bottom: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bold: bool,
}

/// A line of text as it is seen on the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Cells of a table are parted by tabs.
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) bottom: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    /// Height of most of its characters.
    pub(super) size: f32,
    /// All of it is bold.
    pub(super) bold: bool,
    /// It ends inside a word, which goes on in the next line.
    pub(super) hyphenated: bool,
}

impl Line {
    pub(super) fn is_row(&self) -> bool {
        self.text.contains('\t')
    }
}

/// PDFium's sign for a hyphen that only parts a word at the end of a line.
const SOFT_HYPHENS: [char; 3] = ['\u{2}', '\u{fffe}', '\u{ad}'];

/// A gap wider than this many times the height of the characters parts two cells. A space is about a quarter of
/// the height wide, and even in justified text rarely wider than the height.
const CELL_GAP: f32 = 1.1;

/// Puts characters together into lines.
///
/// PDFium ends a line where the text goes on elsewhere. A table's row often comes in several such pieces, one a cell;
/// pieces that follow each other on one height, from left to right, are one line.
pub(super) fn lines(glyphs: &[Glyph]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for run in glyphs.split(|glyph| glyph.char == '\n') {
        for run in at_breaks(run) {
            let Some(line) = line(run) else { continue };
            match lines.last_mut() {
                Some(last) if is_same_row(last, &line) => append(last, line),
                _ => lines.push(line),
            }
        }
    }
    lines
}

/// PDFium leaves out the line break behind a hyphen at the end of a line, and between centred lines.
fn at_breaks(run: &[Glyph]) -> impl Iterator<Item = &[Glyph]> {
    let mut rest = run;
    std::iter::from_fn(move || {
        let mut previous: Option<&Glyph> = None;
        let mut hyphen = false;
        let cut = rest.iter().position(|glyph| {
            if !is_visible(glyph.char) {
                hyphen |= SOFT_HYPHENS.contains(&glyph.char);
                return false;
            }
            let parted = previous.replace(glyph).is_some_and(|before| {
                let height = (before.top - before.bottom).max(1.0);
                let apart = (glyph.left - before.right).max(before.left - glyph.right) > CELL_GAP * height;
                let disjoint = glyph.top <= before.bottom || glyph.bottom >= before.top;
                (hyphen && (glyph.bottom - before.bottom).abs() > 0.5 * height) || (apart && disjoint)
            });
            hyphen = false;
            parted
        });
        let (line, after) = rest.split_at(cut.unwrap_or(rest.len()));
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

fn line(run: &[Glyph]) -> Option<Line> {
    let visible: Vec<&Glyph> = run.iter().filter(|glyph| is_visible(glyph.char)).collect();
    let (first, last) = (visible.first()?, visible.last()?);
    let mut heights: Vec<f32> = visible.iter().map(|glyph| glyph.top - glyph.bottom).collect();
    heights.sort_by(f32::total_cmp);
    let size = heights[heights.len() / 2].max(1.0);

    let mut text = String::with_capacity(run.len() + 8);
    let mut previous: Option<&Glyph> = None;
    let (mut space, mut hyphen) = (false, false);
    for glyph in run {
        if glyph.char == ' ' || glyph.char == '\u{a0}' || glyph.char == '\t' {
            space = true;
        } else if is_visible(glyph.char) {
            if let Some(previous) = previous {
                let gap = (glyph.left - previous.right).max(previous.left - glyph.right);
                if gap > CELL_GAP * size {
                    part(&mut text);
                } else if space {
                    text.push(' ');
                } else if hyphen {
                    text.push('-');
                }
            }
            text.push(glyph.char);
            (previous, space, hyphen) = (Some(glyph), false, false);
        } else {
            // Inside a line PDFium's signs stand for a hyphen that is seen, the soft hyphen for one that is not.
            hyphen = matches!(glyph.char, '\u{2}' | '\u{fffe}');
        }
    }
    // A sign of currency at the end of a cell belongs to the number in the next one.
    for sign in [" $\t", " €\t", " £\t"] {
        if text.contains(sign) {
            text = text.replace(sign, &format!("\t{} ", sign.trim()));
        }
    }
    let hyphenated = run
        .iter()
        .rev()
        .find(|glyph| !glyph.char.is_whitespace())
        .is_some_and(|glyph| SOFT_HYPHENS.contains(&glyph.char));
    Some(Line {
        text,
        left: visible
            .iter()
            .map(|glyph| glyph.left)
            .fold(f32::INFINITY, f32::min),
        bottom: visible
            .iter()
            .map(|glyph| glyph.bottom)
            .fold(f32::INFINITY, f32::min),
        right: visible
            .iter()
            .map(|glyph| glyph.right)
            .fold(f32::NEG_INFINITY, f32::max),
        top: visible
            .iter()
            .map(|glyph| glyph.top)
            .fold(f32::NEG_INFINITY, f32::max),
        size,
        bold: first.bold && last.bold,
        hyphenated,
    })
}

fn is_visible(char: char) -> bool {
    !char.is_whitespace() && !SOFT_HYPHENS.contains(&char) && char != '\u{0}'
}

/// Begins a new cell, unless what stands before is only a sign that belongs to the number: `$ 5,363`.
fn part(text: &mut String) {
    let cell = text.rsplit('\t').next().unwrap_or_default();
    let sign = matches!(cell.trim(), "$" | "€" | "£" | "¥" | "(" | "$(" | "$ (");
    text.push(if sign { ' ' } else { '\t' });
}

fn is_same_row(last: &Line, next: &Line) -> bool {
    let overlap = last.top.min(next.top) - last.bottom.max(next.bottom);
    let lower = (last.top - last.bottom).min(next.top - next.bottom);
    // Text that runs up or down the page is higher than its characters.
    let upright = last.top - last.bottom < 2.5 * last.size && next.top - next.bottom < 2.5 * next.size;
    upright && overlap > 0.5 * lower && next.left >= last.right - 0.3 * last.size && !last.hyphenated
}

fn append(last: &mut Line, next: Line) {
    if next.left - last.right > CELL_GAP * last.size.min(next.size) {
        part(&mut last.text);
    } else if next.left - last.right > 0.15 * last.size.min(next.size) {
        last.text.push(' ');
    }
    if next.text.chars().count() > last.text.chars().count() {
        last.size = next.size;
    }
    last.text.push_str(&next.text);
    last.bold &= next.bold;
    last.hyphenated = next.hyphenated;
    last.bottom = last.bottom.min(next.bottom);
    last.top = last.top.max(next.top);
    last.right = next.right;
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Characters of 6 by 10 points from `left` on, standing on `bottom`.
    pub(in crate::pdf) fn glyphs(text: &str, left: f32, bottom: f32) -> Vec<Glyph> {
        let mut x = left;
        let glyph = |char: char, left: f32| Glyph {
            char,
            left,
            bottom,
            right: left + 6.0,
            top: bottom + 10.0,
            bold: false,
        };
        text.chars()
            .map(|char| {
                x += 6.0;
                glyph(char, x - 6.0)
            })
            .collect()
    }

    #[test]
    fn the_cells_of_a_row_stay_on_one_line() {
        let mut row = glyphs("Net income ", 50.0, 100.0);
        row.extend(glyphs("\n$ ", 200.0, 100.0));
        row.extend(glyphs("5,363", 230.0, 100.0));
        row.extend(glyphs("\n$ 4,869\n", 300.0, 100.0));
        row.extend(glyphs("Depreciation", 50.0, 85.0));
        let texts: Vec<String> = lines(&row).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["Net income\t$ 5,363\t$ 4,869", "Depreciation"]);
    }

    #[test]
    fn two_columns_of_text_are_not_mixed() {
        let mut page = glyphs("left one\n", 50.0, 100.0);
        page.extend(glyphs("left two\n", 50.0, 85.0));
        page.extend(glyphs("right one\n", 200.0, 100.0));
        page.extend(glyphs("right two\n", 200.0, 85.0));
        let texts: Vec<String> = lines(&page).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["left one", "left two", "right one", "right two"]);
    }

    #[test]
    fn text_from_right_to_left_is_no_table() {
        let mut x = 300.0;
        let line: Vec<Glyph> = "مرحبا بالعالم"
            .chars()
            .map(|char| {
                x -= 6.0;
                Glyph {
                    char,
                    left: x,
                    bottom: 100.0,
                    right: x + 6.0,
                    top: 110.0,
                    bold: false,
                }
            })
            .collect();
        assert_eq!(lines(&line)[0].text, "مرحبا بالعالم");
    }
}
