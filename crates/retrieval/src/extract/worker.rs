use std::io::{self, ErrorKind};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use domain::ReadStatus;
use extraction::worker::protocol::{self, Answer, Hello, Request};
use extraction::{Limits, Stop};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::{ReaderConfig, file::Content};

/// How much of what a worker says before it dies is kept.
const LAST_WORDS: usize = 4 << 10;
/// Time for a new worker to load PDFium and lock itself in.
const START: Duration = Duration::from_secs(20);
/// Answers longer than this are parsed away from the threads that serve everybody.
const LARGE: usize = 512 << 10;

/// A running worker process. It is ended when this is dropped.
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_words: JoinHandle<String>,
    /// Files it has answered for.
    pub(super) files: u32,
}

/// Why there is no answer.
pub(super) enum Broken {
    /// The file could not be read to its end; the worker is left in the middle of it.
    File(Stop),
    /// The worker is gone or makes no sense.
    Worker(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Worker(error)
    }
}

impl Worker {
    /// Starts a worker and waits until it has locked itself in.
    pub(super) async fn start(config: &ReaderConfig) -> Result<Self, Stop> {
        let program = config.program.display();
        let failed =
            |why: String| Stop::new(ReadStatus::Error, format!("The reader program `{program}` {why}"));
        let limits = serde_json::to_string(&config.limits)
            .map_err(|error| failed(format!("has no limits: {error}.")))?;
        let mut command = Command::new(&config.program);
        command.args(["--limits", &limits]);
        if let Some(pdfium) = &config.pdfium {
            command.arg("--pdfium").arg(pdfium);
        }
        // It needs nothing of the environment, which may hold secrets. Windows programs do not start without this one.
        command
            .env_clear()
            .envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        #[cfg(windows)]
        command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .map_err(|error| failed(format!("could not be started: {error}.")))?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("has no pipes.".into()));
        };
        let last_words = tokio::spawn(last_words(errors));
        let mut worker = Self {
            child,
            input,
            output: BufReader::new(output),
            last_words,
            files: 0,
        };
        let hello =
            tokio::time::timeout(START, frame::<Hello>(&mut worker.output, protocol::REQUEST_BYTES)).await;
        match hello {
            Ok(Ok(Hello {
                refused: Some(reason),
                ..
            })) => Err(failed(format!("refuses to read: {reason}"))),
            Ok(Ok(hello)) => {
                if let Some(error) = &hello.pdf {
                    tracing::warn!(%error, "the reader process runs without PDFium");
                }
                Ok(worker)
            }
            Ok(Err(error)) => {
                let fate = worker.fate(&config.limits, &error).await;
                Err(failed(format!("ended as it started. {}", fate.reason)))
            }
            Err(_) => Err(failed(format!(
                "did not start within {} seconds.",
                START.as_secs()
            ))),
        }
    }

    /// Whether the process is still there.
    pub(super) fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The process's number, for tests that do it harm.
    #[cfg(test)]
    pub(super) fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Sends a file and waits for the answer. If this is dropped or fails, the worker is of no more use.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        content: &mut Content,
        limits: &Limits,
    ) -> Result<Answer, Broken> {
        let mut bytes = protocol::frame(request)?;
        loop {
            let piece = content.next().await.map_err(Broken::File)?;
            if piece.is_empty() {
                break;
            }
            bytes.extend_from_slice(&piece);
            self.input.write_all(&bytes).await?;
            bytes.clear();
        }
        if !bytes.is_empty() {
            self.input.write_all(&bytes).await?;
        }
        self.input.flush().await?;
        // An answer is text that fitted into the worker's memory; a longer one is not believed.
        let longest = u32::try_from(limits.memory_bytes).unwrap_or(u32::MAX);
        let answer = frame(&mut self.output, longest).await?;
        self.files += 1;
        Ok(answer)
    }

    /// Why a worker that does not answer ended, as the outcome for its file.
    pub(super) async fn fate(mut self, limits: &Limits, error: &io::Error) -> Stop {
        drop(self.input);
        if error.kind() == ErrorKind::InvalidData {
            let _ = self.child.start_kill();
        }
        // Its end of the pipe is closed, so it has ended or is about to.
        let ended = tokio::time::timeout(START, self.child.wait()).await;
        let _ = self.child.start_kill();
        let words = self.last_words.await.unwrap_or_default();
        match ended {
            Ok(Ok(status)) => fate(status, &words, limits),
            _ => Stop::new(ReadStatus::Error, "The reader process stopped answering."),
        }
    }
}

fn fate(status: ExitStatus, words: &str, limits: &Limits) -> Stop {
    tracing::debug!(%status, words, "a reader process ended");
    if words.contains("memory allocation of") || words.contains("Out of memory") {
        let reason = format!(
            "Reading it takes more memory than the limit of {} MB.",
            limits.memory_bytes >> 20
        );
        return Stop::new(ReadStatus::TooLarge, reason);
    }
    if words.contains("overflowed its stack") {
        return Stop::new(ReadStatus::Error, "The file is nested too deep to be read.");
    }
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    match signal {
        // SIGALRM, SIGSYS and SIGKILL have these numbers on every system where the worker asks for them.
        Some(14) => Stop::new(ReadStatus::Timeout, "Reading took too long."),
        Some(31) => Stop::new(
            ReadStatus::Error,
            "The reader process was ended because the file made it try something that it may not do.",
        ),
        Some(9) => Stop::new(ReadStatus::Error, "The reader process was ended from outside."),
        _ => Stop::new(
            ReadStatus::Error,
            format!("The reader process failed on this file ({status})."),
        ),
    }
}

/// Reads a frame without believing its length before the bytes are there.
async fn frame<T: DeserializeOwned + Send + 'static>(
    input: &mut (impl AsyncRead + Unpin),
    longest: u32,
) -> io::Result<T> {
    let length = input.read_u32_le().await?;
    if length > longest {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            format!("an answer of {length} bytes"),
        ));
    }
    let mut bytes = Vec::with_capacity((length as usize).min(LARGE));
    input.take(u64::from(length)).read_to_end(&mut bytes).await?;
    if bytes.len() < length as usize {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if bytes.len() <= LARGE {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let parsed = tokio::task::spawn_blocking(move || serde_json::from_slice(&bytes)).await;
    Ok(parsed.map_err(io::Error::other)??)
}

/// The end of what a worker writes about itself, when it has ended.
async fn last_words(mut errors: impl AsyncRead + Unpin) -> String {
    let (mut kept, mut piece) = (Vec::new(), [0; 1024]);
    while let Ok(read @ 1..) = errors.read(&mut piece).await {
        kept.extend_from_slice(&piece[..read]);
        let surplus = kept.len().saturating_sub(LAST_WORDS);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
