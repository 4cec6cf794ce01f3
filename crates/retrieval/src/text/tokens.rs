//! How long a text is for a model, without the model's tokenizer.

use unicode_normalization::char::decompose_canonical;

/// About how many WordPiece tokens of an English vocabulary a text has.
///
/// The tokenizer itself would cost more than all other work of keyword indexing together. Measured against it in
/// `window.rs`: 2 to 5 % too high for English prose, within some 10 % for the other languages there, too high for emoji
/// and for signs and scripts that the vocabulary does not have.
pub fn estimated_tokens(text: &str) -> usize {
    let (mut tokens, mut words, mut foreign) = (0, 0, 0);
    let (mut letters, mut digits, mut last) = (0_usize, 0_usize, None);
    for c in text.chars() {
        let is_digit = c.is_ascii_digit();
        let is_letter = (c as u32) < LATIN_END && c.is_alphabetic();
        if !is_letter && letters > 0 {
            words += 1;
            tokens += in_word(letters);
            (letters, last) = (0, None);
        }
        if !is_digit {
            tokens += std::mem::take(&mut digits) / 2;
        }
        if is_letter {
            let plain = plain(c);
            foreign += usize::from(plain.is_none() || last.zip(plain).is_some_and(|(a, b)| !is_common(a, b)));
            letters += 1;
            last = plain;
        } else if is_digit {
            digits += if digits == 0 { 2 } else { 1 };
        } else if !c.is_whitespace() && !c.is_control() {
            tokens += 1;
        }
    }
    words += usize::from(letters > 0);
    tokens + in_word(letters) + digits / 2 + foreign.saturating_sub(words / 2)
}

/// Letters from here on are of scripts of which the tokenizer makes about a token each.
const LATIN_END: u32 = 0x250;

/// Tokens of an English word of so many letters.
fn in_word(letters: usize) -> usize {
    match letters {
        0 => 0,
        1..=7 => 1,
        n => 1 + (n - 4) / 4,
    }
}

/// The letter from `a` to `z` that the tokenizer sees, without case and accent; `None` for others, such as `ø`.
fn plain(c: char) -> Option<u8> {
    let mut base = c.to_ascii_lowercase();
    if !c.is_ascii() {
        let mut first = None;
        decompose_canonical(c, |part| first = first.or(Some(part)));
        base = first?.to_ascii_lowercase();
    }
    base.is_ascii_lowercase().then_some(base as u8)
}

/// Whether English words often have these letters one after the other. Words of other languages, and keys that are no
/// words, have many pairs that are rare in English: there the vocabulary ends and the tokenizer cuts.
fn is_common(a: u8, b: u8) -> bool {
    FOLLOWERS[usize::from(a - b'a')].as_bytes().contains(&b)
}

/// For each letter from `a` to `z` those that follow it in at least 200 of the whole words of the vocabulary of
/// `bert-base-uncased`, which most small English models have. English text has about one other pair in two words.
const FOLLOWERS: [&str; 26] = [
    "bcdgilmnprstuvy",
    "aeiloru",
    "aehiklortu",
    "aeios",
    "acdeglmnprstvx",
    "aeio",
    "aehiru",
    "aeio",
    "acdeglmnoprstv",
    "",
    "ei",
    "aeilosuy",
    "aeiop",
    "acdeginost",
    "cdlmnoprstuvw",
    "aeilopr",
    "u",
    "acdeimnorstuy",
    "acehiopstu",
    "aehiorstuy",
    "acelmnrst",
    "aei",
    "aei",
    "",
    "",
    "",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_punctuation_count_as_the_tokenizer_counts_them() {
        assert_eq!(estimated_tokens("net income"), 2);
        assert_eq!(estimated_tokens("$ 5,363"), 5);
        assert_eq!(estimated_tokens("日本語"), 3);
        assert_eq!(estimated_tokens(""), 0);
    }

    #[test]
    fn words_that_are_not_english_count_more() {
        let (english, norwegian) = (
            "maintenance work on charging stations",
            "vedlikeholdsarbeid på ladestasjoner",
        );
        assert!(estimated_tokens(norwegian) > 2 * estimated_tokens(english) * 3 / 5);
        assert!(estimated_tokens("xkqzvwjp") > 5);
    }
}
