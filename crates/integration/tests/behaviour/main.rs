//! The connector engine against the demo company as a real process, and against peers that misbehave in ways that it does
//! not. What really happened is judged by the server's own log and state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

mod connectors;
mod databases;
mod describing;
mod desk;
mod faults;
mod fences;
mod matching;
mod peer;
mod reading;
mod servers;
mod signing;
mod staying;
mod writing;
