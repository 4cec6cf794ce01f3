//! Servers that are programs on this machine: started with nothing of this program's but what the person gave them, each in a
//! folder of its own and inside a fence, and ended with everything they started.

use std::any::Any;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;
use domain::SystemId;
use integration::mcp::{Pipes, Programs};
use integration::{Credentials, Redactor};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use crate::fence::{self, Fence};

/// So many bytes of what a program complains of are written to the log, for each start.
const COMPLAINTS: u64 = 16 << 10;

/// A program, and what it is given.
pub(crate) struct Program {
    pub(crate) system: SystemId,
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    /// Its own folder, made if it is not there.
    pub(crate) folder: PathBuf,
    /// Folders that it may read and write.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) network: bool,
    /// The variable in which it finds its secret, and where that is.
    pub(crate) secret: Option<(String, Arc<dyn Credentials>)>,
    pub(crate) redactor: Redactor,
}

#[async_trait]
impl Programs for Program {
    async fn start(&self) -> Result<Pipes, String> {
        let [name, arguments @ ..] = self.command.as_slice() else {
            return Err("no program is named".to_owned());
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = found(name, &path).ok_or_else(|| format!("there is no program `{name}`"))?;
        let temporary = self.folder.join("tmp");
        std::fs::create_dir_all(&temporary).map_err(|error| format!("its folder can't be made: {error}"))?;
        let mut command = Command::new(&program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", &path)
            .env("HOME", &self.folder)
            .env("TMPDIR", &temporary)
            .env("LANG", "C.UTF-8")
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        #[cfg(windows)]
        for name in ["SystemRoot", "PATHEXT", "ComSpec"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        if let Some((variable, credentials)) = &self.secret {
            let secret = credentials.credential(&self.system).await?;
            self.redactor.know(&secret).map_err(|error| error.to_string())?;
            command.env(variable, secret.expose());
        }
        let fence = Fence {
            reads: readable(&program, arguments, &path),
            writes: std::iter::once(self.folder.clone())
                .chain(self.folders.iter().cloned())
                .collect(),
            network: self.network,
        };
        let mut child = fence::start(command, fence).await?;
        let missing = || "it has no input or output".to_owned();
        let (input, output) = (
            child.stdin.take().ok_or_else(missing)?,
            child.stdout.take().ok_or_else(missing)?,
        );
        if let Some(complaints) = child.stderr.take() {
            tokio::spawn(write_down(self.system.clone(), self.redactor.clone(), complaints));
        }
        let held: Box<dyn Any + Send + Sync> = Box::new(Running(child));
        Ok(Pipes {
            output: Box::new(output),
            input: Box::new(input),
            held,
        })
    }
}

/// A program that runs, and ends with everything it started when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // As long as it was not waited for, no other process has its number.
        #[cfg(unix)]
        if let Some(group) = self
            .0
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.start_kill();
    }
}

/// The program of this name, as a shell would find it.
fn found(name: &str, path: &OsString) -> Option<PathBuf> {
    let given = Path::new(name);
    if given.components().count() > 1 {
        return std::path::absolute(given)
            .ok()
            .filter(|program| program.is_file());
    }
    let named = |folder: PathBuf| {
        let plain = folder.join(name);
        let windows = cfg!(windows).then(|| folder.join(format!("{name}.exe")));
        [Some(plain), windows]
            .into_iter()
            .flatten()
            .find(|program| program.is_file())
    };
    std::env::split_paths(path).find_map(named)
}

/// What a program needs to read of itself: where it was installed, its interpreter, and files that its arguments name.
fn readable(program: &Path, arguments: &[String], path: &OsString) -> Vec<PathBuf> {
    let mut out = fence::belongings(program);
    for name in interpreter(program) {
        let whole = found(&name, path);
        out.extend(whole.iter().flat_map(|whole| fence::belongings(whole)));
    }
    let files = arguments
        .iter()
        .map(Path::new)
        .filter(|file| file.is_absolute() && file.is_file());
    out.extend(files.flat_map(fence::belongings));
    out
}

/// The programs that the first line of a script names.
fn interpreter(program: &Path) -> Vec<String> {
    let mut first = [0; 256];
    let read = std::fs::File::open(program).and_then(|mut file| file.read(&mut first));
    let text = String::from_utf8_lossy(first.get(..read.unwrap_or(0)).unwrap_or_default()).into_owned();
    let line = text.lines().next().and_then(|line| line.strip_prefix("#!"));
    let words = line
        .unwrap_or_default()
        .split_whitespace()
        .filter(|word| !word.starts_with('-'));
    words.take(2).map(str::to_owned).collect()
}

/// The beginning of what a program complains of, line by line; the rest is read and dropped, so that it does not wait.
async fn write_down(system: SystemId, redactor: Redactor, complaints: ChildStderr) {
    let mut complaints = BufReader::new(complaints);
    let mut text = Vec::new();
    let mut first = (&mut complaints).take(COMPLAINTS);
    if first.read_to_end(&mut text).await.is_ok() {
        let text = String::from_utf8_lossy(&text);
        for line in redactor
            .scrub(&text)
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let line: String = line
                .chars()
                .filter(|letter| !letter.is_control())
                .take(300)
                .collect();
            tracing::info!(%system, "a server says: {line}");
        }
    }
    let _ = tokio::io::copy(&mut complaints, &mut tokio::io::sink()).await;
}
