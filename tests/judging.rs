//! What the rules are told, what a read has to pass, and what a yes is bound to: the real ledger, the shipped rules and the
//! demo company, whose log says what really happened.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use company::{DEAL, Desk, INES, KARI, Seat, system, typed};
use domain::{ActionId, Confidentiality, SourceRef, Taint};
use governance::approval::{Binding, Choice, Hand, SealKey};
use governance::policy::{Obligation, Policies, PolicyFile, Proposer};
use integration::{Cap, Clock, Found};
use orchestration::governed::{Action, Proposal, RunContext, Stop};
use orchestration::journal::{Event, State};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

const UPDATE: &str = "crm.deals.update";
const SEND: &str = "mail.drafts.send";

fn next_step() -> Value {
    json!({"id": DEAL, "next_step": "Call Ingrid"})
}

fn because(action: &Action) -> Vec<&str> {
    let deciding = action.verdict.deciding.iter();
    deciding.map(|rule| rule.policy.as_str()).collect()
}

async fn by_hand(seat: &Seat, action: &Action, word: Option<&str>) -> Result<Vec<Action>, Stop> {
    let shown = seat.governed.card(action.id).await?.digest(&BTreeSet::new())?;
    let hand = Hand { by: INES, word };
    let name = format!("a-{}", action.id);
    seat.governed
        .approve(action.id, &BTreeSet::new(), shown, hand, name)
        .await
}

#[tokio::test]
async fn what_is_about_money_is_decided_alone_with_a_typed_word() {
    let desk = Desk::open();
    let seat = desk.sit_told(UPDATE, "x-attache-severe", json!(true)).await;
    let action = seat.propose(UPDATE, next_step()).await;
    assert_eq!(because(&action), ["changes-ask", "no-way-back"]);
    let needs = BTreeSet::from([Obligation::Alone, Obligation::TypedWord]);
    assert_eq!(action.verdict.obligations, needs);
    assert!(matches!(by_hand(&seat, &action, None).await, Err(Stop::Card(_))));
    assert_eq!(seat.go_on(action.id).await.entry.state, State::Awaiting);
    assert_eq!(desk.company.applied(), 0);
    by_hand(&seat, &action, Some("confirm")).await.unwrap();
    assert_eq!(seat.go_on(action.id).await.entry.state, State::Succeeded);
    assert_eq!(desk.company.applied(), 1);
}

#[tokio::test]
async fn a_word_about_money_that_was_not_there_before_voids_what_was_checked() {
    let desk = Desk::open();
    let before = desk.sit().await;
    let checked = before.governed.systems.system(&system()).await.unwrap().pins;
    before.ledger.close().await;
    let mut seat = desk.sit_told(UPDATE, "x-attache-severe", json!(false)).await;
    seat.set(|system| system.pins = checked).await;
    let action = seat.propose(UPDATE, next_step()).await;
    assert_eq!(
        (action.entry.state, because(&action)),
        (State::Denied, vec!["description-changed"])
    );
}

/// A model that reads.
fn run() -> RunContext {
    RunContext::new(Proposer::Model("m".to_owned()), "Who is Ingrid?")
}

async fn read(seat: &Seat, run: &mut RunContext, operation: &str, arguments: Value) -> Result<Found, Stop> {
    let arguments: BTreeMap<String, Value> = serde_json::from_value(arguments).unwrap();
    run.read(&seat.governed, &system(), operation, &arguments, Cap::default())
        .await
}

/// The words of a read that the rules do not let be taken.
fn not_read(read: Result<Found, Stop>) -> String {
    match read {
        Err(stop @ Stop::NotRead(_)) => stop.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_read_by_which_something_goes_to_others_is_not_taken_for_a_model() {
    let desk = Desk::open();
    let search = "crm.contacts.search";
    let seat = desk.sit_told(search, "x-attache-egress", json!(true)).await;
    let mut run = run();
    let before = run.context().clone();
    let words = not_read(read(&seat, &mut run, search, json!({"q": "Ingrid"})).await);
    assert_eq!(
        words,
        "Nothing was read. It changes something or reaches other people, and you have not allowed exactly this \
         beforehand. Look it up in the system yourself if you want to know."
    );
    assert_eq!(run.context(), &before);
    // What stays in the person's own system is read.
    let deal = read(&seat, &mut run, "crm.deals.get", json!({"id": DEAL})).await;
    assert_eq!(deal.unwrap().records.len(), 1);
    assert_eq!(
        (desk.company.asked(search), desk.company.asked("crm.deals.get")),
        (0, 1)
    );
    // Both stand in the audit.
    let reads = seat
        .audit()
        .await
        .into_iter()
        .filter(|body| body["kind"] == "read");
    let told: Vec<(Value, Value)> = reads
        .map(|body| (body["operation"].clone(), body["state"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!(search), json!("denied")),
            (json!("crm.deals.get"), json!("allowed"))
        ]
    );
}

#[tokio::test]
async fn mails_to_somebody_are_found_without_asking() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let mails = json!({"to": "ines.okafor@northwind-robotics.com"});
    let found = read(&seat, &mut run(), "mail.messages.search", mails).await;
    assert!(!found.unwrap().records.is_empty());
}

#[tokio::test]
async fn what_only_reads_is_read_while_everything_is_stopped_or_set_apart_and_what_goes_out_is_not() {
    let desk = Desk::open();
    let search = "crm.contacts.search";
    let mut seat = desk.sit_told(search, "x-attache-egress", json!(true)).await;
    for apart in [false, true] {
        seat.governed.stop_all(!apart);
        seat.set(|system| system.quarantined = apart).await;
        let deal = read(&seat, &mut run(), "crm.deals.get", json!({"id": DEAL})).await;
        assert_eq!(deal.unwrap().records.len(), 1);
        let words = not_read(read(&seat, &mut run(), search, json!({"q": "Ingrid"})).await);
        assert!(words.contains("goes out"), "{words}");
        let action = seat.propose(UPDATE, next_step()).await;
        assert_eq!(action.entry.state, State::Denied);
    }
    assert_eq!((desk.company.asked(search), desk.company.applied()), (0, 0));
}

#[tokio::test]
async fn a_read_that_is_described_otherwise_than_when_it_was_checked_is_not_taken() {
    let desk = Desk::open();
    let mut seat = desk.sit().await;
    seat.set(|system| {
        system.pins.remove("crm.deals.get");
    })
    .await;
    let words = not_read(read(&seat, &mut run(), "crm.deals.get", json!({"id": DEAL})).await);
    assert!(words.contains("is not the one that was checked"), "{words}");
    assert_eq!(desk.company.asked("crm.deals.get"), 0);
}

#[tokio::test]
async fn a_companys_rule_about_reading_counts_for_models() {
    let desk = Desk::open();
    let mut seat = desk.sit().await;
    let rule = "@id(\"no-mailbox\") @why(\"No model reads the mailbox.\")\n\
                forbid (principal is Model, action, resource) when { context.operation like \"mail.*\" };";
    let file = PolicyFile {
        name: "ours.cedar".to_owned(),
        text: rule.to_owned(),
    };
    seat.governed.policies = Arc::new(Policies::with_company(&[file]).unwrap());
    let words = not_read(read(&seat, &mut run(), "mail.messages.list", json!({})).await);
    assert_eq!(words, "Nothing was read. No model reads the mailbox.");
    assert_eq!(desk.company.asked("mail.messages.list"), 0);
}

#[tokio::test]
async fn what_never_leaves_this_machine_leaves_it_by_no_read_and_by_no_look() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let secret = Taint {
        confidentiality: Confidentiality::Secret,
        ..Taint::user()
    };
    let mut run = run();
    run.text(source(), format!("The number is {DEAL}."), &secret);
    let words = not_read(read(&seat, &mut run, "crm.deals.get", json!({"id": DEAL})).await);
    assert!(words.contains("never leaves this machine"), "{words}");
    let arguments = serde_json::from_value(next_step()).unwrap();
    let proposal = run.proposal(system(), UPDATE, arguments, None);
    let action = seat.governed.propose(proposal).await.unwrap();
    assert_eq!(
        (action.entry.state, because(&action)),
        (State::Denied, vec!["secret-never-leaves"])
    );
    // A record that is named in words is not searched for either.
    let in_words = Proposal {
        record: Some("Halden".to_owned()),
        context: run.context().clone(),
        ..typed(UPDATE, json!({"next_step": "Call Ingrid"}))
    };
    assert!(matches!(
        seat.governed.propose(in_words).await,
        Err(Stop::Trouble(_))
    ));
    assert_eq!(desk.company.log(), Vec::<Value>::new());
}

fn source() -> SourceRef {
    SourceRef {
        kind: "file".to_owned(),
        object: "notes.txt".to_owned(),
        revision: "1".to_owned(),
        span: None,
    }
}

/// The ledger, as whoever can write the file sees it.
async fn file(desk: &Desk) -> SqliteConnection {
    let path = desk.home.path().join("ledger.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    options.connect().await.unwrap()
}

#[tokio::test]
async fn an_approved_action_that_is_copied_in_the_ledger_is_not_done_again() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let call = json!({"type": "call", "subject": "Asked about the offer", "deal": DEAL});
    let action = seat.propose("crm.activities.create", call).await;
    seat.approve(&action).await.unwrap();
    let mut ledger = file(&desk).await;
    let copy = "INSERT INTO actions (batch, system, operation, state, entry, effect, card, verdict, approval, created, changed)
                SELECT batch, system, operation, state, entry, effect, card, verdict, approval, created, changed
                FROM actions WHERE id = ? RETURNING id";
    let copied: i64 = sqlx::query_scalar(copy)
        .bind(action.id.0)
        .fetch_one(&mut ledger)
        .await
        .unwrap();
    ledger.close().await.unwrap();
    // As at a start: whatever is open is worked on.
    seat.governed.go_on_with_all().await.unwrap();
    assert_eq!(seat.go_on(action.id).await.entry.state, State::Succeeded);
    let refused = seat.go_on(ActionId(copied)).await;
    assert_eq!(refused.entry.state, State::Rejected);
    let words = refused.outcome.unwrap().words;
    assert!(words.contains("was not given for this"), "{words}");
    assert_eq!(desk.company.applied(), 1);
}

#[tokio::test]
async fn an_approval_that_somebody_else_wrote_into_the_ledger_is_refused() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose(UPDATE, next_step()).await;
    let card = action.shown.card.as_ref().unwrap();
    let shown = card.digest(&[Choice::Approve]).unwrap();
    let hand = Hand { by: INES, word: None };
    let binding = Binding {
        name: "a-1".to_owned(),
        actions: &[action.id],
        key: SealKey(&[8; 32]),
    };
    let approval = card
        .approve(&[Choice::Approve], shown, hand, binding, desk.clock.wall())
        .unwrap();
    let clock = orchestration::journal::Clock {
        wall: desk.clock.wall(),
        steady: desk.clock.steady(),
        epoch: seat.governed.epoch,
    };
    let entry = action.entry.after(Event::Approved, clock).unwrap();
    let mut ledger = file(&desk).await;
    sqlx::query("UPDATE actions SET state = 'approved', entry = ?, approval = ? WHERE id = ?")
        .bind(serde_json::to_string(&entry).unwrap())
        .bind(serde_json::to_string(&approval).unwrap())
        .bind(action.id.0)
        .execute(&mut ledger)
        .await
        .unwrap();
    ledger.close().await.unwrap();
    let refused = seat.go_on(action.id).await;
    assert_eq!(refused.entry.state, State::Rejected);
    let words = refused.outcome.unwrap().words;
    assert!(words.contains("was not given for this"), "{words}");
    assert_eq!(desk.company.applied(), 0);
}

/// A message that can be made up for by another one, so that it may be decided with others: proposed and approved together
/// with a change that comes before it.
async fn told_of_a_change(desk: &Desk) -> (Seat, Action, Action) {
    let seat = desk.sit_told(SEND, "x-attache-undo", json!("compensable")).await;
    let change = seat.propose(UPDATE, next_step()).await;
    let message = Proposal {
        batch: Some(change.id),
        ..typed(SEND, json!({"id": 52001}))
    };
    let message = seat.governed.propose(message).await.unwrap();
    assert_eq!(
        seat.governed.card(message.id).await.unwrap().actions,
        [change.clone(), message.clone()]
    );
    assert_eq!(by_hand(&seat, &message, None).await.unwrap().len(), 2);
    (seat, change, message)
}

#[tokio::test]
async fn a_message_goes_after_the_change_that_it_was_approved_with() {
    let desk = Desk::open();
    let (seat, change, message) = told_of_a_change(&desk).await;
    assert_eq!(seat.go_on(message.id).await.entry.state, State::Approved);
    // The change waits because the company asks for patience.
    desk.company.fault(UPDATE, "too_many_requests");
    let open = seat.go_on(change.id).await;
    assert!(!open.entry.state.is_final());
    assert_eq!(seat.go_on(message.id).await.entry.state, State::Approved);
    assert_eq!(desk.company.asked(SEND), 0);
    desk.clock.pass(600_000);
    assert_eq!(seat.go_on(change.id).await.entry.state, State::Succeeded);
    assert_eq!(seat.go_on(message.id).await.entry.state, State::Succeeded);
    assert_eq!((desk.company.asked(SEND), desk.company.applied()), (1, 2));
}

#[tokio::test]
async fn a_message_is_held_back_when_the_change_that_it_was_approved_with_did_not_happen() {
    let desk = Desk::open();
    let (seat, change, message) = told_of_a_change(&desk).await;
    let other = json!({"next_step": "Wait"});
    desk.company
        .ask(KARI, "PATCH", &format!("/crm/deals/{DEAL}"), Some(&other));
    assert_eq!(seat.go_on(change.id).await.entry.state, State::Failed);
    let held = seat.go_on(message.id).await;
    assert_eq!(held.entry.state, State::Rejected);
    assert_eq!(
        held.outcome.unwrap().words,
        "Something that comes before it did not happen, so it was not sent."
    );
    assert_eq!(desk.company.asked(SEND), 0);
}
