//! Journeys: tests that go through the real programs, as a person would.
//!
//! [`Desk`] is a person's desk for one test: a home and a folder of documents, both temporary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use retrieval::LibraryConfig;
use retrieval::embed::ModelFiles;
use retrieval::extract::ReaderConfig;
use serde_json::Value;

/// The checkout's top folder. Cargo runs tests in the folder of their package; the path at compile time is not asked, since
/// a kept build may come from another checkout.
pub fn root() -> PathBuf {
    let package = std::env::current_dir().unwrap();
    package.parent().unwrap().to_owned()
}

/// A folder below `tests/fixtures`.
pub fn fixtures(name: &str) -> PathBuf {
    root().join("tests/fixtures").join(name)
}

/// The lines of a fixture folder's manifest.
pub fn manifest(name: &str) -> Vec<Value> {
    let path = fixtures(name).join("manifest.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A program of the workspace, beside the test programs.
pub fn program(name: &str) -> PathBuf {
    let beside = std::env::current_exe().unwrap();
    let folder = beside.parent().and_then(Path::parent).unwrap();
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "`{}` is not built: run `make test`, or `cargo build -p cli -p extraction` first",
        path.display()
    );
    path
}

/// Where the libraries and the model are.
pub fn runtime() -> PathBuf {
    std::env::var_os("ATTACHE_RUNTIME").map_or_else(|| root().join("runtime"), PathBuf::from)
}

/// How often something is done: a little at each change; much in `make test-long`; a bounded part of that where
/// `ATTACHE_LONG` is `ci`.
pub fn rounds(each_change: usize, ci: usize, long: usize) -> usize {
    match std::env::var("ATTACHE_LONG").as_deref() {
        Err(_) => each_change,
        Ok("ci") => ci,
        Ok(_) => long,
    }
}

/// Numbers that look random and are the same at every run (Knuth's MMIX generator).
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// What a library in `home` needs, with the real reader; `model` names a folder below `runtime/models`.
pub fn library(home: &Path, model: Option<&str>) -> LibraryConfig {
    let parts = app::Parts::find();
    let model = model.map(|name| ModelFiles {
        folder: runtime().join("models").join(name),
        runtime: parts.onnxruntime.clone().unwrap(),
    });
    let readers = ReaderConfig {
        program: program("attache-extract"),
        pdfium: parts.pdfium,
        limits: extraction::Limits::default(),
        workers: 2,
    };
    LibraryConfig {
        folder: home.join("index"),
        model,
        readers,
        threads: 2,
    }
}

/// A program that starts another one as an ordinary person, who may not look into every folder: for root, without the
/// rights by which it may. `None` where that cannot be had here.
pub fn as_person() -> Option<Vec<&'static str>> {
    let setpriv = [
        "setpriv",
        "--inh-caps=-dac_override,-dac_read_search",
        "--bounding-set=-dac_override,-dac_read_search",
    ];
    let closed = tempfile::tempdir().unwrap();
    close(closed.path());
    let looks = |program: &[&str]| {
        let mut look = Command::new(program[0]);
        look.args(&program[1..]).arg(closed.path());
        look.output().map(|output| output.status.success())
    };
    let plain = looks(&["ls"]).unwrap();
    let other = looks(&[&setpriv[..], &["ls"]].concat());
    rights(closed.path(), 0o700);
    let open = !plain || matches!(other, Ok(false));
    open.then(|| if plain { setpriv.to_vec() } else { Vec::new() })
}

/// Takes all rights from a file or folder.
pub fn close(path: &Path) {
    rights(path, 0);
}

/// Sets the rights of a file or folder, where the system has such.
pub fn rights(path: &Path, mode: u32) {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// A home and a folder of documents that vanish with the test.
pub struct Desk {
    /// Where Attaché keeps everything.
    pub home: tempfile::TempDir,
    /// The person's documents.
    pub folder: tempfile::TempDir,
}

impl Desk {
    /// An empty desk.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A desk whose folder is watched, as the collection `Desk`.
    pub fn watched() -> Self {
        let desk = Self::new();
        desk.json(&[
            "source",
            "add",
            desk.folder.path().to_str().unwrap(),
            "--collection",
            "Desk",
        ]);
        desk
    }

    /// Writes a document.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Copies a fixture into the folder.
    pub fn copy(&self, folder: &str, file: &str) {
        std::fs::copy(fixtures(folder).join(file), self.folder.path().join(file)).unwrap();
    }

    /// `attache` with these arguments, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("attache"));
        command
            .arg("--home")
            .arg(self.home.path())
            .args(arguments)
            .env("ATTACHE_RUNTIME", runtime())
            // The person's keyring is no place for tests.
            .env("ATTACHE_KEYRING", "none");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The same, started by another program.
    pub fn command_by(&self, starter: &[&str], arguments: &[&str]) -> Command {
        let own = self.command(arguments);
        let Some((first, more)) = starter.split_first() else {
            return own;
        };
        let mut command = Command::new(first);
        command.args(more).arg(own.get_program()).args(own.get_args());
        command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `attache`.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts `attache` and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Runs `attache --json`, which must succeed, and returns what it prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.json_by(&[], arguments)
    }

    /// The same, started by another program.
    pub fn json_by(&self, starter: &[&str], arguments: &[&str]) -> Value {
        let output = self
            .command_by(starter, &[&["--json"], arguments].concat())
            .output()
            .unwrap();
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "attache {arguments:?}: {out}{err}");
        serde_json::from_str(&out)
            .unwrap_or_else(|error| panic!("attache {arguments:?}: {error}: {out}{err}"))
    }

    /// Files found for a question, best first, each once.
    pub fn found(&self, question: &str) -> Vec<String> {
        let mut files: Vec<String> = Vec::new();
        for hit in self.json(&["search", question, "-k", "20"])["results"]
            .as_array()
            .unwrap()
        {
            let file = hit["file"].as_str().unwrap().to_owned();
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    /// The state of every file by name: status and reason.
    pub fn statuses(&self) -> std::collections::BTreeMap<String, (String, String)> {
        self.statuses_by(&[])
    }

    /// The same, started by another program.
    pub fn statuses_by(&self, starter: &[&str]) -> std::collections::BTreeMap<String, (String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let files = self.json_by(starter, &["status", "--files"]);
        let files = files.as_array().unwrap().iter();
        files
            .map(|file| {
                (
                    text(&file["file"]),
                    (text(&file["status"]), text(&file["reason"])),
                )
            })
            .collect()
    }
}
