//! The switch panel: what shall go wrong next, and when relative to the effect.

use serde::{Deserialize, Serialize};

use crate::operations::{self, Operation, SideEffect};

/// The longest delay, in milliseconds.
const LONGEST_DELAY: u64 = 600_000;

/// What goes wrong. `Before` and `After` are relative to the moment at which the effect is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Waits, then does it and answers. It is done even if the client has hung up meanwhile.
    LatencyBefore,
    /// Does it, then waits and answers.
    LatencyAfter,
    /// Answers 429 with `Retry-After` and does nothing.
    TooManyRequests,
    /// Answers 500 and does nothing.
    ErrorBefore,
    /// Does it and answers 500.
    ErrorAfter,
    /// Resets the connection and does nothing.
    ResetBefore,
    /// Does it and resets the connection.
    ResetAfter,
    /// Does it and closes the connection in the middle of the answer.
    TruncatedAfter,
    /// Shows each record as it was before its last change. For reads only.
    StaleRead,
}

impl FaultKind {
    /// All of them, in the order of the panel.
    pub const ALL: [Self; 9] = [
        Self::LatencyBefore,
        Self::LatencyAfter,
        Self::TooManyRequests,
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::TruncatedAfter,
        Self::StaleRead,
    ];
}

/// One switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Name of an operation, or `*` for all of them.
    pub operation: String,
    /// What goes wrong.
    pub fault: FaultKind,
    /// For how many requests from now on; for all of them if it is not there.
    #[serde(default)]
    pub times: Option<u64>,
    /// For latency: how long, in milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// For 429: what `Retry-After` says, in seconds.
    #[serde(default = "one")]
    pub retry_after_s: u64,
}

fn one() -> u64 {
    1
}

/// The switches that are on, in order. A request meets the first one that fits and no other, so that a list is a script:
/// reset once, then 429 twice, then nothing.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Replaces all switches.
    ///
    /// # Errors
    /// Which switch makes no sense; then nothing is changed.
    pub fn set(&mut self, faults: Vec<Fault>) -> Result<(), String> {
        for fault in &faults {
            fault.check()?;
        }
        self.0 = faults;
        Ok(())
    }

    /// Those that are still on, with the number of requests that they are still for.
    pub fn left(&self) -> &[Fault] {
        &self.0
    }

    /// What goes wrong with this request. It counts as one time.
    pub fn take(&mut self, operation: &Operation) -> Option<Fault> {
        let at = self.0.iter().position(|fault| fault.fits(operation))?;
        let fault = self.0.get_mut(at)?;
        let taken = fault.clone();
        if let Some(times) = &mut fault.times {
            *times -= 1;
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(taken)
    }
}

impl Fault {
    fn check(&self) -> Result<(), String> {
        let operation = operations::named(&self.operation);
        if self.operation != "*" && operation.is_none() {
            return Err(format!("There is no operation `{}`.", self.operation));
        }
        if self.fault == FaultKind::StaleRead
            && operation.is_some_and(|op| op.side_effect != SideEffect::Read)
        {
            return Err(format!("`{}` reads nothing that could be stale.", self.operation));
        }
        if self.times == Some(0) {
            return Err("`times` is at least 1; leave it out for always.".to_owned());
        }
        if self.delay_ms > LONGEST_DELAY {
            return Err(format!("`delay_ms` is at most {LONGEST_DELAY}."));
        }
        Ok(())
    }

    fn fits(&self, operation: &Operation) -> bool {
        let readable = operation.side_effect == SideEffect::Read || self.fault != FaultKind::StaleRead;
        readable && (self.operation == "*" || self.operation == operation.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(operation: &str, fault: FaultKind, times: Option<u64>) -> Fault {
        Fault {
            operation: operation.to_owned(),
            fault,
            times,
            delay_ms: 0,
            retry_after_s: 1,
        }
    }

    #[test]
    fn a_list_of_switches_is_played_in_order_and_then_is_over() {
        let mut faults = Faults::default();
        let script = vec![
            fault("crm.deals.get", FaultKind::ResetBefore, Some(1)),
            fault("*", FaultKind::TooManyRequests, Some(2)),
        ];
        faults.set(script).unwrap();
        let deals = operations::named("crm.deals.get").unwrap();
        let played: Vec<_> = (0..4)
            .map(|_| faults.take(deals).map(|fault| fault.fault))
            .collect();
        assert_eq!(
            played,
            [
                Some(FaultKind::ResetBefore),
                Some(FaultKind::TooManyRequests),
                Some(FaultKind::TooManyRequests),
                None
            ]
        );
    }

    #[test]
    fn a_switch_without_a_number_stays_on() {
        let mut faults = Faults::default();
        faults.set(vec![fault("*", FaultKind::ErrorAfter, None)]).unwrap();
        let create = operations::named("crm.deals.create").unwrap();
        assert!((0..10).all(|_| faults.take(create).is_some()));
    }

    #[test]
    fn a_stale_read_is_not_used_up_by_writes() {
        let mut faults = Faults::default();
        faults
            .set(vec![fault("*", FaultKind::StaleRead, Some(1))])
            .unwrap();
        assert_eq!(faults.take(operations::named("crm.deals.update").unwrap()), None);
        assert!(faults.take(operations::named("crm.deals.get").unwrap()).is_some());
    }

    #[test]
    fn a_switch_that_makes_no_sense_is_refused_and_changes_nothing() {
        let mut faults = Faults::default();
        faults
            .set(vec![fault("*", FaultKind::ErrorBefore, None)])
            .unwrap();
        for bad in [
            fault("crm.deals.melt", FaultKind::ErrorBefore, None),
            fault("crm.deals.update", FaultKind::StaleRead, None),
            fault("*", FaultKind::ErrorBefore, Some(0)),
            Fault {
                delay_ms: LONGEST_DELAY + 1,
                ..fault("*", FaultKind::LatencyBefore, None)
            },
        ] {
            assert!(faults.set(vec![bad]).is_err());
            assert_eq!(faults.left().len(), 1);
        }
    }
}
