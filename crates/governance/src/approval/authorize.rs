use domain::{ActionId, Effect, Operation};

use super::card::version;
use super::{Approval, Line, SealKey, Undigestable, request_digest};
use crate::audit::Digest;
use crate::grants::{Cover, Grant, Uncovered, Used};
use crate::policy::{Decision, Facts, Obligation, Policies, Situation, Verdict};

/// On what somebody relies who wants something done.
#[derive(Clone, Copy, Debug)]
pub enum Warrant<'a> {
    /// That the rules allow it without asking.
    Rules,
    /// That a person allowed it beforehand.
    Grant {
        /// What they allowed.
        grant: &'a Grant,
        /// How much of it was used before.
        used: Used,
    },
    /// That a person approved it.
    Approval {
        /// Their yes.
        approval: &'a Approval,
        /// For which action it is used.
        action: ActionId,
        /// What it must be sealed with.
        key: SealKey<'a>,
        /// Whether this line of it was used before.
        used: bool,
    },
}

/// On what an authorisation rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The rules alone.
    Rules,
    /// A grant, by its name.
    Grant {
        /// Its name.
        id: String,
        /// What is used of it with this; to be kept before anything is sent.
        used: Used,
    },
    /// An approval, by its name.
    Approval(String),
}

/// The right to do one thing once. Only [`authorize`] makes it, nothing copies it and nothing reads it from a file, so that
/// whoever sends something has had exactly that judged and approved.
#[derive(Debug)]
#[must_use = "nothing is sent unless it is handed to whoever sends"]
pub struct Authorized<T> {
    what: T,
    request: Digest,
    account: String,
    verdict: Verdict,
    ground: Ground,
    at: i64,
    until: Option<i64>,
}

impl<T> Authorized<T> {
    /// What may be done.
    pub fn what(&self) -> &T {
        &self.what
    }

    /// Digest of exactly what may be sent.
    pub fn request(&self) -> Digest {
        self.request
    }

    /// Through which account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What the rules said when it was authorised.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// On what it rests.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// When it was authorised, in milliseconds since 1970.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// When it lapses, in milliseconds since 1970; nothing where the rules alone allow it.
    pub fn until(&self) -> Option<i64> {
        self.until
    }

    /// From what the key is made by which the system knows a repeated request: the action's name with its length, and the
    /// digest of the request. The same for all attempts, another for every other request.
    pub fn key_material(&self, action: &str) -> Vec<u8> {
        let mut bytes = (action.len() as u64).to_be_bytes().to_vec();
        bytes.extend(action.as_bytes());
        bytes.extend(self.request.0);
        bytes
    }
}

/// Why something is not authorised, in words for people. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The rules forbid it.
    #[error("Nothing was sent. {}", .0.explain().because.join(" "))]
    Denied(Verdict),
    /// A person has to decide.
    #[error("Nothing was sent, because this needs your approval. {}", .0.explain().because.join(" "))]
    Asks(Verdict),
    /// What a person allowed beforehand is something else.
    #[error("Nothing was sent. {0}")]
    Uncovered(#[from] Uncovered),
    /// The approval is of another action, was made by somebody else, or was changed where it was kept.
    #[error(
        "Nothing was sent. The approval was not given for this, or was changed after it was given; decide again."
    )]
    Seal,
    /// It is not what was approved.
    #[error("Nothing was sent. This is not exactly what you approved; look at the new card.")]
    OtherRequest,
    /// The record is in another state.
    #[error("Nothing was sent. The record changed after you looked at it; look at the new card.")]
    RecordChanged,
    /// The rules changed.
    #[error("Nothing was sent. The rules changed after you approved this; decide again.")]
    OtherPolicy,
    /// Too late.
    #[error("Nothing was sent. Your approval is too old; look at it again as it is now.")]
    Expired,
    /// The clock says that it was approved in the future.
    #[error("Nothing was sent. The clock was set back after you approved this; decide again.")]
    Clock,
    /// Once is once.
    #[error(
        "Nothing more was sent. This approval was already used; propose it again if it shall happen twice."
    )]
    Used,
    /// What the card needed is missing.
    #[error("Nothing was sent. {}", .0.words())]
    Unmet(Obligation),
    /// It has no digest.
    #[error("Nothing was sent: {0}")]
    Undigestable(#[from] Undigestable),
}

/// Judges a proposal as things are now, looks at what somebody relies on, and gives the right to do it once.
///
/// `now` is in milliseconds since 1970. What is used up by it (the line of an approval, a part of a grant) is for the
/// caller to keep in the same transaction in which sending begins.
///
/// # Errors
/// Why not.
pub fn authorize(
    policies: &Policies,
    effect: &Effect,
    operation: &Operation,
    situation: &Situation,
    warrant: Warrant<'_>,
    now: i64,
) -> Result<Authorized<Effect>, Refusal> {
    let account = situation.account.as_str();
    let request = request_digest(effect, account)?;
    let mut facts = Facts::of(effect, operation, situation);
    // What denies comes before what is missing: nobody shall approve again what is not allowed anyway.
    let verdict = policies.judge(&facts);
    if verdict.decision == Decision::Deny {
        return Err(Refusal::Denied(verdict));
    }
    let (verdict, ground, until) = match warrant {
        Warrant::Rules => (allowed(verdict)?, Ground::Rules, None),
        Warrant::Grant { grant, used } => {
            match grant.covers(effect, account, &facts, policies.digest(), used, now) {
                Cover::Not(why) => return Err(why.into()),
                Cover::Covered(used) => {
                    facts.granted = true;
                    let id = grant.id.clone();
                    let verdict = allowed(policies.judge(&facts))?;
                    (verdict, Ground::Grant { id, used }, Some(grant.until))
                }
            }
        }
        Warrant::Approval {
            approval,
            action,
            key,
            used,
        } => {
            let own = approval.line(action).filter(|_| approval.holds(key));
            let line = own.ok_or(Refusal::Seal)?;
            exactly(line, effect, account, request)?;
            if approval.policy() != policies.digest() {
                return Err(Refusal::OtherPolicy);
            }
            in_time(approval, now)?;
            if used {
                return Err(Refusal::Used);
            }
            met(&verdict, &facts, approval, line)?;
            let ground = Ground::Approval(approval.id().to_owned());
            (verdict, ground, Some(approval.expires()))
        }
    };
    Ok(Authorized {
        what: effect.clone(),
        request,
        account: account.to_owned(),
        verdict,
        ground,
        at: now,
        until,
    })
}

fn allowed(verdict: Verdict) -> Result<Verdict, Refusal> {
    match verdict.decision {
        Decision::Allow => Ok(verdict),
        Decision::Ask => Err(Refusal::Asks(verdict)),
        Decision::Deny => Err(Refusal::Denied(verdict)),
    }
}

/// Whether a line is of this request, for the record as it is now.
fn exactly(line: &Line, effect: &Effect, account: &str, request: Digest) -> Result<(), Refusal> {
    if line.request == request && line.version == version(effect) {
        return Ok(());
    }
    let mut then = effect.clone();
    if let Some(target) = &mut then.target {
        target.version.clone_from(&line.version);
    }
    // The same was approved for another state of the record.
    if line.version != version(effect) && request_digest(&then, account)? == line.request {
        Err(Refusal::RecordChanged)
    } else {
        Err(Refusal::OtherRequest)
    }
}

fn in_time(approval: &Approval, now: i64) -> Result<(), Refusal> {
    if now < approval.at() {
        Err(Refusal::Clock)
    } else if now >= approval.expires() {
        Err(Refusal::Expired)
    } else {
        Ok(())
    }
}

/// What the rules need now, not only what they needed when the card was made.
fn met(verdict: &Verdict, facts: &Facts, approval: &Approval, line: &Line) -> Result<(), Refusal> {
    let together = u32::try_from(approval.lines().len())
        .unwrap_or(u32::MAX)
        .max(facts.count);
    let unmet = verdict.obligations.iter().copied().find(|need| match need {
        // Whoever was not warned has not decided.
        Obligation::Red => !line.needs.contains(&Obligation::Red),
        Obligation::Alone => together > 1,
        Obligation::TypedWord => !approval.typed(),
        Obligation::SecondSignature => approval.second().is_none(),
        Obligation::AtMost(most) => together > *most,
    });
    match unmet {
        Some(need) => Err(Refusal::Unmet(need)),
        None => Ok(()),
    }
}
