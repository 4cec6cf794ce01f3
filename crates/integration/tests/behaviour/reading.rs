//! Reads: records, pages, tags, patience, and what each contact leaves behind.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{Confidentiality, Integrity};
use integration::egress::{Contact, EgressError, Ended, Limits, Purpose};
use integration::{Cap, Trouble};
use serde_json::json;

use crate::desk::{DEAL, Desk, connected, system, values};
use crate::peer::{Peer, answer, notes};

const INTERNAL: Confidentiality = Confidentiality::Internal;

#[tokio::test]
async fn a_record_is_read_with_its_version_and_who_may_have_written_each_field() {
    let desk = Desk::open();
    let deal = desk.connection.record("crm.deals", "20418").await.unwrap();
    assert_eq!((deal.id.as_str(), deal.version.as_deref()), ("20418", Some("12")));
    assert_eq!(deal.title(), Some("Halden - 40 unit expansion"));
    assert_eq!(deal.taint("stage").integrity, Integrity::OwnField);
    assert_eq!(deal.taint("next_step").integrity, Integrity::Text);
    assert_eq!(deal.taint("no such field").integrity, Integrity::Text);
    let source = deal.taint("next_step").sources.pop_first().unwrap();
    assert_eq!(
        (source.object.as_str(), source.revision.as_str()),
        ("demo-company/crm.deals/20418#/next_step", "12")
    );
    let edited = deal.edited().unwrap();
    assert_eq!(
        (edited.by.as_deref(), edited.at.as_deref()),
        (
            Some("ines.okafor@northwind-robotics.com"),
            Some("2026-09-21T12:40:00Z")
        )
    );
    let missing = desk.connection.record("crm.deals", "1").await.unwrap_err();
    assert_eq!(
        missing.to_string(),
        "`demo-company` has no `crm.deals` 1. It may have been deleted."
    );
}

#[tokio::test]
async fn pages_are_followed_to_the_end_or_to_the_cap() {
    let desk = Desk::open();
    let nothing = Default::default();
    let read = |cap| desk.connection.read("crm.deals.list", &nothing, INTERNAL, cap);
    let all = read(Cap::default()).await.unwrap();
    assert_eq!((all.records.len(), all.more), (10, false));
    let small = values(json!({"limit": 3}));
    let paged = desk
        .connection
        .read("crm.deals.list", &small, INTERNAL, Cap::default())
        .await
        .unwrap();
    assert_eq!(paged, all);
    let two_pages = Cap {
        records: 100,
        pages: 2,
    };
    let cut = desk
        .connection
        .read("crm.deals.list", &small, INTERNAL, two_pages)
        .await
        .unwrap();
    assert_eq!((cut.records.len(), cut.more), (6, true));
    let few = read(Cap {
        records: 4,
        pages: 20,
    })
    .await
    .unwrap();
    assert_eq!((few.records.len(), few.more), (4, true));
    let vestby = values(json!({"q": "vestby"}));
    let found = desk
        .connection
        .search("crm.deals", &vestby, INTERNAL, Cap::default());
    assert_eq!(found.await.unwrap().records.len(), 2);
}

#[tokio::test]
async fn what_does_not_only_read_is_no_read_and_wrong_arguments_are_not_sent() {
    let desk = Desk::open();
    let before = desk.company.log().len();
    for (operation, arguments) in [
        ("crm.deals.update", json!({"id": DEAL, "stage": "closed_won"})),
        ("crm.deals.get", json!({})),
        ("crm.deals.get", json!({"id": "20418/../20366"})),
        ("crm.deals.get", json!({"id": -1})),
        ("crm.deals.get", json!({"id": DEAL, "more": 1})),
        ("crm.deals.list", json!({"limit": 1_000})),
        ("crm.deals.melt", json!({})),
    ] {
        let given = values(arguments.clone());
        let read = desk.connection.read(operation, &given, INTERNAL, Cap::default());
        assert!(read.await.is_err(), "{operation} {arguments}");
    }
    assert_eq!(desk.company.log().len(), before);
}

#[tokio::test]
async fn a_pause_that_was_asked_for_is_kept() {
    let desk = Desk::open();
    desk.company.fault("crm.deals.get", "too_many_requests");
    let refused = desk.connection.record("crm.deals", "20418").await.unwrap_err();
    assert!(
        matches!(refused, Trouble::Refused { status: 429, .. }),
        "{refused}"
    );
    let before = desk.company.log().len();
    desk.clock.pass(6_999);
    for _ in 0..20 {
        let resting = desk.connection.record("crm.deals", "20418").await.unwrap_err();
        assert!(
            matches!(resting, Trouble::Egress(EgressError::Resting { after: 1, .. })),
            "{resting}"
        );
    }
    assert_eq!(desk.company.log().len(), before);
    desk.clock.pass(1);
    assert!(desk.connection.record("crm.deals", "20418").await.is_ok());
}

#[tokio::test]
async fn a_system_that_fails_again_and_again_is_left_in_peace() {
    let desk = Desk::open();
    for _ in 0..5 {
        desk.company.fault("crm.deals.get", "error_before");
        desk.connection.record("crm.deals", "20418").await.unwrap_err();
    }
    let before = desk.company.log().len();
    let resting = desk.connection.record("crm.deals", "20418").await.unwrap_err();
    assert!(
        matches!(resting, Trouble::Egress(EgressError::Resting { .. })),
        "{resting}"
    );
    assert_eq!(desk.company.log().len(), before);
    desk.clock.pass(15_000);
    assert!(desk.connection.record("crm.deals", "20418").await.is_ok());
}

#[tokio::test]
async fn an_answer_with_a_tag_is_asked_for_again_only_if_it_changed() {
    let times = AtomicUsize::new(0);
    let peer = Peer::start(move |request| {
        let body = r#"{"id": "a", "title": "One"}"#;
        match times.fetch_add(1, Ordering::SeqCst) {
            0 => answer("200", &[("ETag", "\"v1\"")], body),
            1 => {
                assert!(request.contains("if-none-match: \"v1\""), "{request}");
                answer("304", &[("ETag", "\"v1\"")], "")
            }
            _ => answer("200", &[("ETag", "\"v2\"")], &body.replace("One", "Two")),
        }
    });
    let (connection, ..) = connected(&peer.url(), &[&peer.url()], &notes(), Limits::default());
    for (version, title) in [("v1", "One"), ("v1", "One"), ("v2", "Two")] {
        let note = connection.record("notes", "a").await.unwrap();
        assert_eq!(
            (note.version.as_deref(), note.title()),
            (Some(version), Some(title))
        );
    }
}

#[tokio::test]
async fn another_record_than_the_one_that_was_asked_for_is_not_taken() {
    let peer = Peer::start(|_| answer("200", &[], r#"{"id": "b", "title": "Other"}"#));
    let (connection, ..) = connected(&peer.url(), &[&peer.url()], &notes(), Limits::default());
    let other = connection.record("notes", "a").await.unwrap_err();
    assert!(matches!(other, Trouble::Missing { .. }));
}

#[tokio::test]
async fn pages_that_go_round_in_a_circle_are_left() {
    let peer = Peer::start(|_| answer("200", &[], r#"{"items": [{"id": "a"}], "next_cursor": "again"}"#));
    let (connection, ..) = connected(&peer.url(), &[&peer.url()], &notes(), Limits::default());
    let nothing = Default::default();
    let read = connection.read("notes.search", &nothing, INTERNAL, Cap::default());
    assert!(matches!(read.await.unwrap_err(), Trouble::Form { .. }));
    assert_eq!(peer.asked().len(), 2);
}

#[tokio::test]
async fn every_contact_is_written_down_with_its_bytes() {
    let body = r#"{"id": "a", "title": "One"}"#;
    let peer = Peer::start(move |_| answer("200", &[], body));
    let (connection, contacts, _) = connected(&peer.url(), &[&peer.url()], &notes(), Limits::default());
    connection.record("notes", "a").await.unwrap();
    let kept = contacts.all();
    let bytes_out = kept[0].bytes_out;
    let expected = Contact {
        at: 1_790_251_500_000,
        system: system(),
        host: peer.url(),
        purpose: Purpose::Read,
        method: "GET".to_owned(),
        path: "/notes/a".to_owned(),
        bytes_out,
        bytes_in: body.len() as u64,
        ended: Ended::Answered { status: 200 },
    };
    assert_eq!(kept, [expected]);
    let sent = peer.asked()[0].len() as u64;
    assert!(bytes_out > 60 && bytes_out <= sent, "{bytes_out} of {sent}");
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_is_written_down_too() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let (connection, contacts, _) = connected(&url, &[&url], &notes(), Limits::default());
    let accepted = tokio::task::spawn_blocking(move || silent.accept().unwrap());
    tokio::select! {
        biased;
        // The connection stands, and no answer ever comes.
        _ = accepted => {}
        _ = connection.record("notes", "a") => panic!("nobody answers"),
    }
    assert_eq!(contacts.all()[0].ended, Ended::GivenUp);
}
