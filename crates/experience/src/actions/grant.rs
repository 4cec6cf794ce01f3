use domain::ActionId;
use governance::audit::Digest;
use governance::grants::Bound;
use orchestration::governed::Held;
use serde::{Deserialize, Serialize};

use super::words::{label, plain};

/// Something that a person allowed beforehand.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GrantView {
    /// Its name.
    pub id: String,
    /// In words.
    pub words: String,
    /// Name of the connection.
    pub system: String,
    /// Name of the operation.
    pub operation: String,
    /// Through which account.
    pub account: String,
    /// Each argument with what it may be, in words.
    pub bounds: Vec<(String, String)>,
    /// So many changes in all.
    pub count: u32,
    /// So many were used.
    pub used: u32,
    /// From when, in milliseconds since 1970.
    pub from: i64,
    /// Until when, in milliseconds since 1970.
    pub until: i64,
    /// The person took it back.
    pub revoked: bool,
    /// It still counts: not taken back, not used up, not over, under the rules of now.
    pub active: bool,
    /// The proposal that it was made from.
    pub action: ActionId,
}

/// What may be allowed beforehand after a proposal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OfferView {
    /// Why nothing can be.
    pub refused: Option<String>,
    /// Each argument of the proposal.
    pub arguments: Vec<OfferArgument>,
}

/// An argument of a proposal that may be allowed beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OfferArgument {
    /// Its name.
    pub name: String,
    /// Its name in words.
    pub label: String,
    /// Its value in words.
    pub value: String,
    /// It can be bounded by a largest amount instead of this very value.
    pub amount: bool,
    /// It can be left out: then a change that has it too is asked.
    pub optional: bool,
}

/// How many questions of the last 30 days a permission would have saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SavedView {
    /// So many.
    pub saved: u32,
    /// Of so many about the same operation in this system.
    pub of: u32,
    /// Only the newest were looked at.
    pub more: bool,
}

/// The bounds of a grant, as a face gives them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BoundRequest {
    /// Which argument.
    pub name: String,
    /// The largest amount; the very value of the proposal if absent.
    pub up_to: Option<i64>,
}

impl GrantView {
    /// A grant as it counts at a moment, under the rules with a digest.
    pub(crate) fn of(held: &Held, policy: Digest, now: i64) -> Self {
        let grant = &held.grant;
        let left = held.used.count < grant.count;
        let bound = |bound: &Bound| match bound {
            Bound::Exactly(value) => plain(value),
            Bound::OneOf(values) => values.iter().map(plain).collect::<Vec<_>>().join(" or "),
            Bound::UpTo(most) => format!("up to {most}"),
        };
        Self {
            id: grant.id.clone(),
            words: held.words.clone(),
            system: grant.system.to_string(),
            operation: grant.operation.clone(),
            account: grant.account.clone(),
            bounds: (grant.arguments.iter())
                .map(|(name, own)| (label(name), bound(own)))
                .collect(),
            count: grant.count,
            used: held.used.count,
            from: grant.from,
            until: grant.until,
            revoked: grant.revoked,
            active: !grant.revoked
                && left
                && grant.policy == policy
                && (grant.from..grant.until).contains(&now),
            action: held.action,
        }
    }
}
