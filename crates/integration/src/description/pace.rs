use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, MonotonicClock};
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many requests a system takes from one account. What it would refuse is not sent but waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// So many requests, also all at once;
    #[schemars(range(min = 1))]
    pub requests: NonZeroU32,
    /// then as many again in so many seconds.
    #[schemars(range(min = 1, max = 86_400))]
    pub seconds: NonZeroU32,
}

/// The requests of one account, each at its time: a token bucket (GCRA, ITU-T I.371).
#[derive(Debug)]
pub(crate) struct Bucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, MonotonicClock>,
    clock: MonotonicClock,
}

impl Bucket {
    pub(crate) fn new(pace: Pace) -> Option<Self> {
        let each = Duration::from_secs(pace.seconds.get().into()) / pace.requests.get();
        let quota = Quota::with_period(each)?.allow_burst(pace.requests);
        let clock = MonotonicClock;
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
        Some(Self { limiter, clock })
    }

    /// Waits until one more request is within the pace.
    pub(crate) async fn turn(&self) {
        while let Err(early) = self.limiter.check() {
            tokio::time::sleep(early.wait_time_from(self.clock.now())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_beyond_the_pace_waits_for_its_turn() {
        let (requests, seconds) = (NonZeroU32::new(20).unwrap(), NonZeroU32::new(1).unwrap());
        let bucket = Bucket::new(Pace { requests, seconds }).unwrap();
        let begun = std::time::Instant::now();
        for _ in 0..20 {
            bucket.turn().await;
        }
        for _ in 0..4 {
            bucket.turn().await;
        }
        // A twentieth of a second for each of the last four; never less, whatever the machine does.
        assert!(
            begun.elapsed() >= Duration::from_millis(4 * 50 - 50),
            "{:?}",
            begun.elapsed()
        );
    }
}
