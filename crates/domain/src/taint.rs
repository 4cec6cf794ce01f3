use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Who may have written a value, from most to least trusted. Joining keeps the least trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// The person at this machine: typed or picked.
    User,
    /// Attaché's own words.
    App,
    /// A field for whose form the person's own system vouches: an id, a timestamp, a stage.
    OwnField,
    /// Somebody else may have written it.
    Text,
}

/// Who may see a value. Joining keeps the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidentiality {
    /// Anybody.
    Public,
    /// Colleagues.
    Internal,
    /// Those who are named.
    Confidential,
    /// Leaves this machine never.
    Secret,
}

/// To whom a value may go. Joining keeps those whom both allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// No limit.
    Everyone,
    /// These addresses or domains, in lower case.
    Only(BTreeSet<String>),
}

impl Readers {
    fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everyone, one) | (one, Self::Everyone) => one.clone(),
            (Self::Only(a), Self::Only(b)) => Self::Only(a.intersection(b).cloned().collect()),
        }
    }
}

/// Where a value was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    /// What it is: `mail`, `file`, `record`, `tool`.
    pub kind: String,
    /// Which one: a path, an id, an address.
    pub object: String,
    /// Which state of it: a version or digest.
    pub revision: String,
    /// Which characters of it; all of it if absent.
    pub span: Option<(u32, u32)>,
}

/// What is known of where a value comes from: who may have written it, who may see it, and where it was read.
///
/// A model is a black box: whatever it emits carries the join of everything it was given (security design, R1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taint {
    /// Who may have written it.
    pub integrity: Integrity,
    /// Who may see it.
    pub confidentiality: Confidentiality,
    /// To whom it may go.
    pub readers: Readers,
    /// Where it was read.
    pub sources: BTreeSet<SourceRef>,
}

impl Taint {
    /// What a person typed or picked.
    pub fn user() -> Self {
        Self {
            integrity: Integrity::User,
            confidentiality: Confidentiality::Public,
            readers: Readers::Everyone,
            sources: BTreeSet::new(),
        }
    }

    /// What is assumed of a value of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            integrity: Integrity::Text,
            confidentiality: Confidentiality::Confidential,
            readers: Readers::Everyone,
            sources: BTreeSet::new(),
        }
    }

    /// Of something made from both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self {
            integrity: self.integrity.max(other.integrity),
            confidentiality: self.confidentiality.max(other.confidentiality),
            readers: self.readers.join(&other.readers),
            sources: self.sources.union(&other.sources).cloned().collect(),
        }
    }

    /// Of something made from all of these; [`Taint::user`] if there are none.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        parts
            .into_iter()
            .fold(Self::user(), |joined, part| joined.join(part))
    }
}

/// Where one argument of a proposal was seen, by comparing texts. For the card only: it may make a verdict stricter and
/// never milder (security design, R2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Origin {
    /// In the person's own words.
    User,
    /// It is the whole of a field.
    Field {
        /// Which.
        source: SourceRef,
    },
    /// It stands inside a text.
    Within {
        /// Which, with the characters.
        source: SourceRef,
    },
    /// Nowhere.
    Nowhere,
}

impl SourceRef {
    /// The characters of the object, as a range.
    pub fn range(&self) -> Option<Range<u32>> {
        self.span.map(|(start, end)| start..end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taint() -> impl Strategy<Value = Taint> {
        let integrity = prop::sample::select(vec![
            Integrity::User,
            Integrity::App,
            Integrity::OwnField,
            Integrity::Text,
        ]);
        let confidentiality = prop::sample::select(vec![
            Confidentiality::Public,
            Confidentiality::Internal,
            Confidentiality::Confidential,
            Confidentiality::Secret,
        ]);
        let names = prop::collection::btree_set("[abc]", 0..3);
        let readers = prop_oneof![Just(Readers::Everyone), names.prop_map(Readers::Only)];
        let source = "[ab]".prop_map(|object| SourceRef {
            kind: "mail".into(),
            object,
            revision: "1".into(),
            span: None,
        });
        let sources = prop::collection::btree_set(source, 0..3);
        (integrity, confidentiality, readers, sources).prop_map(
            |(integrity, confidentiality, readers, sources)| Taint {
                integrity,
                confidentiality,
                readers,
                sources,
            },
        )
    }

    proptest! {
        #[test]
        fn joining_is_a_lattice(a in taint(), b in taint(), c in taint()) {
            prop_assert_eq!(a.join(&b), b.join(&a));
            prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
            prop_assert_eq!(a.join(&a), a.clone());
            prop_assert_eq!(a.join(&Taint::user()), a);
        }

        #[test]
        fn what_is_made_from_something_is_never_trusted_more_nor_seen_by_more(a in taint(), b in taint()) {
            let made = a.join(&b);
            prop_assert!(made.integrity >= a.integrity && made.confidentiality >= a.confidentiality);
            prop_assert!(made.sources.is_superset(&a.sources));
            if let (Readers::Only(all), Readers::Only(some)) = (&a.readers, &made.readers) {
                prop_assert!(some.is_subset(all));
            }
            prop_assert!(a.readers == Readers::Everyone || made.readers != Readers::Everyone);
        }
    }
}
