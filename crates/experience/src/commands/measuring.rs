use std::path::{Path, PathBuf};

use retrieval::eval::{self, Level, Question, RunLine, Scores};
use retrieval::search::Mode;
use serde::{Deserialize, Serialize};

use super::{Access, Command, NONE, Window};
use crate::{Copilot, Failure};

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
    const WINDOWS: &'static [Window] = NONE;
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
