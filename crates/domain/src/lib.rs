//! The words of the product.
//!
//! Every other crate speaks in these types; this one knows nothing of files, databases, networks, models,
//! windows or the clock. It holds values and the rules that make them valid, nothing that does something.
//!
//! # Glossary
//!
//! * **Source**: a place Attaché reads, today a watched folder.
//! * **Collection**: a named group of sources that carries labels.
//! * **Label**: a mark that decides who may see a text; everything derived from the text inherits it.
//! * **Document**: one file of a source as it was last read.
//! * **Block**: a heading, paragraph, list item, table or code listing of a document, in reading order.
//! * **Passage**: a run of blocks small enough to be embedded and cited.
//! * **Place**: where in its document a block or passage stands: page, slide, cell range, lines, mail part.
//! * **Conversation**: questions that follow one another; each with its answer is a **turn**.
//! * **System**: a connected business system. **Operation**: one thing that can be asked of it. **Record**: a thing it keeps.
//! * **Effect**: a change of the world outside, as it was proposed, before anything is done.
//! * **Taint**: who may have written a value, who may see it, and where it was read. **Origin**: where one argument was seen.
//! * **Action**: one thing to be done in a system outside, from its proposal to its end.
//! * **Citation**: the exact characters of a passage that a sentence of an answer rests on.

mod action;
mod citation;
mod document;
mod effect;
mod ids;
mod label;
mod place;
mod secret;
mod source;
mod status;
mod taint;

pub use action::{Repeat, SideEffect, Undo};
pub use citation::Citation;
pub use document::{Block, Document, Format, Row};
pub use effect::{
    Argument, Change, Effect, Operation, Parameter, Role, SystemId, SystemIdError, Target, changes,
};
pub use ids::{ActionId, ConversationId, DocumentId, PassageId, SourceId, TurnId};
pub use label::{Label, LabelError, Labels};
pub use place::{CellRange, Place};
pub use secret::Secret;
pub use source::{Collection, Source};
pub use status::{FileStatus, ReadStatus};
pub use taint::{Confidentiality, Integrity, Origin, Readers, SourceRef, Taint};
