//! Composition: the only place that names every concrete type.
//!
//! Finds the home folder, takes the lock that keeps a second process out, finds the parts that come with the program
//! (the reader program, the libraries, the model), opens the ledger and the library and hands a
//! [`experience::Copilot`] to whatever face asked; for a window it holds the workspace open ([`Core`]). It decides
//! nothing.

mod actions;
mod audit;
mod connect;
pub mod connector;
mod conversations;
mod core;
pub mod doctor;
mod erase;
mod fence;
mod home;
mod install;
mod keys;
pub mod logging;
mod machine;
mod notary;
mod parts;
mod playground;
pub mod policy;
mod program;
mod servers;
mod shelf;
mod signing;
mod syncing;
mod systems;
mod vault;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use experience::events::Events;
use experience::{Answers, Copilot, Failure, Indexing};
use governance::policy::Policies;
use integration::{Clock, MachineClock};
use orchestration::governed::Governed;
use orchestration::journal::Epoch;
use retrieval::extract::ReaderConfig;
use retrieval::{Library, LibraryConfig};
use storage::Ledger;
use tokio::sync::mpsc;

pub use self::core::Core;
pub use actions::{LedgerActions, LedgerGrants};
pub use home::{Home, Lock};
pub use parts::{DEFAULT_MODEL, MODEL_VARIABLE, Parts};
pub use vault::Vault;

/// What a page may load and do, in the window and wherever else it is served: only what came with it, and only calls to
/// the program it is a page of.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    font-src 'self'; img-src 'self' blob:; worker-src 'self'; connect-src 'self' ipc: http://ipc.localhost; \
    form-action 'none'; base-uri 'none'; object-src 'none'; frame-src 'none'";

/// Keeps the model runtime from reporting its use, for this process and those it starts. To be called first in `main`.
#[allow(unsafe_code)]
pub fn no_telemetry() {
    // SAFETY: the first thing in `main`, while nobody reads the environment in another thread.
    unsafe { std::env::set_var(retrieval::embed::NO_TELEMETRY, "1") }
}

/// An open workspace. It is this process's alone until [`Workspace::close`].
pub struct Workspace {
    /// What faces work with.
    pub copilot: Copilot,
    syncing: Arc<syncing::Syncing>,
    connected: Arc<systems::Connected>,
    install: install::Installed,
    ledger: Ledger,
    notary: notary::Notary,
    lock: Lock,
}

/// Opens the workspace in `home`. `doing` is what other processes are told that this one does.
///
/// # Errors
/// When another process has it (code `workspace_in_use`), or a part is missing or damaged.
pub async fn open(home: &Home, doing: &str) -> Result<Workspace, Failure> {
    open_with(home, doing, Events::default(), None).await
}

/// The same for a process that holds the workspace open, tells `events` and obeys `orders`.
async fn open_with(
    home: &Home,
    doing: &str,
    events: Events,
    orders: Option<mpsc::Sender<machine::Order>>,
) -> Result<Workspace, Failure> {
    let lock = home.lock(doing)?;
    let parts = Parts::find();
    let program = parts.reader.clone().ok_or_else(|| {
        Failure::environment(
            "The program `attache-extract`, which reads your files, is missing.",
            "It belongs beside `attache`. Install Attaché again, or run `make run` in its source folder.",
        )
    })?;
    let ledger = Ledger::open(&home.ledger())
        .await
        .map_err(|error| shelf::failure(&error))?;
    conversations::end_interrupted(&ledger, jiff::Timestamp::now().as_second()).await?;
    let secrets = keys::keyring(&home.make_identity()?);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let config = LibraryConfig {
        folder: home.index(),
        model: parts.model().ok(),
        readers: ReaderConfig {
            program,
            pdfium: parts.pdfium.clone(),
            limits: extraction::Limits::default(),
            workers: threads.clamp(1, 4),
        },
        threads,
    };
    let library = Library::open(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::start());
    let connected = Arc::new(systems::Connected::new(
        home.clone(),
        ledger.clone(),
        logging::redactor(),
        clock.clone(),
        secrets.clone(),
    ));
    let install = install::Installed::new(ledger.clone(), secrets.clone());
    let notary = notary::Notary::new(ledger.clone(), secrets).with_way_out(connected.surroundings());
    let rules = policy::in_force(home);
    let governed =
        Arc::new(governed(&ledger, connected.clone(), install.clone(), clock.clone(), rules).await?);
    let syncing = Arc::new(syncing::Syncing::new(
        home.clone(),
        ledger.clone(),
        connected.clone(),
        clock.clone(),
        events.clone(),
    ));
    let desk = systems::Desk {
        syncing: syncing.clone(),
        connected: connected.clone(),
        governed: governed.clone(),
        ledger: ledger.clone(),
        waits: Default::default(),
        home: home.clone(),
    };
    let copilot = Copilot {
        governed,
        connections: Arc::new(desk),
        library,
        indexing: Indexing::default(),
        shelf: Arc::new(shelf::LedgerShelf {
            ledger: ledger.clone(),
            synced: home.synced(),
        }),
        conversations: Arc::new(conversations::LedgerConversations(ledger.clone())),
        answers: Answers::default(),
        audit: Arc::new(audit::LedgerAudit {
            ledger: ledger.clone(),
            notary: notary.clone(),
            home: home.clone(),
        }),
        preferences: Arc::new(conversations::LedgerPreferences(ledger.clone())),
        machine: Arc::new(machine::ThisMachine {
            home: home.clone(),
            orders,
        }),
        events,
        clock: || jiff::Timestamp::now().as_second(),
        today: || jiff::Zoned::now().date(),
    };
    copilot.sync_sources().await?;
    Ok(Workspace {
        copilot,
        syncing,
        connected,
        install,
        ledger,
        notary,
        lock,
    })
}

/// The governed path over the ledger and the connected systems.
async fn governed(
    ledger: &Ledger,
    systems: Arc<systems::Connected>,
    install: install::Installed,
    clock: Arc<dyn Clock>,
    policies: Policies,
) -> Result<Governed, Failure> {
    let failed = |error: storage::LedgerError| shelf::failure(&error);
    let stopped = ledger.setting(systems::STOPPED).await.map_err(failed)?;
    let epoch = ledger.begin_epoch(clock.wall()).await.map_err(failed)?;
    Ok(Governed {
        book: Arc::new(LedgerActions(ledger.clone())),
        grants: Arc::new(LedgerGrants(ledger.clone())),
        systems,
        policies: Arc::new(policies),
        install_key: Arc::new(install),
        epoch: Epoch(epoch),
        clock,
        // Only a clear no lets it go on.
        stopped: AtomicBool::new(stopped.is_some_and(|word| word != "no")),
        changes: tokio::sync::watch::Sender::new(0),
        sending: Default::default(),
    })
}

impl Workspace {
    /// Finishes what is being written and signs the audit's head. Other processes get in once the lock is dropped.
    pub async fn close(self) -> Lock {
        self.syncing.close().await;
        self.copilot.library.close().await;
        if let Err(unsigned) = self.notary.sign(notary::now()).await {
            // `attache audit verify` and `attache doctor` tell it to the person.
            tracing::info!("{unsigned}");
        }
        self.connected.close().await;
        self.ledger.close().await;
        self.lock
    }
}
