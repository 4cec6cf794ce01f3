//! The core behind a window: it opens the workspace in the background, keeps the library up to date, carries out what
//! windows ask for and tells what happens, until it is closed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::{DocumentId, Format};
use experience::commands::{self, Cache, Window};
use experience::events::{CoreState, Event, Events, Subscription};
use experience::{Copilot, Failure};
use retrieval::{Progress, Until};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::machine::Order;
use crate::notary::{Notary, OFTEN, keep_signing};
use crate::syncing::Syncing;
use crate::{Home, Workspace, erase, logging};

/// How long answers may take when the program ends.
const PATIENCE: Duration = Duration::from_secs(5);
/// The first pause after a failure; each one after it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// While it runs well, lists of files are told to be stale no more often than this.
const STALE: Duration = Duration::from_secs(1);

/// The core of one process; cheap to clone.
#[derive(Clone)]
pub struct Core {
    shared: Arc<Shared>,
}

struct Shared {
    events: Events,
    state: RwLock<State>,
    stop: CancellationToken,
    ended: watch::Receiver<bool>,
}

enum State {
    Starting,
    Ready(Box<Copilot>),
    Failed(Failure),
}

impl Core {
    /// Starts it; must be called within a tokio runtime. `doing` is what other processes are told that this one does.
    pub fn start(home: Home, doing: &str) -> Self {
        let (end, ended) = watch::channel(false);
        let shared = Arc::new(Shared {
            events: Events::default(),
            state: RwLock::new(State::Starting),
            stop: CancellationToken::new(),
            ended,
        });
        let keeper = Keeper {
            home,
            doing: doing.to_owned(),
            shared: shared.clone(),
        };
        tokio::spawn(async move {
            keeper.run().await;
            end.send_replace(true);
        });
        Self { shared }
    }

    /// Carries out a command of a window.
    ///
    /// # Errors
    /// Code `core_starting` before the core is ready; why it failed, once it did; else the command's own.
    pub async fn call(&self, window: Window, name: &str, request: Value) -> Result<Value, Failure> {
        let copilot = self.copilot()?;
        let done = commands::run_named(&copilot, window, name, request).await;
        done.map_err(logging::clean)
    }

    /// The content of a PDF of the library, for drawing its pages.
    ///
    /// # Errors
    /// When there is no such document, or it is no PDF, or it can't be read.
    pub async fn pdf(&self, document: DocumentId) -> Result<Vec<u8>, Failure> {
        let library = self.copilot()?.library;
        let facts = library
            .file(document)
            .await?
            .filter(|facts| facts.format == Some(Format::Pdf));
        let facts = facts.ok_or_else(|| {
            Failure::user("There is no such PDF file in the library.", "Search again.").with_code("gone")
        })?;
        library.pdf(&facts).await.map_err(|stop| {
            Failure::environment(
                format!("`{}` can't be shown: {}", facts.file, stop.reason),
                "Look for it in its folder.",
            )
        })
    }

    /// What happens from now on; the present state comes first.
    pub fn listen(&self) -> Subscription {
        self.shared.events.subscribe()
    }

    /// Tells windows to show something.
    pub fn go(&self, to: &str) {
        self.shared.events.publish(Event::Go { to: to.to_owned() });
    }

    /// Finishes what is being done and lets other processes in. Answers get some seconds to end; what takes longer is
    /// kept as interrupted.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        let mut ended = self.shared.ended.clone();
        // Fails when the task is gone, which is an end too.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    fn copilot(&self) -> Result<Copilot, Failure> {
        match &*self.shared.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Ready(copilot) => Ok((**copilot).clone()),
            State::Starting => Err(Failure::environment(
                "Attaché is opening what it keeps.",
                "Wait a moment; this page goes on by itself.",
            )
            .with_code("core_starting")),
            State::Failed(failure) => Err(failure.clone()),
        }
    }
}

impl Shared {
    fn set(&self, state: State) {
        let (told, failure) = match &state {
            State::Starting => (CoreState::Starting, None),
            State::Ready(_) => (CoreState::Ready, None),
            State::Failed(failure) => (CoreState::Failed, Some(failure.clone())),
        };
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.events.publish(Event::Core { state: told, failure });
    }
}

/// Holds the workspace open.
struct Keeper {
    home: Home,
    doing: String,
    shared: Arc<Shared>,
}

impl Keeper {
    async fn run(self) {
        loop {
            self.shared.set(State::Starting);
            let (orders, mut ordered) = mpsc::channel(1);
            let Some(workspace) = self.opened(&orders).await else {
                return;
            };
            let copilot = workspace.copilot.clone();
            let upkeep = Upkeep::start(&copilot, workspace.notary.clone(), workspace.syncing.clone());
            let install = workspace.install.clone();
            // Nobody waits for it: a keyring may want its password first.
            tokio::spawn(async move { install.settle().await });
            self.shared.set(State::Ready(Box::new(copilot.clone())));
            let order = tokio::select! {
                () = self.shared.stop.cancelled() => None,
                order = ordered.recv() => order,
            };
            self.shared.set(State::Starting);
            // The person who erases everything does not wait for answers.
            let patience = if order.is_some() { Duration::ZERO } else { PATIENCE };
            copilot.answers.end(patience).await;
            upkeep.end().await;
            drop(copilot);
            let lock = workspace.close().await;
            match order {
                None => return,
                Some(Order::Erase(reply)) => {
                    let erased = erase::everything(&self.home, lock).await;
                    // Whoever asked may have gone; what they asked for is done.
                    let _ = reply.send(erased);
                }
            }
        }
    }

    /// The workspace, as soon as it can be opened; `None` if the core is to stop before.
    async fn opened(&self, orders: &mpsc::Sender<Order>) -> Option<Workspace> {
        let mut pause = FIRST_PAUSE;
        loop {
            let events = self.shared.events.clone();
            match crate::open_with(&self.home, &self.doing, events, Some(orders.clone())).await {
                Ok(workspace) => return Some(workspace),
                Err(failure) => {
                    tracing::warn!(%failure, "the workspace could not be opened");
                    let told = match &*self.shared.state.read().unwrap_or_else(PoisonError::into_inner) {
                        State::Failed(known) => *known == failure,
                        _ => false,
                    };
                    // Another process usually ends soon; whatever else it is takes a person longer.
                    let in_use = failure.code.as_deref() == Some("workspace_in_use");
                    if !told {
                        self.shared.set(State::Failed(failure));
                    }
                    tokio::select! {
                        () = self.shared.stop.cancelled() => return None,
                        () = tokio::time::sleep(if in_use { FIRST_PAUSE } else { pause }) => {}
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

/// The tasks that keep the library up to date, tell how far it is and sign the audit.
struct Upkeep {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Upkeep {
    fn start(copilot: &Copilot, notary: Notary, syncing: Arc<Syncing>) -> Self {
        let stop = CancellationToken::new();
        let tasks = vec![
            tokio::spawn(keep_indexing(copilot.clone(), stop.clone())),
            tokio::spawn(tell_progress(copilot.clone(), stop.clone())),
            tokio::spawn(dispatch(copilot.clone(), stop.clone())),
            tokio::spawn(keep_signing(notary, OFTEN, stop.clone())),
            tokio::spawn({
                let stop = stop.clone();
                async move { syncing.keep(stop).await }
            }),
        ];
        Self { stop, tasks }
    }

    async fn end(self) {
        self.stop.cancel();
        for task in self.tasks {
            if task.await.is_err() {
                tracing::warn!("a background task had failed");
            }
        }
    }
}

/// Indexes until stopped. After a failure it goes on by itself, later each time.
async fn keep_indexing(copilot: Copilot, stop: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let begun = Instant::now();
        let (library, token) = (copilot.library.clone(), stop.clone());
        // In a task of its own, so that a fault in it is a failure like any other.
        let run = tokio::spawn(async move { library.index(Until::Stopped, token).await });
        let failure = match run.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => Failure::from(error),
            Err(_) => Failure::environment("Reading your folders met a fault in Attaché.", ""),
        };
        if stop.is_cancelled() {
            return;
        }
        if begun.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        let seconds = pause.as_secs();
        tracing::warn!(%failure, seconds, "indexing failed");
        let trouble = format!(
            "Your folders are not read now: {} It is tried again by itself.",
            failure.message
        );
        copilot.indexing.set_trouble(Some(trouble));
        copilot.events.publish(Event::Progress {
            progress: copilot.indexing.progress(&copilot.library),
        });
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        copilot.indexing.set_trouble(None);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Goes on with what was decided until stopped: what an earlier process left behind first, then whatever waits for time or
/// was kept by somebody else. Tells windows when something changed.
async fn dispatch(copilot: Copilot, stop: CancellationToken) {
    let governed = copilot.governed.clone();
    let mut changes = governed.changes.subscribe();
    loop {
        changes.mark_unchanged();
        let working = governed.clone();
        let mut run = tokio::spawn(async move { working.go_on_with_all().await });
        let ended = tokio::select! {
            ended = &mut run => ended,
            () = stop.cancelled() => {
                // What is being sent gets a moment; what takes longer is looked up at the next start.
                let _ = tokio::time::timeout(PATIENCE, run).await;
                return;
            }
        };
        let Ok(ended) = ended else { return };
        let again = match ended {
            Ok(all) => all.iter().filter_map(|progress| progress.again).min(),
            Err(stop) => {
                tracing::warn!(%stop, "what was decided can't be looked at now");
                None
            }
        };
        copilot
            .events
            .publish(Event::stale(&[Cache::Actions, Cache::Grants]));
        let rest = again
            .map_or(LONGEST_PAUSE, Duration::from_millis)
            .min(LONGEST_PAUSE);
        tokio::select! {
            () = stop.cancelled() => return,
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Tells how far indexing is, and that lists of files are stale when it got somewhere.
async fn tell_progress(copilot: Copilot, stop: CancellationToken) {
    let mut progress = copilot.library.progress();
    let mut last = Progress::default();
    let mut stale_since: Option<Instant> = None;
    let mut told = Instant::now();
    loop {
        let rest = stale_since.map(|_| STALE.saturating_sub(told.elapsed()));
        tokio::select! {
            () = stop.cancelled() => return,
            changed = progress.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = progress.borrow_and_update().clone();
                let count = |p: &Progress| (p.files_done, p.files, p.passages, p.idle, p.away.clone());
                if count(&now) != count(&last) {
                    stale_since.get_or_insert_with(Instant::now);
                }
                copilot.events.publish(Event::Progress {
                    progress: copilot.indexing.with_trouble(now.clone()),
                });
                last = now;
            }
            () = tokio::time::sleep(rest.unwrap_or(STALE)), if rest.is_some() => {
                stale_since = None;
                told = Instant::now();
                copilot.events.publish(Event::stale(&[Cache::Sources, Cache::Files]));
            }
        }
    }
}
