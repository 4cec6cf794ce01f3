//! How well a unit answers a question.

use super::asked::Asked;
use super::expects::Expects;
use super::meaning::Meanings;
use super::noise::noise;
use super::setting::Setting;
use super::unit::{Unit, UnitKind};
use super::values::{ValueKind, names_person};
use super::words::{Kind, Token};
use crate::Evidence;

/// What is known about a unit as an answer; every field from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Signs {
    /// Share of the question's words that the unit says itself, rare words counting more.
    pub own: f32,
    /// The same with title, headings, file name and neighbours helping.
    pub context: f32,
    /// `context` for the words that name nothing: what is asked, not about whom.
    pub topic: f32,
    /// Share of what the question names that the unit is about.
    pub anchors: f32,
    /// The same for the one thing named that it is least about.
    pub weakest: f32,
    /// 1 where a value of the asked kind is there, 0 where it is missing, one half where no kind is asked.
    pub kind: f32,
    /// Cosine of question and unit; `None` without an embedding model.
    pub similarity: Option<f32>,
    /// Cosine of question and passage, as the search says.
    pub near: f32,
    /// How early the search put the passage: 1 for the first, one half for the second.
    pub passage: f32,
    /// A row of a table: what the passage is about, its other rows are about.
    pub alone: bool,
    /// Looks like a question, a heading, navigation or a line of a table of contents.
    pub noise: f32,
}

/// Rarity of each word of the question among the units, times how much such words say.
fn weights(asked: &Asked, units: &[Unit], meanings: &Meanings) -> Vec<f32> {
    let count = units.len() as f32;
    let rarest = ((count + 1.0) / 1.5).ln().max(1.0);
    asked
        .terms
        .iter()
        .map(|term| {
            let having = units
                .iter()
                .filter(|unit| unit.own.iter().any(|own| meanings.alike(term, own) >= 0.6))
                .count() as f32;
            let rarity = ((count + 1.0) / (having + 0.5)).ln().clamp(0.3, rarest);
            let says = match term.kind {
                Kind::Identifier => 1.6,
                Kind::Number => 1.3,
                Kind::Word if asked.names(term) => 1.4,
                Kind::Word
                    if VAGUE
                        .split_ascii_whitespace()
                        .any(|word| term.stem.starts_with(word)) =>
                {
                    0.5
                }
                Kind::Word => 1.0,
            };
            rarity * says
        })
        .collect()
}

/// Stems of words that most questions could do without.
const VAGUE: &str = "provid support offer appli includ happen work allow requir possibl avail creat chang differ type \
kind way thing specif certain current exist exampl detail inform describ explain list name compani document file \
promis commit agre regard relat follow gener usual typic normal amount valu number question answer last take bedeut gelten dauert dauern vare";

/// What the signs of every unit are read from.
pub(crate) struct Scene<'a> {
    pub asked: &'a Asked,
    pub units: &'a [Unit],
    pub evidence: &'a [Evidence],
    pub settings: &'a [Setting],
    /// Per anchor and unit, see [`super::setting::mentions`].
    pub mentions: &'a [Vec<f32>],
}

/// The words of the question weighed, and how well what stands around each passage says them.
pub(crate) struct Weighed<'a> {
    weights: Vec<f32>,
    /// Per evidence and term of the question.
    around: Vec<Vec<f32>>,
    meanings: &'a Meanings,
}

impl<'a> Weighed<'a> {
    pub(crate) fn of(scene: &Scene<'_>, meanings: &'a Meanings) -> Self {
        let best = |term: &Token, tokens: &[Token]| {
            let alike = tokens.iter().map(|token| meanings.alike(term, token));
            alike.fold(0.0, f32::max)
        };
        let of = |setting: &Setting| {
            let terms = scene.asked.terms.iter();
            terms
                .map(|term| (0.9 * best(term, &setting.frame)).max(0.5 * best(term, &setting.body)))
                .collect()
        };
        Self {
            weights: weights(scene.asked, scene.units, meanings),
            around: scene.settings.iter().map(of).collect(),
            meanings,
        }
    }
}

/// The signs of one unit; nothing for an index that is none.
pub(crate) fn signs(scene: &Scene<'_>, weighed: &Weighed<'_>, index: usize) -> Signs {
    let Weighed {
        weights, meanings, ..
    } = weighed;
    let Scene { asked, units, .. } = scene;
    let (Some(unit), Some(setting), Some(evidence)) = (
        units.get(index),
        units
            .get(index)
            .and_then(|unit| scene.settings.get(unit.evidence)),
        units
            .get(index)
            .and_then(|unit| scene.evidence.get(unit.evidence)),
    ) else {
        return Signs::default();
    };
    let is_row = matches!(unit.kind, UnitKind::Row(_));
    // A row speaks for itself, not for its neighbours.
    let neighbour = |at: Option<usize>| {
        at.and_then(|at| units.get(at))
            .filter(|other| other.evidence == unit.evidence && !is_row)
    };
    let before = neighbour(index.checked_sub(1));
    let after = neighbour(Some(index + 1));
    let (mut own, mut context, mut total) = (0.0, 0.0, 0.0);
    let (mut topic, mut topics) = (0.0, 0.0);
    let surroundings = weighed.around.get(unit.evidence).map_or(&[][..], Vec::as_slice);
    for ((term, weight), outside) in asked.terms.iter().zip(weights).zip(surroundings) {
        let best = |tokens: &[Token]| {
            tokens
                .iter()
                .map(|token| meanings.alike(term, token))
                .fold(0.0, f32::max)
        };
        let here = best(&unit.own);
        let around = here
            .max(*outside)
            .max(0.8 * best(&unit.under))
            .max(0.7 * before.map_or(0.0, |other| best(&other.own)))
            .max(0.5 * after.map_or(0.0, |other| best(&other.own)));
        own += weight * here;
        context += weight * around;
        total += weight;
        if !asked.names(term) {
            topic += weight * around;
            topics += weight;
        }
    }
    // A bare name is answered by the document that carries it, from its beginning.
    if asked.lookup && setting.names(&asked.terms) {
        own = own.max(total * (1.0 - 0.02 * unit.position.min(10) as f32));
    }
    let share = |sum: f32| if total > 0.0 { sum / total } else { 0.0 };
    let named = scene.mentions.iter();
    let supported: Vec<f32> = named.filter_map(|anchor| anchor.get(index).copied()).collect();
    let anchors = match supported.len() {
        0 => 1.0,
        count => supported.iter().sum::<f32>() / count as f32,
    };
    Signs {
        own: share(own),
        context: share(context),
        topic: if topics > 0.0 {
            topic / topics
        } else {
            share(context)
        },
        anchors,
        weakest: supported.iter().copied().fold(1.0, f32::min),
        kind: kind(asked, unit),
        similarity: None,
        near: evidence.similarity.unwrap_or(0.0).clamp(0.0, 1.0),
        passage: 1.0 / (1.0 + unit.evidence as f32),
        alone: is_row,
        noise: noise(unit),
    }
}

fn kind(asked: &Asked, unit: &Unit) -> f32 {
    let has = |kind: ValueKind| unit.values.iter().any(|value| value.kind == kind);
    match asked.expects {
        Expects::Anything | Expects::YesNo => 0.5,
        Expects::Person => f32::from(u8::from(names_person(&unit.text))),
        Expects::Steps => match unit.kind {
            UnitKind::Item(Some(_)) => 1.0,
            UnitKind::Item(None) => 0.8,
            _ if starts_with_an_act(&unit.text) => 0.8,
            _ => 0.2,
        },
        Expects::Value(wanted) => {
            let fits = matches!(&unit.kind, UnitKind::Row(row) if row.fits);
            let is_row = matches!(unit.kind, UnitKind::Row(_));
            let near = match wanted {
                ValueKind::Date => has(ValueKind::Duration),
                ValueKind::Duration => has(ValueKind::Date),
                ValueKind::Percentage => has(ValueKind::Amount) || has(ValueKind::Number),
                ValueKind::Amount => has(ValueKind::Percentage) || has(ValueKind::Number) && !is_row,
                ValueKind::Number => has(ValueKind::Amount),
            };
            if fits || has(wanted) {
                1.0
            } else if near {
                0.5
            } else {
                0.0
            }
        }
    }
}

/// `Press Reset …`, `Öffnen Sie …`: an instruction.
pub(crate) fn starts_with_an_act(text: &str) -> bool {
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("").to_lowercase();
    let second = words.next().unwrap_or("");
    ACTS.split_ascii_whitespace().any(|act| act == first) || second == "Sie" && first.ends_with("en")
}

const ACTS: &str = "add adjust allow apply ask assign attach begin call cancel change charge check choose clean clear click \
close compare complete confirm connect contact copy create cut delete deploy disable disconnect dock download drag edit enable \
ensure enter export fill find follow give go hold import insert inspect install keep launch lift list load lock log look make \
mark measure mount move navigate note notify open paste pick plug press pull push put read reboot reconnect record release \
remove repeat replace report reset restart retry return review run save scan schedule search select send set sign specify start \
stop submit swap switch tap test tighten turn type undo uninstall unlock unplug update upload use verify view visit wait wipe \
write åpne trykk velg klikk skriv start stopp sett koble slå vent";

impl Signs {
    /// Order of the units. Weights rounded by hand from a listwise fit on development questions with known passages.
    pub(crate) fn rank(&self) -> f32 {
        0.5 * self.own
            + 1.5 * self.context
            + 2.5 * self.topic
            + 2.4 * self.similarity.unwrap_or(self.near)
            + 1.1 * self.kind
            + 1.5 * self.anchors
            + self.near
            + 0.6 * self.passage
            - 1.4 * self.noise
    }

    /// Whether it answers at all, from 0 to 1. What decides is whether the unit is about everything that the question
    /// names (`weakest`) and speaks of what is asked (`topic`, helped by the passage as a whole where there is some): of a
    /// fit on questions that the evidence answers and on near misses (another customer, product, year), these told them
    /// apart; similarity alone did not, because a near miss shares the names. Rounded by hand. Without a model words
    /// alone have to show it.
    pub(crate) fn confidence(&self) -> f32 {
        let (speaks, by_kind) = match self.similarity {
            Some(similarity) => {
                let some = (self.topic / 0.3).min(1.0);
                let passage = if self.alone { 0.0 } else { 0.4 * some * self.near };
                (self.topic + passage + 0.5 * (similarity - 0.4), 0.3)
            }
            None => (self.topic + 0.07, 0.9),
        };
        let z = 10.0 * (self.weakest * speaks - 0.5) + by_kind * (self.kind - 0.5) - 2.4 * self.noise;
        1.0 / (1.0 + (-z).exp())
    }
}
