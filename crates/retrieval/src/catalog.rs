//! What may be found at this moment, in memory: documents by id and the document of every passage.
//!
//! Both indexes are checked against it, so that nothing deleted, changed or out of reach comes through, whatever they
//! still hold. It also answers filters without touching an index.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{DocumentId, Format, PassageId, SourceId};

use crate::store::Stored;

/// Documents and passages that may be found.
#[derive(Clone, Default)]
pub struct Catalog {
    documents: HashMap<DocumentId, Arc<Stored>>,
    /// Sorted by passage; ids are given in rising order, so new ones go to the end.
    passages: Vec<(PassageId, DocumentId)>,
}

/// Restricts a search. Empty lists and `None` restrict nothing; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Names of collections.
    pub collections: Vec<String>,
    /// Labels of which the document must carry all.
    pub labels: Vec<String>,
    /// Kinds of file.
    pub formats: Vec<Format>,
    /// Beginning of the path below the watched folder.
    pub below: Option<String>,
    /// Earliest file date, seconds since 1970.
    pub modified_from: Option<i64>,
    /// Latest file date, seconds since 1970.
    pub modified_to: Option<i64>,
}

impl Catalog {
    /// From what is stored.
    pub fn of(documents: Vec<Stored>, mut passages: Vec<(PassageId, DocumentId)>) -> Self {
        passages.sort_unstable();
        Self { documents: documents.into_iter().map(|doc| (doc.id, Arc::new(doc))).collect(), passages }
    }

    /// The document of a passage that may be found.
    pub fn document_of(&self, passage: PassageId) -> Option<DocumentId> {
        let at = self.passages.binary_search_by_key(&passage, |(id, _)| *id).ok()?;
        Some(self.passages[at].1).filter(|document| self.documents.contains_key(document))
    }

    /// A document that may be found.
    pub fn document(&self, id: DocumentId) -> Option<&Arc<Stored>> {
        self.documents.get(&id)
    }

    /// All documents that may be found.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Stored>> {
        self.documents.values()
    }

    /// Number of passages, including those of documents that were taken out and not yet cleaned away.
    pub fn passages(&self) -> usize {
        self.passages.len()
    }

    /// Takes a document out.
    pub fn remove(&mut self, id: DocumentId) {
        self.documents.remove(&id);
    }

    /// Takes all documents of a folder out.
    pub fn remove_source(&mut self, source: SourceId) {
        self.documents.retain(|_, document| document.source != source);
    }

    /// Puts documents in, or replaces them, with exactly these passages.
    pub fn put(&mut self, documents: Vec<Stored>, passages: &[(PassageId, DocumentId)]) {
        let new: std::collections::HashSet<DocumentId> = documents.iter().map(|document| document.id).collect();
        // Passages of documents that are gone are cleaned away on the same pass.
        self.passages.retain(|(_, document)| !new.contains(document) && self.documents.contains_key(document));
        self.passages.extend_from_slice(passages);
        self.passages.sort_unstable();
        self.documents.extend(documents.into_iter().map(|document| (document.id, Arc::new(document))));
    }

    /// Drops passages of documents that were taken out.
    pub fn tidy(&mut self) {
        self.passages.retain(|(_, document)| self.documents.contains_key(document));
    }
}
