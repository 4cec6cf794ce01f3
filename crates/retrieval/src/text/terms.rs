//! From text to index terms: the same rules for what is indexed and for what is asked.
//!
//! * Words are runs of letters and digits, folded ([`super::fold`]), with the plural `s` taken off.
//! * Names and identifiers such as `Q3_2024`, `AMR-40X`, `10-K` or `EBSEncryption` give their parts and the whole without
//!   its separators, so that each spelling finds every other.
//! * A number loses its thousands separators: `5,363` is `5363`.
//!
//! Plurals by three rules were as good as a Porter stemmer on every development set, and never join unrelated words.

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
    for run in runs(text) {
        let words: Vec<&str> = run.split(is_joiner).filter(|word| !word.is_empty()).collect();
        let number = is_grouped_number(run);
        let short = |word: &&str| word.chars().count() <= 3 || word.bytes().any(|b| b.is_ascii_digit());
        if number || (words.len() > 1 && run.len() <= LONGEST && words.iter().any(short)) {
            push(&mut out, &words.concat(), position);
        }
        if number {
            position += 1;
            continue;
        }
        for word in words {
            push(&mut out, word, position);
            for part in humps(word) {
                push(&mut out, part, position);
            }
            position += 1;
        }
    }
    out
}

/// Just the texts, in order.
pub fn words(text: &str) -> Vec<String> {
    terms(text).into_iter().map(|term| term.text).collect()
}

fn is_joiner(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '&' | '\'' | '’' | ',' | '/')
}

/// Letters and digits with single joiners between them; a possessive `'s` at the end is dropped.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || is_joiner(c)))
        .flat_map(|chunk| {
            // A comma joins only the groups of a number: `5,363` but not `red,green`.
            let commas = if is_grouped_number(chunk.trim_matches(is_joiner)) {
                '\0'
            } else {
                ','
            };
            chunk.split([commas, '/']).map(|run| {
                let run = run.trim_matches(is_joiner);
                run.strip_suffix("'s")
                    .or_else(|| run.strip_suffix("’s"))
                    .unwrap_or(run)
            })
        })
}

/// `5,363` or `1,234,567.89`.
fn is_grouped_number(run: &str) -> bool {
    let whole = run.split('.').next().unwrap_or(run);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    whole.contains(',')
        && (1..=3).contains(&first.len())
        && digits(first)
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// Parts of one word at changes between lower and upper case.
fn humps(word: &str) -> Vec<&str> {
    if word.chars().all(|c| !c.is_uppercase()) || word.chars().all(|c| !c.is_lowercase()) {
        return Vec::new();
    }
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for i in 1..chars.len() {
        let (a, b) = (chars[i - 1].1, chars[i].1);
        // The last capital of a run opens the next word: `EBSEncryption`.
        let acronym =
            a.is_uppercase() && b.is_uppercase() && chars.get(i + 1).is_some_and(|(_, c)| c.is_lowercase());
        if (a.is_lowercase() && b.is_uppercase()) || acronym {
            cuts.push(chars[i].0);
        }
    }
    if cuts.len() == 1 {
        return Vec::new();
    }
    cuts.push(word.len());
    cuts.windows(2).map(|cut| &word[cut[0]..cut[1]]).collect()
}

fn push(out: &mut Vec<Term>, word: &str, position: usize) {
    let text = singular(fold(word));
    if !text.is_empty() && text.len() <= LONGEST {
        out.push(Term { text, position });
    }
}

/// `policies` to `policy`, `units` to `unit`; `status`, `analysis` and `class` stay.
fn singular(mut word: String) -> String {
    if word.len() > 3 && word.ends_with("ies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
    {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_identifier_is_found_by_its_parts_and_by_any_spelling() {
        for (written, asked) in [
            ("AMR-40X", "amr40x"),
            ("10-K", "10k"),
            ("KB-0193", "kb0193"),
            ("Q3_2024", "2024"),
        ] {
            assert!(words(written).contains(&asked.to_owned()), "{:?}", words(written));
        }
        assert!(words("EBSEncryption").contains(&"encryption".to_owned()));
        assert!(words("amazon-ec2-user-guide.md").contains(&"ec2".to_owned()));
    }

    #[test]
    fn plain_words_give_one_term_each() {
        assert_eq!(
            words("How do I reset my Passwörds?"),
            ["how", "do", "i", "reset", "my", "password"]
        );
        assert_eq!(
            words("the company's policies, statuses/classes"),
            ["the", "company", "policy", "statuse", "classe"]
        );
        assert_eq!(words("status analysis class"), ["status", "analysis", "class"]);
    }

    #[test]
    fn a_number_is_one_term_however_it_is_grouped() {
        assert_eq!(words("5,363 and 1,234,567"), ["5363", "and", "1234567"]);
        assert_eq!(words("red,green"), ["red", "green"]);
    }

    #[test]
    fn encoded_data_is_no_word() {
        assert!(words(&"a1".repeat(60)).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_gives_terms_within_bounds(text in "\\PC{0,200}") {
            for term in terms(&text) {
                prop_assert!(!term.text.is_empty() && term.text.len() <= LONGEST);
            }
        }
    }
}
