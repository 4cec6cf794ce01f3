use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use integration::description::{Place, SyncForm};
use integration::egress::EgressError;
use integration::{Cap, Clock, Connection, Mark, Record, Trouble};
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Brought, KindState, Mirror, Page, Sweep, moment, page};

/// A sweep is begun so long after the last one began, in milliseconds.
const SWEEP_AFTER: i64 = 24 * 3_600_000;
/// Where there is no way to ask for changes alone, everything is listed so often.
const LIST_AFTER: i64 = 15 * 60_000;
/// Changes are asked for from so long before the newest one that is kept: clocks of a system differ, and what is written at
/// the same moment may be seen later. In milliseconds.
const OVERLAP: i64 = 120_000;
/// So many records are read whole at a time.
const AT_ONCE: usize = 4;
/// So many ids are asked about at a time when a sweep ends.
const ASKED: usize = 100;
/// So often something is tried again before the pass is put off.
const TRIES: u32 = 5;
/// The first pause before it is tried again, where the system asks for none; each one after it is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that is waited out; what asks for more is put off to the next pass.
const LONGEST: Duration = Duration::from_secs(120);
/// Number of the form in which pages are written; another one has all of them written anew.
const FORM: u8 = 1;
/// So much is read below a record.
const WORDS: Cap = Cap {
    records: 500,
    pages: 20,
};

/// What a run works with.
pub struct Run<'a> {
    /// The way to the system.
    pub connection: &'a Connection,
    /// What people call it.
    pub title: &'a str,
    /// The kind of record.
    pub kind: &'a str,
    /// How all of them are read.
    pub form: &'a SyncForm,
    /// Where copies are kept.
    pub mirror: &'a dyn Mirror,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// A number between 0 and 1, new each time: pauses of many machines must not end together.
    pub jitter: &'a (dyn Fn() -> f64 + Send + Sync),
    /// Everything is listed, however lately that was done.
    pub everything: bool,
    /// Called after each step with how many records were listed and how many of them were read.
    pub told: &'a (dyn Fn(u64, u64) + Send + Sync),
    /// Ends it.
    pub stop: CancellationToken,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Records that were listed.
    pub listed: u64,
    /// Records that were read because they are new or changed.
    pub read: u64,
    /// Records that are not there any more.
    pub gone: u64,
    /// Why it is not up to date, as a sentence. What was brought is kept.
    pub trouble: Option<String>,
}

/// Why a pass does not go on.
enum Halt {
    /// It was told to stop.
    Stopped,
    /// The page to go on with is not known to the system any more.
    Lost,
    /// In words for a person.
    Trouble(String),
}

/// Brings one kind of record of one system up to date.
pub async fn run(run: Run<'_>) -> Ended {
    let mut pass = Pass {
        form: serde_json::to_string(&(run.form, run.title)).unwrap_or_default(),
        run,
        ended: Ended::default(),
        state: KindState::default(),
        pages: BTreeSet::new(),
    };
    match pass.whole().await {
        Ok(()) | Err(Halt::Stopped) => {}
        Err(Halt::Lost) => pass.ended.trouble = Some("Its list could not be read to the end.".to_owned()),
        Err(Halt::Trouble(why)) => pass.ended.trouble = Some(why),
    }
    if let Some(why) = &pass.ended.trouble {
        pass.state.trouble = Some(why.clone());
        let kept = pass
            .run
            .mirror
            .keep(pass.run.kind, Brought::default(), &pass.state)
            .await;
        if let Err(unkept) = kept {
            pass.ended.trouble = Some(format!("{why} {unkept}"));
        }
    }
    pass.ended
}

struct Pass<'a> {
    run: Run<'a>,
    ended: Ended,
    state: KindState,
    /// The pages of this pass, by the records on them.
    pages: BTreeSet<Vec<String>>,
    /// How its records are read and what people call its system, as one text.
    form: String,
}

impl Pass<'_> {
    async fn whole(&mut self) -> Result<(), Halt> {
        self.state = self
            .run
            .mirror
            .state(self.run.kind)
            .await
            .map_err(Halt::Trouble)?;
        let now = self.run.clock.wall();
        let since = self.run.form.since.as_ref();
        let every = if since.is_some() { SWEEP_AFTER } else { LIST_AFTER };
        // A clock that was set back makes a sweep due, and nothing worse.
        let due = self
            .state
            .swept
            .is_none_or(|swept| now - swept >= every || now < swept);
        if self.state.sweep.is_none() && (due || self.run.everything) {
            self.state.sweeps += 1;
            self.state.sweep = Some(Sweep {
                began: now,
                mark: Some(Mark::default()),
            });
        }
        if self.state.sweep.is_some() {
            self.sweep().await?;
        }
        // What changed while everything was listed may have moved from a page that was yet to come to one that was read.
        if since.is_some() {
            self.changes().await?;
        }
        self.state.trouble = None;
        self.state.ended = Some(self.run.clock.wall());
        self.keep(Brought::default()).await
    }

    async fn sweep(&mut self) -> Result<(), Halt> {
        let arguments = self.arguments(0)?;
        let mut fresh = false;
        self.pages.clear();
        while let Some(mark) = self.state.sweep.as_ref().and_then(|sweep| sweep.mark.clone()) {
            fresh |= mark == Mark::default();
            match self.step(&arguments, &mark).await {
                Ok((brought, next)) => {
                    if let Some(sweep) = &mut self.state.sweep {
                        sweep.mark = next;
                    }
                    self.keep(brought).await?;
                }
                // A mark of an earlier run may be too old.
                Err(Halt::Lost) if !fresh => {
                    fresh = true;
                    let began = self.run.clock.wall();
                    self.state.sweeps += 1;
                    self.state.sweep = Some(Sweep {
                        began,
                        mark: Some(Mark::default()),
                    });
                }
                Err(halt) => return Err(halt),
            }
        }
        self.remove_gone().await?;
        let began = self.state.sweep.take().map(|sweep| sweep.began);
        self.state.swept = began;
        self.keep(Brought::default()).await
    }

    /// Asks about each record that was not listed. A list that is short by mistake, or was, removes nothing.
    async fn remove_gone(&mut self) -> Result<(), Halt> {
        // Where single records can't be asked for, two lists in a row have to be without it.
        let get = format!("{}.get", self.run.kind);
        let can_ask = self.run.connection.description().operation(&get).is_some();
        let sweep = self.state.sweeps - i64::from(!can_ask);
        let mut after = String::new();
        loop {
            let asked = self.run.mirror.unseen(self.run.kind, sweep, &after, ASKED);
            let ids = asked.await.map_err(Halt::Trouble)?;
            let Some(last) = ids.last() else {
                return Ok(());
            };
            after.clone_from(last);
            let mut brought = Brought::default();
            for id in ids {
                let there = can_ask && self.record(&id).await?.is_some();
                let list = if there {
                    &mut brought.seen
                } else {
                    &mut brought.gone
                };
                list.push(id);
            }
            self.ended.gone += brought.gone.len() as u64;
            self.keep(brought).await?;
        }
    }

    /// The record, or nothing where it is not there or not for this person.
    async fn record(&self, id: &str) -> Result<Option<Record>, Halt> {
        let (connection, kind) = (self.run.connection, self.run.kind);
        self.patiently(|| {
            let asked = connection.record(kind, id).map(|record| match record {
                Ok(record) => Ok(Some(record)),
                Err(Trouble::Missing { .. } | Trouble::Refused { status: 403, .. }) => Ok(None),
                Err(trouble) => Err(trouble),
            });
            asked.boxed()
        })
        .await
    }

    async fn changes(&mut self) -> Result<(), Halt> {
        let from = self.state.newest.map_or(0, |newest| newest - OVERLAP);
        let arguments = self.arguments(from)?;
        let mut mark = Some(Mark::default());
        self.pages.clear();
        while let Some(at) = mark {
            let (brought, next) = self.step(&arguments, &at).await?;
            mark = next;
            self.keep(brought).await?;
        }
        Ok(())
    }

    /// One page of the list, and all of what is new on it.
    async fn step(
        &mut self,
        arguments: &BTreeMap<String, Value>,
        mark: &Mark,
    ) -> Result<(Brought, Option<Mark>), Halt> {
        let (connection, form) = (self.run.connection, self.run.form);
        let answered = self
            .patiently(|| connection.page(&form.list, arguments, mark).boxed())
            .await;
        let (records, next) = match answered {
            Err(Halt::Trouble(_)) if *mark != Mark::default() && self.is_lost(arguments, mark).await => {
                return Err(Halt::Lost);
            }
            answered => answered?,
        };
        let ids: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
        // A system that takes no notice of which page it is asked for would be asked for ever.
        if next.is_some() && !self.pages.insert(ids.clone()) {
            return Err(Halt::Trouble(
                "Its pages go round in a circle: the same one came twice.".to_owned(),
            ));
        }
        let known = self.run.mirror.listed(self.run.kind, &ids).await;
        let known = known.map_err(Halt::Trouble)?;
        let new: Vec<(Record, String)> = records
            .into_iter()
            .map(|record| {
                let listed = self.listed(&record);
                (record, listed)
            })
            .filter(|(record, listed)| known.get(&record.id) != Some(listed))
            .collect();
        let pass = &*self;
        let mut reading =
            futures_util::stream::iter(new.into_iter().map(|(record, listed)| pass.read(record, listed)))
                .buffered(AT_ONCE);
        let mut brought = Brought {
            seen: ids,
            ..Brought::default()
        };
        while let Some(read) = reading.next().await {
            match read? {
                (id, None) => {
                    brought.seen.retain(|own| *own != id);
                    brought.gone.push(id);
                }
                (_, Some(page)) => brought.pages.push(page),
            }
        }
        drop(reading);
        let newest = brought.pages.iter().filter_map(|page| page.changed).max();
        self.state.newest = self.state.newest.max(newest);
        self.ended.listed += brought.seen.len() as u64;
        self.ended.read += brought.pages.len() as u64;
        (self.run.told)(self.ended.listed, self.ended.read);
        Ok((brought, next))
    }

    /// Whether the system knows the list and not the page of it.
    async fn is_lost(&self, arguments: &BTreeMap<String, Value>, mark: &Mark) -> bool {
        let asked = self
            .run
            .connection
            .page(&self.run.form.list, arguments, mark)
            .await;
        matches!(
            asked,
            Err(Trouble::Refused {
                status: 400 | 404 | 410 | 422,
                ..
            })
        )
    }

    /// A record whole, with what people wrote in it; no page if it went meanwhile.
    async fn read(&self, record: Record, listed: String) -> Result<(String, Option<Page>), Halt> {
        let id = record.id.clone();
        let record = match self.run.form.whole {
            false => record,
            true => match self.record(&id).await? {
                Some(whole) => whole,
                None => return Ok((id, None)),
            },
        };
        let words = match &self.run.form.words {
            None => Vec::new(),
            Some(search) => self.words(search, &id).await?,
        };
        let changed = record.edited().and_then(|edited| moment(&edited.at?));
        let html = page(&record, self.run.form, self.run.title, &words);
        let page = Page {
            id: id.clone(),
            html,
            listed,
            changed,
        };
        Ok((id, Some(page)))
    }

    async fn words(&self, search: &str, id: &str) -> Result<Vec<Record>, Halt> {
        let connection = self.run.connection;
        let described = connection.description().operation(search);
        let in_path = || {
            let places = &described?.binding.places;
            let found = places.iter().find(|(_, place)| **place == Place::Path);
            found.map(|(name, _)| name.clone())
        };
        let argument = self.run.form.words_by.clone().or_else(in_path);
        let argument = argument.unwrap_or_else(|| "id".to_owned());
        let arguments = BTreeMap::from([(argument, Value::String(id.to_owned()))]);
        let internal = domain::Confidentiality::Internal;
        let arguments = &arguments;
        self.patiently(|| {
            let asked = connection.read(search, arguments, internal, WORDS);
            let asked = asked.map(|found| match found {
                Err(Trouble::Refused {
                    status: 403 | 404, ..
                }) => Ok(Vec::new()),
                Err(trouble) => Err(trouble),
                Ok(found) => Ok(found.records),
            });
            asked.boxed()
        })
        .await
    }

    fn arguments(&self, from: i64) -> Result<BTreeMap<String, Value>, Halt> {
        let mut arguments = self.run.form.arguments.clone();
        if let Some(since) = &self.run.form.since {
            let at =
                Timestamp::from_millisecond(from.max(0)).map_err(|error| Halt::Trouble(error.to_string()))?;
            let written = match &since.written {
                None => at.to_string(),
                Some(form) => at.strftime(form).to_string(),
            };
            arguments.insert(since.argument.clone(), written.into());
        }
        Ok(arguments)
    }

    /// What tells that a record changed since it was listed last, or that it would be kept in another form now.
    fn listed(&self, record: &Record) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[FORM]);
        hasher.update(self.form.as_bytes());
        hasher.update(record.digest().as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    async fn keep(&mut self, brought: Brought) -> Result<(), Halt> {
        let kept = self.run.mirror.keep(self.run.kind, brought, &self.state).await;
        kept.map_err(Halt::Trouble)?;
        match self.run.stop.is_cancelled() {
            true => Err(Halt::Stopped),
            false => Ok(()),
        }
    }

    /// Asks again after a pause where that can help. Only reads are asked so.
    async fn patiently<'f, T>(
        &self,
        ask: impl Fn() -> BoxFuture<'f, Result<T, Trouble>> + Send + Sync,
    ) -> Result<T, Halt> {
        let mut pause = PAUSE;
        for tries in 1.. {
            let trouble = tokio::select! {
                () = self.run.stop.cancelled() => return Err(Halt::Stopped),
                answer = ask() => match answer {
                    Ok(answer) => return Ok(answer),
                    Err(trouble) => trouble,
                },
            };
            let Some(asked) = again(&trouble) else {
                return Err(Halt::Trouble(trouble.to_string()));
            };
            // Between the whole pause and half as much again; never less than the system asks for.
            let least = asked.map_or(pause, |asked| asked.max(Duration::from_millis(10)));
            let wait = least.mul_f64(1.0 + (self.run.jitter)().clamp(0.0, 1.0) / 2.0);
            if tries >= TRIES || wait > LONGEST {
                return Err(Halt::Trouble(trouble.to_string()));
            }
            pause = (pause * 2).min(LONGEST);
            tokio::select! {
                () = self.run.stop.cancelled() => return Err(Halt::Stopped),
                () = tokio::time::sleep(wait) => {}
            }
        }
        Err(Halt::Stopped)
    }
}

/// Whether asking again can help, and after which pause, where the system or the way out says one.
fn again(trouble: &Trouble) -> Option<Option<Duration>> {
    match trouble {
        Trouble::Egress(EgressError::Resting { after, .. }) => Some(Some(Duration::from_millis(*after))),
        Trouble::Egress(
            EgressError::Unreached { .. } | EgressError::TimedOut { .. } | EgressError::Broken { .. },
        )
        | Trouble::Refused {
            status: 408 | 425 | 429 | 500..=599,
            ..
        } => Some(None),
        _ => None,
    }
}
