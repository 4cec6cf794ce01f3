//! Runs: what happens between a person's words and what they see.
//!
//! This is the only place where finding ([`retrieval`]), reasoning ([`intelligence`]), connected systems ([`integration`])
//! and rules ([`governance`]) meet.
//! Today there is one run, [`ask`]: gather evidence, check that the engine may see it, answer, say what was used.
//! What changes the world outside goes the one [`governed`] path, and through the [`journal`] of its action.
//!
//! What a person may read in a connected system is kept up to date on the device by [`sync`].
//!
//! It knows nothing of windows, of databases, of connections or of words for the screen.

mod ask;
pub mod governed;
pub mod journal;
pub mod sync;

pub use ask::{Ask, AskError, AskEvent, Gathered, ask, engine_label};
