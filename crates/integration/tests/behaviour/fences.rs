//! What is not let out, and what is not let in.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use domain::Confidentiality;
use integration::egress::{
    Egress, EgressError, Ended, Host, HostError, KeptContacts, Limits, MadeUpNames, Reach, Surroundings,
};
use integration::{Cap, HandClock, Outcome, Trouble};
use serde_json::json;

use crate::desk::{KEY, connected, connection, effect, perform, system, values};
use crate::peer::{Peer, Silent, answer, notes};

/// A way out to `https://crm.example.com:PORT`, whose name leads to these addresses.
fn example(port: u16, addresses: &[&str], reach: Reach) -> (Arc<Egress>, Arc<KeptContacts>, String) {
    let base = format!("https://crm.example.com:{port}");
    let contacts = Arc::new(KeptContacts::default());
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let around = Surroundings {
        names: Arc::new(MadeUpNames(BTreeMap::from([(
            "crm.example.com".to_owned(),
            addresses,
        )]))),
        log: contacts.clone(),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let declared = [(system(), Host::parse(&base, reach).unwrap())];
    (
        Arc::new(Egress::open(declared, Limits::default(), around).unwrap()),
        contacts,
        base,
    )
}

#[tokio::test]
async fn a_host_that_was_not_declared_gets_no_packet() {
    let silent = Silent::listen();
    let declared = Silent::listen();
    let own = format!("http://127.0.0.1:{}", declared.port());
    for base in [
        format!("http://127.0.0.1:{}", silent.port()),
        format!("http://localhost:{}", silent.port()),
        format!("https://127.0.0.1:{}", declared.port()),
        format!("http://localhost:{}", declared.port()),
        format!("http://127.0.0.2:{}", declared.port()),
    ] {
        let (connection, contacts, _) = connected(&base, &[&own], &notes(), Limits::default());
        let refused = connection.record("notes", "a").await.unwrap_err();
        assert!(
            matches!(refused, Trouble::Egress(EgressError::Undeclared { .. })),
            "{refused}"
        );
        assert!(
            refused.to_string().contains("is not among the hosts"),
            "{refused}"
        );
        let made = effect(&connection, "notes.create", json!({"title": "One"}));
        let preview = connection.preview(&made).await.unwrap();
        assert!(matches!(
            perform(&connection, &preview, KEY).await,
            Outcome::Refused { status: None, .. }
        ));
        let kept = contacts.all();
        assert!(
            kept.len() == 2
                && kept
                    .iter()
                    .all(|contact| contact.ended == Ended::Refused && contact.bytes_out == 0)
        );
    }
    silent.assert_untouched();
    declared.assert_untouched();
}

#[tokio::test]
async fn the_hosts_of_one_connection_are_not_those_of_another() {
    let silent = Silent::listen();
    let base = format!("http://127.0.0.1:{}", silent.port());
    let around = Surroundings {
        names: Arc::new(MadeUpNames::default()),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let other = "another-system".parse().unwrap();
    let declared = [(other, Host::parse(&base, Reach::ThisMachine).unwrap())];
    let egress = Arc::new(Egress::open(declared, Limits::default(), around).unwrap());
    let connection = connection(&base, &notes(), egress, "for-tests");
    let refused = connection.record("notes", "a").await.unwrap_err();
    assert!(matches!(refused, Trouble::Egress(EgressError::Undeclared { .. })));
    silent.assert_untouched();
}

#[tokio::test]
async fn a_public_name_that_leads_into_this_machine_or_the_office_gets_no_packet() {
    let silent = Silent::listen();
    for addresses in [
        vec!["127.0.0.1"],
        vec!["93.184.215.14", "127.0.0.1"],
        vec!["::1"],
        vec!["::ffff:127.0.0.1"],
        vec!["10.1.2.3"],
        vec!["169.254.169.254"],
        vec!["0.0.0.0"],
    ] {
        let (egress, contacts, base) = example(silent.port(), &addresses, Reach::Public);
        let connection = connection(&base, &notes(), egress, "for-tests");
        let refused = connection.record("notes", "a").await.unwrap_err();
        assert!(
            matches!(refused, Trouble::Egress(EgressError::Address { .. })),
            "{addresses:?}: {refused}"
        );
        assert_eq!(contacts.all()[0].ended, Ended::Refused);
    }
    let (egress, ..) = example(silent.port(), &["127.0.0.1"], Reach::Company);
    let connection = connection(
        &format!("https://crm.example.com:{}", silent.port()),
        &notes(),
        egress,
        "for-tests",
    );
    assert!(connection.record("notes", "a").await.is_err());
    silent.assert_untouched();
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_surely_nothing_sent() {
    let (egress, _, base) = example(443, &[], Reach::Public);
    let nowhere = connection("https://crm.example.com", &notes(), egress, "for-tests");
    assert_eq!(base, "https://crm.example.com:443");
    let made = effect(&nowhere, "notes.create", json!({"title": "One"}));
    let preview = nowhere.preview(&made).await.unwrap();
    let outcome = perform(&nowhere, &preview, KEY).await;
    assert!(matches!(outcome, Outcome::NotTaken { .. }), "{outcome:?}");
}

#[test]
fn one_name_has_one_reach() {
    let hosts = [
        ("https://a.example.com", Reach::Public),
        ("https://a.example.com:8443", Reach::Company),
    ];
    let declared = hosts.map(|(host, reach)| (system(), Host::parse(host, reach).unwrap()));
    let around = Surroundings {
        names: Arc::new(MadeUpNames::default()),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let opened = Egress::open(declared, Limits::default(), around);
    assert!(matches!(opened.err(), Some(HostError::Twice(_))));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_goes_nowhere_else() {
    for status in ["301", "302", "303", "307", "308"] {
        let elsewhere = Silent::listen();
        let there = format!("http://127.0.0.1:{}", elsewhere.port());
        let location = format!("{there}/steal");
        let peer = Peer::start(move |_| answer(status, &[("Location", &location)], ""));
        // Even a declared host gets nothing by a redirect.
        let (connection, ..) = connected(&peer.url(), &[&peer.url(), &there], &notes(), Limits::default());
        let refused = connection.record("notes", "a").await.unwrap_err();
        assert!(matches!(refused, Trouble::Refused { .. }), "{refused}");
        let made = effect(&connection, "notes.create", json!({"title": "One"}));
        let preview = connection.preview(&made).await.unwrap();
        let outcome = perform(&connection, &preview, KEY).await;
        assert!(matches!(outcome, Outcome::Lost { .. }), "{outcome:?}");
        assert_eq!(peer.asked().len(), 2);
        elsewhere.assert_untouched();
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_and_one_that_is_packed_is_not_unpacked() {
    let limits = Limits {
        largest: 64 << 10,
        ..Limits::default()
    };
    let large = format!(r#"{{"id": "a", "title": "{}"}}"#, "x".repeat(8 << 20));
    let peer = Peer::start(move |_| answer("200", &[], &large));
    let (connection, contacts, _) = connected(&peer.url(), &[&peer.url()], &notes(), limits);
    let cut = connection.record("notes", "a").await.unwrap_err();
    assert!(
        matches!(cut, Trouble::Egress(EgressError::TooLarge { limit: 65_536, .. })),
        "{cut}"
    );
    let contact = contacts.all().pop().unwrap();
    assert!(
        contact.ended == Ended::Cut && contact.bytes_in < 2 << 20,
        "{contact:?}"
    );
    let made = effect(&connection, "notes.create", json!({"title": "One"}));
    let preview = connection.preview(&made).await.unwrap();
    assert!(matches!(
        perform(&connection, &preview, KEY).await,
        Outcome::Lost { .. }
    ));

    let peer = Peer::start(|_| answer("200", &[("Content-Encoding", "gzip")], "\u{1f}x"));
    let (connection, ..) = connected(&peer.url(), &[&peer.url()], &notes(), Limits::default());
    let packed = connection.record("notes", "a").await.unwrap_err();
    assert!(
        matches!(packed, Trouble::Egress(EgressError::Unreadable { .. })),
        "{packed}"
    );
    assert!(!peer.asked()[0].to_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn an_answer_that_does_not_say_that_it_was_done_is_no_yes() {
    for (status, body) in [
        ("200", "<html>Log in to the guest network</html>"),
        ("200", ""),
        ("200", "[1]"),
        ("202", "{}"),
        ("206", "{}"),
        ("408", "{}"),
        ("500", "{}"),
        ("503", "{}"),
    ] {
        let peer = Peer::start(move |_| answer(status, &[], body));
        let (connection, ..) = connected(&peer.url(), &[&peer.url()], &notes(), Limits::default());
        let made = effect(&connection, "notes.create", json!({"title": "One"}));
        let preview = connection.preview(&made).await.unwrap();
        let outcome = perform(&connection, &preview, KEY).await;
        assert!(
            matches!(outcome, Outcome::Lost { .. }),
            "{status} {body}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn what_never_leaves_does_not_leave() {
    let silent = Silent::listen();
    let base = format!("http://127.0.0.1:{}", silent.port());
    let (connection, ..) = connected(&base, &[&base], &notes(), Limits::default());
    let words = values(json!({"q": "x"}));
    let read = connection.read("notes.search", &words, Confidentiality::Secret, Cap::default());
    let refused = read.await.unwrap_err();
    assert!(
        matches!(refused, Trouble::Egress(EgressError::Secret { .. })),
        "{refused}"
    );
    silent.assert_untouched();
}
