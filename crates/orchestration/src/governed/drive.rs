use data_encoding::BASE32_NOPAD;
use domain::{ActionId, Change, Confidentiality, SideEffect};
use governance::approval::{Authorized, Ground, SealKey, Warrant, authorize};
use governance::grants::Used;
use integration::{Dispatch, Outcome, Verified};

use super::{Action, Governed, Spend, Stop, Told};
use crate::journal::{Answer, Event, Sight, State, Want};

/// How far an action is after it was worked on.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The action as it is kept.
    pub action: Action,
    /// After how many milliseconds it wants to be worked on again; nothing if it waits for a person or is at its end.
    pub again: Option<u64>,
}

/// In how many steps an action comes to rest at most. Each look or attempt is followed by a pause, so that more would be a
/// fault; it is cut off rather than repeated.
const STEPS: usize = 32;

impl Governed {
    /// Does what the journal wants next, until it wants something of a person or of time. While the emergency switch is on
    /// nothing is sent.
    ///
    /// # Errors
    /// When the action can't be read or what it became can't be kept: then it goes on at the next call, and knows that an
    /// attempt may have been under way.
    pub async fn go_on(&self, id: ActionId) -> Result<Progress, Stop> {
        for _ in 0..STEPS {
            let mut action = self.action(id).await?;
            let clock = self.now();
            match action.entry.wants(clock) {
                // A proposal is judged when it is kept.
                Want::Nothing | Want::Person | Want::Judge => return Ok(at_rest(action)),
                Want::Wait(rest) => {
                    return Ok(Progress {
                        action,
                        again: Some(rest),
                    });
                }
                // Another task of this process sends it.
                Want::Answer if self.sending.holds(id) => return Ok(at_rest(action)),
                // None does: its answer could not be kept, or the task that waited for it is gone.
                Want::Answer => {
                    let told = saying("The answer was lost on this machine, so that it has to be found out.");
                    self.step(&mut action, Event::Answered(Answer::Lost), "lost", Some(told))
                        .await?;
                }
                Want::Note if action.entry.state == State::Approved && !action.entry.uncertain => {
                    let told = saying("You approved it, and it could not be begun in time.");
                    self.step(&mut action, Event::Noted, "late", Some(told)).await?;
                }
                Want::Note => {
                    self.step(&mut action, Event::Noted, "time", None).await?;
                }
                Want::Look => self.look(action).await?,
                Want::Send if self.is_stopped() => return Ok(at_rest(action)),
                Want::Send if action.entry.attempts == 0 && action.shown.side_effect == SideEffect::Send => {
                    match self.before(&action).await? {
                        Before::Done => {}
                        Before::Open => return Ok(at_rest(action)),
                        Before::NotDone => {
                            let told =
                                saying("Something that comes before it did not happen, so it was not sent.");
                            self.step(&mut action, Event::Rejected, "held back", Some(told))
                                .await?;
                            continue;
                        }
                    }
                    if let Some(refused) = self.send(action).await? {
                        return Ok(at_rest(refused));
                    }
                }
                Want::Send => {
                    if let Some(refused) = self.send(action).await? {
                        return Ok(at_rest(refused));
                    }
                }
            }
        }
        Ok(at_rest(self.action(id).await?))
    }

    /// Works on everything that is not at its end, as at a start: what another process left behind is found out.
    ///
    /// # Errors
    /// When the book can't be read. An action that can't be worked on now does not keep the others.
    pub async fn go_on_with_all(&self) -> Result<Vec<Progress>, Stop> {
        let mut all = Vec::new();
        for action in self.book.open().await? {
            match self.go_on(action.id).await {
                Ok(progress) => all.push(progress),
                Err(stop) => {
                    tracing::warn!(action = action.id.0, %stop, "an action can't be worked on now");
                    all.push(at_rest(action));
                }
            }
        }
        Ok(all)
    }

    /// How it stands with what was approved together with a message and comes before it: people are told of what is done,
    /// not of what was to be done.
    async fn before(&self, action: &Action) -> Result<Before, Stop> {
        let Some(approval) = &action.approval else {
            return Ok(Before::Done);
        };
        let batch = self.book.batch(action.batch.unwrap_or(action.id)).await?;
        let together = |other: &&Action| {
            other.id < action.id
                && other
                    .approval
                    .as_ref()
                    .is_some_and(|own| own.id() == approval.id())
        };
        let mut before = Before::Done;
        for other in batch.iter().filter(together) {
            match other.entry.state {
                State::Succeeded => {}
                state if state.is_final() => return Ok(Before::NotDone),
                _ => before = Before::Open,
            }
        }
        Ok(before)
    }

    /// Makes the attempt durable, sends, and keeps the answer. The action where the guard refused it.
    async fn send(&self, mut action: Action) -> Result<Option<Action>, Stop> {
        let _under_way = self.sending.begin(action.id);
        let install_key = self.install_key.key().await?;
        let (authorized, spend) = match self.authorized(&action, SealKey(&install_key)).await {
            Ok(authorized) => authorized,
            Err(refusal) => return self.refused(action, &refusal.to_string()).await,
        };
        let system = self.system(&action.effect.system).await?;
        let connection = system.connection.clone();
        let material = authorized.key_material(&action.id.to_string());
        let key = key(&install_key, &material);
        // Under another key the system would take it for another request.
        if action.key.get_or_insert_with(|| key.clone()) != &key {
            let words = "Nothing was sent. The key of the first attempt was changed where it was kept; look in the system.";
            return self.refused(action, words).await;
        }
        let Ok(entry) = action.entry.after(Event::Begun, self.now()) else {
            return Ok(None);
        };
        action.entry = entry;
        if !self.keep_spending(&mut action, "dispatching", spend).await? {
            return Ok(None);
        }
        let dispatch = Dispatch {
            key: &key,
            request_hash: &action.shown.request_hash,
            confidentiality: Confidentiality::Internal,
        };
        let outcome = connection.perform(&authorized, dispatch).await;
        let (answer, told) = match &outcome {
            Outcome::Done(done) => (
                Answer::Done,
                Told {
                    words: "Done.".to_owned(),
                    record: done.id.clone(),
                    version: done.version.clone(),
                    ..Told::default()
                },
            ),
            Outcome::Refused { why, .. } => (Answer::Refused, saying(why)),
            Outcome::NotTaken { after, why } => (Answer::NotTaken { after: *after }, saying(why)),
            Outcome::Lost { why } => (Answer::Lost, saying(why)),
        };
        let unkept = |stop| match stop {
            Stop::Book(error) => Stop::Unkept(error),
            other => other,
        };
        self.step(&mut action, Event::Answered(answer), "answered", Some(told))
            .await
            .map_err(unkept)?;
        if let Outcome::Done(done) = &outcome {
            let verified = connection.verify(&action.effect, done).await;
            self.read_back(&mut action, verified, &done.said)
                .await
                .map_err(unkept)?;
        }
        Ok(None)
    }

    /// What the guard refused. Where an earlier attempt is uncertain, a person is asked. Nothing where somebody else moved it
    /// first: they may have used what was left of a permission, and it is looked at anew.
    async fn refused(&self, mut action: Action, words: &str) -> Result<Option<Action>, Stop> {
        let told = match action.entry.uncertain {
            true => saying(&words.replacen("Nothing was sent", "Nothing more was sent", 1)),
            false => saying(words),
        };
        let kept = self
            .step(&mut action, Event::Rejected, "refused", Some(told))
            .await?;
        Ok(kept.then_some(action))
    }

    /// The right to send it, judged anew at this moment.
    async fn authorized(
        &self,
        action: &Action,
        key: SealKey<'_>,
    ) -> Result<(Authorized<domain::Effect>, Option<Spend>), Stop> {
        let system = self.system(&action.effect.system).await?;
        let described = system
            .connection
            .description()
            .operation(&action.effect.operation);
        let operation = &described
            .ok_or_else(|| integration::Trouble::Operation {
                system: action.effect.system.clone(),
                operation: action.effect.operation.clone(),
            })?
            .operation;
        let shown = &action.shown;
        let lines = action
            .approval
            .as_ref()
            .map_or(1, |approval| approval.lines().len());
        let count = u32::try_from(lines).unwrap_or(u32::MAX);
        let situation = self.situation(&system, &action.effect, &shown.proposer, &shown.context, count);
        let held = match &shown.grant {
            Some(id) => self
                .grants
                .all()
                .await?
                .into_iter()
                .find(|held| held.grant.id == *id),
            None => None,
        };
        let warrant = match (&action.approval, &held) {
            // The line of an approval belongs to one action, and the journal alone says whether it may be sent again.
            (Some(approval), _) => Warrant::Approval {
                approval,
                action: action.id,
                key,
                used: false,
            },
            // A second attempt is the same change: it was counted when the first began.
            (None, Some(held)) => Warrant::Grant {
                grant: &held.grant,
                used: if action.entry.attempts > 0 {
                    Used::default()
                } else {
                    held.used
                },
            },
            (None, None) => Warrant::Rules,
        };
        let now = self.clock.wall();
        let authorized = authorize(
            &self.policies,
            &action.effect,
            operation,
            &situation,
            warrant,
            now,
        )?;
        let spend = match (authorized.ground(), held) {
            (Ground::Grant { id, used }, Some(held)) if action.entry.attempts == 0 => Some(Spend {
                grant: id.clone(),
                before: held.used,
                after: *used,
            }),
            _ => None,
        };
        Ok((authorized, spend))
    }

    async fn look(&self, mut action: Action) -> Result<(), Stop> {
        let connection = self.system(&action.effect.system).await?.connection.clone();
        let key = action.key.clone().unwrap_or_default();
        let (sight, told) = match connection.look_up(&action.effect, &key).await {
            integration::Sight::Found { id, version } => (
                Sight::Found,
                Told {
                    words: "It was found there: it happened.".to_owned(),
                    record: Some(id),
                    version,
                    as_sent: Some(true),
                    ..Told::default()
                },
            ),
            integration::Sight::Absent => (Sight::Absent, saying("There is no trace of it.")),
            integration::Sight::Changed => (
                Sight::Changed,
                saying("The record is neither as it was nor as it would be."),
            ),
            integration::Sight::Unclear { why } => (Sight::Unclear, saying(&why)),
        };
        self.step(&mut action, Event::Looked(sight), "looked", Some(told))
            .await?;
        Ok(())
    }

    async fn read_back(
        &self,
        action: &mut Action,
        verified: Result<Verified, integration::Trouble>,
        said: &str,
    ) -> Result<(), Stop> {
        let mut told = action.outcome.take().unwrap_or_default();
        match verified {
            Ok(Verified::AsSent { version }) => {
                told.as_sent = Some(true);
                told.version = version.or(told.version);
            }
            Ok(Verified::Differs(changes)) => {
                let own = match said {
                    "" => String::new(),
                    said => format!(" It said: {said}"),
                };
                told.words = match nothing_changed(&action.shown.changes, &changes) {
                    true => format!("The system answered as if it was done, but nothing changed.{own}"),
                    false => format!("Done, but the system keeps something else than what was sent.{own}"),
                };
                told.as_sent = Some(false);
                told.differs = changes;
            }
            Ok(Verified::Absent) => {
                told.words = "The system said that it was done, but nothing of it is there.".to_owned();
                told.as_sent = Some(false);
            }
            Ok(Verified::NoWay) if said.is_empty() => {}
            Ok(Verified::NoWay) => {
                told.words = format!("The system answered, and nothing can be read back. It said: {said}");
            }
            Err(trouble) => told.words = format!("Done. It could not be read back: {trouble}"),
        }
        action.outcome = Some(told);
        self.keep(action, "read back").await?;
        Ok(())
    }

    /// One arrow, durable with its audit row. False if somebody else moved the action first, or the arrow does not belong
    /// there any more: then nothing happened.
    async fn step(
        &self,
        action: &mut Action,
        event: Event,
        what: &str,
        told: Option<Told>,
    ) -> Result<bool, Stop> {
        let Ok(entry) = action.entry.after(event, self.now()) else {
            return Ok(false);
        };
        action.entry = entry;
        if told.is_some() {
            action.outcome = told;
        }
        if entry.state == State::NeedsPerson && action.outcome.is_none() {
            action.outcome = Some(saying("Nobody can tell whether it happened. Look in the system."));
        }
        self.keep(action, what).await
    }
}

/// How it stands with what comes before something.
enum Before {
    /// All of it happened.
    Done,
    /// Some of it is not at its end.
    Open,
    /// Some of it did not happen.
    NotDone,
}

fn at_rest(action: Action) -> Progress {
    Progress { action, again: None }
}

fn saying(words: &str) -> Told {
    Told {
        words: words.to_owned(),
        ..Told::default()
    }
}

/// The key of a request: the same for all attempts, another for every other request and every other installation. BLAKE3 in
/// its keyed mode, 160 bits of it in Base32, which every system takes in a header or a field.
fn key(install_key: &[u8; 32], material: &[u8]) -> String {
    let hash = blake3::keyed_hash(install_key, material);
    let half = hash.as_bytes().get(..20).unwrap_or_default();
    BASE32_NOPAD.encode(half)
}

/// Whether everything stands there as it was before, of what was to be changed.
fn nothing_changed(shown: &[Change], differs: &[Change]) -> bool {
    let as_before = |change: &Change| {
        let before = differs.iter().find(|differs| differs.field == change.field);
        before.is_some_and(|differs| differs.after == change.before)
    };
    !shown.is_empty() && shown.iter().all(as_before)
}
