use domain::SourceId;

use super::Hit;
use crate::indexer::Wake;
use crate::library::{Library, Snapshot};
use crate::watch::Stamp;

impl Library {
    /// Takes out hits whose file is not the one that was read, and asks the indexing loop to look at it again.
    /// Returns how many were taken out. Costs one look at each file's metadata.
    pub(super) fn drop_stale(&self, hits: &mut Vec<Hit>, snapshot: &Snapshot) -> usize {
        let before = hits.len();
        let mut checked: std::collections::HashMap<domain::DocumentId, bool> =
            std::collections::HashMap::new();
        hits.retain(|hit| {
            *checked
                .entry(hit.document_id)
                .or_insert_with(|| self.is_current(hit, snapshot))
        });
        before - hits.len()
    }

    fn is_current(&self, hit: &Hit, snapshot: &Snapshot) -> bool {
        let Some(entry) = snapshot.catalog.document(hit.document_id) else {
            return false;
        };
        let document = &entry.stored;
        let Some(source) = snapshot.source(document.source) else {
            return false;
        };
        let now = std::fs::metadata(source.root.join(&document.path)).map(|meta| Stamp::of(&meta));
        let same = now.is_ok_and(|now| now == document.stamp);
        if !same {
            self.stale(document.source, &document.path);
        }
        same
    }

    fn stale(&self, source: SourceId, path: &str) {
        self.inner.wake(Wake::Stale(source, path.to_owned()));
    }
}
