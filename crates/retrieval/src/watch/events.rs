use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::SourceId;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
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
    events: mpsc::UnboundedReceiver<Vec<PathBuf>>,
    /// What was noticed and not told yet, and when the first and the last of it came.
    pending: Changes,
    burst: Option<(Instant, Instant)>,
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
        Self {
            system,
            folders: BTreeMap::new(),
            events,
            pending: Changes::new(),
            burst: None,
        }
    }

    /// Watches exactly these folders from now on. Returns those that could not be watched, with the reason.
    pub fn watch(&mut self, folders: BTreeMap<SourceId, PathBuf>) -> Vec<(SourceId, String)> {
        let Some(system) = &mut self.system else {
            self.folders = folders;
            return self
                .folders
                .keys()
                .map(|id| (*id, "the system offers no notification".to_owned()))
                .collect();
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
            let Some(paths) = received else {
                std::future::pending().await
            };
            // No await between receiving and keeping, so nothing is lost when this future is dropped.
            if self.sort_in(paths) {
                let now = Instant::now();
                self.burst = Some((self.burst.map_or(now, |(first, _)| first), now));
            }
        }
    }

    fn take(&mut self) -> Changes {
        let mut changes = std::mem::take(&mut self.pending);
        for paths in changes.values_mut() {
            if paths.len() > MANY || paths.contains("") {
                *paths = BTreeSet::from([String::new()]);
            }
        }
        changes
    }

    /// Keeps what lies in a watched folder; tells whether anything did.
    fn sort_in(&mut self, paths: Vec<PathBuf>) -> bool {
        let mut any = false;
        for (id, root) in &self.folders {
            let below = paths.iter().filter_map(|path| changed_below(root, path));
            // No path at all stands for everything.
            let below: Vec<String> = if paths.is_empty() {
                vec![String::new()]
            } else {
                below.collect()
            };
            any |= !below.is_empty();
            if !below.is_empty() {
                self.pending.entry(*id).or_default().extend(below);
            }
        }
        any
    }
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
