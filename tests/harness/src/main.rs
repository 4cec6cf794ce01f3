//! `harness FOLDER`: plays a folder of recorded attacks against the governed path and prints the figures. It ends with an
//! error when a goal is missed. docs/harness.md says what is in a folder and what each figure means.

#![allow(clippy::print_stdout, clippy::print_stderr)] // the figures are what it prints

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use harness::Outcome;
use harness::report::{Stage, Wanted};

/// Plays a folder of recorded attacks against the governed path.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The folder of cases.
    folder: PathBuf,
    /// How many mutated call sequences are played.
    #[arg(long, default_value_t = 20_000)]
    sequences: usize,
    /// Where the sequences begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of so many plays of tasks and attacks one is kept in the real ledger; 0 keeps all in memory, which is quicker.
    #[arg(long, default_value_t = 1)]
    ledger: usize,
    /// Leave out the broken guards.
    #[arg(long)]
    no_mutants: bool,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(&Arguments::parse())));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Outcome<bool> {
    let stage = Stage::set(&arguments.folder).await?;
    let report = stage.report(Wanted {
        sequences: arguments.sequences,
        seed: arguments.seed,
        ledger: arguments.ledger,
        mutants: !arguments.no_mutants,
    });
    let report = report.await?;
    print!("{report}");
    Ok(report.is_met())
}
