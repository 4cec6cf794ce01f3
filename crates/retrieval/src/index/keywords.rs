//! Words to passages and to whole documents, with `tantivy`: BM25 over fields.
//!
//! One index holds both, so that one commit makes a document findable at both grains. A document is found by all of its
//! text as well as by its best passage: it may name its subject on one page and answer on another.

use std::path::Path;

use domain::{DocumentId, PassageId};
use tantivy::collector::{FilterCollector, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::fastfield::FastFieldReaders;
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{
    DocId, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument,
};

use crate::IndexError;
use crate::text::{Term, terms};

/// Memory for what is not yet written to a segment, in bytes.
const ARENA: usize = 48 << 20;
const TOKENIZER: &str = "attache";

/// A passage as the keyword index takes it.
pub struct Entry<'a> {
    /// Its id.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Path of the file below its folder.
    pub path: &'a str,
    /// Title of the document, or its file name in words.
    pub title: &'a str,
    /// Heading path.
    pub headings: &'a [String],
    /// Its text, unless it is a table.
    pub text: &'a str,
    /// `text` is a table.
    pub tabular: bool,
}

/// How much a match counts in each field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Title, headings and text as one: better than any sum of separate fields for finding documents.
    pub all: f32,
    /// File name and folders.
    pub name: f32,
    /// Headings.
    pub headings: f32,
    /// Text outside tables.
    pub body: f32,
    /// Table cells.
    pub cells: f32,
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
    name: Field,
    headings: Field,
    body: Field,
    cells: Field,
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
        index.tokenizers().register(TOKENIZER, TermTokenizer);
        let field = |name: &str| index.schema().get_field(name);
        let fields = Fields {
            passage: field("passage")?,
            document: field("document")?,
            grain: field("grain")?,
            whole: field("whole")?,
            all: field("all")?,
            name: field("name")?,
            headings: field("headings")?,
            body: field("body")?,
            cells: field("cells")?,
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
        document.add_text(self.fields.name, entry.path);
        document.add_text(self.fields.headings, headings);
        document.add_text(
            if entry.tabular {
                self.fields.cells
            } else {
                self.fields.body
            },
            entry.text,
        );
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
        let fields = [
            (self.fields.all, weights.all),
            (self.fields.name, weights.name),
            (self.fields.headings, weights.headings),
            (self.fields.body, weights.body),
            (self.fields.cells, weights.cells),
        ];
        let query = any_of(terms, &fields);
        let found = self.best(PASSAGE, &query, most, wanted)?;
        found
            .into_iter()
            .map(|(score, columns, address)| {
                Ok(KeywordHit {
                    passage: PassageId(columns.u64("passage")?.first(address).unwrap_or(0) as i64),
                    document: DocumentId(columns.u64("document")?.first(address).unwrap_or(0) as i64),
                    score,
                })
            })
            .collect()
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
        found
            .into_iter()
            .map(|(score, columns, address)| {
                let document = columns.u64("document")?.first(address).unwrap_or(0);
                Ok((DocumentId(document as i64), score))
            })
            .collect()
    }

    fn best(
        &self,
        grain: u64,
        query: &dyn Query,
        most: usize,
        wanted: impl Fn(DocumentId) -> bool + Send + Sync + Clone + 'static,
    ) -> Result<Vec<(f32, FastFieldReaders, DocId)>, IndexError> {
        let searcher = self.reader.searcher();
        let statistics = OfGrain {
            searcher: &searcher,
            all: tantivy::Term::from_field_u64(self.fields.grain, grain),
        };
        let top = TopDocs::with_limit(most).order_by_score();
        let wanted = FilterCollector::new(
            "document".to_owned(),
            move |id: u64| wanted(DocumentId(id as i64)),
            top,
        );
        let found = searcher.search_with_statistics_provider(query, &wanted, &statistics)?;
        let columns = |segment| searcher.segment_reader(segment).fast_fields().clone();
        Ok(found
            .into_iter()
            .map(|(score, address)| (score, columns(address.segment_ord), address.doc_id))
            .collect())
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
    for name in ["whole", "all", "name", "headings", "body", "cells"] {
        schema.add_text_field(name, text.clone());
    }
    schema.build()
}

#[derive(Clone)]
struct TermTokenizer;

struct TermStream {
    terms: std::vec::IntoIter<Term>,
    token: Token,
}

impl Tokenizer for TermTokenizer {
    type TokenStream<'a> = TermStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream {
        TermStream {
            terms: terms(text).into_iter(),
            token: Token::default(),
        }
    }
}

impl TokenStream for TermStream {
    fn advance(&mut self) -> bool {
        let Some(term) = self.terms.next() else {
            return false;
        };
        self.token.text = term.text;
        self.token.position = term.position;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
