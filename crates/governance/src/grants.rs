//! What a person allowed beforehand: one operation with these values, so often and until then.
//!
//! A grant is a promise about values that the person saw. So it holds for exactly those, for the operation as it was
//! described then, under the rules of then, and never while a text that somebody else wrote is part of what led to a
//! proposal. How often it was used is counted by whoever keeps it.

use std::collections::BTreeMap;

use domain::{Effect, Integrity, SystemId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::approval::canonical;
use crate::audit::Digest;
use crate::policy::Facts;

/// Which values of an argument a grant covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// This one.
    Exactly(Value),
    /// One of these.
    OneOf(Vec<Value>),
    /// A number from 0 to this, in the argument's own unit.
    UpTo(i64),
}

/// What a person allowed beforehand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its name among the grants.
    pub id: String,
    /// The system.
    pub system: SystemId,
    /// The account through which it may be done.
    pub account: String,
    /// Name of the operation.
    pub operation: String,
    /// Digest of its definition when this was allowed.
    pub definition: String,
    /// Digest of the rules when this was allowed.
    pub policy: Digest,
    /// Each argument that a covered proposal has, and no other.
    pub arguments: BTreeMap<String, Bound>,
    /// How many changes in all.
    pub count: u32,
    /// The sum of all amounts in whole units, where amounts are bounded.
    pub amount: Option<i64>,
    /// From when, in milliseconds since 1970.
    pub from: i64,
    /// Until when; the moment itself no longer counts.
    pub until: i64,
    /// Whether the person took it back.
    pub revoked: bool,
}

/// How much of a grant was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// So many changes.
    pub count: u32,
    /// For so much, in whole units.
    pub amount: i64,
}

/// Whether a grant covers a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It does, and this is what would be used in all.
    Covered(Used),
    /// It does not.
    Not(Uncovered),
}

/// Why a grant does not cover a proposal, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncovered {
    /// Taken back.
    #[error("You took this permission back.")]
    Revoked,
    /// Another thing.
    #[error("This permission is for `{0}` and nothing else.")]
    Operation(String),
    /// Another account.
    #[error("This permission is for the account `{0}`.")]
    Account(String),
    /// The operation's description changed.
    #[error("The description of `{0}` changed since you gave this permission.")]
    Definition(String),
    /// The rules changed.
    #[error("The rules changed since you gave this permission.")]
    Policy,
    /// R1 of the security design.
    #[error(
        "Text that somebody else wrote is part of what led to this, so the permission does not count here."
    )]
    OutsideText,
    /// R2 of the security design.
    #[error(
        "A value comes from a text that somebody else wrote, or from nowhere, so the permission does not count here."
    )]
    Origin,
    /// Not yet, or no longer; or the clock is wrong.
    #[error("This permission is not valid at this time.")]
    Time,
    /// An argument that the person did not see.
    #[error("This permission says nothing about `{0}`.")]
    Unmentioned(String),
    /// An argument that is missing.
    #[error("This permission is for a certain `{0}`, and none is given.")]
    Missing(String),
    /// Another value.
    #[error("This permission is not for this `{0}`.")]
    Value(String),
    /// Used up.
    #[error("This permission is for {most} in all, and {used} were used.")]
    Count {
        /// How many it is for.
        most: u32,
        /// How many were used.
        used: u32,
    },
    /// Used up.
    #[error("This permission is for an amount of {most} in all, and {used} was used.")]
    Amount {
        /// For how much it is.
        most: i64,
        /// How much was used.
        used: i64,
    },
}

impl Grant {
    /// Whether it covers a proposal through an account, under the rules with the digest `policy`.
    pub fn covers(
        &self,
        effect: &Effect,
        account: &str,
        facts: &Facts,
        policy: Digest,
        used: Used,
        now: i64,
    ) -> Cover {
        match self.look(effect, account, facts, policy, used, now) {
            Ok(used) => Cover::Covered(used),
            Err(why) => Cover::Not(why),
        }
    }

    fn look(
        &self,
        effect: &Effect,
        account: &str,
        facts: &Facts,
        policy: Digest,
        used: Used,
        now: i64,
    ) -> Result<Used, Uncovered> {
        let holds = |holds: bool, why: Uncovered| if holds { Ok(()) } else { Err(why) };
        holds(!self.revoked, Uncovered::Revoked)?;
        let same = effect.system == self.system
            && effect.operation == self.operation
            && facts.system == self.system
            && facts.operation == self.operation;
        holds(same, Uncovered::Operation(self.operation.clone()))?;
        holds(account == self.account, Uncovered::Account(self.account.clone()))?;
        let described = effect.definition == self.definition && facts.pinned;
        holds(described, Uncovered::Definition(self.operation.clone()))?;
        holds(policy == self.policy, Uncovered::Policy)?;
        holds(facts.integrity < Integrity::Text, Uncovered::OutsideText)?;
        holds(!facts.from_text && !facts.from_nowhere, Uncovered::Origin)?;
        holds(self.from <= now && now < self.until, Uncovered::Time)?;
        for (name, argument) in &effect.arguments {
            let bound = self
                .arguments
                .get(name)
                .ok_or_else(|| Uncovered::Unmentioned(name.clone()))?;
            holds(bound.meets(&argument.value), Uncovered::Value(name.clone()))?;
        }
        if let Some(name) = self
            .arguments
            .keys()
            .find(|name| !effect.arguments.contains_key(*name))
        {
            return Err(Uncovered::Missing(name.clone()));
        }
        let all = Used {
            count: used.count.saturating_add(facts.count.max(1)),
            amount: used.amount.saturating_add(facts.amount),
        };
        holds(
            all.count <= self.count,
            Uncovered::Count {
                most: self.count,
                used: used.count,
            },
        )?;
        if let Some(most) = self.amount {
            holds(
                all.amount <= most,
                Uncovered::Amount {
                    most,
                    used: used.amount,
                },
            )?;
        }
        Ok(all)
    }
}

impl Bound {
    fn meets(&self, value: &Value) -> bool {
        match self {
            Self::Exactly(only) => same(only, value),
            Self::OneOf(some) => some.iter().any(|one| same(one, value)),
            Self::UpTo(most) => value.as_f64().is_some_and(|number| {
                // Whole numbers beyond 2^53 are no longer told apart.
                (0.0..=9_007_199_254_740_992.0).contains(&number) && number <= *most as f64
            }),
        }
    }
}

/// As they would be sent: `1` and `1.0` are the same, `"1"` is another value.
fn same(a: &Value, b: &Value) -> bool {
    matches!((canonical(a), canonical(b)), (Ok(a), Ok(b)) if a == b)
}
