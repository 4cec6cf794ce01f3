use std::collections::BTreeSet;

use domain::ActionId;
use governance::approval::{Card, CardError, Choice, Line};
use governance::audit::Digest;
use governance::policy::Obligation;

use super::{Action, Governed, Stop};
use crate::journal::State;

/// What a person decides about at once: the proposals of one run that wait for them.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The proposals, a line each, in the order they would be done.
    pub actions: Vec<Action>,
    /// What was proposed together with them and can't be decided before a person says which record is meant. No line of the
    /// card, and nothing of it is sealed.
    pub questions: Vec<Action>,
    /// What is sealed.
    pub card: Card,
}

impl Shared {
    /// A choice for each line.
    pub fn choices(&self, struck: &BTreeSet<ActionId>) -> Vec<Choice> {
        let each = self.actions.iter().map(|action| {
            if struck.contains(&action.id) {
                Choice::Strike
            } else {
                Choice::Approve
            }
        });
        each.collect()
    }

    /// Digest of what is left.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn digest(&self, struck: &BTreeSet<ActionId>) -> Result<Digest, CardError> {
        self.card.digest(&self.choices(struck))
    }
}

impl Governed {
    /// The card on which an action is decided, with the others that were proposed together with it. What has to be decided
    /// by itself has a card of its own.
    ///
    /// # Errors
    /// When the action does not wait for a person, or can't be read.
    pub async fn card(&self, id: ActionId) -> Result<Shared, Stop> {
        let own = self.action(id).await?;
        if own.entry.state != State::Awaiting {
            return Err(Stop::Elsewhere(super::word(own.entry.state)));
        }
        let alone = |action: &Action| line(action).is_none_or(|line| line.needs.contains(&Obligation::Alone));
        let (actions, questions) = if alone(&own) {
            (vec![own], Vec::new())
        } else {
            let mut together = self.book.batch(own.batch.unwrap_or(own.id)).await?;
            together.retain(|action| action.entry.state == State::Awaiting);
            let (questions, mut together): (Vec<Action>, Vec<Action>) = together
                .into_iter()
                .partition(|action| action.shown.which.is_some());
            together.retain(|action| !alone(action));
            (without_twins(together, &own), questions)
        };
        let cards: Vec<&Card> = actions
            .iter()
            .filter_map(|action| action.shown.card.as_ref())
            .collect();
        let lines: Vec<Line> = cards
            .iter()
            .flat_map(|card| card.lines().iter().cloned())
            .collect();
        let made = cards.iter().map(|card| card.made()).max().unwrap_or_default();
        let expires = cards.iter().map(|card| card.expires()).min().unwrap_or_default();
        let policy = cards.first().map(|card| card.policy()).unwrap_or_default();
        let card = Card::new(lines, policy, made, expires)?;
        Ok(Shared {
            actions,
            questions,
            card,
        })
    }
}

fn line(action: &Action) -> Option<&Line> {
    action.shown.card.as_ref()?.lines().first()
}

/// Only what was judged by the same rules stands on one card, and of two that are the same request only one: the one that
/// was asked for, else the first. The others are decided after it.
fn without_twins(actions: Vec<Action>, own: &Action) -> Vec<Action> {
    let policy = own.shown.card.as_ref().map(Card::policy);
    let own_request = line(own).map(|line| line.request);
    let mut seen = BTreeSet::new();
    let keeps = |action: &Action| {
        let Some(request) = line(action).map(|line| line.request) else {
            return false;
        };
        let same_rules = action.shown.card.as_ref().map(Card::policy) == policy;
        let twin = Some(request) == own_request && action.id != own.id;
        same_rules && !twin && seen.insert(request.0)
    };
    actions.into_iter().filter(keeps).collect()
}
