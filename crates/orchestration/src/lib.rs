//! Runs: what happens between a person's words and what they see.
//!
//! This is the only place where finding ([`retrieval`]), reasoning ([`intelligence`]) and rules ([`governance`]) meet.
//! Today there is one run, [`ask`]: gather evidence, check that the engine may see it, answer, say what was used.
//! Runs that propose changes, and the journal they stand on, come here too.
//!
//! It knows nothing of windows, of databases, of connections or of words for the screen.

mod ask;

pub use ask::{Ask, AskError, AskEvent, Gathered, ask, engine_label};
