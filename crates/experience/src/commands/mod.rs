//! The one list of commands.
//!
//! A command is a type with a name, a request, a response, whether it reads or writes, which caches it makes stale,
//! which windows may call it, and the function that does it. A command in the list without a handler does not compile.

mod about;
mod acting;
mod activity;
mod asking;
mod evidence;
mod files;
mod granting;
mod measuring;
mod receipts;
mod servers;
mod signing;
mod sources;
mod systems;

pub use about::{About, Check, Erase, EraseRequest, GetSettings, SetSettings};
pub use acting::{
    ActionApprove, ActionCheck, ActionDeny, ActionEdit, ActionGet, ActionList, ActionPick, ActionPropose,
    ActionRequest, ActionSay, ActionUndo, Actions, ActionsRequest, ApproveRequest, CardGet, CardLook,
    CardRequest, DenyRequest, EditRequest, FoundOut, PickRequest, ProposeRequest, SayRequest, UndoRequest,
};
pub use activity::{
    AnchorRequest, Anchoring, AuditAnchor, AuditCheck, AuditExport, AuditVerify, ExportRequest, Exported,
    Verified, VerifyRequest, verify_audit,
};
pub(crate) use asking::answer_once;
pub use asking::{
    AskOnce, AskRequest, ConversationDelete, ConversationGet, ConversationList, ConversationRename,
    IdRequest, QuestionAsk, QuestionRequest, QuestionStop, Questioned, RenameRequest, Search, SearchResponse,
    StopRequest, ask,
};
pub use evidence::{Marks, MarksRequest, View, ViewRequest};
pub use files::{
    Boxes, BoxesRequest, DocumentRequest, Explain, ExplainRequest, Extract, ExtractRequest, FileOpen,
    FileReveal, Files, ListFiles, Retry,
};
pub use granting::{GrantAdd, GrantList, GrantOffer, GrantRequest, GrantRevoke, GrantSaved, RevokeRequest};
pub use measuring::{Evaluate, EvaluateRequest, Evaluated};
pub use receipts::{ActivityList, ActivityRequest, ReceiptGet};
pub use servers::{
    ServerConnect, ServerLook, ServerOffer, ServerRequest, ToolView, question as server_question,
};
pub use signing::{
    AgainRequest, SignInAgain, SignInBegin, SignInBegun, SignInCancel, SignInFinish, SignInRequest,
};
pub use sources::{
    AddRequest, GetProgress, GetStatus, LabelRequest, RemoveRequest, SourceAdd, SourceDemo, SourceLabel,
    SourceList, SourceRemove,
};
pub use systems::{
    CallRequest, Called, ClientView, ConnectRequest, ConnectorList, ConnectorView, Contacts, DemoConnect,
    Disconnected, HostView, OperationView, ParameterView, QuarantineRequest, RecordPlace, RecordView,
    SignInState, SignInView, Standing, StandingGet, StopAll, StopAllRequest, SyncAll, SyncAllRequest,
    SyncRequest, SyncView, Synced, SystemCall, SystemConnect, SystemDisconnect, SystemList, SystemQuarantine,
    SystemRequest, SystemSync, SystemSyncNow, SystemTest, SystemView,
};

pub use governance::audit::export::Form;
use serde::{Deserialize, Serialize};

use crate::events::Event;
use crate::{Copilot, Failure, Fault};

/// Whether a command changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Only looks.
    Read,
    /// Changes what is kept.
    Write,
}

/// What a face keeps of earlier answers; a command names those it makes stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Cache {
    /// The list of watched folders.
    Sources,
    /// The files and their states.
    Files,
    /// The conversations.
    Conversations,
    /// The settings.
    Settings,
    /// What was proposed, and how it stands.
    Actions,
    /// What was allowed beforehand.
    Grants,
    /// The connected systems.
    Systems,
}

/// A window of the program. Each may call only what names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The one with everything in it.
    Main,
    /// The one in which a person decides. Nothing of it can be reached from the other.
    Approval,
}

impl Window {
    /// Every window.
    pub const ALL: &'static [Self] = &[Self::Main, Self::Approval];

    /// Its name in the window system.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Approval => "approval",
        }
    }

    /// The window of this name.
    pub fn of(label: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|window| window.label() == label)
    }
}

/// The window with everything in it.
const MAIN: &[Window] = &[Window::Main];
/// The window in which a person decides, and no other.
const DECIDING: &[Window] = &[Window::Approval];
/// Every window there is.
const BOTH: &[Window] = Window::ALL;
/// No window: for the command line alone.
const NONE: &[Window] = &[];

/// Something a person can ask for.
pub trait Command {
    /// Its name on every face.
    const NAME: &'static str;
    /// Whether it changes something.
    const ACCESS: Access;
    /// What it makes stale.
    const STALES: &'static [Cache] = &[];
    /// The windows that may call it.
    const WINDOWS: &'static [Window];
    /// What it needs to know.
    type Request: serde::de::DeserializeOwned + Send;
    /// What it gives.
    type Response: Serialize + Send;

    /// What a window asks the person in the system's own dialog before it is carried out: a page alone, which shows what
    /// others wrote, must not be able to do this. Nothing for most.
    fn confirm(_request: &Self::Request) -> Option<Confirm> {
        None
    }

    /// Does it.
    fn run(
        copilot: &Copilot,
        request: Self::Request,
    ) -> impl Future<Output = Result<Self::Response, Failure>> + Send;
}

/// A question before something is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// What is asked.
    pub question: String,
    /// The word of the button that goes on.
    pub yes: String,
}

/// A command as a row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// Its name.
    pub name: &'static str,
    /// Whether it changes something.
    pub access: Access,
    /// What it makes stale.
    pub stales: &'static [Cache],
    /// The windows that may call it.
    pub windows: &'static [Window],
}

const fn spec<C: Command>() -> Spec {
    Spec {
        name: C::NAME,
        access: C::ACCESS,
        stales: C::STALES,
        windows: C::WINDOWS,
    }
}

/// Nothing needs to be known.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct Nothing {}

macro_rules! list {
    (windows: $($window:ident = $name:literal),* ; command_line: $($line:ident),* $(,)?) => {
        /// Every command.
        pub const LIST: &[Spec] = &[$(spec::<$window>(),)* $(spec::<$line>()),*];

        // The names stand in the list too, so that it can be read as one; they must be the commands' own.
        $(const _: () = assert!(same($window::NAME, $name) && !$window::WINDOWS.is_empty());)*
        $(const _: () = assert!($line::WINDOWS.is_empty());)*

        /// Runs a command that a window called, by name, with its request and response in JSON, and tells what it made
        /// stale.
        ///
        /// # Errors
        /// When there is no such command for this window, the request does not fit, or the command fails.
        pub async fn run_named(
            copilot: &Copilot,
            window: Window,
            name: &str,
            request: serde_json::Value,
        ) -> Result<serde_json::Value, Failure> {
            match name {
                $($name if $window::WINDOWS.contains(&window) => run_json::<$window>(copilot, request).await,)*
                _ => Err(Failure::user(
                    format!("This window has no command `{name}`."),
                    "Look at the list of commands.",
                )),
            }
        }

        /// What a window asks the person before it carries out a command, if anything.
        pub fn confirmation(name: &str, request: &serde_json::Value) -> Option<Confirm> {
            match name {
                // What can't be read is refused when it is carried out.
                $($name => {
                    let request: <$window as Command>::Request = serde_json::from_value(request.clone()).ok()?;
                    $window::confirm(&request)
                })*
                _ => None,
            }
        }

        #[cfg(feature = "typescript")]
        pub(crate) fn describe(page: &mut crate::typescript::Page) {
            $(page.command::<<$window as Command>::Request, <$window as Command>::Response>($name);)*
        }
    };
}

list!(
    windows:
    GetStatus = "status",
    GetProgress = "progress",
    SourceAdd = "source_add",
    SourceDemo = "source_demo",
    SourceRemove = "source_remove",
    SourceLabel = "source_label",
    ListFiles = "file_list",
    Retry = "file_retry",
    FileOpen = "file_open",
    FileReveal = "file_reveal",
    Search = "search",
    Explain = "why",
    ConversationList = "conversation_list",
    ConversationGet = "conversation_get",
    ConversationRename = "conversation_rename",
    ConversationDelete = "conversation_delete",
    QuestionAsk = "question_ask",
    QuestionStop = "question_stop",
    View = "document_view",
    Marks = "page_marks",
    GetSettings = "settings_get",
    SetSettings = "settings_set",
    About = "about",
    Contacts = "contacts",
    SystemList = "system_list",
    ConnectorList = "connector_list",
    SystemConnect = "system_connect",
    SystemTest = "system_test",
    SystemSync = "system_sync",
    SystemSyncNow = "system_sync_now",
    SignInBegin = "sign_in_begin",
    SignInAgain = "sign_in_again",
    SignInFinish = "sign_in_finish",
    SignInCancel = "sign_in_cancel",
    DemoConnect = "demo_connect",
    SystemDisconnect = "system_disconnect",
    SystemQuarantine = "system_quarantine",
    StandingGet = "standing",
    StopAll = "stop_all",
    ActionPropose = "action_propose",
    ActionList = "action_list",
    ActionGet = "action_get",
    CardGet = "card_get",
    CardLook = "card_look",
    ActionApprove = "action_approve",
    ActionDeny = "action_deny",
    ActionEdit = "action_edit",
    ActionPick = "action_pick",
    ActionSay = "action_say",
    ActionCheck = "action_check",
    ActionUndo = "action_undo",
    GrantOffer = "grant_offer",
    GrantSaved = "grant_saved",
    GrantAdd = "grant_add",
    GrantList = "grant_list",
    GrantRevoke = "grant_revoke",
    ReceiptGet = "receipt_get",
    ActivityList = "activity_list",
    AuditCheck = "audit_verify",
    Erase = "erase_everything";
    command_line:
    SourceList, Files, Extract, Boxes, AskOnce, Evaluate, AuditVerify, AuditExport, AuditAnchor, SystemCall,
    SyncAll, ServerLook, ServerConnect
);

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

async fn run_json<C: Command>(
    copilot: &Copilot,
    request: serde_json::Value,
) -> Result<serde_json::Value, Failure> {
    let request = serde_json::from_value(request).map_err(|error| {
        Failure::user(
            format!("The request for `{}` does not fit: {error}.", C::NAME),
            "Look at its fields.",
        )
    })?;
    let response = C::run(copilot, request).await?;
    if !C::STALES.is_empty() {
        copilot.events.publish(Event::stale(C::STALES));
    }
    serde_json::to_value(response).map_err(|error| Failure {
        code: None,
        message: format!("The answer of `{}` could not be written: {error}.", C::NAME),
        hint: None,
        fault: Fault::Bug,
    })
}
