//! From a document to passages, by structure.
//!
//! A passage never reaches across a page, slide, sheet, chapter, message or attachment. It carries its heading path,
//! and a table passage repeats the column headings in its first line, so that each can be understood, embedded and
//! cited alone. Cutting is local: where paragraphs follow each other without headings, the cut falls after a
//! paragraph chosen by its own content, so that an edit moves few boundaries and few passages are embedded again
//! (content-defined chunking, as in Muthitacharoen et al., "A Low-bandwidth Network File System", 2001).

mod pages;

use std::collections::HashMap;

use domain::{Block, Document, Place, Row};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::{content_key, estimated_tokens, squeeze};

/// Changes whenever passages would come out differently; stored documents of another version are read again.
pub const VERSION: u32 = 3;

/// Largest passage in estimated tokens; with a title and headings in front it stays inside a window of 256.
pub const PASSAGE_TOKENS: usize = 200;
/// From here on a passage may end after a paragraph that asks for it by its content.
const MAY_END_TOKENS: usize = 140;
/// A section shorter than this does not end at the next heading: a heading with one line below it is no passage.
const SECTION_TOKENS: usize = 60;
/// A heading longer than this is cut: it is text in large letters.
const HEADING_CHARS: usize = 120;

/// A passage before it has an id.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Headings above it, outermost first.
    pub headings: Vec<String>,
    /// What is searched, embedded and cited.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// The first line holds column headings, further lines rows, cells parted by ` | `.
    pub tabular: bool,
}

/// Cuts a document into passages in reading order.
pub fn chunk(document: &Document) -> Vec<Draft> {
    let mut cutter = Cutter {
        of_page: pages::page_headings(document),
        ..Cutter::default()
    };
    for block in &document.blocks {
        match block {
            Block::Heading { level, text, place } => cutter.heading(*level, text, place),
            Block::Paragraph { text, place } | Block::Item { text, place } => {
                cutter.prose(&squeeze(text), place)
            }
            Block::Code { text, place } => cutter.prose(text.trim_end(), place),
            Block::Table { header, rows } => cutter.table(header, rows),
        }
    }
    cutter.end();
    cutter.done
}

#[derive(Default)]
struct Cutter {
    done: Vec<Draft>,
    /// Level and text of the headings that are open now.
    path: Vec<(u8, String)>,
    open: Option<Open>,
    /// What stands at the top of each page.
    of_page: HashMap<u32, Vec<String>>,
}

struct Open {
    headings: Vec<String>,
    text: String,
    place: Place,
    tokens: usize,
    /// Holds more than headings.
    substance: bool,
}

impl Cutter {
    fn end(&mut self) {
        if let Some(open) = self.open.take()
            && open.substance
        {
            let Open {
                headings,
                text,
                place,
                ..
            } = open;
            self.done.push(Draft {
                headings,
                text,
                place,
                tabular: false,
            });
        }
    }

    /// Headings above a passage: those that are open, and what its page says at the top.
    fn headings(&self, place: &Place) -> Vec<String> {
        let mut all: Vec<String> = self.path.iter().map(|(_, text)| text.clone()).collect();
        let of_page = place
            .page()
            .and_then(|page| self.of_page.get(&page))
            .into_iter()
            .flatten();
        for heading in of_page {
            if !all.contains(heading) {
                all.push(heading.clone());
            }
        }
        all
    }

    fn heading(&mut self, level: u8, text: &str, place: &Place) {
        let text: String = squeeze(text).chars().take(HEADING_CHARS).collect();
        if text.is_empty() {
            return;
        }
        let joins = |open: &Open| open.tokens < SECTION_TOKENS && open.place.join(place).is_some();
        if !self.open.as_ref().is_some_and(joins) {
            self.end();
        }
        self.path.retain(|(open, _)| *open < level);
        self.path.push((level, text.clone()));
        // The heading is also text of a passage that goes on below it; at its start the path says it already.
        if self.open.as_ref().is_some_and(|open| open.substance) {
            self.add(&text, place, false);
        }
    }

    fn prose(&mut self, text: &str, place: &Place) {
        let tokens = estimated_tokens(text);
        if tokens <= PASSAGE_TOKENS {
            self.add(text, place, true);
            let asks_to_end = content_key(&[text]) & 1 == 0;
            if asks_to_end
                && self
                    .open
                    .as_ref()
                    .is_some_and(|open| open.tokens >= MAY_END_TOKENS)
            {
                self.end();
            }
        } else {
            for piece in pieces(text) {
                self.add(&piece, place, true);
            }
        }
    }

    /// Adds text that fits into one passage, to the open one if it fits there too.
    fn add(&mut self, text: &str, place: &Place, substance: bool) {
        if text.trim().is_empty() {
            return;
        }
        let tokens = estimated_tokens(text) + 1;
        if let Some(open) = &mut self.open
            && open.tokens + tokens <= PASSAGE_TOKENS
            && let Some(joined) = open.place.join(place)
        {
            open.text.push('\n');
            open.text.push_str(text);
            open.place = joined;
            open.tokens += tokens;
            open.substance |= substance;
            return;
        }
        self.end();
        self.open = Some(Open {
            headings: self.headings(place),
            text: text.to_owned(),
            place: place.clone(),
            tokens,
            substance,
        });
    }

    fn table(&mut self, header: &[String], rows: &[Row]) {
        let lines: Vec<(String, &Place)> = rows
            .iter()
            .filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()))
            .map(|row| (line(&row.cells), &row.place))
            .collect();
        let head = line(header);
        let has_header = header.iter().any(|cell| !cell.trim().is_empty());
        let head_tokens = estimated_tokens(&head) + 1;
        let total: usize = lines
            .iter()
            .map(|(line, _)| estimated_tokens(line) + 1)
            .sum::<usize>()
            + head_tokens;
        if !has_header || (total < SECTION_TOKENS && self.open.is_some()) {
            // No column headings to repeat, or too small to stand alone: it reads on as lines of text.
            if let (true, Some((_, place))) = (has_header, lines.first()) {
                self.prose(&head, place);
            }
            for (line, place) in &lines {
                self.prose(line, place);
            }
            return;
        }
        self.end();
        let mut open: Option<(String, Place, usize)> = None;
        for (row, (text, place)) in rows
            .iter()
            .filter(|row| row.cells.iter().any(|c| !c.trim().is_empty()))
            .zip(&lines)
        {
            let tokens = estimated_tokens(text) + 1;
            if head_tokens + tokens > PASSAGE_TOKENS {
                self.close_table(&mut open);
                self.wide_row(header, row);
                continue;
            }
            if let Some((body, at, used)) = &mut open
                && *used + tokens <= PASSAGE_TOKENS
                && let Some(joined) = at.join(place)
            {
                body.push('\n');
                body.push_str(text);
                *at = joined;
                *used += tokens;
                continue;
            }
            self.close_table(&mut open);
            open = Some((format!("{head}\n{text}"), (*place).clone(), head_tokens + tokens));
        }
        self.close_table(&mut open);
    }

    fn close_table(&mut self, open: &mut Option<(String, Place, usize)>) {
        if let Some((text, place, _)) = open.take() {
            self.done.push(Draft {
                headings: self.headings(&place),
                text,
                place,
                tabular: true,
            });
        }
    }

    /// A row that does not fit with its header: as many columns at a time as fit, each group with its headings.
    fn wide_row(&mut self, header: &[String], row: &Row) {
        let empty = String::new();
        let mut text = String::new();
        for (index, cell) in row
            .cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.trim().is_empty())
        {
            let head = squeeze(header.get(index).unwrap_or(&empty));
            let pair = if head.is_empty() {
                squeeze(cell)
            } else {
                format!("{head}: {}", squeeze(cell))
            };
            if !text.is_empty() && estimated_tokens(&text) + estimated_tokens(&pair) + 1 > PASSAGE_TOKENS {
                self.wide_piece(std::mem::take(&mut text), &row.place);
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&pair);
        }
        self.wide_piece(text, &row.place);
    }

    fn wide_piece(&mut self, text: String, place: &Place) {
        for text in pieces(&text) {
            let headings = self.headings(place);
            self.done.push(Draft {
                headings,
                text,
                place: place.clone(),
                tabular: false,
            });
        }
    }
}

fn line(cells: &[String]) -> String {
    let filled = cells
        .iter()
        .rposition(|cell| !cell.trim().is_empty())
        .map_or(0, |last| last + 1);
    cells[..filled]
        .iter()
        .map(|cell| squeeze(cell))
        .collect::<Vec<_>>()
        .join(" | ")
}

/// A long text in pieces that fit: at sentence ends, then between words, then anywhere.
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut open, mut used) = (String::new(), 0);
    let mut push = |piece: &str, open: &mut String, used: &mut usize| {
        let tokens = estimated_tokens(piece);
        if *used + tokens > PASSAGE_TOKENS && !open.is_empty() {
            out.push(std::mem::take(open).trim().to_owned());
            *used = 0;
        }
        open.push_str(piece);
        *used += tokens;
    };
    for sentence in text.split_sentence_bounds() {
        if estimated_tokens(sentence) <= PASSAGE_TOKENS {
            push(sentence, &mut open, &mut used);
            continue;
        }
        for word in sentence.split_inclusive(char::is_whitespace) {
            if estimated_tokens(word) <= PASSAGE_TOKENS {
                push(word, &mut open, &mut used);
                continue;
            }
            let chars: Vec<char> = word.chars().collect();
            for part in chars.chunks(PASSAGE_TOKENS) {
                push(&part.iter().collect::<String>(), &mut open, &mut used);
            }
        }
    }
    out.push(open.trim().to_owned());
    out.retain(|piece| !piece.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use domain::CellRange;
    use proptest::prelude::*;

    use super::*;

    fn paragraph(text: &str, place: Place) -> Block {
        Block::Paragraph {
            text: text.into(),
            place,
        }
    }

    fn heading(level: u8, text: &str) -> Block {
        Block::Heading {
            level,
            text: text.into(),
            place: Place::Whole,
        }
    }

    fn words(n: usize, seed: usize) -> String {
        (0..n).map(|i| format!("word{} ", (i * 7 + seed) % 97)).collect()
    }

    fn of(blocks: Vec<Block>) -> Vec<Draft> {
        chunk(&Document {
            blocks,
            ..Document::default()
        })
    }

    #[test]
    fn a_passage_carries_the_headings_above_it() {
        let drafts = of(vec![
            heading(1, "Contract"),
            heading(2, "4 Availability"),
            paragraph(&words(50, 1), Place::Whole),
            heading(2, "5 Fees"),
            paragraph("Net 30.", Place::Whole),
        ]);
        assert_eq!(drafts[0].headings, ["Contract", "4 Availability"]);
        assert_eq!(drafts.last().unwrap().headings, ["Contract", "5 Fees"]);
    }

    #[test]
    fn a_passage_never_crosses_a_page() {
        let drafts = of(vec![
            paragraph("On one.", Place::Page { page: 1 }),
            paragraph("On two.", Place::Page { page: 2 }),
        ]);
        assert_eq!(drafts.len(), 2);
    }

    #[test]
    fn every_passage_of_a_long_table_repeats_the_column_headings() {
        let rows = (0..200)
            .map(|i| Row {
                cells: vec![format!("Unit {i}"), format!("{} EUR", i * 10)],
                place: Place::Cells {
                    sheet: "Prices".into(),
                    range: CellRange::row(i + 1, 0, 1),
                },
            })
            .collect();
        let drafts = of(vec![Block::Table {
            header: vec!["Item".into(), "Price".into()],
            rows,
        }]);
        assert!(drafts.len() > 3);
        assert!(
            drafts
                .iter()
                .all(|draft| draft.tabular && draft.text.starts_with("Item | Price\n"))
        );
        assert!(drafts[0].place.to_string().starts_with("sheet Prices, A2:B"));
        assert!(drafts.last().unwrap().place.to_string().ends_with("B201"));
    }

    #[test]
    fn a_one_paragraph_edit_in_a_long_text_without_headings_changes_few_passages() {
        let texts: Vec<String> = (0..2000).map(|i| words(30 + i % 50, i)).collect();
        let blocks = |texts: &[String]| texts.iter().map(|text| paragraph(text, Place::Whole)).collect();
        let before: std::collections::HashSet<String> =
            of(blocks(&texts)).into_iter().map(|d| d.text).collect();
        for at in [3, 500, 1400] {
            let mut edited = texts.clone();
            edited[at].push_str("and one more remark about it ");
            let after = of(blocks(&edited));
            let new = after.iter().filter(|draft| !before.contains(&draft.text)).count();
            assert!(
                new * 50 <= after.len(),
                "{new} of {} passages changed",
                after.len()
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_is_lost_and_no_passage_is_too_long(
            texts in prop::collection::vec("(\\PC{0,30}[ .\n]){0,80}", 0..8),
        ) {
            let blocks: Vec<Block> = texts.iter().map(|text| paragraph(text, Place::Whole)).collect();
            let drafts = of(blocks);
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let whole: String = texts.iter().map(|text| bare(text)).collect();
            let cut: String = drafts.iter().map(|draft| bare(&draft.text)).collect();
            prop_assert_eq!(whole, cut);
            for draft in drafts {
                prop_assert!(estimated_tokens(&draft.text) <= PASSAGE_TOKENS + 4, "{}", draft.text);
            }
        }
    }
}
