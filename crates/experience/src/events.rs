//! What the core tells windows: one stream of events, bounded and coalesced.
//!
//! A window that is slow holds up nobody: of the core's state and of progress only the newest waits for it, stale caches
//! are merged, and an answer that has more parts than it takes in is told as a stale conversation, because everything is
//! stored.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use domain::{ConversationId, TurnId};
use retrieval::Progress;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::Failure;
use crate::commands::Cache;
use crate::conversation::Turn;
use crate::wire::SentenceView;

/// Progress is told no more often than this.
const PROGRESS: Duration = Duration::from_millis(250);
/// Parts of answers that wait for one window.
const PARTS: usize = 1_024;

/// What the core tells windows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Event {
    /// The core's state; always the first event.
    Core {
        /// What it is.
        state: CoreState,
        /// Why it failed.
        failure: Option<Failure>,
    },
    /// How far indexing is.
    Progress {
        /// The newest.
        progress: Progress,
    },
    /// What was kept of earlier answers is no more true.
    Stale {
        /// Of these caches.
        caches: BTreeSet<Cache>,
    },
    /// An answer grew.
    Answer {
        /// The conversation.
        conversation: ConversationId,
        /// The question in it.
        turn: TurnId,
        /// What came.
        part: AnswerPart,
    },
    /// The tray, the hotkey or a link wants the window to show something, for example `ask` or `conversation/12`.
    Go {
        /// Where to.
        to: String,
    },
}

/// The core's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CoreState {
    /// It opens what it keeps.
    Starting,
    /// Commands are carried out.
    Ready,
    /// It could not start, and tries again by itself.
    Failed,
}

/// A part of an answer, in the order they come.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AnswerPart {
    /// What the answer is made from.
    Gathered {
        /// Passages.
        passages_read: usize,
        /// Files they are from.
        files_read: usize,
        /// What a person should know about the search.
        notices: Vec<String>,
    },
    /// The next sentence is final.
    Sentence {
        /// Its position, from 0.
        index: usize,
        /// The sentence.
        sentence: SentenceView,
    },
    /// Nothing follows.
    Finished {
        /// Everything, as it is stored.
        turn: Box<Turn>,
    },
}

impl Event {
    /// What was kept of earlier answers is no more true.
    pub fn stale(caches: &[Cache]) -> Self {
        Self::Stale {
            caches: caches.iter().copied().collect(),
        }
    }
}

/// Where the core tells what happens; cheap to clone.
#[derive(Clone, Default)]
pub struct Events {
    inner: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    listeners: Vec<Weak<Mailbox>>,
    core: Option<Event>,
    progress: Option<Event>,
}

impl Events {
    /// Tells everybody who listens. Never waits.
    pub fn publish(&self, event: Event) {
        let mut told = self.told();
        match &event {
            Event::Core { .. } => told.core = Some(event.clone()),
            Event::Progress { .. } => told.progress = Some(event.clone()),
            Event::Stale { .. } | Event::Answer { .. } | Event::Go { .. } => {}
        }
        told.listeners.retain(|listener| {
            let Some(mailbox) = listener.upgrade() else {
                return false;
            };
            mailbox.put(event.clone());
            true
        });
    }

    /// Everything from now on, after the core's present state and the newest progress.
    pub fn subscribe(&self) -> Subscription {
        let mailbox = Arc::new(Mailbox::default());
        let mut told = self.told();
        [&told.core, &told.progress]
            .into_iter()
            .flatten()
            .for_each(|event| mailbox.put(event.clone()));
        told.listeners.push(Arc::downgrade(&mailbox));
        Subscription {
            mailbox,
            progress_told: None,
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What waits for one listener.
#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    core: Option<Event>,
    go: Option<Event>,
    parts: VecDeque<Event>,
    stale: BTreeSet<Cache>,
    progress: Option<Event>,
}

impl Mailbox {
    fn put(&self, event: Event) {
        let mut waiting = self.waiting();
        match event {
            Event::Core { .. } => waiting.core = Some(event),
            Event::Progress { .. } => waiting.progress = Some(event),
            Event::Go { .. } => waiting.go = Some(event),
            Event::Stale { caches } => waiting.stale.extend(caches),
            Event::Answer { .. } if waiting.parts.len() < PARTS => waiting.parts.push_back(event),
            // Half an answer would be worse than asking for all of it.
            Event::Answer { .. } => {
                waiting.parts.clear();
                waiting.stale.insert(Cache::Conversations);
            }
        }
        drop(waiting);
        self.arrived.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One listener. Dropping it is all it takes to stop listening.
pub struct Subscription {
    mailbox: Arc<Mailbox>,
    progress_told: Option<Instant>,
}

impl Subscription {
    /// The next event. Never ends by itself; dropping the future loses nothing.
    pub async fn next(&mut self) -> Event {
        loop {
            let due = self.progress_told.map(|at| at + PROGRESS);
            let held_back = match self.take(due) {
                Taken::Event(event) => return *event,
                Taken::NotYet => due,
                Taken::Nothing => None,
            };
            let arrived = self.mailbox.arrived.notified();
            match held_back {
                Some(due) => {
                    tokio::select! {
                        () = arrived => {}
                        () = tokio::time::sleep_until(due) => {}
                    }
                }
                None => arrived.await,
            }
        }
    }

    fn take(&mut self, due: Option<Instant>) -> Taken {
        let mut waiting = self.mailbox.waiting();
        let first = waiting.core.take().or_else(|| waiting.go.take());
        if let Some(event) = first.or_else(|| waiting.parts.pop_front()) {
            return Taken::Event(Box::new(event));
        }
        if !waiting.stale.is_empty() {
            let caches = std::mem::take(&mut waiting.stale);
            return Taken::Event(Box::new(Event::Stale { caches }));
        }
        let now = Instant::now();
        if waiting.progress.is_some() && due.is_some_and(|due| now < due) {
            return Taken::NotYet;
        }
        match waiting.progress.take() {
            Some(event) => {
                self.progress_told = Some(now);
                Taken::Event(Box::new(event))
            }
            None => Taken::Nothing,
        }
    }
}

enum Taken {
    Event(Box<Event>),
    NotYet,
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(files_done: u64) -> Event {
        let progress = Progress {
            files_done,
            ..Progress::default()
        };
        Event::Progress { progress }
    }

    fn part(index: usize) -> Event {
        Event::Answer {
            conversation: ConversationId(1),
            turn: TurnId(1),
            part: AnswerPart::Gathered {
                passages_read: index,
                files_read: 0,
                notices: Vec::new(),
            },
        }
    }

    fn core(state: CoreState) -> Event {
        Event::Core { state, failure: None }
    }

    #[tokio::test]
    async fn the_newest_progress_waits_and_is_told_four_times_a_second() {
        let events = Events::default();
        let mut listener = events.subscribe();
        (0..100).for_each(|done| events.publish(progress(done)));
        assert_eq!(listener.next().await, progress(99));
        let told = Instant::now();
        events.publish(progress(100));
        events.publish(progress(101));
        assert_eq!(listener.next().await, progress(101));
        assert!(told.elapsed() >= PROGRESS);
    }

    #[tokio::test]
    async fn a_late_listener_is_told_the_state_first() {
        let events = Events::default();
        events.publish(core(CoreState::Starting));
        events.publish(progress(7));
        events.publish(core(CoreState::Ready));
        let mut listener = events.subscribe();
        events.publish(part(1));
        assert_eq!(listener.next().await, core(CoreState::Ready));
        assert_eq!(listener.next().await, part(1));
        assert_eq!(listener.next().await, progress(7));
    }

    #[tokio::test]
    async fn stale_caches_are_merged_and_parts_keep_their_order() {
        let events = Events::default();
        let mut listener = events.subscribe();
        events.publish(Event::stale(&[Cache::Files]));
        (0..5).for_each(|index| events.publish(part(index)));
        events.publish(Event::stale(&[Cache::Sources, Cache::Files]));
        for index in 0..5 {
            assert_eq!(listener.next().await, part(index));
        }
        assert_eq!(
            listener.next().await,
            Event::stale(&[Cache::Sources, Cache::Files])
        );
    }

    #[tokio::test]
    async fn a_listener_that_sleeps_costs_no_more_than_its_bound() {
        let events = Events::default();
        let mut listener = events.subscribe();
        (0..PARTS + 1).for_each(|index| events.publish(part(index)));
        assert_eq!(listener.next().await, Event::stale(&[Cache::Conversations]));
        assert!(events.told().listeners.len() == 1);
        drop(listener);
        events.publish(part(0));
        assert!(events.told().listeners.is_empty());
    }
}
