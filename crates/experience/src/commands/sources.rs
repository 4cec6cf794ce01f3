use std::path::{Path, PathBuf};

use domain::{Labels, Source};
use retrieval::{Progress, Status};
use serde::Deserialize;

use super::{Access, Cache, Command, MAIN, NONE, Nothing, Window};
use crate::{Copilot, Failure};

/// The collection of the demo documents.
const DEMO: &str = "Northwind";

/// Watches a folder.
pub struct SourceAdd;

/// A folder to watch.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields = nullable))]
pub struct AddRequest {
    /// The folder; relative paths count from where the program runs.
    pub path: PathBuf,
    /// Its collection; the folder's own name if none is given.
    pub collection: Option<String>,
    /// Labels for the collection.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Labels>", optional))]
    pub labels: Labels,
}

impl Command for SourceAdd {
    const NAME: &'static str = "source_add";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Sources, Cache::Files];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = AddRequest;
    type Response = Source;

    async fn run(copilot: &Copilot, request: AddRequest) -> Result<Source, Failure> {
        let shown = request.path.display().to_string();
        let root = existing_folder(&request.path)?;
        let own = root.file_name().map(|name| name.to_string_lossy().into_owned());
        let collection = request.collection.or(own).unwrap_or_else(|| "Files".to_owned());
        if collection.trim().is_empty() || collection.chars().count() > 100 {
            return Err(Failure::user(
                format!("`{collection}` is not a name for the collection of `{shown}`."),
                "Give it a name of 1 to 100 characters.",
            ));
        }
        let source = copilot
            .shelf
            .add(&root, &collection, &request.labels, (copilot.clock)())
            .await?;
        copilot.sync_sources().await?;
        Ok(source)
    }
}

/// Copies the demo documents below the home folder and watches the copy.
pub struct SourceDemo;

impl Command for SourceDemo {
    const NAME: &'static str = "source_demo";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Sources, Cache::Files];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Source;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Source, Failure> {
        let root = existing_folder(&copilot.machine.demo_documents().await?)?;
        if let Some(watched) = copilot.shelf.list().await?.into_iter().find(|s| s.root == root) {
            return Ok(watched);
        }
        let request = AddRequest {
            path: root,
            collection: Some(DEMO.to_owned()),
            labels: Labels::default(),
        };
        SourceAdd::run(copilot, request).await
    }
}

/// Lists the watched folders.
pub struct SourceList;

impl Command for SourceList {
    const NAME: &'static str = "source_list";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = NONE;
    type Request = Nothing;
    type Response = Vec<Source>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<Source>, Failure> {
        copilot.shelf.list().await
    }
}

/// Stops watching a folder; its files stay where they are.
pub struct SourceRemove;

/// A watched folder.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RemoveRequest {
    /// The folder.
    pub path: PathBuf,
}

impl Command for SourceRemove {
    const NAME: &'static str = "source_remove";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Sources, Cache::Files];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = RemoveRequest;
    type Response = Vec<Source>;

    async fn run(copilot: &Copilot, request: RemoveRequest) -> Result<Vec<Source>, Failure> {
        // A folder that is gone can be removed too, by the path it was added with.
        let root = std::path::absolute(&request.path).unwrap_or(request.path);
        let root = root.canonicalize().unwrap_or(root);
        let known = copilot.shelf.list().await?;
        let kept = known.into_iter().find(|source| source.root == root);
        match kept.and_then(|source| source.system) {
            // Without its folder a copy of records has nowhere to be.
            Some(system) => copilot.connections.choose_sync(&system, Vec::new(), None).await?,
            None => copilot.shelf.remove(&root).await?,
        }
        copilot.sync_sources().await?;
        copilot.shelf.list().await
    }
}

/// Gives a collection its labels.
pub struct SourceLabel;

/// A collection and its labels.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LabelRequest {
    /// Its name.
    pub collection: String,
    /// The labels it has from now on, and no others.
    pub labels: Labels,
}

impl Command for SourceLabel {
    const NAME: &'static str = "source_label";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Sources];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = LabelRequest;
    type Response = Vec<Source>;

    async fn run(copilot: &Copilot, request: LabelRequest) -> Result<Vec<Source>, Failure> {
        if !copilot.shelf.label(&request.collection, &request.labels).await? {
            return Err(Failure::user(
                format!("There is no collection `{}`.", request.collection),
                "Choose one of the collections of your folders.",
            ));
        }
        copilot.sync_sources().await?;
        copilot.shelf.list().await
    }
}

/// Tells how everything is.
pub struct GetStatus;

impl Command for GetStatus {
    const NAME: &'static str = "status";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Status;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Status, Failure> {
        Ok(copilot.library.status().await?)
    }
}

/// Tells how far indexing is.
pub struct GetProgress;

impl Command for GetProgress {
    const NAME: &'static str = "progress";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Progress;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Progress, Failure> {
        Ok(copilot.indexing.progress(&copilot.library))
    }
}

fn existing_folder(path: &Path) -> Result<PathBuf, Failure> {
    let shown = path.display();
    let root = path.canonicalize().map_err(|error| {
        Failure::user(
            format!("The folder `{shown}` can't be found: {error}."),
            "Check the spelling of its path.",
        )
    })?;
    if !root.is_dir() {
        return Err(Failure::user(
            format!("`{shown}` is a file."),
            "Give the folder that it is in.",
        ));
    }
    if root.to_str().is_none() {
        return Err(Failure::user(
            format!("The path `{shown}` is not Unicode."),
            "Rename the folder.",
        ));
    }
    std::fs::read_dir(&root).map_err(|error| {
        Failure::environment(
            format!("The folder `{shown}` can't be listed: {error}."),
            "Check who may read it.",
        )
    })?;
    Ok(root)
}
