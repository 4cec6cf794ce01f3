//! Words to passages and to whole documents, with `tantivy`: BM25 over fields.
//!
//! One index holds both, so that one commit makes a document findable at both grains. A document is found by all of its
//! text as well as by its best passage: it may name its subject on one page and answer on another.
//!
//! Title, headings, text and cells of a passage are one field, and its headings one more: added scores of separate fields
//! found documents worse (docs/decisions/0006). File names are matched by the catalog, where they are few.

use std::collections::HashSet;
use std::path::Path;

use domain::{DocumentId, PassageId};
use tantivy::collector::{FilterCollector, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::fastfield::Column;
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{
    DocAddress, DocId, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, SegmentReader,
    TantivyDocument,
};

use crate::IndexError;
use crate::text::Terms;

/// Memory for what is not yet written to a segment, in bytes.
const ARENA: usize = 48 << 20;
const TOKENIZER: &str = "attache";

/// A passage as the keyword index takes it.
pub struct Entry<'a> {
    /// Its id.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Title of the document, or its file name in words.
    pub title: &'a str,
    /// Heading path.
    pub headings: &'a [String],
    /// Its text; of a table the column headings and the cells.
    pub text: &'a str,
}

/// How much a match counts in each field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Title, headings and text as one: better than any sum of separate fields for finding documents.
    pub all: f32,
    /// Headings.
    pub headings: f32,
}

/// A passage that has words of the question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeywordHit {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Sum of BM25 scores over fields, by weight.
    pub score: f32,
}

#[derive(Clone)]
struct Fields {
    passage: Field,
    document: Field,
    grain: Field,
    whole: Field,
    all: Field,
    headings: Field,
}

/// The keyword index. One writer; searching goes on while it writes.
pub struct Keywords {
    fields: Fields,
    writer: IndexWriter,
    reader: IndexReader,
}

/// The part that searches, cheap to clone.
#[derive(Clone)]
pub struct KeywordReader {
    reader: IndexReader,
    fields: Fields,
}

/// Values of the field `grain`.
const PASSAGE: u64 = 0;
const WHOLE: u64 = 1;

impl Keywords {
    /// Opens the index in `folder` if it is there, sound and belongs to the database named `epoch`; otherwise starts an
    /// empty one. The second value tells whether it is empty and must be filled.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn open(folder: &Path, epoch: &str) -> Result<(Self, bool), IndexError> {
        match Self::existing(folder, epoch) {
            Ok(Some(keywords)) => return Ok((keywords, false)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the keyword index is damaged and is made again"),
        }
        let io = |source| IndexError::Folder {
            path: folder.to_owned(),
            source,
        };
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(io)?;
        }
        std::fs::create_dir_all(folder).map_err(io)?;
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let index = Index::create(directory, schema(), IndexSettings::default())?;
        let mut keywords = Self::of(&index)?;
        keywords.commit(epoch)?;
        Ok((keywords, true))
    }

    fn existing(folder: &Path, epoch: &str) -> Result<Option<Self>, IndexError> {
        if !folder.join("meta.json").exists() {
            return Ok(None);
        }
        let index = Index::open_in_dir(folder)?;
        let same = index.schema() == schema() && index.load_metas()?.payload.as_deref() == Some(epoch);
        if !same || !index.validate_checksum()?.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self::of(&index)?))
    }

    fn of(index: &Index) -> Result<Self, IndexError> {
        index.tokenizers().register(TOKENIZER, TermTokenizer::default());
        let field = |name: &str| index.schema().get_field(name);
        let fields = Fields {
            passage: field("passage")?,
            document: field("document")?,
            grain: field("grain")?,
            whole: field("whole")?,
            all: field("all")?,
            headings: field("headings")?,
        };
        let writer = index.writer_with_num_threads(1, ARENA)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            fields,
            writer,
            reader,
        })
    }

    /// Adds a passage; found after the next [`Keywords::commit`].
    pub fn add(&self, entry: &Entry<'_>) -> Result<(), IndexError> {
        let mut document = TantivyDocument::new();
        document.add_u64(self.fields.passage, entry.passage.0 as u64);
        document.add_u64(self.fields.document, entry.document.0 as u64);
        document.add_u64(self.fields.grain, PASSAGE);
        let headings = entry.headings.join("\n");
        document.add_text(
            self.fields.all,
            format!("{}\n{headings}\n{}", entry.title, entry.text),
        );
        document.add_text(self.fields.headings, headings);
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Adds a document as a whole, from its title and the text of its passages; found after the next commit.
    pub fn add_whole<'a>(
        &self,
        id: DocumentId,
        title: &'a str,
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<(), IndexError> {
        let mut document = TantivyDocument::new();
        document.add_u64(self.fields.document, id.0 as u64);
        document.add_u64(self.fields.grain, WHOLE);
        for text in std::iter::once(title).chain(texts) {
            document.add_text(self.fields.whole, text);
        }
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Takes a document and all its passages out, after the next commit.
    pub fn delete_document(&self, document: DocumentId) {
        self.writer.delete_term(tantivy::Term::from_field_u64(
            self.fields.document,
            document.0 as u64,
        ));
    }

    /// Makes what was added and deleted durable and visible.
    pub fn commit(&mut self, epoch: &str) -> Result<(), IndexError> {
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(epoch);
        commit.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// The part that searches.
    pub fn reader(&self) -> KeywordReader {
        KeywordReader {
            reader: self.reader.clone(),
            fields: self.fields.clone(),
        }
    }
}

impl KeywordReader {
    /// The `most` best passages that have any of the terms, each term with its weight. Those for whose document
    /// `wanted` is false are passed over.
    ///
    /// # Errors
    /// When the index files cannot be read.
    pub fn search(
        &self,
        terms: &[(String, f32)],
        weights: Weights,
        most: usize,
        wanted: impl Fn(DocumentId) -> bool + Send + Sync + Clone + 'static,
    ) -> Result<Vec<KeywordHit>, IndexError> {
        if terms.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        self.best(PASSAGE, &any_of(terms, &self.weighted(weights)), most, wanted)
    }

    /// The same among the passages of these documents alone.
    ///
    /// # Errors
    /// When the index files cannot be read.
    pub fn search_among(
        &self,
        terms: &[(String, f32)],
        weights: Weights,
        most: usize,
        documents: &HashSet<DocumentId>,
    ) -> Result<Vec<KeywordHit>, IndexError> {
        if terms.is_empty() || most == 0 || documents.is_empty() {
            return Ok(Vec::new());
        }
        let ids = documents
            .iter()
            .map(|id| tantivy::Term::from_field_u64(self.fields.document, id.0 as u64));
        let among: Box<dyn Query> = Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(ids)), 0.0));
        let query: Box<dyn Query> = Box::new(any_of(terms, &self.weighted(weights)));
        let query = BooleanQuery::new(vec![(Occur::Must, among), (Occur::Must, query)]);
        self.best(PASSAGE, &query, most, |_| true)
    }

    fn weighted(&self, weights: Weights) -> [(Field, f32); 2] {
        [
            (self.fields.all, weights.all),
            (self.fields.headings, weights.headings),
        ]
    }

    /// The `most` best documents by all of their text, with their scores.
    ///
    /// # Errors
    /// When the index files cannot be read.
    pub fn search_whole(
        &self,
        terms: &[(String, f32)],
        most: usize,
        wanted: impl Fn(DocumentId) -> bool + Send + Sync + Clone + 'static,
    ) -> Result<Vec<(DocumentId, f32)>, IndexError> {
        if terms.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let query = any_of(terms, &[(self.fields.whole, 1.0)]);
        let found = self.best(WHOLE, &query, most, wanted)?;
        Ok(found
            .into_iter()
            .map(|best| (best.document, best.score))
            .collect())
    }

    /// The best of a kind.
    fn best(
        &self,
        grain: u64,
        query: &dyn Query,
        most: usize,
        wanted: impl Fn(DocumentId) -> bool + Send + Sync + Clone + 'static,
    ) -> Result<Vec<KeywordHit>, IndexError> {
        let searcher = self.reader.searcher();
        let statistics = OfGrain {
            searcher: &searcher,
            all: tantivy::Term::from_field_u64(self.fields.grain, grain),
        };
        let ids = searcher.segment_readers().iter().map(Ids::of);
        let ids: Vec<Ids> = ids.collect::<Result<_, _>>()?;
        let located = |found: Vec<(f32, DocAddress)>| -> Vec<KeywordHit> {
            let hit =
                |(score, at): (f32, DocAddress)| ids.get(at.segment_ord as usize)?.hit(at.doc_id, score);
            found.into_iter().filter_map(hit).collect()
        };
        // A filter forbids to pass over blocks that cannot reach the best. Mostly nearly everything is wanted: then a few
        // more are fetched and the unwanted dropped.
        let fetched = most + most / 4 + 50;
        let top = TopDocs::with_limit(fetched).order_by_score();
        let found = searcher.search_with_statistics_provider(query, &top, &statistics)?;
        let all = found.len() < fetched;
        let mut best = located(found);
        best.retain(|best| wanted(best.document));
        if all || best.len() >= most {
            best.truncate(most);
            return Ok(best);
        }
        let top = TopDocs::with_limit(most).order_by_score();
        let filtered = FilterCollector::new(
            "document".to_owned(),
            move |id: u64| wanted(DocumentId(id as i64)),
            top,
        );
        Ok(located(searcher.search_with_statistics_provider(
            query,
            &filtered,
            &statistics,
        )?))
    }
}

/// The ids in a segment. Opening a column costs more than all that is read from it in a search.
struct Ids {
    document: Column<u64>,
    passage: Column<u64>,
}

impl Ids {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            document: columns.u64("document")?,
            passage: columns.u64("passage")?,
        })
    }

    /// Something found. A whole document is no passage: then that id is 0.
    fn hit(&self, at: DocId, score: f32) -> Option<KeywordHit> {
        Some(KeywordHit {
            passage: PassageId(self.passage.first(at).unwrap_or(0) as i64),
            document: DocumentId(self.document.first(at)? as i64),
            score,
        })
    }
}

/// Anything that has a term in a field, each with its weight.
fn any_of(terms: &[(String, f32)], fields: &[(Field, f32)]) -> BooleanQuery {
    let used = fields.iter().filter(|(_, weight)| *weight > 0.0);
    let clauses = terms.iter().flat_map(|(term, weight)| {
        used.clone().map(move |(field, field_weight)| {
            let term = tantivy::Term::from_field_text(*field, term);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            let query: Box<dyn Query> = Box::new(BoostQuery::new(Box::new(query), weight * field_weight));
            (Occur::Should, query)
        })
    });
    BooleanQuery::new(clauses.collect())
}

/// Statistics of passages alone, or of documents alone: BM25 compares a length with the mean length of its own kind.
struct OfGrain<'a> {
    searcher: &'a Searcher,
    /// Held by all of the kind, the deleted but not yet merged away included, as for every other term.
    all: tantivy::Term,
}

impl Bm25StatisticsProvider for OfGrain<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.doc_freq(&self.all)
    }

    fn doc_freq(&self, term: &tantivy::Term) -> tantivy::Result<u64> {
        Bm25StatisticsProvider::doc_freq(self.searcher, term)
    }
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    let id = NumericOptions::default() | FAST | INDEXED;
    schema.add_u64_field("passage", id.clone());
    schema.add_u64_field("document", id);
    schema.add_u64_field("grain", INDEXED);
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqs);
    let text = TextOptions::default().set_indexing_options(indexing);
    for name in ["whole", "all", "headings"] {
        schema.add_text_field(name, text.clone());
    }
    schema.build()
}

#[derive(Clone, Default)]
struct TermTokenizer(Terms);

struct TermStream<'a> {
    terms: &'a Terms,
    next: usize,
    token: Token,
}

impl Tokenizer for TermTokenizer {
    type TokenStream<'a> = TermStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream<'a> {
        self.0.cut(text);
        TermStream {
            terms: &self.0,
            next: 0,
            token: Token::default(),
        }
    }
}

impl TokenStream for TermStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((text, position)) = self.terms.get(self.next) else {
            return false;
        };
        self.next += 1;
        self.token.text.clear();
        self.token.text.push_str(text);
        self.token.position = position;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;

    const ALL: Weights = Weights {
        all: 1.0,
        headings: 0.0,
    };

    /// An index of documents numbered from 0, each a list of passages.
    fn index(documents: &[Vec<String>]) -> (tempfile::TempDir, KeywordReader) {
        let folder = tempfile::tempdir().unwrap();
        let (mut keywords, _) = Keywords::open(folder.path(), "epoch").unwrap();
        let mut passage = 0;
        for (document, texts) in (0..).map(DocumentId).zip(documents) {
            for text in texts {
                passage += 1;
                keywords
                    .add(&Entry {
                        passage: PassageId(passage),
                        document,
                        title: "",
                        headings: &[],
                        text,
                    })
                    .unwrap();
            }
            keywords
                .add_whole(document, "", texts.iter().map(String::as_str))
                .unwrap();
        }
        keywords.commit("epoch").unwrap();
        (folder, keywords.reader())
    }

    fn asked(text: &str) -> Vec<(String, f32)> {
        terms(text).into_iter().map(|term| (term.text, 1.0)).collect()
    }

    #[test]
    fn a_document_is_found_by_words_that_stand_in_different_passages() {
        let (_folder, reader) = index(&[
            vec!["Halden contract".into(), "uptime of the robots".into()],
            vec!["Halden contract Halden".into(), "payment terms".into()],
        ]);
        let found = reader
            .search_whole(&asked("Halden uptime"), 10, |_| true)
            .unwrap();
        assert_eq!((found[0].0, found.len()), (DocumentId(0), 2));
        assert!(found[0].1 > found[1].1);
    }

    #[test]
    fn what_is_not_wanted_never_hides_what_is() {
        let mut documents: Vec<Vec<String>> = vec![vec!["uptime uptime uptime".into()]; 300];
        documents.push(vec!["uptime among many other words of a long passage".into()]);
        let (_folder, reader) = index(&documents);
        let last = DocumentId(300);
        let found = reader
            .search(&asked("uptime"), ALL, 2, move |id| id == last)
            .unwrap();
        assert_eq!(found.iter().map(|hit| hit.document).collect::<Vec<_>>(), [last]);
    }

    #[test]
    fn among_some_documents_only_their_passages_are_found_and_only_with_a_word_of_the_question() {
        let documents: Vec<Vec<String>> = (0..9)
            .map(|n| vec![format!("uptime report {n}"), "nothing of it".into()])
            .collect();
        let (_folder, reader) = index(&documents);
        let among = HashSet::from([DocumentId(3), DocumentId(5)]);
        let mut found: Vec<_> = reader
            .search_among(&asked("uptime"), ALL, 10, &among)
            .unwrap()
            .into_iter()
            .map(|hit| (hit.document, hit.passage))
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [(DocumentId(3), PassageId(7)), (DocumentId(5), PassageId(11))]
        );
    }

    #[test]
    fn a_passage_scores_the_same_whether_or_not_its_document_is_also_found_as_a_whole() {
        let (_folder, reader) = index(&[vec!["uptime".into(), "robot".into()], vec!["robot uptime".into()]]);
        let found = reader.search(&asked("uptime"), ALL, 10, |_| true).unwrap();
        // BM25 of one word in 2 of 3 passages, the mean length being 4/3 words, k1 = 1.2, b = 0.75.
        let idf = (1.0 + (3.0 - 2.0 + 0.5) / (2.0 + 0.5_f32)).ln();
        let expected = |length: f32| idf * 2.2 / (1.0 + 1.2 * (0.25 + 0.75 * length / (4.0 / 3.0)));
        let scores: Vec<f32> = found.iter().map(|hit| hit.score).collect();
        assert!(
            (scores[0] - expected(1.0)).abs() < 1e-4 && (scores[1] - expected(2.0)).abs() < 1e-4,
            "{scores:?}"
        );
    }
}
