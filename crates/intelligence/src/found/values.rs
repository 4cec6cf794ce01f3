//! Values in a text: amounts, percentages, durations, dates, people. By grammar, in the three languages.

use std::ops::Range;

use super::split::MONTHS;
use super::words::canonical_number;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Amount,
    Percentage,
    Duration,
    Date,
    Number,
}

/// A value with what it measures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub kind: ValueKind,
    /// Bytes of the text, unit included.
    pub range: Range<usize>,
    /// Number and unit in one spelling; equal for equal values.
    pub canonical: String,
}

struct Word<'a> {
    text: &'a str,
    lower: String,
    range: Range<usize>,
}

pub(crate) fn values(text: &str) -> Vec<Value> {
    let words = words(text);
    let mut out: Vec<Value> = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let (value, used) = value_at(text, &words, index);
        out.extend(value);
        index += used.max(1);
    }
    out
}

/// The value that begins at a word, and how many words it takes.
fn value_at(text: &str, words: &[Word<'_>], index: usize) -> (Option<Value>, usize) {
    let word = &words[index];
    let lower = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let before = index.checked_sub(1).map_or("", lower);
    let worded = number_word(&word.lower);
    let figure = figure(word.text);
    let (number, own_unit) = match (&figure, worded) {
        (Some((number, unit)), _) => (number.clone(), unit.clone()),
        (None, Some(number))
            if duration_unit(lower(index + 1)).is_some() || lower(index + 1).starts_with("(") =>
        {
            (number.to_string(), String::new())
        }
        _ => return (None, 1),
    };
    let spanning = |last: usize| word.range.start..words.get(last).unwrap_or(word).range.end;
    let value = |kind, last: usize, canonical: String| {
        (
            Some(Value {
                kind,
                range: spanning(last),
                canonical,
            }),
            last + 1 - index,
        )
    };

    // `NOK 24 800`: groups parted by spaces are one number next to a currency.
    let mut last = index;
    let mut number = number;
    let grouped = |at: usize| {
        let next = words.get(at).map_or("", |word| word.text);
        next.len() >= 3
            && next.as_bytes()[..3].iter().all(u8::is_ascii_digit)
            && !next[3..].starts_with(|c: char| c.is_ascii_digit())
    };
    if number.len() <= 3 && word.text.bytes().all(|b| b.is_ascii_digit()) && grouped(index + 1) {
        let mut end = index;
        let mut joined = number.clone();
        while grouped(end + 1) {
            end += 1;
            joined.push_str(words[end].text.trim_end_matches(|c: char| !c.is_ascii_digit()));
        }
        if currency(before).is_some() || currency(lower(end + 1)).is_some() {
            (number, last) = (canonical_number(&joined), end);
        }
    }
    if is_percent(&own_unit) || is_percent(lower(last + 1)) {
        let last = if is_percent(&own_unit) { last } else { last + 1 };
        return value(ValueKind::Percentage, last, format!("{number}%"));
    }
    if lower(last + 1) == "per" && matches!(lower(last + 2), "cent") {
        return value(ValueKind::Percentage, last + 2, format!("{number}%"));
    }
    if let Some(code) = currency(&own_unit)
        .or_else(|| currency(lower(last + 1)))
        .or_else(|| currency(before))
    {
        let takes_next = currency(&own_unit).is_none() && currency(lower(last + 1)).is_some();
        let scale = scale(lower(last + 1)).unwrap_or("");
        let last = if takes_next || !scale.is_empty() {
            last + 1
        } else {
            last
        };
        return value(ValueKind::Amount, last, format!("{number}{scale}{code}"));
    }
    // `ninety (90) days`, `30 calendar days`, `3 Monate`.
    for skip in 1..=3 {
        let next = lower(last + skip);
        if let Some(unit) = duration_unit(next) {
            let inner = words.get(last + 1).and_then(|word| figure_in_brackets(word.text));
            return value(
                ValueKind::Duration,
                last + skip,
                format!("{}{unit}", inner.unwrap_or(number)),
            );
        }
        let filler = next.starts_with('(')
            || matches!(
                next,
                "calendar" | "business" | "working" | "full" | "consecutive" | "volle" | "hele" | "-"
            );
        if !filler {
            break;
        }
    }
    if let Some(unit) = duration_unit(own_unit.trim_start_matches('-')) {
        return value(ValueKind::Duration, last, format!("{number}{unit}"));
    }
    if figure.is_none() {
        return (None, 1);
    }
    if let Some(date) = date_in_figures(word.text) {
        return value(ValueKind::Date, index, date);
    }
    let year = |at: usize| words.get(at).and_then(|word| year(word.text));
    if is_month(lower(last + 1)) {
        let until = if year(last + 2).is_some() {
            last + 2
        } else {
            last + 1
        };
        return value(ValueKind::Date, until, lowered(text, spanning(until)));
    }
    if is_month(before) {
        let start = words[index - 1].range.start;
        let until = if year(index + 1).is_some() {
            index + 1
        } else {
            index
        };
        let range = start..spanning(until).end;
        let canonical = lowered(text, range.clone());
        return (
            Some(Value {
                kind: ValueKind::Date,
                range,
                canonical,
            }),
            until + 1 - index,
        );
    }
    if let Some(year) = year(index) {
        return value(ValueKind::Date, index, year);
    }
    if let Some(scale) = scale(lower(last + 1)) {
        return value(ValueKind::Number, last + 1, format!("{number}{scale}"));
    }
    value(ValueKind::Number, last, number)
}

/// Whether a text names a person: a mail address, or a first and a last name.
pub(crate) fn names_person(text: &str) -> bool {
    if text.contains('@') {
        return true;
    }
    let name = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().is_some_and(char::is_uppercase);
        first
            && word.chars().count() >= 2
            && chars.all(|c| c.is_lowercase() || c == '-' || c.is_uppercase() && word.contains('-'))
    };
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect();
    let raw: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).zip(raw.windows(2)).any(|(pair, raw)| {
        // Two words that a full stop or comma parts are no name.
        let joined = raw[0].ends_with(|c: char| c.is_alphanumeric());
        joined
            && name(pair[0])
            && name(pair[1])
            && !SENTENCE_STARTS
                .split_ascii_whitespace()
                .any(|word| word == pair[0])
    })
}

const SENTENCE_STARTS: &str = "The This That These Those A An If When For In On At To From By With Our Your Their Its \
Each Every All Any No Not Please See Der Die Das Ein Eine Den Det De En Et Im Am Bei Für Section Article Chapter";

fn words(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    // Also at the dash of `12–18` and after a currency sign, but never inside a date or a name.
    for part in text.split(|c: char| c.is_whitespace() || matches!(c, '–' | '—' | ';' | '|' | '/')) {
        let bare = part.trim_matches(|c: char| {
            matches!(
                c,
                ',' | '.' | ':' | '"' | '“' | '”' | '!' | '?' | '*' | '\'' | '[' | ']'
            )
        });
        if bare.is_empty() {
            continue;
        }
        let start = bare.as_ptr() as usize - text.as_ptr() as usize;
        let (bare, start) = match bare.strip_prefix('(') {
            // `(370)` keeps its brackets, `(within 5 days)` loses the first.
            Some(rest) if !bare.ends_with(')') => (rest, start + 1),
            _ if bare.ends_with(')') && !bare.starts_with('(') => (bare.trim_end_matches(')'), start),
            _ => (bare, start),
        };
        let range = start..start + bare.len();
        out.push(Word {
            text: bare,
            lower: bare.to_lowercase(),
            range,
        });
    }
    out
}

/// The number at the start of a word in one spelling, and what is stuck to it: `$5,363` is `5363` and `$`.
fn figure(word: &str) -> Option<(String, String)> {
    let from = word.find(|c: char| c.is_ascii_digit())?;
    let front = word.get(..from)?;
    if !front.chars().all(|c| {
        matches!(
            c,
            '$' | '€' | '£' | '(' | '-' | '–' | '+' | '~' | '<' | '>' | '≤' | '≥'
        )
    }) {
        return None;
    }
    let rest = word.get(from..)?;
    let length = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.' | '\'' | '’' | '\u{a0}' | '\u{202f}')))
        .unwrap_or(rest.len());
    let digits = rest.get(..length)?.trim_end_matches([',', '.', '\'', '’']);
    // `4.2.1` is a version, unless it is a date or groups of three.
    let dots: Vec<&str> = digits.split('.').collect();
    if dots.len() > 2
        && dots.iter().skip(1).any(|group| group.len() != 3)
        && date_in_figures(digits).is_none()
    {
        return None;
    }
    let tail = rest.get(digits.len()..)?.trim_matches(')');
    let plain: String = digits
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '\u{a0}' | '\u{202f}'))
        .collect();
    let minus = if front.contains(['-', '(']) && !rest.contains('-') {
        "-"
    } else {
        ""
    };
    let sign: String = front.chars().filter(|c| matches!(c, '$' | '€' | '£')).collect();
    let unit = if sign.is_empty() {
        tail.to_lowercase()
    } else {
        sign
    };
    Some((format!("{minus}{}", canonical_number(&plain)), unit))
}

fn figure_in_brackets(word: &str) -> Option<String> {
    let inner = word.strip_prefix('(')?.strip_suffix(')')?;
    inner
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| canonical_number(inner))
}

fn number_word(lower: &str) -> Option<u32> {
    let lists = [
        "one two three four five six seven eight nine ten eleven twelve",
        "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "en to tre fire fem seks sju åtte ni ti elleve tolv",
    ];
    if let Some(tens) = match lower {
        "fourteen" => Some(14),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "sixty" => Some(60),
        "ninety" => Some(90),
        "einem" | "einen" | "einer" | "eine" => Some(1),
        "ett" | "én" => Some(1),
        _ => None,
    } {
        return Some(tens);
    }
    lists.iter().find_map(|list| {
        let position = list.split_ascii_whitespace().position(|word| word == lower)?;
        u32::try_from(position + 1).ok()
    })
}

fn duration_unit(lower: &str) -> Option<&'static str> {
    let bare = lower.trim_end_matches([')', '\'', '’', '.', ',']);
    let units = [
        ("second", "seconds second secs sek sekunden sekunder"),
        ("minute", "minutes minute mins minuten minutter minutt"),
        ("hour", "hours hour hrs h stunden stunde timer time"),
        (
            "day",
            "days day tage tagen tag dager dag werktage arbeitstage virkedager",
        ),
        ("week", "weeks week wochen woche uker uke"),
        ("month", "months month monate monaten monat måneder måned mnd"),
        ("year", "years year jahre jahren jahr år"),
    ];
    units
        .iter()
        .find(|(_, words)| words.split_ascii_whitespace().any(|word| word == bare))
        .map(|(name, _)| *name)
}

fn is_percent(lower: &str) -> bool {
    matches!(
        lower.trim_end_matches([')', '.', ',']),
        "%" | "percent" | "prozent" | "prosent" | "pct"
    )
}

pub(crate) fn currency(lower: &str) -> Option<&'static str> {
    match lower.trim_end_matches(['.', ',', ')']).trim_start_matches('(') {
        "$" | "usd" | "dollars" | "us$" => Some("USD"),
        "€" | "eur" | "euro" | "euros" => Some("EUR"),
        "£" | "gbp" | "pounds" => Some("GBP"),
        "nok" | "kr" | "kroner" => Some("NOK"),
        "sek" => Some("SEK"),
        "dkk" => Some("DKK"),
        "chf" => Some("CHF"),
        _ => None,
    }
}

pub(crate) fn scale(lower: &str) -> Option<&'static str> {
    match lower {
        "thousand" | "tausend" | "tusen" | "k" => Some("e3"),
        "million" | "millions" | "mio" | "millionen" | "millioner" | "m" => Some("e6"),
        "billion" | "billions" | "mrd" | "milliarden" | "milliarder" => Some("e9"),
        _ => None,
    }
}

fn is_month(lower: &str) -> bool {
    lower.chars().count() >= 3 && MONTHS.split_ascii_whitespace().any(|month| month == lower)
}

fn year(word: &str) -> Option<String> {
    let number: u32 = word.parse().ok()?;
    (word.len() == 4 && (1900..2100).contains(&number)).then(|| word.to_owned())
}

/// `2025-03-14`, `14.03.2025`, `14/03/2025` (the slash parts words, so only the first two reach here).
fn date_in_figures(word: &str) -> Option<String> {
    let parts: Vec<&str> = word.split(['-', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    if !parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return None;
    }
    match (a.len(), b.len(), c.len()) {
        (4, 1..=2, 1..=2) => Some(format!("{a}-{b:0>2}-{c:0>2}")),
        (1..=2, 1..=2, 4) => Some(format!("{c}-{b:0>2}-{a:0>2}")),
        _ => None,
    }
}

fn lowered(text: &str, range: Range<usize>) -> String {
    text.get(range).unwrap_or("").to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(ValueKind, &str, String)> {
        values(text)
            .into_iter()
            .map(|value| (value.kind, &text[value.range.clone()], value.canonical))
            .collect()
    }

    #[test]
    fn a_value_is_known_by_its_unit() {
        use ValueKind::*;
        let cases = [
            ("within 90 days of receipt", Duration, "90day"),
            ("ninety (90) days", Duration, "90day"),
            ("drei Monate zum Jahresende", Duration, "3month"),
            ("en frist på 3 måneder", Duration, "3month"),
            ("at least 99.5 % per month", Percentage, "99.5%"),
            ("mindestens 99,5 Prozent", Percentage, "99.5%"),
            ("EUR 24,800 each", Amount, "24800EUR"),
            ("24.800,00 € netto", Amount, "24800EUR"),
            ("NOK 24 800 eks. mva", Amount, "24800NOK"),
            ("$1.2 million", Amount, "1.2e6USD"),
            ("signed on 3 March 2025", Date, "3 march 2025"),
            ("March 3, 2025", Date, "march 3, 2025"),
            ("am 14.03.2025", Date, "2025-03-14"),
            ("since 2019", Date, "2019"),
            ("40 units", Number, "40"),
        ];
        for (text, kind, canonical) in cases {
            let all = found(text);
            assert!(
                all.iter().any(|(k, _, c)| *k == kind && c == canonical),
                "{text}: {all:?}"
            );
        }
    }

    #[test]
    fn a_version_or_an_identifier_is_no_amount() {
        assert!(values("See KB-0193 and AMR-40X.").is_empty());
    }

    #[test]
    fn a_person_is_a_first_and_a_last_name() {
        assert!(names_person("The account is owned by Ingrid Solberg."));
        assert!(names_person("Write to sales@example.com."));
        assert!(!names_person("The owner decides. Then it is done."));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC|[\n0-9.,€$% ()-]){0,200}") {
            for value in values(&text) {
                prop_assert!(text.get(value.range).is_some());
            }
            names_person(&text);
        }
    }
}
