use std::sync::{Arc, Mutex, PoisonError};

use retrieval::{Library, Progress};

/// How far indexing is, with what keeps it from going on; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Indexing {
    trouble: Arc<Mutex<Option<String>>>,
}

impl Indexing {
    /// How far it is.
    pub fn progress(&self, library: &Library) -> Progress {
        self.with_trouble(library.progress().borrow().clone())
    }

    /// The same, from what the library tells.
    pub fn with_trouble(&self, mut progress: Progress) -> Progress {
        if let Some(trouble) = &*self.trouble.lock().unwrap_or_else(PoisonError::into_inner) {
            progress.trouble = Some(trouble.clone());
            progress.idle = false;
            progress.now.clear();
            progress.seconds_left = None;
        }
        progress
    }

    /// Indexing cannot go on for this reason, a sentence; `None` once it can.
    pub fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}
