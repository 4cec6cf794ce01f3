//! What a person can ask the copilot to do, whatever face they see: the one list of commands ([`commands`]), the
//! values that go over the wire ([`wire`], [`conversation`], [`view`], [`marks`], [`settings`]), what is told without
//! being asked ([`events`]), what is proposed, decided and done in systems outside ([`actions`]), what the audit says ([`activity`]), the one shape of failure ([`Failure`]).
//!
//! The command line and the window run the same commands. It knows nothing of windows, terminals, databases or
//! connections.

pub mod actions;
pub mod activity;
mod age;
mod answers;
pub mod commands;
pub mod conversation;
mod copilot;
pub mod events;
mod failure;
mod indexing;
pub mod marks;
pub mod settings;
#[cfg(feature = "typescript")]
pub mod typescript;
pub mod view;
pub mod wire;

pub use answers::Answers;
pub use copilot::{
    AnchorPlace, Audit, Connections, Conversations, Copilot, Machine, MachineFacts, Preferences, Shelf,
};
pub use failure::{Failure, Fault};
pub use indexing::Indexing;
