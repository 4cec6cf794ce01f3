use domain::ActionId;
use governance::approval::{Choice, Hand};
use governance::audit::Digest;

use super::{Action, Context, Governed, Proposal, Stop, Told, word};
use crate::journal::{Event, State, Word};

impl Governed {
    /// A person's yes to exactly what they saw: `shown` is the digest of the card that was before them, `name` what the
    /// approval is called from now on. The record is looked at once more: if it changed, the old card is void, nothing is
    /// sent, and there is a fresh card.
    ///
    /// # Errors
    /// Why it does not count; [`Stop::Changed`] with the fresh card.
    pub async fn approve(
        &self,
        id: ActionId,
        shown: Digest,
        hand: Hand<'_>,
        name: String,
    ) -> Result<Action, Stop> {
        let mut action = self.action(id).await?;
        let Some(card) = action
            .shown
            .card
            .clone()
            .filter(|_| action.entry.state == State::Awaiting)
        else {
            return Err(Stop::Elsewhere(word(action.entry.state)));
        };
        let clock = self.now();
        let approval = card.approve(&[Choice::Approve], shown, hand, name, clock.wall)?;
        let system = self.system(&action.effect.system)?;
        let now = system.connection.preview(&action.effect).await?;
        if now.effect.target != action.effect.target || now.request_hash != action.shown.request_hash {
            return Err(self.afresh(action).await?);
        }
        action.entry = action
            .entry
            .after(Event::Approved, clock)
            .map_err(|_| Stop::Elsewhere(word(action.entry.state)))?;
        action.approval = Some(approval);
        if self.keep(&mut action, "approved").await? {
            Ok(action)
        } else {
            Err(Stop::Elsewhere("decided already"))
        }
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
        let words = match found {
            Word::Happened => "You found that it happened.",
            Word::Dropped => "You found that it did not happen, and it shall not.",
            Word::SendAgain { .. } => "You found that it did not happen. It is sent again.",
        };
        self.told(id, Event::Said(found), "said", words).await
    }

    async fn told(&self, id: ActionId, event: Event, what: &str, words: &str) -> Result<Action, Stop> {
        let mut action = self.action(id).await?;
        action.entry = action
            .entry
            .after(event, self.now())
            .map_err(|_| Stop::Elsewhere(word(action.entry.state)))?;
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
    async fn afresh(&self, mut old: Action) -> Result<Stop, Stop> {
        old.entry = old
            .entry
            .after(Event::Rejected, self.now())
            .map_err(|_| Stop::Elsewhere(word(old.entry.state)))?;
        old.outcome = Some(Told {
            words: "The record changed after the card was made, so that nothing was sent.".to_owned(),
            ..Told::default()
        });
        if !self.keep(&mut old, "void").await? {
            return Err(Stop::Elsewhere("decided already"));
        }
        let arguments = old.effect.arguments.iter();
        let proposal = Proposal {
            system: old.effect.system.clone(),
            operation: old.effect.operation.clone(),
            arguments: arguments
                .map(|(name, argument)| (name.clone(), argument.value.clone()))
                .collect(),
            proposer: old.shown.proposer.clone(),
            reason: old.shown.reason.clone(),
            context: Context {
                taint: old.shown.context.clone(),
                ..Context::of_person()
            },
            batch: old.batch,
        };
        // Where the arguments were seen has not changed: a fresh card is never milder for having forgotten it.
        let fresh = self.propose_as_seen(proposal, old.effect.arguments).await?;
        Ok(Stop::Changed {
            fresh: Box::new(fresh),
        })
    }
}
