//! Copies of records on this machine: which are wanted, where they are, and the task that keeps them up to date.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Labels, SystemId};
use experience::Failure;
use experience::commands::{Cache, RecordPlace, SyncView, Synced};
use experience::events::{Event, Events};
use integration::{Clock, Connection};
use orchestration::sync::{self, Brought, KindState, Run};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use storage::{Ledger, Mirror, MirrorError, MirroredPage, Note};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;

use crate::Home;
use crate::shelf::failure;
use crate::systems::Connected;

/// Between two looks for what changed.
const REST: Duration = Duration::from_secs(300);
/// Windows are told how far it is no more often than this.
const TOLD: Duration = Duration::from_secs(1);

/// Copies of the records of all systems.
pub struct Syncing {
    home: Home,
    ledger: Ledger,
    connected: Arc<Connected>,
    clock: Arc<dyn Clock>,
    events: Events,
    /// Wakes the task that keeps them up to date.
    due: Notify,
    /// Held by whoever brings or deletes copies.
    one: Mutex<()>,
    open: Mutex<BTreeMap<SystemId, Mirror>>,
    /// What is being brought up to date: the system, the kind, how many records were listed, and what ends it.
    running: std::sync::Mutex<Option<Running>>,
}

struct Running {
    system: SystemId,
    kind: String,
    listed: u64,
    stop: CancellationToken,
}

/// What a person wants kept of a system.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Choice {
    kinds: Vec<String>,
}

/// Name of the setting that holds it.
fn setting(system: &SystemId) -> String {
    format!("kept of {system}")
}

impl Syncing {
    /// Nothing is brought yet.
    pub fn new(
        home: Home,
        ledger: Ledger,
        connected: Arc<Connected>,
        clock: Arc<dyn Clock>,
        events: Events,
    ) -> Self {
        Self {
            home,
            ledger,
            connected,
            clock,
            events,
            due: Notify::new(),
            one: Mutex::default(),
            open: Mutex::default(),
            running: std::sync::Mutex::default(),
        }
    }

    fn folder(&self, system: &SystemId) -> PathBuf {
        self.home.synced().join(system.as_str())
    }

    async fn choice(&self, system: &SystemId) -> Result<Choice, Failure> {
        let kept = self.ledger.setting(&setting(system)).await;
        let kept = kept.map_err(|error| failure(&error))?;
        // What can't be read was not chosen by anybody.
        Ok(kept
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    async fn mirror(&self, system: &SystemId) -> Result<Mirror, Failure> {
        let mut open = self.open.lock().await;
        if let Some(mirror) = open.get(system) {
            return Ok(mirror.clone());
        }
        let mirror = Mirror::open(&self.folder(system)).await.map_err(told)?;
        open.insert(system.clone(), mirror.clone());
        Ok(mirror)
    }

    /// What can be kept of a system, and what is.
    pub async fn view(&self, system: &SystemId, connection: &Connection) -> Result<Vec<SyncView>, Failure> {
        let forms = &connection.description().sync;
        if forms.is_empty() {
            return Ok(Vec::new());
        }
        let choice = self.choice(system).await?;
        let mirror = match self.folder(system).exists() {
            true => Some(self.mirror(system).await?),
            false => None,
        };
        let mut views = Vec::new();
        for (kind, form) in forms {
            let (mut records, mut state) = (0, KindState::default());
            if let Some(mirror) = &mirror {
                records = mirror.count(kind).await.map_err(told)?;
                state = kept_state(mirror, kind).await.map_err(told)?;
            }
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            let running = running.as_ref();
            let running = running.filter(|run| run.system == *system && run.kind == *kind);
            views.push(SyncView {
                kind: kind.clone(),
                title: form.title.clone(),
                chosen: choice.kinds.contains(kind),
                records,
                running: running.map(|run| run.listed),
                ended: state.ended,
                trouble: state.trouble,
            });
        }
        Ok(views)
    }

    /// What is kept of a system that can't be reached now.
    pub async fn view_unreached(&self, system: &SystemId) -> Result<Vec<SyncView>, Failure> {
        let kinds = self.choice(system).await?.kinds;
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let mirror = self.mirror(system).await?;
        let mut views = Vec::new();
        for kind in kinds {
            let state = kept_state(&mirror, &kind).await.map_err(told)?;
            views.push(SyncView {
                title: kind.clone(),
                chosen: true,
                records: mirror.count(&kind).await.map_err(told)?,
                running: None,
                ended: state.ended,
                trouble: state.trouble,
                kind,
            });
        }
        Ok(views)
    }

    /// Keeps these kinds from now on and deletes the others.
    pub async fn choose(
        &self,
        (system, title): (&SystemId, &str),
        connection: &Connection,
        kinds: Vec<String>,
        labels: Option<Labels>,
    ) -> Result<(), Failure> {
        let forms = &connection.description().sync;
        if let Some(unknown) = kinds.iter().find(|kind| !forms.contains_key(*kind)) {
            let known: Vec<&str> = forms.keys().map(String::as_str).collect();
            let hint = match known.is_empty() {
                true => "Its connector does not say how all of its records are read.".to_owned(),
                false => format!("Choose from {}.", known.join(", ")),
            };
            return Err(Failure::user(
                format!("`{unknown}` of `{system}` can't be kept on this device."),
                hint,
            ));
        }
        self.end(system);
        let _one = self.one.lock().await;
        let mut details = Map::new();
        details.insert("event".to_owned(), "records are kept on this device".into());
        details.insert("system".to_owned(), system.as_str().into());
        details.insert("kinds".to_owned(), kinds.clone().into());
        let note = Note {
            at: self.clock.wall(),
            kind: "system",
            details,
        };
        let choice = Choice { kinds };
        let text = serde_json::to_string(&choice).map_err(|error| {
            Failure::environment(format!("What you chose can't be written: {error}."), "Try again.")
        })?;
        let kept = self.ledger.set_noted(&setting(system), &text, note).await;
        kept.map_err(|error| failure(&error))?;
        if choice.kinds.is_empty() {
            return self.delete(system).await;
        }
        let mirror = self.mirror(system).await?;
        for kind in forms.keys().filter(|kind| !choice.kinds.contains(kind)) {
            mirror.forget(kind).await.map_err(told)?;
        }
        self.watch((system, title), mirror.records(), labels).await?;
        self.due.notify_one();
        Ok(())
    }

    /// Has the library find what is in the folder.
    async fn watch(
        &self,
        (system, title): (&SystemId, &str),
        folder: PathBuf,
        labels: Option<Labels>,
    ) -> Result<(), Failure> {
        let folder = folder.canonicalize().unwrap_or(folder);
        let all = self.ledger.sources().await.map_err(|error| failure(&error))?;
        let known = all.iter().find(|source| source.root == folder);
        let collection = match known {
            Some(source) => source.collection.clone(),
            None => {
                // A collection of the person that has this name keeps its labels for itself.
                let taken = all.iter().any(|source| source.collection == title);
                let collection = if taken {
                    format!("{title} ({system})")
                } else {
                    title.to_owned()
                };
                let seconds = self.clock.wall() / 1_000;
                let unlabelled = Labels::default();
                let added = self.ledger.add_source(&folder, &collection, &unlabelled, seconds);
                added.await.map_err(|error| failure(&error))?.collection
            }
        };
        if let Some(labels) = labels {
            let set = self.ledger.label_collection(&collection, &labels).await;
            set.map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    /// Forgets what was chosen and deletes all copies.
    pub async fn forget(&self, system: &SystemId) -> Result<(), Failure> {
        self.end(system);
        let _one = self.one.lock().await;
        if self
            .ledger
            .setting(&setting(system))
            .await
            .map_err(|error| failure(&error))?
            .is_some()
        {
            let none = serde_json::to_string(&Choice::default()).unwrap_or_default();
            let kept = self.ledger.set_setting(&setting(system), &none).await;
            kept.map_err(|error| failure(&error))?;
        }
        self.delete(system).await
    }

    async fn delete(&self, system: &SystemId) -> Result<(), Failure> {
        let folder = self.folder(system);
        let records = folder.join("records");
        let records = records.canonicalize().unwrap_or(records);
        let all = self.ledger.sources().await.map_err(|error| failure(&error))?;
        if all.iter().any(|source| source.root == records) {
            let removed = self.ledger.remove_source(&records).await;
            removed.map_err(|error| failure(&error))?;
        }
        if let Some(mirror) = self.open.lock().await.remove(system) {
            mirror.close().await;
        }
        match tokio::fs::remove_dir_all(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::environment(
                format!("The copies in `{}` can't be deleted: {error}.", folder.display()),
                "Delete the folder yourself.",
            )),
            _ => Ok(()),
        }
    }

    /// Ends what is being brought of a system.
    fn end(&self, system: &SystemId) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = running.as_ref().filter(|running| running.system == *system) {
            running.stop.cancel();
        }
    }

    /// What is being brought up to date now, in words.
    pub fn now(&self) -> Option<String> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let running = running.as_ref()?;
        Some(format!(
            "{} {}: {} listed",
            running.system, running.kind, running.listed
        ))
    }

    /// Has everything brought up to date soon.
    pub fn hurry(&self) {
        self.due.notify_one();
    }

    /// Which record a file below the folder of a system is the copy of.
    pub async fn record_place(&self, system: &SystemId, file: &str) -> Option<RecordPlace> {
        let (kind, id) = Mirror::record_of(file)?;
        let (connection, title) = self.connected.named(system).await.ok()?;
        Some(RecordPlace {
            system: system.to_string(),
            title,
            link: connection.link(&kind, &id),
            kind,
            id,
        })
    }

    /// Brings up to date what is chosen, of one system or of all; with `everything` all of it is listed anew.
    pub async fn run(&self, everything: bool, stop: &CancellationToken) -> Result<Vec<Synced>, Failure> {
        let _one = self.one.lock().await;
        let rows = self.ledger.systems().await.map_err(|error| failure(&error))?;
        let mut all = Vec::new();
        for row in rows.into_iter().filter(|row| !row.quarantined) {
            let Ok(system) = row.id.parse::<SystemId>() else {
                continue;
            };
            let kinds = self.choice(&system).await?.kinds;
            if kinds.is_empty() {
                continue;
            }
            let connection = match self.connected.named(&system).await {
                Ok((connection, _)) => connection,
                Err(stop) => {
                    all.extend(kinds.into_iter().map(|kind| Synced {
                        system: system.to_string(),
                        kind,
                        listed: 0,
                        read: 0,
                        gone: 0,
                        trouble: Some(stop.message.clone()),
                    }));
                    continue;
                }
            };
            for kind in kinds {
                if stop.is_cancelled() {
                    return Ok(all);
                }
                let token = stop.child_token();
                let synced = self.run_kind((&system, &row.title), &connection, &kind, everything, token);
                all.extend(synced.await?);
            }
        }
        Ok(all)
    }

    async fn run_kind(
        &self,
        (system, title): (&SystemId, &str),
        connection: &Connection,
        kind: &str,
        everything: bool,
        stop: CancellationToken,
    ) -> Result<Option<Synced>, Failure> {
        let Some(form) = connection.description().sync.get(kind) else {
            return Ok(None);
        };
        let mirror = self.mirror(system).await?;
        self.set_running(Some(Running {
            system: system.clone(),
            kind: kind.to_owned(),
            listed: 0,
            stop: stop.clone(),
        }));
        let last = std::sync::Mutex::new(None::<std::time::Instant>);
        let heard = |listed: u64, _: u64| {
            if let Some(running) = self
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .as_mut()
            {
                running.listed = listed;
            }
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_none_or(|last| last.elapsed() >= TOLD) {
                *last = Some(std::time::Instant::now());
                self.events.publish(Event::stale(&[Cache::Systems]));
            }
        };
        let ended = sync::run(Run {
            connection,
            title,
            kind,
            form,
            mirror: &Copies(mirror),
            clock: &*self.clock,
            jitter: &jitter,
            everything,
            told: &heard,
            stop,
        })
        .await;
        self.set_running(None);
        if let Some(trouble) = &ended.trouble {
            tracing::warn!(%system, kind, trouble, "records could not be brought up to date");
        }
        Ok(Some(Synced {
            system: system.to_string(),
            kind: kind.to_owned(),
            listed: ended.listed,
            read: ended.read,
            gone: ended.gone,
            trouble: ended.trouble,
        }))
    }

    fn set_running(&self, running: Option<Running>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
        self.events.publish(Event::stale(&[Cache::Systems]));
    }

    /// Keeps everything up to date until stopped.
    pub async fn keep(&self, stop: CancellationToken) {
        let mut everything = false;
        loop {
            if let Err(failure) = self.run(everything, &stop).await {
                tracing::warn!(%failure, "records of systems could not be brought up to date");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                // A person who asks for it wants to see what is gone, too.
                () = self.due.notified() => everything = true,
                () = tokio::time::sleep(REST.mul_f64(1.0 + jitter() / 10.0)) => everything = false,
            }
        }
    }

    /// Ends and closes.
    pub async fn close(&self) {
        let _one = self.one.lock().await;
        for (_, mirror) in std::mem::take(&mut *self.open.lock().await) {
            mirror.close().await;
        }
    }
}

/// A number between 0 and 1.
fn jitter() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness all wait equally long, which does no harm to one machine.
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}

fn told(error: MirrorError) -> Failure {
    Failure::environment(
        format!("Copies of records: {error}."),
        "Check the disk: is it full, or may it not be written?",
    )
    .with_disk_in_mind()
}

async fn kept_state(mirror: &Mirror, kind: &str) -> Result<KindState, MirrorError> {
    let kept = mirror.state(kind).await?;
    // A state of another version: it begins anew, and reads nothing twice that did not change.
    Ok(kept
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// Copies, as what brings them knows them.
struct Copies(Mirror);

fn words(error: MirrorError) -> String {
    format!("{}.", told(error).message.trim_end_matches('.'))
}

#[async_trait]
impl sync::Mirror for Copies {
    async fn state(&self, kind: &str) -> Result<KindState, String> {
        kept_state(&self.0, kind).await.map_err(words)
    }

    async fn listed(&self, kind: &str, ids: &[String]) -> Result<BTreeMap<String, String>, String> {
        let all = self.0.listed(kind, ids).await.map_err(words)?;
        Ok(all.into_iter().collect())
    }

    async fn keep(&self, kind: &str, brought: Brought, state: &KindState) -> Result<(), String> {
        let text = serde_json::to_string(state).map_err(|error| format!("{error}."))?;
        let page = |page: sync::Page| MirroredPage {
            id: page.id,
            html: page.html,
            listed: page.listed,
            changed: page.changed,
        };
        let pages = brought.pages.into_iter().map(page).collect();
        let kept = self
            .0
            .keep(kind, (pages, brought.seen, brought.gone), (state.sweeps, &text));
        kept.await.map_err(words)
    }

    async fn unseen(&self, kind: &str, sweep: i64, after: &str, most: usize) -> Result<Vec<String>, String> {
        self.0.unseen(kind, sweep, after, most).await.map_err(words)
    }
}
