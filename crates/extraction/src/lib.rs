//! From the bytes of a file to its blocks of text.
//!
//! [`read`] is a function from bytes to a [`Reading`]: it opens no file, knows no clock and no network, and always
//! ends with a [`ReadStatus`] and, where that is not `Ok`, a sentence that a person understands. Documents are hostile
//! until proven otherwise, so in the product this code only runs inside the worker process (`attache-extract`),
//! which locks itself in before the first byte arrives ([`worker`]).
//!
//! It knows nothing of passages, indexes, models or databases.

mod detect;
mod epub;
mod limits;
mod mail;
mod office;
mod package;
pub mod pdf;
mod reading;
mod text;
pub mod worker;

pub use limits::Limits;
pub use pdf::PageBoxes;
pub use reading::{Reading, Stop, over, read};
