use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{DocumentId, Labels, PassageId, Place};

/// The exact characters of a passage that a sentence of an answer rests on, and what a person needs to judge them:
/// which file, where in it, how old, under which labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The passage.
    pub passage: PassageId,
    /// The document it belongs to.
    pub document: DocumentId,
    /// Path of the file, relative to its source.
    pub file: String,
    /// Where in the file the passage stands.
    pub place: Place,
    /// Page or slide, where the place has one.
    pub page: Option<u32>,
    /// Headings above the passage, outermost first.
    pub headings: Vec<String>,
    /// The quoted text, exactly as it stands in the passage.
    pub quote: String,
    /// Where the quote stands in the passage text, in characters (Unicode scalar values, not bytes).
    pub chars: Range<usize>,
    /// When the file was last changed, in seconds since 1970.
    pub modified: i64,
    /// When the file says it was written or sent: RFC 3339, or a plain date.
    pub written: Option<String>,
    /// Labels inherited from the passage.
    pub labels: Labels,
}

impl Citation {
    /// Whether the quote stands in this passage text at exactly the characters named.
    pub fn holds_in(&self, passage_text: &str) -> bool {
        let Some(count) = self.chars.end.checked_sub(self.chars.start) else {
            return false;
        };
        let mut rest = passage_text.chars().skip(self.chars.start);
        self.quote.chars().count() == count && self.quote.chars().all(|own| rest.next() == Some(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoting(quote: &str, chars: Range<usize>) -> Citation {
        Citation {
            passage: PassageId(1),
            document: DocumentId(1),
            file: "Contracts/Halden.pdf".into(),
            place: Place::Page { page: 7 },
            page: Some(7),
            headings: vec![],
            quote: quote.into(),
            chars,
            modified: 0,
            written: None,
            labels: Labels::default(),
        }
    }

    #[test]
    fn a_quote_is_counted_in_characters_not_bytes() {
        let text = "Größe: 40 m². Verfügbarkeit 99,5 %.";
        assert!(quoting("Verfügbarkeit 99,5 %.", 14..35).holds_in(text));
        assert!(!quoting("Verfügbarkeit 99,9 %.", 14..35).holds_in(text));
        assert!(!quoting("Verfügbarkeit 99,5 %.", 13..34).holds_in(text));
    }

    #[test]
    #[allow(clippy::reversed_empty_ranges)]
    fn a_range_outside_the_passage_does_not_hold() {
        assert!(!quoting("abc", 1..4).holds_in("abc"));
        assert!(!quoting("", 4..1).holds_in("abc"));
    }
}
