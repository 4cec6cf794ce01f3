use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A watched folder, stable for as long as it is watched.
    SourceId
);
id!(
    /// A file of a source, as long as its index lives. A file that is deleted and written again gets a new one, and an index
    /// that is made again begins anew: what is kept for longer is found by the file's place.
    DocumentId
);
impl DocumentId {
    /// Names no document: what was cited is no more in the library.
    pub const GONE: Self = Self(0);
}

id!(
    /// A passage of one revision of a document. Never used twice: a re-read document gets new ones.
    PassageId
);
id!(
    /// Something that is to be done in a system outside; never used again.
    ActionId
);
id!(
    /// A conversation, never used again after it is deleted.
    ConversationId
);
id!(
    /// A question of a conversation with its answer.
    TurnId
);
