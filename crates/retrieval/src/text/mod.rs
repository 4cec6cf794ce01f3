//! Measures, normal forms and terms of text that several parts share.

mod terms;

pub use terms::{Term, terms, words};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without accents, ligatures and full-width forms: `Attaché` and `ATTACHE` are the same word.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// About how many WordPiece tokens a text has, without the tokenizer.
///
/// The tokenizer itself would cost more than all other work of keyword indexing together. The estimate leans to the
/// high side, so that a passage of 220 estimated tokens stays below the 256 that common small models read.
pub fn estimated_tokens(text: &str) -> usize {
    let (mut tokens, mut letters, mut digits) = (0, 0, 0);
    let word = |letters: usize| match letters {
        0 => 0,
        1..=7 => 1,
        n => 1 + (n - 4) / 4,
    };
    for c in text.chars() {
        let (is_letter, is_digit) = (c.is_alphabetic() && !own_token(c), c.is_ascii_digit());
        if !is_letter {
            tokens += word(std::mem::take(&mut letters));
        }
        if !is_digit {
            tokens += std::mem::take(&mut digits) / 2;
        }
        if is_letter && (c as u32) < 0x250 {
            letters += 1;
        } else if is_digit {
            digits += if digits == 0 { 2 } else { 1 };
        } else if !c.is_whitespace() && !c.is_control() {
            tokens += 1;
        }
    }
    tokens + word(letters) + digits / 2
}

/// Scripts of which the tokenizer makes a token of each character.
fn own_token(c: char) -> bool {
    matches!(c as u32, 0x2E80..=0xA4CF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
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
    use super::*;

    #[test]
    fn accents_and_case_do_not_part_words() {
        assert_eq!(fold("Attaché ÅNGSTRÖM ﬁle"), "attache angstrom file");
    }

    #[test]
    fn numbers_and_punctuation_count_as_the_tokenizer_counts_them() {
        assert_eq!(estimated_tokens("net income"), 2);
        assert_eq!(estimated_tokens("$ 5,363"), 5);
        assert_eq!(estimated_tokens("日本語"), 3);
        assert_eq!(estimated_tokens(""), 0);
    }
}
