//! From text to index terms: the same rules for what is indexed and for what is asked.
//!
//! * Words are runs of letters and digits, folded ([`super::fold`]), with the plural `s` taken off.
//! * Names and identifiers such as `Q3_2024`, `AMR-40X`, `10-K` or `EBSEncryption` give their parts and the whole without
//!   its separators, so that each spelling finds every other.
//! * A number loses its thousands separators: `5,363` is `5363`.
//!
//! Plurals by three rules were as good as a Porter stemmer on every development set, and never join unrelated words.

use super::fold_into;

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
    let mut cut = Terms::default();
    cut.cut(text);
    let terms = (0..).map_while(|at| cut.get(at));
    terms
        .map(|(text, position)| Term {
            text: text.to_owned(),
            position,
        })
        .collect()
}

/// Just the texts, in order.
pub fn words(text: &str) -> Vec<String> {
    terms(text).into_iter().map(|term| term.text).collect()
}

/// The terms of one text after another, in one buffer: a large folder has a hundred million of them, and no term is worth
/// an allocation.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    buffer: String,
    /// Where each term ends in the buffer, and its position.
    ends: Vec<(usize, usize)>,
}

impl Terms {
    /// Replaces what is held by the terms of this text.
    pub fn cut(&mut self, text: &str) {
        self.buffer.clear();
        self.ends.clear();
        let mut position = 0;
        for run in runs(text) {
            if !run.contains(is_joiner) {
                self.word(run, position);
                position += usize::from(!run.is_empty());
                continue;
            }
            let words = || run.split(is_joiner).filter(|word| !word.is_empty());
            let number = is_grouped_number(run);
            let short = |word: &str| word.chars().count() <= 3 || word.bytes().any(|b| b.is_ascii_digit());
            if number || (run.len() <= LONGEST && words().nth(1).is_some() && words().any(short)) {
                self.push(words(), position);
            }
            if number {
                position += 1;
                continue;
            }
            for word in words() {
                self.word(word, position);
                position += 1;
            }
        }
    }

    /// The term at this place in their order, and its position.
    pub fn get(&self, at: usize) -> Option<(&str, usize)> {
        let (end, position) = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].0);
        Some((&self.buffer[start..end], position))
    }

    fn word(&mut self, word: &str, position: usize) {
        self.push([word].into_iter(), position);
        for part in humps(word) {
            self.push([part].into_iter(), position);
        }
    }

    /// Adds the term that these parts make together, unless it is empty or too long.
    fn push<'a>(&mut self, parts: impl Iterator<Item = &'a str>, position: usize) {
        let start = self.buffer.len();
        parts.for_each(|part| fold_into(&mut self.buffer, part));
        singular(&mut self.buffer, start);
        match self.buffer.len() - start {
            1..=LONGEST => self.ends.push((self.buffer.len(), position)),
            _ => self.buffer.truncate(start),
        }
    }
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
    if !run.contains(',') {
        return false;
    }
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

/// `policies` to `policy`, `units` to `unit`; `status`, `analysis` and `class` stay. The word begins at `start`.
fn singular(buffer: &mut String, start: usize) {
    let word = &buffer[start..];
    if word.len() <= 3 {
        return;
    }
    if word.ends_with("ies") {
        buffer.truncate(buffer.len() - 3);
        buffer.push('y');
    } else if word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        buffer.pop();
    }
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
