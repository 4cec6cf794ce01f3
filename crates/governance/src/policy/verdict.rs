use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::Digest;

/// What is to become of a proposal, from mild to strict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is done without asking.
    Allow,
    /// A person decides.
    Ask,
    /// It is not done.
    Deny,
}

/// What a card needs before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obligation {
    /// It is shown as a warning.
    Red,
    /// It is never one of several lines.
    Alone,
    /// A word is typed, not only a button clicked: [`crate::approval::typed_word`].
    TypedWord,
    /// A second person signs too.
    SecondSignature,
    /// It has no more lines than this.
    AtMost(u32),
}

impl Obligation {
    /// Reads the text of an annotation `@needs`.
    ///
    /// # Errors
    /// The word that means nothing.
    pub fn list(text: &str) -> Result<BTreeSet<Self>, String> {
        let one = |word: &str| match word.trim() {
            "red" => Ok(Self::Red),
            "alone" => Ok(Self::Alone),
            "typed-word" => Ok(Self::TypedWord),
            "second-signature" => Ok(Self::SecondSignature),
            other => {
                let most = other
                    .strip_prefix("at-most ")
                    .and_then(|most| most.trim().parse().ok());
                most.filter(|most| *most > 0)
                    .map(Self::AtMost)
                    .ok_or_else(|| other.to_owned())
            }
        };
        text.split(',').map(one).collect()
    }

    /// In a sentence for whoever sees the card.
    pub fn words(self) -> String {
        match self {
            Self::Red => "Look at it with special care.".into(),
            Self::Alone => "It is decided by itself, not together with others.".into(),
            Self::TypedWord => "You confirm it by typing a word.".into(),
            Self::SecondSignature => {
                "A second person has to sign it, which Attaché can't take yet; it is left to be done in the system itself.".into()
            }
            Self::AtMost(most) => format!("One card may hold at most {most}."),
        }
    }
}

/// The same words as in `@needs`.
impl fmt::Display for Obligation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Red => f.write_str("red"),
            Self::Alone => f.write_str("alone"),
            Self::TypedWord => f.write_str("typed-word"),
            Self::SecondSignature => f.write_str("second-signature"),
            Self::AtMost(most) => write!(f, "at-most {most}"),
        }
    }
}

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Compiled in.
    Baseline,
    /// Shipped on top of it.
    Default,
    /// The company's.
    Company,
}

/// A policy, as people speak of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// Why, in a sentence for whoever is asked.
    pub why: String,
    /// What a card needs when this is among what made it one.
    pub needs: BTreeSet<Obligation>,
    /// Whose it is.
    pub layer: Layer,
    /// In which file it stands.
    pub file: String,
    /// In which line of it, from 1.
    pub line: Option<usize>,
}

/// A rule that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deciding {
    /// Its name; of no rule, [`Deciding::NO_RULE`], [`Deciding::FAILURE`] or [`Deciding::WHICH_RECORD`].
    pub policy: String,
    /// Why, in a sentence for people.
    pub why: String,
    /// Whose it is.
    pub layer: Layer,
}

impl Deciding {
    /// No rule decided: what no rule allows is not allowed.
    pub const NO_RULE: &'static str = "no-rule";
    /// There is nothing to judge before a person says which record is meant.
    pub const WHICH_RECORD: &'static str = "which-record";
    /// The rules could not be read or applied, and what can't be judged is denied.
    pub const FAILURE: &'static str = "rules-failed";

    pub(super) fn no_rule(decision: Decision) -> Self {
        Self {
            policy: Self::NO_RULE.into(),
            why: match decision {
                Decision::Deny => "No rule allows this.".into(),
                Decision::Ask | Decision::Allow => "No rule lets this be done without asking.".into(),
            },
            layer: Layer::Baseline,
        }
    }
}

impl From<&Rule> for Deciding {
    fn from(rule: &Rule) -> Self {
        Self {
            policy: rule.id.clone(),
            why: rule.why.clone(),
            layer: rule.layer,
        }
    }
}

/// What is to become of a proposal, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What.
    pub decision: Decision,
    /// Which rules decided, the baseline's first; never empty.
    pub deciding: Vec<Deciding>,
    /// What the card needs; nothing unless it is asked.
    pub obligations: BTreeSet<Obligation>,
    /// By which rules it was judged: [`super::Policies::digest`].
    pub policy_digest: Digest,
}

/// A verdict in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What the person would ask.
    pub question: &'static str,
    /// The answer, a sentence for each rule that decided.
    pub because: Vec<String>,
    /// What the card needs, a sentence each.
    pub needs: Vec<String>,
}

impl Verdict {
    pub(super) fn closed(why: &str, policy_digest: Digest) -> Self {
        Self {
            decision: Decision::Deny,
            deciding: vec![Deciding {
                policy: Deciding::FAILURE.into(),
                why: why.to_owned(),
                layer: Layer::Baseline,
            }],
            obligations: BTreeSet::new(),
            policy_digest,
        }
    }

    /// Why it is so.
    pub fn explain(&self) -> Explanation {
        Explanation {
            question: match self.decision {
                Decision::Allow => "Why was I not asked?",
                Decision::Ask => "Why am I asked?",
                Decision::Deny => "Why is this not allowed?",
            },
            because: self
                .deciding
                .iter()
                .map(|deciding| deciding.why.clone())
                .collect(),
            needs: self
                .obligations
                .iter()
                .map(|obligation| obligation.words())
                .collect(),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.question)?;
        self.because
            .iter()
            .chain(&self.needs)
            .try_for_each(|line| write!(f, "\n{line}"))
    }
}
