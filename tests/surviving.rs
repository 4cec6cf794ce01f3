//! Bad things that happen to the index: kills, missing and damaged files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use app::Home;
use domain::{FileStatus, Labels, Source, SourceId};
use journeys::{Desk, Numbers, rounds};
use retrieval::embed::{Embedder, ModelFiles, passage_text};
use retrieval::search::{Mode, Query};
use retrieval::{Library, LibraryConfig, Until};
use tokio_util::sync::CancellationToken;

/// Longer than anything here may take on a slow machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// What a person has and does while the program is killed again and again.
struct Work {
    desk: Desk,
    numbers: Numbers,
    /// The files as they are now.
    files: BTreeMap<String, String>,
    /// Files that were found and that have not been touched since.
    acknowledged: BTreeSet<String>,
    made: usize,
}

impl Work {
    fn new(seed: u64) -> Self {
        let mut work = Self {
            desk: Desk::watched(),
            numbers: Numbers(seed),
            files: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            made: 0,
        };
        (0..40).for_each(|_| work.add());
        work
    }

    fn add(&mut self) {
        self.made += 1;
        let path = format!("orders/{}/order-{}.md", self.made % 5, self.made);
        self.write(path);
    }

    fn write(&mut self, path: String) {
        self.made += 1;
        let n = self.made;
        let part = |p: usize| {
            format!(
                "## Part {p}\n\nOrder {n}-{p} of the customer ships {} crates.\n\n",
                n * p
            )
        };
        let text: String = (1..=self.numbers.below(12) + 1).map(part).collect();
        self.desk.write(&path, format!("# Order {n}\n\n{text}"));
        self.acknowledged.remove(&path);
        self.files.insert(path, text);
    }

    fn any(&mut self) -> String {
        let at = self.numbers.below(self.files.len());
        self.files.keys().nth(at).unwrap().clone()
    }

    fn remove(&mut self, path: &str) -> String {
        self.acknowledged.remove(path);
        self.files.remove(path).unwrap()
    }

    /// Some files are changed, one comes, one goes, one moves.
    fn go_on(&mut self) {
        for _ in 0..=self.numbers.below(5) {
            let path = self.any();
            self.write(path);
        }
        self.add();
        let (gone, from) = (self.any(), self.any());
        let folder = self.desk.folder.path().to_owned();
        self.remove(&gone);
        std::fs::remove_file(folder.join(&gone)).unwrap();
        if from != gone {
            let text = self.remove(&from);
            let to = format!("moved-{}.md", self.made);
            std::fs::rename(folder.join(&from), folder.join(&to)).unwrap();
            self.files.insert(to, text);
        }
    }

    /// Starts indexing and kills it after some part of `most`.
    fn index_and_kill(&mut self, most: Duration) {
        let moment = most.mul_f64(self.numbers.below(10_000) as f64 / 10_000.0);
        let mut run = self.desk.start(&["index"]);
        wait(&mut run, moment);
        run.kill().unwrap();
        run.wait().unwrap();
    }

    /// Nothing that was found before is lost, and nothing is found that is not in a file now.
    async fn check(&mut self, workspace: &app::Workspace) {
        let found = self.found(&workspace.copilot.library).await;
        let files = workspace.copilot.library.files().await.unwrap();
        for path in &self.acknowledged {
            let status = files
                .iter()
                .find(|file| file.file == *path)
                .map(|file| file.status);
            assert_eq!(
                status,
                Some(FileStatus::Indexed),
                "`{path}` was indexed before the kill"
            );
            assert!(found.contains_key(path), "`{path}` was found before the kill");
        }
        self.acknowledged = found.into_keys().collect();
    }

    /// The passages found, by file; each one stands in its file now.
    async fn found(&self, library: &Library) -> BTreeMap<String, Vec<String>> {
        let mut query = Query::new("order customer ships crates part", 5_000);
        query.mode = Mode::Keyword;
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for hit in library.search(&query).await.unwrap().hits {
            let text = self.files.get(&hit.file);
            let text = text.unwrap_or_else(|| panic!("`{}` is found and is no more", hit.file));
            for line in hit.passage.lines().filter(|line| line.starts_with("Order ")) {
                assert!(
                    text.contains(line),
                    "`{line}` is found and no longer in `{}`",
                    hit.file
                );
            }
            found.entry(hit.file).or_default().push(hit.passage);
        }
        found
    }

    /// Finishes the work; then every file and every line of it is found, by words and by meaning.
    async fn finish(&mut self, workspace: &app::Workspace) {
        let library = &workspace.copilot.library;
        library
            .index(Until::Idle, CancellationToken::new())
            .await
            .unwrap();
        let status = library.status().await.unwrap();
        let counts = status.sources[0].counts;
        assert_eq!(
            (counts.indexed, counts.waiting, counts.failed, counts.skipped),
            (self.files.len() as u64, 0, 0, 0)
        );
        assert_eq!(status.passages, status.embedded);
        let found = self.found(library).await;
        for (path, text) in &self.files {
            let passages = found
                .get(path)
                .map(|passages| passages.join("\n"))
                .unwrap_or_default();
            for line in text.lines().filter(|line| line.starts_with("Order ")) {
                assert!(passages.contains(line), "`{line}` of `{path}` is not found");
            }
        }
        assert_eq!(found.len(), self.files.len());
        self.acknowledged = self.files.keys().cloned().collect();
    }

    async fn open(&self) -> app::Workspace {
        let home = Home::new(Some(self.desk.home.path())).unwrap();
        app::open(&home, "test").await.unwrap()
    }
}

/// Works, is killed, looks; after each kill what was acknowledged is there, and the next start finishes the work.
async fn kills(seed: u64, kills: usize) {
    let mut work = Work::new(seed);
    let begun = std::time::Instant::now();
    work.desk.json(&["index"]);
    // The kills are spread over the time of a first run, which is longer than any later one.
    let most = begun.elapsed();
    for _ in 0..kills {
        work.go_on();
        work.index_and_kill(most);
        let workspace = work.open().await;
        work.check(&workspace).await;
        // Now and then the next kill meets a home that is behind already.
        if work.numbers.below(4) > 0 {
            work.finish(&workspace).await;
        }
        workspace.close().await;
    }
    let workspace = work.open().await;
    work.finish(&workspace).await;
    workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_nothing_found_is_lost_and_the_next_start_finishes() {
    kills(1, rounds(6, 60, 500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_in_another_home_the_same_holds() {
    kills(2, rounds(6, 60, 500)).await;
}

/// A copy of the model that makes other vectors under another name: of the same weights, taken from the first token.
fn other_model(runtime: &Path) -> ModelFiles {
    let own = journeys::library(runtime, Some(app::DEFAULT_MODEL))
        .model
        .unwrap();
    let folder = runtime.join("other-model");
    std::fs::create_dir(&folder).unwrap();
    for file in std::fs::read_dir(&own.folder).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let mut card: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("model.json")).unwrap()).unwrap();
    card["id"] = "other-model".into();
    card["pooling"] = "cls".into();
    std::fs::write(folder.join("model.json"), card.to_string()).unwrap();
    ModelFiles { folder, ..own }
}

/// A library over the desk's home with a model, watching the desk's folder.
async fn with_model(desk: &Desk, model: &ModelFiles) -> Library {
    let config = LibraryConfig {
        model: Some(model.clone()),
        ..journeys::library(desk.home.path(), None)
    };
    let library = Library::open(config).await.unwrap();
    let source = Source {
        id: SourceId(1),
        root: desk.folder.path().canonicalize().unwrap(),
        collection: "Desk".into(),
        labels: Labels::default(),
        system: None,
    };
    library.set_sources(vec![source]).await.unwrap();
    library
}

/// Passages found by meaning alone, each with its nearness to the question as the library sees it.
async fn near(library: &Library, question: &str) -> BTreeMap<String, f32> {
    let mut query = Query::new(question, 5_000);
    query.mode = Mode::Vector;
    let hits = library.search(&query).await.unwrap().hits;
    hits.into_iter()
        .map(|hit| (hit.passage, hit.similarity.expect("it has a vector")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_embeds_again_while_words_are_found_and_vectors_never_mix() {
    let desk = Desk::new();
    let topics = [
        "battery", "gate", "invoice", "forklift", "holiday", "charger", "pallet", "router",
    ];
    for n in 0..160 {
        let topic = topics[n % topics.len()];
        let sentence = |p: usize| {
            let days = n % 11 + 2 * p;
            format!(
                " The {topic} of site {} in hall {p} is checked every {days} days.",
                n % 37
            )
        };
        let text: String = (1..7).map(sentence).collect();
        desk.write(&format!("note-{n}.txt"), format!("Note {n}.{text}"));
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let first = journeys::library(elsewhere.path(), Some(app::DEFAULT_MODEL))
        .model
        .unwrap();
    let other = other_model(elsewhere.path());
    let question = "when is the battery looked at";

    let library = with_model(&desk, &first).await;
    library
        .index(Until::Idle, CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(library.status().await.unwrap().embedded, 160);
    let nearness_of_first = near(&library, question).await;
    library.close().await;

    // With another model nothing of the first is used, from the first moment.
    let library = with_model(&desk, &other).await;
    let status = library.status().await.unwrap();
    assert_eq!((status.passages, status.embedded), (160, 0));
    assert_eq!(status.model.as_deref(), Some("other-model"));
    assert!(near(&library, question).await.is_empty());

    // While it embeds again in the background, words are found and the progress is told.
    let stop = CancellationToken::new();
    let mut progress = library.progress();
    let indexing = tokio::spawn({
        let (library, stop) = (library.clone(), stop.clone());
        async move { library.index(Until::Stopped, stop).await.unwrap() }
    });
    let halfway = progress.wait_for(|now| now.passages_embedded > 0 && !now.idle);
    let halfway = tokio::time::timeout(PATIENCE, halfway)
        .await
        .unwrap()
        .unwrap()
        .clone();
    assert!(
        halfway.passages_embedded < 160 && halfway.passages == 160,
        "{halfway:?}"
    );
    assert_eq!(halfway.now, "Preparing search by meaning");
    let mut by_words = Query::new("Note 77 router site", 5);
    by_words.mode = Mode::Keyword;
    assert!(!library.search(&by_words).await.unwrap().hits.is_empty());

    // Stopped in the middle: what has a vector has one of the new model.
    stop.cancel();
    indexing.await.unwrap();
    let part = near(&library, question).await;
    assert!(!part.is_empty() && part.len() as u64 <= library.status().await.unwrap().embedded);
    of_model(&other, question, &part, &nearness_of_first);
    library.close().await;

    // The next start goes on where it stopped.
    let library = with_model(&desk, &other).await;
    let before = library.status().await.unwrap().embedded;
    assert!(before > 0);
    library
        .index(Until::Idle, CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(library.status().await.unwrap().embedded, 160);
    assert_eq!(library.embedded_since_start(), 160 - before);
    let whole = near(&library, question).await;
    of_model(&other, question, &whole, &nearness_of_first);
    library.close().await;
}

/// Each nearness is what this model says of question and passage, and another one than the earlier model's.
fn of_model(
    model: &ModelFiles,
    question: &str,
    near: &BTreeMap<String, f32>,
    earlier: &BTreeMap<String, f32>,
) {
    let model = Embedder::load(model, 1).unwrap();
    let asked = model.embed(&[question.to_owned()]).unwrap().remove(0);
    let mut other = 0;
    for (passage, nearness) in near.iter().take(40) {
        let n = passage.strip_prefix("Note ").unwrap().split('.').next().unwrap();
        let text = passage_text(&format!("note {n}"), &[], passage);
        let vector = model.embed(&[text]).unwrap().remove(0);
        let expected: f32 = asked.iter().zip(&vector).map(|(a, b)| a * b).sum();
        // The int8 model's vectors depend on what else is in the same run: a text alone and among 8, 30 or 80 others
        // differed by up to 0.020, before any packing. The two models differ by more.
        assert!(
            (expected - nearness).abs() < 0.03,
            "{passage}: {nearness}, not {expected}"
        );
        other += usize::from(
            earlier
                .get(passage)
                .is_none_or(|before| (before - nearness).abs() > 0.05),
        );
    }
    assert!(
        2 * other > near.len().min(40),
        "the models can't be told apart here"
    );
}
