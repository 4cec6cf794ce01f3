//! Reading files through the real reader program: damaged ones, ones that change meanwhile, ones that are no files, and
//! where characters stand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![allow(clippy::print_stdout)] // what was skipped or counted

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{FileStatus, ReadStatus, Source, SourceId};
use journeys::{Desk, Numbers, fixtures, library, rounds};
use retrieval::extract::Readers;
use retrieval::search::Query;
use retrieval::{Library, LibraryConfig, Until};
use tokio_util::sync::CancellationToken;

/// Where `pdftotext -bbox -f 2 -l 2` of poppler 22.12 finds the word `rated` on page 2 of the checklist: left, upper,
/// right, lower edge.
const RATED: [f64; 4] = [339.8795, 110.7258, 362.7695, 124.3758];

/// Longer than any limit of the reader: what needs it hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Cuts a file off, or changes, removes or doubles some of its bytes.
fn damage(numbers: &mut Numbers, bytes: &mut Vec<u8>) {
    if numbers.below(5) == 0 {
        bytes.truncate(numbers.below(bytes.len()));
        return;
    }
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len());
        let end = (at + numbers.below(40)).min(bytes.len());
        match numbers.below(4) {
            0 if at < bytes.len() => bytes[at] = numbers.below(256) as u8,
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            _ if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            _ => {}
        }
    }
}

/// The same package with one part damaged, packed again so that the damage is seen; `None` for what cannot be unpacked
/// as a whole, such as a bomb.
fn damage_part(numbers: &mut Numbers, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let broken = numbers.below(package.len());
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for index in 0..package.len() {
        let mut entry = package.by_index(index).ok()?;
        let mut content = Vec::new();
        Read::by_ref(&mut entry)
            .take(1 << 20)
            .read_to_end(&mut content)
            .ok()?;
        if index == broken && !content.is_empty() {
            damage(numbers, &mut content);
        }
        let name = entry.name().ok()?.into_owned();
        writer.start_file(name, options).ok()?;
        writer.write_all(&content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// All fixtures of a folder with their names.
fn samples(folder: &str) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(fixtures(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

/// Damages every fixture of a folder again and again and has the real reader read it.
async fn damaged_files_end_with_a_plain_status(folder: &str, rounds: usize) {
    let desk = Desk::new();
    let readers = Readers::new(library(desk.home.path(), None).readers);
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for (name, whole) in samples(folder) {
        for round in 0..rounds {
            let mut numbers = Numbers(round as u64 * 1_000_003 + whole.len() as u64);
            let part = (round % 2 == 0)
                .then(|| damage_part(&mut numbers, &whole))
                .flatten();
            let damaged = part.unwrap_or_else(|| {
                let mut bytes = whole.clone();
                damage(&mut numbers, &mut bytes);
                bytes
            });
            desk.write(&name, damaged);
            let path = desk.folder.path().join(&name);
            let reading = tokio::time::timeout(PATIENCE, readers.read(&path)).await;
            let reading = reading.unwrap_or_else(|_| panic!("`{name}`, round {round}: the reader hangs"));
            let reason = reading.reason.clone().unwrap_or_default();
            assert_eq!(
                reading.status == ReadStatus::Ok,
                reason.is_empty(),
                "`{name}`, round {round}: {:?} {reason}",
                reading.status
            );
            // What a reader did not expect, and what ended its process.
            // A hostile file may end it: PDFium aborts where it gets no more memory, as with a damaged `bomb.pdf`.
            let unexpected = ["The reader failed", "The reader program", "The reader process"];
            for word in &unexpected[..if folder == "hostile" { 2 } else { 3 }] {
                assert!(!reason.starts_with(word), "`{name}`, round {round}: {reason}");
            }
            *ends.entry(format!("{:?}", reading.status)).or_default() += 1;
        }
        std::fs::remove_file(desk.folder.path().join(&name)).unwrap();
    }
    println!("{folder}, {rounds} rounds: {ends:?}");
    desk.write("whole.txt", "The next file is read.");
    let next = readers.read(&desk.folder.path().join("whole.txt")).await;
    assert_eq!(next.document.text(), "The next file is read.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_documents_end_with_a_plain_status() {
    damaged_files_end_with_a_plain_status("documents", rounds(12, 60, 1_500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_hostile_files_end_with_a_plain_status() {
    damaged_files_end_with_a_plain_status("hostile", rounds(2, 8, 150)).await;
}

/// A library whose reader program first runs this line of shell script, once: after the file was opened and its
/// beginning read, before the rest is.
async fn library_with_surprise(desk: &Desk, script: &str) -> Library {
    let LibraryConfig {
        mut readers, folder, ..
    } = library(desk.home.path(), None);
    let (surprise, done) = (desk.home.path().join("surprise"), desk.home.path().join("done"));
    let text = format!(
        "#!/bin/sh\nif [ ! -e '{done}' ]; then : > '{done}'; {script}; fi\nexec '{}' \"$@\"\n",
        readers.program.display(),
        done = done.display(),
    );
    std::fs::write(&surprise, text).unwrap();
    journeys::rights(&surprise, 0o755);
    readers.program = surprise;
    readers.workers = 1;
    let config = LibraryConfig {
        folder,
        model: None,
        readers,
        threads: 1,
    };
    let library = Library::open(config).await.unwrap();
    watch(&library, desk.folder.path()).await;
    library
}

async fn watch(library: &Library, folder: &Path) {
    let source = Source {
        id: SourceId(1),
        root: folder.canonicalize().unwrap(),
        collection: "Desk".into(),
        labels: Default::default(),
        system: None,
    };
    library.set_sources(vec![source]).await.unwrap();
}

async fn index(library: &Library) {
    library
        .index(Until::Idle, CancellationToken::new())
        .await
        .unwrap();
}

/// The texts that are found.
async fn found(library: &Library, question: &str) -> Vec<String> {
    let found = library.search(&Query::new(question, 200)).await.unwrap();
    found.hits.into_iter().map(|hit| hit.passage).collect()
}

/// A text too long to be taken in one piece: each paragraph names its version.
fn long(version: &str) -> String {
    let paragraph =
        |n: usize| format!("Paragraph {n} of the manual is of version {version} and of no other.\n\n");
    (0..9_000).map(paragraph).collect()
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_changed_while_it_is_read_is_only_cited_as_it_is_now() {
    let desk = Desk::new();
    desk.write("manual.txt", long("aaaa"));
    let new = desk.home.path().join("new");
    std::fs::write(&new, long("bbbb")).unwrap();
    let file = desk.folder.path().join("manual.txt");
    // Written into the open file, so that its end is of another version than its beginning.
    let script = format!("/bin/cat {} > {}", quoted(&new), quoted(&file));
    let library = library_with_surprise(&desk, &script).await;
    index(&library).await;
    assert!(desk.home.path().join("done").exists());
    let passages = found(&library, "paragraph of the manual version bbbb").await;
    assert!(!passages.is_empty());
    for passage in &passages {
        assert!(passage.contains("bbbb") && !passage.contains("aaaa"), "{passage}");
    }
    // Back to what was there at first: the half-read text in between must not be taken for it.
    desk.write("manual.txt", long("aaaa"));
    assert_eq!(
        found(&library, "paragraph of the manual version bbbb").await,
        [""; 0]
    );
    index(&library).await;
    let passages = found(&library, "paragraph of the manual version aaaa").await;
    assert!(!passages.is_empty() && passages.iter().all(|passage| !passage.contains("bbbb")));
    library.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_written_all_the_time_does_not_stop_the_rest() {
    let desk = Desk::new();
    desk.write("log.txt", "");
    desk.write("other.txt", "The forklift is in hall two.");
    let library = Library::open(library(desk.home.path(), None)).await.unwrap();
    watch(&library, desk.folder.path()).await;
    let (file, stop) = (desk.folder.path().join("log.txt"), CancellationToken::new());
    let writer = std::thread::spawn({
        let (file, stop) = (file.clone(), stop.clone());
        move || {
            let mut log = std::fs::OpenOptions::new().write(true).open(file).unwrap();
            let mut line = 0_u64;
            while !stop.is_cancelled() {
                line += 1;
                log.rewind().unwrap();
                write!(log, "Line {line:012} of the log.").unwrap();
            }
            line
        }
    });
    index(&library).await;
    assert_eq!(found(&library, "where is the forklift").await.len(), 1);
    stop.cancel();
    let line = writer.join().unwrap();
    let files = library.files().await.unwrap();
    assert!(
        files.iter().all(|file| file.status != FileStatus::Waiting),
        "{files:?}"
    );
    // At rest it is read whole.
    index(&library).await;
    let last = format!("Line {line:012} of the log.");
    assert_eq!(found(&library, "line of the log").await, [last]);
    library.close().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_deleted_while_it_is_read_is_not_listed_and_not_cited() {
    let desk = Desk::new();
    desk.write("manual.txt", long("aaaa"));
    desk.write("other.txt", "The forklift is in hall two.");
    let script = format!("/bin/rm -f {}", quoted(&desk.folder.path().join("manual.txt")));
    let library = library_with_surprise(&desk, &script).await;
    index(&library).await;
    assert!(!desk.folder.path().join("manual.txt").exists());
    assert_eq!(
        found(&library, "paragraph of the manual version aaaa").await,
        [""; 0]
    );
    assert_eq!(found(&library, "where is the forklift").await.len(), 1);
    let files = library.files().await.unwrap();
    assert_eq!(
        files.into_iter().map(|file| file.file).collect::<Vec<_>>(),
        ["other.txt"]
    );
    library.close().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_short_while_it_is_read_is_read_again() {
    let desk = Desk::new();
    desk.write("manual.txt", long("aaaa"));
    let file = desk.folder.path().join("manual.txt");
    let library = library_with_surprise(
        &desk,
        &format!("echo Only version cccc is left. > {}", quoted(&file)),
    )
    .await;
    index(&library).await;
    assert_eq!(found(&library, "version").await, ["Only version cccc is left."]);
    library.close().await;
}

#[cfg(unix)]
#[test]
fn a_pipe_and_a_device_are_refused_in_words_and_nothing_waits() {
    let desk = Desk::new();
    let pipe = desk.folder.path().join("pipe.txt");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    // A link that a person takes for a document.
    let device = desk.folder.path().join("device.pdf");
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    for path in [&pipe, &device] {
        let read = desk.json(&["extract", path.to_str().unwrap()]);
        assert_eq!(
            (read["status"].as_str(), read["reason"].as_str()),
            (
                Some("unsupported"),
                Some("This is a device or a pipe, not a file.")
            )
        );
    }
    desk.write("a.txt", "The forklift is in hall two.");
    desk.json(&["source", "add", desk.folder.path().to_str().unwrap()]);
    desk.json(&["index"]);
    assert_eq!(desk.statuses().into_keys().collect::<Vec<_>>(), ["a.txt"]);
}

/// A page that shows `AB` in Courier of 20 points at 100, 700 of a sheet of 600 by 800, and what else the page says.
fn sheet(more: &str) -> Vec<u8> {
    let content = "BT /F1 20 Tf 100 700 Td (AB) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]{more}/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>"
        ),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend(format!("{number} 0 obj{object}endobj\n").bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 6\n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").bytes());
    out
}

#[test]
fn the_boxes_of_a_page_lie_where_its_characters_are_drawn() {
    let desk = Desk::new();
    // A character of Courier is 12 points wide at this size, its line 100 points below the upper edge.
    for (more, size, left, line) in [
        ("", (600.0, 800.0), 100.0, 100.0),
        ("/CropBox[50 100 550 750]", (500.0, 650.0), 50.0, 50.0),
        ("/Rotate 180", (600.0, 800.0), 488.0, 700.0),
    ] {
        desk.write("sheet.pdf", sheet(more));
        let path = desk.folder.path().join("sheet.pdf");
        let page = desk.json(&["extract", path.to_str().unwrap(), "--boxes", "1"]);
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        assert_eq!(
            (page["page"].as_u64(), page["unit"].as_str()),
            (Some(1), Some("points"))
        );
        assert_eq!((number(&page["width"]), number(&page["height"])), size, "{more}");
        let chars = page["chars"].as_array().unwrap();
        let a = &chars[0];
        assert_eq!(
            (chars.len(), a["char"].as_str(), chars[1]["char"].as_str()),
            (2, Some("A"), Some("B"))
        );
        assert!((number(&a["left"]) - left).abs() < 1.0, "{more}: {page}");
        assert!(
            (number(&a["right"]) - number(&a["left"]) - 12.0).abs() < 1.0,
            "{more}: {page}"
        );
        assert!(
            number(&a["top"]) < line && line < number(&a["bottom"]) + 1.0,
            "{more}: {page}"
        );
        assert!(number(&a["bottom"]) - number(&a["top"]) < 30.0, "{more}: {page}");
    }
}

#[test]
fn the_boxes_of_a_word_of_a_real_page_are_told_and_other_files_have_none() {
    let desk = Desk::new();
    let pdf = fixtures("documents").join("checklist.pdf");
    let page = desk.json(&["extract", pdf.to_str().unwrap(), "--boxes", "2"]);
    let chars = page["chars"].as_array().unwrap();
    let text: String = chars
        .iter()
        .map(|boxed| boxed["char"].as_str().unwrap())
        .collect();
    let at = text[..text.find("ratedvalue").unwrap()].chars().count();
    let edge = |n: usize, name: &str| chars[n][name].as_f64().unwrap();
    // The upper and lower edge of a line are each library's own idea.
    for (edge, expected, far) in [
        (edge(at, "left"), RATED[0], 1.0),
        (edge(at, "top"), RATED[1], 4.0),
        (edge(at + 4, "right"), RATED[2], 1.0),
        (edge(at + 4, "bottom"), RATED[3], 4.0),
    ] {
        assert!((edge - expected).abs() < far, "{edge} is not near {expected}");
    }
    for (file, page) in [("checklist.pdf", "9"), ("checklist.md", "1")] {
        let path = fixtures("documents").join(file);
        let refused = desk.run(&["extract", path.to_str().unwrap(), "--boxes", page]);
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && words.contains(file), "{words}");
    }
}
