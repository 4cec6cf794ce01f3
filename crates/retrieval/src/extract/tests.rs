use std::path::PathBuf;
use std::sync::OnceLock;

use super::*;

/// The worker program beside this test program; built if the tests of this crate run alone.
fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let find = || {
        // target/debug/deps/retrieval-…
        let own = std::env::current_exe().unwrap();
        let folder = own.parent().unwrap().parent().unwrap();
        let program = folder.join(format!("attache-extract{}", std::env::consts::EXE_SUFFIX));
        if !program.exists() {
            let mut build = std::process::Command::new(env!("CARGO"));
            build.args([
                "build",
                "--quiet",
                "-p",
                "extraction",
                "--bin",
                "attache-extract",
                "--target-dir",
            ]);
            build.arg(folder.parent().unwrap());
            if folder.ends_with("release") {
                build.arg("--release");
            }
            assert!(build.status().unwrap().success());
        }
        program
    };
    PROGRAM.get_or_init(find).clone()
}

fn readers(limits: Limits) -> Readers {
    Readers::new(ReaderConfig {
        program: program(),
        pdfium: None,
        limits,
        workers: 1,
    })
}

/// A folder with files of these names and contents.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Sends a signal to the idle worker; a stop is waited for, as the system stops thread by thread.
#[cfg(target_os = "linux")]
fn signal(readers: &Readers, name: &str) {
    let process = readers.idle()[0].process().unwrap().to_string();
    assert!(
        std::process::Command::new("kill")
            .args([name, &process])
            .status()
            .unwrap()
            .success()
    );
    let stopped = |thread: std::io::Result<std::fs::DirEntry>| {
        let stat = std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap();
        stat.rsplit(") ").next().unwrap().starts_with('T')
    };
    while name == "-STOP"
        && !std::fs::read_dir(format!("/proc/{process}/task"))
            .unwrap()
            .all(stopped)
    {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn files_of_any_size_arrive_whole() {
    let large: String = (0..60_000).map(|n| format!("line {n}\n")).collect();
    let folder = folder(&[("small.md", b"# Title\n"), ("large.txt", large.as_bytes())]);
    let readers = readers(Limits::default());
    let small = readers.read(&folder.path().join("small.md")).await;
    assert_eq!(
        (small.status, small.document.title.as_deref()),
        (ReadStatus::Ok, Some("Title"))
    );
    let read = readers.read(&folder.path().join("large.txt")).await;
    assert_eq!(read.document.text(), large);
    assert_eq!(readers.idle().len(), 1);
}

#[tokio::test]
async fn what_is_no_file_is_refused_in_words() {
    let folder = folder(&[("a.txt", b"0123456789")]);
    let readers = readers(Limits {
        input_bytes: 9,
        ..Limits::default()
    });
    let path = folder.path();
    let reason = |reading: Reading| (reading.status, reading.reason.unwrap());
    let directory = reason(readers.read(path).await);
    assert_eq!(
        directory,
        (ReadStatus::Unsupported, "This is a folder, not a file.".into())
    );
    let gone = reason(readers.read(&path.join("gone")).await);
    assert_eq!(gone, (ReadStatus::Error, "The file is no longer there.".into()));
    let large = reason(readers.read(&path.join("a.txt")).await);
    assert_eq!(
        large,
        (
            ReadStatus::TooLarge,
            "The file has 10 bytes, the limit is 9 bytes.".into()
        )
    );
    #[cfg(unix)]
    {
        let pipe = path.join("pipe");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(readers.read(&pipe).await.status, ReadStatus::Unsupported);
    }
    assert!(readers.idle().is_empty(), "no worker is needed to refuse");
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let folder = folder(&[("a.txt", b"text")]);
    let config = ReaderConfig {
        program: "/nowhere/attache-extract".into(),
        pdfium: None,
        limits: Limits::default(),
        workers: 1,
    };
    let reading = Readers::new(config).read(&folder.path().join("a.txt")).await;
    assert_eq!(reading.status, ReadStatus::Error);
    assert!(reading.reason.unwrap().contains("`/nowhere/attache-extract`"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_takes_too_much_memory_is_too_large_and_the_next_is_read() {
    let lines: String = (0..1_000_000).map(|n| format!("{n}\n\n")).collect();
    let folder = folder(&[("a.txt", lines.as_bytes()), ("b.txt", b"next")]);
    let readers = readers(Limits {
        memory_bytes: 24 << 20,
        ..Limits::default()
    });
    let reading = readers.read(&folder.path().join("a.txt")).await;
    assert_eq!(reading.status, ReadStatus::TooLarge, "{:?}", reading.reason);
    assert!(reading.reason.unwrap().contains("24 MB"));
    assert_eq!(
        readers.read(&folder.path().join("b.txt")).await.status,
        ReadStatus::Ok
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_worker_that_hangs_costs_one_file() {
    let folder = folder(&[("a.txt", b"text")]);
    let readers = readers(Limits {
        millis: 2000,
        ..Limits::default()
    });
    let path = folder.path().join("a.txt");
    assert_eq!(readers.read(&path).await.status, ReadStatus::Ok);
    signal(&readers, "-STOP");
    let reading = readers.read(&path).await;
    assert_eq!(reading.status, ReadStatus::Timeout);
    assert_eq!(
        reading.reason.as_deref(),
        Some("Reading took longer than 2 seconds.")
    );
    assert_eq!(readers.read(&path).await.status, ReadStatus::Ok);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_worker_that_is_killed_is_replaced_and_the_file_is_read_again() {
    let folder = folder(&[("a.txt", b"text")]);
    let readers = readers(Limits::default());
    let path = folder.path().join("a.txt");
    assert_eq!(readers.read(&path).await.status, ReadStatus::Ok);
    // In the middle of a file: it has been sent and nobody answers.
    signal(&readers, "-STOP");
    let process = readers.idle()[0].process().unwrap().to_string();
    let kill = async {
        std::process::Command::new("kill")
            .args(["-KILL", &process])
            .status()
            .unwrap();
    };
    let (reading, ()) = tokio::join!(readers.read(&path), kill);
    assert_eq!(reading.status, ReadStatus::Ok);
    // While idle.
    signal(&readers, "-KILL");
    assert_eq!(readers.read(&path).await.status, ReadStatus::Ok);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_read_that_is_given_up_leaves_no_worker_in_the_middle_of_a_file() {
    let folder = folder(&[("a.txt", b"first"), ("b.txt", b"second")]);
    let readers = readers(Limits::default());
    assert_eq!(
        readers.read(&folder.path().join("a.txt")).await.status,
        ReadStatus::Ok
    );
    signal(&readers, "-STOP");
    let given_up = tokio::time::timeout(
        Duration::from_millis(200),
        readers.read(&folder.path().join("a.txt")),
    )
    .await;
    assert!(given_up.is_err());
    let reading = readers.read(&folder.path().join("b.txt")).await;
    assert_eq!(reading.document.text(), "second\n");
}
