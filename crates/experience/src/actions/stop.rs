use orchestration::governed::Stop;

use crate::{Failure, Fault};

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        let message = stop.to_string();
        match stop {
            Stop::NoSystem(_) => Self::user(
                message,
                "Connect it first; the demo company is under Connections.",
            )
            .with_code("no_system"),
            Stop::NoAction(_) => Self::user(message, "Look at the list again.").with_code("gone"),
            Stop::Trouble(_) => Self::remote(message, "Nothing was sent that changes anything."),
            Stop::NoRecord(_) => Self::user(message, "Use other words, or its number."),
            Stop::Card(_) => Self::user(message, "Look at the card again.").with_code("card"),
            Stop::Refused(_) | Stop::NotRead(_) | Stop::NoUndo(_) | Stop::NoGrant(_) => {
                Self::user(message, "")
            }
            Stop::Elsewhere(_) => Self::user(message, "Look at it again.").with_code("decided"),
            Stop::Changed { .. } => Self::user(message, "Look at the new card.").with_code("changed"),
            Stop::Unreached(_) => Self::environment(message, "Try again, or look under Connections."),
            Stop::NoKey { fix, .. } => Self::environment(message, fix),
            Stop::Book(_) => Self::environment(message, "Look at the disk, then try again."),
            Stop::Unkept(_) => Self::environment(message, "Look at the disk; the rest goes on by itself."),
        }
    }
}

impl Failure {
    fn remote(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            fault: Fault::Remote,
            ..Self::environment(message, hint)
        }
    }
}
