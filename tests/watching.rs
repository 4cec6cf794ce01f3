//! What happens while Attaché runs: the composed copilot, watching a real folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::path::Path;
use std::time::Duration;

use app::{Home, Workspace};
use experience::Copilot;
use experience::commands::{AddRequest, AskOnce, AskRequest, Command, Files, Nothing, SourceAdd};
use journeys::{Desk, fixtures};
use retrieval::Until;
use retrieval::search::{Filter, Query};
use tokio_util::sync::CancellationToken;

/// Long enough for a slow machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

struct Running {
    desk: Desk,
    workspace: Workspace,
    stop: CancellationToken,
    indexing: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(desk: Desk) -> Self {
        let home = Home::new(Some(desk.home.path())).unwrap();
        let workspace = app::open(&home, "test").await.unwrap();
        let request = AddRequest {
            path: desk.folder.path().to_owned(),
            collection: Some("Desk".into()),
            labels: Default::default(),
        };
        SourceAdd::run(&workspace.copilot, request).await.unwrap();
        let stop = CancellationToken::new();
        let (library, token) = (workspace.copilot.library.clone(), stop.clone());
        let indexing = tokio::spawn(async move { library.index(Until::Stopped, token).await.unwrap() });
        let running = Self {
            desk,
            workspace,
            stop,
            indexing,
        };
        running
            .until("idle", |copilot| async move {
                copilot.library.progress().borrow().idle
            })
            .await;
        running
    }

    /// Looks each time that indexing tells something, until it is so.
    async fn until<F: Future<Output = bool>>(&self, what: &str, so: impl Fn(Copilot) -> F) {
        let mut progress = self.workspace.copilot.library.progress();
        let wait = async {
            while !so(self.workspace.copilot.clone()).await {
                // A change that comes between the look and the wait is told too: the channel keeps the last one.
                let told = tokio::time::timeout(Duration::from_millis(200), progress.changed()).await;
                if let Ok(closed) = told {
                    closed.unwrap();
                }
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            let files = Files::run(&self.workspace.copilot, Nothing {}).await.unwrap();
            panic!(
                "never came true: {what}\n{files:#?}\n{:?}",
                self.workspace.copilot.library.progress().borrow()
            );
        }
    }

    async fn until_found(&self, question: &'static str, file: &'static str, there: bool) {
        let what = format!("`{file}` found for `{question}`: {there}");
        self.until(&what, |copilot| async move {
            files(&copilot, question).await.contains(&file.to_owned()) == there
        })
        .await;
    }

    async fn end(self) {
        self.stop.cancel();
        self.indexing.await.unwrap();
        self.workspace.close().await;
    }
}

async fn files(copilot: &Copilot, question: &str) -> Vec<String> {
    let query = Query::new(question, 20);
    copilot
        .library
        .search(&query)
        .await
        .unwrap()
        .hits
        .into_iter()
        .map(|hit| hit.file)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_dropped_in_while_running_is_answered_from_with_its_page() {
    let running = Running::start(Desk::new()).await;
    std::fs::copy(
        fixtures("documents").join("checklist.pdf"),
        running.desk.folder.path().join("checklist.pdf"),
    )
    .unwrap();
    running
        .until_found("how often is the robot checked", "checklist.pdf", true)
        .await;
    running
        .until("idle", |copilot| async move {
            copilot.library.progress().borrow().idle
        })
        .await;
    let request = AskRequest {
        question: "Below what share of the rated value of 48 Ah is the battery replaced?".into(),
        filter: Filter::default(),
    };
    let answered = AskOnce::run(&running.workspace.copilot, request).await.unwrap();
    let citation = &answered.answer.first().expect("an answer").citations[0];
    assert_eq!(
        (citation.file.as_str(), citation.page),
        ("checklist.pdf", Some(2))
    );
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_moves_and_deletions_are_noticed_without_a_click() {
    let desk = Desk::new();
    desk.write("notes/a.txt", "The gate code is changed every Monday.");
    let running = Running::start(desk).await;
    let folder = running.desk.folder.path().to_owned();
    running.until_found("gate code", "notes/a.txt", true).await;
    running
        .desk
        .write("notes/a.txt", "The lunch menu is changed every Monday.");
    running.until_found("lunch menu", "notes/a.txt", true).await;
    std::fs::rename(folder.join("notes"), folder.join("archive")).unwrap();
    running.until_found("lunch menu", "archive/a.txt", true).await;
    running.until_found("lunch menu", "notes/a.txt", false).await;
    std::fs::remove_dir_all(folder.join("archive")).unwrap();
    running.until_found("lunch menu", "archive/a.txt", false).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_ignore_rule_takes_files_out_at_once() {
    let desk = Desk::new();
    desk.write("private/a.txt", "The salary of Ines is a secret.");
    let running = Running::start(desk).await;
    running.until_found("salary of Ines", "private/a.txt", true).await;
    running.desk.write(".attacheignore", "private/\n");
    running
        .until_found("salary of Ines", "private/a.txt", false)
        .await;
    running
        .until("no file is listed", |copilot| async move {
            Files::run(&copilot, Nothing {}).await.unwrap().is_empty()
        })
        .await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_embeds_only_what_it_changed() {
    let desk = Desk::new();
    let section = |n: usize, extra: &str| {
        format!("# Section {n}\n\nThe conveyor {n} carries {} boxes an hour and is cleaned on day {n}. {extra}\n\n", n * 7)
            .repeat(2)
    };
    let text = |edited: usize| -> String {
        (0..200)
            .map(|n| section(n, if n == edited { "The belt was replaced." } else { "" }))
            .collect()
    };
    desk.write("manual.md", text(1000));
    let running = Running::start(desk).await;
    let before = running.workspace.copilot.library.status().await.unwrap();
    running.desk.write("manual.md", text(77));
    running
        .until_found("the belt was replaced", "manual.md", true)
        .await;
    running
        .until("idle", |copilot| async move {
            copilot.library.progress().borrow().idle
        })
        .await;
    let after = running.workspace.copilot.library.status().await.unwrap();
    assert_eq!(after.passages, after.embedded);
    let new = running.workspace.copilot.library.embedded_since_start() - before.embedded;
    assert!(
        new * 50 <= after.passages,
        "{new} of {} passages were embedded again",
        after.passages
    );
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dangling_link_keeps_what_was_read_and_the_rest_goes_on() {
    let desk = Desk::new();
    desk.write("open/a.txt", "The forklift is in hall two.");
    let running = Running::start(desk).await;
    let link = running.desk.folder.path().join("broken");
    symlink(Path::new("/nowhere/at/all"), &link);
    running.desk.write("open/b.txt", "The crane is in hall three.");
    running
        .until_found("where is the crane", "open/b.txt", true)
        .await;
    running
        .until_found("where is the forklift", "open/a.txt", true)
        .await;
    running.end().await;
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).unwrap();
}

#[cfg(not(unix))]
fn symlink(_to: &Path, _at: &Path) {}
