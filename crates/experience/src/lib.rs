//! What a person can ask the copilot to do, whatever face they see: the one list of commands ([`commands`]), the
//! values that go over the wire ([`wire`]), the one shape of failure ([`Failure`]).
//!
//! The command line runs these commands today, the window will run the same ones. It knows nothing of windows,
//! terminals, databases or connections.

mod age;
pub mod commands;
mod copilot;
mod failure;
pub mod wire;

pub use copilot::{Copilot, Shelf};
pub use failure::{Failure, Fault};
