//! Receipts say what happened: in a run that chance leads, every request that the company received belongs to one attempt
//! of one receipt, and every receipt says of its requests what the company did.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::BTreeMap;

use company::{DEAL, Desk, FAULTS, INES, KARI, Seat, is_applied};
use futures_util::future::join_all;
use journeys::{Numbers, rounds};
use orchestration::governed::{Action, Stop};
use orchestration::journal::{State, Word};
use serde_json::{Value, json};

/// What can be proposed, one of each kind of protection and one that sends.
const OPERATIONS: [&str; 6] = [
    "crm.deals.update",
    "crm.deals.create",
    "crm.contacts.create",
    "crm.activities.create",
    "helpdesk.tickets.note",
    "mail.drafts.create",
];
/// Arguments that nothing else in the run has.
fn arguments(operation: &str, number: usize) -> Value {
    match operation {
        "crm.deals.update" => json!({"id": DEAL, "amount_eur": 1_000_000 + number}),
        "crm.deals.create" => json!({"name": format!("Spare parts {number}"), "account": 70114}),
        "crm.contacts.create" => {
            json!({"name": "Kristin Vik", "email": format!("k{number}@halden-logistics.no"), "account": 70114})
        }
        "crm.activities.create" => {
            json!({"type": "call", "subject": format!("Asked about offer {number}"), "deal": DEAL})
        }
        "helpdesk.tickets.note" => json!({"id": 4377, "body": format!("Seen, {number}")}),
        _ => json!({"to": [INES], "subject": format!("Note {number}"), "body": "To be written."}),
    }
}

/// How the company knows a request: method, path, key, and digest of the body.
type Request = (String, String, Option<String>, Option<String>);

/// The requests of an action, as its receipt says.
fn promised(action: &Action) -> Request {
    let raw = &action.shown.raw;
    let path = raw.address.split_once("://").unwrap().1;
    let path = &path[path.find('/').unwrap()..];
    let mut body = raw.body.clone();
    let key = action.key.clone().unwrap();
    let operation = action.effect.operation.as_str();
    // What is found by its mark carries the key in its body.
    match operation {
        "crm.contacts.create" => body.as_mut().unwrap()["external_id"] = json!(key),
        "mail.drafts.create" => {
            body.as_mut().unwrap()["message_id"] = json!(format!("<{key}@northwind-robotics.com>"));
        }
        _ => {}
    }
    let keyed = ["crm.deals.create", "helpdesk.tickets.note"].contains(&operation);
    let digest = body.map(|body| {
        blake3::hash(&serde_json::to_vec(&body).unwrap())
            .to_hex()
            .to_string()
    });
    (raw.method.clone(), path.to_owned(), keyed.then_some(key), digest)
}

/// A request as the company's log has it.
fn received(entry: &Value) -> Request {
    let text = |name: &str| entry[name].as_str().map(str::to_owned);
    (
        text("method").unwrap(),
        text("path").unwrap(),
        text("idempotency_key"),
        text("body_hash"),
    )
}

/// What a person does with a proposal.
async fn decide(seat: &Seat, desk: &Desk, action: &Action, numbers: &mut Numbers) {
    // A draft goes to nobody, and nobody is asked.
    if action.entry.state != State::Awaiting {
        return;
    }
    match numbers.below(10) {
        0 => {
            seat.governed.reject(action.id, "Not now").await.unwrap();
        }
        // Nothing at all.
        1 => {}
        2 if action.effect.operation == "crm.deals.update" => {
            let body = json!({"next_step": format!("Wait {}", action.id)});
            desk.company
                .ask(KARI, "PATCH", &format!("/crm/deals/{DEAL}"), Some(&body));
            assert!(matches!(seat.approve(action).await, Err(Stop::Changed { .. })));
        }
        _ => match seat.approve(action).await {
            Ok(_) => {}
            // Others of the run changed the same record meanwhile.
            Err(Stop::Changed { fresh }) => {
                seat.approve(&fresh).await.unwrap();
            }
            Err(stop) => panic!("{stop}"),
        },
    }
}

#[tokio::test]
async fn the_log_of_the_company_and_the_receipts_match_one_to_one() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let mut numbers = Numbers(7);
    let mut number = 0;
    for _ in 0..rounds(12, 60, 600) {
        for _ in 0..6 {
            number += 1;
            let operation = OPERATIONS[numbers.below(OPERATIONS.len())];
            let action = seat.propose(operation, arguments(operation, number)).await;
            decide(&seat, &desk, &action, &mut numbers).await;
        }
        for _ in 0..2 {
            let operation = OPERATIONS[numbers.below(OPERATIONS.len())];
            let fault = FAULTS[numbers.below(FAULTS.len())];
            desk.company.faults(operation, fault, 1 + numbers.below(3), 20);
        }
        // All at once, and again after a time, until nothing goes on by itself.
        for _ in 0..12 {
            let open = seat.governed.book.open().await.unwrap();
            join_all(open.iter().map(|action| seat.go_on(action.id))).await;
            desk.clock.pass(120_000);
        }
        for action in seat.governed.book.open().await.unwrap() {
            if action.entry.state == State::NeedsPerson {
                let log = desk.company.log();
                let own = promised(&action);
                let happened = log
                    .iter()
                    .any(|entry| received(entry) == own && is_applied(entry));
                let word = if happened { Word::Happened } else { Word::Dropped };
                seat.governed.say(action.id, word).await.unwrap();
            }
        }
    }
    assert!(desk.company.log().len() > 10 && seat.audit().await.len() > 100);

    let mut requests: BTreeMap<Request, (usize, usize)> = BTreeMap::new();
    for entry in desk.company.log() {
        if entry["method"] != "GET" && entry["who"] == INES {
            let (times, effects) = requests.entry(received(&entry)).or_default();
            *times += 1;
            *effects += usize::from(is_applied(&entry));
        }
    }
    let mut begun: BTreeMap<i64, usize> = BTreeMap::new();
    for row in seat.audit().await {
        if row["event"] == "dispatching" {
            *begun.entry(row["action"].as_i64().unwrap()).or_default() += 1;
        }
    }
    let (mut ended, mut last) = (BTreeMap::new(), None);
    loop {
        let page = seat.governed.book.before(last, 100).await.unwrap();
        for action in &page {
            let state = action.entry.state;
            *ended.entry(format!("{state:?}")).or_insert(0) += 1;
            let attempts = begun.remove(&action.id.0).unwrap_or(0);
            assert_eq!(action.entry.attempts as usize, attempts, "{action:?}");
            if attempts == 0 {
                assert_ne!(state, State::Succeeded);
                continue;
            }
            let (times, effects) = requests.remove(&promised(action)).unwrap_or_default();
            assert_eq!(times, attempts, "as many requests as attempts: {action:?}");
            assert_eq!(effects, usize::from(state == State::Succeeded), "{action:?}");
        }
        match page.last() {
            Some(action) => last = Some(action.id),
            None => break,
        }
    }
    assert_eq!(requests, BTreeMap::new(), "requests of which no receipt knows");
    assert_eq!(begun, BTreeMap::new(), "attempts of actions that are not there");
    for state in ["Succeeded", "Rejected"] {
        assert!(ended.contains_key(state), "{ended:?}");
    }
}
