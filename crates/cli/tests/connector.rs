//! `attache connector import`, as a person types it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/connectors")
        .join(name)
}

/// Runs it with a home folder that is not there and must not come to be.
fn import(arguments: &[&str]) -> Output {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("connector-home");
    let output = Command::new(env!("CARGO_BIN_EXE_attache"))
        .arg("--home")
        .arg(&home)
        .args(["connector", "import"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(!home.exists(), "a home folder was made");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_description_is_read_counted_and_told_with_what_is_unclear_and_left_out() {
    let output = import(&[fixture("shop-1.yaml").to_str().unwrap()]);
    assert!(output.status.success());
    let said = text(&output.stdout);
    for line in [
        "Corner shop 1.4 (OpenAPI 3.1.0)",
        "7 operations:",
        "      2  read",
        "      2  send\n",
        "      2  destructive, of which 1 are unclear",
        "  POST /orders/{id}/fulfil: write or send or destructive",
        "  #/paths/~1orders/get/responses/200: `https://shop.example/parts.json#/Orders` is outside the document",
    ] {
        assert!(said.contains(line), "`{line}` in:\n{said}");
    }
}

#[test]
fn every_operation_is_listed_as_json_with_its_class_reasons_and_pin() {
    let output = import(&["--json", fixture("shop-1.yaml").to_str().unwrap()]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let operations = value["operations"].as_array().unwrap();
    assert_eq!(operations.len(), 7);
    for operation in operations {
        assert!(
            operation["class"].is_string() && operation["unclear"].is_boolean(),
            "{operation}"
        );
        assert!(!operation["why"].as_array().unwrap().is_empty(), "{operation}");
        assert_eq!(operation["definition"].as_str().unwrap().len(), 64, "{operation}");
    }
    let sent = operations
        .iter()
        .find(|operation| operation["name"] == "sendReceipt")
        .unwrap();
    assert_eq!(
        (sent["class"].as_str(), sent["egress"].as_bool()),
        (Some("send"), Some(true))
    );
}

#[test]
fn what_changed_is_told_with_what_is_suspended() {
    let (old, new) = (fixture("shop-1.yaml"), fixture("shop-2.yaml"));
    let output = import(&[new.to_str().unwrap(), "--against", old.to_str().unwrap()]);
    let said = text(&output.stdout);
    for line in [
        "Changed, 2:",
        "  GET /orders (listOrders)",
        "New is the address `https://elsewhere.example`.",
        "It was a read, and is a destructive",
        "Gone, 1:",
        "What was allowed beforehand for the 3 changed or gone does not count until you allow it again.",
    ] {
        assert!(said.contains(line), "`{line}` in:\n{said}");
    }
    let same = import(&[old.to_str().unwrap(), "--against", old.to_str().unwrap()]);
    assert!(text(&same.stdout).contains("Every operation is what it was."));
}

#[test]
fn what_can_not_be_read_is_told_with_file_line_and_what_to_do() {
    let output = import(&[fixture("README.md").to_str().unwrap()]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(
        said.contains("README.md` can't be used as a description."),
        "{said}"
    );
    let output = import(&[fixture("none.yaml").to_str().unwrap()]);
    assert!(text(&output.stderr).contains("none.yaml` can't be read"));
}
