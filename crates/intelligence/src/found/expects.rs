//! The kind of answer a question asks for, by its question words and the thing it asks for.

use super::values::ValueKind;

/// The kind of answer a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expects {
    Person,
    Value(ValueKind),
    Steps,
    YesNo,
    Anything,
}

/// Reads a question in lower case.
pub(crate) fn expects(lower: &str) -> Expects {
    let padded = format!(
        " {} ",
        lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    );
    let says = |phrases: &[&str]| {
        phrases
            .iter()
            .any(|phrase| padded.contains(&format!(" {phrase} ")))
    };
    let holds = |parts: &[&str]| parts.iter().any(|part| padded.contains(part));
    let starts = |phrases: &[&str]| {
        phrases
            .iter()
            .any(|phrase| padded.starts_with(&format!(" {phrase} ")))
    };

    if says(&[
        "how do i",
        "how do we",
        "how do you",
        "how can i",
        "how can we",
        "how to",
        "how should i",
        "how should we",
        "how would i",
        "what steps",
        "which steps",
        "what are the steps",
        "wie kann ich",
        "wie kann man",
        "wie setze ich",
        "wie geht",
        "hvordan kan jeg",
        "hvordan gjør",
    ]) || starts(&["wie richte ich", "wie mache ich", "hvordan"])
    {
        return Expects::Steps;
    }
    // Question words decide first, then what a yes-or-no question begins with, then the thing asked for.
    let when = starts(&["when", "wann", "når"])
        || says(&[
            "since when",
            "by when",
            "until when",
            "from when",
            "and when",
            "seit wann",
            "bis wann",
            "ab wann",
        ]);
    if says(&[
        "who",
        "whom",
        "whose",
        "wer",
        "wem",
        "wen",
        "hvem",
        "contact person",
        "ansprechpartner",
        "kontaktperson",
    ]) {
        return Expects::Person;
    }
    if says(&["how many percent", "what percentage", "which percentage"]) {
        return Expects::Value(ValueKind::Percentage);
    }
    if says(&[
        "how many",
        "how often",
        "how heavy",
        "how wide",
        "how high",
        "how far",
        "how big",
        "how large",
        "how tall",
        "how deep",
        "number of",
        "wie viele",
        "wieviele",
        "anzahl",
        "wie schwer",
        "wie breit",
        "wie hoch",
        "wie weit",
        "wie groß",
        "hvor mange",
        "hvor tung",
        "hvor bred",
        "hvor høy",
        "hvor langt",
        "hvor stor",
        "antall",
    ]) {
        return Expects::Value(ValueKind::Number);
    }
    if says(&[
        "how long",
        "how quickly",
        "how fast",
        "how soon",
        "how old",
        "within what time",
        "wie lange",
        "wie schnell",
        "hvor lenge",
        "hvor raskt",
        "hvor fort",
    ]) {
        return Expects::Value(ValueKind::Duration);
    }
    if when || says(&["what date", "which date", "on which day"]) {
        return Expects::Value(ValueKind::Date);
    }
    if starts(&[
        "is", "are", "do", "does", "did", "can", "could", "may", "must", "has", "have", "will", "was",
        "were", "should", "ist", "sind", "kann", "darf", "muss", "hat", "haben", "gibt", "er", "kan", "må",
        "har",
    ]) {
        return Expects::YesNo;
    }
    if starts(&[
        "why", "where", "which", "warum", "wieso", "wo", "hvorfor", "hvor er",
    ]) && !holds(&["frist "])
    {
        return Expects::Anything;
    }
    if says(&[
        "notice period",
        "lead time",
        "response time",
        "delivery time",
        "retention period",
        "payment term",
        "payment terms",
        "warranty period",
    ]) || holds(&[
        "frist ",
        "lieferzeit",
        "laufzeit",
        "reaktionszeit",
        "leveringstid",
        "oppsigelsestid",
        "svartid",
    ]) {
        return Expects::Value(ValueKind::Duration);
    }
    if says(&[
        "percent",
        "percentage",
        "uptime",
        "discount",
        "margin",
        "rate",
        "availability",
        "verfügbarkeit",
        "rabatt",
        "nachlass",
        "prozent",
        "prosent",
        "oppetid",
    ]) {
        return Expects::Value(ValueKind::Percentage);
    }
    if says(&["deadline", "due date", "datum", "dato"]) {
        return Expects::Value(ValueKind::Date);
    }
    if says(&[
        "how much",
        "price",
        "prices",
        "cost",
        "costs",
        "fee",
        "amount",
        "total",
        "penalty",
        "capital expenditure",
        "revenue",
        "net income",
        "wie viel",
        "wieviel",
        "preis",
        "kostet",
        "kosten",
        "betrag",
        "hvor mye",
        "pris",
        "koster",
        "beløp",
    ]) && !says(&["price list", "price lists"])
    {
        return Expects::Value(ValueKind::Amount);
    }
    Expects::Anything
}
