//! The window of Attaché: Tauri around the page of `ui`, and nothing that decides.
//!
//! Every command the page calls is carried out by [`app::Core`]; what the system offers around a window (tray, hotkey,
//! links, notes, a dialog for folders) is wired here, and none of it keeps the window from opening when it is not there.
//! No command is longer than a few lines.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod calls;
mod lifetime;
mod link;
#[cfg(test)] // the build reads it too
mod names;
mod system;
mod windows;

use std::path::PathBuf;
use std::process::ExitCode;

use app::{Core, Home};
use clap::Parser;
use experience::commands::Window;
use lifetime::{Lifetime, end, follow};
use tauri::{App, Manager, RunEvent, WebviewUrl, WindowEvent};

/// Attaché, in its window.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder in which everything is kept; the system's place for application data if none is given.
    #[arg(long)]
    home: Option<PathBuf>,
    /// A link of the form `attache://…` to show.
    link: Option<String>,
}

fn main() -> ExitCode {
    app::no_telemetry();
    app::logging::start("warn");
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            if lifetime::first_has_just_ended(error.as_ref()) {
                // Returns only where it can't.
                lifetime::start_anew();
            }
            tracing::error!("the window can't open: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let home = Home::new(arguments.home.as_deref())?;
    let link = arguments.link.clone();
    let context = tauri::generate_context!();
    let app = tauri::Builder::default()
        .manage(Lifetime::default())
        // First, so that a second start goes no further than telling the first one.
        .plugin(lifetime::single_instance(&home, &context.config().identifier))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(system::window_state(&home))
        .invoke_handler(calls::handler())
        .setup(move |app| {
            start(app, home)?;
            link.iter().for_each(|link| follow(app.handle(), link));
            Ok(())
        })
        .build(context)?;
    app.run(|app, event| match event {
        // The approval window just closes: what waits goes on waiting.
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == Window::Main.label() => {
            api.prevent_close();
            end(app);
        }
        RunEvent::ExitRequested { api, code: None, .. } => {
            api.prevent_exit();
            end(app);
        }
        _ => {}
    });
    Ok(ExitCode::SUCCESS)
}

/// Starts the core and opens the window, which is there before the core is ready.
fn start(app: &mut App, home: Home) -> Result<(), Box<dyn std::error::Error>> {
    app.manage(windows::Webviews(home.webview()));
    let core = tauri::async_runtime::block_on(async { Core::start(home, "the window of Attaché") });
    app.manage(core.clone());
    lifetime::end_when_told(app.handle());
    app.manage(calls::Streams::default());
    windows::open(app, Window::Main, WebviewUrl::default())?;
    system::wire(app.handle(), &core);
    Ok(())
}
