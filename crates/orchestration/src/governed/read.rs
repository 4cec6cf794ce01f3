use std::collections::BTreeMap;

use domain::{Effect, SideEffect};
use governance::policy::{Decision, Facts, Proposer};
use integration::Trouble;
use serde_json::Value;

use super::{Context, Governed, Stop, System};

impl Governed {
    /// Whether the rules let this be read without asking: what is asked of a system tells it something, and where it goes
    /// to others it tells them.
    pub(super) fn may_read(
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
        match verdict.decision {
            Decision::Allow => Ok(()),
            Decision::Ask | Decision::Deny => Err(Stop::NotRead(Box::new(verdict))),
        }
    }
}
