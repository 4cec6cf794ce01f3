//! The house stands as `docs/architecture.md` draws it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use journeys::root;

/// The window has its place from Tauri, and the demo company is with the demo; all others are in `crates`.
fn folder(member: &str) -> PathBuf {
    match member {
        "desktop" => root().join("src-tauri"),
        "company" => root().join("demo/company"),
        _ => root().join("crates").join(member),
    }
}

fn manifest(member: &str) -> toml::Table {
    let path = folder(member).join("Cargo.toml");
    std::fs::read_to_string(&path).unwrap().parse().unwrap()
}

fn members() -> BTreeSet<String> {
    let folders = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap());
    folders
        .filter(|folder| folder.path().join("Cargo.toml").exists())
        .map(|f| f.file_name().into_string().unwrap())
        .chain(["desktop".to_owned(), "company".to_owned()])
        .collect()
}

/// Dependencies of a member, of every kind and for every target.
fn dependencies(table: &toml::Table) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (key, value) in table {
        let Some(inner) = value.as_table() else { continue };
        if matches!(key.as_str(), "dependencies" | "build-dependencies") {
            out.extend(inner.keys().cloned());
        } else if key == "target" {
            inner
                .values()
                .filter_map(|target| target.as_table())
                .for_each(|target| out.extend(dependencies(target)));
        }
    }
    out
}

/// The table between the two marks of the architecture page: member, and what it may use.
fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let table = page
        .split("<!-- arrows")
        .nth(1)
        .unwrap()
        .split("<!-- end of arrows")
        .next()
        .unwrap();
    let names =
        |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        (names(cells[1]).pop_first().unwrap(), names(cells[2]))
    })
    .collect()
}

#[test]
fn every_arrow_is_drawn_and_every_drawn_arrow_is_there() {
    let members = members();
    let real: BTreeMap<String, BTreeSet<String>> = members
        .iter()
        .map(|member| {
            (
                member.clone(),
                dependencies(&manifest(member))
                    .intersection(&members)
                    .cloned()
                    .collect(),
            )
        })
        .collect();
    assert_eq!(real, drawn());
}

#[test]
fn arrows_point_down_only() {
    let drawn = drawn();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while placed.len() < drawn.len() {
        let next: Vec<&str> = drawn
            .iter()
            .filter(|(member, uses)| {
                !placed.contains(member.as_str()) && uses.iter().all(|u| placed.contains(u.as_str()))
            })
            .map(|(member, _)| member.as_str())
            .collect();
        assert!(
            !next.is_empty(),
            "a circle among {:?}",
            drawn
                .keys()
                .filter(|m| !placed.contains(m.as_str()))
                .collect::<Vec<_>>()
        );
        placed.extend(next);
    }
}

#[test]
fn the_promises_about_heavy_things_are_kept() {
    let io = [
        "tokio",
        "sqlx",
        "reqwest",
        "tauri",
        "fastembed",
        "tantivy",
        "usearch",
        "notify",
    ];
    for (member, absent) in [
        ("domain", &io[..]),
        ("governance", &io[..]),
        ("extraction", &io[..]),
        (
            "intelligence",
            &[
                "sqlx",
                "reqwest",
                "tauri",
                "fastembed",
                "tantivy",
                "usearch",
                "notify",
            ][..],
        ),
        (
            "integration",
            // Without `sqlx` no connected database; what is kept is no concern of it (docs/decisions/0015-sql.md).
            &["storage", "tauri", "fastembed", "tantivy", "usearch", "notify"][..],
        ),
        ("orchestration", &["sqlx", "reqwest", "tauri"][..]),
        ("experience", &["sqlx", "reqwest", "tauri"][..]),
    ] {
        let used = dependencies(&manifest(member));
        for name in absent {
            assert!(!used.contains(*name), "`{member}` must not depend on `{name}`");
        }
    }
}

/// Everything a member is built from on this machine, by name.
fn built_from(member: &str) -> BTreeSet<String> {
    tree(&["--package", member])
}

/// Names of packages as `cargo tree` lists them.
fn tree(of: &[&str]) -> BTreeSet<String> {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(of)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines
        .lines()
        .filter_map(|line| Some(line.split(' ').next()?.to_owned()))
        .collect()
}

/// Who is built directly on a library, among everything a member is built from on this machine.
fn built_on(library: &str, member: &str) -> BTreeSet<String> {
    let of = ["--package", member, "--invert", library, "--depth", "1"];
    tree(&of).into_iter().filter(|name| name != library).collect()
}

#[test]
fn only_integration_can_open_a_connection() {
    let clients = [
        "reqwest",
        "ureq",
        "curl",
        "isahc",
        "surf",
        "attohttpc",
        "minreq",
        "hf-hub",
        "tungstenite",
    ];
    for member in members().iter().filter(|member| *member != "integration") {
        let used = dependencies(&manifest(member));
        for client in clients.iter().chain(&["hyper", "hyper-util"]) {
            assert!(
                !used.contains(*client),
                "`{member}` must not depend on `{client}`"
            );
        }
    }
    for member in ["cli", "extraction", "desktop", "integration"] {
        let names = built_from(member);
        assert!(names.contains("domain"), "`{member}` was not looked at");
        for client in clients.iter().filter(|client| **client != "reqwest") {
            assert!(!names.contains(*client), "`{client}` has come into `{member}`");
        }
        assert!(!names.contains("axum"), "a server has come into `{member}`");
        if names.contains("reqwest") {
            let users = built_on("reqwest", member);
            assert_eq!(users, BTreeSet::from(["integration".to_owned()]), "in `{member}`");
        } else {
            assert!(!names.contains("hyper"), "`hyper` has come into `{member}`");
        }
    }
    assert!(built_from("integration").contains("reqwest"));
    // A worker that reads hostile files never gets a network.
    assert!(!built_from("extraction").contains("reqwest"));
}

#[test]
fn only_the_development_host_the_harness_and_the_demo_company_listen() {
    // Named here, so that another listener is noticed when it comes.
    for member in members().iter().filter(|member| *member != "company") {
        let used = dependencies(&manifest(member));
        for server in ["axum", "hyper", "warp", "tiny_http"] {
            assert!(!used.contains(server), "`{member}` must not listen");
        }
    }
    for tool in ["devhost", "harness"] {
        let path = root().join("tests").join(tool).join("Cargo.toml");
        let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        assert!(dependencies(&manifest).contains("axum"), "`{tool}`");
    }
    assert!(dependencies(&manifest("company")).contains("axum"));
}

#[test]
fn every_member_says_what_it_is_for_and_keeps_the_lints() {
    for member in members() {
        let manifest = manifest(&member);
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "`{member}` leaves the workspace's lints"
        );
        let folder = folder(&member).join("src");
        let main = ["lib.rs", "main.rs"]
            .map(|file| folder.join(file))
            .into_iter()
            .find(|file| file.exists())
            .unwrap();
        let text = std::fs::read_to_string(&main).unwrap();
        let promise: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(promise.len() > 120, "`{member}` does not say what it is for");
    }
}
