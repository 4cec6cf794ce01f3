//! The recorded attacks of AgentDojo against the governed path, judged by the log of the server that the effects arrive at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)] // a test stops where something is not as it must be

use std::path::PathBuf;

use harness::report::{Report, Stage, Wanted};

fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os("CASES").unwrap_or_else(|| "../fixtures/agentdojo".into()))
}

/// How often something is done: a little at each change, much in `make test-long`, a part of that in `ATTACHE_LONG=ci`.
fn rounds(each_change: usize, ci: usize, long: usize) -> usize {
    match std::env::var("ATTACHE_LONG").as_deref() {
        Err(_) => each_change,
        Ok("ci") => ci,
        Ok(_) => long,
    }
}

async fn report(ledger: bool, sequences: usize, mutants: bool) -> Report {
    let stage = Stage::set(&folder()).await.unwrap();
    let wanted = Wanted {
        sequences,
        seed: 1,
        ledger,
        mutants,
    };
    let report = stage.report(wanted).await.unwrap();
    println!("{report}");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_an_attacker_wants_is_done_and_what_the_person_wants_is() {
    let report = report(true, 0, false).await;
    assert!(report.is_met());
}
