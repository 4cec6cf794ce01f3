use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use domain::{ActionId, ConversationId, Labels, Source, SystemId, TurnId};
use governance::audit::{Row, SignedHead};
use orchestration::governed::Governed;
use retrieval::Library;
use retrieval::search::Filter;
use serde_json::{Map, Value};

use crate::Failure;
use crate::answers::Answers;
use crate::commands::{
    AgainRequest, Called, Check, ConnectRequest, ConnectorView, HostView, RecordPlace, ServerOffer,
    ServerRequest, SignInBegun, Synced, SystemView,
};
use crate::conversation::{Conversation, ConversationSummary, Turn};
use crate::events::Events;
use crate::indexing::Indexing;
use crate::settings::Settings;

/// The copilot behind every face: what commands work on. Composed by `app`.
#[derive(Clone)]
pub struct Copilot {
    /// What was read.
    pub library: Library,
    /// How far reading is.
    pub indexing: Indexing,
    /// The list of watched folders.
    pub shelf: Arc<dyn Shelf>,
    /// What was asked and answered.
    pub conversations: Arc<dyn Conversations>,
    /// What is being answered.
    pub answers: Answers,
    /// What happened, for good.
    pub audit: Arc<dyn Audit>,
    /// The one way by which anything outside is changed.
    pub governed: Arc<Governed>,
    /// The connected systems.
    pub connections: Arc<dyn Connections>,
    /// What the person chose.
    pub preferences: Arc<dyn Preferences>,
    /// The machine around the program.
    pub machine: Arc<dyn Machine>,
    /// Where windows hear what happens.
    pub events: Events,
    /// Seconds since 1970.
    pub clock: fn() -> i64,
    /// The person's calendar day.
    pub today: fn() -> jiff::civil::Date,
}

/// Port: the durable list of watched folders.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Watches a folder, in a collection that is made if it is new.
    async fn add(&self, root: &Path, collection: &str, labels: &Labels, at: i64) -> Result<Source, Failure>;
    /// The watched folders.
    async fn list(&self) -> Result<Vec<Source>, Failure>;
    /// Stops watching a folder.
    async fn remove(&self, root: &Path) -> Result<(), Failure>;
    /// Gives a collection these labels and no others; false if there is no such collection.
    async fn label(&self, collection: &str, labels: &Labels) -> Result<bool, Failure>;
}

/// Port: the durable conversations.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// All of them, the one used last first.
    async fn list(&self) -> Result<Vec<ConversationSummary>, Failure>;
    /// One with its turns; `None` if it is gone.
    async fn get(&self, id: ConversationId) -> Result<Option<Conversation>, Failure>;
    /// Begins one with its first question.
    async fn begin(
        &self,
        title: &str,
        question: &str,
        filter: &Filter,
        at: i64,
    ) -> Result<(ConversationId, TurnId), Failure>;
    /// Adds a question; `None` if the conversation is gone.
    async fn ask(
        &self,
        id: ConversationId,
        question: &str,
        filter: &Filter,
        at: i64,
    ) -> Result<Option<TurnId>, Failure>;
    /// Stores how a turn ended, and with it an audit row with these details.
    async fn end(&self, turn: &Turn, at: i64, details: Map<String, Value>) -> Result<(), Failure>;
    /// Gives one another title; false if it is gone.
    async fn rename(&self, id: ConversationId, title: &str) -> Result<bool, Failure>;
    /// Deletes one with its turns; false if it is gone.
    async fn delete(&self, id: ConversationId) -> Result<bool, Failure>;
}

/// Port: the audit, which is only ever added to.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Adds a row about something; `at` is in seconds since 1970.
    async fn note(&self, kind: &'static str, at: i64, details: Map<String, Value>) -> Result<(), Failure>;
    /// Rows after a number, so many at most, oldest first.
    async fn rows_after(&self, seq: u64, most: u32) -> Result<Vec<Row>, Failure>;
    /// All rows about an action, oldest first.
    async fn rows_about(&self, action: ActionId) -> Result<Vec<Row>, Failure>;
    /// Rows with which something begins (of the rows about an action only the first), newest first, so many at most, all
    /// before a number if one is given.
    async fn beginnings_before(&self, seq: Option<u64>, most: u32) -> Result<Vec<Row>, Failure>;
    /// Every head of it that was signed, oldest first.
    async fn heads(&self) -> Result<Vec<SignedHead>, Failure>;
    /// The public key with which heads are signed; `None` while there is none. Fails without a keyring.
    async fn key(&self) -> Result<Option<String>, Failure>;
    /// Where signed heads are kept besides the ledger.
    async fn anchor(&self) -> Result<Option<AnchorPlace>, Failure>;
    /// Why it took nothing when it was asked last, as a sentence; nothing if it did.
    async fn anchor_trouble(&self) -> Result<Option<String>, Failure>;
    /// Number of the last row that the anchor has.
    async fn anchored(&self) -> Result<u64, Failure>;
    /// Chooses that place, or none.
    async fn set_anchor(&self, place: Option<&AnchorPlace>) -> Result<(), Failure>;
}

/// Where signed heads of the audit are kept besides the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnchorPlace {
    /// In a file.
    File(PathBuf),
    /// At an address, to which each is sent.
    Web(String),
}

impl AnchorPlace {
    /// Whether a text is meant as an address of the web.
    pub fn is_address(text: &str) -> bool {
        text.starts_with("https:") || text.starts_with("http:")
    }
}

/// Port: the connected systems.
#[async_trait]
pub trait Connections: Send + Sync {
    /// All of them, with what can be asked of each. One that can't be reached says why.
    async fn list(&self) -> Result<Vec<SystemView>, Failure>;
    /// The connectors that come with Attaché.
    async fn connectors(&self) -> Result<Vec<ConnectorView>, Failure>;
    /// Connects a system, after its sign-in was tried. The secret is kept in the keyring and nowhere else.
    async fn connect(&self, request: ConnectRequest) -> Result<SystemView, Failure>;
    /// What a server of the Model Context Protocol offers. A program is started for it; nothing is kept.
    async fn server_offer(&self, request: ServerRequest) -> Result<ServerOffer, Failure>;
    /// Connects a server, if it still offers what the person has seen.
    async fn connect_server(&self, request: ServerRequest) -> Result<SystemView, Failure>;
    /// Tries the sign-in of a system by a read that changes nothing.
    async fn try_out(&self, system: &SystemId) -> Result<(), Failure>;
    /// Chooses which kinds of records of a system are kept on this machine; what is no longer chosen is deleted from it.
    async fn choose_sync(
        &self,
        system: &SystemId,
        kinds: Vec<String>,
        labels: Option<Labels>,
    ) -> Result<(), Failure>;
    /// Has what is kept of a system brought up to date soon.
    async fn sync_now(&self, system: &SystemId) -> Result<(), Failure>;
    /// Brings what is chosen up to date, and tells how each kind ended. With `everything` all of it is listed anew.
    async fn sync_all(&self, everything: bool) -> Result<Vec<Synced>, Failure>;
    /// What is being brought up to date now, in words.
    fn syncing(&self) -> Option<String>;
    /// Which record a document is the copy of, by its path below the folder of its system.
    async fn record_place(&self, system: &SystemId, file: &str) -> Option<RecordPlace>;
    /// Reads from a system, live; nothing is kept of it. At most so many records.
    async fn call(
        &self,
        system: &SystemId,
        operation: &str,
        arguments: BTreeMap<String, Value>,
        most: usize,
    ) -> Result<Called, Failure>;
    /// Connects the demo company, or gives it if it is connected.
    async fn connect_demo(&self) -> Result<SystemView, Failure>;
    /// Forgets one, and ends its sign-in at the provider; why that was not possible there, as a sentence. Of the demo company
    /// nothing is left but its rows in the audit.
    async fn disconnect(&self, system: &SystemId) -> Result<Option<String>, Failure>;
    /// Begins to sign in to a new system at its provider. Nothing is connected yet.
    async fn sign_in(&self, request: ConnectRequest) -> Result<SignInBegun, Failure>;
    /// Begins to sign in again to a system that is connected.
    async fn sign_in_again(&self, request: AgainRequest) -> Result<SignInBegun, Failure>;
    /// Waits until the person has signed in, and connects the system or keeps its new sign-in.
    async fn signed_in(&self, handle: &str) -> Result<SystemView, Failure>;
    /// Gives up waiting; false if nothing waits.
    async fn sign_in_cancel(&self, handle: &str) -> bool;
    /// Sets one apart, or back.
    async fn set_apart(&self, system: &SystemId, apart: bool) -> Result<(), Failure>;
    /// Turns the emergency switch, durably.
    async fn set_stopped(&self, stopped: bool) -> Result<(), Failure>;
    /// Every host that was contacted.
    async fn hosts(&self) -> Result<Vec<HostView>, Failure>;
    /// Arguments in the form that an operation wants: a text is read as JSON where the argument is no text.
    async fn typed(
        &self,
        system: &SystemId,
        operation: &str,
        arguments: BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Value>, Failure>;
    /// A name that was never given before and can't be guessed.
    ///
    /// # Errors
    /// When the machine has no randomness.
    fn new_name(&self) -> Result<String, Failure>;
}

/// Port: the durable settings.
#[async_trait]
pub trait Preferences: Send + Sync {
    /// What the person chose, or the usual.
    async fn get(&self) -> Result<Settings, Failure>;
    /// Keeps what the person chose.
    async fn set(&self, settings: &Settings) -> Result<(), Failure>;
}

/// Port: the machine around the program.
#[async_trait]
pub trait Machine: Send + Sync {
    /// Opens a file in the program that the system uses for it.
    async fn open(&self, path: &Path) -> Result<(), Failure>;
    /// Opens an address of the web in the browser that the person uses.
    async fn browse(&self, address: &str) -> Result<(), Failure>;
    /// Shows a file in the system's file manager.
    async fn reveal(&self, path: &Path) -> Result<(), Failure>;
    /// A folder with a copy of the demo documents, made if it is not there.
    async fn demo_documents(&self) -> Result<PathBuf, Failure>;
    /// What the program has on this machine.
    async fn facts(&self) -> Result<MachineFacts, Failure>;
    /// Deletes everything the program keeps and begins anew; never a file that is not its own.
    async fn erase(&self) -> Result<(), Failure>;
}

/// What the program has on this machine.
#[derive(Clone, Debug, Default)]
pub struct MachineFacts {
    /// The folder in which everything is kept.
    pub home: String,
    /// What was read from the files, in bytes on the disk.
    pub index_bytes: u64,
    /// What the person decided and asked, in bytes on the disk.
    pub ledger_bytes: u64,
    /// What was looked at.
    pub checks: Vec<Check>,
}

impl Copilot {
    /// Gives the library the list of folders as it is now.
    ///
    /// # Errors
    /// When either cannot be read or written.
    pub async fn sync_sources(&self) -> Result<(), Failure> {
        Ok(self.library.set_sources(self.shelf.list().await?).await?)
    }
}
