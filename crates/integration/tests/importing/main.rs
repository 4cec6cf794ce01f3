//! What is derived from descriptions that nobody wrote for this program: rules, real operations that were classed by hand,
//! descriptions that try to be misread or to exhaust whoever reads them, and what changes between two of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod changes;
mod hostile;
mod rules;
mod traits;
mod truth;
mod writes;

use integration::import::{Import, Imported};
use serde_json::{Value, json};

/// A description with these paths.
fn described(paths: Value) -> Value {
    json!({"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": paths})
}

fn read(document: &Value) -> Import {
    Import::read(document.to_string().as_bytes()).unwrap()
}

fn operation<'a>(import: &'a Import, at: &str) -> &'a Imported {
    let found = import.operations.iter().find(|operation| {
        let outline = &operation.outline;
        format!("{} {}", outline.method, outline.path) == at
    });
    found.unwrap_or_else(|| panic!("no `{at}`"))
}

fn left_out(import: &Import) -> Vec<(&str, &str)> {
    let each = import.left_out.iter();
    each.map(|left| (left.at.as_str(), left.why.as_str())).collect()
}
