//! The product's library as the benchmarks use it: opened in a process of its own, so that its time and memory are not
//! mixed with anything else's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{FileStatus, Labels, Source, SourceId};
use retrieval::embed::{Embedder, ModelFiles};
use retrieval::extract::ReaderConfig;
use retrieval::search::{Hit, Mode, Query, embedded_text};
use retrieval::{Library, LibraryConfig, Until};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::machine::{Memory, memory, own_cpu, threads};
use crate::{Outcome, corpus};

/// Longer than anything here takes on a slow machine; then the benchmark says what never came.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a library lies and what it watches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Folder of the index.
    pub index: PathBuf,
    /// The watched folder.
    pub folder: PathBuf,
    /// Folder of the model; none for words only.
    pub model: Option<PathBuf>,
}

impl Place {
    async fn open(&self) -> Outcome<Library> {
        let parts = app::Parts::find();
        let program = parts
            .reader
            .ok_or("`attache-extract` is not beside this program: run `make bench`")?;
        let runtime = parts
            .onnxruntime
            .ok_or("ONNX Runtime is missing: run `scripts/setup.sh`")?;
        let model = self.model.clone().map(|folder| ModelFiles { folder, runtime });
        let library = Library::open(LibraryConfig {
            folder: self.index.clone(),
            model,
            readers: ReaderConfig {
                program,
                pdfium: parts.pdfium,
                limits: extraction::Limits::default(),
                workers: threads().clamp(1, 4),
            },
            threads: threads(),
        })
        .await?;
        library.set_sources(vec![source(1, &self.folder)]).await?;
        Ok(library)
    }
}

fn source(id: i64, root: &Path) -> Source {
    let (root, collection) = (root.to_owned(), "Bench".to_owned());
    Source {
        id: SourceId(id),
        root,
        collection,
        labels: Labels::default(),
        system: None,
    }
}

/// The texts of all passages of a folder, as they are embedded, each once.
pub async fn passages(place: &Place) -> Outcome<Vec<String>> {
    let library = place.open().await?;
    let mut seen = std::collections::HashSet::new();
    let mut texts = Vec::new();
    for path in corpus::files(&place.folder)? {
        let below = path.strip_prefix(&place.folder)?.to_string_lossy().into_owned();
        let (reading, drafts) = library.extract(&path).await;
        for draft in drafts {
            let title = reading.document.title.as_deref();
            let text = embedded_text(title, &below, &draft.headings, &draft.text);
            if seen.insert(text.clone()) {
                texts.push(text);
            }
        }
    }
    library.close().await;
    Ok(texts)
}

/// How indexing a folder went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Indexed {
    /// Passages there are.
    pub passages: u64,
    /// Passages that went through the model.
    pub embedded: u64,
    /// Seconds until every file was found by its words.
    pub worded: f64,
    /// Seconds until all was embedded and nothing was left to do.
    pub seconds: f64,
    /// CPU seconds of this process from `worded` to `seconds`, all its threads: embedding and storing.
    pub cpu: f64,
    /// Of pairs of files that were not found at the same moment, the share where the newer one came first; 1 if none.
    pub newest_first: f64,
}

/// Indexes a folder until nothing is left to do.
pub async fn index(place: &Place) -> Outcome<Indexed> {
    let library = place.open().await?;
    let oldest = oldest(&place.folder)?;
    let started = Instant::now();
    let run = {
        let library = library.clone();
        tokio::spawn(async move { library.index(Until::Idle, CancellationToken::new()).await })
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut looks = 0;
    while !run.is_finished() {
        looks += 1;
        let files = library.files().await?;
        let all = !files.is_empty() && files.iter().all(|file| file.status != FileStatus::Waiting);
        for file in files {
            if file.status == FileStatus::Indexed {
                seen.entry(file.file).or_insert(looks);
            }
        }
        if all && is_found(&library, &oldest).await? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (worded, before) = (started.elapsed().as_secs_f64(), own_cpu()?);
    run.await??;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), own_cpu()? - before);
    let passages = library.status().await?.passages;
    let embedded = library.embedded_since_start();
    library.close().await;
    Ok(Indexed {
        passages,
        embedded,
        worded,
        seconds,
        cpu,
        newest_first: newest_first(&place.folder, &seen)?,
    })
}

fn oldest(folder: &Path) -> Outcome<String> {
    let dated = dates(folder)?;
    let oldest = dated.into_iter().min_by_key(|(_, date)| *date);
    Ok(oldest.ok_or("the folder is empty")?.0)
}

fn dates(folder: &Path) -> Outcome<HashMap<String, std::time::SystemTime>> {
    let dated = corpus::files(folder)?.into_iter().map(|path| {
        let below = path.strip_prefix(folder)?.to_string_lossy().into_owned();
        Ok((below, std::fs::metadata(&path)?.modified()?))
    });
    dated.collect()
}

async fn is_found(library: &Library, file: &str) -> Outcome<bool> {
    let hits = find(library, &file.replace(['/', '.'], " "), Mode::Keyword, 20).await?;
    Ok(hits.iter().any(|hit| hit.file == file))
}

fn newest_first(folder: &Path, seen: &HashMap<String, usize>) -> Outcome<f64> {
    let dates = dates(folder)?;
    let files: Vec<_> = seen
        .iter()
        .filter_map(|(file, look)| Some((*dates.get(file)?, *look)))
        .collect();
    let (mut right, mut pairs) = (0u64, 0u64);
    for (at, (date, look)) in files.iter().enumerate() {
        for (other_date, other_look) in files[at + 1..].iter().filter(|other| other.1 != *look) {
            pairs += 1;
            right += u64::from((date > other_date) == (look < other_look));
        }
    }
    Ok(if pairs == 0 {
        1.0
    } else {
        right as f64 / pairs as f64
    })
}

async fn find(library: &Library, question: &str, mode: Mode, most: usize) -> Outcome<Vec<Hit>> {
    let query = Query {
        mode,
        ..Query::new(question, most)
    };
    Ok(library.search(&query).await?.hits)
}

/// Changes one paragraph of a file that is indexed already and indexes again. Returns how many passages were embedded
/// again, and how many there are.
pub async fn edit(place: &Place, file: &Path, paragraph: &str) -> Outcome<(u64, u64)> {
    let library = place.open().await?;
    let text = std::fs::read_to_string(file)?;
    let middle = text.len() / 2;
    let at = (middle..text.len())
        .find(|at| text.get(*at..*at + 2) == Some("\n\n") && text.get(*at + 2..*at + 3) != Some("#"))
        .ok_or("the document has no paragraph after its middle")?;
    let end = text[at + 2..].find("\n\n").map_or(text.len(), |end| at + 2 + end);
    std::fs::write(file, format!("{}\n\n{paragraph}{}", &text[..at], &text[end..]))?;
    library.index(Until::Idle, CancellationToken::new()).await?;
    let counts = (library.embedded_since_start(), library.status().await?.passages);
    library.close().await;
    Ok(counts)
}

/// A document to save while the library is watched.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Save {
    /// File name.
    pub name: String,
    /// What is in it.
    pub text: String,
    /// A word of its last paragraph that is nowhere else.
    pub word: String,
    /// That paragraph.
    pub paragraph: String,
}

/// Milliseconds until saved documents were found, and how long questions took meanwhile.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Fresh {
    /// Until the word was found by words, for each document.
    pub keyword: Vec<f64>,
    /// Until the paragraph was found by meaning.
    pub vector: Vec<f64>,
    /// Questions asked in between.
    pub questions: Vec<f64>,
    /// The work in the background lasted until the end.
    pub busy: bool,
}

/// Saves documents while the library watches: half of them at rest, half while the folder `large` is taken in, which
/// becomes a second watched folder.
pub async fn fresh(
    place: &Place,
    large: &Path,
    saves: &[Save],
    questions: &[String],
) -> Outcome<(Fresh, Fresh)> {
    let library = place.open().await?;
    let stop = CancellationToken::new();
    let run = {
        let (library, stop) = (library.clone(), stop.clone());
        tokio::spawn(async move { library.index(Until::Stopped, stop).await })
    };
    until(&library, "idle", OFTEN, is_idle).await?;
    for question in questions {
        find(&library, question, Mode::Hybrid, 10).await?; // the model is loaded at the first question
    }
    let (at_rest, meanwhile) = saves.split_at(saves.len() / 2);
    let rest = save_all(&library, &place.folder, at_rest, questions, true).await?;
    library
        .set_sources(vec![source(1, &place.folder), source(2, large)])
        .await?;
    until(&library, "busy", OFTEN, is_busy).await?;
    let busy = save_all(&library, &place.folder, meanwhile, questions, false).await?;
    stop.cancel();
    run.await??;
    library.close().await;
    Ok((rest, busy))
}

async fn save_all(
    library: &Library,
    folder: &Path,
    saves: &[Save],
    questions: &[String],
    rest_between: bool,
) -> Outcome<Fresh> {
    let mut fresh = Fresh::default();
    for (at, save) in saves.iter().enumerate() {
        for question in questions.iter().cycle().skip(at * 5).take(5) {
            let asked = Instant::now();
            find(library, question, Mode::Hybrid, 10).await?;
            fresh.questions.push(milliseconds(asked));
        }
        let saved = Instant::now();
        std::fs::write(folder.join(&save.name), &save.text)?;
        let found = |mode, question: &str| holds(library.clone(), save.clone(), mode, question.to_owned());
        until(library, &save.name, OFTEN, |_| found(Mode::Keyword, &save.word)).await?;
        fresh.keyword.push(milliseconds(saved));
        until(library, &save.name, SELDOM, |_| {
            found(Mode::Vector, &save.paragraph)
        })
        .await?;
        fresh.vector.push(milliseconds(saved));
        if rest_between {
            until(library, "idle", OFTEN, is_idle).await?;
        }
    }
    fresh.busy = !library.progress().borrow().idle;
    Ok(fresh)
}

async fn is_idle(library: Library) -> Outcome<bool> {
    Ok(library.progress().borrow().idle)
}

async fn is_busy(library: Library) -> Outcome<bool> {
    Ok(!library.progress().borrow().idle)
}

/// Whether the question finds the paragraph with the word.
async fn holds(library: Library, save: Save, mode: Mode, question: String) -> Outcome<bool> {
    let hits = find(&library, &question, mode, 10).await?;
    Ok(hits
        .iter()
        .any(|hit| hit.file == save.name && hit.passage.contains(&save.word)))
}

/// Between two looks by words, which take a millisecond.
const OFTEN: Duration = Duration::from_millis(5);
/// Between two looks by meaning: each runs the model, and what is looked for waits for the same cores.
const SELDOM: Duration = Duration::from_millis(100);

/// Looks until it is so: what is measured is when it becomes true, so looking is the measurement, and `pause` its error.
async fn until<F: Future<Output = Outcome<bool>>>(
    library: &Library,
    what: &str,
    pause: Duration,
    so: impl Fn(Library) -> F,
) -> Outcome<()> {
    let started = Instant::now();
    while !so(library.clone()).await? {
        if started.elapsed() > PATIENCE {
            return Err(format!("after {PATIENCE:?} still not so: {what}").into());
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// How questions were answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Milliseconds of each question, by words and meaning, the model's run included.
    pub hybrid: Vec<f64>,
    /// The same by words only.
    pub keyword: Vec<f64>,
    /// Passages there are.
    pub passages: u64,
    /// Seconds from start until the first question could be asked.
    pub open: f64,
    /// Memory after all questions.
    pub memory: Memory,
}

/// Opens a library that is indexed and asks.
pub async fn ask(place: &Place, questions: &[String]) -> Outcome<Asked> {
    let started = Instant::now();
    let library = place.open().await?;
    let open = started.elapsed().as_secs_f64();
    let passages = library.status().await?.passages;
    let (warm, asked) = questions.split_at(questions.len() / 10);
    let mut times = Vec::new();
    for mode in [Mode::Hybrid, Mode::Keyword] {
        for question in warm {
            find(&library, question, mode, 10).await?;
        }
        let mut took = Vec::new();
        for question in asked {
            let started = Instant::now();
            let hits = find(&library, question, mode, 10).await?;
            took.push(milliseconds(started));
            if hits.is_empty() {
                return Err(format!("nothing was found for `{question}`").into());
            }
        }
        times.push(took);
    }
    let memory = memory()?;
    library.close().await;
    let keyword = times.pop().unwrap_or_default();
    let hybrid = times.pop().unwrap_or_default();
    Ok(Asked {
        hybrid,
        keyword,
        passages,
        open,
        memory,
    })
}

/// Of the ten passages nearest to each question, the share that the vector index finds. The nearest are found by comparing
/// the vectors as the model gave them, before they were packed, one by one; what is as near as the tenth counts as it.
pub async fn recall(place: &Place, words: &Path, texts: &Path, questions: &[String]) -> Outcome<f64> {
    let runtime = app::Parts::find()
        .onnxruntime
        .ok_or("ONNX Runtime is missing: run `scripts/setup.sh`")?;
    let folder = words.to_owned();
    let model = Embedder::load(&ModelFiles { folder, runtime }, threads())?;
    let texts: Vec<String> = crate::part::read_texts(texts)?;
    let mut vectors = Vec::with_capacity(texts.len());
    for texts in texts.chunks(512) {
        vectors.extend(model.embed(texts)?);
    }
    let at: HashMap<&str, usize> = texts.iter().map(String::as_str).zip(0..).collect();
    let library = place.open().await?;
    let (mut found, mut all) = (0, 0);
    for question in questions {
        let embedded = library.embed(vec![question.clone()]).await?;
        let asked = embedded
            .and_then(|mut vectors| vectors.pop())
            .ok_or("there is no model")?;
        let cosine = |vector: &Vec<f32>| vector.iter().zip(&asked).map(|(a, b)| a * b).sum::<f32>();
        let near: Vec<f32> = vectors.iter().map(cosine).collect();
        let mut sorted = near.clone();
        let tenth = *sorted.select_nth_unstable_by(9, |a, b| b.total_cmp(a)).1;
        for hit in find(&library, question, Mode::Vector, 10).await? {
            let text = embedded_text(hit.title.as_deref(), &hit.file, &hit.headings, &hit.passage);
            let index = at
                .get(text.as_str())
                .ok_or("a passage was found that was not indexed")?;
            found += u32::from(near[*index] >= tenth - 1e-6);
        }
        all += 10;
    }
    library.close().await;
    Ok(f64::from(found) / f64::from(all.max(1)))
}
