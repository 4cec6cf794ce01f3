//! One play: a person's desk with the real governed path, the model's run, and a record of what the person clicked. What
//! must hold at every step is checked ([`judge`]), whoever plays.

mod broken;
mod judge;
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{ActionId, Confidentiality, SourceRef, Taint};
use governance::approval::{Approval, CARD_LASTS_MS, Choice, Hand, Line};
use governance::audit::Digest;
use governance::policy::{Obligation, Proposer};
use integration::{Cap, Clock, Connection};
use orchestration::governed::{Action, ActionBook, Context, Governed, GrantBook, RunContext, Stop, System};
use orchestration::journal::{Epoch, State};

use crate::Outcome;
use crate::book::Kept;
use crate::cases::{Arguments, Tool};
use crate::mutants::{Mutant, Seen};
use crate::server::Deed;
use crate::site::{HandClock, PERSON, Site, Wired};

pub use parts::{Asked, Book, Ended, Setting, Sheet, Tampered};

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
        type Books = (Arc<dyn ActionBook>, Arc<dyn GrantBook>, u64, Option<Arc<Kept>>);
        let (book, grants, epoch, memory): Books = match setting.book {
            Book::Ledger(book, grants, epoch) => (book, grants, epoch, None),
            Book::Memory => {
                let kept = Arc::<Kept>::default();
                (kept.clone(), kept.clone(), 1, Some(kept))
            }
        };
        let clock = Arc::<HandClock>::default();
        let governed = Governed {
            book,
            grants,
            systems: Arc::new(BTreeMap::new()),
            policies: Arc::clone(&site.policies),
            install_key: Arc::new([7; 32]),
            epoch: Epoch(epoch),
            clock: clock.clone(),
            stopped: Default::default(),
            changes: Default::default(),
            sending: Default::default(),
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
            title: self.wired.system.to_string(),
            quarantined: false,
        };
        self.governed.systems = Arc::new(BTreeMap::from([(self.wired.system.clone(), system)]));
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
        let system = &self.wired.system;
        let read = self
            .run
            .read(&self.governed, system, tool, &given, Cap::default());
        let found = match read.await {
            // The model is told that it may not, and nothing more.
            Err(Stop::NotRead(_)) => {
                self.refused += 1;
                return Ok(String::new());
            }
            found => found?,
        };
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
                clicked: false,
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
    ///
    /// # Errors
    /// When the book can't be read.
    pub async fn laid_out(&self) -> Outcome<Vec<Vec<ActionId>>> {
        if self.is(Mutant::AloneIsBatched) {
            return Ok(self.laid_out_badly());
        }
        let mut cards: Vec<Vec<ActionId>> = Vec::new();
        for id in &self.waiting {
            if cards.iter().flatten().any(|other| other == id) {
                continue;
            }
            let shared = match self.governed.card(*id).await {
                Ok(shared) => shared,
                Err(stop @ Stop::Book(_)) => return Err(stop.into()),
                // It was decided already.
                Err(_) => continue,
            };
            let lines = shared.actions.iter().map(|action| action.id);
            // Of two that are the same request the second is decided after the rest of its card.
            let lines = lines
                .filter(|id| self.asked.contains_key(id) && !cards.iter().flatten().any(|other| other == id));
            let lines = lines.collect();
            cards.push(lines);
        }
        Ok(cards)
    }

    /// What was proposed together stands on one card, whatever it is.
    fn laid_out_badly(&self) -> Vec<Vec<ActionId>> {
        let mut cards: BTreeMap<ActionId, Vec<ActionId>> = BTreeMap::new();
        for (id, asked) in self
            .waiting
            .iter()
            .filter_map(|id| Some((id, self.asked.get(id)?)))
        {
            let first = asked.action.batch.unwrap_or(*id);
            cards.entry(first).or_default().push(*id);
        }
        cards.into_values().collect()
    }

    /// The person looks at all cards and decides about each line: with one click for what is left of a card when what they
    /// do not want is struck out. What they approve is done, in order.
    ///
    /// # Errors
    /// When something failed that has nothing to do with what was decided.
    pub async fn decide(&mut self, mut wanted: impl FnMut(&Deed) -> bool + Send) -> Outcome<()> {
        let cards = self.laid_out().await?;
        for card in &cards {
            self.cards += 1;
            self.look(card);
            let mut yes = BTreeSet::new();
            for id in card {
                let deed = self.asked.get(id).and_then(|asked| self.deed(&asked.action));
                if deed.is_some_and(|deed| wanted(&deed)) {
                    yes.insert(*id);
                }
            }
            self.sign(card, yes).await?;
        }
        let mut all: BTreeSet<ActionId> = cards.into_iter().flatten().collect();
        all.extend(self.waiting.drain(..));
        for id in all {
            self.go_on(id).await?;
        }
        Ok(())
    }

    /// The person says yes to some lines of a card and strikes out the others.
    async fn sign(&mut self, card: &[ActionId], mut yes: BTreeSet<ActionId>) -> Outcome<()> {
        let no: BTreeSet<ActionId> = card.iter().copied().filter(|id| !yes.contains(id)).collect();
        while let Some(first) = yes.pop_first() {
            if let Some(sheet) = self.on_card(first, &no).await? {
                self.approve(first, &no, sheet.shown, Some(&sheet.word)).await?;
                yes.retain(|id| !sheet.lines.contains(id));
            }
        }
        for id in no {
            self.reject(id).await?;
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

    /// The card on which an action lies before the person when they strike out these lines; the one it was proposed with
    /// where it lies there no more. Nothing where nothing is left on it.
    ///
    /// # Errors
    /// When the book can't be read.
    pub async fn on_card(&self, id: ActionId, no: &BTreeSet<ActionId>) -> Outcome<Option<Sheet>> {
        let Some(asked) = self.asked.get(&id) else {
            return Ok(None);
        };
        let (actions, card) = match self.governed.card(id).await {
            Ok(shared) => (
                shared.actions.iter().map(|action| action.id).collect(),
                shared.card,
            ),
            Err(stop @ Stop::Book(_)) => return Err(stop.into()),
            Err(_) => match &asked.action.shown.card {
                Some(card) => (vec![id], card.clone()),
                None => return Ok(None),
            },
        };
        // A fresh card in the place of one that was tampered with is nothing that the person asked for.
        let strikes = |id: &ActionId| no.contains(id) || !self.asked.contains_key(id);
        let (struck, lines): (Vec<ActionId>, Vec<ActionId>) = actions.iter().partition(|id| strikes(id));
        let choice = |id| match strikes(id) {
            true => Choice::Strike,
            false => Choice::Approve,
        };
        let choices: Vec<Choice> = actions.iter().map(choice).collect();
        let Ok(shown) = card.digest(&choices) else {
            return Ok(None);
        };
        let typed = |line: &&Line| line.needs.contains(&Obligation::TypedWord);
        let line = card.lines().iter().find(typed).or(card.lines().first());
        Ok(line.map(|line| Sheet {
            lines,
            struck: struck.into_iter().collect(),
            shown,
            word: line.word.clone(),
        }))
    }

    /// The person says yes to the whole card on which an action lies, with the word where one is needed.
    ///
    /// # Errors
    /// When something failed that has nothing to do with the approval.
    pub async fn click(&mut self, id: ActionId) -> Outcome<()> {
        let none = BTreeSet::new();
        match self.on_card(id, &none).await? {
            Some(sheet) => self.approve(id, &none, sheet.shown, Some(&sheet.word)).await,
            None => Ok(()),
        }
    }

    /// A click on whatever card, with whatever was struck out and typed. It counts as the person's yes only if it is one.
    ///
    /// # Errors
    /// As for [`Desk::click`].
    pub async fn approve(
        &mut self,
        id: ActionId,
        no: &BTreeSet<ActionId>,
        mut shown: Digest,
        word: Option<&str>,
    ) -> Outcome<()> {
        let Some(sheet) = self.on_card(id, no).await? else {
            return Ok(());
        };
        let lines: Vec<&Asked> = sheet.lines.iter().filter_map(|id| self.asked.get(id)).collect();
        let now = self.clock.wall();
        let typed = word == Some(sheet.word.as_str())
            || !lines
                .iter()
                .any(|asked| asked.action.verdict.obligations.contains(&Obligation::TypedWord));
        let fresh = lines
            .iter()
            .all(|asked| now < asked.action.created + CARD_LASTS_MS);
        let rejected = lines.iter().any(|asked| asked.rejected);
        if shown == sheet.shown && typed && fresh && !rejected {
            self.said_yes(&sheet.lines);
        }
        let mut word = word.map(str::to_owned);
        if self.is(Mutant::AnyDigestCounts) {
            shown = sheet.shown;
        }
        if self.is(Mutant::WordNotNeeded) {
            word = Some(sheet.word);
        }
        if rejected && self.is(Mutant::RejectedCounts) {
            return self.again(id).await;
        }
        if self.is(Mutant::OldCardCounts) && !fresh {
            return self.again(id).await;
        }
        let hand = Hand {
            by: PERSON,
            word: word.as_deref(),
        };
        let name = format!("a-{id}-{now}");
        let done = self.governed.approve(id, &sheet.struck, shown, hand, name).await;
        if done.is_ok() {
            for id in &sheet.struck {
                if let Some(asked) = self.asked.get_mut(id) {
                    asked.rejected = true;
                }
            }
        }
        self.settled(done)
    }

    /// What the person said yes to may be done, once, however often they click.
    fn said_yes(&mut self, lines: &[ActionId]) {
        for id in lines {
            let Some(asked) = self.asked.get_mut(id) else {
                continue;
            };
            let again = std::mem::replace(&mut asked.clicked, true);
            let action = asked.action.clone();
            if !again {
                self.clicked.extend(self.deed(&action));
                self.known.insert(action.effect.operation);
            }
        }
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
    fn settled<T>(&self, done: Result<T, Stop>) -> Outcome<()> {
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
        let now = self.governed.book.get(&[id]).await?.pop();
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

    /// The approval of an action, as it is kept.
    ///
    /// # Errors
    /// When the book can't be read.
    pub async fn approval(&self, id: ActionId) -> Outcome<Option<Approval>> {
        let kept = self.governed.book.get(&[id]).await?.pop();
        Ok(kept.and_then(|action| action.approval))
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
