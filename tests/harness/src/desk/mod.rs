//! One play: a person's desk with the real governed path, the model's run, and a record of what the person clicked. What
//! must hold at every step is checked ([`judge`]), whoever plays.

mod broken;
mod judge;
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{ActionId, Confidentiality, SourceRef, Taint};
use governance::approval::{Approval, CARD_LASTS_MS, Choice, Hand};
use governance::audit::Digest;
use governance::policy::{Obligation, Proposer};
use integration::{Cap, Clock, Connection};
use orchestration::governed::{Action, ActionBook, Context, Governed, RunContext, Stop, System};
use orchestration::journal::{Epoch, State};

use crate::Outcome;
use crate::book::Kept;
use crate::cases::{Arguments, Tool};
use crate::mutants::{Mutant, Seen};
use crate::server::Deed;
use crate::site::{HandClock, PERSON, Site, Wired};

pub use parts::{Asked, Book, Ended, Setting, Tampered};

/// The definition of an operation that changed since it was checked.
const OTHER_PIN: &str = "another definition";

/// One play.
pub struct Desk<'a> {
    site: &'a Site,
    wired: &'a Wired,
    governed: Governed,
    memory: Option<Arc<Kept>>,
    connection: Arc<Connection>,
    clock: Arc<HandClock>,
    session: u64,
    mutant: Option<Mutant>,
    run: RunContext,
    first: Context,
    words: String,
    /// Everything the model was shown, as the judge remembers it.
    texts: Vec<(SourceRef, String)>,
    fields: Vec<(SourceRef, String)>,
    taint: Taint,
    /// The first of the last card's lines.
    last: Option<ActionId>,
    /// Proposals by name, in order.
    pub asked: BTreeMap<ActionId, Asked>,
    waiting: Vec<ActionId>,
    known: BTreeSet<String>,
    clicked: Vec<Deed>,
    judged: usize,
    stopped: bool,
    drifted: bool,
    other_account: bool,
    secret: bool,
    /// How many cards the person saw.
    pub cards: usize,
    /// How many proposals were made.
    pub proposals: usize,
    /// How many of those the suite or the guard did not take at all.
    pub refused: usize,
    /// What was not as it must be.
    pub wrong: Vec<String>,
}

impl<'a> Desk<'a> {
    /// Begins a play.
    ///
    /// # Errors
    /// When the connection can't be made.
    pub fn open(site: &'a Site, setting: Setting<'a>) -> Outcome<Self> {
        let wired = setting.wired;
        let suite = Arc::clone(&wired.suite);
        let session = site.server.open(suite, setting.answers, setting.otherwise);
        let connection = Arc::new(site.connection(wired, session)?);
        let (book, epoch, memory): (Arc<dyn ActionBook>, u64, _) = match setting.book {
            Book::Ledger(book, epoch) => (book, epoch, None),
            Book::Memory => {
                let kept = Arc::<Kept>::default();
                (kept.clone(), 1, Some(kept))
            }
        };
        let clock = Arc::<HandClock>::default();
        let own = PERSON.rsplit_once('@').map(|(_, domain)| domain.to_owned());
        let governed = Governed {
            book,
            systems: BTreeMap::new(),
            policies: Arc::clone(&site.policies),
            organisation: own.into_iter().collect(),
            install_key: [7; 32],
            epoch: Epoch(epoch),
            clock: clock.clone(),
            stopped: Default::default(),
        };
        let run = RunContext::new(Proposer::Model("scripted".to_owned()), setting.words);
        let mut desk = Self {
            site,
            wired,
            governed,
            memory,
            connection,
            clock,
            session,
            mutant: setting.mutant,
            first: run.context().clone(),
            run,
            words: setting.words.to_owned(),
            texts: Vec::new(),
            fields: Vec::new(),
            taint: Taint::user(),
            last: None,
            asked: BTreeMap::new(),
            waiting: Vec::new(),
            known: BTreeSet::new(),
            clicked: Vec::new(),
            judged: 0,
            stopped: false,
            drifted: false,
            other_account: false,
            secret: false,
            cards: 0,
            proposals: 0,
            refused: 0,
            wrong: Vec::new(),
        };
        desk.wire(false, false);
        Ok(desk)
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn wire(&mut self, drifted: bool, other_account: bool) {
        let mut pins = self.wired.description.pins();
        if drifted {
            pins.values_mut().for_each(|pin| *pin = OTHER_PIN.to_owned());
        }
        let chosen = if other_account {
            "somebody.else@example.com"
        } else {
            PERSON
        };
        let system = System {
            connection: Arc::clone(&self.connection),
            pins,
            chosen_account: chosen.to_owned(),
        };
        self.governed.systems = BTreeMap::from([(self.wired.system.clone(), system)]);
    }

    /// What the guard knows of the world around it, but for what a mutant does not see.
    fn world(&mut self, unseen: [Mutant; 3]) {
        let [stop, pins, account] = unseen.map(|mutant| self.is(mutant));
        self.governed.stop_all(self.stopped && !stop);
        self.wire(self.drifted && !pins, self.other_account && !account);
    }

    fn tool(&self, name: &str) -> Option<&'a Tool> {
        self.wired.suite.tools.get(name)
    }

    /// The model reads.
    ///
    /// # Errors
    /// When the suite does not answer.
    pub async fn read(&mut self, tool: &str, arguments: &Arguments) -> Outcome<String> {
        let given = arguments.iter().filter(|(_, value)| !value.is_null());
        let given: Arguments = given.map(|(name, value)| (name.clone(), value.clone())).collect();
        let found = self
            .run
            .read(&self.connection, tool, &given, Cap::default())
            .await?;
        let mut all = String::new();
        for record in &found.records {
            let text = record
                .fields
                .get("text")
                .and_then(|text| text.as_str())
                .unwrap_or_default();
            let (taint, id) = (record.taint("text"), record.taint("id"));
            self.taint = self.taint.join(&taint).join(&id);
            self.fields
                .extend(id.sources.into_iter().map(|source| (source, record.id.clone())));
            self.texts
                .extend(taint.sources.into_iter().map(|source| (source, text.to_owned())));
            all.push_str(text);
        }
        Ok(all)
    }

    /// The model is shown something else.
    pub fn show(&mut self, object: &str, text: &str, confidentiality: Confidentiality) {
        let source = SourceRef {
            kind: "tool".to_owned(),
            object: format!("{object}/{}", self.texts.len()),
            revision: String::new(),
            span: None,
        };
        let taint = Taint {
            confidentiality,
            ..Taint::unknown()
        };
        self.run.text(source.clone(), text, &taint);
        self.taint = self.taint.join(&taint);
        self.taint.sources.insert(source.clone());
        self.texts.push((source, text.to_owned()));
        self.secret |= confidentiality == Confidentiality::Secret;
    }

    /// The model proposes. Nothing where it was not even taken in.
    ///
    /// # Errors
    /// When something failed that has nothing to do with the proposal.
    pub async fn propose(
        &mut self,
        tool: &str,
        arguments: &Arguments,
        reason: Option<String>,
    ) -> Outcome<Option<ActionId>> {
        self.proposals += 1;
        let mut proposal = self
            .run
            .proposal(self.wired.system.clone(), tool, arguments.clone(), reason);
        if self.is(Mutant::ContextStaysFirst) {
            proposal.context = self.first.clone();
        }
        if self.is(Mutant::CardSpansReads) {
            proposal.batch = proposal.batch.or(self.last);
        }
        if let Some(mutant) = self.mutant {
            mutant.blinds(&mut proposal);
        }
        self.world([
            Mutant::StopUnseenAtProposal,
            Mutant::PinsUnseenAtProposal,
            Mutant::AccountUnseenAtProposal,
        ]);
        let action = match self.governed.propose(proposal).await {
            Ok(action) => action,
            Err(stop @ Stop::Book(_)) => return Err(stop.into()),
            Err(_) => {
                self.refused += 1;
                return Ok(None);
            }
        };
        self.judge(&action);
        let before = self.run.clone();
        self.run.proposed(&action);
        if self.is(Mutant::AloneIsBatched) && action.entry.state == State::Awaiting {
            self.run = before;
            let mut together = action.clone();
            together.verdict.obligations.clear();
            self.run.proposed(&together);
        }
        let id = action.id;
        if action.entry.state == State::Awaiting {
            let asked = Asked {
                action: action.clone(),
                shown: self.texts.len(),
                rejected: false,
                tampered: BTreeSet::new(),
            };
            let seen = Seen {
                action: &action,
                side_effect: self.side_effect(&action),
                roles: self.roles(&action),
                known: self.known.contains(&action.effect.operation),
                asked: self.asked.len(),
            };
            let lets = self.mutant.is_some_and(|mutant| mutant.lets(&seen));
            self.last = Some(action.batch.unwrap_or(id));
            self.asked.insert(id, asked);
            match lets {
                true => self.force(id).await?,
                false => self.waiting.push(id),
            }
        } else {
            // What the rules allow is done at once; what they deny stays where it is.
            self.go_on(id).await?;
        }
        Ok(Some(id))
    }

    /// The cards that lie before the person, each with its lines.
    pub fn laid_out(&self) -> Vec<Vec<ActionId>> {
        let mut cards: Vec<(ActionId, Vec<ActionId>)> = Vec::new();
        for id in &self.waiting {
            let Some(asked) = self.asked.get(id) else { continue };
            let action = &asked.action;
            let alone = action.verdict.obligations.contains(&Obligation::Alone);
            let own = alone && !self.is(Mutant::AloneIsBatched);
            let root = if own { *id } else { action.batch.unwrap_or(*id) };
            match cards.iter_mut().find(|(other, _)| *other == root && !own) {
                Some((_, lines)) => lines.push(*id),
                None => cards.push((root, vec![*id])),
            }
        }
        cards.into_iter().map(|(_, lines)| lines).collect()
    }

    /// The person looks at all cards and decides about each line. What they approve is done, in order.
    ///
    /// # Errors
    /// When something failed that has nothing to do with what was decided.
    pub async fn decide(&mut self, mut wanted: impl FnMut(&Deed) -> bool + Send) -> Outcome<()> {
        let cards = self.laid_out();
        for card in &cards {
            self.cards += 1;
            self.look(card);
            for id in card {
                let Some(asked) = self.asked.get(id).cloned() else {
                    continue;
                };
                match self.deed(&asked.action) {
                    Some(deed) if wanted(&deed) => self.click(*id).await?,
                    _ => self.reject(*id).await?,
                }
            }
        }
        self.waiting.clear();
        for id in cards.into_iter().flatten() {
            self.go_on(id).await?;
        }
        Ok(())
    }

    /// Whether anything waits for the person.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// What an action would do, as the server writes it down.
    pub fn deed(&self, action: &Action) -> Option<Deed> {
        let arguments = action.effect.arguments.iter();
        let values = arguments
            .map(|(name, argument)| (name.clone(), argument.value.clone()))
            .collect();
        Some(Deed::of(self.tool(&action.effect.operation)?, &values))
    }

    /// What the person saw of an action: the digest, and the word to be typed.
    pub fn on_card(&self, id: ActionId) -> Option<(Digest, String)> {
        let card = self.asked.get(&id)?.action.shown.card.as_ref()?;
        Some((
            card.digest(&[Choice::Approve]).ok()?,
            card.lines().first()?.word.clone(),
        ))
    }

    /// The person says yes to an action as they saw it, with the word where one is needed.
    ///
    /// # Errors
    /// When something failed that has nothing to do with the approval.
    pub async fn click(&mut self, id: ActionId) -> Outcome<()> {
        match self.on_card(id) {
            Some((shown, word)) => self.approve(id, shown, Some(&word)).await,
            None => Ok(()),
        }
    }

    /// A click on whatever card, with whatever was typed. It counts as the person's yes only if it is one.
    ///
    /// # Errors
    /// As for [`Desk::click`].
    pub async fn approve(&mut self, id: ActionId, mut shown: Digest, word: Option<&str>) -> Outcome<()> {
        let (Some(asked), Some((digest, needed))) = (self.asked.get(&id).cloned(), self.on_card(id)) else {
            return Ok(());
        };
        let action = asked.action.clone();
        let typed =
            word == Some(needed.as_str()) || !action.verdict.obligations.contains(&Obligation::TypedWord);
        let fresh = self.clock.wall() < action.created + CARD_LASTS_MS;
        if shown == digest && typed && fresh && !asked.rejected {
            self.clicked.extend(self.deed(&action));
            self.known.insert(action.effect.operation.clone());
        }
        let mut word = word.map(str::to_owned);
        if self.is(Mutant::AnyDigestCounts) {
            shown = digest;
        }
        if self.is(Mutant::WordNotNeeded) {
            word = Some(needed);
        }
        if asked.rejected && self.is(Mutant::RejectedCounts) {
            return self.again(id).await;
        }
        let now = self.clock.wall();
        if self.is(Mutant::OldCardCounts) && !fresh {
            return self.again(id).await;
        }
        let hand = Hand {
            by: PERSON,
            word: word.as_deref(),
        };
        let name = format!("a-{id}-{now}");
        self.settled(self.governed.approve(id, shown, hand, name).await)
    }

    /// The person says no.
    ///
    /// # Errors
    /// As for [`Desk::click`].
    pub async fn reject(&mut self, id: ActionId) -> Outcome<()> {
        if self.is(Mutant::StruckCounts) {
            return self.force(id).await;
        }
        if let Some(asked) = self.asked.get_mut(&id) {
            asked.rejected = true;
        }
        self.settled(self.governed.reject(id, "not what I asked for").await)
    }

    /// A refusal is an answer; only a broken book is not.
    fn settled(&self, done: Result<Action, Stop>) -> Outcome<()> {
        match done {
            Err(stop @ Stop::Book(_)) => Err(stop.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Works on an action until it rests, and judges what was done by it.
    ///
    /// # Errors
    /// When something failed that has nothing to do with the action.
    pub async fn go_on(&mut self, id: ActionId) -> Outcome<()> {
        let now = self.governed.book.get(id).await?;
        let Some(now) = now else { return Ok(()) };
        let state = now.entry.state;
        self.world([
            Mutant::StopUnseenAtSending,
            Mutant::PinsUnseenAtSending,
            Mutant::AccountUnseenAtSending,
        ]);
        if let Some(asked) = self.asked.get(&id).cloned() {
            let tampered = |kind: Tampered| asked.tampered.contains(&kind) && !state.is_final();
            let late = self.clock.wall() >= asked.action.created + CARD_LASTS_MS;
            let breaks = match self.mutant {
                Some(Mutant::WaitingIsSent) => state == State::Awaiting,
                Some(Mutant::OldApprovalIsSent) => state == State::Approved && late,
                Some(Mutant::ChangedIsSent) => tampered(Tampered::Arguments) && state == State::Approved,
                Some(Mutant::OthersApprovalCounts) => tampered(Tampered::Approval),
                Some(Mutant::ForgedStateIsSent) => tampered(Tampered::State),
                Some(Mutant::BrokenSealCounts) => tampered(Tampered::Seal),
                Some(Mutant::DoneIsRepeated) => state == State::Succeeded,
                _ => false,
            };
            if breaks {
                return self.as_is(&now).await;
            }
        }
        self.settled(self.governed.go_on(id).await.map(|progress| progress.action))?;
        self.done(Some(id));
        Ok(())
    }

    /// Time passes.
    pub fn pass(&self, milliseconds: u64) {
        self.clock.pass(milliseconds);
    }

    /// Turns the emergency switch.
    pub fn stop(&mut self, stopped: bool) {
        self.stopped = stopped;
    }

    /// The definitions are others than those that were checked, or they are those again.
    pub fn drift(&mut self, drifted: bool) {
        self.drifted = drifted;
    }

    /// The account is another one than the person chose, or it is that one again.
    pub fn change_account(&mut self, other: bool) {
        self.other_account = other;
    }

    /// Somebody writes into the book, past the guard. Only a book in memory can be written into.
    pub fn tamper(&mut self, id: ActionId, kind: Tampered, change: impl FnOnce(&mut Action)) {
        if let (Some(book), Some(asked)) = (&self.memory, self.asked.get_mut(&id)) {
            book.tamper(id, change);
            asked.tampered.insert(kind);
        }
    }

    /// Whether two actions would do the very same.
    pub fn is_same(&self, one: ActionId, other: ActionId) -> bool {
        let deed = |id| self.asked.get(&id).and_then(|asked| self.deed(&asked.action));
        deed(one) == deed(other)
    }

    /// The approval of an action, as it is kept.
    ///
    /// # Errors
    /// When the book can't be read.
    pub async fn approval(&self, id: ActionId) -> Outcome<Option<Approval>> {
        Ok(self
            .governed
            .book
            .get(id)
            .await?
            .and_then(|action| action.approval))
    }

    /// Everything is worked on once more, as at the next start of the program.
    ///
    /// # Errors
    /// As for [`Desk::go_on`].
    pub async fn finish(&mut self) -> Outcome<()> {
        for id in self.asked.keys().copied().collect::<Vec<_>>() {
            self.go_on(id).await?;
        }
        Ok(())
    }

    /// Ends the play: what was done, and what of it nobody had said yes to.
    pub fn close(self) -> Ended {
        let done = self.site.server.close(self.session);
        let mut clicked = self.clicked;
        let mut unclicked = Vec::new();
        for deed in &done {
            match clicked.iter().position(|click| click == deed) {
                Some(place) => {
                    clicked.swap_remove(place);
                }
                None => unclicked.push(deed.clone()),
            }
        }
        Ended {
            done,
            unclicked,
            undone: clicked,
            cards: self.cards,
            proposals: self.proposals,
            refused: self.refused,
            wrong: self.wrong,
        }
    }
}
