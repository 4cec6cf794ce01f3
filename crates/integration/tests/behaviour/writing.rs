//! Previews, and what was previewed carried out.

use domain::{Change, Confidentiality};
use integration::{Dispatch, Message, Outcome, Sight, Trouble, Verified};
use serde_json::{Value, json};

use crate::desk::{DEAL, Desk, INES, KARI, KEY, authorized, effect, perform};

fn change(field: &str, before: Value, after: Value) -> Change {
    let some = |value: Value| (!value.is_null()).then_some(value);
    Change {
        field: field.to_owned(),
        before: some(before),
        after: some(after),
    }
}

#[tokio::test]
async fn a_preview_shows_what_is_cleared_and_performing_does_exactly_that() {
    let desk = Desk::open();
    let arguments = json!({"id": DEAL, "next_step": null, "amount_eur": 1_300_000, "stage": "negotiation"});
    let preview = desk.preview("crm.deals.update", arguments).await;
    assert_eq!(
        preview.changes,
        [
            change("amount_eur", json!(1_284_000), json!(1_300_000)),
            change("next_step", json!("Send revised offer"), json!(null)),
        ]
    );
    let target = preview.effect.target.clone().unwrap();
    assert_eq!(
        (
            target.kind.as_str(),
            target.id.as_str(),
            target.version.as_deref()
        ),
        ("crm.deals", "20418", Some("12"))
    );
    assert!(preview.conditional && desk.company.applied() == 0);
    let Outcome::Done(done) = desk.perform(&preview).await else {
        panic!("it was done")
    };
    assert_eq!(
        (done.id.as_deref(), done.version.as_deref(), done.replayed),
        (Some("20418"), Some("13"), false)
    );
    let verified = desk.connection.verify(&preview.effect, &done).await.unwrap();
    assert_eq!(
        verified,
        Verified::AsSent {
            version: Some("13".to_owned())
        }
    );
    let entry = desk
        .company
        .log()
        .into_iter()
        .find(|entry| entry["method"] == "PATCH")
        .unwrap();
    assert_eq!(
        (&entry["if_match"], &entry["who"]),
        (&json!("\"12\""), &json!(INES))
    );
    assert_eq!(desk.company.applied(), 1);
}

#[tokio::test]
async fn a_record_that_changed_meanwhile_is_not_written() {
    let desk = Desk::open();
    for (operation, arguments, path, other) in [
        (
            "crm.deals.update",
            json!({"id": DEAL, "stage": "contract_sent"}),
            "/crm/deals/20418",
            json!({"next_step": "Wait"}),
        ),
        // This kind ignores the condition, and the engine looks by itself.
        (
            "crm.contacts.update",
            json!({"id": 30201, "phone": null}),
            "/crm/contacts/30201",
            json!({"title": "Retired"}),
        ),
    ] {
        let preview = desk.preview(operation, arguments).await;
        desk.company.ask(KARI, "PATCH", path, Some(&other));
        let before = desk.company.applied();
        let outcome = desk.perform(&preview).await;
        let Outcome::Refused {
            status,
            current_version,
            ..
        } = &outcome
        else {
            panic!("{outcome:?}")
        };
        assert_eq!(*status, preview.conditional.then_some(412));
        assert!(
            current_version.is_some() && current_version != &preview.effect.target.as_ref().unwrap().version
        );
        assert_eq!(desk.company.applied(), before, "{operation}");
        assert_eq!(
            desk.connection.look_up(&preview.effect, KEY).await,
            Sight::Changed
        );
    }
}

#[tokio::test]
async fn a_creation_shows_its_fields_and_is_found_by_its_mark() {
    let desk = Desk::open();
    let arguments =
        json!({"name": "Kristin Vik", "email": "kristin.vik@halden-logistics.no", "account": 70114});
    let preview = desk.preview("crm.contacts.create", arguments).await;
    assert!(preview.record.is_none() && preview.effect.target.is_none());
    assert_eq!(
        preview.changes,
        [
            change("account", json!(null), json!(70114)),
            change("email", json!(null), json!("kristin.vik@halden-logistics.no")),
            change("name", json!(null), json!("Kristin Vik")),
        ]
    );
    assert_eq!(desk.connection.look_up(&preview.effect, KEY).await, Sight::Absent);
    let Outcome::Done(done) = desk.perform(&preview).await else {
        panic!("it was done")
    };
    let found = Sight::Found {
        id: done.id.clone().unwrap(),
        version: Some("1".to_owned()),
    };
    assert_eq!(desk.connection.look_up(&preview.effect, KEY).await, found);
    assert_eq!(
        desk.connection.look_up(&preview.effect, "ANOTHERKEY").await,
        Sight::Absent
    );
    assert!(matches!(
        desk.connection.verify(&preview.effect, &done).await.unwrap(),
        Verified::AsSent { .. }
    ));
    assert_eq!(
        desk.company
            .having("crm.contacts", "external_id", &json!(KEY))
            .len(),
        1
    );
}

#[tokio::test]
async fn a_mail_is_a_draft_first_and_shown_as_it_will_be_read() {
    let desk = Desk::open();
    let arguments = json!({
        "to": ["ingrid.solberg@halden-logistics.no"], "cc": ["kari.holm@northwind-robotics.com"],
        "subject": "Revised offer", "body": "Dear Ingrid,\nhere it is.", "attachments": ["offer.pdf"],
    });
    let expected = Message {
        to: vec!["ingrid.solberg@halden-logistics.no".to_owned()],
        cc: vec!["kari.holm@northwind-robotics.com".to_owned()],
        bcc: Vec::new(),
        subject: "Revised offer".to_owned(),
        body: "Dear Ingrid,\nhere it is.".to_owned(),
        attachments: vec!["offer.pdf".to_owned()],
    };
    let draft = desk.preview("mail.drafts.create", arguments).await;
    assert_eq!(draft.message, Some(expected.clone()));
    let Outcome::Done(made) = desk.perform(&draft).await else {
        panic!("it was done")
    };
    let mark = json!(format!("<{KEY}@northwind-robotics.com>"));
    assert_eq!(made.response["message_id"], mark);
    let id: u64 = made.id.unwrap().parse().unwrap();
    let sending = desk.preview("mail.drafts.send", json!({"id": id})).await;
    assert_eq!(sending.message, Some(expected));
    assert_eq!(desk.company.having("mail.outbox", "message_id", &mark).len(), 0);
    let Outcome::Done(sent) = perform(&desk.connection, &sending, "SENDKEY").await else {
        panic!("it was done")
    };
    assert!(matches!(
        desk.connection.verify(&sending.effect, &sent).await.unwrap(),
        Verified::AsSent { .. }
    ));
    assert_eq!(desk.company.having("mail.outbox", "message_id", &mark).len(), 1);
}

#[tokio::test]
async fn a_reply_is_shown_with_the_address_of_the_customer_who_asked() {
    let desk = Desk::open();
    let preview = desk
        .preview(
            "helpdesk.tickets.reply",
            json!({"id": 4812, "body": "We are on it."}),
        )
        .await;
    let message = preview.message.clone().unwrap();
    assert_eq!(
        (message.to, message.subject.as_str(), message.body.as_str()),
        (
            vec!["ingrid.solberg@halden-logistics.no".to_owned()],
            "Re: Firmware 4.2.1 update fails on 14 AMR units [#4812]",
            "We are on it."
        )
    );
    let Outcome::Done(done) = desk.perform(&preview).await else {
        panic!("it was done")
    };
    assert!(matches!(
        desk.connection.verify(&preview.effect, &done).await.unwrap(),
        Verified::AsSent { .. }
    ));
    let Outcome::Done(again) = desk.perform(&preview).await else {
        panic!("the same key")
    };
    assert!(again.replayed && again.response == done.response);
    let left = desk.company.having(
        "mail.outbox",
        "subject",
        &json!("Re: Firmware 4.2.1 update fails on 14 AMR units [#4812]"),
    );
    assert_eq!(
        (left.len(), &left[0]["to"]),
        (1, &json!(["ingrid.solberg@halden-logistics.no"]))
    );
}

#[tokio::test]
async fn a_deletion_shows_what_is_lost_and_is_seen_to_be_gone() {
    let desk = Desk::open();
    let preview = desk.preview("crm.activities.delete", json!({"id": 60302})).await;
    assert!(preview.changes.contains(&change(
        "subject",
        json!("Osterøy Foods, budget round"),
        json!(null)
    )));
    assert_eq!(desk.connection.look_up(&preview.effect, KEY).await, Sight::Absent);
    let Outcome::Done(done) = desk.perform(&preview).await else {
        panic!("it was done")
    };
    assert_eq!(
        desk.connection.verify(&preview.effect, &done).await.unwrap(),
        Verified::AsSent { version: None }
    );
    let found = Sight::Found {
        id: "60302".to_owned(),
        version: None,
    };
    assert_eq!(desk.connection.look_up(&preview.effect, KEY).await, found);
}

#[tokio::test]
async fn nothing_else_than_what_was_authorized_is_sent() {
    let desk = Desk::open();
    let preview = desk
        .preview("crm.deals.update", json!({"id": DEAL, "stage": "contract_sent"}))
        .await;
    let before = desk.company.log().len();
    let other = desk
        .preview("crm.deals.update", json!({"id": DEAL, "stage": "closed_won"}))
        .await;
    let asked = desk.company.log().len();
    assert_eq!(asked, before + 1, "a preview reads");
    let authorization = authorized(&desk.connection, &preview.effect);
    let dispatch = |key, request_hash| Dispatch {
        key,
        request_hash,
        confidentiality: Confidentiality::Internal,
    };
    for dispatch in [
        dispatch(KEY, other.request_hash.as_str()),
        dispatch("", preview.request_hash.as_str()),
        dispatch("key\r\nX-Evil: 1", preview.request_hash.as_str()),
    ] {
        let outcome = desk.connection.perform(&authorization, dispatch).await;
        assert!(
            matches!(&outcome, Outcome::Refused { status: None, why, .. } if why.starts_with("Nothing was sent")),
            "{outcome:?}"
        );
    }
    let secret = Dispatch {
        confidentiality: Confidentiality::Secret,
        ..dispatch(KEY, &preview.request_hash)
    };
    let outcome = desk.connection.perform(&authorization, secret).await;
    assert!(
        matches!(outcome, Outcome::Refused { status: None, .. }),
        "{outcome:?}"
    );
    let mut drifted = effect(&desk.connection, "crm.deals.update", json!({"id": DEAL}));
    drifted.definition = "another".to_owned();
    assert!(matches!(
        desk.connection.preview(&drifted).await,
        Err(Trouble::Unfit { .. })
    ));
    let mut elsewhere = preview.effect.clone();
    elsewhere.target.as_mut().unwrap().id = "20366".to_owned();
    assert!(matches!(
        desk.connection.request(&elsewhere),
        Err(Trouble::Argument { .. })
    ));
    let marked = effect(
        &desk.connection,
        "crm.contacts.create",
        json!({"name": "A", "external_id": KEY}),
    );
    assert!(matches!(
        desk.connection.request(&marked),
        Err(Trouble::Argument { .. })
    ));
    assert_eq!(desk.company.log().len(), asked);
}

#[tokio::test]
async fn what_the_system_refuses_is_told_in_its_words() {
    let desk = Desk::open();
    let preview = desk.preview("crm.contacts.delete", json!({"id": 30201})).await;
    let outcome = desk.perform(&preview).await;
    let Outcome::Refused {
        status: Some(409),
        why,
        ..
    } = &outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(why.contains("is used by"), "{why}");
    assert_eq!(desk.company.applied(), 0);
}
