//! What a question says: its words, the names in it, its periods, its sentences.

use std::collections::BTreeMap;

use super::period::{Periods, is_period_term, periods};
use crate::text::{fold, terms, words};

/// A question taken apart.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Its terms without stop words, and how often each is said: a word said three times weighs three.
    pub terms: Vec<(String, f32)>,
    /// Words that may be a name, and two or three neighbours written as one (`Best Buy`: `bestbuy`).
    pub names: Vec<String>,
    /// The periods it asks for.
    pub periods: Periods,
    /// Its sentences, if it is so long that it asks for several things.
    pub sentences: Vec<String>,
}

/// More sentences than this, and a question is taken as several needs.
const ONE_NEED: usize = 4;
/// Most sentences that are looked up on their own.
const MOST_SENTENCES: usize = 24;

/// Takes a question apart.
pub fn analyse(question: &str) -> Analysis {
    let mut counts: BTreeMap<String, f32> = BTreeMap::new();
    for term in terms(question) {
        if !is_stop_word(&term.text) {
            *counts.entry(term.text).or_default() += 1.0;
        }
    }
    if counts.is_empty() {
        // Only stop words: then they are what is asked for.
        terms(question)
            .into_iter()
            .for_each(|term| *counts.entry(term.text).or_default() += 1.0);
    }
    Analysis {
        terms: counts.into_iter().collect(),
        names: names(question),
        periods: periods(question),
        sentences: sentences(question),
    }
}

/// Words, and two or three neighbours joined, that are written as names: with a capital that does not just open a
/// sentence, or with a digit. In a question without any capital every word may be a name.
fn names(question: &str) -> Vec<String> {
    let plain = question.replace("'s", "  ").replace("’s", "  ");
    let written = written_words(&plain);
    let everything = !written
        .iter()
        .any(|word| !word.opens && word.text.starts_with(char::is_uppercase));
    let named = |word: &Word<'_>| {
        let inner_capital = word.text.chars().skip(1).any(char::is_uppercase);
        everything
            || word.text.contains(|c: char| c.is_ascii_digit())
            || (word.text.starts_with(char::is_uppercase) && (!word.opens || inner_capital))
    };
    let mut out = Vec::new();
    for length in 1..=3 {
        for part in written.windows(length) {
            let (first, last) = (&part[0], &part[length - 1]);
            if length > 1 && (is_stop_word(&fold(first.text)) || is_stop_word(&fold(last.text))) {
                continue;
            }
            if part.iter().all(named)
                || (length > 1 && named(last) && first.text.starts_with(char::is_uppercase))
            {
                let joined: String = part.iter().map(|word| word.text).collect();
                // The whole comes first, or alone; its humps are no names of their own.
                out.extend(words(&joined).into_iter().next());
            }
        }
    }
    out.retain(|term| !is_stop_word(term) && !is_period_term(term));
    out.sort_unstable();
    out.dedup();
    out
}

struct Word<'a> {
    text: &'a str,
    /// Opens a sentence, so that its capital says nothing.
    opens: bool,
}

fn written_words(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut opens = true;
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        opens |= rest[..start].contains(['.', '?', '!', ':']);
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        out.push(Word {
            text: &rest[..end],
            opens,
        });
        opens = false;
        rest = &rest[end..];
    }
    out
}

fn sentences(question: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open = String::new();
    let mut before = ' ';
    for c in question.chars() {
        if c == '\n' || (c.is_whitespace() && matches!(before, '.' | '!' | '?' | ';' | ':')) {
            out.push(std::mem::take(&mut open));
        } else {
            open.push(c);
        }
        before = c;
    }
    out.push(open);
    out.retain(|sentence| words(sentence).iter().filter(|word| !is_stop_word(word)).count() >= 2);
    if out.len() <= ONE_NEED {
        return Vec::new();
    }
    out.truncate(MOST_SENTENCES);
    out
}

/// Words that say nothing about what is looked for, folded and singular as terms are.
pub fn is_stop_word(term: &str) -> bool {
    STOP_WORDS.binary_search(&term).is_ok()
}

#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "again", "against", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do", "doe",
    "does", "doing", "don", "down", "during", "each", "few", "for", "from", "further", "give", "had", "has", "have",
    "having", "he", "her", "here", "hers", "him", "his", "how", "however", "i", "if", "in", "into", "is", "it", "its",
    "itself", "just", "like", "may", "me", "might", "more", "most", "must", "my", "need", "no", "nor", "not", "now",
    "of", "off", "on", "once", "only", "or", "other", "our", "ours", "out", "over", "own", "per", "please", "s",
    "same", "shall", "she", "should", "show", "so", "some", "such", "t", "tell", "than", "that", "the", "their",
    "theirs", "them", "then", "there", "therefore", "these", "they", "this", "those", "through", "to", "too", "under",
    "until", "up", "us", "very", "via", "want", "was", "we", "were", "what", "when", "where", "which", "while", "who",
    "whom", "why", "will", "with", "would", "you", "your", "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_stop_words_is_in_order() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn a_name_of_several_words_is_also_one_word() {
        let names = analyse("What did Best Buy pay American Express's partners in FY2018?").names;
        assert!(
            names.contains(&"bestbuy".to_owned()) && names.contains(&"americanexpress".to_owned()),
            "{names:?}"
        );
        assert!(!names.contains(&"fy2018".to_owned()));
    }

    #[test]
    fn a_question_of_stop_words_is_still_a_question() {
        assert!(!analyse("who are we").terms.is_empty());
    }

    #[test]
    fn only_a_long_question_is_taken_as_several_needs() {
        assert!(analyse("What is the term? And the fee?").sentences.is_empty());
        let long = "I lost my credit card. I need a new card fast. The delivery must go abroad. Which fee is charged? \
                    Can you block the old card?";
        assert_eq!(analyse(long).sentences.len(), 5);
    }
}
