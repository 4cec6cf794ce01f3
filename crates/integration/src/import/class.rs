//! What an operation does to the world, judged from its outline.

use std::collections::BTreeSet;

use domain::SideEffect::{self, Destructive, Draft, Read, Send, Write};

use super::outline::Outline;
use super::signals::{From, Seen, Signal};
use super::tokens::tokens;
use super::words::{self, Meaning, Sort};

/// What an operation is taken for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The strictest of all that it could be.
    pub class: SideEffect,
    /// A person has to say what it is.
    pub unclear: bool,
    /// All that it could be, the mildest first.
    pub could_be: Vec<SideEffect>,
    /// Why, in sentences.
    pub why: Vec<String>,
}

/// What an operation does, as far as its outline tells. A write is never taken for a read.
pub fn judge(outline: &Outline) -> Judged {
    let seen = Seen::of(outline);
    let mut verdict = match outline.method.as_str() {
        "GET" | "HEAD" | "OPTIONS" => asked(&seen),
        "POST" => posted(&seen),
        "PUT" | "PATCH" => put(&seen),
        "DELETE" => Verdict::new([Destructive], "`DELETE` takes something away."),
        _ => Verdict::new(ANY, "Its method is not known."),
    };
    if outline.incomplete {
        verdict.could_be.insert(Write);
        verdict
            .why
            .push("A part of its definition can't be read.".to_owned());
    }
    let could_be: Vec<SideEffect> = verdict.could_be.into_iter().collect();
    Judged {
        class: could_be.last().copied().unwrap_or(Destructive),
        unclear: could_be.len() != 1 || outline.incomplete,
        could_be,
        why: verdict.why,
    }
}

/// All that something without a known word could be, a read apart.
const ANY: [SideEffect; 3] = [Write, Send, Destructive];

struct Verdict {
    could_be: BTreeSet<SideEffect>,
    why: Vec<String>,
}

impl Verdict {
    fn new(could_be: impl IntoIterator<Item = SideEffect>, why: impl Into<String>) -> Self {
        Self {
            could_be: could_be.into_iter().collect(),
            why: vec![why.into()],
        }
    }

    fn because(mut self, signals: &[&Signal]) -> Self {
        for signal in signals {
            let why = signal.why();
            if !self.why.contains(&why) {
                self.why.push(why);
            }
        }
        self
    }
}

/// What a meaning could be.
fn classes(meaning: Option<Meaning>) -> &'static [SideEffect] {
    match meaning {
        Some(Meaning::Look) => &[Read],
        Some(Meaning::Work) => &[Read, Write],
        Some(Meaning::Change) => &[Write],
        Some(Meaning::Lose) => &[Write, Destructive],
        Some(Meaning::Send) => &[Send],
        Some(Meaning::Destroy) => &[Destructive],
        Some(Meaning::Anything) => &ANY,
        None => &[Write],
    }
}

/// `GET`, `HEAD` and `OPTIONS` read if nothing speaks against it.
fn asked(seen: &Seen<'_>) -> Verdict {
    let against: Vec<&Signal> = seen
        .signals
        .iter()
        .filter(|signal| speaks_against(seen, signal))
        .collect();
    let doubts = seen.doubts();
    let looks = seen.looks();
    let method = &seen.outline.method;
    // The name of a thing is none of an action where the words say that it is looked at.
    let names_only = against.iter().all(|signal| {
        matches!(signal.from, From::Path | From::Name) && (signal.sort != Sort::Verb || signal.within)
    });
    if doubts.is_empty() && (against.is_empty() || (names_only && looks)) {
        let word = seen
            .signals
            .iter()
            .find(|signal| signal.meaning == Some(Meaning::Look));
        let word = word.map_or_else(String::new, |signal| format!(" {}", signal.why()));
        return Verdict::new(
            [Read],
            format!("`{method}` asks, and nothing speaks against it.{word}"),
        );
    }
    let mut could_be: BTreeSet<SideEffect> = against
        .iter()
        .flat_map(|signal| classes(signal.meaning))
        .copied()
        .collect();
    if !doubts.is_empty() && could_be.is_empty() {
        could_be.insert(Write);
    }
    // Where its own words say that it looks, or what speaks against it may be the name of a thing, it may be a read after all.
    let told = against.iter().any(|signal| {
        signal.from == From::Summary
            && signal.meaning.is_some()
            // An export is handed out, or begun and kept.
            && !signal.word.starts_with("export")
            && (signal.acts || signal.third || signal.sort == Sort::Verb)
    });
    let known = against
        .iter()
        .any(|signal| signal.meaning.is_some() && signal.sort == Sort::Verb);
    if looks || (!told && (seen.name_looks() || !known)) {
        could_be.insert(Read);
    }
    let mut verdict = Verdict::new(
        could_be,
        format!("It is asked for with `{method}`, but it does more."),
    );
    verdict.why.extend(doubts);
    verdict.because(&against)
}

fn speaks_against(seen: &Seen<'_>, signal: &Signal) -> bool {
    let name_looks = seen.name_looks();
    match (signal.meaning, signal.from) {
        (Some(Meaning::Look | Meaning::Work), _) => false,
        (None, From::Summary) => !name_looks,
        (None, _) => false,
        (Some(_), From::Path | From::Name | From::Earlier) => signal.sort != Sort::Noun,
        (Some(_), From::Summary | From::Description) => match (signal.sort, signal.joined) {
            (Sort::Verb, true) => !words::is(&signal.word, words::VAGUE),
            (Sort::Verb, false) => true,
            (_, true) => false,
            (Sort::Either, _) => signal.acts || signal.third || !name_looks,
            (Sort::Noun, _) => signal.acts,
        },
    }
}

/// `POST` reads only where that is beyond doubt.
fn posted(seen: &Seen<'_>) -> Verdict {
    let said = seen.said_to_look();
    let named = seen.signals.iter().find(|signal| {
        matches!(signal.from, From::Path | From::Name)
            && signal.meaning == Some(Meaning::Look)
            && signal.decides
    });
    let mut contrary: Vec<String> = seen
        .signals
        .iter()
        .filter(|signal| !matches!(signal.meaning, Some(Meaning::Look)) && !is_name_only(signal))
        .map(Signal::why)
        .collect();
    contrary.extend(seen.doubts());
    contrary.extend(seen.told_besides());
    let is_look = said.is_some() || named.is_some();
    match (said, named) {
        (Some(said), Some(named)) if contrary.is_empty() => {
            return Verdict::new([Read], "It is a question in the form of a `POST`.").because(&[named, said]);
        }
        _ => {}
    }
    let mut verdict = changed(seen);
    let strong = seen
        .changes()
        .any(|signal| signal.from != From::Description && signal.sort == Sort::Verb);
    if is_look
        && !strong
        && verdict
            .could_be
            .iter()
            .all(|class| [Write].contains(class) || verdict.could_be.len() == 3)
    {
        verdict = Verdict::new(
            [Read, Write],
            "It may be a question, but that is not beyond doubt.",
        );
        verdict.why.extend(contrary);
    }
    verdict
}

/// The name of a thing, such as `report`, speaks against nothing.
fn is_name_only(signal: &Signal) -> bool {
    signal.sort == Sort::Noun && !signal.acts
}

fn put(seen: &Seen<'_>) -> Verdict {
    let mut verdict = changed(seen);
    if verdict.could_be.len() == ANY.len() && seen.changes().next().is_none() {
        verdict = Verdict::new(
            [Write],
            format!("`{}` changes what is there.", seen.outline.method),
        );
    }
    verdict
}

/// What something does that changes something.
fn changed(seen: &Seen<'_>) -> Verdict {
    let changes: Vec<&Signal> = seen.changes().collect();
    let of = |meaning: Meaning| -> Vec<&Signal> {
        changes
            .iter()
            .filter(|signal| signal.meaning == Some(meaning))
            .copied()
            .collect()
    };
    let destroys = of(Meaning::Destroy);
    // "Removes the message from the trash" is what `untrash` does.
    let only_said = destroys
        .iter()
        .all(|signal| signal.from == From::Summary && signal.word.starts_with("remove"));
    if !destroys.is_empty() && only_said && seen.does_something_else() {
        return Verdict::new([Write, Destructive], "Its summary and its name differ.").because(&changes);
    }
    if !destroys.is_empty() {
        return Verdict::new([Destructive], "It takes something away.").because(&destroys);
    }
    let anything = of(Meaning::Anything);
    if !anything.is_empty() {
        return Verdict::new(ANY, "It carries whatever it is given.").because(&anything);
    }
    let sends = of(Meaning::Send);
    let loses = of(Meaning::Lose);
    let draft = seen.draft();
    if !loses.is_empty() {
        let more = (!sends.is_empty()).then_some(Send);
        let all = more.into_iter().chain([Write, Destructive]);
        return Verdict::new(all, "What was there may be lost by it.").because(&loses);
    }
    if let Some(why) = draft.filter(|_| {
        sends
            .iter()
            .all(|signal| signal.sort == Sort::Noun || seen.makes_draft())
    }) {
        return Verdict::new([Draft], why);
    }
    if !sends.is_empty() {
        return Verdict::new([Send], "Other people get something by it.").because(&sends);
    }
    if let Some((could_be, why)) = seen.message() {
        return Verdict::new(could_be, why);
    }
    if let Some(why) = seen.sends_besides() {
        return Verdict::new([Write, Send], why);
    }
    let works = of(Meaning::Work);
    if !works.is_empty() && works.len() == changes.len() && seen.outline.method == "POST" {
        let why = "It makes something of what it is given, and does not say whether it keeps it.";
        return Verdict::new([Read, Write], why).because(&works);
    }
    if !changes.is_empty() {
        return Verdict::new([Write], "It changes something.").because(&changes);
    }
    unknown(seen)
}

/// Nothing that is known stands in its path, name or words.
fn unknown(seen: &Seen<'_>) -> Verdict {
    let end = seen.path.last();
    let many = end.is_some_and(|word| word.ends_with('s') && !word.ends_with("ss"));
    let wordless =
        seen.outline.summary.is_empty() && seen.outline.description.is_empty() && seen.outline.id.is_none();
    if many && (wordless || !seen.outline.path.ends_with('}')) && tokens(&seen.outline.path).len() < 12 {
        return Verdict::new([Write], "`POST` to a list adds to it.");
    }
    Verdict::new(ANY, "Nothing says what it does.")
}

/// Whether any of these words stands in a list.
pub(super) fn any_of(words: &[String], list: &str) -> Option<String> {
    words.iter().find(|word| words::is(word, list)).cloned()
}
