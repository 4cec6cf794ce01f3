//! The windows, made alike. What each may call is in its capability: the approval window is the only one that can approve.

use std::path::PathBuf;

use app::Core;
use domain::ActionId;
use experience::commands::Window;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};

use crate::calls::is_own_page;
use crate::lifetime::bring_forward;

/// Set by tests that drive the window; Tauri reads it too.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Where webviews write what they write all the same. Managed by Tauri.
pub struct Webviews(pub PathBuf);

/// Opens a window on the page that came with the program.
///
/// # Errors
/// When the system has no window for it.
pub fn open(manager: &impl Manager<Wry>, window: Window, at: WebviewUrl) -> tauri::Result<WebviewWindow> {
    let (title, size, least) = match window {
        Window::Main => ("Attaché", (1280.0, 820.0), (720.0, 560.0)),
        Window::Approval => ("Approval - Attaché", (784.0, 720.0), (560.0, 480.0)),
    };
    // Nothing of what is shown is kept by the webview. What it writes all the same (random numbers, an empty list of hosts)
    // goes to the home folder, with which it is erased. One that keeps nothing can't be driven by tests.
    let driven = std::env::var_os(AUTOMATION).is_some();
    let folder = manager.state::<Webviews>().0.clone();
    WebviewWindowBuilder::new(manager, window.label(), at)
        .title(title)
        .inner_size(size.0, size.1)
        .min_inner_size(least.0, least.1)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .data_directory(folder)
        .incognito(!driven)
        .build()
}

/// Shows a card in the approval window, which is made if it is not there. Nothing is decided by that.
///
/// # Errors
/// When the system has no window for it.
pub fn show_card(app: &AppHandle, id: ActionId, struck: &[ActionId]) -> tauri::Result<()> {
    let to = card(id, struck);
    if app.get_webview_window(Window::Approval.label()).is_some() {
        app.state::<Core>().go(&to);
    } else {
        open(
            app,
            Window::Approval,
            WebviewUrl::App(format!("index.html#/{to}").into()),
        )?;
    }
    bring_forward(app, Window::Approval);
    Ok(())
}

/// A card without what is struck out, as the page names it.
fn card(id: ActionId, struck: &[ActionId]) -> String {
    let struck: Vec<String> = struck.iter().map(|id| id.0.to_string()).collect();
    if struck.is_empty() {
        format!("approval/{}", id.0)
    } else {
        format!("approval/{}?without={}", id.0, struck.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_named_by_numbers_only() {
        assert_eq!(card(ActionId(12), &[]), "approval/12");
        assert_eq!(
            card(ActionId(12), &[ActionId(13), ActionId(14)]),
            "approval/12?without=13,14"
        );
    }
}
