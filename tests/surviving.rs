//! Bad things that happen to the index: kills, missing and damaged files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::collections::BTreeSet;
use std::time::Duration;

use journeys::Desk;

/// Enough text that indexing takes long enough to be killed in each of its phases.
fn desk_with_many_files() -> Desk {
    let desk = Desk::watched();
    for n in 0..120 {
        let text: String = (0..12)
            .map(|p| {
                format!(
                    "## Part {p}\n\nOrder {n}-{p} of customer {} ships {} crates on day {p}.\n\n",
                    n % 17,
                    n * p
                )
            })
            .collect();
        desk.write(&format!("orders/order-{n}.md"), format!("# Order {n}\n\n{text}"));
    }
    desk
}

/// Everything a search can give, to compare two states of the index.
fn content(desk: &Desk) -> BTreeSet<String> {
    let found = desk.json(&[
        "search",
        "order customer crates day part",
        "-k",
        "5000",
        "--mode",
        "keyword",
    ]);
    let hits = found["results"].as_array().unwrap().iter();
    hits.map(|hit| format!("{} {} {}", hit["file"], hit["heading"], hit["passage"]))
        .collect()
}

fn complete(desk: &Desk) -> BTreeSet<String> {
    let status = desk.json(&["index"]);
    assert_eq!(
        (&status["sources"][0]["waiting"], &status["sources"][0]["indexed"]),
        (&0.into(), &120.into()),
        "{status}"
    );
    assert_eq!(status["passages"], status["embedded"], "{status}");
    content(desk)
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_the_next_start_finishes() {
    let undisturbed = complete(&desk_with_many_files());
    assert!(undisturbed.len() >= 120);
    let desk = desk_with_many_files();
    // The moments are spread over the run: opening, walking, reading, committing, embedding.
    for moment in [5, 20, 40, 60, 90, 130, 180, 250, 340, 460, 620, 840] {
        let mut run = desk.start(&["index"]);
        wait(&mut run, Duration::from_millis(moment));
        run.kill().unwrap();
        run.wait().unwrap();
    }
    assert_eq!(complete(&desk), undisturbed);
}

/// Waits for the end of a process, at most this long: the moment of the kill is the point here.
fn wait(run: &mut std::process::Child, most: Duration) {
    let end = std::time::Instant::now() + most;
    while std::time::Instant::now() < end && run.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}

#[test]
fn whatever_is_deleted_or_damaged_in_the_index_is_noticed_and_made_again() {
    let desk = desk_with_many_files();
    let before = complete(&desk);
    let index = desk.home.path().join("index");
    let damages: [(&str, &dyn Fn()); 6] = [
        ("keywords deleted", &|| {
            std::fs::remove_dir_all(index.join("keywords")).unwrap()
        }),
        ("a keyword file flipped", &|| {
            flip(&largest(&index.join("keywords")))
        }),
        ("keyword list emptied", &|| {
            std::fs::write(index.join("keywords/meta.json"), "").unwrap()
        }),
        ("database cut", &|| cut(&index.join("index.sqlite"))),
        ("database overwritten", &|| {
            std::fs::write(index.join("index.sqlite"), "no database").unwrap()
        }),
        ("everything deleted", &|| std::fs::remove_dir_all(&index).unwrap()),
    ];
    for (name, damage) in damages {
        damage();
        assert_eq!(complete(&desk), before, "{name}");
    }
}

#[test]
fn a_lost_keyword_index_is_made_again_without_embedding_or_reading() {
    let desk = desk_with_many_files();
    let before = complete(&desk);
    // The files are gone from reach, so nothing can be read again.
    std::fs::remove_dir_all(desk.home.path().join("index/keywords")).unwrap();
    let status = desk.json(&["index"]);
    assert_eq!(status["passages"], status["embedded"]);
    assert_eq!(content(&desk), before);
}

fn largest(folder: &std::path::Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files
        .filter(|f| f.path().extension().is_some())
        .max_by_key(|f| f.metadata().unwrap().len())
        .unwrap()
        .path()
}

fn flip(file: &std::path::Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(file, bytes).unwrap();
}

fn cut(file: &std::path::Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 3]).unwrap();
}
