use std::collections::BTreeMap;

use domain::{ActionId, Role, Undo};
use governance::policy::Proposer;
use integration::REDACTED;
use serde_json::Value;

use super::{Action, Context, Governed, Proposal, Stop};
use crate::journal::State;

impl Governed {
    /// Proposes the way back: the old values of the fields that were changed. It goes the same path as everything else,
    /// card included; what is undone together names the first of them in `batch`.
    ///
    /// # Errors
    /// [`Stop::NoUndo`] with the reason: it can't be taken back, it did not happen, or somebody has changed the record
    /// since.
    pub async fn undo(&self, id: ActionId, batch: Option<ActionId>) -> Result<Action, Stop> {
        let action = self.action(id).await?;
        let no = |why: &str| Err(Stop::NoUndo(why.to_owned()));
        match action.shown.undo {
            Some(Undo::Restorable) => {}
            Some(Undo::Compensable) => {
                return no("what was done stays visible. Something else can make up for it.");
            }
            Some(Undo::Irreversible) | None => return no("it can't be taken back."),
        }
        if action.entry.state != State::Succeeded {
            return no("it did not happen.");
        }
        let Some(target) = &action.effect.target else {
            return no("it made something new; delete that instead.");
        };
        let after = action.outcome.as_ref().and_then(|told| told.version.clone());
        let system = self.system(&action.effect.system).await?;
        let record = system.connection.record(&target.kind, &target.id).await?;
        if after.is_none() || record.version != after {
            let by = record.edited().and_then(|edited| edited.by);
            let by = by.map_or_else(|| "somebody".to_owned(), |by| system.connection.scrubbed(&by));
            return no(&format!(
                "{by} has changed the record since. Look at it and decide anew."
            ));
        }
        let described = system
            .connection
            .description()
            .operation(&action.effect.operation);
        let Some(operation) = described.map(|described| &described.operation) else {
            return no("the system no longer offers this operation.");
        };
        let mut arguments: BTreeMap<String, Value> = BTreeMap::new();
        for (name, argument) in &action.effect.arguments {
            let role = operation.parameters.get(name).map(|parameter| parameter.role);
            if role == Some(Role::Target) {
                arguments.insert(name.clone(), argument.value.clone());
            }
        }
        for change in &action.shown.changes {
            // What was before is not known, so that it can't be put back.
            let hidden = |value: &Value| value.to_string().contains(REDACTED);
            if change.before.as_ref().is_some_and(hidden) {
                return no("what stood there before held a credential, which is not kept.");
            }
            if operation.parameters.contains_key(&change.field) {
                let before = change.before.clone().unwrap_or(Value::Null);
                arguments.insert(change.field.clone(), before);
            }
        }
        self.propose(Proposal {
            system: action.effect.system.clone(),
            operation: action.effect.operation.clone(),
            arguments,
            record: None,
            proposer: Proposer::Person,
            reason: Some(format!("Undoes action {}.", action.id)),
            context: Context::of_person(),
            batch,
        })
        .await
    }
}
