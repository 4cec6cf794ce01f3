//! The demo company as a process of its own, for as long as somebody works with it.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use integration::{Secret, Url};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// A company that does not say where it is in this time is not there.
const PATIENCE: Duration = Duration::from_secs(20);

/// The demo company, until it is dropped.
pub struct Playground {
    /// Where it listens, on this machine.
    pub base: Url,
    /// What it wants to see; another one at each start.
    pub token: Secret,
    /// It ends when this closes, at the latest when this process does.
    _input: ChildStdin,
    _child: Child,
}

#[derive(Deserialize)]
struct Places {
    address: String,
}

impl Playground {
    /// Starts it on the records in a folder, which is made if it is new, at a port of this machine; 0 takes a free one.
    ///
    /// # Errors
    /// In words to stand after "The demo company can't be started:".
    pub async fn start(program: &Path, records: &Path, port: u16) -> Result<Self, String> {
        let told = |error: io::Error| error.to_string();
        let mut bytes = [0_u8; 24];
        getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::create_dir_all(records).map_err(told)?;
        let mut child = Command::new(program)
            .args(["--with-parent", "--token-from-input", "--data"])
            .arg(records)
            .args(["--port", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(told)?;
        let missing = || "it has no input or output".to_owned();
        let (mut input, output) = (
            child.stdin.take().ok_or_else(missing)?,
            child.stdout.take().ok_or_else(missing)?,
        );
        input
            .write_all(format!("{token}\n").as_bytes())
            .await
            .map_err(told)?;
        let mut line = String::new();
        let mut output = BufReader::new(output);
        let read = tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await;
        read.map_err(|_| "it does not answer".to_owned())?.map_err(told)?;
        let places: Places =
            serde_json::from_str(&line).map_err(|_| "it did not say where it is".to_owned())?;
        let base = Url::parse(&places.address).map_err(|error| error.to_string())?;
        Ok(Self {
            base,
            token: Secret::new(token),
            _input: input,
            _child: child,
        })
    }
}
