use serde::{Deserialize, Serialize};

/// What a system makes of the same request sent twice. Connectors declare it for each operation; anything unclear is
/// [`Repeat::Never`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum Repeat {
    /// Class K: it remembers our key and answers the second request as it did the first.
    Keyed {
        /// How long it remembers a key, in milliseconds.
        remembers: u64,
    },
    /// Class U: the same request twice leaves the same state as once.
    Unchanging,
    /// Class P: each request is carried out again, and each leaves a marker of ours that can be searched.
    Marked {
        /// How long after it was sent a request may still be carried out, and until its marker can be found, in
        /// milliseconds. `None` where nothing bounds it.
        settles: Option<u64>,
    },
    /// Class N: each request is carried out again, and nothing tells whether one was.
    Never,
}

/// What an operation does to the world outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideEffect {
    /// Nothing.
    Read,
    /// Makes something that nobody else sees.
    Draft,
    /// Changes a record.
    Write,
    /// Reaches other people.
    Send,
    /// Takes something away for good.
    Destructive,
}

/// Whether what was done can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// The old values can be written again.
    Restorable,
    /// Something else makes up for it, such as a second message.
    Compensable,
    /// It can't.
    Irreversible,
}
