use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mark on a collection that every document, passage and anything derived from them inherits.
///
/// Labels are lower-case words joined by hyphens, at most 64 characters. Any such word may be used to sort and
/// filter; the ones with a constant here also mean something to policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Label(String);

impl Label {
    /// Not for customers: must not appear in anything sent outside without a release.
    pub const INTERNAL: &'static str = "internal";
    /// May only meet engines that run on this device.
    pub const NEVER_LEAVES: &'static str = "never-leaves-this-machine";

    /// The label's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not a label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a label: use lower-case letters, digits and hyphens, at most 64 characters, such as `internal`"
)]
pub struct LabelError(String);

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if text.len() <= 64 && text.split('-').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LabelError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Label {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Self, LabelError> {
        text.parse()
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of labels, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Labels(pub BTreeSet<Label>);

impl Labels {
    /// Whether the set has the label with this text.
    pub fn has(&self, label: &str) -> bool {
        self.0.iter().any(|own| own.as_str() == label)
    }
}

impl FromIterator<Label> for Labels {
    fn from_iter<I: IntoIterator<Item = Label>>(labels: I) -> Self {
        Self(labels.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_label_is_what_its_rule_says_and_stays_it(text in "[a-z0-9-]{0,70}|\\PC{0,8}") {
            let words = text.split('-').all(|word| {
                !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase())
            });
            let label = text.parse::<Label>();
            prop_assert_eq!(label.is_ok(), words && text.len() <= 64);
            let Ok(label) = label else { return Ok(()) };
            prop_assert_eq!(label.as_str(), &text);
            let stored = serde_json::to_string(&label).unwrap();
            prop_assert_eq!(serde_json::from_str::<Label>(&stored).unwrap(), label);
        }
    }

    #[test]
    fn the_labels_that_policy_knows_are_valid() {
        for text in [Label::INTERNAL, Label::NEVER_LEAVES] {
            assert_eq!(text.parse::<Label>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_label_with_other_characters_is_refused_by_name() {
        for text in ["", "Internal", "never leaves", "-x", "x--y", "ü", &"a".repeat(65)] {
            let error = text.parse::<Label>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")));
        }
    }

    #[test]
    fn a_stored_label_is_checked_when_it_is_loaded() {
        assert!(
            serde_json::from_str::<Labels>(r#"["internal"]"#)
                .unwrap()
                .has("internal")
        );
        assert!(serde_json::from_str::<Labels>(r#"["No Label"]"#).is_err());
    }
}
