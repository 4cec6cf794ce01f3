//! The worker program as its parent sees it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use domain::ReadStatus;
use extraction::worker::protocol::{self, Answer, Hello, Op, Request, What};
use extraction::{Limits, Reading};

struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    hello: Hello,
}

impl Worker {
    fn start(limits: &Limits) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_attache-extract"))
            .args(["--limits", &serde_json::to_string(limits).unwrap()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut output = child.stdout.take().unwrap();
        let hello = protocol::read(&mut output, u32::MAX).unwrap().unwrap();
        Self {
            child,
            input,
            output,
            hello,
        }
    }

    fn send(&mut self, name: &str, bytes: &[u8]) {
        let request = Request {
            op: Op::Read { name: name.into() },
            len: bytes.len() as u64,
        };
        let input = self.input.as_mut().unwrap();
        protocol::write(input, &request).unwrap();
        // A worker that dies early leaves a broken pipe.
        if let Err(error) = input.write_all(bytes) {
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        }
    }

    fn answer(&mut self) -> Option<Reading> {
        match protocol::read::<Answer>(&mut self.output, u32::MAX).ok()??.what {
            What::Read(reading) => Some(*reading),
            What::Boxes(boxes) => panic!("{boxes:?}"),
        }
    }

    fn read(&mut self, name: &str, bytes: &[u8]) -> Reading {
        self.send(name, bytes);
        self.answer().unwrap()
    }

    /// How the process ends and what it says at last.
    fn end(mut self) -> (ExitStatus, String) {
        drop(self.input.take());
        let status = self.child.wait().unwrap();
        let mut words = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut words)
            .unwrap();
        (status, words)
    }
}

#[test]
fn one_worker_reads_one_file_after_another() {
    let mut worker = Worker::start(&Limits::default());
    assert_eq!(worker.hello.refused, None);
    for round in 0..3 {
        let reading = worker.read("a.md", format!("# Title {round}\n\ntext\n").as_bytes());
        assert_eq!(reading.status, ReadStatus::Ok);
        assert_eq!(reading.document.title, Some(format!("Title {round}")));
        assert_eq!(worker.read("a.md", b"").status, ReadStatus::Empty);
        assert_eq!(
            worker.read("a.bin", &[0, 1, 2, 0, 3]).status,
            ReadStatus::Unsupported
        );
    }
    assert!(worker.end().0.success());
}

#[test]
fn a_file_over_the_limit_is_refused_and_the_next_one_is_read() {
    let mut worker = Worker::start(&Limits {
        input_bytes: 1000,
        ..Limits::default()
    });
    let reading = worker.read("a.txt", &[b'x'; 100_000]);
    assert_eq!(reading.status, ReadStatus::TooLarge);
    assert_eq!(
        reading.reason.as_deref(),
        Some("The file has 97 KB, the limit is 1000 bytes.")
    );
    assert_eq!(worker.read("a.txt", b"small").status, ReadStatus::Ok);
}

#[test]
fn a_worker_out_of_memory_says_so_as_it_dies() {
    let limits = Limits {
        memory_bytes: 24 << 20,
        ..Limits::default()
    };
    let mut worker = Worker::start(&limits);
    let lines: String = (0..1_000_000).map(|n| format!("{n}\n\n")).collect();
    worker.send("a.txt", lines.as_bytes());
    assert_eq!(worker.answer(), None);
    let (status, words) = worker.end();
    assert!(!status.success());
    assert!(words.contains("memory allocation of"), "{words}");
    assert_eq!(
        Worker::start(&limits).read("a.txt", b"next").status,
        ReadStatus::Ok
    );
}

#[test]
fn a_worker_whose_parent_is_gone_ends() {
    let mut worker = Worker::start(&Limits::default());
    drop(worker.input.take());
    assert!(worker.child.wait().unwrap().success());
}

#[test]
fn a_worker_that_is_told_nonsense_ends() {
    let mut worker = Worker::start(&Limits::default());
    worker
        .input
        .as_mut()
        .unwrap()
        .write_all(b"\xff\xff\xff\xffnonsense")
        .unwrap();
    assert_eq!(worker.answer(), None);
    worker.end();
}

#[test]
fn a_worker_with_an_unknown_option_refuses_by_name() {
    let output = Command::new(env!("CARGO_BIN_EXE_attache-extract"))
        .args(["--no-sandbox", "x"])
        .output()
        .unwrap();
    let hello = protocol::read::<Hello>(&mut &output.stdout[..], u32::MAX)
        .unwrap()
        .unwrap();
    assert!(hello.refused.unwrap().contains("`--no-sandbox`"));
    assert!(!output.status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn on_linux_the_worker_says_what_keeps_it_in() {
    let worker = Worker::start(&Limits::default());
    assert!(
        worker.hello.sandbox.contains("seccomp"),
        "{}",
        worker.hello.sandbox
    );
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.child.id())).unwrap();
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
    };
    assert_eq!(field("Seccomp:"), Some("2"));
    assert_eq!(field("NoNewPrivs:"), Some("1"));
}

#[test]
fn a_zip_bomb_a_laughing_xml_and_other_traps_end_with_a_status() {
    let mut worker = Worker::start(&Limits::default());
    let laughs = {
        let mut xml = "<!DOCTYPE l [<!ENTITY l0 'ha'>".to_owned();
        for n in 1..12 {
            xml += &format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10));
        }
        xml + "]><l>&l11;</l>"
    };
    let traps: &[(&str, Vec<u8>)] = &[
        ("a.xml", laughs.into_bytes()),
        ("a.html", "<div>".repeat(300_000).into_bytes()),
        ("a.json", "[".repeat(200_000).into_bytes()),
        ("a.md", "> ".repeat(100_000).into_bytes()),
        ("a.txt", vec![b'a'; 4 << 20]),
        ("a.csv", ",".repeat(300_000).into_bytes()),
        ("a.rtf", ["{\\rtf1 ", &"{".repeat(300_000)].concat().into_bytes()),
        ("a.pdf", b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>".to_vec()),
        ("a.docx", b"PK\x03\x04".to_vec()),
    ];
    for (name, bytes) in traps {
        let reading = worker.read(name, bytes);
        assert_eq!(
            reading.status == ReadStatus::Ok,
            reading.reason.is_none(),
            "{name}"
        );
        assert!(
            reading.document.text().len() as u64 <= Limits::default().output_bytes(bytes.len() as u64),
            "{name}"
        );
    }
}

#[test]
fn every_hostile_fixture_ends_with_a_status() {
    let folder = std::path::Path::new("../../tests/fixtures/hostile");
    let mut worker = Worker::start(&Limits::default());
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for path in files.iter().filter(|path| path.is_file()) {
        let bytes = std::fs::read(path).unwrap();
        worker.send(&path.file_name().unwrap().to_string_lossy(), &bytes);
        match worker.answer() {
            Some(reading) => assert_eq!(
                reading.status == ReadStatus::Ok,
                reading.reason.is_none(),
                "{path:?}"
            ),
            // Only running out of memory or stack may end the process.
            None => {
                let (status, words) = std::mem::replace(&mut worker, Worker::start(&Limits::default())).end();
                let known = words.contains("memory allocation of") || words.contains("overflowed its stack");
                assert!(known, "{path:?}: {status} {words}");
            }
        }
    }
}
