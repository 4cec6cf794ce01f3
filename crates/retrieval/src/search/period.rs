//! Years, quarters and days in questions and file names.
//!
//! People ask for `FY18`, `fiscal 2018`, `the second quarter of 2023` or `Q2 FY2023`; files are called `2018 10K`,
//! `2023Q2`, `2022-07-01`. All become the same values.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::text::fold;

/// What a text says about time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods {
    /// Year and quarter; quarter 0 is the whole year.
    pub spans: BTreeSet<(u16, u8)>,
    /// Year, month, day.
    pub days: BTreeSet<(u16, u8, u8)>,
}

impl Periods {
    /// Nothing is said about time.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.days.is_empty()
    }

    /// The latest year named.
    pub fn last_year(&self) -> Option<u16> {
        self.spans.iter().map(|(year, _)| *year).max()
    }
}

type Take = fn(&Captures<'_>, &mut Periods);
type Rule = (Regex, Take);

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(rules);

/// The periods of a text. Each stretch of text counts for the first rule that fits it.
pub fn periods(text: &str) -> Periods {
    let mut text = fold(text).replace('_', " ").replace('’', "'");
    let mut found = Periods::default();
    for (pattern, take) in RULES.iter() {
        if pattern.is_match(&text) {
            for captures in pattern.captures_iter(&text) {
                take(&captures, &mut found);
            }
            text = pattern.replace_all(&text, " ; ").into_owned();
        }
    }
    found
}

/// Whether a term only says a time or a small number, so that it names no thing.
pub fn is_period_term(term: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let year = "(?:19|20)[0-9]{2}";
        Regex::new(&format!(
            "^(?:(?:fy)?{year}(?:q[1-4])?|q[1-4](?:{year})?|[1-4]q[0-9]*|fy[0-9]{{2}}|[0-9]{{1,2}}|{year}[0-9]{{2,4}})$"
        ))
        .ok()
    });
    PATTERN.as_ref().is_some_and(|pattern| pattern.is_match(term))
}

fn rules() -> Vec<Rule> {
    let year = "((?:19|20)[0-9]{2})";
    let months = "(january|february|march|april|may|june|july|august|september|october|november|december|sept|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)";
    let fiscal = r"(?:fy|fiscal year|fiscal|calendar year|cy|year)?\s*'?";
    let quarter = "(first|second|third|fourth|1st|2nd|3rd|4th)";
    let list: [(String, Take); 12] = [
        (
            format!(r"\b{year}[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}})\b"),
            |c, p| day(p, &c[1], number(&c[2]), &c[3]),
        ),
        (
            format!(r"\b([0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{months}\.?,?\s+{year}\b"),
            |c, p| {
                day(p, &c[3], month(&c[2]), &c[1]);
            },
        ),
        (
            format!(r"\b{months}\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+{year}\b"),
            |c, p| {
                day(p, &c[3], month(&c[1]), &c[2]);
            },
        ),
        (
            format!(r"\bq([1-4])\s*(?:of|in|for|,|-|/)?\s*(?:the\s+)?{fiscal}{year}\b"),
            |c, p| span(p, &c[2], &c[1]),
        ),
        (
            r"\bq([1-4])\s*(?:of|in|for|,|-)?\s*(?:fy\s*'?|')([0-9]{2})\b".into(),
            |c, p| span(p, &c[2], &c[1]),
        ),
        (
            r"\b([1-4])q\s*-?(?:fy)?'?((?:19|20)[0-9]{2}|[0-9]{2})\b".into(),
            |c, p| span(p, &c[2], &c[1]),
        ),
        (format!(r"\b(?:fy\s*'?)?{year}\s*-?\s*q([1-4])\b"), |c, p| {
            span(p, &c[1], &c[2])
        }),
        (r"\bfy\s*'?([0-9]{2})\s*-?\s*q([1-4])\b".into(), |c, p| {
            span(p, &c[1], &c[2])
        }),
        (
            format!(
                r"\b{quarter}[\s-]+(?:fiscal\s+)?quarter\s*(?:of|in|for|,)?\s*(?:the\s+)?{fiscal}{year}\b"
            ),
            |c, p| span(p, &c[2], ordinal(&c[1])),
        ),
        (
            r"\b(?:fy|fiscal year|fiscal)\s*'?((?:19|20)[0-9]{2}|[0-9]{2})\b".into(),
            |c, p| span(p, &c[1], "0"),
        ),
        (
            format!(r"(?:^|[^0-9.,$a-z]){year}(?:$|[^0-9.,a-z]|[.,](?:$|[^0-9]))"),
            |c, p| span(p, &c[1], "0"),
        ),
        // Years that stand side by side share the character between them, which the rule before has used up.
        (
            format!(r"(?:^|[^0-9.,$a-z]){year}(?:$|[^0-9.,a-z]|[.,](?:$|[^0-9]))"),
            |c, p| span(p, &c[1], "0"),
        ),
    ];
    // A pattern that does not compile would be a mistake in this file; the tests use every one.
    list.into_iter()
        .filter_map(|(pattern, take)| Some((Regex::new(&pattern).ok()?, take)))
        .collect()
}

fn span(periods: &mut Periods, year: &str, quarter: &str) {
    let year = match number(year) {
        full @ 1000.. => full,
        short @ 0..70 => 2000 + short,
        short => 1900 + short,
    };
    periods.spans.insert((year, number(quarter) as u8));
}

fn day(periods: &mut Periods, year: &str, month: u16, day: &str) {
    let (year, day) = (number(year), number(day));
    if (1..=12).contains(&month) && (1..=31).contains(&day) {
        periods.days.insert((year, month as u8, day as u8));
    }
}

fn number(digits: &str) -> u16 {
    digits.parse().unwrap_or(0)
}

fn month(name: &str) -> u16 {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    MONTHS
        .iter()
        .position(|month| name.starts_with(month))
        .map_or(0, |at| at as u16 + 1)
}

fn ordinal(word: &str) -> &'static str {
    match word {
        "first" | "1st" => "1",
        "second" | "2nd" => "2",
        "third" | "3rd" => "3",
        _ => "4",
    }
}

/// How well a file's periods fit those of a question, from 0 to 1; 0 where they share none.
///
/// A question that names several years is mostly answered by the file of the last, which reports on the earlier ones too.
pub fn fit(question: &Periods, file: &Periods) -> f32 {
    let last = question.last_year().unwrap_or(0);
    let by_quarter = question.spans.iter().any(|(_, quarter)| *quarter > 0);
    let mut best: f32 = 0.0;
    if !question.days.is_disjoint(&file.days) {
        best = 1.0;
    } else if question
        .days
        .iter()
        .any(|(year, ..)| file.spans.iter().any(|(own, _)| own == year))
    {
        best = 0.5;
    }
    for (year, quarter) in &file.spans {
        for (asked, asked_quarter) in question.spans.iter().filter(|(asked, _)| asked == year) {
            let mut score = match (asked_quarter, quarter) {
                (a, b) if a == b => 1.0,
                (0, 4) => 0.6,
                (0, _) => 0.4,
                _ => 0.5,
            };
            if *asked < last {
                score *= 0.5;
            }
            if by_quarter && *asked_quarter == 0 {
                score *= 0.7;
            }
            best = best.max(score);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<(u16, u8)> {
        periods(text).spans.into_iter().collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(rules().len(), 12);
        assert!(
            is_period_term("2018")
                && is_period_term("fy18")
                && is_period_term("q2")
                && !is_period_term("amr40x")
        );
    }

    #[test]
    fn every_way_to_say_a_period_is_the_same_period() {
        for text in [
            "FY2018",
            "FY18",
            "FY'18",
            "fiscal year 2018",
            "fiscal 2018",
            "in 2018.",
            "3M_2018_10K",
        ] {
            assert_eq!(spans(text), [(2018, 0)], "{text}");
        }
        for text in [
            "Q2 2023",
            "Q2 of FY2023",
            "2Q23",
            "2Q 2023",
            "2023Q2",
            "2023 Q2",
            "FY23 Q2",
            "Q2'23",
            "second quarter of 2023",
        ] {
            assert_eq!(spans(text), [(2023, 2)], "{text}");
        }
        for text in ["2022-07-01", "1 July 2022", "July 1st, 2022"] {
            assert_eq!(
                periods(text).days.into_iter().collect::<Vec<_>>(),
                [(2022, 7, 1)],
                "{text}"
            );
        }
        assert_eq!(spans("2016 2017 2018"), [(2016, 0), (2017, 0), (2018, 0)]);
    }

    #[test]
    fn amounts_and_identifiers_are_no_periods() {
        for text in ["$2018", "2,018.50", "12018", "AMR2018X", "1.2019"] {
            assert_eq!(spans(text), [], "{text}");
        }
    }

    #[test]
    fn the_file_of_the_last_year_asked_for_fits_best() {
        let question = periods("growth from 2016 to FY2018");
        let file = |name: &str| fit(&question, &periods(name));
        assert!(file("3M_2018_10K") > file("3M_2016_10K"));
        assert!(file("3M_2016_10K") > file("3M_2015_10K"));
        assert!(file("3M_2018_10K") > file("3M_2018Q2_10Q"));
    }
}
