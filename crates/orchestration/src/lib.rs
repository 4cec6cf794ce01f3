//! Runs: what happens between a person's words and what they see.
//!
//! This is the only place where finding ([`retrieval`]), reasoning ([`intelligence`]) and rules ([`governance`]) meet.
//! Today there is one run, [`ask`]: gather evidence, check that the engine may see it, answer, say what was used.
//! What a run proposes goes through the [`journal`] of its action: rules alone so far, nothing drives them yet.
//!
//! It knows nothing of windows, of databases, of connections or of words for the screen.

mod ask;
pub mod journal;

pub use ask::{Ask, AskError, AskEvent, Gathered, ask, engine_label};
