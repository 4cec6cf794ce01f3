//! Whoever reads what `attache` prints may stop before the end, as in `attache … | head`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![cfg(unix)]

use std::io::{BufRead, BufReader, pipe};
use std::process::{Command, Output};

use journeys::Desk;

/// What a shell says of a program that was ended by a closed pipe: 128 and the number of the signal SIGPIPE.
const UNREAD: Option<i32> = Some(141);

/// Runs it while nobody reads what it prints.
fn unread(mut command: Command) -> Output {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    command.stdout(writer).output().unwrap()
}

#[test]
fn a_command_whose_output_nobody_reads_ends_quietly() {
    let desk = Desk::watched();
    desk.write("gate.txt", "The gate code is changed every Monday.");
    desk.json(&["index"]);
    for arguments in [
        &["status"][..],
        &["status", "--files", "--json"],
        &["search", "gate code"],
        &["ask", "When is the gate code changed?"],
        &["extract", desk.folder.path().join("gate.txt").to_str().unwrap()],
        &["approvals", "list"],
        &["audit", "verify"],
        &["audit", "export"],
        &["doctor"],
    ] {
        let output = unread(desk.command(arguments));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (UNREAD, ""), "{arguments:?}");
    }
    // The question was answered and is in the audit all the same, and the workspace was closed in order.
    assert_eq!(desk.json(&["audit", "verify"])["rows"], 1);
}

#[test]
fn a_failure_that_nobody_can_be_told_is_still_a_failure() {
    let desk = Desk::new();
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = desk.command(&["extract", "no such file"]);
    assert_eq!(command.stderr(writer).status().unwrap().code(), Some(2));
}

#[test]
fn what_runs_until_it_is_stopped_stops_when_nobody_reads_it_any_more() {
    let desk = Desk::watched();
    let output = unread(desk.command(&["index", "--watch"]));
    assert_eq!(output.status.code(), UNREAD);
}

#[test]
fn a_reader_that_leaves_in_the_middle_has_what_was_printed_until_then() {
    let desk = Desk::new();
    // More than a pipe holds, so that it is still being printed when the reader leaves.
    desk.write(
        "gate.txt",
        "The gate code is changed every Monday.\n\n".repeat(20_000),
    );
    let file = desk.folder.path().join("gate.txt");
    let mut running = desk.start(&["extract", file.to_str().unwrap()]);
    let mut printed = BufReader::new(running.stdout.take().unwrap());
    let mut lines = [String::new(), String::new()];
    for line in &mut lines {
        printed.read_line(line).unwrap();
    }
    drop(printed);
    let output = running.wait_with_output().unwrap();
    assert!(lines[1].starts_with("The gate code is changed"), "{lines:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*said), (UNREAD, ""));
}
