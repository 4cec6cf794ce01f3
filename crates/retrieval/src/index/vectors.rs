//! Vectors to passages: an HNSW graph of `usearch` in a memory-mapped file, and the vectors that came since it was
//! built, compared one by one.
//!
//! Comparing 150,000 packed vectors takes a few milliseconds, so most collections need no graph at all, and a new passage
//! is found by meaning as soon as it is embedded. When more than [`LOOSE`] have gathered, they are built into the
//! graph, each once. Passages that are gone are filtered out when searching; a graph that holds too many of them is
//! built anew from the stored embeddings.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::path::{Path, PathBuf};

use domain::PassageId;
use serde::{Deserialize, Serialize};
use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::IndexError;
use crate::index::packed::{Probe, inverse_length, pack};

/// Most vectors outside the graph.
pub const LOOSE: usize = 150_000;
/// Links of a node; with the two figures below, recall@10 against exact search is above 0.99.
const CONNECTIVITY: usize = 24;
const EXPANSION_BUILD: usize = 160;
const EXPANSION_SEARCH: usize = 128;
/// Neighbours that the graph is asked for at least. It compares with a question that is packed itself; the cosines that
/// decide are worked out again with a finer one.
const SEARCHED: usize = 64;

/// What a saved graph was built for; beside it as `vectors.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    epoch: String,
    model: String,
    dimensions: usize,
    count: usize,
    blake3: String,
}

/// The vector index.
pub struct Vectors {
    file: PathBuf,
    epoch: String,
    model: String,
    dimensions: usize,
    graph: Option<Index>,
    loose_ids: Vec<PassageId>,
    loose_at: HashMap<PassageId, usize>,
    loose: Vec<i8>,
    loose_inverse_lengths: Vec<f32>,
}

impl Vectors {
    /// Opens the graph in `folder` if it is sound and was built from the database named `epoch` with this model;
    /// otherwise starts without one. Vectors outside the graph must then be given with [`Vectors::add`].
    pub fn open(folder: &Path, epoch: &str, model: &str, dimensions: usize) -> Self {
        let mut vectors = Self {
            file: folder.join("vectors.usearch"),
            epoch: epoch.to_owned(),
            model: model.to_owned(),
            dimensions,
            graph: None,
            loose_ids: Vec::new(),
            loose_at: HashMap::new(),
            loose: Vec::new(),
            loose_inverse_lengths: Vec::new(),
        };
        vectors.graph = vectors
            .saved()
            .inspect_err(|error| tracing::info!(%error, "no vector graph to open"))
            .ok();
        vectors
    }

    fn saved(&self) -> Result<Index, String> {
        let card: Card = serde_json::from_slice(&std::fs::read(self.card_file()).map_err(|e| e.to_string())?)
            .map_err(|e| e.to_string())?;
        let wanted = Card {
            epoch: self.epoch.clone(),
            model: self.model.clone(),
            dimensions: self.dimensions,
            count: card.count,
            blake3: fingerprint(&self.file).map_err(|e| e.to_string())?,
        };
        if card != wanted {
            return Err("the saved graph is of another index or damaged".to_owned());
        }
        self.view(card.count)
    }

    fn view(&self, count: usize) -> Result<Index, String> {
        let graph = Index::new(&options(self.dimensions)).map_err(|e| e.to_string())?;
        graph
            .view(&self.file.to_string_lossy())
            .map_err(|e| e.to_string())?;
        graph.change_expansion_search(EXPANSION_SEARCH);
        if graph.size() == count {
            Ok(graph)
        } else {
            Err("the saved graph is incomplete".to_owned())
        }
    }

    fn card_file(&self) -> PathBuf {
        self.file.with_extension("json")
    }

    /// Whether a passage's vector is in the graph.
    pub fn in_graph(&self, id: PassageId) -> bool {
        self.graph
            .as_ref()
            .is_some_and(|graph| graph.contains(id.0 as u64))
    }

    /// Adds a packed vector outside the graph.
    pub fn add(&mut self, id: PassageId, vector: &[i8]) {
        if vector.len() == self.dimensions && !self.in_graph(id) && !self.loose_at.contains_key(&id) {
            self.loose_at.insert(id, self.loose_ids.len());
            self.loose_ids.push(id);
            self.loose.extend_from_slice(vector);
            self.loose_inverse_lengths.push(inverse_length(vector));
        }
    }

    /// Forgets vectors outside the graph that are not `wanted` any more.
    pub fn tidy(&mut self, wanted: impl Fn(PassageId) -> bool) {
        let keep: Vec<usize> = (0..self.loose_ids.len())
            .filter(|i| wanted(self.loose_ids[*i]))
            .collect();
        if keep.len() == self.loose_ids.len() {
            return;
        }
        self.loose = keep
            .iter()
            .flat_map(|i| self.loose[i * self.dimensions..][..self.dimensions].to_vec())
            .collect();
        self.loose_inverse_lengths = keep.iter().map(|i| self.loose_inverse_lengths[*i]).collect();
        self.loose_ids = keep.iter().map(|i| self.loose_ids[*i]).collect();
        self.loose_at = self
            .loose_ids
            .iter()
            .enumerate()
            .map(|(at, id)| (*id, at))
            .collect();
    }

    /// Vectors in the graph and outside it.
    pub fn len(&self) -> (usize, usize) {
        (self.graph.as_ref().map_or(0, Index::size), self.loose_ids.len())
    }

    /// The `most` nearest passages with their cosine, best first, of those that are `wanted`.
    pub fn search(
        &self,
        question: &[f32],
        most: usize,
        wanted: impl Fn(PassageId) -> bool,
    ) -> Vec<(PassageId, f32)> {
        if question.len() != self.dimensions || most == 0 {
            return Vec::new();
        }
        let probe = Probe::of(question);
        let mut found: Vec<(PassageId, f32)> = Vec::new();
        if let Some(graph) = &self.graph {
            match graph.filtered_search(&pack(question), most.max(SEARCHED), |key| {
                wanted(PassageId(key as i64))
            }) {
                Ok(matches) => {
                    let keys = matches.keys.iter().map(|key| PassageId(*key as i64));
                    found.extend(keys.filter_map(|id| Some((id, self.in_graph_cosine(&probe, id)?))));
                }
                Err(error) => tracing::warn!(%error, "the vector graph could not be searched"),
            }
        }
        found.extend(self.nearest_loose(&probe, most, wanted));
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
    }

    /// The nearest of the vectors outside the graph, in no order. Whether one is wanted is only asked of those that are
    /// near enough, which are few.
    fn nearest_loose(
        &self,
        probe: &Probe,
        most: usize,
        wanted: impl Fn(PassageId) -> bool,
    ) -> impl Iterator<Item = (PassageId, f32)> {
        let mut nearest: BinaryHeap<Reverse<(Cosine, Reverse<PassageId>)>> =
            BinaryHeap::with_capacity(most + 1);
        let vectors = self.loose.chunks_exact(self.dimensions);
        for ((id, vector), inverse) in self
            .loose_ids
            .iter()
            .zip(vectors)
            .zip(&self.loose_inverse_lengths)
        {
            let near = Reverse((Cosine(probe.cosine(vector, *inverse)), Reverse(*id)));
            let room = nearest.len() < most;
            if (room || nearest.peek().is_some_and(|farthest| near < *farthest)) && wanted(*id) {
                nearest.push(near);
                if !room {
                    nearest.pop();
                }
            }
        }
        nearest
            .into_iter()
            .map(|Reverse((cosine, Reverse(id)))| (id, cosine.0))
    }

    fn in_graph_cosine(&self, probe: &Probe, id: PassageId) -> Option<f32> {
        let mut vector = vec![0i8; self.dimensions];
        let count = self.graph.as_ref()?.get(id.0 as u64, &mut vector).ok()?;
        (count == 1).then(|| probe.cosine(&vector, inverse_length(&vector)))
    }

    /// The cosines of some passages; those without a vector are left out.
    pub fn similarities(
        &self,
        question: &[f32],
        ids: impl Iterator<Item = PassageId>,
    ) -> Vec<(PassageId, f32)> {
        if question.len() != self.dimensions {
            return Vec::new();
        }
        let probe = Probe::of(question);
        let cosine = |id| match self.loose_at.get(&id) {
            Some(at) => {
                let vector = &self.loose[at * self.dimensions..][..self.dimensions];
                Some(probe.cosine(vector, self.loose_inverse_lengths[*at]))
            }
            None => self.in_graph_cosine(&probe, id),
        };
        ids.filter_map(|id| Some((id, cosine(id)?))).collect()
    }

    /// What is needed to build the loose vectors into the graph away from this value, or `None` if they are few.
    pub fn to_build(&self, at_least: usize) -> Option<Build> {
        (self.loose_ids.len() >= at_least.max(1)).then(|| Build {
            file: self.file.clone(),
            dimensions: self.dimensions,
            from: self.graph.is_some(),
            ids: self.loose_ids.clone(),
            vectors: self.loose.clone(),
        })
    }

    /// Takes over a graph that [`Build::run`] has written.
    ///
    /// # Errors
    /// When the files cannot be moved into place or read back.
    pub fn adopt(&mut self, built: &Built) -> Result<(), IndexError> {
        let fail = |error: String| IndexError::Vectors(error);
        self.graph = None; // lets go of the old file, which some systems ask for before it is replaced
        std::fs::rename(&built.file, &self.file).map_err(|e| fail(e.to_string()))?;
        let card = Card {
            epoch: self.epoch.clone(),
            model: self.model.clone(),
            dimensions: self.dimensions,
            count: built.count,
            blake3: built.blake3.clone(),
        };
        std::fs::write(self.card_file(), serde_json::to_vec(&card)?).map_err(|e| fail(e.to_string()))?;
        let graph = self.view(built.count).map_err(fail)?;
        let in_graph: std::collections::HashSet<PassageId> = built.ids.iter().copied().collect();
        self.graph = Some(graph);
        self.tidy(|id| !in_graph.contains(&id));
        Ok(())
    }

    /// Starts over without a graph, for example because most of it is gone.
    pub fn forget_graph(&mut self) {
        self.graph = None;
        for file in [self.file.clone(), self.card_file()] {
            if let Err(error) = std::fs::remove_file(&file) {
                tracing::debug!(%error, file = %file.display(), "was not there");
            }
        }
    }
}

/// Loose vectors on their way into the graph.
pub struct Build {
    file: PathBuf,
    dimensions: usize,
    from: bool,
    ids: Vec<PassageId>,
    vectors: Vec<i8>,
}

/// A graph that was written to a file of its own.
pub struct Built {
    file: PathBuf,
    count: usize,
    blake3: String,
    ids: Vec<PassageId>,
}

impl Build {
    /// Builds and writes the graph; about a millisecond for each vector. Blocks the thread.
    ///
    /// # Errors
    /// When memory or disk space is short.
    pub fn run(self) -> Result<Built, IndexError> {
        let fail = |error: String| IndexError::Vectors(error);
        let graph = Index::new(&options(self.dimensions)).map_err(|e| fail(e.to_string()))?;
        if self.from {
            graph
                .load(&self.file.to_string_lossy())
                .map_err(|e| fail(e.to_string()))?;
        }
        graph
            .reserve(graph.size() + self.ids.len())
            .map_err(|e| fail(e.to_string()))?;
        for (id, vector) in self.ids.iter().zip(self.vectors.chunks_exact(self.dimensions)) {
            if !graph.contains(id.0 as u64) {
                graph.add(id.0 as u64, vector).map_err(|e| fail(e.to_string()))?;
            }
        }
        let file = self.file.with_extension("new");
        graph
            .save(&file.to_string_lossy())
            .map_err(|e| fail(e.to_string()))?;
        let blake3 = fingerprint(&file).map_err(|e| fail(e.to_string()))?;
        Ok(Built {
            file,
            count: graph.size(),
            blake3,
            ids: self.ids,
        })
    }
}

fn options(dimensions: usize) -> IndexOptions {
    IndexOptions {
        dimensions,
        metric: MetricKind::Cos, // of packed vectors: integers of any length
        quantization: ScalarKind::I8,
        connectivity: CONNECTIVITY,
        expansion_add: EXPANSION_BUILD,
        expansion_search: EXPANSION_SEARCH,
        multi: false,
    }
}

fn fingerprint(file: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(file)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// A cosine with the order of numbers.
#[derive(Clone, Copy, PartialEq)]
struct Cosine(f32);

impl Eq for Cosine {}

impl Ord for Cosine {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Cosine {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
