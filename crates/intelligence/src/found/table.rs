//! Rows of tables: which cell a question asks for, and how a row is written as a sentence.

use std::ops::Range;

use super::asked::{Asked, is_period};
use super::expects::Expects;
use super::split::{cells, label_and_numbers};
use super::values::{ValueKind, names_person, values};
use super::words::{Reader, alike};

/// A row, written for a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// `label, column: value` from exact cells where the asked column is clear, otherwise the row as it stands.
    pub text: String,
    /// What the row is about.
    pub label: String,
    /// Headings of the chosen columns; empty where no column is clear.
    pub columns: Vec<String>,
    /// Cells of the chosen columns.
    pub values: Vec<String>,
    /// The cells answer the kind of question asked.
    pub fits: bool,
    /// The column asked for is empty in this row, so the row does not answer.
    pub empty: bool,
}

/// More columns than this in one sentence are no clear choice.
const COLUMNS: usize = 3;

/// Whether the first line of a table names its columns: none of its cells is a value, years aside.
pub(crate) fn is_header(text: &str, line: Range<usize>) -> bool {
    cells(text, line).into_iter().all(|cell| {
        let cell = text.get(cell).unwrap_or_default();
        let figure = cell.trim_start_matches(|c: char| !c.is_alphanumeric());
        !figure.starts_with(|c: char| c.is_ascii_digit()) || cell.split_whitespace().all(is_period)
    })
}

/// A row whose cells are parted by ` | `, under column headings where there are some.
pub(crate) fn piped(
    text: &str,
    header: Option<Range<usize>>,
    line: Range<usize>,
    asked: &Asked,
    reader: &Reader,
) -> Row {
    let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let heads = header.map(|range| cells(text, range)).unwrap_or_default();
    let row = cells(text, line.clone());
    let head = |index: usize| heads.get(index).map_or("", at);
    let label = label(&row.iter().map(at).collect::<Vec<_>>(), asked, reader);
    let others: Vec<(&str, &str)> = row
        .iter()
        .enumerate()
        .map(|(index, cell)| (index, head(index), at(cell)))
        .filter(|(index, _, cell)| *index != label && cell.chars().any(char::is_alphanumeric))
        .map(|(_, head, cell)| (head, cell))
        .collect();
    let name = row.get(label).map_or("", at);
    let said = |index: usize| named(head(index), asked, reader);
    let filled = |index: &usize| {
        row.get(*index)
            .is_some_and(|cell| at(cell).chars().any(char::is_alphanumeric))
    };
    let (full, empty): (Vec<usize>, Vec<usize>) = (0..heads.len()).partition(filled);
    let best = |columns: Vec<usize>| columns.into_iter().map(said).fold(0.0, f32::max);
    Row {
        empty: best(empty) > best(full),
        ..write(at(&line), name, &others, asked, reader)
    }
}

/// How much of the question a column heading says.
fn named(head: &str, asked: &Asked, reader: &Reader) -> f32 {
    let heads = reader.content(head);
    let terms = asked.terms.iter().filter(|term| !is_period(&term.stem));
    terms
        .map(|term| heads.iter().map(|token| alike(term, token)).fold(0.0, f32::max))
        .sum()
}

/// The cell that says what a row is about: the first one with letters. Where that is a code (`AMR-30C`) and the next
/// is what the question calls it (`Carrier 300`), the next.
fn label(cells: &[&str], asked: &Asked, reader: &Reader) -> usize {
    let mut named = (0..cells.len()).filter(|index| cells[*index].chars().any(char::is_alphabetic));
    let Some(first) = named.next() else {
        return cells.iter().position(|cell| !cell.is_empty()).unwrap_or(0);
    };
    let said = |index: usize| -> f32 {
        let tokens = reader.content(cells[index]);
        asked
            .terms
            .iter()
            .map(|term| tokens.iter().map(|token| alike(term, token)).fold(0.0, f32::max))
            .sum()
    };
    let code = cells[first].bytes().any(|b| b.is_ascii_digit()) && !cells[first].contains(' ');
    match named.next() {
        Some(second) if code && second == first + 1 && said(second) > said(first) => second,
        _ => first,
    }
}

/// A label followed by columns of numbers, under a line of as many years where there is one above.
pub(crate) fn figures(
    text: &str,
    above: &[Range<usize>],
    line: Range<usize>,
    asked: &Asked,
    reader: &Reader,
) -> Option<Row> {
    let (label, numbers) = label_and_numbers(text, line.clone())?;
    let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let years = above
        .iter()
        .rev()
        .find_map(|line| years(at(line)).filter(|years| years.len() == numbers.len()));
    let years = years.unwrap_or_default();
    let others: Vec<(&str, &str)> = numbers
        .iter()
        .enumerate()
        .map(|(index, cell)| (years.get(index).copied().unwrap_or(""), at(cell)))
        .collect();
    Some(write(at(&line), at(&label), &others, asked, reader))
}

/// The years of a line that heads columns: at least two, and no other number beside them but days of a month.
fn years(line: &str) -> Option<Vec<&str>> {
    let mut out = Vec::new();
    for word in line.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | ',')) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.len() == 4 && is_period(bare) {
            out.push(bare);
        } else if bare.len() > 2 && bare.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    (out.len() >= 2).then_some(out)
}

fn write(line: &str, label: &str, others: &[(&str, &str)], asked: &Asked, reader: &Reader) -> Row {
    let scored: Vec<(f32, bool, &(&str, &str))> = others
        .iter()
        .map(|pair| {
            let (fits, score) = column(pair.0, pair.1, label, asked, reader);
            (score, fits, pair)
        })
        .collect();
    let best = scored.iter().map(|(score, _, _)| *score).fold(0.0, f32::max);
    let chosen: Vec<&(f32, bool, &(&str, &str))> = if best > 0.0 {
        scored
            .iter()
            .filter(|(score, _, _)| *score >= best - 0.01)
            .collect()
    } else {
        scored.iter().filter(|(score, _, _)| *score >= 0.0).collect()
    };
    let clear = !chosen.is_empty()
        && chosen.len() <= COLUMNS
        && chosen
            .iter()
            .all(|(_, _, (head, _))| head.chars().any(char::is_alphanumeric));
    let single = chosen.len() == 1;
    let fits = chosen.iter().any(|(_, fits, _)| *fits);
    let text = if label.ends_with('?') && single {
        format!("{label} {}", chosen[0].2.1)
    } else if clear {
        let pairs: Vec<String> = chosen
            .iter()
            .map(|(_, _, (head, cell))| format!("{head}: {cell}"))
            .collect();
        if label.is_empty() {
            pairs.join(", ")
        } else {
            format!("{label}, {}", pairs.join(", "))
        }
    } else {
        line.to_owned()
    };
    let (columns, values) = if clear || single {
        chosen
            .iter()
            .map(|(_, _, (head, cell))| ((*head).to_owned(), (*cell).to_owned()))
            .unzip()
    } else {
        (Vec::new(), Vec::new())
    };
    Row {
        text,
        label: label.to_owned(),
        columns,
        values,
        fits,
        empty: false,
    }
}

/// Whether a cell is of the kind asked for, and how well its column is the one asked for; below 0 it is another's.
fn column(head: &str, cell: &str, label: &str, asked: &Asked, reader: &Reader) -> (bool, f32) {
    let heads = reader.content(head);
    let labels = reader.content(label);
    let mut score = 0.0;
    for term in &asked.terms {
        let here = heads.iter().map(|token| alike(term, token)).fold(0.0, f32::max);
        let there = labels.iter().map(|token| alike(term, token)).fold(0.0, f32::max);
        if is_period(&term.stem) {
            continue;
        }
        // A word that the label says already does not choose a column.
        score += here * (1.0 - 0.7 * there);
    }
    let periods: Vec<&str> = heads
        .iter()
        .map(|token| token.stem.as_str())
        .filter(|stem| is_period(stem))
        .collect();
    if !periods.is_empty() && !asked.periods.is_empty() {
        if periods
            .iter()
            .all(|period| asked.periods.iter().any(|own| own == period))
        {
            score += 2.0;
        } else {
            score -= 4.0;
        }
    }
    let fits = fits(head, cell, asked.expects);
    if fits {
        score += 0.9;
    }
    (fits, score)
}

fn fits(head: &str, cell: &str, expects: Expects) -> bool {
    let digits = cell.bytes().any(|b| b.is_ascii_digit());
    match expects {
        Expects::Person => names_person(cell),
        Expects::Value(kind) => {
            let found = values(cell);
            let plain = digits && found.iter().all(|value| value.kind == ValueKind::Number);
            let head = head.to_lowercase();
            let says = |words: &[&str]| words.iter().any(|word| head.contains(word));
            found.iter().any(|value| value.kind == kind)
                || plain
                    && match kind {
                        ValueKind::Amount => says(&[
                            "price", "cost", "fee", "eur", "usd", "nok", "gbp", "€", "$", "£", "preis",
                            "pris", "amount", "betrag", "beløp", "million",
                        ]),
                        ValueKind::Percentage => says(&[
                            "%", "percent", "prozent", "prosent", "discount", "rabatt", "margin",
                        ]),
                        ValueKind::Duration => says(&[
                            "day", "week", "month", "hour", "minute", "tage", "woche", "monat", "stunde",
                            "dager", "uker", "måned", "timer",
                        ]),
                        ValueKind::Date => says(&["date", "datum", "dato"]),
                        ValueKind::Number => true,
                    }
        }
        Expects::Steps | Expects::YesNo | Expects::Anything => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::split::lines;

    fn row(question: &str, table: &str, index: usize) -> Row {
        let reader = Reader::for_question(question);
        let asked = Asked::read(question, jiff::civil::date(2026, 5, 4), &reader);
        let lines = lines(table);
        piped(
            table,
            Some(lines[0].clone()),
            lines[index].clone(),
            &asked,
            &reader,
        )
    }

    const PRICES: &str =
        "Article | Description | List price (EUR) | Lead time\nAMR-40X | Mover, 40 kg | 24,800 | 6 weeks";
    const INCOME: &str = "(Millions) | 2018 | 2017 | 2016\nNet income | $ 5,363 | $ 4,869 | $ 5,058";

    #[test]
    fn the_asked_column_is_written_with_its_heading() {
        assert_eq!(
            row("What does the AMR-40X cost?", PRICES, 1).text,
            "AMR-40X, List price (EUR): 24,800"
        );
        assert_eq!(
            row("What is the lead time of the AMR-40X?", PRICES, 1).text,
            "AMR-40X, Lead time: 6 weeks"
        );
    }

    #[test]
    fn the_asked_year_chooses_the_column() {
        assert_eq!(
            row("What was net income in FY2017?", INCOME, 1).text,
            "Net income, 2017: $ 4,869"
        );
        assert_eq!(
            row("Net income?", INCOME, 1).text,
            "Net income, 2018: $ 5,363, 2017: $ 4,869, 2016: $ 5,058"
        );
    }

    #[test]
    fn a_row_without_a_clear_column_stays_as_it_is() {
        let table = "Name | a | b | c | d\nHalden | 1 | 2 | 3 | 4";
        assert_eq!(row("Halden", table, 1).text, "Halden | 1 | 2 | 3 | 4");
    }

    #[test]
    fn a_questionnaire_is_written_as_question_and_answer() {
        let table = "No. | Question | Answer\n4 | Do you encrypt data at rest? | Yes, with AES-256.";
        assert_eq!(
            row(
                "Is customer data encrypted at rest, and what is the answer?",
                table,
                1
            )
            .text,
            "Do you encrypt data at rest? Yes, with AES-256."
        );
    }

    #[test]
    fn columns_of_a_printed_statement_are_found_by_the_line_of_years() {
        let text = "Years ended December 31 (Millions) 2018 2017 2016\nPurchases of equipment (1,577) (1,373) (1,420)";
        let reader = Reader::for_question("What were purchases of equipment in 2016?");
        let asked = Asked::read(
            "What were purchases of equipment in 2016?",
            jiff::civil::date(2026, 5, 4),
            &reader,
        );
        let lines = lines(text);
        let row = figures(text, &lines[..1], lines[1].clone(), &asked, &reader).unwrap();
        assert_eq!(row.text, "Purchases of equipment, 2016: (1,420)");
    }
}
