use std::collections::{BTreeMap, BTreeSet};

use domain::{ActionId, Effect, Integrity, Operation, Role};
use governance::audit::Digest;
use governance::grants::{Bound, Cover, Grant, Uncovered, Used};
use governance::policy::{Decision, Facts, Obligation, Situation, Verdict};
use serde_json::{Map, Value};

use super::{Action, Governed, Held, Noted, Stop, System};

/// The longest that a grant may hold, in milliseconds: 30 days.
const LONGEST_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// The most changes that a grant may cover.
const MOST: u32 = 100;
/// So many earlier questions are looked at to say what a grant would have saved.
const LOOKED_AT: u32 = 1_000;

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
    /// What is offered: each argument of the proposal.
    pub arguments: Vec<Offered>,
    /// Why nothing is offered.
    pub refused: Option<String>,
}

/// An argument of a proposal that may be allowed beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// It can be bounded by a largest amount.
    pub amount: bool,
    /// It can be left out: then only proposals without it are covered.
    pub optional: bool,
}

/// How many questions of the last 30 days a grant would have made unnecessary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// So many.
    pub saved: u32,
    /// Of so many about the same operation.
    pub of: u32,
    /// There were more, which were not looked at.
    pub more: bool,
}

/// Within which limits something is to be allowed beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Values for the arguments of the proposal; one without a bound is bound to its very value.
    pub bounds: BTreeMap<String, Bound>,
    /// Arguments that a covered proposal does not have.
    pub left_out: BTreeSet<String>,
    /// So many changes in all.
    pub count: u32,
    /// For so long, in milliseconds.
    pub lasts: i64,
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
        let (_, operation) = self.offered(&action).await?;
        let arguments = action.effect.arguments.iter();
        Ok(Offer {
            refused: self.not_grantable(&action).await?,
            arguments: arguments
                .map(|(name, argument)| Offered {
                    name: name.clone(),
                    value: argument.value.clone(),
                    amount: operation
                        .parameters
                        .get(name)
                        .is_some_and(|own| own.role == Role::Amount),
                    optional: is_optional(&operation, name),
                })
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

    /// The operation of a proposal as its system describes it now.
    async fn offered(&self, action: &Action) -> Result<(System, Operation), Stop> {
        let system = self.system(&action.effect.system).await?;
        let described = system
            .connection
            .description()
            .operation(&action.effect.operation);
        let operation = described.map(|described| described.operation.clone());
        let operation = operation.ok_or(Stop::Elsewhere("no longer offered by its system"))?;
        Ok((system, operation))
    }

    async fn judged_as_granted(&self, action: &Action) -> Result<Verdict, Stop> {
        let (system, operation) = self.offered(action).await?;
        let situation = self.situation(
            &system,
            &action.effect,
            &action.shown.proposer,
            &action.shown.context,
            1,
        );
        let facts = Facts::of(&action.effect, &operation, &situation);
        Ok(self.allowed_beforehand(facts))
    }

    /// How many of the questions of the last 30 days about the operation of a proposal would not have been asked, if a grant
    /// with these limits had been given as long ago as it is to last. Judged as a grant is judged when something is proposed,
    /// under the rules of now.
    ///
    /// # Errors
    /// As for [`Governed::grant`].
    pub async fn saved(&self, id: ActionId, limits: Limits) -> Result<Saved, Stop> {
        let action = self.action(id).await?;
        let now = self.clock.wall();
        let from = now.saturating_sub(limits.lasts);
        let (system, described) = self.offered(&action).await?;
        let grant = self.granting(&action, &described, limits, from, String::new())?;
        // The moment itself counts here: this very question is one of them.
        let grant = Grant {
            until: now.saturating_add(1),
            ..grant
        };
        let since = now.saturating_sub(LONGEST_MS);
        let (system_id, operation) = (&action.effect.system, &action.effect.operation);
        let asked = self
            .book
            .asked(system_id, operation, since, LOOKED_AT + 1)
            .await?;
        let most = usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
        let mut told = Saved {
            more: asked.len() > most,
            ..Saved::default()
        };
        let mut used = Used::default();
        let asked = asked.iter().take(most).filter(|past| past.shown.card.is_some());
        let asked: Vec<&Action> = asked.collect();
        // In the order in which they were asked: a grant is used up by the first ones.
        for past in asked.into_iter().rev() {
            told.of += 1;
            let shown = &past.shown;
            let situation = Situation {
                // Whether everything is stopped at this moment says nothing about then.
                stopped: false,
                ..self.situation(&system, &past.effect, &shown.proposer, &shown.context, 1)
            };
            let facts = Facts::of(&past.effect, &described, &situation);
            let covered = grant.covers(
                &past.effect,
                &shown.account,
                &facts,
                grant.policy,
                used,
                past.created,
            );
            if let Cover::Covered(after) = covered
                && self.allowed_beforehand(facts).decision == Decision::Allow
            {
                used = after;
                told.saved += 1;
            }
        }
        Ok(told)
    }

    /// What the rules say of something once a grant covers it.
    pub(super) fn allowed_beforehand(&self, facts: Facts) -> Verdict {
        self.policies.judge(&Facts {
            granted: true,
            ..facts
        })
    }

    /// What a person would allow beforehand.
    fn granting(
        &self,
        action: &Action,
        operation: &Operation,
        limits: Limits,
        from: i64,
        name: String,
    ) -> Result<Grant, Stop> {
        let Limits {
            mut bounds,
            left_out,
            count,
            lasts,
        } = limits;
        let no = |why: &str| Err(Stop::NoGrant(why.to_owned()));
        if let Some(unknown) = bounds
            .keys()
            .chain(&left_out)
            .find(|name| !action.effect.arguments.contains_key(*name))
        {
            return no(&format!("`{unknown}` is no part of this proposal."));
        }
        if !(1..=MOST).contains(&count) {
            return no(&format!("It must be for at least 1 and at most {MOST} changes."));
        }
        if !(1..=LONGEST_MS).contains(&lasts) {
            return no("It must end within 30 days.");
        }
        if let Some(needed) = left_out.iter().find(|name| !is_optional(operation, name)) {
            return no(&format!("`{needed}` is part of every such change."));
        }
        bounds.retain(|name, _| !left_out.contains(name));
        let kept = || {
            let all = action.effect.arguments.iter();
            all.filter(|(name, _)| !left_out.contains(*name))
        };
        // What names the record is no change.
        let target = action.effect.target.as_ref();
        let changes = |name: &String| {
            let role = operation.parameters.get(name).map(|own| own.role);
            target.is_none() || role != Some(Role::Target)
        };
        if !left_out.is_empty() && !kept().any(|(name, _)| changes(name)) {
            return no("At least one value must be left.");
        }
        for (argument, own) in kept() {
            bounds
                .entry(argument.clone())
                .or_insert_with(|| Bound::Exactly(own.value.clone()));
        }
        let bounded_amount = bounds.values().find_map(|bound| match bound {
            Bound::UpTo(most) => Some(most.saturating_mul(i64::from(count))),
            _ => None,
        });
        Ok(Grant {
            id: name,
            system: action.effect.system.clone(),
            account: action.shown.account.clone(),
            operation: action.effect.operation.clone(),
            definition: action.effect.definition.clone(),
            policy: self.policies.digest(),
            arguments: bounds,
            count,
            amount: bounded_amount,
            from,
            until: from.saturating_add(lasts),
            revoked: false,
        })
    }

    /// Keeps what a person allows beforehand, from a proposal that they were asked about. It counts from the next proposal
    /// on; this one still waits for its decision.
    ///
    /// # Errors
    /// [`Stop::NoGrant`] when the rules do not let it be allowed, or the bounds do not fit the proposal.
    pub async fn grant(
        &self,
        id: ActionId,
        limits: Limits,
        words: String,
        name: String,
    ) -> Result<Held, Stop> {
        let action = self.action(id).await?;
        if let Some(why) = self.not_grantable(&action).await? {
            return Err(Stop::NoGrant(why));
        }
        let (_, operation) = self.offered(&action).await?;
        // What it would cover is judged too, not only what was proposed.
        let mut covered = action.clone();
        covered
            .effect
            .arguments
            .retain(|name, _| !limits.left_out.contains(name));
        if let Some(why) = self.not_grantable(&covered).await? {
            return Err(Stop::NoGrant(why));
        }
        let held = Held {
            grant: self.granting(&action, &operation, limits, self.clock.wall(), name)?,
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

/// Whether an operation can do without an argument, and it is not what names the record that is acted on.
fn is_optional(operation: &Operation, name: &str) -> bool {
    let own = operation.parameters.get(name);
    own.is_some_and(|own| !own.required && own.role != Role::Target)
}
