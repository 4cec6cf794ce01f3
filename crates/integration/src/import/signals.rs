//! The words of an operation that say what it does, with where they stand.

use domain::SideEffect::{self, Send, Write};

use super::class::any_of;
use super::names::{Parts, placed};
use super::outline::Outline;
use super::tokens::{Spoken, sentences, tokens, verbs};
use super::words::{self, Form, Meaning, Sort};

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// At the end of the path.
    Path,
    /// Further ahead in the path.
    Earlier,
    /// In the name of the operation.
    Name,
    /// At the beginning of the summary, or of the description where there is no summary.
    Summary,
    /// In the description, where that speaks of the operation.
    Description,
}

/// A word that says what an operation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signal {
    pub(super) from: From,
    pub(super) word: String,
    /// Nothing for a verb that is not known.
    pub(super) meaning: Option<Meaning>,
    pub(super) sort: Sort,
    /// It stands where a verb stands that decides.
    pub(super) decides: bool,
    /// It is said of a thing: `share the file`.
    pub(super) acts: bool,
    /// `shares`.
    pub(super) third: bool,
    /// It stands between other words: `softwareUpdateStatus`.
    pub(super) within: bool,
    /// It comes after another: `find and replace`.
    pub(super) joined: bool,
    /// The sentence only repeats the name of an action.
    pub(super) generated: bool,
}

impl Signal {
    /// A word of a name, if it is known.
    pub(super) fn plain(from: From, word: &str, decides: bool) -> Option<Self> {
        let (meaning, sort) = words::plain(word)?;
        let word = word.to_owned();
        let signal = Self {
            from,
            word,
            meaning: Some(meaning),
            sort,
            decides,
            acts: false,
            third: false,
            within: false,
            joined: false,
            generated: false,
        };
        Some(signal)
    }

    fn spoken(from: From, said: Spoken, joined: bool) -> Self {
        Self {
            from,
            meaning: said.meaning,
            sort: said.sort,
            decides: !joined,
            acts: said.acts,
            third: said.form == Form::Third,
            within: false,
            joined,
            generated: said.generated,
            word: said.word,
        }
    }

    /// The same in a sentence.
    pub(super) fn why(&self) -> String {
        let at = match self.from {
            From::Path => "Its path ends in",
            From::Earlier => "Its path has",
            From::Name => "Its name says",
            From::Summary => "Its summary says",
            From::Description => "Its description says",
        };
        format!("{at} `{}`.", self.word)
    }
}

/// An operation with the words in it that matter.
pub(super) struct Seen<'a> {
    pub(super) outline: &'a Outline,
    pub(super) signals: Vec<Signal>,
    /// Words of the last part of the path that is no argument.
    pub(super) path: Vec<String>,
    /// All words of the path.
    literals: Vec<String>,
    /// Words of the name.
    name: Vec<String>,
    /// The sentence that says what it does.
    first: String,
    /// The other sentences.
    rest: Vec<String>,
    ends_with_argument: bool,
}

impl<'a> Seen<'a> {
    pub(super) fn of(outline: &'a Outline) -> Self {
        let mut said = sentences(&outline.description);
        let mut summary = sentences(&outline.summary);
        let mut first = if summary.is_empty() {
            String::new()
        } else {
            summary.remove(0)
        };
        // A summary that only names the operation says nothing.
        let named = outline
            .id
            .as_ref()
            .is_some_and(|id| tokens(id) == tokens(&first) && !first.contains(' '));
        if first.is_empty() || named {
            first = if said.is_empty() {
                String::new()
            } else {
                said.remove(0)
            };
        }
        let parts = Parts::of(&outline.path);
        let mut seen = Self {
            outline,
            signals: Vec::new(),
            path: parts.last.clone(),
            literals: parts.all.clone(),
            name: outline.id.as_deref().map(tokens).unwrap_or_default(),
            first,
            rest: summary.into_iter().chain(said).collect(),
            ends_with_argument: parts.ends_with_argument,
        };
        seen.see_path(&parts);
        seen.see_name();
        seen.see_words();
        seen
    }

    fn see_path(&mut self, parts: &Parts) {
        let last = &parts.last;
        self.signals.extend(placed(From::Path, last));
        for word in &parts.beside {
            let signal = Signal::plain(From::Path, word, false);
            self.signals.extend(
                signal.filter(|signal| signal.sort == Sort::Verb && signal.meaning != Some(Meaning::Look)),
            );
        }
        for word in &parts.earlier {
            let signal = Signal::plain(From::Earlier, word, false);
            self.signals.extend(signal.filter(|signal| {
                signal.sort == Sort::Verb
                    && signal.meaning != Some(Meaning::Look)
                    && !words::is(word, words::NAMES_OF_PARTS)
            }));
        }
    }

    fn see_name(&mut self) {
        let Some(id) = self.outline.id.as_deref() else {
            return;
        };
        let method = self.outline.method.to_lowercase();
        // `GET_AddPermission`, `get_messages_send`: the method is no part of the name.
        let split = id.split_once(['_', '-', ' ', '.']);
        let id = match split {
            Some((first, rest)) if first.eq_ignore_ascii_case(&method) => rest,
            _ => id,
        };
        let mixed = id.chars().any(char::is_uppercase) && id.chars().any(char::is_lowercase);
        let cut =
            |letter: char| matches!(letter, '.' | '/' | '#' | ':') || (mixed && matches!(letter, '_' | '-'));
        let pieces: Vec<Vec<String>> = id
            .split(cut)
            .map(tokens)
            .filter(|piece| !piece.is_empty())
            .collect();
        for (at, piece) in pieces.iter().enumerate() {
            let last = at + 1 == pieces.len();
            let mut found = placed(From::Name, piece);
            if !last {
                // What stands before the last dot names where it belongs.
                found.retain(|signal| signal.sort == Sort::Verb && (mixed || at == 0) && signal.decides);
                found
                    .iter_mut()
                    .for_each(|signal| signal.decides = signal.meaning == Some(Meaning::Look));
            }
            self.signals.extend(found);
        }
    }

    fn see_words(&mut self) {
        for (at, said) in verbs(&self.first).into_iter().enumerate() {
            self.signals.push(Signal::spoken(From::Summary, said, at > 0));
        }
        for (at, sentence) in self.rest.iter().enumerate().take(20) {
            let Some(said) = verbs(sentence).into_iter().next() else {
                continue;
            };
            let speaks = said.explicit || (at == 0 && (said.form == Form::Third || said.acts));
            let known = said.meaning.is_some_and(|meaning| meaning != Meaning::Look);
            let vague = words::is(&said.word, words::VAGUE);
            if speaks && known && said.sort == Sort::Verb && !vague {
                self.signals.push(Signal::spoken(From::Description, said, false));
            }
        }
    }

    /// Its name begins with a word for looking.
    pub(super) fn name_looks(&self) -> bool {
        let mut names = self
            .signals
            .iter()
            .filter(|signal| signal.from == From::Name && signal.decides);
        names.any(|signal| signal.meaning == Some(Meaning::Look))
    }

    /// Its words say that it looks, or its name does by another word than its method.
    pub(super) fn looks(&self) -> bool {
        let said = self.said_to_look().is_some();
        let named = self.signals.iter().any(|signal| {
            signal.from == From::Name
                && signal.decides
                && signal.meaning == Some(Meaning::Look)
                && !signal.word.eq_ignore_ascii_case(&self.outline.method)
        });
        said || named
    }

    /// The word by which its summary says that it looks.
    pub(super) fn said_to_look(&self) -> Option<&Signal> {
        let first = self.signals.iter().find(|signal| signal.from == From::Summary)?;
        let looks = first.meaning == Some(Meaning::Look) && !first.joined;
        let sure = !first.generated || words::is(&first.word, words::SURE_LOOK);
        (looks && sure).then_some(first)
    }

    /// The words that say that it changes something.
    pub(super) fn changes(&self) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(|signal| {
            let known = !matches!(signal.meaning, None | Some(Meaning::Look));
            let is_verb = match signal.sort {
                Sort::Verb => true,
                Sort::Either => !signal.joined,
                Sort::Noun => {
                    signal.acts || (signal.from == From::Summary && !signal.third && !signal.joined)
                }
            };
            known && is_verb && signal.from != From::Description && signal.from != From::Earlier
        })
    }

    /// Its path or its name says that something is done which is neither making nor changing in general.
    pub(super) fn does_something_else(&self) -> bool {
        self.signals.iter().any(|signal| {
            matches!(signal.from, From::Path | From::Name)
                && signal.decides
                && signal.meaning == Some(Meaning::Change)
                && !words::is(&signal.word, words::MAKES)
                && !words::is(&signal.word, "update edit modify set patch change manage")
        })
    }

    /// What in its form raises a doubt whether it only reads.
    pub(super) fn doubts(&self) -> Vec<String> {
        let mut out = Vec::new();
        for given in &self.outline.parameters {
            let name = given.name.trim_start_matches('$').to_lowercase();
            let chooses = words::is(&name, words::CHOOSERS) && given.place == "query";
            let writes = given.values.iter().any(|value| {
                let first = tokens(value)
                    .into_iter()
                    .next()
                    .and_then(|word| words::plain(&word));
                matches!(first, Some((meaning, Sort::Verb)) if meaning != Meaning::Look)
            });
            if chooses && (writes || (given.values.is_empty() && given.required)) {
                out.push(format!("Its parameter `{}` decides what is done.", given.name));
            }
            let words = tokens(&given.name);
            let message =
                any_of(&words, words::MESSAGES).is_some() || any_of(&words, "users people").is_some();
            // A name may hold no word at all.
            let acts = words.first().is_some_and(|first| {
                words::is(first, words::SIDE_ACTS) || (message && words::is(first, "send notify"))
            });
            if given.place == "query" && words.len() > 1 && acts {
                out.push(format!(
                    "Its parameter `{}` asks for more than an answer.",
                    given.name
                ));
            }
        }
        let answers = &self.outline.answers;
        let made =
            answers.iter().any(|status| status == "201") && !answers.iter().any(|status| status == "200");
        if made && !self.looks() {
            out.push("It answers that something was made (201).".to_owned());
        }
        let end = self.path.last().map(String::as_str).unwrap_or_default();
        let signs = any_of(&self.literals, "oauth auth sso saml oidc").is_some();
        let step = words::is(
            end,
            "access token authorize exchange callback refresh connect acs",
        );
        let flow = any_of(&self.literals, "oauth sso saml oidc").is_some() && !self.looks();
        if (signs && step) || flow {
            out.push("It is a step of signing in.".to_owned());
        }
        out
    }

    /// What else is told that speaks against a question.
    pub(super) fn told_besides(&self) -> Vec<String> {
        let mut out = Vec::new();
        for sentence in self.rest.iter().chain([&self.first]) {
            let said = tokens(sentence).into_iter().find(|word| {
                let known = words::spoken(word);
                let third =
                    matches!(known, Some((meaning, Sort::Verb, Form::Third)) if meaning != Meaning::Look);
                third && !words::is(word, words::VAGUE)
            });
            out.extend(said.map(|word| format!("Its description says `{word}`.")));
        }
        for signal in self
            .signals
            .iter()
            .filter(|signal| signal.meaning == Some(Meaning::Look))
        {
            // What is loaded or validated may be kept, the more so where it belongs to something that is there.
            let keeps = words::is(stem(&signal.word), words::KEEPING)
                || (signal.word.starts_with("validat") && self.outline.path.contains('{'));
            if keeps && signal.decides {
                out.push(format!("What it makes may be kept (`{}`).", signal.word));
            }
        }
        let later = "async asynchronously asynchronous job jobs background";
        let said = any_of(&tokens(&self.first), later).or_else(|| any_of(&self.literals, later));
        if let Some(word) = said {
            out.push(format!(
                "It may begin something that goes on by itself (`{word}`)."
            ));
        }
        let uploads = |media: &String| media.starts_with("multipart/") || media.contains("octet-stream");
        if self.outline.bodies.iter().any(uploads) {
            out.push("It takes a file.".to_owned());
        }
        if let Some(word) =
            any_of(&self.literals, words::CREDENTIALS).or_else(|| any_of(&self.name, words::CREDENTIALS))
        {
            out.push(format!("It is about credentials (`{word}`)."));
        }
        let writes = |way: &String| {
            way.split_once(": ")
                .is_some_and(|(_, scopes)| scopes.split(' ').any(writing_scope))
        };
        if !self.outline.security.is_empty() && self.outline.security.iter().all(writes) {
            out.push("It needs a permission to write.".to_owned());
        }
        out
    }

    /// Why it makes or changes a draft.
    pub(super) fn draft(&self) -> Option<String> {
        let word = "draft drafts";
        if any_of(&self.literals, word).is_some() {
            return Some("Its path is about drafts, and nothing is sent.".to_owned());
        }
        if any_of(&self.name, word).is_some() || any_of(&tokens(&self.first), word).is_some() {
            return Some("It is about a draft, and nothing is sent.".to_owned());
        }
        let begins = self
            .rest
            .first()
            .map(|sentence| tokens(sentence))
            .unwrap_or_default();
        let makes = begins
            .first()
            .is_some_and(|word| words::is(word, "create creates save saves"));
        if makes && any_of(&begins, word).is_some() {
            return Some("Its description says `draft`.".to_owned());
        }
        self.makes_draft()
            .then(|| "It makes the draft of an answer.".to_owned())
    }

    /// `createReply` makes a reply that is sent later.
    pub(super) fn makes_draft(&self) -> bool {
        let begins = self.path.first().is_some_and(|word| word == "create");
        begins
            && self
                .path
                .get(1)
                .is_some_and(|word| words::is(word, "draft reply forward"))
    }

    /// Whether it makes a message, by the end of its path, its name or its summary.
    pub(super) fn message(&self) -> Option<(Vec<SideEffect>, String)> {
        let verbs: Vec<&Signal> = self.changes().collect();
        let makes = verbs
            .iter()
            .all(|signal| words::is(stem(&signal.word), words::MAKES));
        let last = |words: &[String]| {
            words
                .last()
                .filter(|word| words::is(word, words::MESSAGES))
                .cloned()
        };
        let first = tokens(&self.first);
        let named = |words: &[String]| -> Option<String> {
            let verb = words
                .first()
                .is_some_and(|word| words::is(stem(word), words::MAKES));
            let rest = words
                .iter()
                .skip(1)
                .skip_while(|word| words::is(word, words::DETERMINERS));
            let rest: Vec<&String> = rest.collect();
            let thing = rest.first().filter(|word| words::is(word, words::MESSAGES))?;
            let ends = rest
                .get(1)
                .is_none_or(|next| words::is(next, "to on in for with from of by as at into"));
            (verb && ends).then(|| (*thing).clone())
        };
        let added = self.outline.method == "POST" && !self.ends_with_argument;
        let by_path = added.then(|| last(&self.path)).flatten();
        let by_words = if self.outline.method == "POST" {
            named(&self.name).or_else(|| named(&first))
        } else {
            None
        };
        let word = by_path.or(by_words)?;
        let why = format!("People get a `{word}` that is made.");
        let many = words::is(&word, words::SOMETIMES_SENT);
        Some(if makes && !many {
            (vec![Send], why)
        } else {
            (vec![Write, Send], why)
        })
    }

    /// Its description or a field of its body says that something is sent.
    pub(super) fn sends_besides(&self) -> Option<String> {
        for sentence in self.rest.iter().take(3).chain([&self.first]) {
            let words = tokens(sentence);
            let sends = words.iter().find(|word| {
                matches!(
                    words::spoken(word),
                    Some((Meaning::Send, Sort::Verb, Form::Third))
                )
            });
            // "An email will be sent".
            let sent = words.iter().find(|word| *word == "sent");
            let sent = sent.filter(|_| any_of(&words, words::MESSAGES).is_some());
            // "Only comments can be created".
            let made = any_of(&words, "created posted adds posts").and(any_of(&words, "comment comments"));
            if let Some(word) = sends
                .or(sent)
                .or(made.as_ref())
                .filter(|_| any_of(&words, "not never without").is_none())
            {
                return Some(format!("Its description says `{word}`."));
            }
        }
        let field = self.outline.fields.iter().find(|field| {
            let words = tokens(field);
            words.len() > 1 && words[0] == "send"
        })?;
        Some(format!("It sends something if `{field}` says so."))
    }
}

/// A verb without its ending, for the lists.
fn stem(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if words::plain(stem).is_some() => stem,
        _ => word,
    }
}

/// A scope that lets somebody write.
fn writing_scope(scope: &str) -> bool {
    any_of(&tokens(scope), "write readwrite modify send edit delete").is_some()
}
