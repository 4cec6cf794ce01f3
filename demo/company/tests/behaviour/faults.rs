//! Each fault does what it says, at the moment it says.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::{House, Request, Response};

const DEAL: &str = "/crm/deals/20418";

fn change() -> Request {
    Request::new("PATCH", DEAL).body(&json!({"next_step": "Call Ingrid on 23 Oct"}))
}

fn fault(kind: &str) -> Value {
    json!([{"operation": "crm.deals.update", "fault": kind, "times": 1, "delay_ms": 600_000, "retry_after_s": 7}])
}

/// What the log says of one write to the deal: the fault, the status, and whether it was done.
fn logged(house: &House) -> (Value, Value, bool) {
    let entry = house.last();
    let changed = json!([{"kind": "crm.deals", "id": 20418, "old_version": 12, "new_version": 13}]);
    let done = entry["applied"] == changed;
    assert!(done || entry["applied"] == json!([]), "{entry}");
    assert_eq!(is_changed(house), done, "the log and the state differ");
    (entry["fault"].clone(), entry["status"].clone(), done)
}

fn is_changed(house: &House) -> bool {
    let state = house.state();
    let deals = state["crm.deals"].as_array().unwrap();
    let deal = deals.iter().find(|deal| deal["id"] == 20418).unwrap();
    deal["next_step"] == "Call Ingrid on 23 Oct"
}

#[test]
fn too_many_requests_does_nothing_and_says_when_to_come_again() {
    let house = House::open();
    house.faults(fault("too_many_requests"));
    let response = house.send(&change());
    assert_eq!(
        (response.status, response.header("retry-after")),
        (429, Some("7"))
    );
    assert_eq!(logged(&house), (json!("too_many_requests"), json!(429), false));
}

#[test]
fn an_error_before_does_nothing() {
    let house = House::open();
    house.faults(fault("error_before"));
    assert_eq!(house.send(&change()).status, 500);
    assert_eq!(logged(&house), (json!("error_before"), json!(500), false));
}

#[test]
fn an_error_after_has_done_it() {
    let house = House::open();
    house.faults(fault("error_after"));
    assert_eq!(house.send(&change()).status, 500);
    assert_eq!(logged(&house), (json!("error_after"), json!(500), true));
}

#[test]
fn a_reset_before_does_nothing() {
    let house = House::open();
    house.faults(fault("reset_before"));
    let error = house.try_send(&change()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(logged(&house), (json!("reset_before"), json!(null), false));
}

#[test]
fn a_reset_after_has_done_it() {
    let house = House::open();
    house.faults(fault("reset_after"));
    let error = house.try_send(&change()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(logged(&house), (json!("reset_after"), json!(null), true));
}

#[test]
fn a_truncated_answer_ends_in_the_middle_and_it_is_done() {
    let house = House::open();
    house.faults(fault("truncated_after"));
    let response = house.try_send(&change()).unwrap();
    let promised: usize = response.header("content-length").unwrap().parse().unwrap();
    assert_eq!((response.status, response.body.len()), (200, promised / 2));
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    assert_eq!(logged(&house), (json!("truncated_after"), json!(200), true));
}

#[test]
fn a_refusal_can_be_truncated_too() {
    let house = House::open();
    house.faults(fault("truncated_after"));
    let response = house.try_send(&change().header("if-match", "\"3\"")).unwrap();
    assert_eq!(response.status, 412);
    assert!(!response.is_whole() && !response.body.is_empty());
    assert_eq!(logged(&house), (json!("truncated_after"), json!(412), false));
}

#[test]
fn latency_before_does_nothing_until_it_is_over() {
    let house = House::open();
    house.faults(fault("latency_before"));
    let stream = change().start(house.address).unwrap();
    house.wait_until(|house| !house.log().is_empty());
    assert_eq!(logged(&house), (json!(null), json!(null), false));
    house.ending.cancel();
    assert_eq!(Response::read(stream).unwrap().json()["version"], 13);
}

#[test]
fn latency_after_has_done_it_before_it_answers() {
    let house = House::open();
    house.faults(fault("latency_after"));
    let stream = change().start(house.address).unwrap();
    house.wait_until(is_changed);
    assert_eq!(logged(&house), (json!(null), json!(null), true));
    house.ending.cancel();
    assert_eq!(Response::read(stream).unwrap().json()["version"], 13);
}

#[test]
fn latency_lasts_as_long_as_it_is_told() {
    let house = House::open();
    house.faults(json!([{"operation": "*", "fault": "latency_before", "times": 1, "delay_ms": 60}]));
    let started = Instant::now();
    assert_eq!(house.send(&change()).status, 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn what_a_client_hung_up_on_is_still_done_late() {
    let house = House::open();
    house.faults(json!([{"operation": "*", "fault": "latency_before", "times": 1, "delay_ms": 300}]));
    let stream = change().start(house.address).unwrap();
    house.wait_until(|house| !house.log().is_empty());
    drop(stream);
    house.wait_until(|house| house.last()["status"] == 200);
    assert_eq!(logged(&house), (json!("latency_before"), json!(200), true));
}

#[test]
fn a_stale_read_shows_the_version_before_and_only_so_often() {
    let house = House::open();
    assert_eq!(house.send(&change()).status, 200);
    let new = Request::new("POST", "/crm/deals").body(&json!({"name": "New", "account": 70114}));
    let new = house.send(&new).json()["id"].clone();
    house.faults(json!([{"operation": "*", "fault": "stale_read", "times": 4}]));
    assert_eq!(house.get(DEAL)["version"], 12);
    assert_eq!(house.get(DEAL)["next_step"], "Send revised offer");
    assert_eq!(
        house
            .send(&Request::new("GET", &format!("/crm/deals/{new}")))
            .status,
        404
    );
    assert_eq!(
        house.get("/crm/deals/search?q=new")["items"],
        house.get("/crm/deals/search?q=vestby+new")["items"]
    );
    assert_eq!(house.get(DEAL)["version"], 13);
}

#[test]
fn a_write_is_never_stale() {
    let house = House::open();
    assert_eq!(house.send(&change()).status, 200);
    house.faults(json!([{"operation": "*", "fault": "stale_read", "times": null}]));
    let again = Request::new("PATCH", DEAL).body(&json!({"pilot_site": null}));
    let again = house.send(&again.header("if-match", "\"13\""));
    assert_eq!((again.status, &again.json()["version"]), (200, &json!(14)));
}

#[test]
fn the_switches_count_down_and_go_out() {
    let house = House::open();
    house.faults(json!([{"operation": "crm.deals.get", "fault": "error_before", "times": 2}]));
    let get = Request::new("GET", DEAL);
    assert_eq!(house.send(&get).status, 500);
    assert_eq!(house.get("/panel/faults")["faults"][0]["times"], 1);
    assert_eq!(house.get("/crm/deals")["items"][0]["id"], 20366);
    assert_eq!(house.send(&get).status, 500);
    assert_eq!(house.get("/panel/faults")["faults"], json!([]));
    assert_eq!(house.send(&get).status, 200);
}

#[test]
fn a_switch_for_what_there_is_not_is_refused() {
    let house = House::open();
    for bad in [
        json!([{"operation": "crm.deals.melt", "fault": "error_before"}]),
        json!([{"operation": "*", "fault": "melt"}]),
        json!([{"operation": "*", "fault": "error_before", "often": 3}]),
    ] {
        let response = house.send(&Request::new("PUT", "/panel/faults").body(&json!({ "faults": bad })));
        assert!(matches!(response.status, 400 | 422), "{}", response.text());
    }
    assert_eq!(house.get("/panel/faults")["faults"], json!([]));
}

#[test]
fn a_key_makes_up_for_an_answer_that_was_lost() {
    let house = House::open();
    let body = json!({"name": "Halden chargers", "account": 70114});
    let create = Request::new("POST", "/crm/deals")
        .body(&body)
        .header("idempotency-key", "k-1");
    for kind in ["error_after", "reset_after", "truncated_after"] {
        house.faults(json!([{"operation": "crm.deals.create", "fault": kind, "times": 1}]));
        house.try_send(&create).ok();
    }
    assert_eq!(house.send(&create).status, 201);
    let found = house.get("/crm/deals/search?name=Halden+chargers");
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}
