//! Every path through a small world: what a server may do with each attempt, where the process may be killed, and what
//! people and clocks do in between.

use super::*;

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;
/// When the world begins, in milliseconds since 1970; far from zero, so that clocks can be set back.
const BEGIN: u64 = 1_000 * DAY;
/// How long a request may be on its way, where something bounds it.
const SETTLES: u64 = HOUR;
/// Attempts that may go wrong; later ones go well.
const TROUBLE: u32 = 2;
/// How often the process is killed on one path: once, or twice in all the long tests.
fn kills() -> u32 {
    if std::env::var("ATTACHE_LONG").is_ok_and(|part| part == "all") {
        2
    } else {
        1
    }
}

/// Chooses every combination, one after the other.
#[derive(Default)]
struct Choices {
    taken: Vec<(usize, usize)>,
    next: usize,
}

impl Choices {
    fn pick(&mut self, of: usize) -> usize {
        if self.next == self.taken.len() {
            self.taken.push((0, of));
        }
        let (choice, sizes) = self.taken[self.next];
        assert_eq!(sizes, of, "the world is not the same the second time");
        self.next += 1;
        choice
    }

    /// The next combination, if there is one.
    fn again(&mut self) -> bool {
        self.next = 0;
        while let Some((choice, of)) = self.taken.pop() {
            if choice + 1 < of {
                self.taken.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

/// A server with one record, and the time.
struct World {
    choices: Choices,
    repeat: Repeat,
    now: u64,
    /// When this process began, and what the wall clock says beside the truth.
    started: u64,
    skew: i64,
    epoch: u64,
    /// How often the effect took place.
    applied: u32,
    /// When the key was first seen.
    keyed: Option<u64>,
    /// A request that is still on its way arrives then.
    late: Option<u64>,
    last_applied: u64,
    attempts: u32,
    kills_left: u32,
    unclear: bool,
    lags: Option<bool>,
}

impl World {
    fn new(choices: Choices, repeat: Repeat) -> Self {
        Self {
            choices,
            repeat,
            now: BEGIN,
            started: BEGIN,
            skew: 0,
            epoch: 1,
            applied: 0,
            keyed: None,
            late: None,
            last_applied: 0,
            attempts: 0,
            kills_left: kills(),
            unclear: false,
            lags: None,
        }
    }

    fn clock(&self) -> Clock {
        Clock {
            wall: (self.now as i64) + self.skew,
            steady: self.now - self.started,
            epoch: Epoch(self.epoch),
        }
    }

    fn pass(&mut self, span: u64) {
        let end = self.now + span;
        if let Some(at) = self.late.take_if(|at| *at <= end) {
            self.now = at;
            self.apply();
        }
        self.now = end;
    }

    fn apply(&mut self) {
        self.last_applied = self.now;
        match self.repeat {
            Repeat::Keyed { remembers } => {
                if self.keyed.is_none_or(|seen| self.now - seen >= remembers) {
                    self.keyed = Some(self.now);
                    self.applied += 1;
                }
            }
            Repeat::Unchanging => self.applied = 1,
            Repeat::Marked { .. } | Repeat::Never => self.applied += 1,
        }
    }

    /// Killed here? Then another process goes on, at once or after days, perhaps with another idea of the date.
    fn killed(&mut self) -> bool {
        if self.kills_left == 0 || self.choices.pick(2) == 0 {
            return false;
        }
        self.kills_left -= 1;
        self.skew = [0, -30 * DAY as i64, 30 * DAY as i64][self.choices.pick(3)];
        let off = [0, 3 * DAY][self.choices.pick(2)];
        self.pass(off);
        self.epoch += 1;
        self.started = self.now;
        true
    }

    /// What the server does with an attempt.
    fn send(&mut self) -> Answer {
        self.attempts += 1;
        self.pass(SECOND);
        if self.attempts > TROUBLE {
            self.apply();
            return Answer::Done;
        }
        match self.choices.pick(8) {
            0 => {
                self.apply();
                Answer::Done
            }
            1 => Answer::Refused,
            2 => Answer::NotTaken { after: 10 * SECOND },
            // 500 or broken off before, and after, it was carried out.
            3 | 4 => Answer::Lost,
            5 | 6 => {
                self.apply();
                Answer::Lost
            }
            _ => {
                // One at a time is enough: the later the worse.
                self.late = Some(self.now + SETTLES / 2 - 2 * SECOND);
                Answer::Lost
            }
        }
    }

    /// Whether what is new can't be searched yet; the same for all of a path.
    fn search_lags(&mut self) -> bool {
        if self.lags.is_none() {
            self.lags = Some(self.choices.pick(2) == 1);
        }
        self.lags == Some(true)
    }

    fn look(&mut self) -> Sight {
        self.pass(SECOND);
        if !self.unclear && self.choices.pick(2) == 1 {
            self.unclear = true;
            return Sight::Unclear;
        }
        let fresh = self.applied > 0 && self.now < self.last_applied + SETTLES / 2;
        let marked = matches!(self.repeat, Repeat::Marked { .. });
        if self.applied == 0 || (marked && fresh && self.search_lags()) {
            Sight::Absent
        } else {
            Sight::Found
        }
    }
}

/// What is wrong with the end of a path.
fn verdict(world: &mut World, state: State) -> Option<&'static str> {
    world.pass(2 * DAY);
    match state {
        _ if world.applied > 1 => Some("doubled"),
        State::Succeeded if world.applied == 0 => Some("lost"),
        State::Failed | State::Rejected | State::Expired | State::Denied if world.applied > 0 => {
            Some("called undone")
        }
        _ if !state.is_final() => Some("never ends"),
        _ => None,
    }
}

/// Drives an entry through a world to its end.
fn drive(world: &mut World, looks: bool) -> State {
    let mut entry = Entry::new(Terms {
        repeat: world.repeat,
        looks,
        expires: (BEGIN + 7 * DAY) as i64,
    });
    for _ in 0..200 {
        let (want, state) = (entry.wants(world.clock()), entry.state);
        let mut follow = |world: &World, event| entry = entry.after(event, world.clock()).unwrap();
        match want {
            Want::Nothing => break,
            Want::Judge => follow(world, Event::Judged(Judgement::Ask)),
            Want::Note => follow(world, Event::Noted),
            Want::Wait(span) => world.pass(span),
            Want::Send => {
                if world.killed() {
                    continue;
                }
                follow(world, Event::Begun);
                if world.killed() {
                    continue;
                }
                let answer = world.send();
                if !world.killed() {
                    follow(world, Event::Answered(answer));
                }
            }
            Want::Look => {
                let sight = world.look();
                if !world.killed() {
                    follow(world, Event::Looked(sight));
                }
            }
            Want::Person if state == State::Awaiting => follow(world, Event::Approved),
            Want::Person => {
                // A person who looks after everything has come to rest sees what is true.
                world.pass(2 * DAY);
                let word = match (world.applied, world.choices.pick(2)) {
                    (1.., _) => Word::Happened,
                    (0, 0) => Word::Dropped,
                    _ => Word::SendAgain {
                        until: world.clock().wall + DAY as i64,
                    },
                };
                follow(world, Event::Said(word));
            }
            Want::Answer => unreachable!("this world has one thread"),
        }
    }
    entry.state
}

/// Every path of a kind of server, and what was wrong with how many.
fn explore(
    repeat: Repeat,
    mut run: impl FnMut(&mut World) -> State,
) -> (u32, std::collections::BTreeMap<&'static str, u32>) {
    let (mut choices, mut paths, mut wrong) = (Choices::default(), 0, std::collections::BTreeMap::new());
    loop {
        let mut world = World::new(choices, repeat);
        let state = run(&mut world);
        if let Some(what) = verdict(&mut world, state) {
            *wrong.entry(what).or_default() += 1;
        }
        paths += 1;
        choices = world.choices;
        if !choices.again() {
            return (paths, wrong);
        }
    }
}

const SERVERS: [(Repeat, bool); 7] = [
    (Repeat::Keyed { remembers: DAY }, true),
    (Repeat::Keyed { remembers: DAY }, false),
    (Repeat::Unchanging, true),
    (Repeat::Unchanging, false),
    (
        Repeat::Marked {
            settles: Some(SETTLES),
        },
        true,
    ),
    (Repeat::Marked { settles: None }, true),
    (Repeat::Never, false),
];

#[test]
fn on_no_path_is_anything_doubled_lost_or_called_by_the_wrong_name() {
    let mut all = 0;
    for (repeat, looks) in SERVERS {
        let (paths, wrong) = explore(repeat, |world| drive(world, looks));
        assert!(
            wrong.is_empty(),
            "{repeat:?}, looks {looks}: {wrong:?} of {paths}"
        );
        all += paths;
    }
    // The world is not a small one by mistake.
    assert!(all > 50_000, "{all}");
    println!("{all} paths");
}

#[test]
fn the_same_world_catches_plain_retry_and_marking_before_sending() {
    let retry = |world: &mut World| {
        for _ in 0..5 {
            if world.killed() {
                continue;
            }
            match world.send() {
                Answer::Refused => return State::Failed,
                Answer::Done if !world.killed() => return State::Succeeded,
                _ => {}
            }
        }
        State::NeedsPerson
    };
    let (paths, wrong) = explore(Repeat::Never, retry);
    assert!(wrong["doubled"] * 5 > paths, "{wrong:?} of {paths}");
    let mark_first = |world: &mut World| {
        if !world.killed() {
            world.send();
        }
        State::Succeeded
    };
    let (paths, wrong) = explore(Repeat::Never, mark_first);
    assert!(wrong["lost"] * 4 > paths, "{wrong:?} of {paths}");
}

fn clock(wall: i64) -> Clock {
    Clock {
        wall,
        steady: 0,
        epoch: Epoch(1),
    }
}

fn entry(repeat: Repeat) -> Entry {
    Entry::new(Terms {
        repeat,
        looks: false,
        expires: 100,
    })
}

#[test]
fn what_was_denied_rejected_or_came_too_late_is_never_sent() {
    let proposed = entry(Repeat::Never);
    let denied = proposed.after(Event::Judged(Judgement::Deny), clock(0)).unwrap();
    let asked = proposed.after(Event::Judged(Judgement::Ask), clock(0)).unwrap();
    let rejected = asked.after(Event::Rejected, clock(0)).unwrap();
    let expired = asked.after(Event::Noted, clock(100)).unwrap();
    assert_eq!(expired.state, State::Expired);
    for entry in [denied, rejected, expired] {
        assert_eq!(entry.wants(clock(0)), Want::Nothing);
        entry.after(Event::Approved, clock(0)).unwrap_err();
        entry.after(Event::Begun, clock(0)).unwrap_err();
    }
    asked.after(Event::Approved, clock(100)).unwrap_err();
    let approved = asked.after(Event::Approved, clock(99)).unwrap();
    approved.after(Event::Begun, clock(100)).unwrap_err();
    assert_eq!(
        approved.after(Event::Noted, clock(100)).unwrap().state,
        State::Expired
    );
}

#[test]
fn an_answer_of_an_earlier_process_is_not_believed() {
    let begun = entry(Repeat::Never)
        .after(Event::Judged(Judgement::Allow), clock(0))
        .and_then(|entry| entry.after(Event::Begun, clock(0)))
        .unwrap();
    let later = Clock {
        epoch: Epoch(2),
        ..clock(1)
    };
    begun.after(Event::Answered(Answer::Done), later).unwrap_err();
    assert_eq!(begun.wants(later), Want::Note);
    let found = begun.after(Event::Noted, later).unwrap();
    assert!(found.uncertain && found.state == State::Unknown);
    // An answer can't be told twice either.
    let done = begun.after(Event::Answered(Answer::Done), clock(1)).unwrap();
    done.after(Event::Answered(Answer::Refused), clock(1))
        .unwrap_err();
}

#[test]
fn a_refusal_that_proves_nothing_is_not_answered_by_sending_again() {
    let keyed = Repeat::Keyed { remembers: DAY };
    let uncertain = [
        Event::Judged(Judgement::Allow),
        Event::Begun,
        Event::Answered(Answer::Lost),
        Event::Noted,
    ]
    .into_iter()
    .fold(entry(keyed), |entry, event| entry.after(event, clock(0)).unwrap());
    let later = Clock {
        steady: HOUR,
        ..clock(0)
    };
    let refused = [Event::Begun, Event::Answered(Answer::Refused), Event::Noted]
        .into_iter()
        .fold(uncertain, |entry, event| entry.after(event, later).unwrap());
    assert_eq!((refused.state, refused.attempts), (State::NeedsPerson, 2));
}

#[test]
fn the_life_of_a_key_counts_from_the_first_attempt() {
    let at = |steady| Clock { steady, ..clock(0) };
    let keyed = entry(Repeat::Keyed { remembers: DAY });
    let lost = [
        (Event::Judged(Judgement::Allow), 0),
        (Event::Begun, 0),
        (Event::Answered(Answer::Lost), 0),
        (Event::Noted, 0),
        (Event::Begun, DAY - 1),
        (Event::Answered(Answer::Lost), DAY - 1),
    ]
    .into_iter()
    .fold(keyed, |entry, (event, time)| {
        entry.after(event, at(time)).unwrap()
    });
    assert_eq!(
        lost.after(Event::Noted, at(DAY - 1)).unwrap().state,
        State::Approved
    );
    assert_eq!(
        lost.after(Event::Noted, at(DAY)).unwrap().state,
        State::NeedsPerson
    );
}

#[test]
fn a_system_that_asks_for_patience_gets_it_also_after_a_restart() {
    let approved = entry(Repeat::Unchanging)
        .after(Event::Judged(Judgement::Allow), clock(0))
        .and_then(|entry| entry.after(Event::Begun, clock(0)))
        .and_then(|entry| entry.after(Event::Answered(Answer::NotTaken { after: 40 }), clock(0)))
        .unwrap();
    let at = |steady, epoch| Clock {
        wall: 0,
        steady,
        epoch: Epoch(epoch),
    };
    assert_eq!(approved.wants(at(30, 1)), Want::Wait(10));
    assert_eq!(approved.wants(at(40, 1)), Want::Send);
    assert_eq!(approved.wants(at(30, 2)), Want::Wait(10));
}

#[test]
fn an_entry_is_the_same_after_it_was_written_and_read() {
    let entry = entry(Repeat::Marked { settles: Some(7) })
        .after(Event::Judged(Judgement::Allow), clock(0))
        .and_then(|entry| entry.after(Event::Begun, clock(3)))
        .and_then(|entry| entry.after(Event::Answered(Answer::Lost), clock(4)))
        .unwrap();
    let written = serde_json::to_string(&entry).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&written).unwrap(), entry);
}
