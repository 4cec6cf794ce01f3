//! Words that mean nearly the same by the embedding model, so that `secrecy` finds `confidentiality`.

use std::collections::{BTreeSet, HashMap};

use super::asked::Asked;
use super::setting::Setting;
use super::unit::Unit;
use super::words::{Kind, Token, alike};

/// Words of the evidence that are compared by meaning.
const WORDS: usize = 80;
/// Cosine from which two words may mean the same. Unrelated words of one trade (`penalty`, `credit`) stay below.
const NEAR: f32 = 0.5;
/// How much a word of the same meaning counts beside the word itself.
const MOST: f32 = 0.8;

/// How near words of the evidence come to words of the question. Empty without a model.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// By the stem that is asked, then by the stem that was found.
    near: HashMap<String, HashMap<String, f32>>,
}

/// The words to compare: those of the question and those of the evidence, each once, as they are given to the model.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// Stem and text.
    pub asked: Vec<(String, String)>,
    /// Stem and text.
    pub found: Vec<(String, String)>,
}

impl Words {
    /// Words of the question that name nothing, and words of these units and of what they stand in, in this order.
    pub(crate) fn of<'a>(
        asked: &Asked,
        units: impl Iterator<Item = &'a Unit>,
        settings: &'a [Setting],
    ) -> Self {
        let own: Vec<&Token> = asked.terms.iter().filter(|term| !asked.names(term)).collect();
        let asked = once(own.iter().copied(), usize::MAX);
        let found = units.flat_map(|unit| {
            let frame = settings.get(unit.evidence).map(|setting| setting.frame.iter());
            unit.own
                .iter()
                .chain(&unit.under)
                .chain(frame.into_iter().flatten())
        });
        let found = if asked.is_empty() {
            Vec::new()
        } else {
            // A word that the question says needs no model.
            let said = |token: &&Token| own.iter().any(|term| alike(term, token) >= MOST);
            once(found.filter(|token| !said(token)), WORDS)
        };
        Self { asked, found }
    }

    /// What the model reads: nothing where there is nothing to compare.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &String> {
        let asked = self.asked.iter().filter(|_| !self.found.is_empty());
        asked.chain(&self.found).map(|(_, text)| text)
    }
}

fn once<'a>(tokens: impl Iterator<Item = &'a Token>, most: usize) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    tokens
        .filter(|token| token.kind == Kind::Word && !token.stop)
        .filter(|token| {
            token.raw.chars().count() >= 3 && token.raw.chars().all(|c| c.is_alphabetic() || c == '-')
        })
        .filter(|token| seen.insert(token.stem.clone()))
        .take(most)
        .map(|token| (token.stem.clone(), token.raw.to_lowercase()))
        .collect()
}

impl Meanings {
    /// From the words and one vector for each, the asked ones first; vectors have length 1.
    pub(crate) fn of(words: &Words, vectors: &[Vec<f32>]) -> Self {
        let (asked, found) = vectors.split_at(words.asked.len().min(vectors.len()));
        let nearness = |a: &[f32], b: &[f32]| {
            let cosine: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            (cosine >= NEAR).then(|| (MOST * (0.5 + 2.5 * (cosine - NEAR))).min(MOST))
        };
        let row = |vector: &Vec<f32>| -> HashMap<String, f32> {
            words
                .found
                .iter()
                .zip(found)
                .filter_map(|((stem, _), other)| Some((stem.clone(), nearness(vector, other)?)))
                .collect()
        };
        let near = words.asked.iter().zip(asked);
        Self {
            near: near
                .map(|((stem, _), vector)| (stem.clone(), row(vector)))
                .collect(),
        }
    }

    /// How well a word of a text stands for a word of the question, from 0 to 1: by form, else by meaning.
    pub(crate) fn alike(&self, asked: &Token, found: &Token) -> f32 {
        let by_form = alike(asked, found);
        if by_form >= MOST {
            return by_form;
        }
        let by_meaning = self.near.get(&asked.stem).and_then(|row| row.get(&found.stem));
        by_form.max(by_meaning.copied().unwrap_or(0.0))
    }
}
