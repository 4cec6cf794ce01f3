//! `devhost`: the window's page and commands for an ordinary browser, over loopback, with the real core behind them.
//!
//! A tool for development and tests; it is never shipped. It prints one line of JSON with its address and serves until
//! Ctrl-C. Only a browser that was given the address with its token gets in, and only under the names of this machine:
//! a page from elsewhere that a browser is tricked into calling this address with is refused.

#![allow(clippy::print_stdout)] // the address is what it prints

mod serve;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use app::{Core, Home};
use clap::Parser;
use serve::Site;

/// Attaché's page and commands for an ordinary browser.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder in which everything is kept.
    #[arg(long)]
    home: PathBuf,
    /// Port on 127.0.0.1; a free one if it is 0.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the built page; without one only commands are served.
    #[arg(long)]
    dist: Option<PathBuf>,
}

fn main() -> ExitCode {
    app::no_telemetry();
    app::logging::start("warn");
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let home = Home::new(Some(&arguments.home))?;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await?;
    let SocketAddr::V4(address) = listener.local_addr()? else {
        return Err("the address is not an IPv4 address".into());
    };
    let token = serve::token()?;
    let core = Core::start(home, "attache devhost");
    let site = Site::new(core.clone(), address.port(), token.clone(), arguments.dist);
    let line = serde_json::json!({
        "address": format!("http://127.0.0.1:{}", address.port()),
        "open": format!("http://127.0.0.1:{}/?token={token}", address.port()),
        "token": token,
    });
    println!("{line}");
    let ending = site.ending();
    let stopped = async move {
        stop_signal().await;
        ending.cancel();
    };
    axum::serve(listener, serve::router(site))
        .with_graceful_shutdown(stopped)
        .await?;
    core.close().await;
    Ok(())
}

/// Ctrl-C, or the polite end that systems and tests ask for.
async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminated) = terminated {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}
