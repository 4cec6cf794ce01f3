//! The demo company does what it says, over real connections of this machine, judged by its own log and state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod classes;
mod description;
mod entry;
mod faults;
mod finding;
mod house;
mod process;
mod writing;
