//! What code inside the worker's walls can still do. Each forbidden act is tried by this test program itself, started
//! anew to run one ignored test inside the walls.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use extraction::Limits;
use extraction::worker::sandbox;

const SIGSYS: i32 = 31;

fn lock_in() {
    let before = sandbox::before_threads(&Limits::default(), 0).unwrap();
    sandbox::close(&before).unwrap();
}

/// Runs an act in a process of its own.
fn try_inside(act: &str) -> Output {
    let program = std::env::current_exe().unwrap();
    Command::new(program)
        .args(["--exact", act, "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap()
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_open() {
    lock_in();
    for path in ["/etc/hostname", "/proc/self/status", "/tmp"] {
        println!(
            "read {path}: {:?}",
            std::fs::File::open(path).map(drop).map_err(|error| error.kind())
        );
        println!(
            "list {path}: {:?}",
            std::fs::read_dir(path).map(drop).map_err(|error| error.kind())
        );
    }
    println!(
        "write: {:?}",
        std::fs::write("/tmp/attache-outside", "x").map_err(|error| error.kind())
    );
    println!(
        "still reads: {:?}",
        extraction::read("a.md", b"# x", &Limits::default()).status
    );
}

#[test]
fn no_file_can_be_opened_listed_or_written() {
    let output = try_inside("act_open");
    let said = says(&output);
    assert_eq!(said.matches("Err(PermissionDenied)").count(), 7, "{said}");
    assert!(said.contains("still reads: Ok"), "{said}");
    assert!(!std::path::Path::new("/tmp/attache-outside").exists());
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_connect() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    lock_in();
    println!("trying");
    println!("connected: {:?}", std::net::TcpStream::connect(address));
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_bind() {
    lock_in();
    println!("trying");
    println!("bound: {:?}", std::os::unix::net::UnixDatagram::unbound());
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_exec() {
    lock_in();
    println!("trying");
    println!("started: {:?}", Command::new("/bin/true").status());
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_thread() {
    lock_in();
    let thread = std::thread::Builder::new()
        .stack_size(16 << 20)
        .spawn(|| std::fs::read("/etc/hostname"));
    println!(
        "in a thread: {:?}",
        thread.unwrap().join().unwrap().map_err(|error| error.kind())
    );
}

#[test]
fn a_thread_may_start_and_is_inside_too() {
    let said = says(&try_inside("act_thread"));
    assert!(said.contains("in a thread: Err(PermissionDenied)"), "{said}");
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_kill() {
    lock_in();
    println!("trying");
    println!(
        "signalled: {:?}",
        nix::sys::signal::kill(nix::unistd::Pid::parent(), None)
    );
}

#[test]
fn connecting_binding_starting_and_signalling_end_the_process() {
    for act in ["act_connect", "act_bind", "act_exec", "act_kill"] {
        let output = try_inside(act);
        let said = says(&output);
        assert_eq!(
            output.status.signal(),
            Some(SIGSYS),
            "{act}: {:?} {said}",
            output.status
        );
        assert!(
            said.contains("trying") && !said.contains("ed: Ok"),
            "{act}: {said}"
        );
    }
}

#[test]
#[ignore = "run inside the walls by another test"]
fn act_grow() {
    lock_in();
    println!("trying");
    let most = Limits::default().memory_bytes as usize;
    println!(
        "grown: {:?}",
        Vec::<u8>::new()
            .try_reserve_exact(most + 1)
            .map_err(|_| "refused")
    );
}

#[test]
fn memory_beyond_the_limit_is_not_given() {
    let said = says(&try_inside("act_grow"));
    assert!(said.contains("grown: Err(\"refused\")"), "{said}");
}
