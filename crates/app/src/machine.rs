use std::path::{Path, PathBuf};

use async_trait::async_trait;
use experience::commands::Check;
use experience::{Failure, Machine, MachineFacts};
use tokio::sync::{mpsc, oneshot};

use crate::{Home, Parts, doctor};

/// What a command asks of whoever holds the workspace open.
pub enum Order {
    /// Delete everything and begin anew.
    Erase(oneshot::Sender<Result<(), Failure>>),
}

/// The machine around this process.
pub struct ThisMachine {
    pub home: Home,
    /// Absent where nobody holds the workspace open for longer than one command.
    pub orders: Option<mpsc::Sender<Order>>,
}

#[async_trait]
impl Machine for ThisMachine {
    async fn open(&self, path: &Path) -> Result<(), Failure> {
        let shown = path.display().to_string();
        let path = path.to_owned();
        let opened = blocking(move || open::that_detached(path)).await?;
        opened.map_err(|error| {
            Failure::environment(
                format!("The system can't open `{shown}`: {error}."),
                "Choose a program for this kind of file in the system's settings.",
            )
        })
    }

    async fn browse(&self, address: &str) -> Result<(), Failure> {
        // Whoever made the address: only what a browser opens.
        let web = address.starts_with("https://") || address.starts_with("http://");
        let address = address.to_owned();
        let shown = address.clone();
        let opened = match web {
            true => blocking(move || open::that_detached(address)).await?,
            false => Err(std::io::Error::other("it is no address of the web")),
        };
        opened.map_err(|error| {
            Failure::environment(
                format!("The browser can't open `{shown}`: {error}."),
                "Open the address yourself.",
            )
        })
    }

    async fn reveal(&self, path: &Path) -> Result<(), Failure> {
        let shown = path.display().to_string();
        let path = path.to_owned();
        let shown_now = blocking(move || reveal(&path)).await?;
        shown_now.map_err(|error| {
            Failure::environment(
                format!("The system can't show the folder of `{shown}`: {error}."),
                "Open the folder in the file manager yourself.",
            )
        })
    }

    async fn demo_documents(&self) -> Result<PathBuf, Failure> {
        let copy = self.home.demo();
        let original = Parts::find().demo;
        blocking(move || {
            if copy.is_dir() {
                return Ok(copy);
            }
            let original = original.ok_or_else(|| {
                Failure::environment(
                    "The demo documents are not there.",
                    "They come with Attaché. Install it again, or add a folder of your own.",
                )
            })?;
            let failed = |error: std::io::Error| {
                Failure::environment(
                    format!(
                        "The demo documents can't be copied to `{}`: {error}.",
                        copy.display()
                    ),
                    "Free some disk space and try again.",
                )
                .with_disk_in_mind()
            };
            // Under another name first, so that half a copy is never taken for the whole.
            let half = copy.with_extension("new");
            if half.exists() {
                std::fs::remove_dir_all(&half).map_err(failed)?;
            }
            copy_folder(&original, &half).map_err(failed)?;
            std::fs::rename(&half, &copy).map_err(failed)?;
            Ok(copy)
        })
        .await?
    }

    async fn facts(&self) -> Result<MachineFacts, Failure> {
        let home = self.home.clone();
        blocking(move || MachineFacts {
            home: home.path().display().to_string(),
            index_bytes: bytes_in(&home.index()),
            ledger_bytes: home.ledger_files().iter().map(|file| bytes_in(file)).sum(),
            checks: doctor::examine(&home)
                .into_iter()
                // This process has the home itself, which is no news.
                .filter(|check| check.name != doctor::HOME)
                .collect::<Vec<Check>>(),
        })
        .await
    }

    async fn erase(&self) -> Result<(), Failure> {
        let cannot = || {
            Failure::environment(
                "Nothing was erased: this program can't close what it keeps.",
                "End it and start it again.",
            )
        };
        let (reply, done) = oneshot::channel();
        let orders = self.orders.as_ref().ok_or_else(cannot)?;
        orders.send(Order::Erase(reply)).await.map_err(|_| cannot())?;
        done.await.map_err(|_| cannot())?
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Failure::environment("Attaché is closing.", "Start it again."))
}

/// Shows a file in the file manager; where that can only show folders, its folder.
fn reveal(path: &Path) -> std::io::Result<()> {
    #[cfg(any(target_os = "macos", windows))]
    {
        let mut command = if cfg!(windows) {
            let mut command = std::process::Command::new("explorer");
            command.arg("/select,").arg(path);
            command
        } else {
            let mut command = std::process::Command::new("open");
            command.arg("-R").arg(path);
            command
        };
        command.spawn().map(|_| ())
    }
    #[cfg(not(any(target_os = "macos", windows)))]
    open::that_detached(path.parent().unwrap_or(path))
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Bytes of a file, or of all files in a folder; what cannot be looked at counts nothing.
fn bytes_in(path: &Path) -> u64 {
    let Ok(about) = std::fs::symlink_metadata(path) else {
        return 0;
    };
    if !about.is_dir() {
        return about.len();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| bytes_in(&entry.path())).sum()
}
