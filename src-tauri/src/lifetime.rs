//! How the program starts, comes forward and ends.

use std::sync::{Mutex, PoisonError};

use app::{Core, Home};
use experience::commands::Window;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Wry};

use crate::link;

/// How far the end of the program is.
#[derive(Debug, Default)]
enum Stage {
    #[default]
    Running,
    /// The window is gone and what was begun is finished behind it.
    Ending {
        /// Somebody started the program again meanwhile, so it opens once more.
        again: bool,
    },
}

/// Managed by Tauri: one for the process.
#[derive(Debug, Default)]
pub struct Lifetime(Mutex<Stage>);

impl Lifetime {
    /// Whether this is the first wish to end.
    fn begin_to_end(&self) -> bool {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = matches!(*stage, Stage::Running);
        if first {
            *stage = Stage::Ending { again: false };
        }
        first
    }

    /// Whether the program is ending; if so, it is started again afterwards.
    fn again(&self) -> bool {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Stage::Running => false,
            Stage::Ending { again } => {
                *again = true;
                true
            }
        }
    }

    fn starts_again(&self) -> bool {
        let stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*stage, Stage::Ending { again: true })
    }
}

/// One process for each home folder: a second start tells the first one and ends.
pub fn single_instance(home: &Home, identifier: &str) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(bus_name(home, identifier))
        .callback(|app, arguments, _folder| {
            if app.state::<Lifetime>().again() {
                return;
            }
            bring_forward(app, Window::Main);
            arguments.iter().for_each(|link| follow(app, link));
        })
        .build()
}

/// The name on the session's bus (Linux; other systems know one program for each person). Other homes are other programs,
/// as far as a person can tell.
fn bus_name(home: &Home, identifier: &str) -> String {
    match Home::new(None) {
        Ok(usual) if usual == *home => identifier.to_owned(),
        // A part of a bus name starts with a letter and has letters and digits.
        _ => {
            let folder = blake3::hash(home.path().as_os_str().as_encoded_bytes()).to_hex();
            format!("{identifier}.home{}", &folder[..16])
        }
    }
}

/// How often a start is tried again, so that two that fall over each other end.
const MOST_STARTS: u32 = 5;
/// Says how often this start was tried.
const STARTS: &str = "ATTACHE_STARTS";

/// Whether a start failed because it told the first process, and that one ended before it could answer.
pub fn first_has_just_ended(error: &dyn std::error::Error) -> bool {
    // The plugin gives words only (tauri-plugin-single-instance 2, `platform_impl/linux.rs`).
    error
        .to_string()
        .contains("failed to forward arguments to the running instance")
}

/// Starts the program from the beginning, in place of this process. Returns where that can't be done, or was done
/// [`MOST_STARTS`] times.
pub fn start_anew() {
    let starts = std::env::var(STARTS)
        .ok()
        .and_then(|starts| starts.parse().ok())
        .unwrap_or(0);
    if starts >= MOST_STARTS {
        return;
    }
    // The bus takes a moment to forget the one that ended.
    std::thread::sleep(std::time::Duration::from_millis(100));
    #[cfg(unix)]
    if let Ok(program) = std::env::current_exe() {
        use std::os::unix::process::CommandExt;
        let error = std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(STARTS, (starts + 1_u32).to_string())
            .exec();
        tracing::warn!(%error, "the program can't be started again");
    }
}

/// Hides the windows, closes the core in order, then ends the process. Further calls change nothing.
pub fn end(app: &AppHandle) {
    if !app.state::<Lifetime>().begin_to_end() {
        return;
    }
    // The window goes at once; what was begun is finished behind it.
    app.webview_windows().values().for_each(|window| {
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window does not hide");
        }
    });
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(core) = app.try_state::<Core>() {
            core.close().await;
        }
        if app.state::<Lifetime>().starts_again() {
            app.request_restart();
        } else {
            app.exit(0);
        }
    });
}

/// Ends in order when the system asks for it: at log-out, at shutdown, or from a terminal.
pub fn end_when_told(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        match told_to_end().await {
            Ok(()) => end(&app),
            Err(error) => tracing::warn!(%error, "the program can't listen for being told to end"),
        }
    });
}

#[cfg(unix)]
async fn told_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Shows a window in front of others, if it is there.
pub fn bring_forward(app: &AppHandle, window: Window) {
    if let Some(window) = app.get_webview_window(window.label()) {
        for done in [window.show(), window.unminimize(), window.set_focus()] {
            if let Err(error) = done {
                tracing::warn!(%error, "the window does not come forward");
            }
        }
    }
}

/// Goes where a link of ours leads; any other text is ignored.
pub fn follow(app: &AppHandle, link: &str) {
    if let Some(to) = link::target(link) {
        bring_forward(app, Window::Main);
        // Not there while the first window is being made.
        if let Some(core) = app.try_state::<Core>() {
            core.go(&to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_while_the_program_ends_is_kept_for_afterwards() {
        let lifetime = Lifetime::default();
        assert!(!lifetime.again());
        assert!(lifetime.begin_to_end());
        assert!(!lifetime.starts_again());
        assert!(lifetime.again());
        assert!(lifetime.starts_again());
    }

    #[test]
    fn a_second_wish_to_end_changes_nothing() {
        let lifetime = Lifetime::default();
        assert!(lifetime.begin_to_end());
        assert!(lifetime.again());
        assert!(!lifetime.begin_to_end());
        assert!(lifetime.starts_again());
    }

    #[test]
    fn a_first_process_that_ended_is_told_from_other_faults() {
        // As the plugin says it.
        let ended = "failed to initialize plugin `single-instance`: failed to forward arguments to the running instance: \
                     org.freedesktop.DBus.Error.NoReply: Message recipient disconnected from message bus without replying";
        assert!(first_has_just_ended(&std::io::Error::other(ended)));
        assert!(!first_has_just_ended(&std::io::Error::other(
            "failed to initialize gtk"
        )));
    }

    #[test]
    fn another_home_is_another_program_on_the_bus() {
        let name = |folder: &str| bus_name(&Home::new(Some(folder.as_ref())).unwrap(), "app.attache");
        assert_ne!(name("/a"), name("/b"));
        assert_eq!(name("/a"), name("/a"));
        assert_eq!(bus_name(&Home::new(None).unwrap(), "app.attache"), "app.attache");
    }
}
