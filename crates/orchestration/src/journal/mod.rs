//! The journal of one action: every state it can be in, and every arrow between them.
//!
//! ```text
//! PROPOSED → DENIED | AWAITING → REJECTED | EXPIRED | APPROVED
//! APPROVED → DISPATCHING (attempt, epoch)      committed before the first byte leaves
//! DISPATCHING → SUCCEEDED | FAILED | APPROVED (surely not taken) | UNKNOWN
//! UNKNOWN → SUCCEEDED (found) | APPROVED (safe to send again) | NEEDS A PERSON
//! ```
//!
//! Two pure functions: [`Entry::wants`] says what is to be done next, [`Entry::after`] what became of it. Whoever drives
//! them makes each arrow durable, with its audit row, before doing what follows from it. Nothing here knows a clock, a
//! database or a connection.
//!
//! The rules are those that an exhaustive enumeration found to lose and double nothing (`tests.rs` repeats it): an
//! attempt that ended without a definite answer makes the entry *uncertain*, and only proof clears that; while it is
//! uncertain, a refusal proves nothing, and a request is sent again only where the system makes that harmless
//! ([`Repeat`]).
//!
//! Times that a wrong decision would follow from are taken from a clock that only goes forward ([`Clock::steady`]). It
//! begins anew with each process, so after a restart the journal waits a whole span again rather than believe a wall clock
//! that may have been set.

#[cfg(test)]
mod tests;

use domain::Repeat;
use serde::{Deserialize, Serialize};

/// The pause before the second look or attempt, in milliseconds; each one after it is twice as long.
const FIRST_PAUSE: u64 = 2_000;
/// The longest pause.
const LAST_PAUSE: u64 = 300_000;
/// The share of a key's life after which it counts as forgotten when only the wall clock tells how old it is.
const WALL_SHARE: u64 = 2;

/// One process that works on the journal. Each start takes the next number, durably, before it does anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// The time, as whoever drives the journal sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds since 1970, as far as this machine knows.
    pub wall: i64,
    /// Milliseconds since this process began.
    pub steady: u64,
    /// This process.
    pub epoch: Epoch,
}

/// What is fixed when an action is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What the system makes of the same request sent twice.
    pub repeat: Repeat,
    /// Whether the system can be asked what became of a request.
    pub looks: bool,
    /// When nothing may be begun any more, in milliseconds since 1970.
    pub expires: i64,
}

/// Where an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Not yet judged.
    Proposed,
    /// Policy forbids it.
    Denied,
    /// Waits for a person.
    Awaiting,
    /// A person said no.
    Rejected,
    /// Nobody decided in time, or it could not be begun in time.
    Expired,
    /// May be sent.
    Approved,
    /// Is being sent by a process.
    Dispatching {
        /// Which.
        by: Epoch,
    },
    /// It happened.
    Succeeded,
    /// It did not happen.
    Failed,
    /// Nobody knows yet whether it happened.
    Unknown,
    /// Only a person can find out.
    NeedsPerson,
}

impl State {
    /// Whether nothing follows.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Denied | Self::Rejected | Self::Expired | Self::Succeeded | Self::Failed
        )
    }
}

/// A moment of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    wall: i64,
    steady: u64,
    epoch: Epoch,
}

/// An action in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What is fixed.
    pub terms: Terms,
    /// Where it stands.
    pub state: State,
    /// An attempt ended without a definite answer, and nothing has proved what became of it.
    pub uncertain: bool,
    /// How often sending was begun.
    pub attempts: u32,
    /// A person said that it shall be sent once more although it is uncertain.
    vouched: bool,
    /// The system refused a later attempt while an earlier one was uncertain: sending again is no way to find out.
    refused: bool,
    first_sent: Option<Mark>,
    last_sent: Option<Mark>,
    /// Nothing is sent or looked up for so many milliseconds after this moment.
    wait: Option<(Mark, u64)>,
    looked: u32,
}

/// What policy said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// It may not be done.
    Deny,
    /// A person decides.
    Ask,
    /// It may be done without asking.
    Allow,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The system says that it did it.
    Done,
    /// The system refuses this request (4xx).
    Refused,
    /// Surely not taken: no connection, or too many requests.
    NotTaken {
        /// After how many milliseconds it may be tried again.
        after: u64,
    },
    /// No definite answer: 5xx, time-out, broken off.
    Lost,
}

/// What looking found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// It happened.
    Found,
    /// There is no trace of it.
    Absent,
    /// The record is neither as it was nor as it would be.
    Changed,
    /// The system could not be asked.
    Unclear,
}

/// What a person found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It happened.
    Happened,
    /// It did not, and shall not.
    Dropped,
    /// It did not, and shall be sent again until a new time of expiry.
    SendAgain {
        /// Milliseconds since 1970.
        until: i64,
    },
}

/// Something that happened to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Policy judged it.
    Judged(Judgement),
    /// A person approved exactly this.
    Approved,
    /// A person said no.
    Rejected,
    /// Sending begins.
    Begun,
    /// Sending ended; told by the process that began it.
    Answered(Answer),
    /// Somebody looked whether it happened.
    Looked(Sight),
    /// A person said what became of it.
    Said(Word),
    /// Time passed, or a process found what another left behind: whatever [`Want::Note`] asked for.
    Noted,
}

/// What is to be done with an action now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nothing, ever.
    Nothing,
    /// A person must decide or find out.
    Person,
    /// Nothing for so many milliseconds.
    Wait(u64),
    /// Policy must judge it.
    Judge,
    /// [`Event::Noted`] leads on.
    Note,
    /// Make [`Event::Begun`] durable, then send.
    Send,
    /// Another of our sends is under way; wait for its answer.
    Answer,
    /// Ask the system what became of it.
    Look,
}

/// An event that does not belong to the state an action is in. Nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} does not follow {state:?}")]
pub struct Misplaced {
    /// Where the action stands.
    pub state: State,
    /// What was to happen.
    pub event: Event,
}

impl Mark {
    fn of(clock: Clock) -> Self {
        Self {
            wall: clock.wall,
            steady: clock.steady,
            epoch: clock.epoch,
        }
    }

    /// Milliseconds that have surely passed since: those this process saw.
    fn at_least_since(self, clock: Clock) -> u64 {
        if self.epoch == clock.epoch {
            clock.steady.saturating_sub(self.steady)
        } else {
            clock.steady
        }
    }

    /// Milliseconds that may have passed since, at most; `None` when that can't be told.
    fn at_most_since(self, clock: Clock) -> Option<u64> {
        if self.epoch == clock.epoch {
            Some(clock.steady.saturating_sub(self.steady))
        } else {
            let wall = u64::try_from(clock.wall.saturating_sub(self.wall)).ok()?;
            Some(wall.saturating_mul(WALL_SHARE))
        }
    }
}

/// How long to leave a system in peace after so many attempts or looks, in milliseconds.
fn pause(after: u32) -> u64 {
    FIRST_PAUSE.saturating_mul(1 << after.min(16)).min(LAST_PAUSE)
}

impl Entry {
    /// An action as it is proposed.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            state: State::Proposed,
            uncertain: false,
            attempts: 0,
            vouched: false,
            refused: false,
            first_sent: None,
            last_sent: None,
            wait: None,
            looked: 0,
        }
    }

    /// What is to be done next.
    pub fn wants(&self, clock: Clock) -> Want {
        match self.state {
            State::Proposed => Want::Judge,
            State::Awaiting if self.is_late(clock) => Want::Note,
            State::Awaiting | State::NeedsPerson => Want::Person,
            State::Approved if self.is_late(clock) || !self.may_send(clock) => Want::Note,
            State::Approved => match self.patience(clock) {
                0 => Want::Send,
                rest => Want::Wait(rest),
            },
            State::Dispatching { by } if by == clock.epoch => Want::Answer,
            State::Dispatching { .. } => Want::Note,
            State::Unknown => self.wants_to_know(clock),
            State::Denied | State::Rejected | State::Expired | State::Succeeded | State::Failed => {
                Want::Nothing
            }
        }
    }

    /// What an action is after something happened to it.
    ///
    /// # Errors
    /// When the event does not belong to the state; an approval that comes too late, an answer that another process waits
    /// for, and a send that might double something are such events.
    pub fn after(&self, event: Event, clock: Clock) -> Result<Self, Misplaced> {
        let mut next = *self;
        let misplaced = Misplaced {
            state: self.state,
            event,
        };
        next.state = match (self.state, event) {
            (State::Proposed, Event::Judged(Judgement::Deny)) => State::Denied,
            (State::Proposed, Event::Judged(Judgement::Ask)) => State::Awaiting,
            (State::Proposed, Event::Judged(Judgement::Allow)) => State::Approved,
            (State::Awaiting, Event::Approved) if !self.is_late(clock) => State::Approved,
            (State::Awaiting, Event::Rejected) => State::Rejected,
            // What may have happened is not taken back by saying no.
            (State::Approved, Event::Rejected) if self.uncertain => State::NeedsPerson,
            // Taken back while the system asked for patience, or refused by the guard.
            (State::Approved, Event::Rejected) => State::Rejected,
            (State::Approved, Event::Begun) if self.wants(clock) == Want::Send => {
                next.attempts = self.attempts.saturating_add(1);
                next.vouched = false;
                next.wait = None;
                next.looked = 0;
                next.first_sent.get_or_insert(Mark::of(clock));
                next.last_sent = Some(Mark::of(clock));
                State::Dispatching { by: clock.epoch }
            }
            // Another process's answer may belong to an attempt that was given up.
            (State::Dispatching { by }, Event::Answered(answer)) if by == clock.epoch => match answer {
                Answer::Done => State::Succeeded,
                Answer::Refused if self.uncertain => {
                    next.refused = true;
                    State::Unknown
                }
                Answer::Refused => State::Failed,
                Answer::NotTaken { after } => {
                    next.wait = Some((Mark::of(clock), after));
                    State::Approved
                }
                Answer::Lost => State::Unknown,
            },
            (State::Unknown, Event::Looked(sight)) => {
                next.looked = self.looked.saturating_add(1);
                next.wait = Some((Mark::of(clock), pause(self.looked)));
                self.known_by(sight, clock)
            }
            (State::NeedsPerson, Event::Looked(Sight::Found)) => State::Succeeded,
            (State::NeedsPerson, Event::Looked(_)) => State::NeedsPerson,
            (State::NeedsPerson, Event::Said(Word::Happened)) => State::Succeeded,
            (State::NeedsPerson, Event::Said(Word::Dropped)) => State::Failed,
            (State::NeedsPerson, Event::Said(Word::SendAgain { until })) => {
                next.vouched = true;
                next.refused = false;
                next.wait = None;
                next.terms.expires = until;
                State::Approved
            }
            (_, Event::Noted) if self.wants(clock) == Want::Note => {
                let state = self.noted(clock);
                if state == State::Approved {
                    // What broke an attempt off needs time to mend.
                    next.wait = Some((Mark::of(clock), pause(self.attempts)));
                }
                state
            }
            _ => return Err(misplaced),
        };
        match next.state {
            State::Unknown => next.uncertain = true,
            // Proof: it is there, or it is not and can't come any more.
            State::Succeeded => next.uncertain = false,
            State::Approved if self.state == State::Unknown && self.has_settled(clock) => {
                next.uncertain = false
            }
            _ => {}
        }
        Ok(next)
    }

    /// Where time, or what another process left behind, leads.
    fn noted(&self, clock: Clock) -> State {
        match self.state {
            State::Awaiting => State::Expired,
            State::Approved if self.uncertain => State::NeedsPerson,
            State::Approved => State::Expired,
            // It may have ended before the first byte or after the last one.
            State::Dispatching { .. } => State::Unknown,
            State::Unknown if self.may_send(clock) => State::Approved,
            _ => State::NeedsPerson,
        }
    }

    fn is_late(&self, clock: Clock) -> bool {
        clock.wall >= self.terms.expires
    }

    /// Whether sending now could double nothing.
    fn may_send(&self, clock: Clock) -> bool {
        if !self.uncertain || self.vouched {
            return true;
        }
        if self.refused {
            return false;
        }
        match self.terms.repeat {
            Repeat::Keyed { remembers } => self
                .first_sent
                .and_then(|sent| sent.at_most_since(clock))
                .is_some_and(|passed| passed < remembers),
            Repeat::Unchanging => true,
            Repeat::Marked { .. } | Repeat::Never => false,
        }
    }

    /// Whether a request that was sent can't be carried out any more.
    fn has_settled(&self, clock: Clock) -> bool {
        match (self.terms.repeat, self.last_sent) {
            (Repeat::Marked { settles: Some(span) }, Some(sent)) => sent.at_least_since(clock) >= span,
            _ => false,
        }
    }

    /// Until when nothing is sent or looked up, in milliseconds since 1970. To be shown only: what is done follows the steady
    /// clock, which begins anew with each process.
    pub fn rests_until(&self) -> Option<i64> {
        self.wait
            .map(|(since, span)| since.wall.saturating_add(i64::try_from(span).unwrap_or(i64::MAX)))
    }

    fn patience(&self, clock: Clock) -> u64 {
        self.wait.map_or(0, |(since, span)| {
            span.saturating_sub(since.at_least_since(clock))
        })
    }

    fn wants_to_know(&self, clock: Clock) -> Want {
        if !self.terms.looks {
            return Want::Note;
        }
        // A remembered key, or a record that stays as it is, tells at once.
        if matches!(self.terms.repeat, Repeat::Keyed { .. }) && self.may_send(clock) {
            return Want::Note;
        }
        match self.patience(clock) {
            0 => Want::Look,
            rest => Want::Wait(rest),
        }
    }

    /// What is known after looking.
    fn known_by(&self, sight: Sight, clock: Clock) -> State {
        match (sight, self.terms.repeat) {
            (Sight::Found, _) => State::Succeeded,
            (Sight::Unclear, _) => State::Unknown,
            (Sight::Changed, _) => State::NeedsPerson,
            (Sight::Absent, Repeat::Marked { settles: Some(_) }) if self.has_settled(clock) => {
                State::Approved
            }
            (Sight::Absent, Repeat::Marked { settles: Some(_) }) => State::Unknown,
            (Sight::Absent, Repeat::Keyed { .. } | Repeat::Unchanging) if self.may_send(clock) => {
                State::Approved
            }
            (Sight::Absent, _) => State::NeedsPerson,
        }
    }
}
