//! The demo company: CRM, help desk and mail of Northwind Robotics as one small server, for people to try governed writes
//! on and for tests to judge exactly what happened. Nothing in it is real.
//!
//! Its words: a *kind* is a sort of record with its fields; an *operation* is one thing that can be asked, with the class
//! that says whether it may be asked again; a *fault* is what shall go wrong next; the *log* is what was asked and what
//! was done, whatever the client was told.
//!
//! It knows nothing of Attaché: not its crates, its policies or its approvals. Only this machine can ask it.

pub mod acts;
pub mod catalogue;
pub mod company;
pub mod faults;
mod find;
pub mod journal;
pub mod keys;
pub mod kinds;
mod line;
pub mod log;
pub mod openapi;
pub mod operations;
mod panel;
pub mod problem;
pub mod records;
mod server;

pub use company::Clock;
pub use server::{Server, Settings};
