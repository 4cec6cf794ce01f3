//! From text to index terms: the same rules for what is indexed and for what is asked.
//!
//! * Words are runs of letters and digits, folded ([`super::fold`]).
//! * Names and identifiers such as `Q3_2024`, `AMR-40X`, `10-K`, `EBSEncryption` or `KB0193` give their parts and the
//!   whole without its separators, so that each spelling finds every other.

use super::fold;

/// Longest term that is kept; longer runs are encoded data, not words.
const LONGEST: usize = 40;

/// A term and where it stands: parts and the whole of an identifier share a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Folded text.
    pub text: String,
    /// Number of words before it.
    pub position: usize,
}

/// The index terms of a text.
pub fn terms(text: &str) -> Vec<Term> {
    let mut out = Vec::with_capacity(text.len() / 6);
    let mut position = 0;
    for chunk in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))) {
        if chunk.is_empty() {
            continue;
        }
        let words: Vec<&str> = chunk.split(['-', '_', '.', '/']).filter(|word| !word.is_empty()).collect();
        let identifier = words.len() > 1 && words.len() <= 4 && chunk.bytes().any(|b| b.is_ascii_digit());
        let first = position;
        for word in &words {
            push(&mut out, fold(word), position);
            parts(word, position, &mut out);
            position += 1;
        }
        if identifier {
            push(&mut out, fold(&words.concat()), first);
        }
    }
    out
}

/// Parts of one word at changes between lower and upper case and between letters and digits.
fn parts(word: &str, position: usize, out: &mut Vec<Term>) {
    let chars: Vec<char> = word.chars().collect();
    let mut start = 0;
    let mut found = Vec::new();
    for i in 1..chars.len() {
        let (a, b) = (chars[i - 1], chars[i]);
        let digits = a.is_ascii_digit() != b.is_ascii_digit();
        let hump = a.is_lowercase() && b.is_uppercase();
        // The last capital of a run opens the next word: `EBSEncryption`.
        let acronym = a.is_uppercase() && b.is_uppercase() && chars.get(i + 1).is_some_and(|c| c.is_lowercase());
        if digits || hump || acronym {
            found.push(&chars[start..i]);
            start = i;
        }
    }
    if found.is_empty() {
        return;
    }
    found.push(&chars[start..]);
    for part in found {
        if part.len() > 1 {
            push(out, fold(&part.iter().collect::<String>()), position);
        }
    }
}

fn push(out: &mut Vec<Term>, text: String, position: usize) {
    if !text.is_empty() && text.len() <= LONGEST {
        out.push(Term { text, position });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn an_identifier_is_found_by_its_parts_and_by_any_spelling() {
        for (written, asked) in [("AMR-40X", "amr40x"), ("10-K", "10k"), ("KB-0193", "kb0193"), ("Q3_2024", "2024")] {
            assert!(texts(written).contains(&asked.to_owned()), "{:?}", texts(written));
        }
        assert!(texts("EBSEncryption").contains(&"encryption".to_owned()));
        assert!(texts("FY2018").contains(&"2018".to_owned()));
    }

    #[test]
    fn plain_words_give_one_term_each() {
        assert_eq!(texts("How do I reset my Passwörd?"), ["how", "do", "i", "reset", "my", "password"]);
    }

    #[test]
    fn encoded_data_is_no_word() {
        assert!(texts(&"a1".repeat(60)).iter().all(|term| term.len() <= LONGEST));
    }
}
