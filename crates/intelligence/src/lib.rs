//! The tasks of reasoning, typed, and the engines that do them.
//!
//! Today there is one task, *answer*: a question and the evidence found for it go in ([`AnswerTask`]), sentences with
//! citations come out one by one ([`AnswerEvent`]), and at the end the whole [`Answer`]. An [`Engine`] does the task.
//! [`FoundInDocuments`] needs no language model: it picks the sentences and table rows of the evidence that answer
//! the question, says which sources disagree, and says plainly when nothing answers. A language model will do the
//! same task behind the same trait.
//!
//! # What must never happen
//!
//! * A sentence without a citation, or a citation whose quote does not stand in its passage, character for character.
//! * A text that no source has: sentences are quoted, table rows are written from their exact cells.
//! * An answer about one customer, product or year taken from a document about another.
//!
//! # What this crate knows nothing of
//!
//! Files, the index, databases, the network, the clock: evidence, the date and the embedding model arrive as
//! arguments.

mod answer;
mod found;

pub use answer::{
    Answer, AnswerEvent, AnswerStream, AnswerTask, Conflict, ConflictSide, Embed, EmbedFailure, Engine,
    Evidence, Outcome, Question, Sentence,
};
pub use found::FoundInDocuments;
