use std::collections::BTreeSet;

use domain::{ActionId, Effect};
use serde::{Deserialize, Serialize};

use super::{SealKey, Undigestable, keyed, request_digest, sealed, typed_word};
use crate::audit::Digest;
use crate::policy::{Decision, Facts, Obligation, Verdict};

/// One proposal on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Digest of exactly what would be sent.
    pub request: Digest,
    /// The record's version that was looked at, where it has one.
    pub version: Option<String>,
    /// What its card needs.
    pub needs: BTreeSet<Obligation>,
    /// The word that is typed if one is.
    pub word: String,
}

/// What a person is asked about at once: the proposals of a run that follow one another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    lines: Vec<Line>,
    policy: Digest,
    made: i64,
    expires: i64,
}

/// What a person decides about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// It shall be done.
    Approve,
    /// It is struck out.
    Strike,
}

/// Who approves, and what they typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand<'a> {
    /// The person.
    pub by: &'a str,
    /// What they typed where a word is asked for.
    pub word: Option<&'a str>,
}

/// What a yes is bound to, apart from what was shown.
#[derive(Clone, Debug)]
pub struct Binding<'a> {
    /// What the approval is called.
    pub name: String,
    /// The action of each line of the card, in their order. For another action, be its request the same, the yes is none.
    pub actions: &'a [ActionId],
    /// What it is sealed with.
    pub key: SealKey<'a>,
}

/// A person's yes to exactly these requests of exactly these actions, under exactly these rules, until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    #[serde(flatten)]
    body: Body,
    /// Over all of the above, with a key that only this installation has.
    seal: Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Body {
    id: String,
    /// The action of each line. Approvals of older versions have none, and count for none.
    #[serde(default)]
    actions: Vec<ActionId>,
    lines: Vec<Line>,
    policy: Digest,
    at: i64,
    expires: i64,
    by: String,
    typed: bool,
    second: Option<String>,
}

/// Why a card can't be made or approved.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// There is nothing to decide.
    #[error("Nothing is left on this card, so there is nothing to approve.")]
    Empty,
    /// The rules say no, or need no person.
    #[error("This is not a question for you: {0}")]
    NotAsked(String),
    /// Two lines would be the same request.
    #[error("Two lines of this card are the same request. Strike out one of them.")]
    Twice,
    /// A line that is decided by itself.
    #[error("One of these is decided by itself. Give it a card of its own.")]
    Alone,
    /// More than may be looked through.
    #[error("This card may hold at most {most}, and {left} are left. Strike out some of them.")]
    TooMany {
        /// How many it may hold.
        most: u32,
        /// How many are left.
        left: usize,
    },
    /// A decision for each line.
    #[error("Each of the {0} lines of this card needs a decision.")]
    Undecided(usize),
    /// What was shown is not what would be approved.
    #[error("What you saw is not what this card is about any more. Nothing was approved; look at it again.")]
    NotShown,
    /// Too late, or the clock was set.
    #[error("This card is no longer valid. Nothing was approved; it is shown again as it is now.")]
    Expired,
    /// The word is missing or another one.
    #[error("Type `{0}` to confirm. Nothing was approved yet.")]
    Word(String),
    /// The second person is the first.
    #[error("The second signature has to come from somebody else than `{0}`.")]
    SamePerson(String),
    /// The approval was changed where it was kept.
    #[error("This approval was changed after it was given, so it does not count.")]
    Seal,
    /// It has no digest.
    #[error(transparent)]
    Undigestable(#[from] Undigestable),
}

impl Line {
    /// The line for a proposal that is asked.
    ///
    /// # Errors
    /// When the rules don't ask, or the request has no digest.
    pub fn new(effect: &Effect, account: &str, facts: &Facts, verdict: &Verdict) -> Result<Self, CardError> {
        if verdict.decision != Decision::Ask {
            return Err(CardError::NotAsked(verdict.explain().because.join(" ")));
        }
        Ok(Self {
            request: request_digest(effect, account)?,
            version: version(effect),
            needs: verdict.obligations.clone(),
            word: typed_word(facts.side_effect).to_owned(),
        })
    }
}

pub(super) fn version(effect: &Effect) -> Option<String> {
    effect.target.as_ref().and_then(|target| target.version.clone())
}

impl Card {
    /// A card of these lines under the rules with the digest `policy`. Times are milliseconds since 1970; at `expires` it is
    /// no longer valid.
    ///
    /// # Errors
    /// When there is no line, one is decided by itself, or two are the same.
    pub fn new(lines: Vec<Line>, policy: Digest, made: i64, expires: i64) -> Result<Self, CardError> {
        if lines.is_empty() {
            return Err(CardError::Empty);
        }
        let alone = |line: &Line| line.needs.contains(&Obligation::Alone);
        if lines.len() > 1 && lines.iter().any(alone) {
            return Err(CardError::Alone);
        }
        let same = |(place, line): (usize, &Line)| {
            lines
                .iter()
                .skip(place + 1)
                .any(|other| other.request == line.request)
        };
        if lines.iter().enumerate().any(same) {
            return Err(CardError::Twice);
        }
        Ok(Self {
            lines,
            policy,
            made,
            expires,
        })
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// By which rules its lines were judged: the digest of these.
    pub fn policy(&self) -> Digest {
        self.policy
    }

    /// When it was made, in milliseconds since 1970.
    pub fn made(&self) -> i64 {
        self.made
    }

    /// When it is no longer valid, in milliseconds since 1970.
    pub fn expires(&self) -> i64 {
        self.expires
    }

    /// What it needs before it counts.
    pub fn needs(&self) -> BTreeSet<Obligation> {
        self.lines
            .iter()
            .flat_map(|line| line.needs.iter().copied())
            .collect()
    }

    /// Digest of what is left after some lines were struck out: what the face shows, and what comes back with the click.
    ///
    /// # Errors
    /// When there is not a choice for each line, or nothing is left.
    pub fn digest(&self, choices: &[Choice]) -> Result<Digest, CardError> {
        let left = self.left(choices)?;
        Ok(sealed(6, &(&left, self.policy, self.made, self.expires))?)
    }

    /// A person's yes to what is left. `shown` is the digest of what they saw.
    ///
    /// # Errors
    /// When it is not what they saw, too late, too many, or without the word that has to be typed.
    pub fn approve(
        &self,
        choices: &[Choice],
        shown: Digest,
        hand: Hand<'_>,
        binding: Binding<'_>,
        now: i64,
    ) -> Result<Approval, CardError> {
        let lines: Vec<Line> = self.left(choices)?.into_iter().cloned().collect();
        let named = binding.actions.iter().zip(choices);
        let named = named.filter_map(|(action, choice)| (*choice == Choice::Approve).then_some(*action));
        let actions: Vec<ActionId> = named.collect();
        if binding.actions.len() != self.lines.len() {
            return Err(CardError::Undecided(self.lines.len()));
        }
        if shown != self.digest(choices)? {
            return Err(CardError::NotShown);
        }
        if now < self.made || now >= self.expires {
            return Err(CardError::Expired);
        }
        let mut typed = false;
        for line in &lines {
            for need in &line.needs {
                match need {
                    Obligation::AtMost(most) if lines.len() > *most as usize => {
                        return Err(CardError::TooMany {
                            most: *most,
                            left: lines.len(),
                        });
                    }
                    Obligation::TypedWord => {
                        let word = hand.word.map(|word| word.trim().to_lowercase());
                        if word.as_deref() != Some(line.word.as_str()) {
                            return Err(CardError::Word(line.word.clone()));
                        }
                        typed = true;
                    }
                    // Red is shown, a second signature comes later, and `Card::new` keeps those alone that are.
                    Obligation::AtMost(_)
                    | Obligation::Red
                    | Obligation::SecondSignature
                    | Obligation::Alone => {}
                }
            }
        }
        let body = Body {
            id: binding.name,
            actions,
            lines,
            policy: self.policy,
            at: now,
            expires: self.expires,
            by: hand.by.to_owned(),
            typed,
            second: None,
        };
        Approval::of(body, binding.key)
    }

    fn left(&self, choices: &[Choice]) -> Result<Vec<&Line>, CardError> {
        if choices.len() != self.lines.len() {
            return Err(CardError::Undecided(self.lines.len()));
        }
        let kept = self.lines.iter().zip(choices);
        let left: Vec<&Line> = kept
            .filter_map(|(line, choice)| (*choice == Choice::Approve).then_some(line))
            .collect();
        if left.is_empty() {
            Err(CardError::Empty)
        } else {
            Ok(left)
        }
    }
}

impl Approval {
    fn of(body: Body, key: SealKey<'_>) -> Result<Self, CardError> {
        Ok(Self {
            seal: keyed(key, 7, &body)?,
            body,
        })
    }

    /// Whether it was given here, and nothing of it was changed since.
    pub fn holds(&self, key: SealKey<'_>) -> bool {
        keyed(key, 7, &self.body).is_ok_and(|seal| seal == self.seal)
    }

    /// What was approved of an action; nothing if it is of other ones.
    pub fn line(&self, action: ActionId) -> Option<&Line> {
        let mut each = self.body.actions.iter().zip(&self.body.lines);
        each.find_map(|(own, line)| (*own == action).then_some(line))
    }

    /// The same with the signature of a second person.
    ///
    /// # Errors
    /// When it is the same person, or the approval was changed.
    pub fn countersigned(self, by: &str, key: SealKey<'_>) -> Result<Self, CardError> {
        if !self.holds(key) {
            return Err(CardError::Seal);
        }
        if by.trim().is_empty() || by.trim().to_lowercase() == self.body.by.trim().to_lowercase() {
            return Err(CardError::SamePerson(self.body.by));
        }
        let body = Body {
            second: Some(by.to_owned()),
            ..self.body
        };
        Self::of(body, key)
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.body.id
    }

    /// What was approved.
    pub fn lines(&self) -> &[Line] {
        &self.body.lines
    }

    /// Under which rules.
    pub fn policy(&self) -> Digest {
        self.body.policy
    }

    /// When, in milliseconds since 1970.
    pub fn at(&self) -> i64 {
        self.body.at
    }

    /// Until when, in milliseconds since 1970; the moment itself no longer counts.
    pub fn expires(&self) -> i64 {
        self.body.expires
    }

    /// By whom.
    pub fn by(&self) -> &str {
        &self.body.by
    }

    /// Who signed too.
    pub fn second(&self) -> Option<&str> {
        self.body.second.as_deref()
    }

    /// Whether the word was typed.
    pub fn typed(&self) -> bool {
        self.body.typed
    }
}
