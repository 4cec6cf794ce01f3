//! Writes: conditions, checks, mail, and the reset.

use serde_json::{Value, json};

use crate::house::{House, KARI, Request};

fn count(house: &House, kind: &str) -> usize {
    house.state()[kind].as_array().unwrap().len()
}

#[test]
fn a_write_with_the_current_version_is_done() {
    let house = House::open();
    for (path, body) in [
        (
            "/crm/deals/20418",
            json!({"close_date": "2026-10-30", "pilot_site": null}),
        ),
        (
            "/helpdesk/tickets/4812",
            json!({"priority": "high", "tags": ["amr", "moss", "fw-4.2.1"]}),
        ),
        (
            "/mail/drafts/52001",
            json!({"cc": ["kari.holm@northwind-robotics.com"]}),
        ),
    ] {
        let read = house.send(&Request::new("GET", path));
        let tag = read.header("etag").unwrap();
        let response = house.send(&Request::new("PATCH", path).body(&body).header("if-match", tag));
        assert_eq!(response.status, 200);
        let after = response.json();
        assert_eq!(after["version"], read.json()["version"].as_u64().unwrap() + 1);
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(&after[name], value);
        }
        assert_eq!(house.get(path), after);
    }
}

#[test]
fn a_write_with_an_old_version_does_nothing_and_says_the_current_one() {
    let house = House::open();
    let before = house.state();
    for (method, path, body) in [
        ("PATCH", "/crm/deals/20418", json!({"amount_eur": 1})),
        ("DELETE", "/crm/deals/20418", json!(null)),
        ("PUT", "/crm/deals/20418/contacts/30204", json!(null)),
        ("PATCH", "/helpdesk/tickets/4812", json!({"status": "closed"})),
        ("POST", "/helpdesk/tickets/4812/replies", json!({"body": "x"})),
        ("POST", "/mail/drafts/52001/send", json!(null)),
    ] {
        let request = Request::new(method, path)
            .body(&body)
            .header("if-match", "\"999\"");
        let response = house.send(&request);
        assert_eq!(response.status, 412, "{method} {path}");
        let current = response.json()["error"]["current_version"].clone();
        assert_eq!(response.header("etag"), Some(format!("\"{current}\"").as_str()));
    }
    assert_eq!(house.state(), before);
}

#[test]
fn any_of_several_versions_may_be_named() {
    let house = House::open();
    let body = json!({"amount_eur": 1_181_280});
    let change = Request::new("PATCH", "/crm/deals/20418").body(&body);
    assert_eq!(
        house
            .send(&change.clone().header("if-match", "\"11\", \"12\""))
            .status,
        200
    );
    assert_eq!(house.send(&change.clone().header("if-match", "*")).status, 200);
    for malformed in ["12", "W/\"13\"", ""] {
        assert_eq!(
            house.send(&change.clone().header("if-match", malformed)).status,
            400
        );
    }
}

#[test]
fn a_comment_counts_as_a_change_of_its_ticket() {
    let house = House::open();
    let note = Request::new("POST", "/helpdesk/tickets/4812/notes").body(&json!({"body": "Rune called."}));
    assert_eq!(house.send(&note.clone().token(Some(KARI))).status, 201);
    assert_eq!(house.get("/helpdesk/tickets/4812")["version"], 8);
    assert_eq!(house.send(&note.header("if-match", "\"7\"")).status, 412);
}

#[test]
fn contacts_know_no_conditions_and_the_version_shows_only_afterwards() {
    let house = House::open();
    let path = "/crm/contacts/30201";
    assert_eq!(house.send(&Request::new("GET", path)).header("etag"), None);
    let change = Request::new("PATCH", path).body(&json!({"title": "Head of Automation"}));
    let response = house.send(&change.header("if-match", "\"1\""));
    assert_eq!((response.status, &response.json()["version"]), (200, &json!(6)));
}

#[test]
fn the_same_change_again_changes_nothing_not_even_the_version() {
    let house = House::open();
    let change = Request::new("PATCH", "/crm/accounts/70114").body(&json!({"sla_uptime": 99.5}));
    let first = house.send(&change).json();
    assert_eq!(first, house.send(&change).json());
    assert_eq!(house.last()["applied"], json!([]));
}

#[test]
fn what_cannot_be_taken_is_refused_by_name_and_nothing_is_done() {
    let house = House::open();
    let before = house.state();
    for (path, body, name) in [
        ("/crm/deals", json!({"account": 70114}), "name"),
        ("/crm/deals", json!({"name": " ", "account": 70114}), "name"),
        ("/crm/deals", json!({"name": "x", "account": 1}), "crm.accounts"),
        (
            "/crm/deals",
            json!({"name": "x", "account": 70114, "contacts": []}),
            "contacts",
        ),
        (
            "/crm/deals",
            json!({"name": "x", "account": 70114, "colour": 1}),
            "colour",
        ),
        (
            "/crm/deals",
            json!({"name": "x", "account": 70114, "stage": "won"}),
            "stage",
        ),
        (
            "/crm/deals",
            json!({"name": "x", "account": 70114, "stage": null}),
            "stage",
        ),
        (
            "/crm/deals",
            json!({"name": "x", "account": 70114, "amount_eur": -1}),
            "amount_eur",
        ),
        (
            "/crm/deals",
            json!({"name": "x", "account": 70114, "close_date": "30 Oct"}),
            "close_date",
        ),
        ("/helpdesk/tickets", json!({"subject": "x", "tags": [""]}), "tags"),
        (
            "/helpdesk/tickets",
            json!({"subject": "x", "reply_due_at": "soon"}),
            "reply_due_at",
        ),
        ("/helpdesk/tickets/4812/replies", json!({"body": ""}), "body"),
        (
            "/helpdesk/tickets/4812/replies",
            json!({"body": "x", "public": false}),
            "public",
        ),
        (
            "/mail/drafts",
            json!({"subject": "x", "to": ["a@b.no, c@d.no"]}),
            "to",
        ),
        (
            "/mail/drafts",
            json!({"subject": "x", "from": "kari.holm@northwind-robotics.com"}),
            "from",
        ),
    ] {
        let response = house.send(&Request::new("POST", path).body(&body));
        assert_eq!(response.status, 422, "{body}");
        assert!(response.text().contains(name), "{}", response.text());
    }
    assert_eq!(house.send(&Request::new("POST", "/crm/deals")).status, 400);
    assert_eq!(
        house
            .send(&Request::new("POST", "/crm/deals").body(&json!([])))
            .status,
        400
    );
    assert_eq!(house.state(), before);
}

#[test]
fn what_others_point_to_cannot_be_deleted() {
    let house = House::open();
    let response = house.send(&Request::new("DELETE", "/crm/contacts/30201"));
    assert_eq!(response.status, 409);
    assert!(response.text().contains("deal 20418"), "{}", response.text());
    assert_eq!(
        house.send(&Request::new("DELETE", "/crm/contacts/30204")).status,
        409
    );
    assert_eq!(
        house.send(&Request::new("DELETE", "/crm/contacts/30215")).status,
        200
    );
}

#[test]
fn a_public_reply_leaves_the_company_and_a_note_does_not() {
    let house = House::open();
    let say = |what: &str| {
        let body = json!({"body": format!("A {what}.")});
        let response =
            house.send(&Request::new("POST", &format!("/helpdesk/tickets/4812/{what}")).body(&body));
        assert_eq!(response.status, 201);
        response.json()
    };
    let note = say("notes");
    assert_eq!(
        (&note["public"], count(&house, "mail.outbox")),
        (&json!(false), 0)
    );
    let reply = say("replies");
    let outbox = house.get("/mail/outbox");
    let sent = &outbox["items"][0];
    assert_eq!(sent["to"], json!(["ingrid.solberg@halden-logistics.no"]));
    assert_eq!(
        (&sent["via"], &sent["body"], &sent["origin"]),
        (&json!("helpdesk"), &json!("A replies."), &reply["id"])
    );
    let delete = |comment: &Value| {
        let path = format!("/helpdesk/comments/{}", comment["id"]);
        house.send(&Request::new("DELETE", &path)).status
    };
    assert_eq!((delete(&reply), delete(&note)), (409, 200));
}

#[test]
fn a_reply_to_nobody_is_refused() {
    let house = House::open();
    let create = Request::new("POST", "/helpdesk/tickets").body(&json!({"subject": "Without a requester"}));
    let id = house.send(&create).json()["id"].clone();
    let reply = Request::new("POST", &format!("/helpdesk/tickets/{id}/replies")).body(&json!({"body": "x"}));
    assert_eq!(house.send(&reply).status, 422);
    assert_eq!(count(&house, "mail.outbox"), 0);
}

#[test]
fn only_a_draft_can_be_sent_and_only_once() {
    let house = House::open();
    for path in [
        "/mail/messages/51010/send",
        "/mail/outbox",
        "/mail/messages",
        "/mail/send",
    ] {
        let response = house.send(&Request::new("POST", path).body(&json!({"to": ["a@b.no"]})));
        assert!(matches!(response.status, 404 | 405), "{path}");
    }
    let body = json!({"to": ["ingrid.solberg@halden-logistics.no"], "subject": "Re: Expansion timing",
        "body": "Hello Ingrid,", "attachments": ["Offer NR-2026-0588 rev 2.pdf"]});
    let draft = house.send(&Request::new("POST", "/mail/drafts").body(&body));
    assert_eq!(count(&house, "mail.outbox"), 0);
    let path = draft.header("location").unwrap();
    assert_eq!(house.get(path), draft.json());
    let send = Request::new("POST", &format!("{path}/send"));
    let sent = house.send(&send).json();
    assert_eq!(
        (&sent["folder"], &sent["subject"]),
        (&json!("sent"), &body["subject"])
    );
    assert_eq!(house.send(&send).status, 404);
    let outbox = house.get("/mail/outbox");
    assert_eq!(outbox["items"].as_array().unwrap().len(), 1);
    for name in ["to", "subject", "body", "attachments"] {
        assert_eq!(outbox["items"][0][name], body[name]);
    }
    assert_eq!(outbox["items"][0]["message_id"], draft.json()["message_id"]);
    assert_eq!(house.send(&Request::new("GET", path)).status, 404);
}

#[test]
fn a_draft_to_nobody_is_not_sent() {
    let house = House::open();
    let draft = house.send(&Request::new("POST", "/mail/drafts").body(&json!({"subject": "x"})));
    let send = Request::new("POST", &format!("{}/send", draft.header("location").unwrap()));
    assert_eq!(house.send(&send).status, 422);
    assert_eq!(count(&house, "mail.outbox"), 0);
}

#[test]
fn the_log_has_each_request_with_what_it_did() {
    let house = House::open();
    house.get("/crm/deals/20418?");
    let send = Request::new("POST", "/mail/drafts/52001/send").header("idempotency-key", "k-9");
    house.send(&send.header("if-match", "\"1\""));
    house.send(&Request::new("DELETE", "/nowhere"));
    let log = house.log();
    let seqs: Vec<u64> = log.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(log[0]["applied"], json!([]));
    assert_eq!(log[1]["operation"], "mail.drafts.send");
    assert_eq!(log[1]["idempotency_key"], "k-9");
    assert_eq!(log[1]["if_match"], "\"1\"");
    assert_eq!(log[1]["body_hash"], blake3::hash(b"").to_hex().as_str());
    assert_eq!(
        log[1]["applied"],
        json!([
            {"kind": "mail.drafts", "id": 52001, "old_version": 1, "new_version": null},
            {"kind": "mail.messages", "id": 51011, "old_version": null, "new_version": 1},
            {"kind": "mail.outbox", "id": 10001, "old_version": null, "new_version": 1},
        ])
    );
    assert_eq!(
        (&log[2]["operation"], &log[2]["status"]),
        (&json!(null), &json!(404))
    );
    assert_eq!(house.get("/panel/log?after=2")["entries"][0], log[2]);
}

#[test]
fn a_reset_begins_the_day_again() {
    let house = House::open();
    let morning = house.state();
    let create = Request::new("POST", "/crm/deals")
        .body(&json!({"name": "x", "account": 70114}))
        .header("idempotency-key", "k");
    house.send(&create);
    house.faults(json!([{"operation": "*", "fault": "error_before"}]));
    assert_eq!(house.send(&Request::new("POST", "/panel/reset")).status, 200);
    assert_eq!((house.state(), house.log().len()), (morning, 0));
    let again = house.send(&create);
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, None));
    assert_eq!(house.last()["seq"], 2);
}

#[test]
fn what_was_on_its_way_when_the_day_began_again_does_nothing() {
    let house = House::open();
    let morning = house.state();
    house.faults(json!([{"operation": "*", "fault": "latency_before", "delay_ms": 600_000}]));
    let change = Request::new("PATCH", "/crm/deals/20418").body(&json!({"amount_eur": 1}));
    let stream = change.start(house.address).unwrap();
    house.wait_until(|house| !house.log().is_empty());
    house.send(&Request::new("POST", "/panel/reset"));
    let state = Request::new("GET", "/panel/state").start(house.address).unwrap();
    assert_eq!(crate::house::Response::read(state).unwrap().json(), morning);
    house.ending.cancel();
    assert_eq!(crate::house::Response::read(stream).unwrap().status, 503);
}
