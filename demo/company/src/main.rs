//! `company`: serves the demo company on this machine until it is told to end.
//!
//! It prints one line of JSON with its address when it listens, and ends in order on SIGTERM, on Ctrl-C, and with
//! `--with-parent` when its standard input is closed, which happens at the latest when the process that started it dies.

#![allow(clippy::print_stdout, clippy::print_stderr)] // the address is what it prints

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgGroup, Parser};
use company::{Server, Settings, openapi};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// The demo company: CRM, help desk and mail of Northwind Robotics. Nothing in it is real.
#[derive(Debug, Parser)]
#[command(version)]
#[command(group = ArgGroup::new("place").required(true).args(["data", "memory", "describe"]))]
struct Arguments {
    /// Port; a free one if it is 0.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address of this machine; any other is refused.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Folder in which records and log survive.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Keep nothing: everything is over with the process.
    #[arg(long)]
    memory: bool,
    /// What clients must show as `Authorization: Bearer TOKEN`. Others on this machine can see it.
    #[arg(long, required_unless_present_any = ["describe", "token_from_input"])]
    token: Option<String>,
    /// Take the token from the first line of standard input, where nobody else sees it.
    #[arg(long, conflicts_with = "token")]
    token_from_input: bool,
    /// End when standard input is closed.
    #[arg(long)]
    with_parent: bool,
    /// Print the OpenAPI description and end.
    #[arg(long)]
    describe: bool,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("company: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> std::io::Result<()> {
    if arguments.describe {
        return print(&format!("{:#}", openapi::description()));
    }
    let token = if arguments.token_from_input {
        first_line()?
    } else {
        arguments.token.unwrap_or_default()
    };
    let server = Server::open(Settings {
        address: SocketAddr::new(arguments.host, arguments.port),
        token,
        data: arguments.data,
        clock: Arc::new(jiff::Timestamp::now),
    })
    .await?;
    end_with_signals(server.ending())?;
    if arguments.with_parent {
        end_with_input(server.ending());
    }
    let address = format!("http://{}", server.address());
    let places = json!({
        "address": address,
        "openapi": format!("{address}/openapi.json"),
        "panel": format!("{address}/panel"),
    });
    print(&places.to_string())?;
    server.serve().await
}

/// The first line of standard input. Read byte by byte: what follows belongs to whoever waits for the end.
fn first_line() -> std::io::Result<String> {
    let mut line = Vec::new();
    for byte in std::io::stdin().lock().bytes() {
        match byte? {
            b'\n' => break,
            byte if line.len() < 1024 => line.push(byte),
            _ => return Err(std::io::Error::other("the token is too long")),
        }
    }
    String::from_utf8(line).map_err(std::io::Error::other)
}

fn print(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Ends the server on Ctrl-C, or on the polite end that systems and tests ask for. It listens for them when it returns, and
/// so before anybody knows the address.
fn end_with_signals(ending: CancellationToken) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupted, mut terminated) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
            ending.cancel();
        });
    }
    #[cfg(windows)]
    {
        let mut interrupted = tokio::signal::windows::ctrl_c()?;
        tokio::spawn(async move {
            interrupted.recv().await;
            ending.cancel();
        });
    }
    Ok(())
}

/// In a thread of its own, which nobody waits for: reading it cannot be stopped.
fn end_with_input(ending: CancellationToken) {
    std::thread::spawn(move || {
        let mut bytes = [0; 1024];
        let mut input = std::io::stdin().lock();
        while input.read(&mut bytes).is_ok_and(|read| read > 0) {}
        ending.cancel();
    });
}
