//! What the page calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::Core;
use domain::{ActionId, DocumentId};
use experience::Failure;
use experience::commands::{Confirm, LIST, Window, confirmation};
use experience::events::Event;
use serde_json::{Value, json};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::{Channel, Invoke, InvokeBody, InvokeError, Response};
use tauri::{AppHandle, Manager, State, Url, WebviewWindow, Wry};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons};

use crate::windows::show_card;

/// The streams of events, one for each window.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, JoinHandle<()>>>);

/// Carries out the commands of the one list, and those that only a window has. Tauri asks the window's capability
/// first; the list is asked again here.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    let own: fn(Invoke<Wry>) -> bool =
        tauri::generate_handler![events, document_bytes, pick_folder, open_approval, close_approval];
    move |invoke: Invoke<Wry>| {
        let name = invoke.message.command();
        if LIST.iter().any(|spec| spec.name == name) {
            carry_out(invoke);
            true
        } else {
            own(invoke)
        }
    }
}

fn carry_out(invoke: Invoke<Wry>) {
    let Invoke {
        message, resolver, ..
    } = invoke;
    let webview = message.webview_ref();
    let (window, core) = (
        Window::of(webview.label()),
        webview.state::<Core>().inner().clone(),
    );
    let name = message.command().to_owned();
    let request = match message.payload() {
        InvokeBody::Json(body) => body.get("request").cloned(),
        InvokeBody::Raw(_) => None,
    };
    let app = webview.app_handle().clone();
    resolver.respond_async(async move {
        let Some(window) = window else {
            return Err(InvokeError::from("This window has no commands."));
        };
        let asked = request.as_ref().and_then(|request| confirmation(&name, request));
        if let Some(asked) = asked
            && !agreed(&app, asked).await
        {
            let failure = Failure::user(
                "It was not done, because you did not agree.",
                "Try again and agree.",
            );
            return Err(InvokeError::from(failure));
        }
        let done = core
            .call(window, &name, request.unwrap_or_else(|| json!({})))
            .await;
        done.map_err(InvokeError::from) as Result<Value, InvokeError>
    });
}

/// Asks the person in the system's own dialog, which no page can answer. What can't be asked is not agreed to.
async fn agreed(app: &AppHandle, asked: Confirm) -> bool {
    let buttons = MessageDialogButtons::OkCancelCustom(asked.yes, "Cancel".to_owned());
    let dialog = app
        .dialog()
        .message(asked.question)
        .title("Attaché")
        .buttons(buttons);
    let answer = tauri::async_runtime::spawn_blocking(move || dialog.blocking_show()).await;
    answer.unwrap_or(false)
}

/// Tells the page what happens, the present state first. A page that was loaded again begins a new stream.
#[tauri::command]
fn events(
    window: WebviewWindow,
    core: State<'_, Core>,
    streams: State<'_, Streams>,
    channel: Channel<Event>,
) {
    let mut listening = core.listen();
    let stream =
        tauri::async_runtime::spawn(async move { while channel.send(listening.next().await).is_ok() {} });
    let mut streams = streams.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(former) = streams.insert(window.label().to_owned(), stream) {
        former.abort();
    }
}

/// The content of a PDF of the library.
#[tauri::command]
async fn document_bytes(core: State<'_, Core>, document: DocumentId) -> Result<Response, Failure> {
    core.pdf(document).await.map(Response::new)
}

/// Lets the person choose a folder in the system's own dialog.
#[tauri::command]
async fn pick_folder(app: AppHandle, window: WebviewWindow) -> Option<String> {
    let dialog = app.dialog().file().set_parent(&window);
    let picked = tauri::async_runtime::spawn_blocking(move || dialog.blocking_pick_folder()).await;
    let folder = picked.ok()??.into_path().ok()?;
    Some(folder.to_string_lossy().into_owned())
}

/// Shows a card in the one window in which it can be approved.
#[tauri::command]
async fn open_approval(app: AppHandle, id: ActionId, struck: Vec<ActionId>) -> Result<(), Failure> {
    show_card(&app, id, &struck).map_err(|error| {
        Failure::environment(
            format!("The window for approvals can't open: {error}."),
            "Try again.",
        )
    })
}

/// Closes the approval window; what waits goes on waiting.
#[tauri::command]
fn close_approval(window: WebviewWindow) {
    if let Err(error) = window.close() {
        tracing::warn!(%error, "the approval window does not close");
    }
}

/// Whether an address is that of the page that came with the program; nothing else is ever shown.
pub fn is_own_page(address: &Url) -> bool {
    let own = matches!(address.scheme(), "http" | "https") && address.host_str() == Some("tauri.localhost");
    own || (address.scheme() == "tauri" && address.host_str() == Some("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::COMMANDS;

    /// What only windows have, and which of them.
    const OWN: &[(&str, &[Window])] = &[
        ("events", Window::ALL),
        ("document_bytes", &[Window::Main]),
        ("pick_folder", &[Window::Main]),
        ("open_approval", &[Window::Main]),
        ("close_approval", &[Window::Approval]),
    ];

    #[test]
    fn tauri_knows_exactly_the_commands_of_the_list() {
        let windows = LIST
            .iter()
            .filter(|spec| !spec.windows.is_empty())
            .map(|spec| spec.name);
        let own = OWN.iter().map(|(name, _)| *name);
        assert_eq!(windows.chain(own).collect::<Vec<_>>(), COMMANDS);
    }

    #[test]
    fn the_capability_of_each_window_grants_what_the_list_says_and_no_more() {
        for window in Window::ALL {
            let file = format!("capabilities/{}.json", window.label());
            let capability: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            let granted: Vec<&str> = capability["permissions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|permission| permission.as_str().unwrap())
                .collect();
            let listed = LIST
                .iter()
                .filter(|spec| spec.windows.contains(window))
                .map(|spec| spec.name);
            let own = OWN
                .iter()
                .filter(|(_, windows)| windows.contains(window))
                .map(|(name, _)| *name);
            let wanted: Vec<String> = listed
                .chain(own)
                .map(|name| format!("allow-{}", name.replace('_', "-")))
                .collect();
            assert_eq!(granted, wanted);
            assert_eq!(capability["windows"], json!([window.label()]));
            assert!(capability.get("remote").is_none());
        }
    }

    #[test]
    fn only_the_approval_window_can_approve() {
        let deciding = ["action_approve", "action_say", "grant_add"];
        for spec in LIST.iter().filter(|spec| deciding.contains(&spec.name)) {
            assert_eq!(spec.windows, &[Window::Approval], "{}", spec.name);
        }
        let file = "capabilities/main.json";
        let main = std::fs::read_to_string(file).unwrap();
        assert!(!deciding.iter().any(|name| main.contains(&name.replace('_', "-"))));
    }

    #[test]
    fn the_window_has_the_policy_for_content_that_other_faces_have() {
        let file = "tauri.conf.json";
        let config: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(config["app"]["security"]["csp"], app::CONTENT_POLICY);
    }

    #[test]
    fn only_the_page_that_came_with_the_program_is_shown() {
        let own = [
            "tauri://localhost/",
            "tauri://localhost/index.html#ask",
            "https://tauri.localhost/x",
        ];
        let foreign = [
            "https://example.org",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ];
        assert!(own.iter().all(|address| is_own_page(&address.parse().unwrap())));
        assert!(
            !foreign
                .iter()
                .any(|address| is_own_page(&address.parse().unwrap()))
        );
    }
}
