use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What time it is. A port, so that everything here that decides by time can be shown any time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, as far as this machine knows.
    fn wall(&self) -> i64;

    /// Milliseconds since some moment in this process; never goes back.
    fn steady(&self) -> u64;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct MachineClock(Instant);

impl MachineClock {
    /// A clock whose steady time begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for MachineClock {
    fn wall(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn steady(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A clock that tests turn by hand.
#[cfg(feature = "test-support")]
#[derive(Debug, Default)]
pub struct HandClock {
    steady: std::sync::atomic::AtomicU64,
    jumped: std::sync::atomic::AtomicI64,
}

#[cfg(feature = "test-support")]
impl HandClock {
    /// Lets so many milliseconds pass.
    pub fn pass(&self, milliseconds: u64) {
        self.steady
            .fetch_add(milliseconds, std::sync::atomic::Ordering::SeqCst);
    }

    /// Somebody sets the clock on the wall forward by so many milliseconds, or back.
    pub fn jump(&self, milliseconds: i64) {
        self.jumped
            .fetch_add(milliseconds, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "test-support")]
impl Clock for HandClock {
    fn wall(&self) -> i64 {
        let jumped = self.jumped.load(std::sync::atomic::Ordering::SeqCst);
        1_790_251_500_000 + i64::try_from(self.steady()).unwrap_or_default() + jumped
    }

    fn steady(&self) -> u64 {
        self.steady.load(std::sync::atomic::Ordering::SeqCst)
    }
}
