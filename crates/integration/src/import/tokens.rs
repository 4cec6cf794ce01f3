//! Names, paths and sentences cut into words.

use super::words::{self, Form, Meaning, Sort};

/// The words of a name: `getHTMLPage`, `send-mail`, `SEND_MAIL` and `deleteuser` as a person reads them. Lower case, without
/// figures. What is one word in two pieces is put together (`log out`), what is two in one piece is cut.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let text = text.replace("OAuth", "Oauth").replace("oAuth", "oauth");
    let mut cut: Vec<String> = Vec::new();
    for piece in text.split(|letter: char| !letter.is_alphabetic()) {
        let parts = humps(piece);
        let whole = piece.to_lowercase();
        // `unSubscribe` and `LogOut` are one word each, and so is `sEnD`.
        if parts.len() > 1 && words::plain(&whole).is_some() {
            cut.push(whole);
        } else if parts.iter().filter(|part| part.chars().count() == 1).count() > 2 {
            cut.extend(compound(&whole));
        } else {
            cut.extend(parts.iter().flat_map(|part| compound(part)));
        }
    }
    joined(cut)
}

/// The longest word that is cut, in bytes. No verb with a thing is longer.
const LONGEST: usize = 40;

/// One piece cut where small letters meet a capital, and before the last capital of several.
fn humps(piece: &str) -> Vec<String> {
    let letters: Vec<char> = piece.chars().collect();
    let mut parts: Vec<String> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || (before.is_uppercase() && after.is_some_and(|a| a.is_lowercase()))
            });
        match parts.last_mut() {
            Some(part) if !begins => part.extend(letter.to_lowercase()),
            _ => parts.push(letter.to_lowercase().collect()),
        }
    }
    parts
}

/// `deleteuser` is `delete user`. Only a verb before one of the usual things counts: `settings` is no `set tings`.
fn compound(word: &str) -> Vec<String> {
    let whole = || vec![word.to_owned()];
    if word.len() > LONGEST || words::plain(word).is_some() || words::is(word, words::THINGS) {
        return whole();
    }
    let cut = word
        .char_indices()
        .map(|(at, _)| word.split_at(at))
        .find(|(verb, thing)| {
            let is_verb = matches!(words::plain(verb), Some((_, Sort::Verb | Sort::Either)));
            is_verb && words::is(thing, words::THINGS)
        });
    cut.map_or_else(whole, |(verb, thing)| vec![verb.to_owned(), thing.to_owned()])
}

fn joined(cut: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in cut {
        if let Some(last) = out.last_mut() {
            let both = format!("{last}{word}");
            // An address to send as is a thing.
            if both == "sendas" {
                *last = both;
                continue;
            }
            // Never so that a verb disappears: `un subscribe` becomes one, `list all` stays two.
            if words::is(&word, "in out off up down back subscribe archive publish share")
                && words::plain(&both).is_some()
            {
                *last = both;
                continue;
            }
        }
        out.push(word);
    }
    out
}

/// The sentences of a text, without its markup.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                plain.push(' ');
            }
            _ if inside => {}
            other => plain.push(other),
        }
    }
    let text = plain.replace("e.g.", "eg").replace("i.e.", "ie");
    let mut out = Vec::new();
    for line in text.split("\n\n") {
        let line = line.replace('\n', " ");
        let each = line
            .split(". ")
            .map(str::trim)
            .filter(|sentence| !sentence.is_empty());
        out.extend(each.map(str::to_owned));
    }
    out
}

/// The verb with which a sentence says what is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// As it stands there.
    pub(super) word: String,
    /// What it means; nothing for a verb that is not known.
    pub(super) meaning: Option<Meaning>,
    /// How it is used.
    pub(super) sort: Sort,
    /// Its form.
    pub(super) form: Form,
    /// A thing follows it that something is done to, so that it is a verb and no name.
    pub(super) acts: bool,
    /// The sentence speaks of the operation itself: `This method …`, `Use this to …`.
    pub(super) explicit: bool,
    /// The sentence names an action and says nothing of its own: `Invoke action …`.
    pub(super) generated: bool,
}

/// Verbs with which a sentence says what is done: the first, then those joined to it (`create and send`).
pub(super) fn verbs(sentence: &str) -> Vec<Spoken> {
    let words = tokens(unbracketed(sentence));
    let Lead {
        at,
        explicit,
        generated,
    } = lead(&words);
    let read = |at: usize, joined: bool| -> Option<Spoken> {
        let word = words.get(at)?;
        let next = words.get(at + 1);
        let acts = next.is_some_and(|next| words::is(next, words::DETERMINERS));
        let known = words::spoken(word);
        let (meaning, sort, form) = match known {
            Some((meaning, sort, form)) => (Some(meaning), sort, form),
            None if acts && !joined && !words::is(word, NO_VERBS) => {
                let form = if word.ends_with('s') {
                    Form::Third
                } else {
                    Form::Base
                };
                (None, Sort::Verb, form)
            }
            None => return None,
        };
        Some(Spoken {
            word: word.clone(),
            meaning,
            sort,
            form,
            acts,
            explicit,
            generated,
        })
    };
    let first = read(at, false);
    let mut out: Vec<Spoken> = first.into_iter().collect();
    for (place, word) in words.iter().enumerate().skip(at) {
        if words::is(word, "and or then also") {
            out.extend(read(place + 1, true));
        }
    }
    out
}

/// Words before a determiner that are no verbs.
const NO_VERBS: &str = "of for in on by with from to at as and or is are was the a an about if when all both only not that \
    which where what whether into per via using within under over between note returns be can will may this it you";

/// What "use … to" is said of where it tells what the operation does.
const USED: &str = "to this it endpoint method call api operation request action function resource";
/// Things that are performed and change nothing.
const LOOKS: &str = "search query lookup count scan";

struct Lead {
    at: usize,
    explicit: bool,
    generated: bool,
}

/// `(Deprecated) Sends …`: what stands in brackets at the start says nothing of what is done.
fn unbracketed(sentence: &str) -> &str {
    let sentence = sentence.trim_start();
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some((_, rest)) = sentence
            .strip_prefix(open)
            .and_then(|rest| rest.split_once(close))
        {
            return rest;
        }
    }
    sentence
}

/// Where the verb stands: behind "This endpoint allows you to" and the like.
fn lead(words: &[String]) -> Lead {
    let mut lead = Lead {
        at: 0,
        explicit: false,
        generated: false,
    };
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    // Each turn goes on by at least one word.
    loop {
        let (at, here) = (lead.at, word(lead.at));
        if words::is(
            here,
            "please deprecated beta experimental legacy simply just note alpha internal warning obsolete",
        ) {
            lead.at += 1;
        } else if words::is(here, "this the our an a") {
            let own = (at + 1..at + 4).find(|place| words::is(word(*place), words::SELF));
            let Some(own) = own else { break };
            // "The API key" is a thing.
            if words::is(word(own + 1), "key keys token of") {
                break;
            }
            (lead.at, lead.explicit) = (own + 1, true);
        } else if words::is(here, words::SELF)
            && words::is(
                word(at + 1),
                "to for that which used allows will lets enables can",
            )
        {
            (lead.at, lead.explicit) = (at + 1, true);
        } else if words::is(
            here,
            "use used useful allow allows allowing let lets enable enables permit permits provides gives",
        ) && let Some(to) = (at + 1..at + 9).find(|place| word(*place) == "to")
            && words::spoken(word(to + 1)).is_some()
            && (!here.starts_with("use") || (at + 1..=to).any(|place| words::is(word(place), USED)))
        {
            (lead.at, lead.explicit) = (to + 1, true);
        } else if (here.ends_with("ly") || words::is(here, words::ADVERBS))
            && words::spoken(word(at + 1)).is_some()
        {
            lead.at += 1;
        } else if words::is(here, "perform performs do does run runs")
            && let Some(look) = (at + 1..at + 4).find(|place| words::is(word(*place), LOOKS))
        {
            lead.at = look;
        } else if words::is(here, "lets let allows allow makes")
            && words::is(word(at + 1), "you users clients us developers")
        {
            (lead.at, lead.explicit) = (at + 2, true);
        } else if words::is(here, "invoke invokes perform performs call calls")
            && words::is(word(at + 1), "action function")
        {
            (lead.at, lead.generated) = (at + 2, true);
        } else if lead.explicit
            && words::is(
                here,
                "to for that which will can may is be used you and it also should must",
            )
        {
            lead.at += 1;
        } else {
            break;
        }
    }
    lead
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_into_the_words_a_person_reads() {
        for (name, read) in [
            ("getHTMLPage", "get html page"),
            ("SEND_MAIL", "send mail"),
            ("chat.postMessage", "chat post message"),
            ("deleteuser", "delete user"),
            ("unSubscribe", "unsubscribe"),
            ("log-out", "logout"),
            ("sign_in", "signin"),
            ("settings", "settings"),
            ("OAuth2Token", "oauth token"),
            ("listAll", "list all"),
            ("un-subscribe", "unsubscribe"),
        ] {
            assert_eq!(tokens(name).join(" "), read, "{name}");
        }
    }

    #[test]
    fn the_verb_of_a_sentence_is_found_behind_its_lead() {
        for (sentence, verb) in [
            ("Deletes the thing", "deletes"),
            ("This endpoint allows you to send a message.", "send"),
            ("Use this method to delete a channel", "delete"),
            ("Allows an app to request additional scopes", "request"),
            ("(Deprecated) Creates one", "creates"),
            ("Invoke action getMemberGroups", "get"),
            ("API to update a user", "update"),
            ("The endpoint for deleting users", "deleting"),
            ("Frobnicates the widget", "frobnicates"),
        ] {
            assert_eq!(verbs(sentence).first().unwrap().word, verb, "{sentence}");
        }
        let both: Vec<String> = verbs("Create and send an invoice")
            .into_iter()
            .map(|verb| verb.word)
            .collect();
        assert_eq!(both, ["create", "send"]);
    }
}
