//! What happens while Attaché runs: the composed copilot, watching a real folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be
#![allow(clippy::print_stdout)] // what was skipped or counted

use std::path::Path;
use std::time::Duration;

use app::{Home, Workspace};
use domain::{Labels, Source, SourceId};
use experience::Copilot;
use experience::commands::{AddRequest, AskOnce, AskRequest, Command, Files, Nothing, SourceAdd};
use journeys::{Desk, fixtures};
use retrieval::search::{Filter, Query};
use retrieval::{Library, Until};
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

/// Runs one test of this program again, started by another program; `false` where that cannot be started here.
fn again_by(test: &str, starter: &[&str]) -> bool {
    let can = std::process::Command::new(starter[0])
        .args(&starter[1..])
        .arg("true")
        .output();
    if !can.is_ok_and(|output| output.status.success()) {
        println!(
            "skipped: this machine does not let a test start `{}`",
            starter.join(" ")
        );
        return false;
    }
    let output = std::process::Command::new(starter[0])
        .args(&starter[1..])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(AGAIN, "1")
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    true
}

/// Set in a test that was started again.
const AGAIN: &str = "ATTACHE_TEST_AGAIN";

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn where_the_system_watches_no_more_folders_changes_are_still_seen_and_it_is_said() {
    if std::env::var_os(AGAIN).is_none() {
        // A namespace of its own, so that the limit is nobody else's.
        let limited = "echo 4 > /proc/sys/user/max_inotify_watches && exec \"$@\"";
        again_by(
            "where_the_system_watches_no_more_folders_changes_are_still_seen_and_it_is_said",
            &["unshare", "--user", "--map-root-user", "sh", "-c", limited, "sh"],
        );
        return;
    }
    let desk = Desk::new();
    for n in 0..9 {
        desk.write(&format!("part-{n}/a.txt"), "Nothing of interest.");
    }
    let running = Running::start(desk).await;
    let status = running.workspace.copilot.library.status().await.unwrap();
    let notice = status.sources[0].notice.clone().unwrap();
    assert!(
        notice.contains("not at once") && notice.contains("no more folders"),
        "{notice}"
    );
    let told = running
        .workspace
        .copilot
        .library
        .progress()
        .borrow()
        .notices
        .clone();
    assert_eq!(told, [notice]);
    for n in [0, 8] {
        running
            .desk
            .write(&format!("part-{n}/new.txt"), "The crane is in hall three.");
    }
    running
        .desk
        .write("new/folder/too.txt", "The crane is in hall three.");
    for file in ["part-0/new.txt", "part-8/new.txt", "new/folder/too.txt"] {
        running.until_found("where is the crane", file, true).await;
    }
    std::fs::remove_dir_all(running.desk.folder.path().join("part-8")).unwrap();
    running
        .until_found("where is the crane", "part-8/new.txt", false)
        .await;
    running.end().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_may_not_be_looked_into_does_not_stop_the_others_from_being_watched() {
    if std::env::var_os(AGAIN).is_none() {
        let test = "a_folder_that_may_not_be_looked_into_does_not_stop_the_others_from_being_watched";
        match journeys::as_person() {
            Some(person) if person.is_empty() => drop(again_by(test, &["env"])),
            Some(person) => drop(again_by(test, &person)),
            None => println!("skipped: this person may look into every folder"),
        }
        return;
    }
    let desk = Desk::new();
    for folder in ["a", "b", "c", "c/d"] {
        desk.write(&format!("{folder}/old.txt"), "Nothing of interest.");
    }
    let closed = desk.folder.path().join("b");
    journeys::close(&closed);
    let running = Running::start(desk).await;
    let status = running.workspace.copilot.library.status().await.unwrap();
    assert_eq!(
        (status.sources[0].unreadable, &status.sources[0].notice),
        (1, &None)
    );
    for (folder, question, text) in [
        ("a", "where is the crane", "The crane is in hall three."),
        ("c/d", "where is the forklift", "The forklift is in hall two."),
    ] {
        running.desk.write(&format!("{folder}/new.txt"), text);
        let file = if folder == "a" { "a/new.txt" } else { "c/d/new.txt" };
        running.until_found(question, file, true).await;
    }
    // Open again: what is in it is read, and watched.
    journeys::rights(&closed, 0o700);
    running
        .until_found("nothing of interest", "b/old.txt", true)
        .await;
    running
        .desk
        .write("b/new.txt", "The lunch menu hangs in hall one.");
    running.until_found("lunch menu", "b/new.txt", true).await;
    let status = running.workspace.copilot.library.status().await.unwrap();
    assert_eq!(status.sources[0].unreadable, 0);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_very_large_folder_is_read_walked_again_and_watched() {
    let many = journeys::rounds(1_000, 10_000, 100_000);
    let desk = Desk::new();
    let root = desk.folder.path().canonicalize().unwrap();
    let path = |n: usize| format!("{}/{}/note-{n}.txt", n % 10, n % 400);
    let text = |n: usize, state: &str| format!("Pallet P{n}X stands in row {} and is {state}.", n % 97);
    for folder in 0..400 {
        std::fs::create_dir_all(root.join(format!("{}/{folder}", folder % 10))).unwrap();
    }
    for n in 0..many {
        std::fs::write(root.join(path(n)), text(n, "new")).unwrap();
    }
    let open = async || {
        let library = Library::open(journeys::library(desk.home.path(), None))
            .await
            .unwrap();
        let source = Source {
            id: SourceId(1),
            root: root.clone(),
            collection: "Desk".into(),
            labels: Labels::default(),
            system: None,
        };
        library.set_sources(vec![source]).await.unwrap();
        library
    };
    let index = async |library: &Library| {
        library
            .index(Until::Idle, CancellationToken::new())
            .await
            .unwrap();
        library.status().await.unwrap().sources[0].counts
    };
    let found = async |library: &Library, n: usize| {
        let query = Query::new(format!("where does pallet P{n}X stand"), 5);
        let hits = library.search(&query).await.unwrap().hits;
        let mut hits = hits
            .into_iter()
            .filter(|hit| hit.passage.contains(&format!("P{n}X")));
        hits.next().map(|hit| (hit.file, hit.passage))
    };

    let library = open().await;
    let counts = index(&library).await;
    assert_eq!((counts.indexed, counts.waiting), (many as u64, 0));
    for n in [0, many / 2, many - 1] {
        assert_eq!(found(&library, n).await, Some((path(n), text(n, "new"))));
    }
    // A second walk reads nothing again: no file was handled at another time.
    let before = library.files().await.unwrap();
    index(&library).await;
    assert_eq!(library.files().await.unwrap(), before);
    library.close().await;

    // While the program is off, one file in a hundred is changed, one deleted, one moved, one added.
    for n in (0..many).step_by(100) {
        std::fs::write(root.join(path(n)), text(n, "repaired")).unwrap();
        std::fs::remove_file(root.join(path(n + 1))).unwrap();
        std::fs::rename(root.join(path(n + 2)), root.join(format!("moved-{n}.txt"))).unwrap();
        std::fs::write(root.join(path(many + n)), text(many + n, "late")).unwrap();
    }
    let library = open().await;
    let counts = index(&library).await;
    assert_eq!((counts.indexed, counts.waiting), (many as u64, 0));
    for n in (0..many).step_by(many / 10) {
        let n = n - n % 100;
        assert_eq!(found(&library, n).await, Some((path(n), text(n, "repaired"))));
        assert_eq!(found(&library, n + 1).await, None);
        let moved = Some((format!("moved-{n}.txt"), text(n + 2, "new")));
        assert_eq!(found(&library, n + 2).await, moved);
        assert_eq!(
            found(&library, many + n).await,
            Some((path(many + n), text(many + n, "late")))
        );
    }

    // And while it runs.
    let stop = CancellationToken::new();
    let mut progress = library.progress();
    let watching = tokio::spawn({
        let (library, stop) = (library.clone(), stop.clone());
        async move { library.index(Until::Stopped, stop).await.unwrap() }
    });
    let rests = async {
        progress.changed().await.unwrap();
        while !progress.borrow_and_update().idle {
            progress.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, rests).await.unwrap();
    assert_eq!(library.status().await.unwrap().sources[0].notice, None);
    std::fs::write(root.join(path(50)), text(50, "sold")).unwrap();
    let seen = async {
        while found(&library, 50).await != Some((path(50), text(50, "sold"))) {
            // What comes between the look and the wait is told too: the channel keeps the last one.
            let told = tokio::time::timeout(Duration::from_millis(200), progress.changed()).await;
            if let Ok(closed) = told {
                closed.unwrap();
            }
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.unwrap();
    stop.cancel();
    watching.await.unwrap();
    library.close().await;
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).unwrap();
}

#[cfg(not(unix))]
fn symlink(_to: &Path, _at: &Path) {}
