//! Clicks that race: several on the same card and on others at once, right ones and forged ones, while colleagues change the
//! records and the dispatcher sends. Judged by the company's log: what arrived is exactly what somebody said yes to who had
//! seen exactly that, and as often.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use company::{Company, INES, KARI, Seat, TOKEN, is_applied, system};
use domain::{ActionId, SystemId};
use governance::approval::Hand;
use governance::audit::Digest;
use governance::policy::Proposer;
use harness::book::Kept;
use journeys::{Numbers, rounds};
use orchestration::governed::{Action, ActionBook, BookError, Context, Noted, Proposal, Shared, Spend, Stop};
use orchestration::journal::State;
use serde_json::{Value, json};

const DEALS: [u64; 2] = [20418, 20366];
/// After so many races the company and the book begin anew, so that looking through them stays short.
const FRESH: u64 = 200;
/// Companies that are raced at side by side.
const LANES: usize = 3;

/// What somebody tries at once with all others.
enum Click {
    /// Yes to the card as it was shown, less what was struck out.
    Yes(ActionId, Shared, BTreeSet<ActionId>),
    /// Yes to something that was not shown.
    Forged(ActionId, BTreeSet<ActionId>, Digest),
    No(ActionId),
    /// Another value, and yes to the new card.
    Edit(ActionId, u64),
    /// A colleague changes the record.
    Change(u64),
    /// The dispatcher, or a window that waits.
    GoOn(ActionId),
    GoOnWithAll,
}

/// What came of it.
#[derive(Default)]
struct Came {
    /// Those to which somebody said yes who had seen exactly them, whatever became of the click.
    meant: BTreeSet<ActionId>,
    /// Those to which the answer was that it counts.
    counts: BTreeSet<ActionId>,
    /// Those that were surely taken back.
    dropped: BTreeSet<ActionId>,
}

/// A request as the company sees it: method, path, condition, BLAKE3 of the body.
type Arrived = (String, String, Option<String>, String);

async fn propose(seat: &Seat, deal: u64, amount: u64, batch: Option<ActionId>) -> Action {
    let arguments = json!({"id": deal, "amount_eur": amount});
    let proposal = Proposal {
        system: system(),
        operation: "crm.deals.update".to_owned(),
        arguments: serde_json::from_value(arguments).unwrap(),
        record: None,
        proposer: Proposer::Person,
        reason: None,
        context: Context::of_person(),
        batch,
    };
    seat.governed.propose(proposal).await.unwrap()
}

async fn approve(
    seat: &Seat,
    id: ActionId,
    struck: &BTreeSet<ActionId>,
    shown: Digest,
) -> Result<Vec<Action>, Stop> {
    let hand = Hand { by: INES, word: None };
    // Two clicks are two approvals.
    static CLICKS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let name = format!("c{}", CLICKS.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    seat.governed.approve(id, struck, shown, hand, name).await
}

async fn click(seat: &Seat, company: &Company, click: Click) -> Came {
    let mut came = Came::default();
    match click {
        Click::Yes(id, card, struck) => {
            let ids = card.actions.iter().map(|action| action.id);
            came.meant.extend(ids.filter(|id| !struck.contains(id)));
            let done = approve(seat, id, &struck, card.digest(&struck).unwrap()).await;
            came.counts = done.into_iter().flatten().map(|action| action.id).collect();
        }
        Click::Forged(id, struck, shown) => {
            let done = approve(seat, id, &struck, shown).await;
            assert!(done.is_err(), "a forged click counted: {done:?}");
        }
        Click::No(id) => {
            if seat.governed.reject(id, "No").await.is_ok() {
                came.dropped.insert(id);
            }
        }
        Click::Edit(id, amount) => {
            let mut arguments = BTreeMap::from([("amount_eur".to_owned(), json!(amount))]);
            let old = seat.governed.action(id).await.unwrap();
            arguments.insert("id".to_owned(), old.effect.arguments["id"].value.clone());
            if let Ok(fresh) = seat.governed.edit(id, arguments).await {
                came.dropped.insert(id);
                if let Ok(card) = seat.governed.card(fresh.id).await {
                    let others = card.actions.iter().map(|action| action.id);
                    let struck: BTreeSet<ActionId> = others.filter(|id| *id != fresh.id).collect();
                    let shown = card.digest(&struck).unwrap();
                    came.meant.insert(fresh.id);
                    let done = approve(seat, fresh.id, &struck, shown).await;
                    came.counts = done.into_iter().flatten().map(|action| action.id).collect();
                }
            }
        }
        Click::Change(deal) => {
            let words = json!({"next_step": format!("{deal} was changed")});
            let path = format!("/crm/deals/{deal}");
            company.ask(KARI, "PATCH", &path, Some(&words));
        }
        Click::GoOn(id) => {
            seat.governed.go_on(id).await.unwrap();
        }
        Click::GoOnWithAll => {
            seat.governed.go_on_with_all().await.unwrap();
        }
    }
    came
}

/// What is tried at once in one race.
fn clicks(numbers: &mut Numbers, cards: &BTreeMap<ActionId, Shared>, amount: u64) -> Vec<Click> {
    let ids: Vec<ActionId> = cards.keys().copied().collect();
    let mut all = Vec::new();
    for place in 0..3 + numbers.below(5) as u64 {
        let id = ids[numbers.below(ids.len())];
        let card = &cards[&id];
        let none = BTreeSet::new();
        let others: BTreeSet<ActionId> = card
            .actions
            .iter()
            .map(|own| own.id)
            .filter(|own| *own != id)
            .collect();
        all.push(match numbers.below(12) {
            0..=2 => Click::Yes(id, card.clone(), none),
            3 => Click::Yes(id, card.clone(), others),
            4 => {
                let shown = card.digest(&none).unwrap();
                let bit = numbers.below(256);
                let mut bytes = shown.0;
                bytes[bit / 8] ^= 1 << (bit % 8);
                Click::Forged(id, none, Digest(bytes))
            }
            5 => {
                // That of another card, or of this one with another line struck out.
                let other = &cards[&ids[numbers.below(ids.len())]];
                let (own, shown) = (card.digest(&others).unwrap(), other.digest(&none).unwrap());
                if own == shown {
                    Click::GoOnWithAll
                } else {
                    Click::Forged(id, others, shown)
                }
            }
            6 => Click::No(id),
            7 => Click::Edit(id, amount + 8 + place),
            8 => Click::Change(DEALS[numbers.below(2)]),
            9 => Click::GoOn(id),
            _ => Click::GoOnWithAll,
        });
    }
    all
}

/// One race; how many requests did something in it.
async fn race(seat: &Arc<Seat>, company: &Arc<Company>, after: &mut u64, seed: u64) -> usize {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    numbers.below(1);
    // No two requests of a race are the same but for twins.
    let amount = 1_000 + seed % 100_000 * 16;
    let first = propose(seat, DEALS[0], amount, None).await;
    let mut own = vec![first.id];
    if numbers.below(2) == 0 {
        own.push(propose(seat, DEALS[1], amount + 1, Some(first.id)).await.id);
    }
    if numbers.below(2) == 0 {
        own.push(propose(seat, DEALS[0], amount + 2, None).await.id);
    }
    if numbers.below(3) == 0 {
        own.push(propose(seat, DEALS[0], amount, None).await.id);
    }
    let mut cards = BTreeMap::new();
    for id in &own {
        cards.insert(*id, seat.governed.card(*id).await.unwrap());
    }
    let mut tasks = Vec::new();
    for one in clicks(&mut numbers, &cards, amount) {
        let (seat, company, late) = (seat.clone(), company.clone(), numbers.below(4));
        tasks.push(tokio::spawn(async move {
            for _ in 0..late {
                tokio::task::yield_now().await;
            }
            click(&seat, &company, one).await
        }));
    }
    let mut came = Came::default();
    for task in tasks {
        let one = task.await.unwrap();
        came.meant.extend(one.meant);
        came.counts.extend(one.counts);
        came.dropped.extend(one.dropped);
    }
    seat.governed.go_on_with_all().await.unwrap();
    let log = company.log_after(*after);
    *after = log.last().map_or(0, |entry| entry["seq"].as_u64().unwrap());
    judge(seat, &log, &came, first.id, seed).await
}

async fn judge(seat: &Seat, log: &[Value], came: &Came, first: ActionId, seed: u64) -> usize {
    let what = |words: &str| format!("race {seed}: {words}");
    assert!(
        came.counts.is_subset(&came.meant),
        "{}",
        what("more counts than was meant")
    );
    let all = seat.governed.book.before(None, 100).await.unwrap();
    let (mut may, mut says) = (
        BTreeMap::<Arrived, usize>::new(),
        BTreeMap::<Arrived, usize>::new(),
    );
    for action in all.iter().filter(|action| action.id >= first) {
        let done = action.entry.state == State::Succeeded;
        // A click that does not count has no effect, on none of its lines.
        if came.counts.contains(&action.id) {
            *may.entry(arrives(action)).or_default() += 1;
        } else {
            assert!(
                !done,
                "{}",
                what("something was done by a click that did not count")
            );
        }
        if came.dropped.contains(&action.id) {
            assert!(!done, "{}", what("something was done after a no"));
        }
        if done {
            *says.entry(arrives(action)).or_default() += 1;
        }
        assert!(
            action.entry.attempts <= 1,
            "{}",
            what("there was a second attempt")
        );
        if action.entry.state == State::Awaiting {
            seat.governed.reject(action.id, "The race is over").await.unwrap();
        }
    }
    let mut arrived = BTreeMap::<Arrived, usize>::new();
    for entry in log {
        if is_applied(entry) && entry["who"] == INES {
            let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
            let condition = entry["if_match"].as_str().map(str::to_owned);
            let request = (text("method"), text("path"), condition, text("body_hash"));
            *arrived.entry(request).or_default() += 1;
        }
    }
    for (request, times) in &arrived {
        let most = may.get(request).copied().unwrap_or_default();
        assert!(
            *times <= most,
            "{}: {request:?}",
            what("what arrived is not what was approved")
        );
    }
    assert_eq!(
        arrived,
        says,
        "{}",
        what("what is said to be done is what was done")
    );
    arrived.values().sum()
}

/// What the person was shown, as the company would see it.
fn arrives(action: &Action) -> Arrived {
    let raw = &action.shown.raw;
    let path = raw.address.splitn(4, '/').nth(3).unwrap_or_default();
    let body = raw.body.as_ref().map(Value::to_string).unwrap_or_default();
    (
        raw.method.clone(),
        format!("/{path}"),
        raw.condition.clone(),
        blake3::hash(body.as_bytes()).to_hex().to_string(),
    )
}

/// Where actions are kept.
#[derive(Clone, Copy, PartialEq)]
enum Book {
    Memory,
    Ledger,
    Careless,
}

/// A book that keeps what comes last, whoever was first.
struct Careless(Kept);

#[async_trait]
impl ActionBook for Careless {
    async fn put(&self, action: &Action, noted: Noted, spend: Option<Spend>) -> Result<bool, BookError> {
        let kept = self.0.get(&[action.id]).await?.remove(0);
        let late = Action {
            arrows: kept.arrows,
            ..action.clone()
        };
        self.0.put(&late, noted, spend).await
    }

    async fn put_all(&self, decided: Vec<(&Action, Noted)>) -> Result<bool, BookError> {
        for (action, noted) in decided {
            self.put(action, noted, None).await?;
        }
        Ok(true)
    }

    async fn add(&self, action: &Action, noted: Noted) -> Result<ActionId, BookError> {
        self.0.add(action, noted).await
    }

    async fn replace(
        &self,
        old: (&Action, Noted),
        new: (&Action, Noted),
    ) -> Result<Option<ActionId>, BookError> {
        self.0.replace(old, new).await
    }

    async fn note_read(&self, note: Noted) -> Result<(), BookError> {
        self.0.note_read(note).await
    }

    async fn get(&self, ids: &[ActionId]) -> Result<Vec<Action>, BookError> {
        self.0.get(ids).await
    }

    async fn open(&self) -> Result<Vec<Action>, BookError> {
        self.0.open().await
    }

    async fn before(&self, before: Option<ActionId>, most: u32) -> Result<Vec<Action>, BookError> {
        self.0.before(before, most).await
    }

    async fn batch(&self, first: ActionId) -> Result<Vec<Action>, BookError> {
        self.0.batch(first).await
    }

    async fn asked(
        &self,
        system: &SystemId,
        operation: &str,
        since: i64,
        most: u32,
    ) -> Result<Vec<Action>, BookError> {
        self.0.asked(system, operation, since, most).await
    }
}

/// So many races, in a few lanes at once; how many requests did something, or nothing where the judge found a mismatch.
async fn races(count: usize, book: Book) -> Option<usize> {
    let lanes = (0..LANES).map(|lane| {
        tokio::spawn(async move {
            let (home, clock) = (tempfile::tempdir().unwrap(), Arc::default());
            let (company, mut done, mut after, mut seat) = (Arc::new(Company::start()), 0, 0, None);
            for seed in (lane..count).step_by(LANES).map(|seed| seed as u64) {
                if seat.is_none() || (seed / LANES as u64).is_multiple_of(FRESH) {
                    company.ask(TOKEN, "POST", "/panel/reset", None);
                    after = 0;
                    let mut fresh = Seat::at(home.path(), company.address, Arc::clone(&clock)).await;
                    if book != Book::Ledger {
                        let kept = Arc::new(Kept::default());
                        fresh.governed.book = kept.clone();
                        fresh.governed.grants = kept;
                    }
                    if book == Book::Careless {
                        fresh.governed.book = Arc::new(Careless(Kept::default()));
                    }
                    seat = Some(Arc::new(fresh));
                }
                done += race(seat.as_ref().unwrap(), &company, &mut after, seed).await;
            }
            done
        })
    });
    let mut done = 0;
    for lane in lanes.collect::<Vec<_>>() {
        done += lane.await.ok()?;
    }
    Some(done)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_clicks_race_only_what_was_approved_is_done_and_once() {
    let count = rounds(300, 5_000, 100_000);
    let done = races(count, Book::Memory).await.unwrap();
    // Something is done in them, or they would prove nothing.
    assert!(done > count / 4, "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_holds_with_the_real_ledger() {
    let count = rounds(30, 300, 2_000);
    let done = races(count, Book::Ledger).await.unwrap();
    assert!(done > count / 4, "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_does_not_say_who_was_first_is_noticed() {
    assert_eq!(races(600, Book::Careless).await, None);
}
