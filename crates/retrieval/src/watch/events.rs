use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::SourceId;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

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
    events: mpsc::UnboundedReceiver<Vec<PathBuf>>,
}

impl Watcher {
    /// Starts with no folders. Where the system offers no notification, no change is ever told.
    pub fn start() -> Self {
        let (send, events) = mpsc::unbounded_channel();
        let system = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let paths = match event {
                Ok(event) if matters(&event.kind) => event.paths,
                Ok(event) if event.need_rescan() => Vec::new(),
                Ok(_) => return,
                // Something was missed: an empty list stands for everything.
                Err(_) => Vec::new(),
            };
            // Fails only after the receiver is gone, that is at shutdown.
            if send.send(paths).is_err() {
                tracing::trace!("a change came after the watcher had stopped");
            }
        })
        .inspect_err(|error| tracing::warn!(%error, "the system offers no folder notification"))
        .ok();
        Self { system, folders: BTreeMap::new(), events }
    }

    /// Watches exactly these folders from now on. Returns those that could not be watched, with the reason.
    pub fn watch(&mut self, folders: BTreeMap<SourceId, PathBuf>) -> Vec<(SourceId, String)> {
        let Some(system) = &mut self.system else {
            self.folders = folders;
            return self.folders.keys().map(|id| (*id, "the system offers no notification".to_owned())).collect();
        };
        for (id, old) in &self.folders {
            if folders.get(id) != Some(old)
                && let Err(error) = system.unwatch(old)
            {
                tracing::debug!(%error, folder = %old.display(), "was not watched any more");
            }
        }
        let mut failed = Vec::new();
        for (id, new) in &folders {
            if self.folders.get(id) != Some(new)
                && let Err(error) = system.watch(new, RecursiveMode::Recursive)
            {
                failed.push((*id, error.to_string()));
            }
        }
        let bad: BTreeSet<SourceId> = failed.iter().map(|(id, _)| *id).collect();
        self.folders = folders.into_iter().filter(|(id, _)| !bad.contains(id)).collect();
        failed
    }

    /// Waits for a burst of changes and its end. Cancel-safe up to the first event of a burst.
    pub async fn next(&mut self) -> Changes {
        let mut changes = Changes::new();
        while changes.is_empty() {
            let Some(paths) = self.events.recv().await else { std::future::pending().await };
            self.sort_in(paths, &mut changes);
            let end = tokio::time::Instant::now() + LONGEST;
            while let Ok(Some(paths)) =
                tokio::time::timeout_at(end.min(tokio::time::Instant::now() + QUIET), self.events.recv()).await
            {
                self.sort_in(paths, &mut changes);
            }
        }
        for paths in changes.values_mut() {
            if paths.len() > MANY || paths.contains("") {
                *paths = BTreeSet::from([String::new()]);
            }
        }
        changes
    }

    fn sort_in(&self, paths: Vec<PathBuf>, changes: &mut Changes) {
        if paths.is_empty() {
            for id in self.folders.keys() {
                changes.entry(*id).or_default().insert(String::new());
            }
        }
        for path in &paths {
            for (id, root) in &self.folders {
                if let Some(below) = changed_below(root, path) {
                    changes.entry(*id).or_default().insert(below);
                }
            }
        }
    }
}

/// What must be looked at when `path` changed; all of the folder when its ignore rules changed.
fn changed_below(root: &Path, path: &Path) -> Option<String> {
    let below = relative(root, path)?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name == super::scan::IGNORE_FILE {
        return Some(String::new());
    }
    Some(below)
}

fn matters(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other)
}
