use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::SourceId;
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::scan::relative;

/// A burst of events ends when nothing happened for this long …
const QUIET: Duration = Duration::from_millis(120);
/// … or after this long, so that a folder that never rests is still looked at.
const LONGEST: Duration = Duration::from_millis(1_000);
/// More changed paths than this in one burst of a folder, and the whole folder is looked at instead.
const MANY: usize = 500;

/// Paths that changed, by watched folder; an empty path stands for the whole folder.
pub type Changes = BTreeMap<SourceId, BTreeSet<String>>;

/// Tells about changes in folders as they happen, through the operating system.
pub struct Watcher {
    system: Option<RecommendedWatcher>,
    folders: BTreeMap<SourceId, PathBuf>,
    /// Folders of which the system tells nothing, or only of a part, with the reason.
    deaf: BTreeMap<SourceId, String>,
    events: mpsc::UnboundedReceiver<Told>,
    /// What was noticed and not told yet, and when the first and the last of it came.
    pending: Changes,
    burst: Option<(Instant, Instant)>,
}

/// What the system tells.
enum Told {
    /// These paths changed.
    Changed(Vec<PathBuf>),
    /// Something was missed: everything may have changed.
    Missed,
    /// A folder is new at one of these paths and the system watches no more.
    Full(Vec<PathBuf>),
}

/// Why the system tells nothing of a folder, as the end of a sentence.
const FULL: &str = "the system watches no more folders for this person";
const NONE: &str = "the system offers no notification";
const GONE: &str = "it could not be looked into";

impl Watcher {
    /// Starts with no folders. Where the system offers no notification every folder is [`Watcher::deaf`].
    pub fn start() -> Self {
        let (send, events) = mpsc::unbounded_channel();
        let system = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let told = match event {
                Ok(event) if event.need_rescan() => Told::Missed,
                Ok(event) if matters(&event.kind) => Told::Changed(event.paths),
                Ok(_) => return,
                Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => Told::Full(error.paths),
                Err(_) => Told::Missed,
            };
            // Fails only after the receiver is gone, that is at shutdown.
            if send.send(told).is_err() {
                tracing::trace!("a change came after the watcher had stopped");
            }
        })
        .inspect_err(|error| tracing::warn!(%error, "the system offers no folder notification"))
        .ok();
        Self {
            system,
            folders: BTreeMap::new(),
            deaf: BTreeMap::new(),
            events,
            pending: Changes::new(),
            burst: None,
        }
    }

    /// Watches exactly these folders from now on, also those that were watched already: one that went away and came
    /// back is another folder to the system. What cannot be watched is told by [`Watcher::deaf`].
    pub fn watch(&mut self, folders: BTreeMap<SourceId, PathBuf>) {
        let old = std::mem::replace(&mut self.folders, folders);
        self.deaf.clear();
        for (id, folder) in old {
            if self.folders.get(&id) != Some(&folder)
                && let Some(system) = &mut self.system
                && let Err(error) = system.unwatch(&folder)
            {
                tracing::debug!(%error, folder = %folder.display(), "was not watched any more");
            }
        }
        for (id, folder) in &self.folders {
            if let Err(reason) = watch_whole(&mut self.system, folder) {
                self.deaf.insert(*id, reason);
            }
        }
    }

    /// Folders that must be walked to see all changes, because the system does not tell them, with the reason as the
    /// end of a sentence.
    pub fn deaf(&self) -> &BTreeMap<SourceId, String> {
        &self.deaf
    }

    /// Tries once more to watch a folder that is [`Watcher::deaf`].
    pub fn try_again(&mut self, id: SourceId) {
        if let Some(folder) = self.folders.get(&id) {
            match watch_whole(&mut self.system, folder) {
                Ok(()) => self.deaf.remove(&id),
                Err(reason) => self.deaf.insert(id, reason),
            };
        }
    }

    /// Waits for a burst of changes and its end. May be dropped at any point: what was noticed is told next time.
    pub async fn next(&mut self) -> Changes {
        loop {
            let now = Instant::now();
            let quiet = self
                .burst
                .map(|(first, last)| (first + LONGEST).min(last + QUIET));
            if quiet.is_some_and(|end| end <= now) {
                self.burst = None;
                return self.take();
            }
            let received = match quiet {
                None => self.events.recv().await,
                Some(end) => match tokio::time::timeout_at(end, self.events.recv()).await {
                    Ok(received) => received,
                    Err(_) => continue,
                },
            };
            let Some(told) = received else {
                std::future::pending().await
            };
            // No await between receiving and keeping, so nothing is lost when this future is dropped.
            if self.sort_in(&told) {
                let now = Instant::now();
                self.burst = Some((self.burst.map_or(now, |(first, _)| first), now));
            }
        }
    }

    fn take(&mut self) -> Changes {
        let mut changes = std::mem::take(&mut self.pending);
        for (id, paths) in &mut changes {
            if paths.len() > MANY || paths.contains("") {
                *paths = BTreeSet::from([String::new()]);
            }
            // The system's own watching of new folders ends at the first one that cannot be looked into.
            let Some(root) = self.folders.get(id) else {
                continue;
            };
            let changed = paths.iter().map(|path| root.join(path));
            for folder in changed.filter(|path| path.is_dir()) {
                if let Err(reason) = watch_whole(&mut self.system, &folder) {
                    self.deaf.insert(*id, reason);
                }
            }
        }
        changes
    }

    /// Keeps what lies in a watched folder; tells whether anything did.
    fn sort_in(&mut self, told: &Told) -> bool {
        let mut any = false;
        for (id, root) in &self.folders {
            let below: Vec<String> = match told {
                Told::Changed(paths) => paths
                    .iter()
                    .filter_map(|path| changed_below(root, path))
                    .collect(),
                Told::Missed => vec![String::new()],
                Told::Full(paths) => paths.iter().filter_map(|path| relative(root, path)).collect(),
            };
            if below.is_empty() {
                continue;
            }
            any = true;
            if let Told::Full(_) = told {
                self.deaf.insert(*id, FULL.to_owned());
            }
            self.pending.entry(*id).or_default().extend(below);
        }
        any
    }
}

/// Watches a folder and everything in it that can be looked into.
///
/// # Errors
/// Why not all of it is watched, as the end of a sentence.
fn watch_whole(system: &mut Option<RecommendedWatcher>, folder: &Path) -> Result<(), String> {
    match system {
        None => Err(NONE.to_owned()),
        Some(_) if !folder.is_dir() => Err(GONE.to_owned()),
        Some(system) => watch_below(system, folder, &mut BTreeSet::new()),
    }
}

/// The same for a part of it. `seen` keeps links from leading in circles.
fn watch_below(
    system: &mut RecommendedWatcher,
    folder: &Path,
    seen: &mut BTreeSet<PathBuf>,
) -> Result<(), String> {
    let Err(error) = system.watch(folder, RecursiveMode::Recursive) else {
        return Ok(());
    };
    if matches!(error.kind, ErrorKind::MaxFilesWatch) {
        return Err(FULL.to_owned());
    }
    // A folder below that is gone or cannot be looked into ended it there; the others are watched one by one. `folder`
    // itself came first and is watched if it can be.
    let new = folder.canonicalize().is_ok_and(|own| seen.insert(own));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries.flatten().filter(|entry| new && entry.path().is_dir()) {
        watch_below(system, &entry.path(), seen)?;
    }
    Ok(())
}

/// What must be looked at when `path` changed; all of the folder when its ignore rules changed.
fn changed_below(root: &Path, path: &Path) -> Option<String> {
    let below = relative(root, path)?;
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if name == super::scan::IGNORE_FILE {
        return Some(String::new());
    }
    Some(below)
}

fn matters(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Any
            | EventKind::Create(_)
            | EventKind::Modify(_)
            | EventKind::Remove(_)
            | EventKind::Other
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_that_came_back_at_the_same_place_is_watched_again() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("drive");
        let id = SourceId(1);
        let mut watcher = Watcher::start();
        for round in 0..3 {
            std::fs::create_dir(&root).unwrap();
            watcher.watch(BTreeMap::from([(id, root.clone())]));
            assert!(watcher.deaf().is_empty(), "{:?}", watcher.deaf());
            // What is told first may still be the end of the folder before.
            let told = async {
                for n in 0.. {
                    let name = format!("{round}-{n}.txt");
                    std::fs::write(root.join(&name), "text").unwrap();
                    if watcher.next().await[&id].contains(&name) {
                        break;
                    }
                }
            };
            tokio::time::timeout(Duration::from_secs(60), told).await.unwrap();
            std::fs::remove_dir_all(&root).unwrap();
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_deaf() {
        let mut watcher = Watcher::start();
        let gone = PathBuf::from("/nowhere/at/all");
        watcher.watch(BTreeMap::from([(SourceId(1), gone)]));
        assert_eq!(watcher.deaf()[&SourceId(1)], GONE);
        watcher.watch(BTreeMap::new());
        assert!(watcher.deaf().is_empty());
    }
}
