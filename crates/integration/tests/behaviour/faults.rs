//! Each fault of the panel, on each class of operation: the outcome says no more than is known, and looking tells the truth.

use std::time::Duration;

use integration::egress::{Ended, Limits};
use integration::{Outcome, Sight};
use serde_json::{Value, json};

use crate::desk::{DEAL, Desk, KEY, connected, effect, perform};
use crate::peer::notes;

/// Long enough for a request to arrive on a busy machine, and the only waiting there is.
fn impatient() -> Limits {
    Limits {
        whole: Duration::from_millis(1_500),
        ..Limits::default()
    }
}

const FAULTS: [(&str, bool); 8] = [
    ("too_many_requests", false),
    ("error_before", false),
    ("reset_before", false),
    ("latency_before", false),
    ("error_after", true),
    ("reset_after", true),
    ("truncated_after", true),
    ("latency_after", true),
];

/// Plays each fault on an operation; `looks` is whether looking can tell.
async fn played(operation: &str, arguments: Value, looks: bool) {
    for (fault, done) in FAULTS {
        let desk = Desk::with(impatient());
        let preview = desk.preview(operation, arguments.clone()).await;
        desk.company.fault(operation, fault);
        let outcome = desk.perform(&preview).await;
        let what = format!("{operation} with {fault}: {outcome:?}");
        match fault {
            "too_many_requests" => {
                assert!(
                    matches!(outcome, Outcome::NotTaken { after: 7_000, .. }),
                    "{what}"
                );
                let seen = desk.company.log().len();
                let during = desk.perform(&preview).await;
                assert!(
                    matches!(during, Outcome::NotTaken { after: 7_000, .. }),
                    "{during:?}"
                );
                assert_eq!(desk.company.log().len(), seen, "a request during the pause");
                desk.clock.pass(7_000);
            }
            _ => assert!(matches!(outcome, Outcome::Lost { .. }), "{what}"),
        }
        if done {
            desk.company.wait_until(|company| company.applied() == 1);
        }
        assert_eq!(desk.company.applied(), usize::from(done), "{what}");
        let sight = desk.connection.look_up(&preview.effect, KEY).await;
        match (looks, done) {
            (true, true) => assert!(matches!(sight, Sight::Found { .. }), "{what}, {sight:?}"),
            (true, false) => assert_eq!(sight, Sight::Absent, "{what}"),
            (false, _) => assert!(!matches!(sight, Sight::Found { .. }), "{what}, {sight:?}"),
        }
    }
}

#[tokio::test]
async fn a_conditional_change() {
    played(
        "crm.deals.update",
        json!({"id": DEAL, "next_step": null, "stage": "contract_sent"}),
        true,
    )
    .await;
}

#[tokio::test]
async fn a_change_without_a_condition() {
    played("crm.contacts.update", json!({"id": 30201, "phone": null}), true).await;
}

#[tokio::test]
async fn a_creation_that_is_marked() {
    played(
        "crm.contacts.create",
        json!({"name": "Kristin Vik", "account": 70114}),
        true,
    )
    .await;
}

#[tokio::test]
async fn a_draft_whose_mark_is_its_message_id() {
    let draft =
        json!({"to": ["k.lindner@lindner-intralogistik.de"], "subject": "Visit", "body": "On Monday."});
    played("mail.drafts.create", draft, true).await;
}

#[tokio::test]
async fn a_deletion() {
    played("crm.activities.delete", json!({"id": 60302}), true).await;
}

#[tokio::test]
async fn a_reply_under_a_key() {
    played(
        "helpdesk.tickets.reply",
        json!({"id": 4812, "body": "We are on it."}),
        false,
    )
    .await;
}

#[tokio::test]
async fn a_note_that_nothing_protects() {
    played(
        "crm.activities.create",
        json!({"subject": "Called", "type": "call"}),
        false,
    )
    .await;
}

#[tokio::test]
async fn sending_again_under_the_same_key_does_it_once_and_tells_what_came_of_it() {
    for (fault, done) in FAULTS {
        let desk = Desk::with(impatient());
        let arguments = json!({"name": "Halden chargers", "account": 70114, "amount_eur": 9_000});
        let preview = desk.preview("crm.deals.create", arguments).await;
        desk.company.fault("crm.deals.create", fault);
        desk.perform(&preview).await;
        desk.clock.pass(7_000);
        if done {
            desk.company.wait_until(|company| company.applied() == 1);
        }
        let outcome = desk.perform(&preview).await;
        let Outcome::Done(again) = &outcome else {
            panic!("{fault}: {outcome:?}")
        };
        assert_eq!(again.replayed, done, "{fault}");
        assert_eq!(
            desk.company
                .having("crm.deals", "name", &json!("Halden chargers"))
                .len(),
            1,
            "{fault}"
        );
    }
}

#[tokio::test]
async fn half_a_refusal_is_no_refusal() {
    let desk = Desk::open();
    let preview = desk.preview("crm.contacts.delete", json!({"id": 30201})).await;
    desk.company.fault("crm.contacts.delete", "truncated_after");
    assert!(matches!(desk.perform(&preview).await, Outcome::Lost { .. }));
}

#[tokio::test]
async fn where_nobody_listens_surely_nothing_was_taken() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let (connection, contacts, _) = connected(&url, &[&url], &notes(), Limits::default());
    let made = effect(&connection, "notes.create", json!({"title": "One"}));
    let preview = connection.preview(&made).await.unwrap();
    let outcome = perform(&connection, &preview, KEY).await;
    assert!(
        matches!(&outcome, Outcome::NotTaken { why, .. } if why.starts_with("Nothing was sent")),
        "{outcome:?}"
    );
    let contact = contacts.all().pop().unwrap();
    assert_eq!((contact.ended, contact.bytes_out), (Ended::Unreached, 0));
}
