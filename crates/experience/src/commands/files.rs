use std::path::{Path, PathBuf};

use domain::DocumentId;
use retrieval::search::Why;
use retrieval::{FileFacts, FileList, FileQuery, FileReport};
use serde::Deserialize;

use super::{Access, Cache, Command, MAIN, NONE, Nothing, Window};
use crate::wire::{Extracted, PageOfBoxes};
use crate::{Copilot, Failure};

/// Tells the state of every file, all at once.
pub struct Files;

impl Command for Files {
    const NAME: &'static str = "files";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = Nothing;
    type Response = Vec<FileReport>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<FileReport>, Failure> {
        Ok(copilot.library.files().await?)
    }
}

/// Tells the state of files, one page at a time.
pub struct ListFiles;

impl Command for ListFiles {
    const NAME: &'static str = "file_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = FileQuery;
    type Response = FileList;

    async fn run(copilot: &Copilot, request: FileQuery) -> Result<FileList, Failure> {
        Ok(copilot.library.file_list(&request).await?)
    }
}

/// A file of the library.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DocumentRequest {
    /// Its id.
    pub document: DocumentId,
}

/// Has a file read again.
pub struct Retry;

impl Command for Retry {
    const NAME: &'static str = "file_retry";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Files];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = DocumentRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: DocumentRequest) -> Result<Nothing, Failure> {
        if copilot.library.retry(request.document).await? {
            Ok(Nothing {})
        } else {
            Err(gone())
        }
    }
}

/// Opens a file in the program that the system uses for it.
pub struct FileOpen;

impl Command for FileOpen {
    const NAME: &'static str = "file_open";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = DocumentRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: DocumentRequest) -> Result<Nothing, Failure> {
        let facts = file(copilot, request.document).await?;
        // The copy of a record is opened where the record is. The copy itself holds what others wrote, as a page of the web: no
        // browser gets that.
        if let Some(system) = &facts.source.system {
            let place = copilot.connections.record_place(system, &facts.file).await;
            let link = place.and_then(|place| place.link).ok_or_else(|| {
                Failure::user(
                    format!(
                        "Attaché doesn't know where `{}` is shown in `{system}`.",
                        facts.file
                    ),
                    "Look for it there by its number.",
                )
            })?;
            copilot.machine.browse(&link).await?;
            return Ok(Nothing {});
        }
        if may_start_something(&facts.path) {
            return Err(Failure::user(
                format!(
                    "Opening `{}` could start a program, so Attaché does not do it.",
                    facts.file
                ),
                "Show it in its folder and open it from there if you trust it.",
            ));
        }
        copilot.machine.open(&facts.path).await?;
        Ok(Nothing {})
    }
}

/// Shows a file in the system's file manager.
pub struct FileReveal;

impl Command for FileReveal {
    const NAME: &'static str = "file_reveal";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = DocumentRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: DocumentRequest) -> Result<Nothing, Failure> {
        let facts = file(copilot, request.document).await?;
        if facts.source.system.is_some() {
            return Err(Failure::user(
                format!("`{}` is the copy of a record, and no file of yours.", facts.file),
                "Open it in its system.",
            ));
        }
        copilot.machine.reveal(&facts.path).await?;
        Ok(Nothing {})
    }
}

/// A file of the library that is on the disk now.
pub(super) async fn file(copilot: &Copilot, id: DocumentId) -> Result<FileFacts, Failure> {
    let facts = copilot.library.file(id).await?.ok_or_else(gone)?;
    if facts.there {
        return Ok(facts);
    }
    Err(Failure::environment(
        format!(
            "`{}` can't be reached in `{}`.",
            facts.file,
            facts.source.root.display()
        ),
        "If its folder is on another drive or on the network, connect it. If the file was moved, it is found again at its \
         new place once that was read.",
    ))
}

fn gone() -> Failure {
    Failure::user(
        "This document is no more in the library.",
        "Search again: a file that was changed or moved is found under its new state.",
    )
    .with_code("gone")
}

/// Files that systems run rather than show. A document of a stranger may carry any name.
fn may_start_something(path: &Path) -> bool {
    const STARTED: &[&str] = &[
        "action",
        "apk",
        "app",
        "appimage",
        "application",
        "appref-ms",
        "bat",
        "bin",
        "chm",
        "cmd",
        "com",
        "command",
        "cpl",
        "csh",
        "desktop",
        "dll",
        "dmg",
        "exe",
        "gadget",
        "hta",
        "inf",
        "ins",
        "iso",
        "jar",
        "js",
        "jse",
        "ksh",
        "library-ms",
        "lnk",
        "mobileconfig",
        "msc",
        "msi",
        "msp",
        "pif",
        "pkg",
        "pl",
        "ps1",
        "psm1",
        "py",
        "pyw",
        "rb",
        "reg",
        "run",
        "scf",
        "scpt",
        "scr",
        "settingcontent-ms",
        "sh",
        "shs",
        "terminal",
        "tool",
        "url",
        "vb",
        "vbe",
        "vbs",
        "webloc",
        "workflow",
        "ws",
        "wsf",
        "wsh",
        "zsh",
    ];
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| STARTED.contains(&ending.to_lowercase().as_str()))
}

/// Says why a file was, or was not, found.
pub struct Explain;

/// A file and a question.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExplainRequest {
    /// Absolute, or relative to a watched folder.
    pub file: String,
    /// The question it was expected for.
    pub question: String,
}

impl Command for Explain {
    const NAME: &'static str = "why";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = ExplainRequest;
    type Response = Why;

    async fn run(copilot: &Copilot, request: ExplainRequest) -> Result<Why, Failure> {
        Ok(copilot.library.why(&request.file, &request.question).await?)
    }
}

/// Tells what Attaché reads from a file.
pub struct Extract;

/// A file.
#[derive(Clone, Debug, Deserialize)]
pub struct ExtractRequest {
    /// Its path.
    pub path: PathBuf,
}

impl Command for Extract {
    const NAME: &'static str = "extract";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = ExtractRequest;
    type Response = Extracted;

    async fn run(copilot: &Copilot, request: ExtractRequest) -> Result<Extracted, Failure> {
        there(&request.path)?;
        let (reading, drafts) = copilot.library.extract(&request.path).await;
        Ok(Extracted::of(reading, drafts))
    }
}

/// Tells where each character of a page of a PDF stands.
pub struct Boxes;

/// A page of a PDF.
#[derive(Clone, Debug, Deserialize)]
pub struct BoxesRequest {
    /// The file.
    pub path: PathBuf,
    /// Counted from 1.
    pub page: u32,
}

impl Command for Boxes {
    const NAME: &'static str = "boxes";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = BoxesRequest;
    type Response = PageOfBoxes;

    async fn run(copilot: &Copilot, request: BoxesRequest) -> Result<PageOfBoxes, Failure> {
        there(&request.path)?;
        let boxes = copilot.library.boxes(&request.path, request.page).await;
        let boxes = boxes.map_err(|stop| {
            let shown = request.path.display();
            Failure::user(
                format!(
                    "Page {} of `{shown}` can't be shown: {}",
                    request.page, stop.reason
                ),
                "Only pages of PDF files have places of characters.",
            )
        })?;
        Ok(PageOfBoxes::of(request.page, boxes))
    }
}

fn there(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    Err(Failure::user(
        format!("There is no file `{}`.", path.display()),
        "Check the spelling of its name and folder.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_a_system_would_run_is_not_opened() {
        for name in ["a.desktop", "Offer.PDF.exe", "x/Invoice.SH", "y.url"] {
            assert!(may_start_something(Path::new(name)), "{name}");
        }
        for name in ["Offer.pdf", "exe", "a.txt", "Notes.md", "Mail.eml"] {
            assert!(!may_start_something(Path::new(name)), "{name}");
        }
    }
}
