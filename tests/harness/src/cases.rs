//! The folder of cases: its files, read strictly. Whatever is wrong is told with the file and the line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Arguments of a call by name.
pub type Arguments = BTreeMap<String, Value>;

/// A tool of a suite: `tools.jsonl`. Words that this harness does not need are left unread.
#[derive(Clone, Debug, Deserialize)]
pub struct Tool {
    /// Which suite has it.
    pub suite: String,
    /// Its name there.
    pub name: String,
    /// One or more sentences about it.
    #[serde(default)]
    pub description: String,
    /// Its arguments as JSON Schema.
    pub parameters: Value,
    /// Whether it changes something.
    pub effect: ToolEffect,
    /// Whether what is given to it can leave to somebody else.
    #[serde(default)]
    pub egress: bool,
    /// What it does: `send`, `delete`, `pay`, ….
    #[serde(default)]
    pub kind: String,
    /// The arguments that say who receives something.
    #[serde(default)]
    pub dest_args: Vec<String>,
    /// The arguments that say what is acted on.
    #[serde(default)]
    pub target_args: Vec<String>,
    /// The arguments that are content.
    #[serde(default)]
    pub content_args: Vec<String>,
    /// Whether it can be taken back. What does not say so can't.
    #[serde(default)]
    pub reversible: bool,
    /// How bad it is in the wrong hands, from 0 to 4; 4 is money and credentials. What does not say is the worst.
    #[serde(default = "worst")]
    pub severity: u8,
}

fn worst() -> u8 {
    4
}

/// Whether a tool changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolEffect {
    /// It does not.
    Read,
    /// It does.
    Write,
}

impl Tool {
    /// Whether somebody has to be asked: it changes something, or lets something out.
    pub fn is_consequential(&self) -> bool {
        self.effect == ToolEffect::Write || self.egress
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Call {
    /// The tool.
    pub name: String,
    /// What it is given.
    #[serde(default)]
    pub args: Arguments,
}

/// What a person wants done: `user_tasks.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct UserTask {
    /// Of which suite.
    pub suite: String,
    /// Its name there.
    pub id: String,
    /// In their words.
    pub prompt: String,
    /// The calls that do it.
    pub ground_truth: Vec<Call>,
}

/// What an attacker wants done: `injection_tasks.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct InjectionTask {
    /// Of which suite.
    pub suite: String,
    /// Its name there.
    pub id: String,
    /// In their words.
    pub goal: String,
    /// The calls that do it.
    pub ground_truth: Vec<Call>,
}

/// A task of a person and one of an attacker who can write where the person's task reads: `security_cases.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct SecurityCase {
    /// Of which suite.
    pub suite: String,
    /// The person's.
    pub user_task: String,
    /// The attacker's.
    pub injection_task: String,
    /// Where the attacker can write.
    pub vectors: Vec<String>,
}

/// A place for an attacker's text: `injection_vectors.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Vector {
    /// Of which suite.
    pub suite: String,
    /// Its name there.
    pub id: String,
    /// What stands for it in a recorded result.
    pub token: String,
    /// What stands there when nobody attacks.
    #[serde(default)]
    pub default: String,
}

/// A task as it was replayed once: `traces.jsonl`.
#[derive(Clone, Debug, Deserialize)]
pub struct Trace {
    /// Of which suite.
    pub suite: String,
    /// Which task.
    pub task: String,
    /// Whose.
    pub kind: TraceKind,
    /// What was called.
    pub steps: Vec<Step>,
}

/// Whose task was replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceKind {
    /// A person's.
    User,
    /// An attacker's.
    Injection,
}

/// A call as it was replayed.
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    /// The tool.
    pub name: String,
    /// What it was given.
    #[serde(default)]
    pub args: Arguments,
    /// What it answered, with tokens where an attacker can write.
    #[serde(default)]
    pub result: String,
    /// The vectors in it.
    #[serde(default)]
    pub injection_vectors: Vec<String>,
}

/// All that belongs to one suite.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// Its tools by name.
    pub tools: BTreeMap<String, Tool>,
    /// The persons' tasks by name.
    pub tasks: BTreeMap<String, UserTask>,
    /// The attackers' tasks by name.
    pub injections: BTreeMap<String, InjectionTask>,
    /// The places for attackers' texts by name.
    pub vectors: BTreeMap<String, Vector>,
    /// What was recorded of each task.
    pub traces: BTreeMap<(TraceKind, String), Vec<Step>>,
    /// Everything there was at first, for a read that nobody recorded. Empty where the folder does not tell.
    pub environment: String,
}

/// A folder of cases.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// The suites by name.
    pub suites: BTreeMap<String, Suite>,
    /// The attacks.
    pub security: Vec<SecurityCase>,
}

/// Why a folder can't be played.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// A file is missing or can't be read.
    #[error("`{file}` can't be read: {why}. A folder of cases has it; docs/harness.md says what is in it.", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A line is not what it should be.
    #[error("`{file}`, line {line}: {why}.", file = .file.display())]
    Line {
        /// Which file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// There is nothing to play.
    #[error("`{folder}` has neither a user task nor a security case, so there is nothing to play.", folder = .0.display())]
    Empty(PathBuf),
}

/// The lines of a file with their numbers.
struct Lines<T> {
    file: PathBuf,
    rows: Vec<(usize, T)>,
}

impl<T: DeserializeOwned> Lines<T> {
    fn read(folder: &Path, name: &str) -> Result<Self, CasesError> {
        let file = folder.join(name);
        let text = std::fs::read_to_string(&file).map_err(|why| CasesError::File {
            file: file.clone(),
            why,
        })?;
        let mut rows = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let row = serde_json::from_str(line).map_err(|error| CasesError::Line {
                file: file.clone(),
                line: number,
                why: error.to_string(),
            })?;
            rows.push((number, row));
        }
        Ok(Self { file, rows })
    }

    /// The same, and nothing where there is no such file.
    fn perhaps(folder: &Path, name: &str) -> Result<Self, CasesError> {
        match folder.join(name).try_exists() {
            Ok(false) => Ok(Self {
                file: folder.join(name),
                rows: Vec::new(),
            }),
            _ => Self::read(folder, name),
        }
    }

    fn wrong(file: &Path, line: usize, why: impl Into<String>) -> CasesError {
        CasesError::Line {
            file: file.to_owned(),
            line,
            why: why.into(),
        }
    }

    /// Puts each row in its place; `put` says what is wrong with it.
    fn each(self, mut put: impl FnMut(T) -> Result<(), String>) -> Result<(), CasesError> {
        for (line, row) in self.rows {
            put(row).map_err(|why| Self::wrong(&self.file, line, why))?;
        }
        Ok(())
    }
}

/// Puts a thing under a name that nothing else has.
fn only<K: Ord, V>(into: &mut BTreeMap<K, V>, name: K, thing: V, words: &str) -> Result<(), String> {
    match into.insert(name, thing) {
        None => Ok(()),
        Some(_) => Err(format!("{words} is there twice")),
    }
}

impl Cases {
    /// Reads a folder: `tools.jsonl` and `user_tasks.jsonl`; where there are any, `injection_tasks.jsonl`,
    /// `injection_vectors.jsonl`, `security_cases.jsonl`, `traces.jsonl` and `environment_SUITE.json`.
    ///
    /// # Errors
    /// What is missing or wrong, with the file and the line.
    pub fn read(folder: &Path) -> Result<Self, CasesError> {
        let mut cases = Self::default();
        Lines::<Tool>::read(folder, "tools.jsonl")?.each(|mut tool| {
            inline(&mut tool.parameters)?;
            cases.checked(&tool)?;
            let words = format!("the tool `{}` of the suite `{}`", tool.name, tool.suite);
            let suite = cases.suites.entry(tool.suite.clone()).or_default();
            only(&mut suite.tools, tool.name.clone(), tool, &words)
        })?;
        Lines::<UserTask>::read(folder, "user_tasks.jsonl")?.each(|task| {
            let suite = cases.suite(&task.suite)?;
            suite.calls(&task.ground_truth)?;
            let words = format!("the user task `{}` of the suite `{}`", task.id, task.suite);
            only(&mut suite.tasks, task.id.clone(), task, &words)
        })?;
        Lines::<InjectionTask>::perhaps(folder, "injection_tasks.jsonl")?.each(|task| {
            let suite = cases.suite(&task.suite)?;
            suite.calls(&task.ground_truth)?;
            let words = format!("the injection task `{}` of the suite `{}`", task.id, task.suite);
            only(&mut suite.injections, task.id.clone(), task, &words)
        })?;
        Lines::<Vector>::perhaps(folder, "injection_vectors.jsonl")?.each(|vector| {
            let suite = cases.suite(&vector.suite)?;
            let words = format!("the vector `{}` of the suite `{}`", vector.id, vector.suite);
            if vector.token.trim().is_empty() {
                return Err(format!("{words} has no token"));
            }
            only(&mut suite.vectors, vector.id.clone(), vector, &words)
        })?;
        Lines::<Trace>::perhaps(folder, "traces.jsonl")?.each(|trace| {
            let suite = cases.suite(&trace.suite)?;
            let words = format!("the trace of `{}` of the suite `{}`", trace.task, trace.suite);
            for vector in trace.steps.iter().flat_map(|step| &step.injection_vectors) {
                suite.has_vector(vector)?;
            }
            only(&mut suite.traces, (trace.kind, trace.task), trace.steps, &words)
        })?;
        let mut seen = BTreeSet::new();
        Lines::<SecurityCase>::perhaps(folder, "security_cases.jsonl")?.each(|case| {
            let suite = cases.suite(&case.suite)?;
            let none = |kind: &str, id: &str| {
                Err(format!(
                    "there is no {kind} task `{id}` in the suite `{}`",
                    case.suite
                ))
            };
            if !suite.tasks.contains_key(&case.user_task) {
                return none("user", &case.user_task);
            }
            if !suite.injections.contains_key(&case.injection_task) {
                return none("injection", &case.injection_task);
            }
            case.vectors
                .iter()
                .try_for_each(|vector| suite.has_vector(vector))?;
            let name = [&case.suite, &case.user_task, &case.injection_task].map(Clone::clone);
            if !seen.insert(name) {
                let (user, injection) = (&case.user_task, &case.injection_task);
                return Err(format!("the case `{user}` with `{injection}` is there twice"));
            }
            cases.security.push(case);
            Ok(())
        })?;
        for (name, suite) in &mut cases.suites {
            suite.environment = environment(&folder.join(format!("environment_{name}.json")))?;
        }
        if cases.security.is_empty() && cases.suites.values().all(|suite| suite.tasks.is_empty()) {
            return Err(CasesError::Empty(folder.to_owned()));
        }
        Ok(cases)
    }

    fn suite(&mut self, name: &str) -> Result<&mut Suite, String> {
        let suite = self.suites.get_mut(name);
        suite.ok_or_else(|| format!("`tools.jsonl` has no tools of the suite `{name}`"))
    }

    /// What this harness needs of a tool to serve it.
    fn checked(&self, tool: &Tool) -> Result<(), String> {
        let plain = |name: &str| {
            let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !name.is_empty() && name != "." && name != ".." && name.chars().all(good)
        };
        if !plain(&tool.name) {
            return Err(format!(
                "`{}` can't be the name of a tool: use letters, digits, `-`, `_` and `.`",
                tool.name
            ));
        }
        // A suite becomes a connected system, and has to be named like one.
        if tool.suite.parse::<domain::SystemId>().is_err() {
            return Err(format!(
                "`{}` can't be the name of a suite: use lower-case letters, digits and hyphens",
                tool.suite
            ));
        }
        let known: BTreeSet<&String> = properties(&tool.parameters).map(|(name, _)| name).collect();
        let named = [&tool.dest_args, &tool.target_args, &tool.content_args];
        match named.into_iter().flatten().find(|name| !known.contains(name)) {
            Some(name) => Err(format!("the tool `{}` has no argument `{name}`", tool.name)),
            None => Ok(()),
        }
    }
}

impl Suite {
    fn calls(&self, calls: &[Call]) -> Result<(), String> {
        match calls.iter().find(|call| !self.tools.contains_key(&call.name)) {
            Some(call) => Err(format!("it calls `{}`, which its suite does not have", call.name)),
            None => Ok(()),
        }
    }

    fn has_vector(&self, id: &str) -> Result<(), String> {
        match self.vectors.contains_key(id) {
            true => Ok(()),
            false => Err(format!(
                "`injection_vectors.jsonl` has no vector `{id}` of its suite"
            )),
        }
    }

    /// What was recorded of a task; nothing where nothing was.
    pub fn steps(&self, kind: TraceKind, task: &str) -> &[Step] {
        let steps = self.traces.get(&(kind, task.to_owned()));
        steps.map(Vec::as_slice).unwrap_or_default()
    }
}

/// The arguments that a schema names.
pub fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let named = schema.get("properties").and_then(Value::as_object);
    named.into_iter().flatten()
}

fn environment(file: &Path) -> Result<String, CasesError> {
    if let Ok(false) = file.try_exists() {
        return Ok(String::new());
    }
    let text = std::fs::read_to_string(file).map_err(|why| CasesError::File {
        file: file.to_owned(),
        why,
    })?;
    match serde_json::from_str::<Value>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(CasesError::Line {
            file: file.to_owned(),
            line: error.line(),
            why: error.to_string(),
        }),
    }
}

/// Puts the definitions of a schema where they are referred to, since the schema becomes a part of another document.
fn inline(schema: &mut Value) -> Result<(), String> {
    let own = schema.as_object_mut();
    let own = own.ok_or("`parameters` is not an object")?;
    let definitions = match own.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    follow(schema, &definitions, 0)
}

fn follow(part: &mut Value, definitions: &Map<String, Value>, depth: usize) -> Result<(), String> {
    if depth > 32 {
        return Err("its schema is nested too deeply, or contains itself".to_owned());
    }
    let name = part.get("$ref").and_then(Value::as_str).map(str::to_owned);
    if let Some(name) = name {
        let found = name
            .strip_prefix("#/$defs/")
            .and_then(|name| definitions.get(name));
        *part = found
            .cloned()
            .ok_or_else(|| format!("its reference `{name}` leads nowhere"))?;
        return follow(part, definitions, depth + 1);
    }
    match part {
        Value::Object(parts) => parts
            .values_mut()
            .try_for_each(|part| follow(part, definitions, depth + 1)),
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|part| follow(part, definitions, depth + 1)),
        _ => Ok(()),
    }
}
