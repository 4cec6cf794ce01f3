//! What the system offers around a window. Any of it may be missing, and then the window opens without it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use app::{Core, Home};
use domain::ActionId;
use experience::commands::{Cache, Window};
use experience::conversation::TurnState;
use experience::events::{AnswerPart, CoreState, Event};
use experience::settings::{Settings, Theme};
use serde_json::json;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::plugin::TauriPlugin;
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_plugin_global_shortcut::{GlobalShortcutExt, ShortcutState};
use tauri_plugin_notification::{ActionPerformed, NotificationExt};

use crate::lifetime::{bring_forward, end, follow};
use crate::windows::show_card;

/// Keeps size and place of the window, in the home folder like everything else.
pub fn window_state(home: &Home) -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_filename(home.window().display().to_string())
        .with_state_flags(
            tauri_plugin_window_state::StateFlags::SIZE
                | tauri_plugin_window_state::StateFlags::POSITION
                | tauri_plugin_window_state::StateFlags::MAXIMIZED,
        )
        .build()
}

/// Wires everything to the core.
pub fn wire(app: &AppHandle, core: &Core) {
    attempt("tray", || tray(app));
    attempt("hotkey", || {
        app.plugin(tauri_plugin_global_shortcut::Builder::new().build())?;
        Ok(())
    });
    attempt("links", || links(app));
    attempt("clicks on notes", || {
        let handle = app.clone();
        app.notification()
            .on_action(move |action| clicked(&handle, action))?;
        Ok(())
    });
    if cfg!(target_os = "macos") {
        attempt("menu", || {
            app.set_menu(Menu::default(app)?)?;
            Ok(())
        });
    }
    tauri::async_runtime::spawn(attend(app.clone(), core.clone()));
}

type Done = Result<(), Box<dyn std::error::Error>>;

/// Libraries around the desktop fail in many ways where there is no desktop, some by a panic.
fn attempt(what: &str, work: impl FnOnce() -> Done) {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the window opens without its {what}: {error}"),
        Err(_) => tracing::warn!("the window opens without its {what}"),
    }
}

fn tray(app: &AppHandle) -> Done {
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let menu = Menu::with_items(
        app,
        &[
            &item("ask", "Ask a question")?,
            &item("inbox", "Inbox")?,
            &item("library", "Library")?,
            &item("settings", "Settings")?,
            &PredefinedMenuItem::separator(app)?,
            &item("quit", "Quit Attaché")?,
        ],
    )?;
    let mut tray = TrayIconBuilder::new()
        .tooltip("Attaché")
        .menu(&menu)
        .on_menu_event(|app, event| match event.id().as_ref() {
            "quit" => end(app),
            place => {
                bring_forward(app, Window::Main);
                app.state::<Core>().go(place);
            }
        });
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app)?;
    Ok(())
}

fn links(app: &AppHandle) -> Done {
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        event
            .urls()
            .iter()
            .for_each(|link| follow(&handle, link.as_str()));
    });
    Ok(())
}

/// In a note: the card it is about.
const CARD: &str = "card";

/// A click on a note shows what it is about. It never decides anything.
fn clicked(app: &AppHandle, action: &ActionPerformed) {
    if action.action_id() != "tap" {
        return;
    }
    let card = action
        .notification()
        .and_then(|note| note.extra().get(CARD)?.as_i64());
    match card {
        Some(id) => {
            if let Err(error) = show_card(app, ActionId(id), &[]) {
                tracing::warn!("the approval window can't open: {error}");
            }
        }
        None => bring_forward(app, Window::Main),
    }
}

/// Listens to the core: settings are put into effect, and what the person would want to know while they look elsewhere is
/// told by the system: an answer that is ready, a change that waits.
async fn attend(app: AppHandle, core: Core) {
    let mut listening = core.listen();
    let mut settings = Settings::default();
    let mut waiting = BTreeSet::new();
    loop {
        match listening.next().await {
            Event::Core {
                state: CoreState::Ready,
                ..
            } => {
                settings = put_into_effect(&app, &core).await;
                waiting = waits(&core).await;
            }
            Event::Stale { caches } => {
                if caches.contains(&Cache::Settings) {
                    settings = put_into_effect(&app, &core).await;
                }
                if caches.contains(&Cache::Actions) {
                    let now = waits(&core).await;
                    let new: Vec<i64> = now.difference(&waiting).copied().collect();
                    waiting = now;
                    if settings.notifications && looks_elsewhere(&app) {
                        tell_waiting(&app, &new);
                    }
                }
            }
            Event::Answer {
                part: AnswerPart::Finished { turn },
                ..
            } if settings.notifications && looks_elsewhere(&app) => {
                let title = match turn.state {
                    TurnState::Answered => "Your answer is ready",
                    TurnState::Abstained => "Your folders do not answer this",
                    TurnState::Failed => "Your question could not be answered",
                    TurnState::Running | TurnState::Stopped | TurnState::Interrupted => continue,
                };
                let body: String = turn.question.chars().take(120).collect();
                attempt("notes", || {
                    app.notification().builder().title(title).body(body).show()?;
                    Ok(())
                });
            }
            _ => {}
        }
    }
}

/// The proposals that wait for the person, to decide or to find out.
async fn waits(core: &Core) -> BTreeSet<i64> {
    let open = core
        .call(Window::Main, "action_list", json!({ "open": true }))
        .await;
    let open = open.unwrap_or_default();
    let actions = open["actions"].as_array().into_iter().flatten();
    actions
        .filter(|action| matches!(action["state"].as_str(), Some("awaiting" | "needs_person")))
        .filter_map(|action| action["id"].as_i64())
        .collect()
}

/// Says that something waits, without a word of what stands in it: notes are seen by whoever sees the screen.
fn tell_waiting(app: &AppHandle, new: &[i64]) {
    let Some(first) = new.first() else { return };
    let title = match new.len() {
        1 => "1 change waits for you".to_owned(),
        many => format!("{many} changes wait for you"),
    };
    attempt("notes", || {
        let note = app.notification().builder().title(title);
        note.body("Nothing is sent before you decide.")
            .extra(CARD, first)
            .show()?;
        Ok(())
    });
}

fn looks_elsewhere(app: &AppHandle) -> bool {
    let windows = app.webview_windows();
    windows
        .values()
        .all(|window| !window.is_focused().unwrap_or(true))
}

async fn put_into_effect(app: &AppHandle, core: &Core) -> Settings {
    let settings = core.call(Window::Main, "settings_get", json!({})).await;
    let settings: Settings = settings
        .ok()
        .and_then(|settings| serde_json::from_value(settings).ok())
        .unwrap_or_default();
    let theme = match settings.theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    };
    for window in app.webview_windows().values() {
        if let Err(error) = window.set_theme(theme) {
            tracing::warn!(%error, "the frame of the window keeps its theme");
        }
    }
    let keys = settings.hotkey.clone();
    attempt("hotkey", || {
        // Absent where the plugin could not start.
        let Some(shortcuts) = app.try_state::<tauri_plugin_global_shortcut::GlobalShortcut<Wry>>() else {
            return Ok(());
        };
        shortcuts.unregister_all()?;
        if let Some(keys) = keys.as_deref() {
            app.global_shortcut().on_shortcut(keys, |app, _, event| {
                if event.state() == ShortcutState::Pressed {
                    bring_forward(app, Window::Main);
                    app.state::<Core>().go("ask");
                }
            })?;
        }
        Ok(())
    });
    settings
}
