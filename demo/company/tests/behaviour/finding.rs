//! Lists and searches.

use serde_json::{Value, json};

use crate::house::{House, Request};

fn ids(page: &Value) -> Vec<u64> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

#[test]
fn pages_neither_skip_nor_repeat_while_records_come_and_go() {
    let house = House::open();
    let all = ids(&house.get("/crm/contacts?limit=100"));
    let (mut seen, mut path) = (Vec::new(), "/crm/contacts?limit=3".to_owned());
    loop {
        let page = house.get(&path);
        seen.extend(ids(&page));
        let new = Request::new("POST", "/crm/contacts").body(&json!({"name": "Somebody new"}));
        assert_eq!(house.send(&new).status, 201);
        // One that was seen already goes.
        house.send(&Request::new("DELETE", "/crm/contacts/30205"));
        match page["next_cursor"].as_str() {
            Some(cursor) if seen.len() < 100 => path = format!("/crm/contacts?limit=3&cursor={cursor}"),
            Some(_) => break,
            None => break,
        }
    }
    assert_eq!(seen[..all.len()], all);
    let mut once = seen.clone();
    once.dedup();
    assert_eq!(once, seen);
}

#[test]
fn the_last_page_has_no_cursor() {
    let house = House::open();
    let number = ids(&house.get("/crm/deals?limit=100")).len();
    assert_eq!(
        house.get(&format!("/crm/deals?limit={number}"))["next_cursor"],
        json!(null)
    );
    assert_ne!(
        house.get(&format!("/crm/deals?limit={}", number - 1))["next_cursor"],
        json!(null)
    );
}

#[test]
fn words_are_found_anywhere_in_capitals_or_not() {
    let house = House::open();
    assert_eq!(ids(&house.get("/crm/deals/search?q=EXPANSION+halden")), [20418]);
    assert_eq!(ids(&house.get("/crm/accounts/search?q=halden")), [70114, 70115]);
    assert_eq!(
        ids(&house.get("/crm/contacts/search?q=bj%C3%B8rnev%C3%A5g")),
        [30212]
    );
    assert_eq!(ids(&house.get("/crm/deals/search?q=no+such+words")), [0; 0]);
}

#[test]
fn a_field_is_searched_for_its_exact_value() {
    let house = House::open();
    assert_eq!(
        ids(&house.get("/crm/deals/search?account=70114&stage=negotiation")),
        [20418]
    );
    assert_eq!(
        ids(&house.get("/crm/contacts/search?email=lars.holt@brevik-coldchain.no")),
        [30211]
    );
    assert_eq!(ids(&house.get("/helpdesk/tickets/search?tags=moss")), [4812]);
    assert_eq!(
        ids(&house.get("/helpdesk/comments/search?ticket=4812&public=false")),
        [91006, 91009]
    );
    assert_eq!(ids(&house.get("/crm/accounts/search?sla_uptime=99.9")), [70114]);
}

#[test]
fn a_parameter_that_there_is_not_is_an_error_that_names_it() {
    let house = House::open();
    for (path, name) in [
        ("/crm/deals?q=x", "q"),
        ("/crm/deals/search?colour=red", "colour"),
        ("/crm/deals?limit=0", "limit"),
        ("/crm/deals?limit=101", "limit"),
        ("/crm/deals?cursor=abc", "cursor"),
    ] {
        let response = house.send(&Request::new("GET", path));
        assert_eq!(response.status, 400);
        assert!(
            response.text().contains(&format!("`{name}`")),
            "{}",
            response.text()
        );
    }
}

#[test]
fn the_same_records_always_give_the_same_dump() {
    let (one, other) = (House::open(), House::open());
    let dump = |house: &House| house.send(&Request::new("GET", "/panel/state")).body;
    assert_eq!(dump(&one), dump(&other));
}
