//! What is allowed, decided by rules and never by a model.
//!
//! * [`labels`]: what labels mean, and how they pass on.
//! * [`policy`]: whether something that is proposed is done, asked about or refused, and why.
//! * [`stories`]: what the policies shall say, told as examples.
//! * [`grants`]: what a person allowed beforehand. [`approval`]: what they said yes to, and the one token ([`Authorized`])
//!   without which nothing is sent.
//! * [`origin`]: where an argument was seen, for the card.
//! * [`audit`]: the chain that shows what happened.
//! * [`secrets`]: the port for keys and credentials that outlive the program.
//!
//! Pure functions over [`domain`] types: no files, no clock, no model, no randomness, no other crate of the product.

pub mod approval;
pub mod audit;
pub mod grants;
pub mod labels;
pub mod origin;
pub mod policy;
pub mod secrets;
pub mod stories;

pub use approval::{Authorized, authorize};
pub use secrets::{SecretStore, SecretTrouble};
