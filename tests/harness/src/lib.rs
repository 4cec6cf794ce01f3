//! `harness`: recorded attacks, played by a scripted malicious model against the real governed path, and judged by the
//! log of the server that the effects arrive at.
//!
//! * [`cases`]: a folder of cases, read strictly. [`describe`]: its tools as a description that the product reads.
//! * [`server`]: the system that is played against; it keeps its own log of what was done.
//! * [`desk`]: one play, with the real rules, cards, approvals and journal, and a person who clicks.
//! * [`play`]: the scripted models. [`sequences`]: call sequences with mutations.
//! * [`mutants`]: guards that are broken on purpose, all of which must be noticed.
//! * [`report`]: everything that is played over a folder. [`figure`]: what is counted, with its goals.
//!
//! A test and a tool for development; it is never shipped, and knows nothing of windows or of any real model. What stands in
//! the cases is the text of attackers: data, never instructions.

pub mod book;
pub mod cases;
pub mod describe;
pub mod desk;
pub mod figure;
pub mod mutants;
pub mod play;
pub mod report;
pub mod sequences;
pub mod server;
pub mod site;

/// A result, or why there is none, for people.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
