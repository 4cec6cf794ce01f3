//! What a question asks for: its words, what it names, the period, and the kind of value that would answer it.

use std::ops::Range;

use super::expects::{Expects, expects};
use super::period::names_a_time;
use super::values::{ValueKind, currency, scale, values};
use super::words::{Kind, Language, Reader, Token};

/// A question, read.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Words without stop words, each once.
    pub terms: Vec<Token>,
    /// What an answer must be about.
    pub anchors: Vec<Anchor>,
    pub expects: Expects,
    /// Nothing but a name: `KB-0193`, `NR-2025-0117`. What the named document says first is the answer.
    pub lookup: bool,
    /// Asks what a document is called, so that a title answers.
    pub title: bool,
    /// Years and quarters, as compared: `2018`, `q3`. Also those that `last year` means.
    pub periods: Vec<String>,
}

/// Something the question names: if no evidence mentions it, nothing found can be an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anchor {
    pub kind: AnchorKind,
    /// Compared forms; one for an identifier or year, several for a name of several words.
    pub stems: Vec<String>,
    /// As written.
    pub shown: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnchorKind {
    Identifier,
    /// A year or a month.
    Time,
    Name,
}

impl Asked {
    pub(crate) fn read(text: &str, today: jiff::civil::Date, reader: &Reader) -> Self {
        let tokens = reader.tokens(text);
        let anchors = anchors(text, &tokens, reader.language());
        let core = core(text, &tokens, &anchors);
        let mut terms: Vec<Token> = Vec::new();
        let lower = text.to_lowercase();
        let title = asks_for_a_title(&lower);
        let counts = |token: &&Token| {
            let of_title = title && is_one_of(TITLE, &token.raw.to_lowercase());
            !(token.stop || of_title || names_a_unit(&token.raw))
                && (core.contains(&token.at) || named(&anchors, token))
        };
        for token in tokens.iter().filter(counts) {
            // A month is compared by its number, so that `June` finds `2026-06`; its name would count twice.
            let replaced = names_a_time(&token.raw)
                && tokens
                    .iter()
                    .any(|own| own.at == token.at && own.stem != token.stem);
            if replaced && !token.stem.starts_with("month ") {
                continue;
            }
            // `pay` and `payment` in one question ask for one thing.
            let same =
                |own: &Token| own.stem == token.stem || own.concept.is_some() && own.concept == token.concept;
            if !terms.iter().any(same) {
                terms.push(token.clone());
            }
        }
        let mut periods: Vec<String> = terms
            .iter()
            .filter(|t| is_period(&t.stem))
            .map(|t| t.stem.clone())
            .collect();
        periods.extend(relative_periods(&lower, today));
        let lookup = !terms.is_empty() && terms.iter().all(|term| named(&anchors, term));
        Self {
            anchors,
            expects: expects(&text.get(core).unwrap_or(text).to_lowercase()),
            terms,
            lookup,
            title,
            periods,
        }
    }
}

/// `What is the title of the policy?`, `Wie heißt das Dokument?`
fn asks_for_a_title(lower: &str) -> bool {
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let says = |list: &str| words.iter().any(|word| is_one_of(list, word));
    says(TITLE)
        || says("name names called named heißt heissen name heter navn")
            && says("document documents file files dokument dokumente datei dateien dokumentet fil filen")
}

const TITLE: &str = "title titled titel tittel heading headline überschrift overskrift";

fn is_one_of(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|own| own == word)
}

impl Asked {
    /// Forgets names that the evidence uses as ordinary words, written small more often than not: `Units`.
    pub(crate) fn forget_ordinary<'a>(&mut self, evidence: impl Iterator<Item = &'a Token> + Clone) {
        self.anchors.retain(|anchor| {
            let [stem] = anchor.stems.as_slice() else {
                return true;
            };
            let shouted = anchor.shown.chars().filter(|c| c.is_uppercase()).count() > 1;
            if anchor.kind != AnchorKind::Name || shouted {
                return true;
            }
            let uses = evidence.clone().filter(|token| token.stem == *stem);
            let (small, all) = uses.fold((0, 0), |(small, all), token| {
                let is_small = token.raw.starts_with(char::is_lowercase);
                (small + usize::from(is_small), all + 1)
            });
            small * 2 <= all
        });
    }

    /// Whether a word of the question is part of what it names.
    pub(crate) fn names(&self, term: &Token) -> bool {
        named(&self.anchors, term)
    }
}

fn named(anchors: &[Anchor], term: &Token) -> bool {
    anchors.iter().any(|anchor| anchor.stems.contains(&term.stem)) || is_period(&term.stem)
}

/// The part of the text that asks. What follows the last question mark says how to answer (`Give it in millions.`), what
/// stands before a colon leads up to the question. Each only where enough remains to be asked.
fn core(text: &str, tokens: &[Token], anchors: &[Anchor]) -> Range<usize> {
    let asks = |range: &Range<usize>| {
        let words = tokens.iter().filter(|token| range.contains(&token.at));
        words
            .filter(|token| !token.stop && !named(anchors, token))
            .count()
            >= 2
    };
    let mut out = 0..text.len();
    if let Some(end) = text.rfind('?').map(|at| 0..at + 1).filter(asks) {
        out = end;
    }
    let from = text.get(out.clone()).and_then(|part| part.rfind(": "));
    match from.map(|at| at + 1..out.end).filter(asks) {
        Some(after) if text.get(..out.end).is_some_and(|part| part.ends_with('?')) => after,
        _ => out,
    }
}

/// `USD`, `million`, `FY`: in what a value is told, not what it is about.
fn names_a_unit(raw: &str) -> bool {
    let lower = raw.to_lowercase();
    currency(&lower).is_some()
        || scale(&lower).is_some() && lower.len() > 1
        || matches!(lower.as_str(), "fy" | "cy")
}

fn is_year(stem: &str) -> bool {
    stem.len() == 4 && stem.parse().is_ok_and(|year: u32| (1950..2100).contains(&year))
}

pub(crate) fn is_period(stem: &str) -> bool {
    is_year(stem) || matches!(stem, "q1" | "q2" | "q3" | "q4")
}

fn relative_periods(lower: &str, today: jiff::civil::Date) -> Vec<String> {
    let year = i32::from(today.year());
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    let mut out = Vec::new();
    if says(&["this year", "current year", "dieses jahr", "i år"]) {
        out.push(year.to_string());
    }
    if says(&[
        "last year",
        "previous year",
        "letztes jahr",
        "im vorjahr",
        "i fjor",
    ]) {
        out.push((year - 1).to_string());
    }
    if says(&["next year", "nächstes jahr", "neste år"]) {
        out.push((year + 1).to_string());
    }
    out
}

fn anchors(text: &str, tokens: &[Token], language: Language) -> Vec<Anchor> {
    let mut out: Vec<Anchor> = Vec::new();
    let mut push = |anchor: Anchor| {
        if !out.iter().any(|own| own.stems == anchor.stems) {
            out.push(anchor);
        }
    };
    for token in tokens {
        // `May` at the beginning asks for permission.
        let month = token.stem.starts_with("month ") && token.at > 0;
        if is_year(&token.stem) || month {
            push(Anchor {
                kind: AnchorKind::Time,
                stems: vec![token.stem.clone()],
                shown: token.raw.clone(),
            });
        } else if is_identifier(text, token) {
            push(Anchor {
                kind: AnchorKind::Identifier,
                stems: vec![token.stem.clone()],
                shown: token.raw.clone(),
            });
        }
    }
    let mut open: Option<(Vec<String>, usize, usize)> = None;
    let mut close = |open: &mut Option<(Vec<String>, usize, usize)>| {
        if let Some((stems, start, end)) = open.take() {
            let shown = text.get(start..end).unwrap_or_default().trim().to_owned();
            push(Anchor {
                kind: AnchorKind::Name,
                stems,
                shown,
            });
        }
    };
    for (index, token) in tokens.iter().enumerate() {
        let end = token.at + token.raw.len();
        // A number right after a name belongs to it: `Shelf 120`.
        if token.kind == Kind::Number
            && !is_year(&token.stem)
            && let Some((stems, start, until)) = &mut open
            && text.get(*until..token.at) == Some(" ")
        {
            stems.push(token.stem.clone());
            let closed = (std::mem::take(stems), *start, end);
            open = Some(closed);
            close(&mut open);
            continue;
        }
        if token.kind != Kind::Word || !names_something(text, tokens, index, language) {
            close(&mut open);
            continue;
        }
        match &mut open {
            // Only a space, `&` or `-` between two words of one name.
            Some((stems, _, until))
                if text
                    .get(*until..token.at)
                    .is_some_and(|gap| matches!(gap, " " | " & " | "-" | "&")) =>
            {
                stems.push(token.stem.clone());
                *until = end;
            }
            _ => {
                close(&mut open);
                open = Some((vec![token.stem.clone()], token.at, end));
            }
        }
    }
    close(&mut open);
    out
}

/// `KB-0193`, `4.2.1`, `#4812`; not a date.
fn is_identifier(text: &str, token: &Token) -> bool {
    let marked = text.get(..token.at).is_some_and(|before| before.ends_with('#'));
    let date = !values(&token.raw)
        .iter()
        .all(|value| value.kind != ValueKind::Date);
    let identifier =
        token.kind == Kind::Identifier && !is_period(&token.stem) && token.stem.len() >= 2 && !date;
    identifier || marked && token.kind == Kind::Number
}

/// Whether a word is written as a name. German writes every noun with a capital, so there only words count that are no
/// ordinary nouns: in capitals, with capitals inside, or two beside each other (`Halden Logistikk Nord`).
fn names_something(text: &str, tokens: &[Token], index: usize, language: Language) -> bool {
    let Some(token) = tokens.get(index) else {
        return false;
    };
    let raw = token.raw.as_str();
    let capitals = raw.chars().filter(|c| c.is_uppercase()).count();
    let starts = |raw: &str| raw.chars().next().is_some_and(char::is_uppercase);
    if names_a_time(raw) || names_a_unit(raw) || in_brackets(text, token.at) {
        return false;
    }
    if token.stop && capitals < 2 || capitals == 0 || raw.chars().count() < 2 {
        return false;
    }
    if capitals >= 2 {
        return !token.stop;
    }
    let first = |token: &Token| {
        text.get(..token.at).is_none_or(|before| {
            let before = before.trim_end();
            before.is_empty() || before.ends_with(['.', '!', '?', ':', '"', '“', '(', '-', '–', '\n'])
        })
    };
    if language == Language::German {
        let capital = |other: &&Token| {
            other.kind == Kind::Word
                && !other.stop
                && starts(&other.raw)
                && !names_a_time(&other.raw)
                && !first(other)
        };
        let beside = |left: &Token, right: &Token| {
            let gap = text.get(left.at + left.raw.len()..right.at);
            gap.is_some_and(|gap| matches!(gap, " " | " & "))
        };
        let before = index.checked_sub(1).and_then(|at| tokens.get(at)).filter(capital);
        let after = tokens.get(index + 1).filter(capital);
        return starts(raw)
            && !first(token)
            && (before.is_some_and(|other| beside(other, token))
                || after.is_some_and(|other| beside(token, other)));
    }
    let possessive = text
        .get(token.at + raw.len()..)
        .is_some_and(|rest| rest.starts_with("'s") || rest.starts_with("’s"));
    !first(token) || possessive
}

/// Whether a place in the text is an aside: `Block (formerly Square)` is about Block.
fn in_brackets(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at..).unwrap_or_default();
    let opened = before.rfind('(') > before.rfind(')');
    opened
        && after
            .find(')')
            .is_some_and(|close| after.find('(').is_none_or(|open| close < open))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Asked {
        Asked::read(text, jiff::civil::date(2026, 5, 4), &Reader::for_question(text))
    }

    fn named(text: &str) -> Vec<String> {
        read(text)
            .anchors
            .into_iter()
            .map(|anchor| anchor.shown)
            .collect()
    }

    #[test]
    fn a_question_names_customers_products_and_years() {
        assert_eq!(
            named("What is the uptime for Halden Logistics in 2025?"),
            ["2025", "Halden Logistics"]
        );
        assert_eq!(named("What does the AMR-40X cost?"), ["AMR-40X"]);
        assert_eq!(named("Which gripper fits the Shelf 120?"), ["Shelf 120"]);
        assert_eq!(named("Halden's notice period"), ["Halden"]);
        assert_eq!(named("What did KB-0193 say?"), ["KB-0193"]);
        assert_eq!(named("Welche Kündigungsfrist gilt im Vertrag?"), [""; 0]);
        assert_eq!(
            named("Mit welcher Frist kann Halden Logistikk Nord kündigen?"),
            ["Halden Logistikk Nord"]
        );
        assert_eq!(named("How do I restart it?"), [""; 0]);
    }

    #[test]
    fn the_kind_of_answer_follows_from_the_question() {
        use Expects::*;
        let cases = [
            ("How long is the notice period?", Value(ValueKind::Duration)),
            ("What is the notice period?", Value(ValueKind::Duration)),
            ("Welche Kündigungsfrist gilt?", Value(ValueKind::Duration)),
            ("How much does it cost?", Value(ValueKind::Amount)),
            ("When was it signed?", Value(ValueKind::Date)),
            ("Who owns the account?", Person),
            ("How do I reset the charger?", Steps),
            ("Is data encrypted?", YesNo),
            ("What uptime do we promise?", Value(ValueKind::Percentage)),
            ("How many robots?", Value(ValueKind::Number)),
            ("What is covered?", Anything),
            ("What do we owe when we miss the level?", Anything),
            ("Which source counts for uptime?", Anything),
            ("Since when does it exist?", Value(ValueKind::Date)),
            ("What percentage of units failed?", Value(ValueKind::Percentage)),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).expects, expected, "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_a_lookup() {
        assert!(read("KB-0193").lookup && read("#4812").lookup && read("Q3 2026").lookup);
        assert!(!read("What is KB-0193 about bootloaders?").lookup);
    }

    #[test]
    fn a_month_is_a_time_and_no_name() {
        let asked = read("How much did Moss need in June?");
        let kinds: Vec<AnchorKind> = asked.anchors.iter().map(|anchor| anchor.kind).collect();
        assert_eq!(kinds, [AnchorKind::Time, AnchorKind::Name]);
        assert!(asked.terms.iter().any(|term| term.stem == "month 6"));
        assert!(
            Reader::for_question("")
                .content("2026-06")
                .iter()
                .any(|token| token.stem == "month 6")
        );
    }

    #[test]
    fn how_to_answer_is_not_asked() {
        let words =
            |text: &str| -> Vec<String> { read(text).terms.into_iter().map(|term| term.raw).collect() };
        assert_eq!(
            words(
                "What were total assets of Block (formerly Square) in FY2021? Answer in USD millions, from the sheet."
            ),
            ["total", "assets", "Block", "formerly", "Square", "FY2021"]
        );
        assert_eq!(
            named("What did Block (formerly Square) earn in FY 2021?"),
            ["2021", "Block"]
        );
        assert_eq!(
            words("Answer from the cash flow statement: how much cash did financing bring?"),
            ["cash", "financing", "bring"]
        );
        // Here the question is in the sentence before.
        assert_eq!(
            words("The charger flashes red. What should I do?"),
            ["charger", "flashes", "red"]
        );
        assert_eq!(words("What should I do? The charger is red."), ["charger", "red"]);
    }

    #[test]
    fn last_year_counts_from_today() {
        assert_eq!(read("What was revenue last year?").periods, ["2025"]);
        assert_eq!(read("Revenue in Q3 FY24?").periods, ["q3", "2024"]);
    }
}
