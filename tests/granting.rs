//! Permissions given beforehand, on the whole path: they let through exactly what they were given for, and what waits in the
//! queue is judged again at the moment it is sent. The company's own log says what happened.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod company;

use std::collections::{BTreeMap, BTreeSet};

use company::{DEAL, Desk, Seat, system, typed};
use domain::{Integrity, Taint};
use governance::grants::Bound;
use governance::policy::Proposer;
use orchestration::governed::{Action, Context, Limits, Proposal};
use orchestration::journal::State;
use serde_json::{Value, json};

fn amount(amount: u64) -> Value {
    json!({"id": DEAL, "amount_eur": amount})
}

/// Allows the change of a deal's amount up to 2,000,000, so often, from a proposal that is turned down itself.
async fn allow(seat: &Seat, times: u32) -> String {
    let asked = seat.propose("crm.deals.update", amount(1_290_000)).await;
    let bounds = BTreeMap::from([("amount_eur".to_owned(), Bound::UpTo(2_000_000))]);
    let limits = Limits {
        bounds,
        left_out: BTreeSet::new(),
        count: times,
        lasts: 3_600_000,
    };
    let name = format!("g-{}", asked.id);
    let held = seat
        .governed
        .grant(asked.id, limits, "Amounts".to_owned(), name)
        .await
        .unwrap();
    seat.governed
        .reject(asked.id, "Only the permission")
        .await
        .unwrap();
    held.grant.id
}

async fn state(seat: &Seat, action: &Action) -> State {
    seat.go_on(action.id).await.entry.state
}

#[tokio::test]
async fn a_permission_lets_through_what_it_was_given_for_and_nothing_else() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    allow(&seat, 5).await;
    let covered = seat.propose("crm.deals.update", amount(1_300_000)).await;
    assert_eq!(state(&seat, &covered).await, State::Succeeded);
    for other in [
        amount(2_000_001),
        json!({"id": DEAL, "amount_eur": 1_310_000, "next_step": "Send it"}),
        json!({"id": 20409, "amount_eur": 1_310_000}),
    ] {
        let asked = seat.propose("crm.deals.update", other).await;
        assert_eq!(state(&seat, &asked).await, State::Awaiting, "{asked:?}");
    }
    assert_eq!(desk.company.applied(), 1);
}

#[tokio::test]
async fn a_permission_taken_back_does_not_count_for_what_waits_in_the_queue() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let permission = allow(&seat, 5).await;
    let waiting = seat.propose("crm.deals.update", amount(1_300_000)).await;
    assert_eq!(waiting.entry.state, State::Approved);
    seat.governed.revoke(&permission).await.unwrap();
    let refused = seat.go_on(waiting.id).await;
    assert_ne!(refused.entry.state, State::Succeeded);
    assert!(
        refused
            .outcome
            .unwrap()
            .words
            .contains("took this permission back")
    );
    assert_eq!(desk.company.applied(), 0);
}

#[tokio::test]
async fn two_in_the_queue_do_not_share_what_is_left_of_a_permission() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    allow(&seat, 1).await;
    let one = seat.propose("crm.deals.update", amount(1_300_000)).await;
    let other = seat.propose("crm.deals.update", amount(1_310_000)).await;
    assert_eq!(
        (one.entry.state, other.entry.state),
        (State::Approved, State::Approved)
    );
    let (one, other) = tokio::join!(state(&seat, &one), state(&seat, &other));
    let done = [one, other]
        .into_iter()
        .filter(|state| *state == State::Succeeded)
        .count();
    assert_eq!((done, desk.company.applied()), (1, 1), "{one:?}, {other:?}");
}

#[tokio::test]
async fn a_permission_does_not_count_while_text_of_somebody_else_is_part_of_it() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    allow(&seat, 5).await;
    let taint = Taint {
        integrity: Integrity::Text,
        ..Taint::user()
    };
    let proposal = Proposal {
        system: system(),
        operation: "crm.deals.update".to_owned(),
        record: None,
        arguments: serde_json::from_value(amount(1_300_000)).unwrap(),
        proposer: Proposer::Model("m".to_owned()),
        reason: None,
        context: Context {
            taint,
            ..Context::of_person()
        },
        batch: None,
    };
    let asked = seat.governed.propose(proposal).await.unwrap();
    assert_eq!(state(&seat, &asked).await, State::Awaiting);
    assert!(asked.shown.unused_grant.unwrap().contains("somebody else wrote"));
    assert_eq!(desk.company.applied(), 0);
}

#[tokio::test]
async fn a_permission_ends_with_its_time_also_in_the_queue() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    allow(&seat, 5).await;
    let waiting = seat.propose("crm.deals.update", amount(1_300_000)).await;
    desk.clock.pass(3_600_000);
    assert_ne!(state(&seat, &waiting).await, State::Succeeded);
    let late = seat.propose("crm.deals.update", amount(1_310_000)).await;
    assert_eq!(state(&seat, &late).await, State::Awaiting);
    assert_eq!(desk.company.applied(), 0);
}

fn up_to(most: i64, count: u32, hours: i64) -> Limits {
    Limits {
        bounds: BTreeMap::from([("amount_eur".to_owned(), Bound::UpTo(most))]),
        left_out: BTreeSet::new(),
        count,
        lasts: hours * 3_600_000,
    }
}

#[tokio::test]
async fn a_change_of_a_field_that_was_left_out_of_a_permission_is_asked_and_the_rest_is_not() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let both = json!({"id": DEAL, "next_step": "Call Ingrid", "amount_eur": 1_300_000});
    let asked = seat.propose("crm.deals.update", both.clone()).await;
    let offer = seat.governed.offer(asked.id).await.unwrap();
    let optional: Vec<&str> = (offer.arguments.iter())
        .filter(|own| own.optional)
        .map(|own| own.name.as_str())
        .collect();
    assert_eq!(optional, ["amount_eur", "next_step"]);
    let without = |left_out: &[&str]| Limits {
        bounds: BTreeMap::new(),
        left_out: left_out.iter().map(|name| (*name).to_owned()).collect(),
        count: 5,
        lasts: 3_600_000,
    };
    let grant = |limits| {
        let name = "g-1".to_owned();
        seat.governed
            .grant(asked.id, limits, "Next steps".to_owned(), name)
    };
    // What names the record, what is not there, and all that is changed can't be left out.
    for wrong in [&["id"][..], &["stage"], &["amount_eur", "next_step"]] {
        assert!(grant(without(wrong)).await.is_err(), "{wrong:?}");
        assert!(seat.governed.saved(asked.id, without(wrong)).await.is_err());
    }
    let limits = without(&["amount_eur"]);
    assert_eq!(
        seat.governed.saved(asked.id, limits.clone()).await.unwrap().saved,
        0
    );
    let held = grant(limits).await.unwrap();
    let bound: Vec<&String> = held.grant.arguments.keys().collect();
    assert_eq!(bound, ["id", "next_step"]);
    let covered = seat
        .propose(
            "crm.deals.update",
            json!({"id": DEAL, "next_step": "Call Ingrid"}),
        )
        .await;
    assert_eq!(state(&seat, &covered).await, State::Succeeded);
    for other in [both, json!({"id": DEAL, "next_step": "Call Kari"})] {
        let asked = seat.propose("crm.deals.update", other).await;
        assert_eq!(state(&seat, &asked).await, State::Awaiting, "{asked:?}");
    }
    assert_eq!(desk.company.applied(), 1);
}

#[tokio::test]
async fn how_many_questions_a_permission_would_have_saved_is_judged_as_a_permission_is() {
    const DAY: u64 = 24 * 3_600_000;
    let desk = Desk::open();
    let seat = desk.sit().await;
    // One that is too old to count, then one a day.
    seat.propose("crm.deals.update", amount(1_290_000)).await;
    desk.clock.pass(31 * DAY);
    for (own, day) in [(1_300_000, 9), (2_500_000, 5), (1_310_000, 2), (1_320_000, 0)] {
        seat.propose("crm.deals.update", amount(own)).await;
        seat.propose(
            "crm.deals.update",
            json!({"id": DEAL, "next_step": own.to_string()}),
        )
        .await;
        desk.clock.pass(day * DAY);
    }
    // Another operation is another question.
    seat.propose(
        "crm.activities.create",
        json!({"type": "call", "subject": "Asked", "deal": DEAL}),
    )
    .await;
    let this = seat.propose("crm.deals.update", amount(1_330_000)).await;
    let saved = async |limits| {
        let saved = seat.governed.saved(this.id, limits).await.unwrap();
        (saved.saved, saved.of, saved.more)
    };
    // All within the amount, this one among them.
    assert_eq!(saved(up_to(2_000_000, 100, 720)).await, (4, 9, false));
    assert_eq!(saved(up_to(3_000_000, 100, 720)).await, (5, 9, false));
    // Used up after so many, and over after so long.
    assert_eq!(saved(up_to(2_000_000, 2, 720)).await, (2, 9, false));
    assert_eq!(saved(up_to(2_000_000, 100, 24)).await, (2, 9, false));
    let exactly = Limits {
        bounds: BTreeMap::new(),
        ..up_to(0, 100, 720)
    };
    assert_eq!(saved(exactly).await, (1, 9, false));
    // What may not be given is not counted either.
    for wrong in [up_to(1, 0, 1), up_to(1, 1, 721), up_to(1, 1, 0)] {
        assert!(seat.governed.saved(this.id, wrong).await.is_err());
    }
    // Nothing was given by asking.
    assert!(seat.governed.grants.all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_question_that_outside_text_led_to_would_have_been_asked_in_any_case() {
    let desk = Desk::open();
    let seat = desk.sit().await;
    let proposal = Proposal {
        context: Context {
            taint: Taint {
                integrity: Integrity::Text,
                ..Taint::user()
            },
            ..Context::of_person()
        },
        ..typed("crm.deals.update", amount(1_300_000))
    };
    seat.governed.propose(proposal).await.unwrap();
    let this = seat.propose("crm.deals.update", amount(1_300_000)).await;
    let saved = seat
        .governed
        .saved(this.id, up_to(2_000_000, 100, 720))
        .await
        .unwrap();
    assert_eq!((saved.saved, saved.of), (1, 2));
}
