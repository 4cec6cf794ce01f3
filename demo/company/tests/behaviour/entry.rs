//! Who may ask, and from where.

use std::net::SocketAddr;

use company::{Server, Settings};
use serde_json::json;

use crate::house::{House, KARI, Request, settings};

#[tokio::test]
async fn nothing_but_this_machine_can_ask() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let settings = Settings {
            address,
            ..settings(None)
        };
        let error = Server::open(settings).await.err().unwrap().to_string();
        assert!(error.contains(&address.to_string()), "{error}");
    }
}

#[tokio::test]
async fn an_empty_token_is_refused_at_the_start() {
    let settings = Settings {
        token: String::new(),
        ..settings(None)
    };
    assert!(Server::open(settings).await.is_err());
}

#[test]
fn without_the_token_nobody_gets_in_and_the_log_has_it() {
    let house = House::open();
    let before = house.state();
    for token in [
        None,
        Some(""),
        Some("for-test"),
        Some("for-tests2"),
        Some("for-tests."),
        Some("for-tests.nobody"),
    ] {
        for request in [
            Request::new("GET", "/crm/deals"),
            Request::new("DELETE", "/mail/drafts/52001"),
            Request::new("GET", "/nowhere"),
            Request::new("GET", "/panel/log"),
            Request::new("PUT", "/panel/faults").body(&json!({"faults": []})),
            Request::new("POST", "/panel/reset"),
            Request::new("POST", "/panel"),
        ] {
            let response = house.send(&request.token(token));
            assert_eq!(response.status, 401, "{token:?}");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
        }
    }
    assert_eq!(house.state(), before);
    let log = house.log();
    assert_eq!(log.len(), 18);
    assert!(
        log.iter()
            .all(|entry| entry["who"].is_null() && entry["status"] == 401)
    );
}

#[test]
fn the_description_and_the_page_are_open_to_all() {
    let house = House::open();
    for (path, kind) in [("/openapi.json", "application/json"), ("/panel", "text/html")] {
        let response = house.send(&Request::new("GET", path).token(None));
        assert_eq!(response.status, 200);
        assert!(response.header("content-type").unwrap().starts_with(kind));
    }
}

#[test]
fn the_page_says_that_nothing_is_real_and_holds_no_record() {
    let house = House::open();
    let page = house.send(&Request::new("GET", "/panel").token(None)).text();
    assert!(page.contains("Demo company: nothing here is real"));
    assert!(!page.contains("Halden") && !page.contains("for-tests"));
}

#[test]
fn a_colleague_writes_under_their_own_name() {
    let house = House::open();
    let change = Request::new("PATCH", "/crm/deals/20437").body(&json!({"close_date": "2026-11-06"}));
    let deal = house.send(&change.token(Some(KARI))).json();
    assert_eq!(deal["updated_by"], "kari.holm@northwind-robotics.com");
    assert_eq!(house.last()["who"], "kari.holm@northwind-robotics.com");
}

#[test]
fn a_mailbox_is_closed_to_colleagues() {
    let house = House::open();
    let before = house.state();
    for (method, path) in [("GET", "/mail/messages"), ("POST", "/mail/drafts/52001/send")] {
        let response = house.send(&Request::new(method, path).token(Some(KARI)));
        assert_eq!(response.status, 403);
    }
    assert_eq!(house.state(), before);
}

#[test]
fn the_log_never_has_the_token() {
    let house = House::open();
    house.get("/crm/deals");
    house.send(&Request::new("GET", "/crm/deals").token(Some("a-wrong-secret")));
    let log = house.get("/panel/log").to_string();
    assert!(!log.contains("for-tests") && !log.contains("a-wrong-secret"));
}

#[test]
fn a_body_that_is_too_large_is_refused_and_logged() {
    let house = House::open();
    let body = json!({"name": "x".repeat(2 << 20)});
    let response = house.try_send(&Request::new("POST", "/crm/contacts").body(&body));
    // Who still writes when the server has refused may see a reset instead of the refusal.
    assert!(response.is_err() || response.unwrap().status == 413);
    let entry = house.last();
    assert_eq!(
        (&entry["status"], &entry["body_hash"]),
        (&json!(413), &json!(null))
    );
    assert_eq!(entry["applied"], json!([]));
}
