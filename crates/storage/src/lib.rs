//! The ledger: what a person decided, asked and was answered, kept in one SQLite file that the program never deletes.
//!
//! One module per table. Migrations only add. Unlike the index, which can be made again from the files, a row that was
//! acknowledged here survives a power cut: the journal is written ahead and the disk is waited for
//! (`synchronous = FULL`).
//!
//! Beside it, what else outlives the program: secrets in the operating system's [`Keyring`].
//!
//! And beside that, what was brought from connected systems ([`Mirror`]), which is brought again where it is deleted.
//!
//! This crate knows no business rules: it stores what it is given and gives it back.

mod actions;
mod anchor;
mod asked;
mod audit;
mod conversations;
mod grants;
mod heads;
mod hosts;
mod keyring;
mod ledger;
mod mirror;
mod settings;
mod sources;
mod systems;

pub use actions::{ActionRow, Arrow, NewAction};
pub use anchor::FileAnchor;
pub use audit::Note;
pub use conversations::{ConversationRow, EndedTurn, NewTurn, RUNNING, TurnRow};
pub use grants::{GrantRow, SpendRow};
pub use hosts::{Contact, HostRow};
pub use keyring::Keyring;
pub use ledger::{Ledger, LedgerError};
pub use mirror::{Mirror, MirrorError, MirroredPage};
pub use systems::SystemRow;
