use std::collections::BTreeMap;

use domain::{Effect, SideEffect};
use governance::policy::{Decision, Facts, Proposer};
use integration::Trouble;
use serde_json::{Map, Value};

use super::{Context, Governed, Noted, Stop, System};

impl Governed {
    /// Whether the rules let this be read without asking: what is asked of a system tells it something, and where it goes
    /// to others it tells them. Either way it stands in the audit before anything is asked.
    pub(super) async fn may_read(
        &self,
        system: &System,
        operation: &str,
        arguments: &BTreeMap<String, Value>,
        proposer: &Proposer,
        context: &Context,
    ) -> Result<(), Stop> {
        let connection = &system.connection;
        let described = connection.description().operation(operation);
        let described = &described
            .ok_or_else(|| Trouble::Operation {
                system: connection.system().clone(),
                operation: operation.to_owned(),
            })?
            .operation;
        // What does more is refused by the connection, in words of its own.
        if described.side_effect != SideEffect::Read {
            return Ok(());
        }
        let effect = Effect {
            system: described.system.clone(),
            operation: described.name.clone(),
            definition: described.definition.clone(),
            target: None,
            arguments: context.seen(proposer, arguments),
        };
        let situation = self.situation(system, &effect, proposer, &context.taint, 1);
        let verdict = self.policies.judge(&Facts::of(&effect, described, &situation));
        let state = match verdict.decision {
            Decision::Allow => "allowed",
            Decision::Ask | Decision::Deny => "denied",
        };
        let mut details = Map::new();
        for (key, value) in [
            ("event", "read"),
            ("state", state),
            ("system", effect.system.as_str()),
            ("operation", &effect.operation),
            ("definition", &effect.definition),
            ("policy", &verdict.policy_digest.to_string()),
        ] {
            details.insert(key.to_owned(), value.into());
        }
        let at = self.clock.wall();
        self.book.note_read(Noted { at, details }).await?;
        match verdict.decision {
            Decision::Allow => Ok(()),
            Decision::Ask | Decision::Deny => Err(Stop::NotRead(Box::new(verdict))),
        }
    }
}
