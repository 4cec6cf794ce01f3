//! What a broken guard does by its own hand, through the same governed path and without a click.

use std::collections::BTreeSet;

use domain::ActionId;
use governance::approval::Hand;
use orchestration::governed::Action;

use super::Desk;
use crate::Outcome;
use crate::site::PERSON;

impl Desk<'_> {
    /// The broken guard does what should wait, so that nobody is asked about it any more. What is proposed together with it
    /// stays as it is.
    pub(super) async fn force(&mut self, id: ActionId) -> Outcome<()> {
        self.again(id).await?;
        self.settled(self.governed.reject(id, "done by a broken guard").await)
    }

    /// The broken guard does what an action was about, although it is over.
    pub(super) async fn again(&mut self, id: ActionId) -> Outcome<()> {
        match self.asked.get(&id).map(|asked| asked.action.clone()) {
            Some(action) => self.as_is(&action).await,
            None => Ok(()),
        }
    }

    /// The broken guard does what stands in an action.
    pub(super) async fn as_is(&mut self, action: &Action) -> Outcome<()> {
        let id = action.id;
        let arguments = action.effect.arguments.iter();
        let arguments = arguments
            .map(|(name, kept)| (name.clone(), kept.value.clone()))
            .collect();
        let tool = action.effect.operation.clone();
        let mut proposal = self
            .run
            .proposal(self.wired.system.clone(), tool, arguments, None);
        proposal.batch = None;
        let Ok(twin) = self.governed.propose(proposal).await else {
            return Ok(());
        };
        let none = BTreeSet::new();
        let Ok(shared) = self.governed.card(twin.id).await else {
            return Ok(());
        };
        let word = shared.card.lines().first().map(|line| line.word.clone());
        let hand = Hand {
            by: PERSON,
            word: word.as_deref(),
        };
        let (shown, name) = (shared.digest(&none)?, format!("m-{}", twin.id));
        self.settled(self.governed.approve(twin.id, &none, shown, hand, name).await)?;
        self.settled(self.governed.go_on(twin.id).await.map(|progress| progress.action))?;
        self.done(Some(id));
        Ok(())
    }
}
