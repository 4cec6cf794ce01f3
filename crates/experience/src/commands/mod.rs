//! The one list of commands.
//!
//! A command is a type with a name, a request, a response, whether it reads or writes, which caches it makes stale
//! and the function that does it. A command in [`LIST`] without a handler does not compile.

use std::path::{Path, PathBuf};

use domain::{Labels, Source};
use orchestration::{Ask, AskEvent};
use retrieval::eval::{self, Level, Question, RunLine, Scores};
use retrieval::search::{Filter, Found, Mode, Query, Why};
use retrieval::{FileReport, Status};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::wire::{Answered, Extracted, PageOfBoxes};
use crate::{Copilot, Failure};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// The list of watched folders.
    Sources,
    /// The files and their states.
    Files,
}

/// Something a person can ask for.
pub trait Command {
    /// Its name on every face.
    const NAME: &'static str;
    /// Whether it changes something.
    const ACCESS: Access;
    /// What it makes stale.
    const STALES: &'static [Cache] = &[];
    /// What it needs to know.
    type Request: serde::de::DeserializeOwned + Send;
    /// What it gives.
    type Response: Serialize + Send;

    /// Does it.
    fn run(
        copilot: &Copilot,
        request: Self::Request,
    ) -> impl Future<Output = Result<Self::Response, Failure>> + Send;
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
}

const fn spec<C: Command>() -> Spec {
    Spec {
        name: C::NAME,
        access: C::ACCESS,
        stales: C::STALES,
    }
}

macro_rules! list {
    ($($command:ty),* $(,)?) => {
        /// Every command.
        pub const LIST: &[Spec] = &[$(spec::<$command>()),*];

        /// Runs a command by name with its request and response in JSON.
        ///
        /// # Errors
        /// When there is no such command, the request does not fit, or the command fails.
        pub async fn run_named(
            copilot: &Copilot,
            name: &str,
            request: serde_json::Value,
        ) -> Result<serde_json::Value, Failure> {
            match name {
                $(<$command>::NAME => run_json::<$command>(copilot, request).await,)*
                _ => Err(Failure::user(format!("There is no command `{name}`."), "Look at the list of commands.")),
            }
        }
    };
}

list!(
    SourceAdd,
    SourceList,
    SourceRemove,
    GetStatus,
    Files,
    Explain,
    Extract,
    Boxes,
    Search,
    AskOnce,
    Evaluate
);

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
    serde_json::to_value(response).map_err(|error| Failure {
        code: None,
        message: format!("The answer of `{}` could not be written: {error}.", C::NAME),
        hint: None,
        fault: crate::Fault::Bug,
    })
}

/// Watches a folder.
pub struct SourceAdd;

/// A folder to watch.
#[derive(Clone, Debug, Deserialize)]
pub struct AddRequest {
    /// The folder; relative paths count from where the program runs.
    pub path: PathBuf,
    /// Its collection; the folder's own name if none is given.
    pub collection: Option<String>,
    /// Labels for the collection.
    #[serde(default)]
    pub labels: Labels,
}

impl Command for SourceAdd {
    const NAME: &'static str = "source_add";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Sources, Cache::Files];
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

/// Lists the watched folders.
pub struct SourceList;

/// Nothing needs to be known.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Nothing {}

impl Command for SourceList {
    const NAME: &'static str = "source_list";
    const ACCESS: Access = Access::Read;
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
pub struct RemoveRequest {
    /// The folder.
    pub path: PathBuf,
}

impl Command for SourceRemove {
    const NAME: &'static str = "source_remove";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Sources, Cache::Files];
    type Request = RemoveRequest;
    type Response = Vec<Source>;

    async fn run(copilot: &Copilot, request: RemoveRequest) -> Result<Vec<Source>, Failure> {
        // A folder that is gone can be removed too, by the path it was added with.
        let root = std::path::absolute(&request.path).unwrap_or(request.path);
        let root = root.canonicalize().unwrap_or(root);
        copilot.shelf.remove(&root).await?;
        copilot.sync_sources().await?;
        copilot.shelf.list().await
    }
}

/// Tells how everything is.
pub struct GetStatus;

impl Command for GetStatus {
    const NAME: &'static str = "status";
    const ACCESS: Access = Access::Read;
    type Request = Nothing;
    type Response = Status;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Status, Failure> {
        Ok(copilot.library.status().await?)
    }
}

/// Tells the state of every file.
pub struct Files;

impl Command for Files {
    const NAME: &'static str = "files";
    const ACCESS: Access = Access::Read;
    type Request = Nothing;
    type Response = Vec<FileReport>;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Vec<FileReport>, Failure> {
        Ok(copilot.library.files().await?)
    }
}

/// Says why a file was, or was not, found.
pub struct Explain;

/// A file and a question.
#[derive(Clone, Debug, Deserialize)]
pub struct ExplainRequest {
    /// Absolute, or relative to a watched folder.
    pub file: String,
    /// The question it was expected for.
    pub question: String,
}

impl Command for Explain {
    const NAME: &'static str = "why";
    const ACCESS: Access = Access::Read;
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

/// Searches.
pub struct Search;

/// What a search found.
#[derive(Clone, Debug, Serialize)]
pub struct SearchResponse {
    /// Best first.
    pub results: Vec<retrieval::search::Hit>,
    /// What a person should know about it.
    pub notices: Vec<String>,
}

impl Command for Search {
    const NAME: &'static str = "search";
    const ACCESS: Access = Access::Read;
    type Request = Query;
    type Response = SearchResponse;

    async fn run(copilot: &Copilot, request: Query) -> Result<SearchResponse, Failure> {
        let Found { hits, notices } = copilot.library.search(&request).await?;
        Ok(SearchResponse {
            results: hits,
            notices,
        })
    }
}

/// Answers a question, all at once. Faces that show the answer growing use [`ask`].
pub struct AskOnce;

/// A question and where to look.
#[derive(Clone, Debug, Deserialize)]
pub struct AskRequest {
    /// In the person's own words.
    pub question: String,
    /// Where to look.
    #[serde(default)]
    pub filter: Filter,
}

impl Command for AskOnce {
    const NAME: &'static str = "ask";
    const ACCESS: Access = Access::Read;
    type Request = AskRequest;
    type Response = Answered;

    async fn run(copilot: &Copilot, request: AskRequest) -> Result<Answered, Failure> {
        let (events, _) = mpsc::channel(1);
        ask(copilot, request, &events, CancellationToken::new()).await
    }
}

/// Answers a question, telling each step to `events`.
///
/// # Errors
/// When the question is empty or the index fails.
pub async fn ask(
    copilot: &Copilot,
    request: AskRequest,
    events: &mpsc::Sender<AskEvent>,
    cancel: CancellationToken,
) -> Result<Answered, Failure> {
    let asked = Ask {
        question: request.question,
        filter: request.filter,
        today: (copilot.today)(),
    };
    let (gathered, answer) = orchestration::ask(&copilot.library, &asked, events, cancel).await?;
    Ok(Answered::of(&gathered, answer, asked.today))
}

/// Measures the ranking over a question file.
pub struct Evaluate;

/// What to measure.
#[derive(Clone, Debug, Deserialize)]
pub struct EvaluateRequest {
    /// Question file, a JSON object a line.
    pub questions: PathBuf,
    /// What counts as one result.
    #[serde(default)]
    pub level: Level,
    /// Where to write what the shipped ranking found, a JSON object a line.
    pub run_out: Option<PathBuf>,
}

/// The scores of the shipped ranking and of three baselines over the same passages.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluated {
    /// What counted as one result.
    pub level: Level,
    /// The shipped ranking.
    pub hybrid: Scores,
    /// Words only.
    pub keyword: Scores,
    /// Vectors only; absent without a model.
    pub vector: Option<Scores>,
    /// Plain reciprocal-rank fusion of the two; absent without a model.
    pub rrf: Option<Scores>,
}

impl Command for Evaluate {
    const NAME: &'static str = "evaluate";
    const ACCESS: Access = Access::Read;
    type Request = EvaluateRequest;
    type Response = Evaluated;

    async fn run(copilot: &Copilot, request: EvaluateRequest) -> Result<Evaluated, Failure> {
        let questions = questions(&request.questions)?;
        let (library, level) = (&copilot.library, request.level);
        let run = library.run(&questions, Mode::Hybrid, level).await?;
        if let Some(path) = &request.run_out {
            write_run(path, &run)?;
        }
        let hybrid = eval::score(&questions, &run, level);
        let keyword = eval::score(
            &questions,
            &library.run(&questions, Mode::Keyword, level).await?,
            level,
        );
        let (mut vector, mut rrf) = (None, None);
        if library.status().await?.embedded > 0 {
            vector = Some(eval::score(
                &questions,
                &library.run(&questions, Mode::Vector, level).await?,
                level,
            ));
            rrf = Some(eval::score(
                &questions,
                &library.run(&questions, Mode::Rrf, level).await?,
                level,
            ));
        }
        Ok(Evaluated {
            level,
            hybrid,
            keyword,
            vector,
            rrf,
        })
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

fn questions(path: &Path) -> Result<Vec<Question>, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::user(
            format!("The question file `{shown}` can't be read: {error}."),
            "Check its path.",
        )
    })?;
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| {
                let hint = r#"Each line is like {"id": "1", "question": "…", "relevant": [{"file": "a.pdf", "page": 3}]}."#;
                Failure::user(format!("Line {} of `{shown}` is not a question: {error}.", at + 1), hint)
            })
        })
        .collect()
}

fn write_run(path: &Path, run: &[RunLine]) -> Result<(), Failure> {
    let failed = |error: String| {
        Failure::environment(
            format!("`{}` can't be written: {error}.", path.display()),
            "Check the folder.",
        )
    };
    let lines: Result<Vec<String>, _> = run.iter().map(serde_json::to_string).collect();
    let text = lines.map_err(|error| failed(error.to_string()))?.join("\n") + "\n";
    std::fs::write(path, text).map_err(|error| failed(error.to_string()))
}
