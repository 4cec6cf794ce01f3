use std::collections::BTreeMap;

use domain::{ActionId, Effect, Integrity, Role};
use governance::audit::Digest;
use governance::grants::{Bound, Cover, Grant, Uncovered, Used};
use governance::policy::{Decision, Facts, Obligation, Verdict};
use serde_json::{Map, Value};

use super::{Action, Governed, Held, Noted, Stop};

/// The longest that a grant may hold, in milliseconds: 30 days.
const LONGEST_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// The most changes that a grant may cover.
const MOST: u32 = 100;

/// Whether something was allowed beforehand.
pub(super) enum Granted {
    /// By this grant.
    By(String),
    /// By one for the same operation, but for this reason.
    But(String),
    /// No.
    No,
}

/// What may be allowed beforehand after a proposal like this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is offered: each argument of the proposal with its value and whether it is an amount, which can be bounded.
    pub arguments: Vec<(String, Value, bool)>,
    /// Why nothing is offered.
    pub refused: Option<String>,
}

impl Governed {
    /// Whether a grant covers a proposal; else why the nearest does not.
    pub(super) async fn granted(
        &self,
        effect: &Effect,
        account: &str,
        facts: &Facts,
        now: i64,
    ) -> Result<Granted, Stop> {
        let policy: Digest = self.policies.digest();
        let mut but = None;
        for held in self.grants.all().await? {
            let grant = &held.grant;
            if grant.revoked || grant.system != effect.system || grant.operation != effect.operation {
                continue;
            }
            match grant.covers(effect, account, facts, policy, held.used, now) {
                Cover::Covered(_) => return Ok(Granted::By(grant.id.clone())),
                // One for another value is no news.
                Cover::Not(Uncovered::Value(_) | Uncovered::Unmentioned(_) | Uncovered::Missing(_)) => {}
                Cover::Not(why) => {
                    but.get_or_insert(why.to_string());
                }
            }
        }
        Ok(but.map_or(Granted::No, Granted::But))
    }

    /// What may be allowed beforehand after this proposal.
    ///
    /// # Errors
    /// When there is no such action, or its system can't be asked.
    pub async fn offer(&self, id: ActionId) -> Result<Offer, Stop> {
        let action = self.action(id).await?;
        let system = self.system(&action.effect.system).await?;
        let described = system
            .connection
            .description()
            .operation(&action.effect.operation);
        let parameters = described.map(|described| &described.operation.parameters);
        let is_amount = |name: &String| {
            parameters.is_some_and(|all| all.get(name).is_some_and(|own| own.role == Role::Amount))
        };
        let arguments = action.effect.arguments.iter();
        Ok(Offer {
            refused: self.not_grantable(&action).await?,
            arguments: arguments
                .map(|(name, argument)| (name.clone(), argument.value.clone(), is_amount(name)))
                .collect(),
        })
    }

    /// Why a proposal like this can't be allowed beforehand. The rules say so: whether they would let it be done if it were
    /// allowed.
    async fn not_grantable(&self, action: &Action) -> Result<Option<String>, Stop> {
        if action.verdict.decision == Decision::Deny {
            return Ok(Some(
                "The rules forbid this, and no permission goes beyond them.".to_owned(),
            ));
        }
        if action.shown.context.integrity >= Integrity::Text {
            return Ok(Some(
                "Text that somebody else wrote is part of what led to this. What comes from outside is always asked."
                    .to_owned(),
            ));
        }
        let special = |verdict: &Verdict| {
            verdict.obligations.iter().any(|need| {
                matches!(
                    need,
                    Obligation::TypedWord | Obligation::SecondSignature | Obligation::Alone
                )
            })
        };
        let verdict = self.judged_as_granted(action).await?;
        if verdict.decision != Decision::Allow || special(&action.verdict) {
            let why: Vec<String> = verdict.deciding.iter().map(|rule| rule.why.clone()).collect();
            let why = if verdict.decision == Decision::Allow {
                String::new()
            } else {
                why.join(" ")
            };
            return Ok(Some(format!("This is asked every time. {why}").trim().to_owned()));
        }
        Ok(None)
    }

    async fn judged_as_granted(&self, action: &Action) -> Result<Verdict, Stop> {
        let system = self.system(&action.effect.system).await?;
        let described = system
            .connection
            .description()
            .operation(&action.effect.operation);
        let Some(described) = described else {
            return Err(Stop::Elsewhere("no longer offered by its system"));
        };
        let situation = self.situation(
            &system,
            &action.effect,
            &action.shown.proposer,
            &action.shown.context,
            1,
        );
        let mut facts = Facts::of(&action.effect, &described.operation, &situation);
        facts.granted = true;
        Ok(self.policies.judge(&facts))
    }

    /// Keeps what a person allows beforehand, from a proposal that they were asked about. It counts from the next proposal
    /// on; this one still waits for its decision.
    ///
    /// `bounds` are values for the arguments of the proposal; an argument without one is bound to its very value.
    ///
    /// # Errors
    /// [`Stop::NoGrant`] when the rules do not let it be allowed, or the bounds do not fit the proposal.
    pub async fn grant(
        &self,
        id: ActionId,
        mut bounds: BTreeMap<String, Bound>,
        count: u32,
        until: i64,
        words: String,
        name: String,
    ) -> Result<Held, Stop> {
        let action = self.action(id).await?;
        if let Some(why) = self.not_grantable(&action).await? {
            return Err(Stop::NoGrant(why));
        }
        let now = self.clock.wall();
        let no = |why: &str| Err(Stop::NoGrant(why.to_owned()));
        if let Some(unknown) = bounds
            .keys()
            .find(|name| !action.effect.arguments.contains_key(*name))
        {
            return no(&format!("`{unknown}` is no part of this proposal."));
        }
        if !(1..=MOST).contains(&count) {
            return no(&format!("It must be for at least 1 and at most {MOST} changes."));
        }
        if until <= now || until > now.saturating_add(LONGEST_MS) {
            return no("It must end within 30 days.");
        }
        for (argument, own) in &action.effect.arguments {
            bounds
                .entry(argument.clone())
                .or_insert_with(|| Bound::Exactly(own.value.clone()));
        }
        let bounded_amount = bounds.values().find_map(|bound| match bound {
            Bound::UpTo(most) => Some(most.saturating_mul(i64::from(count))),
            _ => None,
        });
        let held = Held {
            grant: Grant {
                id: name,
                system: action.effect.system.clone(),
                account: action.shown.account.clone(),
                operation: action.effect.operation.clone(),
                definition: action.effect.definition.clone(),
                policy: self.policies.digest(),
                arguments: bounds,
                count,
                amount: bounded_amount,
                from: now,
                until,
                revoked: false,
            },
            used: Used::default(),
            action: id,
            words,
        };
        self.grants
            .add(&held, self.grant_noted("granted", &held.grant))
            .await?;
        self.tell_change();
        Ok(held)
    }

    /// Takes a permission back.
    ///
    /// # Errors
    /// [`Stop::NoGrant`] when there is none, or it was taken back before.
    pub async fn revoke(&self, id: &str) -> Result<(), Stop> {
        let held = self
            .grants
            .all()
            .await?
            .into_iter()
            .find(|held| held.grant.id == id);
        let gone = || Stop::NoGrant(format!("There is no permission `{id}` that could be taken back."));
        let held = held.ok_or_else(gone)?;
        if !self
            .grants
            .revoke(id, self.grant_noted("revoked", &held.grant))
            .await?
        {
            return Err(gone());
        }
        self.tell_change();
        Ok(())
    }

    fn grant_noted(&self, event: &str, grant: &Grant) -> Noted {
        let details = [
            ("event", Value::from(event)),
            ("grant", grant.id.as_str().into()),
            ("system", grant.system.as_str().into()),
            ("operation", grant.operation.as_str().into()),
            ("count", grant.count.into()),
            ("until", grant.until.into()),
        ];
        Noted {
            at: self.clock.wall(),
            details: details
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Map<String, Value>>(),
        }
    }
}
