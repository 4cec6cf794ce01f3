//! Every operation keeps the promise of its class.

use company::operations::{Class, OPERATIONS, Operation};
use serde_json::{Value, json};

use crate::house::{House, KARI, Request};

/// A call of every operation that writes, which can be done on the morning of the demo day.
fn example(operation: &Operation) -> Request {
    let (path, body) = match operation.id {
        "crm.accounts.update" => ("/crm/accounts/70114", json!({"sla_uptime": 99.5})),
        "crm.contacts.create" => (
            "/crm/contacts",
            json!({"name": "Nils Berg", "external_id": "m-1"}),
        ),
        "crm.contacts.update" => (
            "/crm/contacts/30216",
            json!({"email": "pal.sand@moss-terminal.no"}),
        ),
        "crm.contacts.delete" => ("/crm/contacts/30215", json!(null)),
        "crm.deals.create" => ("/crm/deals", json!({"name": "Chargers", "account": 70114})),
        "crm.deals.update" => ("/crm/deals/20418", json!({"close_date": "2026-10-30"})),
        "crm.deals.delete" => ("/crm/deals/20441", json!(null)),
        "crm.deals.link" => ("/crm/deals/20418/contacts/30203", json!(null)),
        "crm.deals.unlink" => ("/crm/deals/20418/contacts/30202", json!(null)),
        "crm.activities.create" => (
            "/crm/activities",
            json!({"type": "task", "subject": "Questionnaire", "due": "2026-10-02"}),
        ),
        "crm.activities.delete" => ("/crm/activities/60301", json!(null)),
        "helpdesk.tickets.create" => (
            "/helpdesk/tickets",
            json!({"subject": "Lost robot", "external_id": "m-1"}),
        ),
        "helpdesk.tickets.update" => ("/helpdesk/tickets/4812", json!({"priority": "high"})),
        "helpdesk.tickets.reply" => (
            "/helpdesk/tickets/4812/replies",
            json!({"body": "Please see KB-0193."}),
        ),
        "helpdesk.tickets.note" => ("/helpdesk/tickets/4812/notes", json!({"body": "Sent KB-0193."})),
        "helpdesk.comments.delete" => ("/helpdesk/comments/91009", json!(null)),
        "mail.messages.update" => ("/mail/messages/51010", json!({"folder": "archive", "read": true})),
        "mail.drafts.create" => ("/mail/drafts", json!({"subject": "Offer", "message_id": "m-1"})),
        "mail.drafts.update" => ("/mail/drafts/52001", json!({"body": "See you on the 6th."})),
        "mail.drafts.delete" => ("/mail/drafts/52001", json!(null)),
        "mail.drafts.send" => ("/mail/drafts/52001/send", json!(null)),
        other => panic!("no example of `{other}`"),
    };
    Request::new(operation.method, path).body(&body)
}

fn writes(class: Class) -> impl Iterator<Item = &'static Operation> {
    OPERATIONS
        .iter()
        .filter(move |op| op.undo.is_some() && op.class == class)
}

fn records(state: &Value) -> usize {
    let kinds = state.as_object().unwrap().values();
    kinds.map(|records| records.as_array().unwrap().len()).sum()
}

#[test]
fn every_write_can_be_done_and_the_log_says_what_it_did() {
    for operation in OPERATIONS.iter().filter(|op| op.undo.is_some()) {
        let house = House::open();
        let before = house.state();
        let response = house.send(&example(operation));
        assert!(
            matches!(response.status, 200 | 201),
            "{}: {}",
            operation.id,
            response.text()
        );
        assert_ne!(house.state(), before, "{}", operation.id);
        let entry = house.last();
        assert_eq!(entry["operation"], operation.id);
        assert_ne!(entry["applied"], json!([]), "{}", operation.id);
    }
}

#[test]
fn no_read_changes_anything() {
    let house = House::open();
    let before = house.state();
    for operation in OPERATIONS.iter().filter(|op| op.undo.is_none()) {
        house.send(&Request::new("GET", &operation.path.replace("{id}", "4812")));
        assert_eq!(house.last()["applied"], json!([]), "{}", operation.id);
    }
    assert_eq!(house.state(), before);
}

#[test]
fn of_class_u_the_same_call_twice_leaves_the_same_state() {
    for operation in writes(Class::U) {
        let house = House::open();
        house.send(&example(operation));
        let once = house.state();
        house.send(&example(operation));
        assert_eq!(house.state(), once, "{}", operation.id);
    }
}

#[test]
fn of_class_k_the_same_key_gets_the_first_answer_and_no_second_effect() {
    for operation in writes(Class::K) {
        let house = House::open();
        let request = example(operation).header("idempotency-key", "k-1");
        let first = house.send(&request);
        let once = house.state();
        house.later(24 * 60 * 60 - 1);
        let second = house.send(&request);
        assert_eq!(house.state(), once, "{}", operation.id);
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        for name in ["etag", "location"] {
            assert_eq!(first.header(name), second.header(name));
        }
        assert_eq!(second.header("idempotent-replayed"), Some("true"));
        let entry = house.last();
        assert_eq!(
            (&entry["replayed"], &entry["applied"]),
            (&json!(true), &json!([]))
        );
    }
}

#[test]
fn a_key_is_forgotten_after_a_day() {
    let house = House::open();
    let create = example(company::operations::named("crm.deals.create").unwrap());
    let create = create.header("idempotency-key", "k-1");
    let first = house.send(&create).json();
    house.later(24 * 60 * 60);
    assert_ne!(house.send(&create).json()["id"], first["id"]);
}

#[test]
fn a_key_of_another_request_is_refused() {
    let house = House::open();
    let create = |name: &str, path: &str| {
        let body = json!({"name": name, "account": 70114});
        Request::new("POST", path)
            .body(&body)
            .header("idempotency-key", "k-1")
    };
    assert_eq!(house.send(&create("One", "/crm/deals")).status, 201);
    let once = house.state();
    let other = house.send(&create("Other", "/crm/deals"));
    assert_eq!(
        (other.status, &other.json()["error"]["code"]),
        (422, &json!("key_reused"))
    );
    assert_eq!(
        house.send(&create("One", "/helpdesk/tickets/4812/notes")).status,
        422
    );
    assert_eq!(house.state(), once);
}

#[test]
fn keys_of_different_people_do_not_meet() {
    let house = House::open();
    let create = Request::new("POST", "/crm/deals")
        .body(&json!({"name": "One", "account": 70114}))
        .header("idempotency-key", "k-1");
    let mine = house.send(&create).json();
    assert_ne!(house.send(&create.token(Some(KARI))).json()["id"], mine["id"]);
}

#[test]
fn a_refusal_uses_no_key_up() {
    let house = House::open();
    let create = |body: Value| {
        Request::new("POST", "/crm/deals")
            .body(&body)
            .header("idempotency-key", "k-1")
    };
    assert_eq!(house.send(&create(json!({"name": "One"}))).status, 422);
    let mended = create(json!({"name": "One", "account": 70114}));
    assert_eq!(house.send(&mended).status, 201);
}

#[test]
fn a_key_on_an_operation_without_keys_is_ignored() {
    for class in [Class::P, Class::N] {
        for operation in writes(class) {
            let house = House::open();
            let request = example(operation).header("idempotency-key", "k-1");
            let first = house.send(&request).json();
            assert_ne!(house.send(&request).json()["id"], first["id"], "{}", operation.id);
        }
    }
}

#[test]
fn of_class_p_a_marker_is_found_and_nothing_stops_a_second_one() {
    for operation in writes(Class::P) {
        let house = House::open();
        let field = operation.marker().unwrap();
        let search = format!("{}/search?{field}=m-1", operation.path);
        for number in 0..3 {
            let found = house.get(&search);
            assert_eq!(
                found["items"].as_array().unwrap().len(),
                number,
                "{}",
                operation.id
            );
            house.send(&example(operation));
        }
    }
}

#[test]
fn of_class_n_and_of_class_k_without_a_key_a_second_call_has_a_second_effect() {
    for operation in writes(Class::N).chain(writes(Class::K)) {
        let house = House::open();
        house.send(&example(operation));
        let once = records(&house.state());
        let second = house.send(&example(operation));
        // A draft is gone once it is sent; that alone protects it.
        let expected = operation.id != "mail.drafts.send";
        assert_eq!(second.status == 201, expected, "{}", operation.id);
        assert_eq!(records(&house.state()) > once, expected, "{}", operation.id);
    }
}
