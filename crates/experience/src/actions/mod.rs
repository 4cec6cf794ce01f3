//! What faces see of the governed path: proposals with their cards, what was allowed beforehand, and receipts.
//!
//! All words here are made from what would be sent and from the live record. Of whoever proposes something there is only
//! the reason, marked as theirs.

mod card;
mod from;
mod grant;
mod receipt;
mod shown;
mod stop;
mod words;

pub use card::{CardView, Decided, Looked, Proposed};
pub use grant::{BoundRequest, GrantView, OfferArgument, OfferView, SavedView};
pub(crate) use receipt::event_words;
pub use receipt::{Happening, Receipt, ReceiptRow};
pub use shown::{
    ActionState, ActionView, ChangeView, EditedView, GivenView, MeantView, MessageView, NearView, OriginView,
    OutcomeView, PieceView, ProposerView, RawView, RecordView, RuleView, SourceView, UndoView, VerdictView,
    WhichView,
};
pub use words::label;
pub(crate) use words::plain;
