//! How well a unit answers a question.

use super::asked::{Anchor, AnchorKind, Asked};
use super::expects::Expects;
use super::unit::{Unit, UnitKind};
use super::values::{ValueKind, names_person};
use super::words::{Kind, Reader, Token, alike};
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
    /// Share of what the question names that the unit's document mentions.
    pub anchors: f32,
    /// 1 where a value of the asked kind is there, 0 where it is missing, one half where no kind is asked.
    pub kind: f32,
    /// Cosine of question and unit; `None` without an embedding model.
    pub similarity: Option<f32>,
    /// How early the search put the passage: 1 for the first, one half for the second.
    pub passage: f32,
    /// Looks like a question, a heading, navigation or a line of a table of contents.
    pub noise: f32,
}

/// Words around the units of one evidence.
pub(crate) struct Setting {
    /// Title, headings, file and source name.
    pub frame: Vec<Token>,
    /// The passage itself.
    pub body: Vec<Token>,
}

impl Setting {
    /// Whether title, headings or file name hold all these words.
    fn passage_names(&self, terms: &[Token]) -> bool {
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
            words.extend(one.headings.iter().map(String::as_str));
            // The year a document was written in is as good as a mention.
            words.extend(one.written.as_deref().and_then(|written| written.get(..4)));
            let frame = words
                .iter()
                .flat_map(|text| reader.content(&text.replace(['_', '/', '.'], " ")))
                .collect();
            Setting {
                frame,
                body: reader.content(&one.text),
            }
        })
        .collect()
}

/// How far the evidence mentions each anchor: per anchor and per evidence, from 0 to 1.
pub(crate) fn mentions(anchors: &[Anchor], evidence: &[Evidence], settings: &[Setting]) -> Vec<Vec<f32>> {
    let own = |anchor: &Anchor, index: usize| {
        let Some(setting) = settings.get(index) else {
            return 0.0;
        };
        let found = |stem: &String| {
            setting
                .frame
                .iter()
                .chain(&setting.body)
                .any(|token| token.stem == *stem)
        };
        let present = anchor.stems.iter().filter(|stem| found(stem)).count();
        // `Shelf 900` is not `Shelf 120`.
        let numbered = |stem: &&String| stem.bytes().all(|b| b.is_ascii_digit());
        if anchor.kind == AnchorKind::Name && !anchor.stems.iter().filter(numbered).all(found) {
            return 0.0;
        }
        let share = present as f32 / anchor.stems.len().max(1) as f32;
        if share < 1.0 && anchor.kind == AnchorKind::Name && spelled_out(anchor, &evidence[index].text) {
            1.0
        } else {
            share
        }
    };
    anchors
        .iter()
        .map(|anchor| {
            let single: Vec<f32> = (0..evidence.len()).map(|index| own(anchor, index)).collect();
            (0..evidence.len())
                .map(|index| {
                    // Another passage of the same document may say whom it is about.
                    let same = |other: &usize| evidence[*other].document == evidence[index].document;
                    let elsewhere = (0..evidence.len())
                        .filter(same)
                        .map(|other| single[other])
                        .fold(0.0, f32::max);
                    single[index].max(0.9 * elsewhere)
                })
                .collect()
        })
        .collect()
}

/// An abbreviation in capitals whose words stand in the text: `SLA` and `service level agreement`.
fn spelled_out(anchor: &Anchor, text: &str) -> bool {
    let [stem] = anchor.stems.as_slice() else {
        return false;
    };
    let capitals = anchor.shown.chars().all(char::is_uppercase);
    if !capitals || !(2..=6).contains(&stem.chars().count()) {
        return false;
    }
    let initials: String = text
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .flat_map(char::to_lowercase)
        .collect();
    stem.chars().count() >= 3 && initials.contains(stem.as_str())
}

/// Rarity of each word of the question among the units, times how much such words say.
pub(crate) fn weights(asked: &Asked, units: &[Unit]) -> Vec<f32> {
    let count = units.len() as f32;
    let rarest = ((count + 1.0) / 1.5).ln().max(1.0);
    asked
        .terms
        .iter()
        .map(|term| {
            let having = units
                .iter()
                .filter(|unit| unit.own.iter().any(|own| alike(term, own) > 0.7))
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

pub(crate) fn signs(
    asked: &Asked,
    weights: &[f32],
    units: &[Unit],
    index: usize,
    settings: &[Setting],
    mentions: &[Vec<f32>],
) -> Signs {
    let Some(unit) = units.get(index) else {
        return Signs::default();
    };
    let Some(setting) = settings.get(unit.evidence) else {
        return Signs::default();
    };
    let neighbour = |at: Option<usize>| {
        at.and_then(|at| units.get(at))
            .filter(|other| other.evidence == unit.evidence)
    };
    let before = neighbour(index.checked_sub(1));
    let after = neighbour(Some(index + 1));
    let (mut own, mut context, mut total) = (0.0, 0.0, 0.0);
    let (mut topic, mut topics) = (0.0, 0.0);
    for (term, weight) in asked.terms.iter().zip(weights) {
        let best = |tokens: &[Token]| tokens.iter().map(|token| alike(term, token)).fold(0.0, f32::max);
        let here = best(&unit.own);
        let around = here
            .max(0.9 * best(&setting.frame))
            .max(0.8 * best(&unit.under))
            .max(0.7 * before.map_or(0.0, |other| best(&other.own)))
            .max(0.5 * after.map_or(0.0, |other| best(&other.own)))
            .max(0.5 * best(&setting.body));
        own += weight * here;
        context += weight * around;
        total += weight;
        if !asked.names(term) {
            topic += weight * around;
            topics += weight;
        }
    }
    // A bare name is answered by the document that carries it, from its beginning.
    if asked.lookup && setting.passage_names(&asked.terms) {
        own = own.max(total * (1.0 - 0.02 * unit.position.min(10) as f32));
    }
    let share = |sum: f32| if total > 0.0 { sum / total } else { 0.0 };
    let supported: f32 = mentions
        .iter()
        .filter_map(|anchor| anchor.get(unit.evidence))
        .sum();
    let anchors = if mentions.is_empty() {
        1.0
    } else {
        supported / mentions.len() as f32
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
        kind: kind(asked, unit),
        similarity: None,
        passage: 1.0 / (1.0 + unit.evidence as f32),
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

/// What is rarely an answer: from 0 to 1.
fn noise(unit: &Unit) -> f32 {
    let text = unit.text.as_str();
    let length = text.chars().count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let words = text.split_whitespace().count();
    let is_row = matches!(unit.kind, UnitKind::Row(_));
    let leaders = text.contains("....") || text.contains(". . .") || text.contains("……");
    let mut noise: f32 = 0.0;
    // A question, also one followed by no more than its number.
    if let Some((_, answer)) = text.rsplit_once('?') {
        let answer = answer.trim();
        let numbered = answer.len() <= 4 && answer.bytes().any(|b| b.is_ascii_digit());
        if answer.is_empty() || numbered {
            noise = noise.max(0.8);
        }
    }
    if text.ends_with(':') {
        noise = noise.max(0.4);
    }
    if matches!(unit.kind, UnitKind::Heading) {
        noise = noise.max(if unit.text.contains(':') { 0.3 } else { 0.6 });
    }
    let counter = text.rsplit_once('/').is_some_and(|(front, last)| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits(last.trim()) && front.trim_end().ends_with(|c: char| c.is_ascii_digit())
    });
    if counter && words <= 10 {
        noise = noise.max(0.9);
    }
    if leaders {
        noise = 1.0;
    }
    if !is_row && (words < 4 || letters * 2 < length) {
        noise = noise.max(0.6);
    }
    if length > 600 {
        noise = noise.max(0.5);
    }
    let lower = text.to_lowercase();
    let boilerplate = [
        "all rights reserved",
        "table of contents",
        "click here",
        "unsubscribe",
        "cookie",
        "this e-mail and any attachments",
        "this email and any attachments",
        "back to top",
        "alle rechte vorbehalten",
        "inhaltsverzeichnis",
        "innholdsfortegnelse",
        "for more information, see",
        "page intentionally left blank",
    ];
    if boilerplate.iter().any(|phrase| lower.contains(phrase)) {
        noise = noise.max(0.7);
    }
    let elsewhere = [
        "for more information",
        "for a more detailed",
        "to learn more",
        "weitere informationen",
        "mer informasjon",
    ];
    if elsewhere.iter().any(|phrase| lower.starts_with(phrase)) {
        noise = noise.max(0.6);
    }
    let addresses = [
        "from:", "to:", "cc:", "sent:", "subject:", "von:", "an:", "fra:", "til:",
    ];
    if addresses.iter().filter(|word| lower.contains(*word)).count() >= 2 {
        noise = noise.max(0.8);
    }
    if unit.repeated {
        noise = noise.max(0.9);
    }
    if words <= 6
        && ["page ", "seite ", "side "]
            .iter()
            .any(|word| lower.starts_with(word))
    {
        noise = 1.0;
    }
    noise
}

impl Signs {
    /// Order of the units. Weights rounded by hand from a logistic fit on development questions with known answers.
    pub(crate) fn rank(&self) -> f32 {
        self.own
            + 1.2 * self.context
            + 2.4 * self.similarity.unwrap_or(0.0)
            + 1.1 * self.kind
            + 1.5 * self.anchors
            + 0.4 * self.passage
            - 1.4 * self.noise
    }

    /// Whether it answers at all, from 0 to 1: a logistic model, fitted with as much weight on questions that the
    /// evidence answers as on questions that it does not answer (other customers, other products, other subjects),
    /// and rounded. The constant without a model is set stricter by hand: words alone mislead more often.
    pub(crate) fn confidence(&self) -> f32 {
        let kind = self.kind - 0.5;
        let elsewhere = 1.0 - self.anchors;
        let z = match self.similarity {
            Some(similarity) => {
                -8.5 + 3.7 * self.context + 3.8 * self.topic + 8.0 * similarity + 0.9 * kind
                    - 2.4 * self.noise
            }
            None => -6.5 + 7.1 * self.context + 2.9 * self.topic + 0.9 * kind - 2.1 * self.noise,
        };
        // Set by hand: an answer from a document about something else is the worst mistake.
        let z = z - 3.0 * elsewhere;
        1.0 / (1.0 + (-z).exp())
    }
}
