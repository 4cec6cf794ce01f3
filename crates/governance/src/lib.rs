//! What is allowed, decided by rules and never by a model.
//!
//! Today: what labels mean ([`labels`]), and the chain that shows what happened ([`audit`]). The policy, approvals, grants
//! and the rule for what may leave come here when the first thing can leave or be changed; until then nothing in the
//! program opens a connection.
//!
//! Pure functions over [`domain`] types: no files, no clock, no model, no other crate of the product.

pub mod audit;
pub mod labels;
