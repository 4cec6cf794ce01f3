//! What labels mean, and how they pass from a text to whatever is made from it.

use domain::{Label, Labels};
use serde::{Deserialize, Serialize};

/// Where an engine runs that would see a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// In this program or another one on this machine, reached without a network.
    OnDevice,
    /// Anywhere else.
    Remote,
}

/// Whether an engine may see a text, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Sight {
    /// It may.
    Allowed,
    /// It may not; the label that forbids it and a sentence for a person.
    Denied {
        /// The deciding label.
        label: String,
        /// Why, in plain words.
        reason: String,
    },
}

/// Labels of something made from several texts: all of theirs. Nothing is ever lost on the way.
pub fn inherit<'a>(sources: impl IntoIterator<Item = &'a Labels>) -> Labels {
    sources
        .into_iter()
        .flat_map(|labels| labels.0.iter().cloned())
        .collect()
}

/// Whether an engine may see a text with these labels.
pub fn may_see(engine: Engine, labels: &Labels) -> Sight {
    match engine {
        Engine::OnDevice => Sight::Allowed,
        Engine::Remote if labels.has(Label::NEVER_LEAVES) => Sight::Denied {
            label: Label::NEVER_LEAVES.to_owned(),
            reason:
                "Some of the sources never leave this machine, so remote models are off for this question."
                    .to_owned(),
        },
        Engine::Remote => Sight::Allowed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some_labels() -> impl Strategy<Value = Labels> {
        let names = prop::sample::subsequence(
            vec!["internal", "never-leaves-this-machine", "public", "board"],
            0..=4,
        );
        names.prop_map(|names| names.into_iter().map(|name| name.parse().unwrap()).collect())
    }

    proptest! {
        #[test]
        fn what_is_made_from_texts_has_every_label_of_each(texts in prop::collection::vec(some_labels(), 0..6)) {
            let made = inherit(&texts);
            for labels in &texts {
                prop_assert!(labels.0.is_subset(&made.0));
            }
        }

        #[test]
        fn adding_a_source_never_lets_a_remote_engine_see_more(a in some_labels(), b in some_labels()) {
            if may_see(Engine::Remote, &a) != Sight::Allowed {
                prop_assert!(may_see(Engine::Remote, &inherit([&a, &b])) != Sight::Allowed);
            }
        }
    }

    #[test]
    fn a_text_that_never_leaves_is_seen_on_this_device_only() {
        let labels: Labels = [Label::NEVER_LEAVES.parse().unwrap()].into_iter().collect();
        assert_eq!(may_see(Engine::OnDevice, &labels), Sight::Allowed);
        assert!(
            matches!(may_see(Engine::Remote, &labels), Sight::Denied { label, .. } if label == Label::NEVER_LEAVES)
        );
    }
}
