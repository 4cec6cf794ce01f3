//! The shipped policies say what they shall: by stories (`crate::stories`), by an exhaustive table of facts, by properties
//! under any company's policies, and by mutants that each of these has to notice.

mod company;
mod loading;
mod mutants;
mod table;

use std::sync::Arc;

use cedar_policy::PolicySet;

use super::cedar::Words;
use super::load::Loaded;
use super::*;
use crate::stories;

fn words() -> Arc<Words> {
    Arc::new(Words::new(SCHEMA).unwrap())
}

/// The shipped policies, each with what is said of it.
fn shipped(words: &Words) -> Vec<Loaded> {
    let (layers, faults) = Policies::layers(&[], words);
    assert_eq!(faults, []);
    load::together(layers, words).unwrap()
}

/// Facts of which only those that matter are named, as in a story.
fn facts(request: serde_json::Value) -> Facts {
    stories::facts(request.as_object().unwrap()).unwrap()
}

fn file(name: &str, text: &str) -> PolicyFile {
    PolicyFile {
        name: name.into(),
        text: text.into(),
    }
}
