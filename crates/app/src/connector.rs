//! What `attache connector` reads: descriptions of systems from files. Nothing is connected or kept by it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use experience::Failure;
use integration::import::{Import, LARGEST, compare};
use serde::Serialize;

pub use integration::import::{Difference, Kind, class_word};

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

fn read(path: &Path) -> Result<Import, Failure> {
    let failed = |error: &std::io::Error| {
        let name = path.display();
        Failure::user(
            format!("`{name}` can't be read: {error}."),
            "Give the file with the description.",
        )
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    // One byte more than is allowed, so that a longer file is seen to be one.
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    Import::read(&bytes).map_err(|error| {
        let name = path.display();
        Failure::user(
            format!("`{name}` can't be used as a description. {error}"),
            error.hint(),
        )
    })
}
