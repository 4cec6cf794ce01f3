//! Vectors to passages: an HNSW graph of `usearch` in a memory-mapped file, and the vectors that came since it was
//! built, compared one by one.
//!
//! Comparing 20,000 vectors takes about a millisecond, so a small collection needs no graph at all, and a new passage
//! is found by meaning as soon as it is embedded. When more than [`LOOSE`] have gathered, they are built into the
//! graph, each once. Passages that are gone are filtered out when searching; a graph that holds too many of them is
//! built anew from the stored embeddings.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use domain::PassageId;
use serde::{Deserialize, Serialize};
use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::IndexError;

/// Most vectors outside the graph.
pub const LOOSE: usize = 20_000;
/// Links of a node; with the two figures below, recall@10 against exact search is above 0.99 at 100,000 passages.
const CONNECTIVITY: usize = 24;
const EXPANSION_BUILD: usize = 160;
const EXPANSION_SEARCH: usize = 128;

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
    loose: Vec<f32>,
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

    /// Adds a vector outside the graph.
    pub fn add(&mut self, id: PassageId, vector: &[f32]) {
        if vector.len() == self.dimensions && !self.in_graph(id) && !self.loose_at.contains_key(&id) {
            self.loose_at.insert(id, self.loose_ids.len());
            self.loose_ids.push(id);
            self.loose.extend_from_slice(vector);
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
        let mut found: Vec<(PassageId, f32)> = Vec::new();
        if let Some(graph) = &self.graph {
            match graph.filtered_search(question, most, |key| wanted(PassageId(key as i64))) {
                Ok(matches) => {
                    let near = matches.keys.iter().zip(&matches.distances);
                    found.extend(near.map(|(key, distance)| (PassageId(*key as i64), 1.0 - distance)));
                }
                Err(error) => tracing::warn!(%error, "the vector graph could not be searched"),
            }
        }
        let loose = self
            .loose_ids
            .iter()
            .zip(self.loose.chunks_exact(self.dimensions));
        found.extend(
            loose
                .filter(|(id, _)| wanted(**id))
                .map(|(id, vector)| (*id, dot(question, vector))),
        );
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
    }

    /// The cosine of one passage, if it has a vector.
    pub fn similarity(&self, question: &[f32], id: PassageId) -> Option<f32> {
        if let Some(at) = self.loose_at.get(&id) {
            return Some(dot(
                question,
                &self.loose[at * self.dimensions..][..self.dimensions],
            ));
        }
        let mut vector = vec![0.0f32; self.dimensions];
        let graph = self.graph.as_ref()?;
        let count = graph.get(id.0 as u64, &mut vector).ok()?;
        (count == 1).then(|| dot(question, &vector))
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
    vectors: Vec<f32>,
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
        metric: MetricKind::IP,
        quantization: ScalarKind::F16,
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

/// Eight sums side by side, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0f32; 8];
    for (a, b) in a.zip(b) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}
