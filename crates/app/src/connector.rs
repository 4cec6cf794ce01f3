//! What `attache connector` reads: descriptions of systems from files. Nothing is connected or kept by it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use experience::Failure;
use integration::import::{Import, LARGEST, compare};
use integration::manifest::{Manifest, compared};
use serde::Serialize;

pub use integration::import::{Difference, Kind, class_word};
pub use integration::manifest::{Mistake, schema};

/// A manifest that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// Name of the connector; nothing where it can't be read.
    pub name: Option<String>,
    /// How many operations it has.
    pub operations: usize,
    /// What is wrong with it.
    pub mistakes: Vec<Mistake>,
    /// What the vendor's own description does not bear out.
    pub not_borne_out: Vec<Mistake>,
}

/// Checks a manifest, and compares it with the description that the vendor publishes.
///
/// # Errors
/// When a file can't be read. Mistakes are no error here.
pub fn check(file: &Path, description: Option<&Path>) -> Result<Checked, Failure> {
    let bytes = bytes(file, "Give the file with the manifest.")?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::user(
            format!("`{}` is no text.", file.display()),
            "Write the manifest in YAML, as UTF-8.",
        )
    })?;
    let import = description.map(read).transpose()?;
    Ok(match Manifest::read(&text) {
        Err(mistakes) => Checked {
            name: None,
            operations: 0,
            mistakes,
            not_borne_out: Vec::new(),
        },
        Ok(manifest) => Checked {
            operations: manifest.operations.len(),
            not_borne_out: import
                .map(|import| compared(&manifest, &import))
                .unwrap_or_default(),
            name: Some(manifest.name),
            mistakes: Vec::new(),
        },
    })
}

/// A description as it was read, beside an earlier one.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    /// What it says.
    #[serde(flatten)]
    pub import: Import,
    /// What is different from the earlier one; nothing where there is none to compare with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<Difference>>,
}

/// Reads a description, and says what is different from an earlier one.
///
/// # Errors
/// When a file can't be read or is no description: which, where, and what to do.
pub fn import(file: &Path, against: Option<&Path>) -> Result<Imported, Failure> {
    let now = read(file)?;
    let differences = match against {
        Some(earlier) => Some(compare(&read(earlier)?, &now)),
        None => None,
    };
    Ok(Imported {
        import: now,
        differences,
    })
}

fn bytes(path: &Path, hint: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: &std::io::Error| {
        let name = path.display();
        Failure::user(format!("`{name}` can't be read: {error}."), hint)
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    // One byte more than is allowed, so that a longer file is seen to be one.
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

fn read(path: &Path) -> Result<Import, Failure> {
    let bytes = bytes(path, "Give the file with the description.")?;
    Import::read(&bytes).map_err(|error| {
        let name = path.display();
        Failure::user(
            format!("`{name}` can't be used as a description. {error}"),
            error.hint(),
        )
    })
}
