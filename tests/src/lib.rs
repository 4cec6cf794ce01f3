//! Journeys: tests that go through the real programs, as a person would.
//!
//! [`Desk`] is a person's desk for one test: a home and a folder of documents, both temporary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The checkout's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
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
            .env("ATTACHE_RUNTIME", runtime());
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
        let output = self.run(&[&["--json"], arguments].concat());
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
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let files = self.json(&["status", "--files"]);
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
