//! `bench`: speed and memory of Attaché, as ratios against something that runs in the same invocation.
//!
//! `make bench` builds and runs it. Each benchmark of [`benches`] gives rows of one table: what was measured, what stands
//! beside it, the goal, and whether it is met. Whatever opens the product's library or a model runs in a process of
//! its own ([`part`]), so that CPU time and memory are its alone. Documents are made up ([`corpus`]); times are those
//! of a machine that may be doing other things, which is why they are compared.

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is what it is for

mod benches;
mod corpus;
mod figure;
mod library;
mod machine;
mod models;
mod part;

use std::path::PathBuf;
use std::process::ExitCode;

use benches::Bench;
use clap::{Parser, Subcommand};
use figure::Figure;

/// A result, or why there is none, for people.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Speed and memory of Attaché, beside something that runs in the same invocation.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Benchmarks to run; all if none is named. A name that is not one shows the list.
    names: Vec<String>,
    /// Small sizes: whether everything works, not how fast it is.
    #[arg(long)]
    quick: bool,
    /// Also ask a million passages; takes an hour and about 10 GB of disk.
    #[arg(long)]
    million: bool,
    /// JSON, a figure a line, instead of a table.
    #[arg(long)]
    json: bool,
    /// Markdown documents for the comparison with recoll, instead of made-up ones.
    #[arg(long, value_name = "FOLDER")]
    markdown: Option<PathBuf>,
    /// PDF documents for the comparison with recoll, instead of copies of the demo documents.
    #[arg(long, value_name = "FOLDER")]
    pdf: Option<PathBuf>,
    /// Where temporary files go; the system's place for them if none is given.
    #[arg(long, value_name = "FOLDER")]
    work: Option<PathBuf>,
    #[command(subcommand)]
    inner: Option<Inner>,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Runs a piece of a benchmark; only for `bench` itself.
    #[command(hide = true)]
    Part {
        /// File with the request.
        request: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.inner {
        Some(Inner::Part { request }) => part::perform(request).map(|value| {
            println!("{value}");
            ExitCode::SUCCESS
        }),
        None => report(&arguments),
    };
    done.unwrap_or_else(|error| {
        eprintln!("bench: {error}");
        ExitCode::FAILURE
    })
}

fn report(arguments: &Arguments) -> Outcome<ExitCode> {
    for name in &arguments.names {
        if benches::LIST.iter().all(|(known, ..)| known != name) {
            let known: Vec<&str> = benches::LIST.iter().map(|(known, ..)| *known).collect();
            return Err(format!("There is no benchmark `{name}`. There are: {}.", known.join(", ")).into());
        }
    }
    machine::adopt_orphans()?;
    let folder = match &arguments.work {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let bench = Bench::new(
        folder.path(),
        arguments.quick,
        arguments.million,
        arguments.markdown.clone(),
        arguments.pdf.clone(),
    )?;
    if !arguments.json {
        println!("{}.", machine::describe());
        println!("Documents are made up from sentences of the demo documents unless a row says otherwise.\n");
        println!("{}", Figure::HEADING);
    }
    let mut failed = false;
    for (name, what, run) in benches::LIST {
        if !arguments.names.is_empty() && !arguments.names.iter().any(|wanted| wanted == name) {
            continue;
        }
        eprintln!("bench: {name}: {what} (load {})", machine::load());
        let mut show = |figure: Figure| -> Outcome<()> {
            match arguments.json {
                true => println!("{}", figure.json()?),
                false => println!("{}", figure.row()),
            }
            Ok(())
        };
        if let Err(error) = run(&bench, &mut show) {
            failed = true;
            eprintln!("bench: {name} failed: {error}");
            show(Figure::not_run(name, *what, format!("failed: {error}")))?;
        }
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
