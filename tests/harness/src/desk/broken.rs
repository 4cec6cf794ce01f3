//! What a broken guard does by its own hand, through the same governed path and without a click.

use domain::ActionId;
use governance::approval::{Choice, Hand};
use orchestration::governed::Action;

use super::Desk;
use crate::Outcome;
use crate::site::PERSON;

impl Desk<'_> {
    /// The broken guard says yes in the person's place, and it is done.
    pub(super) async fn force(&mut self, id: ActionId) -> Outcome<()> {
        let Some((shown, word)) = self.on_card(id) else {
            return Ok(());
        };
        let hand = Hand {
            by: PERSON,
            word: Some(&word),
        };
        self.settled(self.governed.approve(id, shown, hand, format!("m-{id}")).await)?;
        self.settled(self.governed.go_on(id).await.map(|progress| progress.action))?;
        self.done(Some(id));
        Ok(())
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
        let proposal = self
            .run
            .proposal(self.wired.system.clone(), tool, arguments, None);
        let Ok(twin) = self.governed.propose(proposal).await else {
            return Ok(());
        };
        let Some(card) = &twin.shown.card else {
            return Ok(());
        };
        let (shown, word) = (
            card.digest(&[Choice::Approve])?,
            card.lines().first().map(|line| line.word.clone()),
        );
        let hand = Hand {
            by: PERSON,
            word: word.as_deref(),
        };
        self.settled(
            self.governed
                .approve(twin.id, shown, hand, format!("m-{}", twin.id))
                .await,
        )?;
        self.settled(self.governed.go_on(twin.id).await.map(|progress| progress.action))?;
        self.done(Some(id));
        Ok(())
    }
}
