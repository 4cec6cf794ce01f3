//! The governed path from a proposal to its receipt: the real ledger, the shipped rules and the demo company as a process.
//! What really happened is judged by the company's own log.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use company::{DEAL, Desk, INES, KARI, TOKEN, system, typed};
use domain::{Integrity, Origin, SourceRef, Taint};
use experience::actions::ActionView;
use governance::approval::{Choice, Hand};
use governance::policy::{Obligation, Proposer};
use integration::Cap;
use orchestration::governed::{Action, Context, Proposal, RunContext, Shared, Stop};
use orchestration::journal::{State, Word};
use serde_json::{Value, json};

fn later_stage() -> Value {
    json!({"id": DEAL, "next_step": null, "amount_eur": 1_300_000})
}

#[tokio::test]
async fn what_a_person_approves_is_done_once_read_back_and_written_down() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose("crm.deals.update", later_stage()).await;
    assert_eq!(action.entry.state, State::Awaiting);
    let names: Vec<&str> = action
        .shown
        .changes
        .iter()
        .map(|change| change.field.as_str())
        .collect();
    assert_eq!(names, ["amount_eur", "next_step"]);
    assert_eq!(
        action.shown.changes[1].after, None,
        "a field that is emptied is shown as such"
    );
    // Without a click nothing goes, however often it is asked for.
    assert_eq!(seat.go_on(action.id).await.entry.state, State::Awaiting);
    assert_eq!(desk.company.applied(), 0);

    seat.approve(&action).await.unwrap();
    let done = seat.go_on(action.id).await;
    assert_eq!(done.entry.state, State::Succeeded);
    let told = done.outcome.as_ref().unwrap();
    assert_eq!((told.as_sent, told.version.as_deref()), (Some(true), Some("13")));
    // Again is nothing more.
    seat.go_on(action.id).await;
    assert_eq!(desk.company.applied(), 1);
    assert_eq!(desk.company.deal()["amount_eur"], 1_300_000);

    let rows = seat.audit().await;
    let events: Vec<&str> = rows.iter().map(|row| row["event"].as_str().unwrap()).collect();
    assert_eq!(
        events,
        ["proposed", "approved", "dispatching", "answered", "read back"]
    );
    assert!(rows.iter().all(|row| row["action"] == action.id.0));
    let text = serde_json::to_string(&rows).unwrap();
    assert!(
        !text.contains("1300000") && !text.contains("Send revised offer"),
        "values stay out of the audit"
    );
}

#[tokio::test]
async fn a_record_that_changed_between_card_and_click_is_not_written_and_there_is_a_fresh_card() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose("crm.deals.update", later_stage()).await;
    desk.company.ask(
        KARI,
        "PATCH",
        &format!("/crm/deals/{DEAL}"),
        Some(&json!({"next_step": "Wait"})),
    );
    let before = desk.company.applied();
    let Err(Stop::Changed { fresh }) = seat.approve(&action).await else {
        panic!("the old card counted")
    };
    seat.go_on(action.id).await;
    seat.go_on(fresh.id).await;
    assert_eq!(desk.company.applied(), before);
    assert_eq!(fresh.shown.changes[1].before, Some(json!("Wait")));
    seat.approve(&fresh).await.unwrap();
    assert_eq!(seat.go_on(fresh.id).await.entry.state, State::Succeeded);
    assert_eq!(desk.company.applied(), before + 1);
}

#[tokio::test]
async fn a_fresh_card_says_who_changed_the_record_and_undoing_says_it_too() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let by = |action: &Action| action.shown.edited.clone().and_then(|edited| edited.by);
    let action = seat.propose("crm.deals.update", later_stage()).await;
    assert_eq!(by(&action).as_deref(), Some("ines.okafor@northwind-robotics.com"));
    let path = format!("/crm/deals/{DEAL}");
    let edit = |step: &str| {
        desk.company
            .ask(KARI, "PATCH", &path, Some(&json!({"pilot_site": step})))
    };
    edit("Moss DC 2");
    let Err(Stop::Changed { fresh }) = seat.approve(&action).await else {
        panic!("the old card counted")
    };
    let edited = fresh.shown.edited.clone().unwrap();
    assert_eq!(edited.by.as_deref(), Some("kari.holm@northwind-robotics.com"));
    assert_eq!(edited.at.as_deref(), desk.company.deal()["updated_at"].as_str());
    seat.approve(&fresh).await.unwrap();
    assert_eq!(seat.go_on(fresh.id).await.entry.state, State::Succeeded);
    edit("Moss DC 3");
    let refused = seat.governed.undo(fresh.id, None).await.unwrap_err().to_string();
    assert!(
        refused.contains("kari.holm@northwind-robotics.com has changed"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_card_that_waits_is_read_again_and_is_void_once_its_record_changed() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose("crm.deals.update", later_stage()).await;
    desk.clock.pass(60_000);
    let read = seat.governed.look_again(action.id).await.unwrap();
    assert_eq!(read, action.created + 60_000);
    desk.company.ask(
        KARI,
        "PATCH",
        &format!("/crm/deals/{DEAL}"),
        Some(&json!({"next_step": "Wait"})),
    );
    let Err(Stop::Changed { fresh }) = seat.governed.look_again(action.id).await else {
        panic!("the old card still counts")
    };
    assert!(matches!(seat.approve(&action).await, Err(Stop::Elsewhere(_))));
    assert_eq!(fresh.entry.state, State::Awaiting);
    assert_eq!(seat.governed.look_again(fresh.id).await.unwrap(), read);
    // A look sends nothing.
    assert_eq!(desk.company.applied(), 1);
}

/// The same in words, about a record that is named in words.
fn named(record: &str) -> Proposal {
    Proposal {
        record: Some(record.to_owned()),
        ..typed("crm.deals.update", json!({"next_step": "Confirm dock layout"}))
    }
}

#[tokio::test]
async fn where_records_are_close_nothing_is_prepared_before_a_person_says_which() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let question = seat.governed.propose(named("Vestby Cold Storage")).await.unwrap();
    assert_eq!(question.entry.state, State::Awaiting);
    let which = question.shown.which.clone().unwrap();
    let ids: Vec<&str> = which.candidates.iter().map(|near| near.id.as_str()).collect();
    assert_eq!(ids, ["20440", "20441"]);
    let about = ("close_date".to_owned(), "2026-11-20".to_owned());
    assert!(which.candidates[0].about.contains(&about), "{which:?}");
    assert!(question.shown.card.is_none() && question.shown.raw.body.is_none());
    // There is nothing to say yes to, and nothing is sent.
    assert!(matches!(
        seat.governed.card(question.id).await,
        Err(Stop::Card(_))
    ));
    assert_eq!(seat.go_on(question.id).await.entry.state, State::Awaiting);
    // Only one of those that were shown.
    for other in ["20418", "99999", ""] {
        let refused = seat.governed.pick(question.id, other).await;
        assert!(matches!(refused, Err(Stop::NoRecord(_))), "{other}");
    }
    assert_eq!(desk.company.applied(), 0);

    let picked = seat.governed.pick(question.id, "20441").await.unwrap();
    assert_eq!(picked.entry.state, State::Awaiting);
    assert_eq!(picked.effect.target.as_ref().unwrap().id, "20441");
    assert_eq!(picked.effect.arguments["id"].origin, Origin::User);
    let meant = picked.shown.meant.as_ref().unwrap();
    assert_eq!(
        (meant.by.as_str(), meant.runners_up[0].id.as_str()),
        ("person", "20440")
    );
    let old = seat.governed.action(question.id).await.unwrap();
    assert_eq!(old.entry.state, State::Rejected);
    // It is answered once.
    assert!(matches!(
        seat.governed.pick(question.id, "20440").await,
        Err(Stop::Elsewhere(_))
    ));
    seat.approve(&picked).await.unwrap();
    assert_eq!(seat.go_on(picked.id).await.entry.state, State::Succeeded);
    assert_eq!(desk.company.applied(), 1);
    let events: Vec<Value> = seat
        .audit()
        .await
        .into_iter()
        .map(|row| row["event"].clone())
        .collect();
    assert_eq!(events[..3], ["proposed", "proposed", "picked"]);
}

#[tokio::test]
async fn a_question_stands_beside_the_card_it_was_proposed_with_and_joins_it_once_it_is_answered() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let question = seat.governed.propose(named("Vestby Cold Storage")).await.unwrap();
    let with_it = Proposal {
        batch: Some(question.id),
        ..typed("crm.deals.update", later_stage())
    };
    let first = seat.governed.propose(with_it).await.unwrap();
    let ids = |actions: &[Action]| actions.iter().map(|action| action.id).collect::<Vec<_>>();
    let card = seat.governed.card(first.id).await.unwrap();
    assert_eq!(ids(&card.actions), [first.id]);
    assert_eq!(ids(&card.questions), [question.id]);
    // It is no line: nothing of it is sealed, and a yes to the card is none to it.
    assert_eq!(card.card.lines().len(), 1);
    let picked = seat.governed.pick(question.id, "20441").await.unwrap();
    let joined = seat.governed.card(first.id).await.unwrap();
    assert_eq!(ids(&joined.actions), [first.id, picked.id]);
    assert!(joined.questions.is_empty());
    let digest = |card: &Shared| card.digest(&Default::default()).unwrap();
    assert_ne!(digest(&card), digest(&joined));
    let hand = Hand { by: INES, word: None };
    let old = seat
        .governed
        .approve(
            first.id,
            &Default::default(),
            digest(&card),
            hand,
            "a-1".to_owned(),
        )
        .await;
    assert!(matches!(old, Err(Stop::Card(_))));
    assert_eq!(desk.company.applied(), 0);
}

#[tokio::test]
async fn what_could_be_proposed_for_no_record_is_no_question() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    for wrong in [
        json!({"amount_eur": "a lot"}),
        json!({"no_such_field": 1}),
        json!({"next_step": TOKEN}),
    ] {
        let proposal = Proposal {
            arguments: serde_json::from_value(wrong.clone()).unwrap(),
            ..named("Vestby Cold Storage")
        };
        let refused = seat.governed.propose(proposal).await;
        assert!(matches!(refused, Err(Stop::Trouble(_))), "{wrong}");
    }
    assert!(seat.governed.book.open().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_question_can_be_dropped_and_expires_like_a_card() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let question = seat.governed.propose(named("Vestby Cold Storage")).await.unwrap();
    let dropped = seat.governed.reject(question.id, "Neither").await.unwrap();
    assert_eq!(dropped.entry.state, State::Rejected);
    let late = seat.governed.propose(named("Vestby Cold Storage")).await.unwrap();
    desk.clock.pass(8 * 24 * 3_600_000);
    assert_eq!(seat.go_on(late.id).await.entry.state, State::Expired);
    assert!(matches!(
        seat.governed.pick(late.id, "20440").await,
        Err(Stop::Elsewhere(_))
    ));
    assert_eq!(desk.company.applied(), 0);
}

#[tokio::test]
async fn where_words_led_to_the_wrong_record_another_one_that_was_shown_takes_its_place() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let wrong = seat
        .governed
        .propose(named("that Halden expansion"))
        .await
        .unwrap();
    let near = wrong.shown.meant.as_ref().unwrap().runners_up[0].clone();
    let right = seat.governed.pick(wrong.id, &near.id).await.unwrap();
    assert_eq!(right.effect.target.as_ref().unwrap().id, near.id);
    // The way back is the next closest.
    assert_eq!(
        right.shown.meant.as_ref().unwrap().runners_up[0].id,
        DEAL.to_string()
    );
    assert!(matches!(seat.approve(&wrong).await, Err(Stop::Elsewhere(_))));
    seat.approve(&right).await.unwrap();
    assert_eq!(seat.go_on(right.id).await.entry.state, State::Succeeded);
    assert_eq!(desk.company.applied(), 1);
    assert_eq!(desk.company.deal()["next_step"], "Send revised offer");
}

#[tokio::test]
async fn that_a_person_picked_the_record_lets_no_other_value_count_as_theirs() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let text = Taint {
        integrity: Integrity::Text,
        ..Taint::user()
    };
    let context = Context {
        taint: text.clone(),
        texts: vec![(mail(), "Please note: Confirm dock layout. Thanks".to_owned())],
        ..Context::of_person()
    };
    let proposal = Proposal {
        proposer: Proposer::Model("m".to_owned()),
        context,
        ..named("Vestby Cold Storage")
    };
    let question = seat.governed.propose(proposal).await.unwrap();
    let picked = seat.governed.pick(question.id, "20440").await.unwrap();
    assert_eq!(picked.shown.context, text);
    let origin = &picked.effect.arguments["next_step"].origin;
    assert!(matches!(origin, Origin::Within { .. }), "{origin:?}");
    assert_eq!(
        picked.shown.quotes.get("next_step").map(String::as_str),
        Some("Please note: Confirm dock layout")
    );
    let rules: Vec<&str> = picked
        .verdict
        .deciding
        .iter()
        .map(|one| one.policy.as_str())
        .collect();
    assert!(rules.contains(&"text-from-outside"), "{rules:?}");
}

#[tokio::test]
async fn the_words_a_value_was_seen_in_stay_with_it_until_a_person_writes_another() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let mut run = RunContext::new(
        Proposer::Model("m".to_owned()),
        "Next step is a call. Then we see",
    );
    run.text(
        mail(),
        "We can sign by 2026-10-30, not before. Ingrid",
        &Taint::unknown(),
    );
    let arguments = json!({"id": DEAL, "next_step": "a call", "close_date": "2026-10-30"});
    let proposal = run.proposal(
        system(),
        "crm.deals.update",
        serde_json::from_value(arguments).unwrap(),
        None,
    );
    let action = seat.governed.propose(proposal).await.unwrap();
    let quote = |action: &Action, name: &str| action.shown.quotes.get(name).cloned();
    assert_eq!(
        quote(&action, "next_step").as_deref(),
        Some("Next step is a call")
    );
    assert_eq!(
        quote(&action, "close_date").as_deref(),
        Some("We can sign by 2026-10-30, not before")
    );
    let edited = json!({"id": DEAL, "next_step": "a mail", "close_date": "2026-10-30"});
    let fresh = seat
        .governed
        .edit(action.id, serde_json::from_value(edited).unwrap())
        .await
        .unwrap();
    assert_eq!(quote(&fresh, "next_step"), None);
    assert_eq!(quote(&fresh, "close_date"), quote(&action, "close_date"));
}

#[tokio::test]
async fn in_a_message_the_words_that_came_from_elsewhere_are_known_until_a_person_writes_others() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let mut run = RunContext::new(
        Proposer::Model("m".to_owned()),
        "Answer that we call on 23 October",
    );
    run.text(
        mail(),
        "We can sign by 30 October. Call on 23 October",
        &Taint::unknown(),
    );
    let body = "Grüße, we aim for 30 October and call on 23 October.";
    let arguments = json!({"id": 4812, "body": body});
    let proposal = run.proposal(
        system(),
        "helpdesk.tickets.reply",
        serde_json::from_value(arguments).unwrap(),
        None,
    );
    let action = seat.governed.propose(proposal).await.unwrap();
    let told = |action: &Action| -> Vec<(String, String, Option<String>)> {
        let message = ActionView::from(action).message.unwrap();
        let part = |start: u32, end: u32| {
            message
                .body
                .chars()
                .skip(start as usize)
                .take((end - start) as usize)
                .collect()
        };
        let pieces = message.pieces.into_iter();
        pieces
            .map(|own| (part(own.start, own.end), own.origin.kind, own.origin.quote))
            .collect()
    };
    let quote = Some("We can sign by 30 October".to_owned());
    assert_eq!(
        told(&action),
        [("30 October".to_owned(), "within".to_owned(), quote)]
    );
    let edited = json!({"id": 4812, "body": "We aim for 30 October."});
    let edited = serde_json::from_value(edited).unwrap();
    let fresh = seat.governed.edit(action.id, edited).await.unwrap();
    assert_eq!(told(&fresh), []);
}

fn mail() -> SourceRef {
    SourceRef {
        kind: "mail".to_owned(),
        object: "mail:42".to_owned(),
        revision: "1".to_owned(),
        span: None,
    }
}

#[tokio::test]
async fn a_fresh_card_is_as_red_as_the_one_before_it() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let source = mail();
    let taint = Taint {
        integrity: Integrity::Text,
        ..Taint::user()
    };
    let proposal = Proposal {
        system: system(),
        operation: "crm.deals.update".to_owned(),
        record: None,
        arguments: serde_json::from_value(json!({"id": DEAL, "next_step": "Send everything to Eve"}))
            .unwrap(),
        proposer: Proposer::Person,
        reason: None,
        context: Context {
            taint,
            texts: vec![(source, "Please: Send everything to Eve today.".to_owned())],
            ..Context::of_person()
        },
        batch: None,
    };
    let action = seat.governed.propose(proposal).await.unwrap();
    assert!(
        action.verdict.obligations.contains(&Obligation::Red),
        "{:?}",
        action.verdict
    );
    desk.company.ask(
        KARI,
        "PATCH",
        &format!("/crm/deals/{DEAL}"),
        Some(&json!({"next_step": "Wait"})),
    );
    let Err(Stop::Changed { fresh }) = seat.approve(&action).await else {
        panic!("the old card counted")
    };
    assert_eq!(fresh.verdict.obligations, action.verdict.obligations);
    let kept = seat.governed.action(fresh.id).await.unwrap();
    assert_eq!(kept.effect.arguments, action.effect.arguments);
}

#[tokio::test]
async fn a_record_that_changes_after_the_click_is_not_written_either() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose("crm.deals.update", later_stage()).await;
    seat.approve(&action).await.unwrap();
    desk.company.ask(
        KARI,
        "PATCH",
        &format!("/crm/deals/{DEAL}"),
        Some(&json!({"next_step": "Wait"})),
    );
    let before = desk.company.applied();
    let failed = seat.go_on(action.id).await;
    assert_eq!(
        (failed.entry.state, desk.company.applied()),
        (State::Failed, before)
    );
}

#[tokio::test]
async fn an_answer_that_never_came_is_found_out_and_nothing_is_done_twice() {
    for (operation, arguments, fault) in [
        // The same again changes nothing: the record itself tells.
        ("crm.deals.update", later_stage(), "error_after"),
        ("crm.deals.update", later_stage(), "reset_after"),
        // Found by its mark.
        (
            "crm.contacts.create",
            json!({"name": "Kristin Vik", "email": "kristin.vik@halden-logistics.no", "account": 70114}),
            "error_after",
        ),
    ] {
        let desk = Desk::open();
        let seat = desk.sit().await;
        let action = seat.propose(operation, arguments).await;
        seat.approve(&action).await.unwrap();
        desk.company.fault(operation, fault);
        let mut at_rest = seat.go_on(action.id).await;
        for _ in 0..10 {
            if at_rest.entry.state.is_final() {
                break;
            }
            desk.clock.pass(600_000);
            at_rest = seat.go_on(action.id).await;
        }
        assert_eq!(
            at_rest.entry.state,
            State::Succeeded,
            "{operation} {fault}: {at_rest:?}"
        );
        assert_eq!(desk.company.applied(), 1, "{operation} {fault}");
    }
}

#[tokio::test]
async fn what_nobody_can_find_out_waits_for_a_person() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    // Nothing protects this kind: neither a key nor a mark.
    let call = json!({"type": "call", "subject": "Asked about the offer", "deal": DEAL});
    let action = seat.propose("crm.activities.create", call).await;
    seat.approve(&action).await.unwrap();
    desk.company.fault("crm.activities.create", "error_after");
    let mut stuck = seat.go_on(action.id).await;
    for _ in 0..10 {
        desk.clock.pass(600_000);
        stuck = seat.go_on(action.id).await;
    }
    assert_eq!(stuck.entry.state, State::NeedsPerson);
    assert_eq!(desk.company.applied(), 1);
    let said = seat.governed.say(action.id, Word::Happened).await.unwrap();
    assert_eq!(said.entry.state, State::Succeeded);
    assert_eq!(desk.company.applied(), 1);
}

#[tokio::test]
async fn what_a_crash_left_behind_is_found_out_at_the_next_start() {
    let desk = Desk::open();
    let first = desk.sit().await;
    let action = first.propose("crm.deals.update", later_stage()).await;
    first.approve(&action).await.unwrap();
    desk.company.fault("crm.deals.update", "latency_after");
    // The process ends while it waits for the answer.
    let waiting = tokio::time::timeout(
        std::time::Duration::from_millis(500),
        first.governed.go_on(action.id),
    )
    .await;
    assert!(waiting.is_err());
    first.ledger.close().await;
    let second = desk.sit().await;
    let left = second.governed.action(action.id).await.unwrap();
    assert!(matches!(left.entry.state, State::Dispatching { .. }));
    let mut all = second.governed.go_on_with_all().await.unwrap();
    for _ in 0..10 {
        if all.iter().all(|progress| progress.action.entry.state.is_final()) {
            break;
        }
        desk.clock.pass(600_000);
        all = second.governed.go_on_with_all().await.unwrap();
    }
    let ended = second.governed.action(action.id).await.unwrap();
    assert_eq!(ended.entry.state, State::Succeeded, "{ended:?}");
    assert_eq!(desk.company.deal()["amount_eur"], 1_300_000);
    assert_eq!(desk.company.applied(), 1);
}

/// Lets a future go on so often and no further, as when its process ends there; `None` if it did not come to its end.
async fn cut_off<F: Future>(future: F, after: usize) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), after);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Approves, is cut off after so many steps of sending, starts again and works until everything is at rest. The state in
/// the end, how many requests did something, and whether it came to its end before it could be cut off.
async fn ended(desk: &Desk, operation: &str, arguments: Value, after: usize) -> (State, usize, bool) {
    desk.company.ask(TOKEN, "POST", "/panel/reset", None);
    let before = desk.company.applied();
    let first = desk.sit().await;
    let action = first.propose(operation, arguments).await;
    first.approve(&action).await.unwrap();
    let whole = cut_off(first.governed.go_on(action.id), after).await.is_some();
    drop(first);
    let second = desk.sit().await;
    for _ in 0..20 {
        let all = second.governed.go_on_with_all().await.unwrap();
        let waits = |state: State| state.is_final() || state == State::NeedsPerson;
        if all.iter().all(|progress| waits(progress.action.entry.state)) {
            break;
        }
        desk.clock.pass(600_000);
    }
    let action = second.governed.action(action.id).await.unwrap();
    second.audit().await;
    (action.entry.state, desk.company.applied() - before, whole)
}

#[tokio::test]
async fn wherever_sending_is_cut_off_it_is_done_once_or_a_person_is_asked() {
    let deal = json!({"name": "Spare parts 2028", "account": 70114});
    let contact =
        json!({"name": "Kristin Vik", "email": "kristin.vik@halden-logistics.no", "account": 70114});
    let call = json!({"type": "call", "subject": "Asked about the offer", "deal": DEAL});
    for (operation, arguments, asks) in [
        ("crm.deals.update", later_stage(), false),
        ("crm.deals.create", deal, false),
        // Its mark can be searched for, but nothing bounds how late it may still come.
        ("crm.contacts.create", contact, true),
        ("crm.activities.create", call, true),
    ] {
        let desk = Desk::open();
        let mut cut = 0;
        for after in 0.. {
            let (state, applied, whole) = ended(&desk, operation, arguments.clone(), after).await;
            let what = format!("{operation} after {after}: {state:?}, {applied} applied");
            match state {
                State::Succeeded => assert_eq!(applied, 1, "{what}"),
                State::NeedsPerson if asks => assert!(applied <= 1, "{what}"),
                _ => panic!("{what}"),
            }
            if whole {
                break;
            }
            cut += 1;
        }
        assert!(cut > 5, "{operation} was cut off at {cut} places only");
    }
}

#[tokio::test]
async fn the_emergency_switch_stops_what_was_approved_and_keeps_everything_readable() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose("crm.deals.update", later_stage()).await;
    seat.approve(&action).await.unwrap();
    seat.governed.stop_all(true);
    assert_eq!(seat.go_on(action.id).await.entry.state, State::Approved);
    assert_eq!(desk.company.applied(), 0);
    seat.governed.stop_all(false);
    assert_eq!(seat.go_on(action.id).await.entry.state, State::Succeeded);
}

#[tokio::test]
async fn undoing_puts_the_old_values_back_and_refuses_when_somebody_edited_since() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let action = seat.propose("crm.deals.update", later_stage()).await;
    seat.approve(&action).await.unwrap();
    seat.go_on(action.id).await;
    let back = seat.governed.undo(action.id, None).await.unwrap();
    seat.approve(&back).await.unwrap();
    assert_eq!(seat.go_on(back.id).await.entry.state, State::Succeeded);
    let deal = desk.company.deal();
    assert_eq!(
        (&deal["amount_eur"], &deal["next_step"]),
        (&json!(1_284_000), &json!("Send revised offer"))
    );
    // The first is not the last word on this record any more.
    let Err(Stop::NoUndo(why)) = seat.governed.undo(action.id, None).await else {
        panic!("undone twice")
    };
    assert!(why.contains("since"), "{why}");
}

#[tokio::test]
async fn a_click_on_another_card_than_the_one_that_was_shown_does_not_count() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let one = seat.propose("crm.deals.update", later_stage()).await;
    let other = seat
        .propose("crm.deals.update", json!({"id": DEAL, "amount_eur": 1}))
        .await;
    let shown = one
        .shown
        .card
        .as_ref()
        .unwrap()
        .digest(&[Choice::Approve])
        .unwrap();
    let hand = Hand { by: INES, word: None };
    assert!(
        seat.governed
            .approve(other.id, &Default::default(), shown, hand, "a".to_owned())
            .await
            .is_err()
    );
    seat.governed.reject(one.id, "Not now").await.unwrap();
    assert!(seat.approve(&one).await.is_err());
    for id in [one.id, other.id] {
        seat.go_on(id).await;
    }
    assert_eq!(desk.company.applied(), 0);
}

#[tokio::test]
async fn what_a_model_reads_is_labelled_field_by_field_and_stands_behind_what_it_proposes() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let mut run = RunContext::new(Proposer::Model("m".to_owned()), "Move the deal on");
    let deal = BTreeMap::from([("id".to_owned(), json!(DEAL))]);
    run.read(&seat.governed, &system(), "crm.deals.get", &deal, Cap::default())
        .await
        .unwrap();
    let of = |all: &[(SourceRef, String)], field: &str| {
        let ending = format!("#/{field}");
        all.iter().any(|(source, _)| source.object.ends_with(&ending))
    };
    let context = run.context();
    // The system vouches for an id and an amount; anybody may have written a name.
    assert!(of(&context.fields, "id") && of(&context.fields, "amount_eur"));
    assert!(of(&context.texts, "name") && !of(&context.fields, "name"));
    assert_eq!(context.taint.integrity, Integrity::Text);

    let proposal = run.proposal(
        system(),
        "crm.deals.update",
        serde_json::from_value(later_stage()).unwrap(),
        None,
    );
    let action = seat.governed.propose(proposal).await.unwrap();
    let because: Vec<&str> = action
        .verdict
        .deciding
        .iter()
        .map(|one| one.policy.as_str())
        .collect();
    assert!(because.contains(&"text-from-outside"), "{because:?}");
    assert_eq!(action.shown.context, run.context().taint);
    // What follows at once is on the same card, what follows a read is not.
    run.proposed(&action);
    let next = |run: &RunContext| {
        run.proposal(system(), "crm.deals.update", deal.clone(), None)
            .batch
    };
    assert_eq!(next(&run), Some(action.id));
    run.read(&seat.governed, &system(), "crm.deals.get", &deal, Cap::default())
        .await
        .unwrap();
    assert_eq!(next(&run), None);
}
