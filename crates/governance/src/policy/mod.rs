//! The rules: whether something that is proposed is done, asked about or refused, and why, in words for people.
//!
//! Rules are Cedar policies. Of each proposal two questions are asked: may it `run`, and may it be `propose`d. What may
//! not be proposed is denied; what may be proposed and not run is asked; only what may both is done without asking.
//! Cedar leaves out a `forbid` that fails, so that here any failure is a deny: of a policy while it is evaluated, of a
//! request that is not as the schema has it, of a file that can't be read.
//!
//! Three layers, each of which can only take away from what the one below allows to run: the *baseline*, which has nothing
//! but `forbid`s and is compiled in; the *default* that Attaché ships with; and the *company*'s files. In Cedar a `forbid`
//! beats every `permit`, whoever wrote it.
//!
//! A policy carries its name (`@id`), a sentence for whoever is asked (`@why`) and, if it forbids running, what the card
//! then needs (`@needs`): [`Obligation`].

mod cedar;
mod facts;
mod load;
mod organisation;
mod slices;
mod verdict;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::cedar::{Answer, Question, Words};
use self::load::Loaded;
use self::slices::Slices;
use crate::audit::Digest;

pub use self::facts::{Facts, Proposer, Situation};
pub use self::load::{Fault, Faults, PolicyFile};
pub use self::organisation::organisation_of;
pub use self::verdict::{Deciding, Decision, Explanation, Layer, Obligation, Rule, Verdict};

/// What a policy may speak of, in Cedar's language for schemas.
pub const SCHEMA: &str = include_str!("../../policies/schema.cedarschema");
/// The rules that are compiled in.
pub const BASELINE: &str = include_str!("../../policies/baseline.cedar");
/// The rules that Attaché ships with on top of them.
pub const DEFAULT: &str = include_str!("../../policies/default.cedar");

/// All rules that are in force. Made once, asked often.
#[derive(Debug)]
pub struct Policies {
    digest: Digest,
    /// Nothing if the rules could not be read, and then everything is denied.
    open: Result<Open, String>,
}

#[derive(Debug)]
struct Open {
    words: Arc<Words>,
    rules: Vec<Rule>,
    /// Place of a rule by its name.
    places: BTreeMap<String, usize>,
    run: Slices,
    propose: Slices,
}

impl Policies {
    /// The rules that Attaché ships with.
    ///
    /// # Errors
    /// When the shipped rules are damaged.
    pub fn shipped() -> Result<Self, Faults> {
        Self::with_company(&[])
    }

    /// The shipped rules and a company's.
    ///
    /// # Errors
    /// Everything that is wrong with the files; then none of them counts. [`Policies::or_closed`] makes of it rules that
    /// deny everything.
    pub fn with_company(files: &[PolicyFile]) -> Result<Self, Faults> {
        let words = Words::new(SCHEMA).map_err(|error| Faults(vec![load::whole(error)]))?;
        let (layers, faults) = Self::layers(files, &words);
        let loaded = match faults.is_empty() {
            true => load::together(layers, &words).map_err(Faults)?,
            false => return Err(Faults(faults)),
        };
        Self::of(loaded, Arc::new(words), digest(files)).map_err(|error| Faults(vec![load::whole(error)]))
    }

    /// These rules, or such as deny everything and say what is wrong.
    pub fn or_closed(read: Result<Self, Faults>) -> Self {
        read.unwrap_or_else(|faults| Self {
            digest: digest(&[PolicyFile {
                name: "faults".into(),
                text: faults.to_string(),
            }]),
            open: Err(faults.to_string()),
        })
    }

    /// Digest of every byte of every rule and of the schema: other rules, another digest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The rules, the baseline first.
    pub fn rules(&self) -> &[Rule] {
        self.open
            .as_ref()
            .map(|open| open.rules.as_slice())
            .unwrap_or_default()
    }

    /// What is to become of a proposal.
    pub fn judge(&self, facts: &Facts) -> Verdict {
        match &self.open {
            Ok(open) => match open.answers(facts) {
                Ok((run, propose)) => open.verdict(&run, &propose, self.digest),
                Err(error) => {
                    Verdict::closed(&format!("The rules could not be applied: {error}."), self.digest)
                }
            },
            Err(faults) => Verdict::closed(faults, self.digest),
        }
    }

    fn layers(files: &[PolicyFile], words: &Words) -> (Vec<Vec<Loaded>>, Vec<Fault>) {
        let shipped = |name: &str, text: &str| PolicyFile {
            name: name.into(),
            text: text.into(),
        };
        let own = [
            (Layer::Baseline, shipped("baseline.cedar", BASELINE)),
            (Layer::Default, shipped("default.cedar", DEFAULT)),
        ];
        let company = files.iter().map(|file| (Layer::Company, file.clone()));
        let (mut layers, mut faults) = (Vec::new(), Vec::new());
        for (layer, file) in own.into_iter().chain(company) {
            match load::file(&file, &layer, words) {
                Ok(loaded) => layers.push(loaded),
                Err(wrong) => faults.extend(wrong),
            }
        }
        (layers, faults)
    }

    fn of(loaded: Vec<Loaded>, words: Arc<Words>, digest: Digest) -> Result<Self, String> {
        let open = Open {
            run: Slices::of(&loaded, Question::Run, &words)?,
            propose: Slices::of(&loaded, Question::Propose, &words)?,
            places: loaded
                .iter()
                .enumerate()
                .map(|(place, one)| (one.rule.id.clone(), place))
                .collect(),
            rules: loaded.into_iter().map(|one| one.rule).collect(),
            words,
        };
        Ok(Self {
            digest,
            open: Ok(open),
        })
    }
}

impl Open {
    fn answers(&self, facts: &Facts) -> Result<(Answer, Answer), String> {
        let context = self.words.context(facts)?;
        let ask = |question, slices: &Slices, context| {
            let request = self.words.request(question, facts, context)?;
            slices.ask(facts.system.as_str(), &request, &self.words)
        };
        Ok((
            ask(Question::Run, &self.run, context.clone())?,
            ask(Question::Propose, &self.propose, context)?,
        ))
    }

    fn verdict(&self, run: &Answer, propose: &Answer, policy_digest: Digest) -> Verdict {
        // What may not even be proposed is denied although it may run: a company that forbids proposing means it.
        let (decision, answer) = match (propose.allowed, run.allowed) {
            (false, _) => (Decision::Deny, propose),
            (true, false) => (Decision::Ask, run),
            (true, true) => (Decision::Allow, run),
        };
        let mut places: Vec<usize> = answer
            .by
            .iter()
            .filter_map(|id| self.places.get(id).copied())
            .collect();
        places.sort_unstable();
        let rules: Vec<&Rule> = places
            .into_iter()
            .filter_map(|place| self.rules.get(place))
            .collect();
        let needs = rules.iter().flat_map(|rule| rule.needs.iter().copied());
        Verdict {
            decision,
            obligations: match decision {
                Decision::Ask => needs.collect(),
                Decision::Allow | Decision::Deny => Default::default(),
            },
            deciding: if rules.is_empty() {
                vec![Deciding::no_rule(decision)]
            } else {
                rules.into_iter().map(Deciding::from).collect()
            },
            policy_digest,
        }
    }
}

/// Over names and texts with their lengths, so that nothing can move from one into another.
fn digest(files: &[PolicyFile]) -> Digest {
    let mut hash = Sha256::new();
    let shipped = [SCHEMA, BASELINE, DEFAULT];
    let company = files
        .iter()
        .flat_map(|file| [file.name.as_str(), file.text.as_str()]);
    hash.update([4]);
    for text in shipped.into_iter().chain(company) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    Digest(hash.finalize().into())
}
