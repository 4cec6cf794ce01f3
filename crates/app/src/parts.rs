use std::path::{Path, PathBuf};

use retrieval::embed::ModelFiles;

/// Names the folder of libraries and models instead of searching for it.
pub const RUNTIME_VARIABLE: &str = "ATTACHE_RUNTIME";
/// The model that is used unless another is chosen.
pub const DEFAULT_MODEL: &str = "all-minilm-l6-v2";
/// Names another model folder below `models`, or a path.
pub const MODEL_VARIABLE: &str = "ATTACHE_MODEL";

/// The parts that come with the program, as far as they are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Folder with `lib` and `models`.
    pub runtime: Option<PathBuf>,
    /// The program that reads files.
    pub reader: Option<PathBuf>,
    /// The program that is the demo company.
    pub company: Option<PathBuf>,
    /// ONNX Runtime.
    pub onnxruntime: Option<PathBuf>,
    /// PDFium.
    pub pdfium: Option<PathBuf>,
    /// Folder of the embedding model.
    pub model_folder: Option<PathBuf>,
    /// The demo documents.
    pub demo: Option<PathBuf>,
}

impl Parts {
    /// Looks beside the program, and in a `runtime` folder there or in a folder above it.
    pub fn find() -> Self {
        let program = std::env::current_exe().ok();
        let beside = program.as_deref().and_then(Path::parent);
        let runtime = std::env::var_os(RUNTIME_VARIABLE).map(PathBuf::from).or_else(|| {
            beside?
                .ancestors()
                .map(|folder| folder.join("runtime"))
                .find(|folder| folder.join("lib").is_dir())
        });
        let here = |path: PathBuf| path.exists().then_some(path);
        let library = |name: &str| here(runtime.as_ref()?.join("lib").join(library_name(name)));
        // A test program lies one folder below the programs.
        let program = |name: &str| {
            let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
            beside.and_then(|folder| {
                [Some(folder), folder.parent()]
                    .into_iter()
                    .flatten()
                    .find_map(|folder| here(folder.join(&name)))
            })
        };
        let model = std::env::var_os(MODEL_VARIABLE).unwrap_or_else(|| DEFAULT_MODEL.into());
        Self {
            reader: program("attache-extract"),
            company: program("company"),
            onnxruntime: library("onnxruntime"),
            pdfium: library("pdfium"),
            model_folder: runtime
                .as_ref()
                .and_then(|runtime| here(runtime.join("models").join(model))),
            demo: demo(beside, runtime.as_deref()),
            runtime,
        }
    }

    /// The embedding model with the library that runs it.
    ///
    /// # Errors
    /// What is missing, as a sentence.
    pub fn model(&self) -> Result<ModelFiles, String> {
        let folder = self
            .model_folder
            .clone()
            .ok_or("The embedding model is not there.")?;
        let runtime = self
            .onnxruntime
            .clone()
            .ok_or("The library `onnxruntime` is not there.")?;
        Ok(ModelFiles { folder, runtime })
    }
}

/// The demo documents lie beside the libraries, both in a checkout and where Attaché is installed.
fn demo(beside: Option<&Path>, runtime: Option<&Path>) -> Option<PathBuf> {
    let above = beside.into_iter().flat_map(Path::ancestors);
    runtime
        .and_then(Path::parent)
        .into_iter()
        .chain(above)
        .map(|folder| folder.join("demo").join("documents"))
        .find(|documents| documents.is_dir())
}

fn library_name(name: &str) -> String {
    format!(
        "{}{name}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}
