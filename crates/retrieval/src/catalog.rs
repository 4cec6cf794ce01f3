//! What may be found at this moment, in memory: documents by id, their passages, and the words of their names.
//!
//! Both indexes are checked against it, so that nothing deleted, changed or out of reach comes through, whatever they
//! still hold. It also answers filters and finds documents by name and period without touching an index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::{DocumentId, Format, PassageId, SourceId};

use crate::search::period::{Periods, periods};
use crate::store::Stored;
use crate::text::words;

/// A document that may be found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its row.
    pub stored: Stored,
    /// Its passages.
    pub passages: Vec<PassageId>,
    /// Terms of its file name and folders, each once, with their weight.
    pub names: Vec<(String, f32)>,
    /// Periods of its file name.
    pub periods: Periods,
}

/// A folder's name says less of a file than its own.
const FOLDER_WEIGHT: f32 = 0.5;

/// Documents and passages that may be found.
#[derive(Clone, Default)]
pub struct Catalog {
    documents: HashMap<DocumentId, Arc<Entry>>,
    /// Sorted by passage; ids are given in rising order, so new ones go to the end.
    passages: Vec<(PassageId, DocumentId)>,
    /// Documents that have a term in their name, with its weight.
    names: HashMap<String, HashMap<DocumentId, f32>>,
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
    pub fn of(documents: Vec<Stored>, passages: &[(PassageId, DocumentId)]) -> Self {
        let mut catalog = Self::default();
        catalog.put(documents, passages);
        catalog
    }

    /// The document of a passage that may be found.
    pub fn document_of(&self, passage: PassageId) -> Option<DocumentId> {
        let at = self.passages.binary_search_by_key(&passage, |(id, _)| *id).ok()?;
        Some(self.passages[at].1).filter(|document| self.documents.contains_key(document))
    }

    /// A document that may be found.
    pub fn document(&self, id: DocumentId) -> Option<&Arc<Entry>> {
        self.documents.get(&id)
    }

    /// All documents that may be found.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, &Arc<Entry>)> {
        self.documents.iter().map(|(id, entry)| (*id, entry))
    }

    /// Passages of all documents.
    pub fn all_passages(&self) -> impl Iterator<Item = PassageId> {
        self.documents.values().flat_map(|entry| entry.passages.iter().copied())
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Number of passages, including those of documents that were taken out and not yet cleaned away.
    pub fn passages(&self) -> usize {
        self.passages.len()
    }

    /// Documents that have a term in their name, with its weight.
    pub fn named(&self, term: &str) -> Option<&HashMap<DocumentId, f32>> {
        self.names.get(term)
    }

    /// Takes a document out.
    pub fn remove(&mut self, id: DocumentId) {
        let Some(entry) = self.documents.remove(&id) else { return };
        for (name, _) in &entry.names {
            if let Some(documents) = self.names.get_mut(name) {
                documents.remove(&id);
                if documents.is_empty() {
                    self.names.remove(name);
                }
            }
        }
    }

    /// Takes all documents of a folder out.
    pub fn remove_source(&mut self, source: SourceId) {
        let of_source = self.documents.iter().filter(|(_, entry)| entry.stored.source == source);
        for id in of_source.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.remove(id);
        }
    }

    /// Puts documents in, or replaces them, with exactly these passages.
    pub fn put(&mut self, documents: Vec<Stored>, passages: &[(PassageId, DocumentId)]) {
        let new: HashSet<DocumentId> = documents.iter().map(|document| document.id).collect();
        new.iter().for_each(|id| self.remove(*id));
        // Passages of documents that are gone are cleaned away on the same pass.
        self.passages.retain(|(_, document)| self.documents.contains_key(document));
        self.passages.extend(passages.iter().filter(|(_, document)| new.contains(document)));
        self.passages.sort_unstable();
        let mut by_document: HashMap<DocumentId, Vec<PassageId>> = HashMap::new();
        for (passage, document) in passages {
            by_document.entry(*document).or_default().push(*passage);
        }
        for stored in documents {
            let (id, names) = (stored.id, names(&stored.path));
            for (name, weight) in &names {
                self.names.entry(name.clone()).or_default().insert(id, *weight);
            }
            let periods = periods(file_stem(&stored.path));
            let passages = by_document.remove(&id).unwrap_or_default();
            self.documents.insert(id, Arc::new(Entry { stored, passages, names, periods }));
        }
    }
}

/// Terms of a path, each once: those of the file name weigh 1, those of its folders less.
fn names(path: &str) -> Vec<(String, f32)> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let own = words(&file_stem(path).replace('_', " ")).into_iter().map(|term| (term, 1.0));
    let folders = words(&folders.replace(['/', '_'], " ")).into_iter().map(|term| (term, FOLDER_WEIGHT));
    let mut seen = HashSet::new();
    own.chain(folders).filter(|(term, _)| seen.insert(term.clone())).collect()
}

/// File name without folders and ending.
pub fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
