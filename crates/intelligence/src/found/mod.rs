//! The engine without a language model.
//!
//! The evidence is cut into sentences, list items and table rows (`split`, `table`, `unit`); the question is read for
//! what it asks and names (`asked`); each piece is scored by shared words, what stands around it (`setting`), the kind of
//! value asked for and, where there is an embedding model, by meaning, of the piece and of its words (`score`,
//! `meaning`); the best ones that say different things become the answer (`select`), and sources that give other values
//! are shown beside them (`conflict`).

mod asked;
mod conflict;
mod expects;
mod meaning;
mod noise;
mod period;
mod score;
mod select;
mod setting;
mod split;
mod table;
mod unit;
mod values;
mod words;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use self::asked::{Anchor, AnchorKind, Asked};
use self::meaning::{Meanings, Words};
use self::score::{Scene, Signs, Weighed, signs};
use self::select::{Chosen, Scored, select};
use self::setting::{mentions, settings};
use self::unit::{Unit, mark_headings, mark_repeated, units};
use self::words::Reader;
use crate::{
    Answer, AnswerEvent, AnswerStream, AnswerTask, Conflict, Embed, Engine, Evidence, Outcome, Sentence,
};

/// Answers with sentences and table rows of the evidence, word for word. Needs no language model.
#[derive(Clone, Default)]
pub struct FoundInDocuments {
    embed: Option<Arc<dyn Embed>>,
}

/// Pieces that are compared with the question by meaning; the others were far behind by words already. A question
/// waits for the model, so these and the words (`meaning::WORDS`) are few.
const EMBEDDED: usize = 12;
/// Pieces whose words are compared with those of the question by meaning.
const READ: usize = 32;

const LABEL: &str = "found in your documents";
const NOTHING: &str = "Nothing in your folders answers this.";

impl FoundInDocuments {
    /// Compares by words and, where there is a model, by meaning.
    pub fn new(embed: Option<Arc<dyn Embed>>) -> Self {
        Self { embed }
    }

    /// One vector a text, or a notice why words alone have to do.
    async fn vectors(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Option<String>> {
        let Some(embed) = &self.embed else {
            return Err(None);
        };
        let failed = |why: String| Some(format!("Sentences were compared by their words only: {why}."));
        let mut out = vec![Vec::new(); texts.len()];
        for batch in alike_in_length(texts) {
            let given: Vec<String> = batch.iter().map(|index| texts[*index].clone()).collect();
            let vectors = embed.embed(&given).await;
            let vectors = vectors.map_err(|error| failed(error.to_string()))?;
            if vectors.len() != batch.len() {
                return Err(failed("the model gave the wrong number of vectors".into()));
            }
            for (index, vector) in batch.into_iter().zip(vectors) {
                out[index] = vector;
            }
        }
        let length = out.first().map_or(0, Vec::len);
        if length == 0 || out.iter().any(|vector| vector.len() != length) {
            return Err(failed("the model gave vectors of the wrong length".into()));
        }
        Ok(out)
    }
}

/// Texts in batches, by index. A model fills each text of a batch up to the longest: a word beside a long sentence would
/// take as much time as the sentence.
fn alike_in_length(texts: &[String]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|index| texts[*index].len());
    let mut out: Vec<Vec<usize>> = Vec::new();
    for index in order {
        let fits = |batch: &&mut Vec<usize>| texts[index].len() <= 12 + texts[batch[0]].len() * 5 / 4;
        match out.last_mut().filter(fits) {
            Some(batch) => batch.push(index),
            None => out.push(vec![index]),
        }
    }
    out
}

impl Engine for FoundInDocuments {
    fn label(&self) -> &str {
        LABEL
    }

    fn answer<'a>(&'a self, task: &'a AnswerTask, cancel: CancellationToken) -> AnswerStream<'a> {
        Box::pin(async_stream::stream! {
            let mut answer = Answer {
                sentences: Vec::new(),
                conflicts: Vec::new(),
                outcome: Outcome::Cancelled,
                engine: LABEL.to_owned(),
                notices: Vec::new(),
            };
            let Some(found) = self.find(task, &cancel, &mut answer.notices).await else {
                yield AnswerEvent::Finished(answer);
                return;
            };
            match found {
                Found::Nothing { missing } => {
                    answer.outcome = Outcome::Abstained { reason: reason(&missing), missing };
                }
                Found::Sentences { sentences, conflicts } => {
                    for sentence in sentences {
                        if cancel.is_cancelled() {
                            yield AnswerEvent::Finished(answer);
                            return;
                        }
                        answer.sentences.push(sentence.clone());
                        yield AnswerEvent::Sentence(sentence);
                    }
                    if !cancel.is_cancelled() {
                        answer.conflicts = conflicts;
                        answer.outcome = Outcome::Answered;
                    }
                }
            }
            yield AnswerEvent::Finished(answer);
        })
    }
}

enum Found {
    Nothing {
        missing: Vec<String>,
    },
    Sentences {
        sentences: Vec<Sentence>,
        conflicts: Vec<Conflict>,
    },
}

impl FoundInDocuments {
    /// `None` when cancelled.
    async fn find(
        &self,
        task: &AnswerTask,
        cancel: &CancellationToken,
        notices: &mut Vec<String>,
    ) -> Option<Found> {
        if cancel.is_cancelled() {
            return None;
        }
        let evidence = task.evidence.as_slice();
        let reader = Reader::for_question(&task.question.text);
        let mut asked = Asked::read(&task.question.text, task.question.today, &reader);
        let mut all: Vec<Unit> = Vec::new();
        for (index, one) in evidence.iter().enumerate() {
            if cancel.is_cancelled() {
                return None;
            }
            all.extend(units(index, one, &asked, &reader));
        }
        asked.forget_ordinary(all.iter().flat_map(|unit| &unit.own));
        mark_repeated(&mut all, evidence);
        mark_headings(&mut all, evidence);
        let settings = settings(evidence, &reader);
        let mentions = mentions(&asked.anchors, &all, evidence, &settings);
        let missing = missing(&asked.anchors, &mentions);
        if !missing.is_empty() || asked.terms.is_empty() {
            return Some(Found::Nothing { missing });
        }
        let scene = Scene {
            asked: &asked,
            units: &all,
            evidence,
            settings: &settings,
            mentions: &mentions,
        };
        let by_words = Meanings::default();
        let weighed = Weighed::of(&scene, &by_words);
        let mut known: Vec<Signs> = (0..all.len())
            .map(|index| signs(&scene, &weighed, index))
            .collect();
        if cancel.is_cancelled() {
            return None;
        }
        // Words first: they say which pieces are worth comparing as a whole.
        let words = Words::of(
            &asked,
            best(&known, READ).iter().map(|index| &all[*index]),
            &settings,
        );
        let texts: Vec<String> = words.texts().cloned().collect();
        let mut compares = true;
        if !texts.is_empty() {
            match cancel.run_until_cancelled(self.vectors(&texts)).await? {
                Ok(vectors) => {
                    let meanings = Meanings::of(&words, &vectors);
                    let weighed = Weighed::of(&scene, &meanings);
                    known = (0..all.len())
                        .map(|index| signs(&scene, &weighed, index))
                        .collect();
                }
                Err(notice) => {
                    compares = false;
                    notices.extend(notice);
                }
            }
        }
        let mut order = best(&known, EMBEDDED);
        let pieces = order.iter().map(|index| with_heading(&all[*index], evidence));
        let texts: Vec<String> = std::iter::once(task.question.text.clone())
            .chain(pieces)
            .collect();
        let compared = match compares {
            true => cancel.run_until_cancelled(self.vectors(&texts)).await?,
            false => Err(None),
        };
        match compared {
            Ok(vectors) => {
                for (index, vector) in order.iter().zip(vectors.iter().skip(1)) {
                    let cosine: f32 = vector.iter().zip(&vectors[0]).map(|(a, b)| a * b).sum();
                    known[*index].similarity = Some(if cosine.is_finite() {
                        cosine.clamp(0.0, 1.0)
                    } else {
                        0.0
                    });
                }
            }
            Err(notice) => notices.extend(notice),
        }
        order.sort_unstable();
        let scored: Vec<Scored<'_>> = known
            .iter()
            .enumerate()
            .map(|(index, signs)| {
                let compared = order.binary_search(&index).is_ok();
                let confidence = if compared { signs.confidence() } else { 0.0 };
                Scored {
                    unit: &all[index],
                    rank: signs.rank(),
                    kind: signs.kind,
                    confidence,
                }
            })
            .collect();
        let mut chosen = select(&asked, &scored, evidence);
        if chosen.is_empty() {
            return Some(Found::Nothing { missing: Vec::new() });
        }
        let (conflicts, disputed) =
            conflict::conflicts(&asked, &reader, &mut chosen, &scored, evidence, &mentions);
        let sentences = chosen
            .iter()
            .zip(disputed)
            .filter_map(|(own, conflict)| write(own, &scored, evidence, conflict))
            .collect();
        Some(Found::Sentences { sentences, conflicts })
    }
}

/// The units that rank best, best first.
fn best(known: &[Signs], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by(|a, b| known[*b].rank().total_cmp(&known[*a].rank()).then(a.cmp(b)));
    order.truncate(most);
    order
}

/// A piece as the model reads it: under the title of its document and its heading.
fn with_heading(unit: &Unit, evidence: &[Evidence]) -> String {
    let Some(one) = evidence.get(unit.evidence) else {
        return unit.text.clone();
    };
    let stem = one.file.rsplit('/').next().unwrap_or(&one.file);
    let title = one.title.as_deref().unwrap_or(stem);
    match one.headings.last().filter(|heading| heading.as_str() != title) {
        Some(heading) => format!("{title}. {heading}: {}", unit.text),
        None => format!("{title}. {}", unit.text),
    }
}

/// What the question names and no evidence mentions.
fn missing(anchors: &[Anchor], mentions: &[Vec<f32>]) -> Vec<String> {
    let nowhere = |(anchor, found): &(&Anchor, &Vec<f32>)| {
        let best = found.iter().copied().fold(0.0, f32::max);
        match anchor.kind {
            AnchorKind::Identifier | AnchorKind::Time => best < 0.5,
            AnchorKind::Name => best < 0.01,
        }
    };
    anchors
        .iter()
        .zip(mentions)
        .filter(nowhere)
        .map(|(anchor, _)| anchor.shown.clone())
        .collect()
}

fn reason(missing: &[String]) -> String {
    let Some((last, front)) = missing.split_last() else {
        return NOTHING.to_owned();
    };
    let quoted: Vec<String> = front.iter().map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() {
        format!("{NOTHING} What was found does not mention `{last}`.")
    } else {
        format!(
            "{NOTHING} What was found does not mention {} or `{last}`.",
            quoted.join(", ")
        )
    }
}

fn write(chosen: &Chosen, scored: &[Scored<'_>], evidence: &[Evidence], conflict: bool) -> Option<Sentence> {
    let own = scored.get(chosen.unit)?;
    let cite = |index: &usize| {
        let unit = scored.get(*index)?.unit;
        evidence.get(unit.evidence)?.cite(unit.quote.clone())
    };
    let citations: Vec<_> = std::iter::once(&chosen.unit)
        .chain(&chosen.also)
        .filter_map(cite)
        .collect();
    if citations.is_empty() {
        return None;
    }
    Some(Sentence {
        text: own.unit.text.clone(),
        citations,
        confidence: own.confidence,
        conflict,
    })
}
