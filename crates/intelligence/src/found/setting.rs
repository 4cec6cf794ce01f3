//! What stands around a unit, and whether that makes it about what a question names.

use super::asked::{Anchor, AnchorKind};
use super::unit::{Unit, UnitKind};
use super::words::{Reader, Token};
use crate::Evidence;

/// What a mention in another passage of the same document counts.
const ELSEWHERE: f32 = 0.6;
/// The same where the question names several things: one of them may be what a document is about as a whole, the others
/// narrow it down to a part.
const ELSEWHERE_OF_SEVERAL: f32 = 0.4;

/// Words around the units of one evidence.
pub(crate) struct Setting {
    /// Title, headings, file and source name.
    pub frame: Vec<Token>,
    /// Headings alone.
    headings: Vec<Token>,
    /// What each unit of the passage stands in: the passage itself, of a table only its column headings. A row
    /// speaks for itself, not for its neighbours.
    pub body: Vec<Token>,
}

impl Setting {
    /// Whether title, headings or file name hold all these words.
    pub(crate) fn names(&self, terms: &[Token]) -> bool {
        terms
            .iter()
            .all(|term| self.frame.iter().any(|token| token.stem == term.stem))
    }
}

pub(crate) fn settings(evidence: &[Evidence], reader: &Reader) -> Vec<Setting> {
    evidence
        .iter()
        .map(|one| {
            let mut words = vec![one.source.as_str(), one.file.as_str()];
            words.extend(one.title.as_deref());
            // The year and month a document was written in are as good as a mention.
            words.extend(one.written.as_deref().and_then(|written| written.get(..7)));
            let headings = tokens(reader, &one.headings);
            let mut frame = tokens(reader, &words);
            frame.extend(headings.iter().cloned());
            let body = match one.table {
                true => one.text.lines().next().unwrap_or_default(),
                false => one.text.as_str(),
            };
            Setting {
                frame,
                headings,
                body: reader.content(body),
            }
        })
        .collect()
}

fn tokens<T: AsRef<str>>(reader: &Reader, texts: &[T]) -> Vec<Token> {
    texts
        .iter()
        .flat_map(|text| reader.content(&text.as_ref().replace(['_', '/', '.'], " ")))
        .collect()
}

/// How far each unit is about each anchor: per anchor and per unit, from 0 to 1.
pub(crate) fn mentions(
    anchors: &[Anchor],
    units: &[Unit],
    evidence: &[Evidence],
    settings: &[Setting],
) -> Vec<Vec<f32>> {
    let things = anchors.iter().filter(|anchor| anchor.kind != AnchorKind::Time);
    let elsewhere = match things.count() {
        0 | 1 => ELSEWHERE,
        _ => ELSEWHERE_OF_SEVERAL,
    };
    let of = |anchor: &Anchor| -> Vec<f32> {
        let around: Vec<f32> = (0..evidence.len())
            .map(|index| around(anchor, index, evidence, settings, elsewhere))
            .collect();
        let own = |unit: &Unit| {
            let around = around.get(unit.evidence).copied().unwrap_or(0.0);
            match (&unit.kind, settings.get(unit.evidence)) {
                (UnitKind::Row(_), Some(setting)) => {
                    around.max(share(anchor, &[&unit.own, &setting.frame, &setting.body]))
                }
                _ => around,
            }
        };
        units.iter().map(own).collect()
    };
    anchors.iter().map(of).collect()
}

/// How far a passage as a whole is about an anchor: by its own words, or because another passage of the same document
/// says whom or what the document is about.
fn around(anchor: &Anchor, index: usize, evidence: &[Evidence], settings: &[Setting], counts: f32) -> f32 {
    let (Some(one), Some(setting)) = (evidence.get(index), settings.get(index)) else {
        return 0.0;
    };
    let mut own = share(anchor, &[&setting.frame, &setting.body]);
    if own < 1.0 && anchor.kind == AnchorKind::Name && spelled_out(anchor, &one.text) {
        own = 1.0;
    }
    let elsewhere = evidence
        .iter()
        .zip(settings)
        .filter(|(other, _)| other.document == one.document && other.passage != one.passage)
        // What another section is about by its heading, this one is not about.
        .filter(|(other, setting)| {
            other.headings == one.headings || share(anchor, &[&setting.headings]) == 0.0
        })
        .map(|(_, setting)| share(anchor, &[&setting.body]))
        .fold(0.0, f32::max);
    own.max(counts * elsewhere)
}

/// Share of the words of an anchor that are among these.
fn share(anchor: &Anchor, words: &[&Vec<Token>]) -> f32 {
    let found = |stem: &&String| {
        words
            .iter()
            .any(|words| words.iter().any(|token| token.stem == **stem))
    };
    // `Shelf 900` is not `Shelf 120`.
    let numbered = |stem: &&String| stem.bytes().all(|b| b.is_ascii_digit());
    if anchor.kind == AnchorKind::Name && !anchor.stems.iter().filter(numbered).all(|stem| found(&stem)) {
        return 0.0;
    }
    anchor.stems.iter().filter(found).count() as f32 / anchor.stems.len().max(1) as f32
}

/// An abbreviation in capitals whose words stand in the text: `SLA` and `service level agreement`.
fn spelled_out(anchor: &Anchor, text: &str) -> bool {
    let [stem] = anchor.stems.as_slice() else {
        return false;
    };
    let capitals = anchor.shown.chars().all(char::is_uppercase);
    if !capitals || !(3..=6).contains(&stem.chars().count()) {
        return false;
    }
    let initials: String = text
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_lowercase)
        .collect();
    initials.contains(stem.as_str())
}
