//! Text to vectors with a model on this device.
//!
//! Two copies of the model are loaded: one for questions, which must answer at once, and one for indexing, whose
//! threads run at low priority, so that a question asked while a large folder is read does not wait behind it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles,
    UserDefinedEmbeddingModel,
};
use ort::environment::Environment;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::IndexError;
use crate::text::estimated_tokens;

/// What a model folder says about itself (`model.json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Names the model and its weights; embeddings of another id are not comparable.
    pub id: String,
    /// Length of its vectors.
    pub dimensions: usize,
    /// Longest input in tokens; longer ones are cut.
    pub max_tokens: usize,
    /// How token vectors become one: `mean` or `cls`.
    pub pooling: String,
    /// SHA-256 of each file in hexadecimal.
    #[serde(default)]
    pub sha256: std::collections::BTreeMap<String, String>,
}

/// An embedding model, loaded.
pub struct Embedder {
    card: ModelCard,
    model: Mutex<TextEmbedding>,
}

/// Where the model and the runtime that executes it are.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    /// Folder with `model.onnx`, the tokenizer's files and `model.json`.
    pub folder: PathBuf,
    /// The ONNX Runtime library.
    pub runtime: PathBuf,
}

impl ModelFiles {
    /// Reads what the model says about itself, without loading it.
    ///
    /// # Errors
    /// When the folder holds no readable `model.json`.
    pub fn card(&self) -> Result<ModelCard, IndexError> {
        let text = read(&self.folder.join("model.json"))?;
        serde_json::from_slice(&text).map_err(|error| self.failed(error))
    }

    fn failed(&self, reason: impl std::fmt::Display) -> IndexError {
        IndexError::Model {
            model: self.folder.display().to_string(),
            reason: reason.to_string(),
        }
    }
}

impl Embedder {
    /// Loads a model. `threads` is how many cores one call may use. Takes about 0.2 s.
    ///
    /// # Errors
    /// When a file is missing or damaged, or the runtime cannot be loaded.
    pub fn load(files: &ModelFiles, threads: usize) -> Result<Self, IndexError> {
        let card = files.card()?;
        let environment = runtime(&files.runtime).map_err(|reason| files.failed(reason))?;
        let file = |name: &str| read(&files.folder.join(name));
        let tokenizer = TokenizerFiles {
            tokenizer_file: file("tokenizer.json")?,
            config_file: file("config.json")?,
            special_tokens_map_file: file("special_tokens_map.json")?,
            tokenizer_config_file: file("tokenizer_config.json")?,
        };
        let pooling = if card.pooling == "cls" {
            Pooling::Cls
        } else {
            Pooling::Mean
        };
        // `None` although the weights are int8: the setting only forbids more than one batch a call.
        let model = UserDefinedEmbeddingModel::new(file("model.onnx")?, tokenizer)
            .with_pooling(pooling)
            .with_quantization(QuantizationMode::None);
        let options = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(card.max_tokens)
            .with_intra_threads(threads);
        let model = TextEmbedding::try_new_from_user_defined(model, options).map_err(|e| files.failed(e))?;
        Ok(Self {
            card,
            model: Mutex::new(model),
        })
    }

    /// What the model says about itself.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Unit vectors of texts, one model run for all of them: give texts of similar length. Blocks the thread.
    ///
    /// # Errors
    /// When the runtime fails.
    pub fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, IndexError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut model = self
            .model
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut vectors = model
            .embed(texts, Some(texts.len()))
            .map_err(|error| IndexError::Model {
                model: self.card.id.clone(),
                reason: error.to_string(),
            })?;
        vectors.iter_mut().for_each(|vector| normalise(vector));
        Ok(vectors)
    }
}

/// Most estimated tokens of title and headings: with a passage of `chunk::PASSAGE_TOKENS` they stay inside a window of 256.
const CONTEXT_TOKENS: usize = 48;

/// What is embedded for a passage: the title and the headings say what the text alone often does not. Where they are too
/// long the innermost headings stay, and half of the room is the title's.
pub fn passage_text(title: &str, headings: &[String], text: &str) -> String {
    let title = beginning(title, CONTEXT_TOKENS / 2);
    let mut room = CONTEXT_TOKENS.saturating_sub(estimated_tokens(title));
    let mut context: Vec<&str> = Vec::new();
    for heading in headings.iter().rev().filter(|heading| *heading != title) {
        let heading = beginning(heading, room.saturating_sub(1));
        if heading.is_empty() {
            break;
        }
        room -= estimated_tokens(heading) + 1;
        context.push(heading);
    }
    context.push(title);
    context.retain(|part| !part.is_empty());
    context.reverse();
    let context = context.join(" > ");
    if context.is_empty() {
        text.to_owned()
    } else {
        format!("{context}\n{text}")
    }
}

/// The words of a text that fit into so many estimated tokens.
fn beginning(text: &str, tokens: usize) -> &str {
    if estimated_tokens(text) <= tokens {
        return text;
    }
    let ends = text.split_word_bound_indices().map(|(at, _)| at);
    let fits = ends.take_while(|end| estimated_tokens(&text[..*end]) <= tokens);
    text[..fits.last().unwrap_or(0)].trim_end()
}

fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

fn read(path: &Path) -> Result<Vec<u8>, IndexError> {
    std::fs::read(path).map_err(|error| IndexError::Model {
        model: path.display().to_string(),
        reason: error.to_string(),
    })
}

/// ONNX Runtime reports its use to its maker unless this variable is `1` when it is loaded. Programs set it first of all.
pub const NO_TELEMETRY: &str = "ORT_DISABLE_TELEMETRY";

/// Loads ONNX Runtime once for the process. Refuses where it would report home: nothing leaves the machine.
fn runtime(library: &Path) -> Result<Environment, String> {
    static LOADED: Mutex<Option<Environment>> = Mutex::new(None);
    if std::env::var_os(NO_TELEMETRY).is_none_or(|value| value != "1") {
        return Err(format!(
            "`{NO_TELEMETRY}` is not set to 1, so the model runtime would report its use"
        ));
    }
    let mut loaded = LOADED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(environment) = &*loaded {
        return Ok(environment.clone());
    }
    let environment = ort::init_from(library).map_err(|error| error.to_string())?;
    let environment = environment
        .with_telemetry(false)
        .build()
        .map_err(|error| error.to_string())?;
    *loaded = Some(environment.clone());
    Ok(environment)
}
