use std::collections::{BTreeMap, BTreeSet};

use domain::{ActionId, Argument, Origin};
use governance::approval::{Binding, Hand, Refusal, SealKey};
use governance::audit::Digest;
use governance::policy::Obligation;
use serde_json::Value;

use super::propose::{Given, target_of};
use super::{Action, Context, Governed, Meant, Near, Proposal, Stop, Told, word};
use crate::journal::{Clock, Entry, Event, State, Word};

impl Governed {
    /// A person's yes to exactly what they saw: `shown` is the digest of the card that was before them without the lines
    /// that they struck out, `name` what the approval is called from now on. Each record is looked at once more: if one
    /// changed, the card is void, nothing of it is sent, and there is a fresh card. What was struck out is rejected.
    ///
    /// Gives what was approved, in the order it is to be done.
    ///
    /// # Errors
    /// Why it does not count; [`Stop::Changed`] with the fresh card.
    pub async fn approve(
        &self,
        id: ActionId,
        struck: &BTreeSet<ActionId>,
        shown: Digest,
        hand: Hand<'_>,
        name: String,
    ) -> Result<Vec<Action>, Stop> {
        let shared = self.card(id).await?;
        let key = self.install_key.key().await?;
        let clock = self.now();
        let choices = shared.choices(struck);
        let actions: Vec<ActionId> = shared.actions.iter().map(|action| action.id).collect();
        let binding = Binding {
            name,
            actions: &actions,
            key: SealKey(&key),
        };
        let approval = shared.card.approve(&choices, shown, hand, binding, clock.wall)?;
        let (mut refused, mut wanted): (Vec<Action>, Vec<Action>) = shared
            .actions
            .into_iter()
            .partition(|action| struck.contains(&action.id));
        // There is no way yet to take a second signature. Better told before it counts as approved than at sending.
        let second = |action: &Action| action.verdict.obligations.contains(&Obligation::SecondSignature);
        if approval.second().is_none() && wanted.iter().any(second) {
            return Err(Refusal::Unmet(Obligation::SecondSignature).into());
        }
        self.as_shown(&wanted).await?;
        for action in &mut wanted {
            action.entry = after(action, Event::Approved, clock)?;
            action.approval = Some(approval.clone());
        }
        for action in &mut refused {
            action.entry = after(action, Event::Rejected, clock)?;
            action.outcome = Some(Told {
                words: "You struck it out.".to_owned(),
                ..Told::default()
            });
        }
        let approved = wanted
            .iter()
            .map(|action| (action, self.noted(action, "approved")));
        let rejected = refused
            .iter()
            .map(|action| (action, self.noted(action, "rejected")));
        // A decision about a card is one decision: all of its lines, or none if somebody was quicker with one of them.
        if !self.book.put_all(approved.chain(rejected).collect()).await? {
            return Err(Stop::Elsewhere("decided already"));
        }
        self.tell_change();
        wanted.iter_mut().for_each(|action| action.arrows += 1);
        Ok(wanted)
    }

    /// Reads the records of a card once more while it waits: when that was, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Stop::Changed`] with the fresh card, where one is no longer as it was shown; else why it can't be read.
    pub async fn look_again(&self, id: ActionId) -> Result<i64, Stop> {
        let shared = self.card(id).await?;
        self.as_shown(&shared.actions).await?;
        Ok(self.clock.wall())
    }

    /// Reads the record of each once more. What is no longer as it was shown is void, and has a fresh card.
    async fn as_shown(&self, actions: &[Action]) -> Result<(), Stop> {
        let mut changed = Vec::new();
        for action in actions {
            let system = self.system(&action.effect.system).await?;
            let now = system.connection.preview(&action.effect).await?;
            if now.effect.target != action.effect.target || now.request_hash != action.shown.request_hash {
                changed.push(action.clone());
            }
        }
        let mut fresh = None;
        for action in changed {
            let stop = self.afresh(action).await?;
            fresh.get_or_insert(stop);
        }
        fresh.map_or(Ok(()), Err)
    }

    /// Puts something else in the place of a proposal that waits: the same with these arguments, of which those that are
    /// new are the person's own. What was proposed is void; what is put in its place is judged anew.
    ///
    /// # Errors
    /// As for [`Governed::propose`]; nothing is void then.
    pub async fn edit(&self, id: ActionId, arguments: BTreeMap<String, Value>) -> Result<Action, Stop> {
        let old = self.action(id).await?;
        if old.entry.state != State::Awaiting {
            return Err(Stop::Elsewhere(word(old.entry.state)));
        }
        let mut given = Given::of(&old);
        let own = |value: &Value| Argument {
            value: value.clone(),
            origin: Origin::User,
        };
        given.arguments.retain(|name, _| arguments.contains_key(name));
        for (name, value) in &arguments {
            if given.arguments.get(name).is_none_or(|same| same.value != *value) {
                given.arguments.insert(name.clone(), own(value));
                given.quotes.remove(name);
                given.pieces.remove(name);
            }
        }
        let target = old
            .effect
            .target
            .as_ref()
            .map(|target| Value::from(target.id.as_str()));
        // How the record was found says nothing about another one.
        if !given
            .arguments
            .values()
            .any(|own| Some(&own.value) == target.as_ref())
        {
            given.meant = None;
        }
        given.instead_of = Some((self.void(&old, "You changed it before you decided.")?, "edited"));
        self.propose_as_seen(again(&old, arguments), given).await
    }

    /// A person says which record is meant: one of those that a question names, or one that came near where another was
    /// taken. It is proposed for that record and judged anew; that the person picked it lets no other value count as theirs.
    ///
    /// # Errors
    /// When the record was not among those that they were shown; else as for [`Governed::edit`].
    pub async fn pick(&self, id: ActionId, record: &str) -> Result<Action, Stop> {
        let old = self.action(id).await?;
        if old.entry.state != State::Awaiting {
            return Err(Stop::Elsewhere(word(old.entry.state)));
        }
        let (words, mut near) = match (&old.shown.which, &old.shown.meant) {
            (Some(which), _) => (which.words.clone(), which.candidates.clone()),
            (None, Some(meant)) => (meant.words.clone(), meant.runners_up.clone()),
            (None, None) => return Err(Stop::NoRecord(record.to_owned())),
        };
        if !near.iter().any(|near| near.id == record) {
            return Err(Stop::NoRecord(record.to_owned()));
        }
        near.retain(|near| near.id != record);
        // The one that was taken before is the next closest now, so that there is a way back.
        if let Some(target) = &old.effect.target {
            let before = Near {
                id: target.id.clone(),
                title: old.shown.title.clone().unwrap_or_else(|| target.id.clone()),
                score: 0.0,
                about: Vec::new(),
            };
            near.insert(0, before);
        }
        let system = self.system(&old.effect.system).await?;
        let described = system.connection.description().operation(&old.effect.operation);
        let target = described.and_then(|described| target_of(&described.operation));
        let target = target.ok_or_else(|| Stop::NoRecord(record.to_owned()))?;
        let mut given = Given::of(&old);
        given.quotes.remove(&target);
        given.pieces.remove(&target);
        let picked = Argument {
            value: Value::from(record),
            origin: Origin::User,
        };
        given.arguments.insert(target, picked);
        given.meant = Some(Meant {
            words,
            by: "person".to_owned(),
            runners_up: near,
        });
        let arguments = values(&given.arguments);
        given.instead_of = Some((self.void(&old, "You said which record is meant.")?, "picked"));
        self.propose_as_seen(again(&old, arguments), given).await
    }

    /// What waited, as it is once something else stands in its place.
    fn void(&self, old: &Action, words: &str) -> Result<Box<Action>, Stop> {
        let outcome = Told {
            words: words.to_owned(),
            ..Told::default()
        };
        Ok(Box::new(Action {
            entry: after(old, Event::Rejected, self.now())?,
            outcome: Some(outcome),
            ..old.clone()
        }))
    }

    /// A person's no, with their reason.
    ///
    /// # Errors
    /// When it was decided before, or could not be kept.
    pub async fn reject(&self, id: ActionId, reason: &str) -> Result<Action, Stop> {
        self.told(id, Event::Rejected, "rejected", reason).await
    }

    /// What a person found out about an action that nobody else could tell.
    ///
    /// # Errors
    /// When nobody waits for it, or it could not be kept.
    pub async fn say(&self, id: ActionId, found: Word) -> Result<Action, Stop> {
        if matches!(found, Word::SendAgain { .. }) {
            let action = self.action(id).await?;
            let late = |approval: &governance::approval::Approval| approval.expires() <= self.clock.wall();
            // What was approved is too old to be sent, so that it is dropped and asked anew.
            if action.entry.state == State::NeedsPerson && action.approval.as_ref().is_some_and(late) {
                let words = "You found that it did not happen. It is asked anew.";
                let old = self.told(id, Event::Said(Word::Dropped), "said", words).await?;
                let arguments = values(&old.effect.arguments);
                return self
                    .propose_as_seen(again(&old, arguments), Given::of(&old))
                    .await;
            }
        }
        let words = match found {
            Word::Happened => "You found that it happened.",
            Word::Dropped => "You found that it did not happen, and it shall not.",
            Word::SendAgain { .. } => "You found that it did not happen. It is sent again.",
        };
        self.told(id, Event::Said(found), "said", words).await
    }

    async fn told(&self, id: ActionId, event: Event, what: &str, words: &str) -> Result<Action, Stop> {
        let mut action = self.action(id).await?;
        action.entry = after(&action, event, self.now())?;
        let before = action.outcome.take().unwrap_or_default();
        action.outcome = Some(Told {
            words: words.to_owned(),
            ..before
        });
        if self.keep(&mut action, what).await? {
            Ok(action)
        } else {
            Err(Stop::Elsewhere("decided already"))
        }
    }

    /// Voids a card whose record changed, and proposes the same anew.
    async fn afresh(&self, old: Action) -> Result<Stop, Stop> {
        let words = "The record changed after the card was made, so that nothing was sent.";
        let mut old = *self.void(&old, words)?;
        if !self.keep(&mut old, "void").await? {
            return Err(Stop::Elsewhere("decided already"));
        }
        // Where the arguments were seen has not changed: a fresh card is never milder for having forgotten it.
        let arguments = values(&old.effect.arguments);
        let fresh = self
            .propose_as_seen(again(&old, arguments), Given::of(&old))
            .await?;
        Ok(Stop::Changed {
            fresh: Box::new(fresh),
        })
    }
}

/// Where an action is after something happened to it.
fn after(action: &Action, event: Event, clock: Clock) -> Result<Entry, Stop> {
    let next = action.entry.after(event, clock);
    next.map_err(|_| Stop::Elsewhere(word(action.entry.state)))
}

fn values(arguments: &BTreeMap<String, Argument>) -> BTreeMap<String, Value> {
    let each = arguments.iter();
    each.map(|(name, argument)| (name.clone(), argument.value.clone()))
        .collect()
}

/// The same with these arguments. What led to it still counts.
fn again(old: &Action, arguments: BTreeMap<String, Value>) -> Proposal {
    Proposal {
        system: old.effect.system.clone(),
        operation: old.effect.operation.clone(),
        arguments,
        record: None,
        proposer: old.shown.proposer.clone(),
        reason: old.shown.reason.clone(),
        context: Context {
            taint: old.shown.context.clone(),
            ..Context::of_person()
        },
        batch: Some(old.batch.unwrap_or(old.id)),
    }
}
