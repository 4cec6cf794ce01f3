//! Real kills at every point of the governed path: processes with the real ledger that end in the middle of proposing,
//! approving, sending, and finding out, before a demo company that answers badly. Its log says what really happened.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use company::{DEAL, Desk, FAULTS, Seat, is_applied};
use domain::ActionId;
use integration::HandClock;
use journeys::{Numbers, rounds};
use orchestration::journal::{State, Word};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many kills there are in each of the four tests.
fn kills() -> usize {
    rounds(125, 250, 2_500)
}

/// Where a process is told what to do with its life.
const LIFE: &str = "ATTACHE_TEST_LIFE";
/// Longer than any life takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How late a late answer is, in ms.
const LATE: u64 = 30;

/// What one process does.
#[derive(Clone, Serialize, Deserialize)]
struct Life {
    home: String,
    company: SocketAddr,
    /// How much time has passed since the first, in ms.
    passed: u64,
    /// At which step it kills itself.
    ends: Option<usize>,
    task: Task,
}

#[derive(Clone, Serialize, Deserialize)]
enum Task {
    /// Proposes, approves and does it.
    Act { operation: String, arguments: Value },
    /// Does what was left behind, after a person's word about what nobody else could tell.
    GoOn { happened: BTreeMap<i64, bool> },
}

/// What a process leaves that came to its end.
#[derive(Serialize, Deserialize)]
struct Found {
    /// How many steps it took.
    steps: usize,
    /// The state of every action in the ledger, in the order of their numbers from 1.
    states: Vec<State>,
}

#[test]
#[ignore = "a process of the tests below, which start it with its task"]
fn a_life() {
    let Ok(life) = std::env::var(LIFE) else { return };
    let life: Life = serde_json::from_str(&life).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let found = runtime.unwrap().block_on(live(&life));
    let found = serde_json::to_string(&found).unwrap();
    std::fs::write(Path::new(&life.home).join("found"), found).unwrap();
}

async fn live(life: &Life) -> Found {
    let clock = Arc::new(HandClock::default());
    clock.pass(life.passed);
    let seat = Seat::at(Path::new(&life.home), life.company, clock).await;
    let steps = until(life.ends, act(&seat, &life.task)).await;
    let mut states = Vec::new();
    while let Ok(action) = seat.governed.action(ActionId(states.len() as i64 + 1)).await {
        states.push(action.entry.state);
    }
    seat.audit().await;
    Found { steps, states }
}

async fn act(seat: &Seat, task: &Task) {
    match task {
        Task::Act { operation, arguments } => {
            let action = seat.propose(operation, arguments.clone()).await;
            seat.approve(&action).await.unwrap();
            seat.go_on(action.id).await;
        }
        Task::GoOn { happened } => {
            for (id, happened) in happened {
                let word = if *happened { Word::Happened } else { Word::Dropped };
                seat.governed.say(ActionId(*id), word).await.unwrap();
            }
            for progress in seat.governed.go_on_with_all().await.unwrap() {
                // Nobody clicked on it any more.
                if progress.action.entry.state == State::Awaiting {
                    seat.governed.reject(progress.action.id, "Not now").await.unwrap();
                }
            }
        }
    }
}

/// Lets a future go on so often, and kills the process then as the system does. How often it went on to its end.
async fn until(ends: Option<usize>, future: impl Future<Output = ()>) -> usize {
    let (mut future, mut steps) = (pin!(future), 0);
    poll_fn(|context| {
        if ends == Some(steps) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
        steps += 1;
        future.as_mut().poll(context)
    })
    .await;
    steps
}

/// Starts a process with its task; it is killed from outside after a time, if one is given.
fn start(life: &Life, after: Option<Duration>) -> Option<Found> {
    let found = Path::new(&life.home).join("found");
    // What an earlier process found is never taken for what this one does.
    if let Err(error) = std::fs::remove_file(&found) {
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
    }
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["a_life", "--exact", "--ignored", "--nocapture"])
        .env(LIFE, serde_json::to_string(life).unwrap())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < PATIENCE, "a process does not come to its end");
        if after.is_some_and(|after| begun.elapsed() >= after) {
            process.kill().unwrap();
            break process.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(status.success() || was_killed(status), "{status}");
    let text = status.success().then(|| std::fs::read_to_string(found).unwrap());
    text.map(|text| serde_json::from_str(&text).unwrap())
}

fn was_killed(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
}

/// How many requests did something, once none is under way any more.
fn applied(desk: &Desk) -> usize {
    let begun = Instant::now();
    loop {
        let log = desk.company.log();
        // What comes late happens although nobody waits for it.
        let coming = |entry: &&Value| {
            entry["fault"]
                .as_str()
                .is_some_and(|fault| fault.starts_with("latency"))
                && entry["status"].is_null()
                && !is_applied(entry)
        };
        if log.iter().filter(coming).count() == 0 {
            return log.iter().filter(|entry| is_applied(entry)).count();
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "a late request does not come to its end"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the rules allow that nobody can tell, for what the company protects least.
fn nobody_can_tell(operation: &str) -> bool {
    ["crm.contacts.create", "crm.activities.create"].contains(&operation)
}

/// The company, the ledger that processes share one after the other, and how many of them were killed.
struct Fate {
    desk: Desk,
    passed: u64,
    killed: usize,
}

impl Fate {
    /// One process; nothing if it was killed.
    fn life(&mut self, task: Task, ends: Option<usize>, after: Option<Duration>) -> Option<Found> {
        let home = self.desk.home.path().to_str().unwrap().to_owned();
        let company = self.desk.company.address;
        let passed = self.passed;
        let found = start(
            &Life {
                home,
                company,
                passed,
                ends,
                task,
            },
            after,
        );
        self.killed += usize::from(found.is_none());
        found
    }

    /// Processes one after the other until nothing is left to do without a person. Some of them are killed too.
    fn go_on(&mut self, numbers: &mut Numbers) -> Vec<State> {
        for pause in [0, 1_000, 20_000, 600_000, 600_000, 600_000, 600_000, 600_000] {
            self.passed += pause;
            let found = loop {
                let ends = (numbers.below(3) == 0).then(|| numbers.below(12));
                let task = Task::GoOn {
                    happened: BTreeMap::new(),
                };
                if let Some(found) = self.life(task, ends, None) {
                    break found;
                }
            };
            let rests = |state: &State| state.is_final() || *state == State::NeedsPerson;
            if found.states.iter().all(rests) {
                return found.states;
            }
        }
        panic!("something does not come to rest");
    }
}

/// Kills processes at every step of an operation, one after the other, and then wherever chance wants it and whatever the
/// company does: by themselves between two steps, or from outside at any moment.
fn killed_everywhere(operation: &str, arguments: impl Fn(usize) -> Value) {
    let mut fate = Fate {
        desk: Desk::open(),
        passed: 0,
        killed: 0,
    };
    let mut numbers = Numbers(operation.len() as u64);
    let act = |round| Task::Act {
        operation: operation.to_owned(),
        arguments: arguments(round),
    };
    let begun = Instant::now();
    let whole = fate.life(act(0), None, None).unwrap();
    let usual = begun.elapsed();
    assert_eq!((whole.states, applied(&fate.desk)), (vec![State::Succeeded], 1));
    let mut before = 1;
    let mut ended: BTreeMap<String, usize> = BTreeMap::new();
    for round in 1.. {
        if fate.killed >= kills() && round > whole.steps {
            break;
        }
        fate.desk
            .company
            .ask(company::TOKEN, "POST", "/panel/reset", None);
        let (mut fault, mut ends, mut after) = ("", Some(round - 1), None);
        if round > whole.steps {
            // Now and then only the kill is bad luck.
            if numbers.below(3) > 0 {
                fault = FAULTS[numbers.below(FAULTS.len())];
            }
            let from_outside = numbers.below(2) == 0;
            ends = (!from_outside).then(|| numbers.below(whole.steps));
            after = from_outside.then(|| usual.mul_f64(0.3 + numbers.below(800) as f64 / 1_000.0));
        }
        if !fault.is_empty() {
            fate.desk
                .company
                .faults(operation, fault, 1 + numbers.below(2), LATE);
        }
        fate.life(act(round), ends, after);
        let states = fate.go_on(&mut numbers);
        let applied = applied(&fate.desk);
        let state = states.get(before).copied();
        let what = format!("round {round}, `{fault}`, {ends:?}, {after:?}: {state:?}, {applied} applied");
        match state {
            Some(State::Succeeded) => assert_eq!(applied, 1, "{what}"),
            Some(State::Failed | State::Rejected | State::Expired) | None => assert_eq!(applied, 0, "{what}"),
            Some(State::NeedsPerson) if nobody_can_tell(operation) => {
                assert!(applied <= 1, "{what}");
                let happened = BTreeMap::from([(states.len() as i64, applied == 1)]);
                let said = fate.life(Task::GoOn { happened }, None, None).unwrap();
                assert!(said.states.last().unwrap().is_final(), "{what}");
            }
            Some(_) => panic!("{what}"),
        }
        // It was proposed once at most.
        assert!(states.len() - before <= 1, "{what}");
        before = states.len();
        *ended.entry(format!("{state:?}")).or_default() += 1;
    }
    // Some died before anything was kept, some afterwards, and some of it was done.
    for state in ["None", "Some(Rejected)", "Some(Succeeded)"] {
        assert!(ended.contains_key(state), "{ended:?}");
    }
}

#[test]
fn a_change_of_a_record_is_made_once_whenever_processes_are_killed() {
    killed_everywhere(
        "crm.deals.update",
        |round| json!({"id": DEAL, "next_step": null, "amount_eur": 1_300_000 + round}),
    );
}

#[test]
fn what_the_server_knows_by_our_key_is_made_once_whenever_processes_are_killed() {
    killed_everywhere(
        "crm.deals.create",
        |round| json!({"name": format!("Spare parts {round}"), "account": 70114}),
    );
}

#[test]
fn what_is_found_by_our_mark_is_made_once_or_a_person_is_asked_whenever_processes_are_killed() {
    killed_everywhere("crm.contacts.create", |round| {
        let email = format!("kristin.vik.{round}@halden-logistics.no");
        json!({"name": "Kristin Vik", "email": email, "account": 70114})
    });
}

#[test]
fn what_nothing_protects_is_never_made_twice_whenever_processes_are_killed() {
    killed_everywhere(
        "crm.activities.create",
        |round| json!({"type": "call", "subject": format!("Asked about offer {round}"), "deal": DEAL}),
    );
}
