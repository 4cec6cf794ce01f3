//! The main job, through the real command: folders in, passages out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![allow(clippy::print_stdout)] // what was skipped or counted

use journeys::{Desk, fixtures, manifest};
use serde_json::Value;

fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

#[test]
fn a_folder_of_every_format_is_found_and_cited_at_its_place() {
    let desk = Desk::watched();
    for line in manifest("documents") {
        desk.copy("documents", line["file"].as_str().unwrap());
    }
    let status = desk.json(&["index"]);
    assert_eq!(status["sources"][0]["waiting"], 0, "{status}");
    assert_eq!(status["passages"], status["embedded"], "{status}");
    let statuses = desk.statuses();
    for line in manifest("documents") {
        let file = line["file"].as_str().unwrap();
        if line["expect"] != "ok" {
            let (status, reason) = &statuses[file];
            assert!(
                status != "indexed" && !reason.is_empty(),
                "{file}: {status} {reason}"
            );
            continue;
        }
        for text in line["must_contain"].as_array().unwrap() {
            let text = text.as_str().unwrap();
            let found = desk.json(&["search", text, "-k", "150"]);
            let hits = found["results"].as_array().unwrap();
            let mut of_file = hits.iter().filter(|hit| hit["file"] == file);
            // A heading or a mail's subject stands above its passages.
            let holds = |hit: &&Value| {
                ["passage", "heading", "title"]
                    .iter()
                    .any(|key| squeezed(hit[key].as_str().unwrap_or_default()).contains(&squeezed(text)))
            };
            assert!(
                of_file.any(|hit| holds(&hit)),
                "`{text}` is not found in `{file}`"
            );
        }
        for place in line["places"].as_array().into_iter().flatten() {
            let text = place["text"].as_str().unwrap();
            let found = desk.json(&["search", text, "-k", "150"]);
            let hit = found["results"].as_array().unwrap().iter().find(|hit| {
                hit["file"] == file && squeezed(hit["passage"].as_str().unwrap()).contains(&squeezed(text))
            });
            let hit = hit.unwrap_or_else(|| panic!("`{text}` is not found in `{file}`"));
            for key in ["page", "sheet", "range", "slide"] {
                if let Some(expected) = place.get(key) {
                    let there = if key == "page" || key == "slide" {
                        &hit["page"]
                    } else {
                        &hit["place"][key]
                    };
                    assert!(
                        there == expected || key == "range",
                        "`{text}` in `{file}`: {key} {there}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_hostile_file_ends_with_a_plain_status_and_harms_no_other() {
    let desk = Desk::watched();
    desk.write(
        "good.md",
        "# Parking\n\nThe robots park at the north wall every night.",
    );
    for line in manifest("hostile") {
        desk.copy("hostile", line["file"].as_str().unwrap());
    }
    desk.json(&["index"]);
    let statuses = desk.statuses();
    for line in manifest("hostile") {
        let file = line["file"].as_str().unwrap();
        let (status, reason) = &statuses[file];
        assert!(
            status == "indexed" || !reason.is_empty(),
            "`{file}` is {status} without a reason"
        );
        let mut allowed: Vec<&str> = vec![line["expect"].as_str().unwrap()];
        allowed.extend(
            line["or"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|v| v.as_str().unwrap()),
        );
        let read = desk.json(&["extract", fixtures("hostile").join(file).to_str().unwrap()]);
        let read = read["status"].as_str().unwrap();
        assert!(
            allowed.contains(&"any") || allowed.contains(&read),
            "`{file}` ends as {read}, not {allowed:?}: {reason}"
        );
    }
    assert_eq!(desk.found("where do the robots park")[0], "good.md");
}

#[test]
fn a_deleted_file_is_never_found_again_even_before_the_next_index() {
    let desk = Desk::watched();
    desk.write("terms.txt", "The payment term is 45 days net.");
    desk.write("other.txt", "Parcels are picked up at noon.");
    desk.json(&["index"]);
    assert_eq!(desk.found("payment term")[0], "terms.txt");
    std::fs::remove_file(desk.folder.path().join("terms.txt")).unwrap();
    assert!(!desk.found("payment term").contains(&"terms.txt".to_owned()));
    let answer = desk.json(&["ask", "What is the payment term?"]);
    assert!(!answer.to_string().contains("45 days"), "{answer}");
    desk.json(&["index"]);
    assert!(!desk.statuses().contains_key("terms.txt"));
}

#[test]
fn a_changed_file_is_only_found_with_its_new_text() {
    let desk = Desk::watched();
    desk.write("terms.txt", "The payment term is 45 days net.");
    desk.json(&["index"]);
    desk.write("terms.txt", "The payment term is 30 days net from now on.");
    assert!(
        desk.json(&["search", "payment term"])["results"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    desk.json(&["index"]);
    let passage = desk.json(&["search", "payment term"])["results"][0]["passage"].to_string();
    assert!(
        passage.contains("30 days") && !passage.contains("45 days"),
        "{passage}"
    );
}

#[test]
fn what_moved_while_the_program_was_off_is_found_at_its_new_place() {
    let desk = Desk::watched();
    desk.write("in/offer.md", "# Offer\n\nForty AMR-40X for the Moss site.");
    desk.json(&["index"]);
    std::fs::create_dir(desk.folder.path().join("done")).unwrap();
    std::fs::rename(
        desk.folder.path().join("in/offer.md"),
        desk.folder.path().join("done/offer.md"),
    )
    .unwrap();
    desk.json(&["index"]);
    assert_eq!(desk.found("AMR-40X for Moss"), ["done/offer.md"]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_told_with_its_reason_and_harms_nothing() {
    let Some(person) = journeys::as_person() else {
        println!("skipped: this person may look into every folder");
        return;
    };
    let desk = Desk::watched();
    desk.write("open/crane.txt", "The crane is in hall three.");
    desk.write("closed/forklift.txt", "The forklift is in hall two.");
    desk.write("locked.txt", "The gate code is changed every Monday.");
    let found = |question: &str| -> Vec<String> {
        let found = desk.json_by(&person, &["search", question]);
        let hits = found["results"].as_array().unwrap().iter();
        hits.map(|hit| hit["file"].as_str().unwrap().to_owned()).collect()
    };
    desk.json_by(&person, &["index"]);
    assert_eq!(found("where is the forklift")[0], "closed/forklift.txt");
    let (closed, locked) = (
        desk.folder.path().join("closed"),
        desk.folder.path().join("locked.txt"),
    );
    journeys::close(&closed);
    journeys::close(&locked);
    // At once, and after the next look.
    for look in ["status", "index", "index"] {
        let status = desk.json_by(&person, &[look]);
        assert_eq!(found("where is the crane")[0], "open/crane.txt");
        assert!(!found("where is the forklift").contains(&"closed/forklift.txt".to_owned()));
        assert!(!found("gate code").contains(&"locked.txt".to_owned()));
        if look == "index" {
            assert_eq!(status["sources"][0]["unreadable"], 1, "{status}");
            let statuses = desk.statuses_by(&person);
            let of = |file: &str| (statuses[file].0.as_str(), statuses[file].1.as_str());
            let reason = "The system does not let Attaché open this file.";
            assert_eq!(of("locked.txt"), ("failed", reason));
            assert_eq!(
                of("closed"),
                ("failed", "The system does not let Attaché look in here.")
            );
        }
    }
    let why = desk.json_by(&person, &["why", "closed/forklift.txt", "where is the forklift"]);
    let verdict = why["verdict"].as_str().unwrap();
    assert!(verdict.contains("can't be looked at"), "{why}");
    let read = desk.json_by(&person, &["extract", locked.to_str().unwrap()]);
    assert_eq!(read["status"], "error");
    // A watched folder itself: its files are left out, and nothing is forgotten.
    journeys::close(desk.folder.path());
    let status = desk.json_by(&person, &["index"]);
    assert_eq!(status["sources"][0]["reachable"], false, "{status}");
    assert_eq!(found("where is the crane"), [""; 0]);
    // Open again, everything is found.
    for path in [desk.folder.path(), &closed, &locked] {
        journeys::rights(path, 0o700);
    }
    let status = desk.json_by(&person, &["index"]);
    assert_eq!(status["sources"][0]["unreadable"], 0, "{status}");
    assert_eq!(found("where is the crane")[0], "open/crane.txt");
    assert_eq!(found("where is the forklift")[0], "closed/forklift.txt");
    assert_eq!(found("gate code")[0], "locked.txt");
    assert!(
        desk.statuses_by(&person)
            .values()
            .all(|(status, _)| status == "indexed")
    );
}

#[test]
fn ignored_files_are_not_read_and_why_says_so() {
    let desk = Desk::watched();
    desk.write(".attacheignore", "private/\n*.bak\n");
    desk.write("private/salary.txt", "The salary of Ines is a secret.");
    desk.write("notes.bak", "The salary of Ines is a secret.");
    desk.write("notes.txt", "Nothing here about money.");
    desk.json(&["index"]);
    assert_eq!(desk.statuses().into_keys().collect::<Vec<_>>(), ["notes.txt"]);
    let why = desk.json(&["why", "private/salary.txt", "salary of Ines"]);
    assert!(
        why["verdict"].as_str().unwrap().contains("left out by the rules"),
        "{why}"
    );
}

#[test]
fn why_tells_apart_found_unread_unreadable_and_unknown() {
    let desk = Desk::watched();
    desk.write("a.txt", "The gate code of the warehouse is changed every Monday.");
    desk.write("empty.pdf", "");
    desk.json(&["index"]);
    desk.write("late.txt", "The gate opens at six.");
    let verdict = |file: &str| {
        desk.json(&["why", file, "gate code"])["verdict"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(verdict("a.txt").contains("first file found"));
    assert!(verdict("empty.pdf").contains("was left out"));
    assert!(verdict("late.txt").contains("is new"));
    assert!(verdict("never.txt").contains("There is no file"));
    assert!(verdict("/elsewhere/x.txt").contains("in none of the watched folders"));
}

#[test]
fn labels_of_a_collection_are_on_every_passage_and_filter() {
    let desk = Desk::new();
    let (open, closed) = (desk.folder.path().join("open"), desk.folder.path().join("closed"));
    for folder in [&open, &closed] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(
            folder.join("price.txt"),
            "The list price of the charger is 900 EUR.",
        )
        .unwrap();
    }
    desk.json(&["source", "add", open.to_str().unwrap(), "--collection", "Public"]);
    let never = "never-leaves-this-machine";
    desk.json(&[
        "source",
        "add",
        closed.to_str().unwrap(),
        "--collection",
        "Contracts",
        "--label",
        never,
        "--label",
        "internal",
    ]);
    desk.json(&["index"]);
    let of = |arguments: &[&str]| {
        let found = desk.json(&[&["search", "list price of the charger"], arguments].concat());
        let hits = found["results"].as_array().unwrap().clone();
        hits.into_iter()
            .map(|hit| (hit["collection"].to_string(), hit["labels"].to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&[]).len(), 2);
    let contracts = ("\"Contracts\"".to_owned(), format!("[\"internal\",\"{never}\"]"));
    assert_eq!(of(&["--collection", "Contracts"])[..], [contracts.clone()][..]);
    assert_eq!(of(&["--label", never]), [contracts]);
    let answer = desk.json(&[
        "ask",
        "What is the list price of the charger?",
        "--collection",
        "Contracts",
    ]);
    assert_eq!(
        answer["labels"].to_string(),
        format!("[\"internal\",\"{never}\"]")
    );
}

#[test]
fn a_folder_that_is_gone_is_said_to_be_away_and_its_files_are_kept_but_not_cited() {
    let desk = Desk::watched();
    desk.write("drive/a.txt", "The spare parts are in shelf nine.");
    let (drive, away) = (
        desk.folder.path().join("drive"),
        desk.folder.path().join("unplugged"),
    );
    let home = Desk {
        home: tempfile::tempdir().unwrap(),
        folder: tempfile::tempdir().unwrap(),
    };
    home.json(&["source", "add", drive.to_str().unwrap()]);
    home.json(&["index"]);
    std::fs::rename(&drive, &away).unwrap();
    let found = home.json(&["search", "spare parts shelf"]);
    assert!(found["results"].as_array().unwrap().is_empty(), "{found}");
    assert!(
        found["notices"].to_string().contains("can't be reached"),
        "{found}"
    );
    let status = home.json(&["index"]);
    assert_eq!(
        (
            &status["sources"][0]["reachable"],
            &status["sources"][0]["indexed"]
        ),
        (&Value::Bool(false), &Value::from(1))
    );
    std::fs::rename(&away, &drive).unwrap();
    assert_eq!(home.found("spare parts shelf"), ["a.txt"]);
}

#[test]
fn a_second_process_is_told_who_holds_the_home() {
    let desk = Desk::watched();
    let mut first = desk.start(&["index", "--watch"]);
    // It says that it watches once it holds the home.
    let mut told = std::io::BufReader::new(first.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut told, &mut String::new()).unwrap();
    let second = desk.run(&["--json", "status"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(2));
    let failure: Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(failure["failure"]["code"], "workspace_in_use");
    assert!(
        failure["failure"]["message"]
            .as_str()
            .unwrap()
            .contains("attache index --watch"),
        "{failure}"
    );
    desk.json(&["status"]);
}

#[test]
fn without_a_model_words_still_work_and_it_is_said() {
    let desk = Desk::watched();
    desk.write("a.txt", "The gate code of the warehouse is changed every Monday.");
    let run = |arguments: &[&str]| -> Value {
        let output = desk
            .command(arguments)
            .env("ATTACHE_MODEL", "no-such-model")
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(run(&["--json", "index"])["model"], Value::Null);
    let found = run(&["--json", "search", "gate code"]);
    assert_eq!(found["results"][0]["file"], "a.txt");
    assert!(
        found["notices"][0].as_str().unwrap().contains("by words only"),
        "{found}"
    );
    // With the model back, only the vectors are made; nothing is read again.
    let status = desk.json(&["index"]);
    assert_eq!(
        (&status["embedded"], &status["passages"]),
        (&Value::from(1), &Value::from(1))
    );
}

#[test]
fn json_has_the_shape_that_others_rely_on() {
    let desk = Desk::watched();
    desk.write("guide.md", "# Charging\n\nThe battery is full after 42 minutes.");
    desk.json(&["index"]);
    let hit = &desk.json(&["search", "how long does charging take", "-k", "1"])["results"][0];
    for key in ["file", "page", "heading", "passage", "score"] {
        assert!(hit.get(key).is_some(), "`{key}` is missing in {hit}");
    }
    let read = desk.json(&["extract", desk.folder.path().join("guide.md").to_str().unwrap()]);
    assert_eq!(read["status"], "ok");
    assert!(read["text"].as_str().unwrap().contains("42 minutes") && read["reason"].is_null());
    assert!(
        read["passages"][0]["text"]
            .as_str()
            .unwrap()
            .contains("42 minutes")
    );
    let answer = desk.json(&["ask", "How long does it take until the battery is full?"]);
    assert_eq!(answer["abstained"], false);
    let citation = &answer["answer"][0]["citations"][0];
    assert_eq!(citation["file"], "guide.md");
    assert!(
        citation["passage"].as_str().unwrap().contains("42 minutes"),
        "{answer}"
    );
    let nothing = desk.json(&["ask", "Who won the chess tournament of 1962 in Curacao?"]);
    assert_eq!(
        (&nothing["abstained"], nothing["answer"].as_array().unwrap().len()),
        (&Value::Bool(true), 0)
    );
}

#[test]
fn nothing_is_written_outside_the_home_that_was_named() {
    let desk = Desk::watched();
    desk.write("guide.md", "The battery is full after 42 minutes.");
    let elsewhere = tempfile::tempdir().unwrap();
    let mut run = desk.command(&["index"]);
    // The model runtime reports its use, through files in the person's cache, unless it is kept from it.
    run.env_remove("ORT_DISABLE_TELEMETRY")
        .env("HOME", elsewhere.path());
    for name in [
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
    ] {
        run.env(name, elsewhere.path());
    }
    let output = run.output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 of 1 passages"));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
