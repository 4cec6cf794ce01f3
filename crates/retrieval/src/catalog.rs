//! What may be found at this moment, in memory: documents by id, their passages, and the words of their names.
//!
//! Both indexes are checked against it, so that nothing deleted, changed or out of reach comes through, whatever they
//! still hold. It also answers filters and finds documents by name and period without touching an index.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use domain::{DocumentId, Format, PassageId};

use crate::search::period::{Periods, is_period_term, periods};
use crate::store::Stored;
use crate::text::words;

/// A document that may be found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its row.
    pub stored: Stored,
    /// Its passages.
    pub passages: Vec<PassageId>,
    /// Terms of its file name, each once, without periods.
    pub names: Vec<String>,
    /// Terms of its folders that are not in its name.
    pub folders: Vec<String>,
    /// Periods of its file name.
    pub periods: Periods,
}

/// Documents and passages that may be found.
#[derive(Clone, Default)]
pub struct Catalog {
    documents: HashMap<DocumentId, Arc<Entry>>,
    /// Sorted by passage; ids are given in rising order, so new ones go to the end.
    passages: Vec<(PassageId, DocumentId)>,
    /// Documents that have a term in their name.
    names: BTreeMap<String, HashSet<DocumentId>>,
    /// Documents that have a term in their folders.
    folders: BTreeMap<String, HashSet<DocumentId>>,
    /// How many documents have this as the last year in their name.
    years: BTreeMap<u16, usize>,
}

/// Restricts a search. Empty lists and `None` restrict nothing; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields = nullable))]
pub struct Filter {
    /// Names of collections.
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<String>>", optional))]
    pub collections: Vec<String>,
    /// Labels of which the document must carry all.
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<String>>", optional))]
    pub labels: Vec<String>,
    /// Kinds of file.
    #[cfg_attr(feature = "typescript", ts(as = "Option<Vec<Format>>", optional))]
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

    /// Passages of all documents.
    pub fn all_passages(&self) -> impl Iterator<Item = PassageId> {
        self.documents
            .values()
            .flat_map(|entry| entry.passages.iter().copied())
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Number of passages, including those of documents that were taken out and not yet cleaned away.
    pub fn passages(&self) -> usize {
        self.passages.len()
    }

    /// Documents that have a term in their name.
    pub fn named(&self, term: &str) -> Option<&HashSet<DocumentId>> {
        self.names.get(term)
    }

    /// Documents that have a term in their folders.
    pub fn in_folder(&self, term: &str) -> Option<&HashSet<DocumentId>> {
        self.folders.get(term)
    }

    /// Terms of file names that begin so and are at least three letters longer.
    pub fn longer_names<'a>(&'a self, beginning: &'a str) -> impl Iterator<Item = &'a str> {
        let from = self
            .names
            .range::<str, _>((Bound::Included(beginning), Bound::Unbounded))
            .map(|(name, _)| name.as_str());
        from.take_while(move |name| name.starts_with(beginning))
            .filter(move |name| name.len() >= beginning.len() + 3)
    }

    /// The rank of a year among the years in file names, from 0, exclusive, to 1 for the newest.
    pub fn recency(&self, year: u16) -> f32 {
        self.years.range(..=year).count() as f32 / self.years.len().max(1) as f32
    }

    /// Takes a document out.
    pub fn remove(&mut self, id: DocumentId) {
        let Some(entry) = self.documents.remove(&id) else {
            return;
        };
        entry
            .names
            .iter()
            .for_each(|name| take_out(&mut self.names, name, id));
        entry
            .folders
            .iter()
            .for_each(|name| take_out(&mut self.folders, name, id));
        if let Some(year) = entry.periods.last_year()
            && let Some(count) = self.years.get_mut(&year)
        {
            *count -= 1;
            if *count == 0 {
                self.years.remove(&year);
            }
        }
    }

    /// Puts documents in, or replaces them, with exactly these passages.
    pub fn put(&mut self, documents: Vec<Stored>, passages: &[(PassageId, DocumentId)]) {
        let new: HashSet<DocumentId> = documents.iter().map(|document| document.id).collect();
        new.iter().for_each(|id| self.remove(*id));
        // Passages of documents that are gone are cleaned away on the same pass.
        self.passages
            .retain(|(_, document)| self.documents.contains_key(document));
        self.passages
            .extend(passages.iter().filter(|(_, document)| new.contains(document)));
        self.passages.sort_unstable();
        let mut by_document: HashMap<DocumentId, Vec<PassageId>> = HashMap::new();
        for (passage, document) in passages {
            by_document.entry(*document).or_default().push(*passage);
        }
        for stored in documents {
            let id = stored.id;
            let (names, folders) = names(&stored.path);
            for name in &names {
                self.names.entry(name.clone()).or_default().insert(id);
            }
            for name in &folders {
                self.folders.entry(name.clone()).or_default().insert(id);
            }
            let periods = periods(file_stem(&stored.path));
            if let Some(year) = periods.last_year() {
                *self.years.entry(year).or_default() += 1;
            }
            let passages = by_document.remove(&id).unwrap_or_default();
            self.documents.insert(
                id,
                Arc::new(Entry {
                    stored,
                    passages,
                    names,
                    folders,
                    periods,
                }),
            );
        }
    }
}

fn take_out(terms: &mut BTreeMap<String, HashSet<DocumentId>>, term: &str, id: DocumentId) {
    if let Some(documents) = terms.get_mut(term) {
        documents.remove(&id);
        if documents.is_empty() {
            terms.remove(term);
        }
    }
}

/// Terms of a file's name and of its folders, each once.
fn names(path: &str) -> (Vec<String>, Vec<String>) {
    let mut seen = HashSet::new();
    let mut fresh = |text: &str| -> Vec<String> {
        let terms = words(&text.replace(['_', '/'], " ")).into_iter();
        terms
            .filter(|term| term.chars().count() > 1 && !is_period_term(term) && seen.insert(term.clone()))
            .collect()
    };
    let own = fresh(file_stem(path));
    let folders = fresh(path.rsplit_once('/').map_or("", |(folders, _)| folders));
    (own, folders)
}

/// File name without folders and ending.
pub fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
