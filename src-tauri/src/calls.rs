//! What the page calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::Core;
use domain::DocumentId;
use experience::Failure;
use experience::commands::{LIST, Window};
use experience::events::Event;
use serde_json::{Value, json};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::{Channel, Invoke, InvokeBody, InvokeError, Response};
use tauri::{AppHandle, Manager, State, Url, WebviewWindow, Wry};
use tauri_plugin_dialog::DialogExt;

/// The streams of events, one for each window.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, JoinHandle<()>>>);

/// Carries out the commands of the one list, and the three that only a window has. Tauri asks the window's capability
/// first; the list is asked again here.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    let own: fn(Invoke<Wry>) -> bool = tauri::generate_handler![events, document_bytes, pick_folder];
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
    resolver.respond_async(async move {
        let Some(window) = window else {
            return Err(InvokeError::from("This window has no commands."));
        };
        let done = core
            .call(window, &name, request.unwrap_or_else(|| json!({})))
            .await;
        done.map_err(InvokeError::from) as Result<Value, InvokeError>
    });
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

/// Whether an address is that of the page that came with the program; nothing else is ever shown.
pub fn is_own_page(address: &Url) -> bool {
    let own = matches!(address.scheme(), "http" | "https") && address.host_str() == Some("tauri.localhost");
    own || (address.scheme() == "tauri" && address.host_str() == Some("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::COMMANDS;

    /// What only a window has.
    const OWN: &[&str] = &["events", "document_bytes", "pick_folder"];

    #[test]
    fn tauri_knows_exactly_the_commands_of_the_list() {
        let windows = LIST
            .iter()
            .filter(|spec| !spec.windows.is_empty())
            .map(|spec| spec.name);
        assert_eq!(windows.chain(OWN.iter().copied()).collect::<Vec<_>>(), COMMANDS);
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
            let wanted: Vec<String> = listed
                .chain(OWN.iter().copied())
                .map(|name| format!("allow-{}", name.replace('_', "-")))
                .collect();
            assert_eq!(granted, wanted);
            assert_eq!(capability["windows"], json!([window.label()]));
            assert!(capability.get("remote").is_none());
        }
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
