//! Actions kept in memory, for plays of which there are too many to wait for a disk. It keeps what the ledger keeps, and
//! refuses what the ledger refuses.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{ActionId, SystemId};
use orchestration::governed::{Action, ActionBook, BookError, GrantBook, Held, Noted, Spend};

/// Actions kept in memory.
#[derive(Debug, Default)]
pub struct Kept(Mutex<BTreeMap<ActionId, Action>>);

impl Kept {
    /// Writes into the book past everybody, as somebody would who can write to the file.
    pub fn tamper(&self, id: ActionId, change: impl FnOnce(&mut Action)) {
        if let Some(action) = self.all().get_mut(&id) {
            change(action);
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ActionId, Action>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ActionBook for Kept {
    async fn add(&self, action: &Action, _: Noted) -> Result<ActionId, BookError> {
        let mut all = self.all();
        let last = all.last_key_value().map_or(0, |(id, _)| id.0);
        let id = ActionId(last + 1);
        all.insert(
            id,
            Action {
                id,
                arrows: 0,
                ..action.clone()
            },
        );
        Ok(id)
    }

    async fn put(&self, action: &Action, noted: Noted, _: Option<Spend>) -> Result<bool, BookError> {
        self.put_all(vec![(action, noted)]).await
    }

    async fn put_all(&self, decided: Vec<(&Action, Noted)>) -> Result<bool, BookError> {
        let mut all = self.all();
        let as_seen = |action: &Action| {
            all.get(&action.id)
                .is_some_and(|kept| kept.arrows == action.arrows)
        };
        if !decided.iter().all(|(action, _)| as_seen(action)) {
            return Ok(false);
        }
        for (action, _) in decided {
            if let Some(kept) = all.get_mut(&action.id) {
                kept.entry = action.entry;
                kept.approval.clone_from(&action.approval);
                kept.outcome.clone_from(&action.outcome);
                kept.key.clone_from(&action.key);
                kept.arrows += 1;
            }
        }
        Ok(true)
    }

    async fn replace(
        &self,
        old: (&Action, Noted),
        new: (&Action, Noted),
    ) -> Result<Option<ActionId>, BookError> {
        if self.put_all(vec![old]).await? {
            ActionBook::add(self, new.0, new.1).await.map(Some)
        } else {
            Ok(None)
        }
    }

    async fn note_read(&self, _note: Noted) -> Result<(), BookError> {
        Ok(())
    }

    async fn get(&self, ids: &[ActionId]) -> Result<Vec<Action>, BookError> {
        let all = self.all();
        let kept = all.values().filter(|action| ids.contains(&action.id));
        Ok(kept.cloned().collect())
    }

    async fn open(&self) -> Result<Vec<Action>, BookError> {
        let all = self.all();
        let open = all.values().filter(|action| !action.entry.state.is_final());
        Ok(open.cloned().collect())
    }

    async fn before(&self, before: Option<ActionId>, most: u32) -> Result<Vec<Action>, BookError> {
        let all = self.all();
        let earlier = all.values().rev();
        let earlier = earlier.filter(|action| before.is_none_or(|before| action.id < before));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(earlier.take(most).cloned().collect())
    }

    async fn batch(&self, first: ActionId) -> Result<Vec<Action>, BookError> {
        let all = self.all();
        let together = all
            .values()
            .filter(|action| action.id == first || action.batch == Some(first));
        Ok(together.cloned().collect())
    }

    async fn asked(
        &self,
        system: &SystemId,
        operation: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<Action>, BookError> {
        let all = self.all();
        let like = all.values().rev().filter(|action| {
            action.effect.system == *system && action.effect.operation == operation && action.created >= since
        });
        Ok(like
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .cloned()
            .collect())
    }
}

/// Nothing was allowed beforehand: whatever a play does has its own click.
#[async_trait]
impl GrantBook for Kept {
    async fn all(&self) -> Result<Vec<Held>, BookError> {
        Ok(Vec::new())
    }

    async fn add(&self, _: &Held, _: Noted) -> Result<(), BookError> {
        Err(BookError("in a play nothing is allowed beforehand".to_owned()))
    }

    async fn revoke(&self, _: &str, _: Noted) -> Result<bool, BookError> {
        Ok(false)
    }
}
