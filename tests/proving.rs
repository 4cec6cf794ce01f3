//! What happened can be shown afterwards, and changed by nobody unseen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use journeys::Desk;

/// A desk on which two questions were answered and one was not.
fn desk() -> Desk {
    let desk = Desk::watched();
    desk.write(
        "gate.txt",
        "The gate code is changed every Monday by the night shift.",
    );
    desk.json(&["index"]);
    for question in [
        "When is the gate code changed?",
        "Who changes the gate code?",
        "What is the parental leave policy in Trondheim?",
    ] {
        desk.json(&["ask", question]);
    }
    desk
}

#[test]
fn every_answer_leaves_a_row_that_names_no_word_of_it() {
    let desk = desk();
    let verified = desk.json(&["audit", "verify"]);
    assert_eq!(
        (&verified["holds"], &verified["rows"]),
        (&true.into(), &3.into()),
        "{verified}"
    );
    let exported = desk.run(&["audit", "export"]);
    let text = String::from_utf8(exported.stdout).unwrap();
    let rows: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let states: Vec<&str> = rows
        .iter()
        .map(|row| row["body"]["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["answered", "answered", "abstained"]);
    assert_eq!(rows[0]["body"]["files_read"], 1);
    for word in ["gate", "Monday", "Trondheim"] {
        assert!(!text.contains(word), "{text}");
    }
}

#[test]
fn an_exported_audit_is_checked_without_the_workspace_and_the_first_bad_row_is_named() {
    let desk = desk();
    let file = desk.folder.path().join("audit.jsonl");
    let name = file.to_str().unwrap();
    assert!(desk.run(&["audit", "export", "--out", name]).status.success());
    let elsewhere = Desk::new();
    let verified = elsewhere.json(&["audit", "verify", name]);
    let own = desk.json(&["audit", "verify"]);
    for fact in ["holds", "rows", "head"] {
        assert_eq!(verified[fact], own[fact], "{fact}");
    }
    // A copy that may show a change is never written over.
    let again = desk.run(&["audit", "export", "--out", name]);
    assert!(!again.status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("abstained", "answered", 1)).unwrap();
    let told = elsewhere.run(&["audit", "verify", name]);
    assert!(!told.status.success());
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.starts_with("row 3 of the audit does not hold"), "{told}");
}

#[test]
fn a_ledger_that_was_changed_behind_the_program_is_found_out() {
    let desk = desk();
    let ledger = desk.home.path().join("ledger.sqlite");
    let bytes = std::fs::read(&ledger).unwrap();
    let at = bytes
        .windows(9)
        .position(|window| window == b"abstained")
        .unwrap();
    let mut changed = bytes.clone();
    changed[at..at + 9].copy_from_slice(b"answered ");
    std::fs::write(&ledger, changed).unwrap();
    let told = desk.run(&["audit", "verify", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(
        (&told["holds"], &told["rows"]),
        (&false.into(), &2.into()),
        "{told}"
    );
}
