//! When a host is to be left in peace: because it said so, or because it fails again and again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// After so many failures in a row a host is left in peace.
const FAILURES: u32 = 5;
/// For how long at first, in milliseconds; each further failure doubles it.
const FIRST_REST: u64 = 15_000;
/// The longest rest of that kind.
const LONGEST_REST: u64 = 300_000;
/// The longest `Retry-After` that is believed: a day.
const LONGEST_PAUSE: u64 = 86_400_000;
/// What too many requests mean without a `Retry-After`, in milliseconds.
pub(crate) const PAUSE: u64 = 2_000;

/// What a contact told of a host's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It answered.
    Well,
    /// It asked for a pause of so many milliseconds.
    Pause(u64),
    /// It failed: no connection, no answer in time, broken off, 5xx.
    Failed,
}

#[derive(Clone, Copy, Debug, Default)]
struct Health {
    failures: u32,
    /// Nothing is sent before this moment of the steady clock.
    until: u64,
}

/// The health of all hosts.
#[derive(Debug, Default)]
pub(super) struct Patience(Mutex<BTreeMap<String, Health>>);

impl Patience {
    /// Whether the host may be asked now; else in how many milliseconds. After a rest one request goes ahead, and the
    /// others wait for what becomes of it.
    pub(super) fn ask(&self, host: &str, now: u64) -> Result<(), u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(health) = all.get_mut(host) else {
            return Ok(());
        };
        if now < health.until {
            return Err(health.until - now);
        }
        if health.failures >= FAILURES {
            health.until = now.saturating_add(FIRST_REST);
        }
        Ok(())
    }

    pub(super) fn learn(&self, host: &str, now: u64, sign: Sign) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let health = all.entry(host.to_owned()).or_default();
        match sign {
            Sign::Well => *health = Health::default(),
            Sign::Pause(span) => {
                health.until = health.until.max(now.saturating_add(span.clamp(1, LONGEST_PAUSE)));
            }
            Sign::Failed => {
                health.failures = health.failures.saturating_add(1);
                if let Some(more) = health.failures.checked_sub(FAILURES) {
                    let rest = FIRST_REST.saturating_mul(1 << more.min(10)).min(LONGEST_REST);
                    health.until = now.saturating_add(rest);
                }
            }
        }
    }
}

/// The milliseconds that `Retry-After` asks for: a number of seconds or a date (RFC 9110, 10.2.3).
pub(super) fn pause(header: Option<&str>, wall: i64) -> Option<u64> {
    let text = header?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let at = at.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis();
    let at = i64::try_from(at).ok()?;
    Some(u64::try_from(at.saturating_sub(wall)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_fails_again_and_again_rests_and_then_gets_one_request() {
        let patience = Patience::default();
        for _ in 0..FAILURES {
            assert_eq!(patience.ask("h", 0), Ok(()));
            patience.learn("h", 0, Sign::Failed);
        }
        assert_eq!(patience.ask("h", 1_000), Err(FIRST_REST - 1_000));
        assert_eq!(patience.ask("other", 1_000), Ok(()));
        assert_eq!(patience.ask("h", FIRST_REST), Ok(()));
        assert!(patience.ask("h", FIRST_REST).is_err());
        patience.learn("h", FIRST_REST, Sign::Failed);
        assert_eq!(patience.ask("h", FIRST_REST), Err(2 * FIRST_REST));
        patience.learn("h", 3 * FIRST_REST, Sign::Well);
        assert_eq!(patience.ask("h", 3 * FIRST_REST), Ok(()));
    }

    #[test]
    fn a_pause_is_a_number_or_a_date() {
        assert_eq!(pause(Some("7"), 0), Some(7_000));
        let date = Some("Thu, 01 Jan 1970 00:01:00 GMT");
        assert_eq!(pause(date, 20_000), Some(40_000));
        assert_eq!(pause(date, 90_000), Some(0));
        assert_eq!(pause(Some("soon"), 0), None);
    }
}
