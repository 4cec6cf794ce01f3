//! Measures, normal forms and terms of text that several parts share.

mod terms;
mod tokens;
#[cfg(test)]
mod window;

pub use terms::{Term, Terms, terms, words};
pub use tokens::estimated_tokens;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without accents, ligatures and full-width forms: `Attaché` and `ATTACHE` are the same word.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(&mut folded, text);
    folded
}

/// The same at the end of `out`.
pub fn fold_into(out: &mut String, text: &str) {
    let start = out.len();
    if text.is_ascii() {
        out.push_str(text);
        out[start..].make_ascii_lowercase();
        return;
    }
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    out.extend(letters.flat_map(char::to_lowercase));
}

/// Text with each run of white space as one space, none at the ends.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A 64-bit name for a content, the first eight bytes of its BLAKE3 hash. At ten million passages the chance that any
/// two share one is below 3 in a million, and the harm a badly ranked passage.
pub fn content_key(parts: &[&str]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let bytes = hasher.finalize();
    let mut key = [0; 8];
    key.copy_from_slice(&bytes.as_bytes()[..8]);
    i64::from_le_bytes(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_word_is_the_same_however_its_accents_are_written(text in "\\PC{0,60}") {
            let (whole, parts): (String, String) = (text.nfc().collect(), text.nfd().collect());
            prop_assert_eq!(fold(&whole), fold(&parts));
            prop_assert_eq!(fold(&text.to_ascii_uppercase()), fold(&text));
        }

        #[test]
        fn an_estimate_is_at_least_a_token_for_each_word_or_sign(text in "[a-zA-Z0-9 .,()ßøäé中я-]{0,200}") {
            let latin = |c: char| c.is_alphabetic() && !"中я".contains(c);
            let words = text.split(|c| !latin(c)).filter(|word| !word.is_empty()).count();
            let signs = text.chars().filter(|c| ".,()-中я".contains(*c)).count();
            prop_assert!(estimated_tokens(&text) >= signs + words);
            prop_assert!(estimated_tokens(&text) <= 2 * text.chars().count());
        }
    }

    #[test]
    fn accents_and_case_do_not_part_words() {
        assert_eq!(fold("Attaché ÅNGSTRÖM ﬁle"), "attache angstrom file");
    }
}
