//! The credential of a connection that is signed in.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Secret, SystemId};
use tokio::sync::Mutex;

use super::line::Refusal;
use super::{Kept, Line, Program, Provider, Tokens, is_old};
use crate::egress::Egress;
use crate::{Clock, Credentials};

/// Port: where what is kept of one sign-in is.
#[async_trait]
pub trait Keeping: Send + Sync {
    /// Keeps everybody else out, in this process and others, until what is given is dropped.
    async fn hold(&self) -> Result<Held, String>;
    /// What is kept; nothing if there is nothing.
    async fn read(&self) -> Result<Option<Kept>, String>;
    /// Keeps this for good, in place of what was kept, which stays until then.
    async fn keep(&self, kept: &Kept) -> Result<(), String>;
    /// Forgets it.
    async fn forget(&self) -> Result<(), String>;
}

/// Keeps others out until it is dropped.
pub trait Hold: Send {}

/// See [`Hold`].
pub type Held = Box<dyn Hold>;

/// How a sign-in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds; the access token until this moment, in milliseconds since 1970, where the provider said so.
    In {
        /// The end of the access token.
        until: Option<i64>,
        /// It is renewed without the person.
        renewed: bool,
        /// What was allowed.
        scopes: Vec<String>,
    },
    /// The person has to sign in again.
    Out,
}

/// So long passes between two tokens that were asked for before the old one's end, in milliseconds.
const PAUSE: u64 = 60_000;

/// Words to stand after "There is no credential for …:".
const OUT: &str = "you are signed out there; sign in again with `attache system sign-in`, or in the window under Connections";

/// A connection that is signed in by OAuth. Cheap to clone; all clones are the same sign-in.
#[derive(Clone)]
pub struct SignedIn(Arc<Inner>);

struct Inner {
    system: SystemId,
    provider: Provider,
    program: String,
    egress: Arc<Egress>,
    clock: Arc<dyn Clock>,
    keeping: Arc<dyn Keeping>,
    /// What is known to be kept. Held while anything is asked of the provider: whoever else comes waits for the answer.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    tokens: Option<Tokens>,
    /// What could not be kept yet; the keyring was locked, or the disk was full.
    unkept: Option<Kept>,
    /// When a token was last renewed although it was not old, by the steady clock.
    forced: Option<u64>,
}

impl SignedIn {
    /// A sign-in of which nothing is read yet. `program` is its public name at the provider.
    pub fn new(
        system: SystemId,
        provider: Provider,
        program: String,
        egress: Arc<Egress>,
        clock: Arc<dyn Clock>,
        keeping: Arc<dyn Keeping>,
    ) -> Self {
        Self(Arc::new(Inner {
            system,
            provider,
            program,
            egress,
            clock,
            keeping,
            known: Mutex::default(),
        }))
    }

    /// Where it was given.
    pub fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// Keeps what a new sign-in brought.
    ///
    /// # Errors
    /// In words, when it can't be kept.
    pub async fn begin(&self, kept: &Kept) -> Result<(), String> {
        let mut known = self.0.known.lock().await;
        let _held = self.0.keeping.hold().await?;
        self.0.keeping.keep(kept).await?;
        *known = Known {
            tokens: kept.tokens.clone(),
            ..Known::default()
        };
        Ok(())
    }

    /// The program's own secret, as it was kept.
    ///
    /// # Errors
    /// In words, when it can't be read.
    pub async fn program(&self) -> Result<Program, String> {
        let kept = self.0.keeping.read().await?;
        Ok(self.0.program(kept.and_then(|kept| kept.secret)))
    }

    /// How it stands. Nothing is asked of the provider.
    ///
    /// # Errors
    /// In words, when it can't be read.
    pub async fn standing(&self) -> Result<Standing, String> {
        // What is being renewed at this moment is told as it is kept.
        let known = self
            .0
            .known
            .try_lock()
            .ok()
            .and_then(|known| known.tokens.clone());
        let tokens = match known {
            Some(tokens) => Some(tokens),
            None => self.0.keeping.read().await?.and_then(|kept| kept.tokens),
        };
        Ok(match tokens {
            Some(tokens)
                if tokens.refresh.is_some()
                    || self.0.provider.itself
                    || !is_old(&tokens, self.0.clock.wall()) =>
            {
                Standing::In {
                    until: tokens.until,
                    renewed: tokens.refresh.is_some() || self.0.provider.itself,
                    scopes: tokens.scopes,
                }
            }
            _ => Standing::Out,
        })
    }

    /// Makes it worthless at the provider where that can be done, and forgets it here in any case; why the provider did not,
    /// in words.
    ///
    /// # Errors
    /// In words, when it is not surely forgotten here.
    pub async fn end(&self) -> Result<Option<String>, String> {
        let inner = Arc::clone(&self.0);
        // Whoever asked may not wait for it.
        let ended = tokio::spawn(async move {
            let mut known = inner.known.lock().await;
            let _held = inner.keeping.hold().await?;
            let kept = inner.keeping.read().await;
            let why = match kept {
                Ok(Some(Kept {
                    secret,
                    tokens: Some(tokens),
                })) => {
                    let program = inner.program(secret);
                    inner
                        .line(&program)
                        .revoke(&tokens)
                        .await
                        .err()
                        .map(|refusal| refusal.to_string())
                }
                Ok(_) => None,
                Err(why) => Some(why),
            };
            inner.keeping.forget().await?;
            *known = Known::default();
            Ok(why)
        });
        ended.await.unwrap_or_else(|error| Err(error.to_string()))
    }

    /// Waits until nothing is being asked of the provider.
    pub async fn rest(&self) {
        drop(self.0.known.lock().await);
    }

    /// An access token that counts, or a newer one than `refused`.
    async fn token(&self, refused: Option<Secret>) -> Result<Secret, String> {
        let inner = Arc::clone(&self.0);
        // A provider that gave new tokens has forgotten the old: what it gave is kept even if whoever asked has gone.
        let got = tokio::spawn(async move { inner.token(refused.as_ref()).await });
        got.await.unwrap_or_else(|error| Err(error.to_string()))
    }
}

impl Inner {
    fn program(&self, secret: Option<Secret>) -> Program {
        Program {
            id: self.program.clone(),
            secret,
        }
    }

    fn line<'a>(&'a self, program: &'a Program) -> Line<'a> {
        Line {
            egress: &self.egress,
            system: &self.system,
            provider: &self.provider,
            program,
            clock: &*self.clock,
        }
    }

    fn counts(&self, tokens: &Tokens, refused: Option<&Secret>) -> bool {
        !is_old(tokens, self.clock.wall())
            && refused.is_none_or(|refused| refused.expose() != tokens.access.expose())
    }

    async fn token(&self, refused: Option<&Secret>) -> Result<Secret, String> {
        let mut known = self.known.lock().await;
        if let Some(tokens) = known
            .tokens
            .as_ref()
            .filter(|tokens| self.counts(tokens, refused))
        {
            let access = tokens.access.clone();
            if known.unkept.is_some()
                && let Ok(_held) = self.keeping.hold().await
            {
                self.keep_late(&mut known).await;
            }
            return Ok(access);
        }
        let _held = self.keeping.hold().await?;
        // Another process may have been faster.
        let kept = match known.unkept.clone() {
            Some(kept) => kept,
            None => self
                .keeping
                .read()
                .await?
                .ok_or("it is not in the keyring any more; connect it again")?,
        };
        known.tokens = None;
        let tokens = kept.tokens.as_ref().ok_or(OUT)?;
        if self.counts(tokens, refused) {
            known.tokens = Some(tokens.clone());
            return Ok(tokens.access.clone());
        }
        if refused.is_some() && !is_old(tokens, self.clock.wall()) {
            // A system that takes no token at all must not have one made for each request.
            let now = self.clock.steady();
            if known.forced.is_some_and(|last| now.saturating_sub(last) < PAUSE) {
                return Err("the system took neither the last token nor the one before; look at what your account may do there".to_owned());
            }
            known.forced = Some(now);
        }
        let program = self.program(kept.secret.clone());
        let line = self.line(&program);
        let new = match self.provider.itself {
            true => line.as_itself().await,
            false => line.refresh(tokens).await,
        };
        let next = match new {
            Ok(new) => Kept {
                secret: kept.secret,
                tokens: Some(new),
            },
            Err(Refusal::Over) => Kept {
                secret: kept.secret,
                tokens: None,
            },
            // What is kept stays: it may well count when the provider can be reached again.
            Err(refusal) => {
                return Err(format!(
                    "the provider of the sign-in gave no new token, {refusal}"
                ));
            }
        };
        known.tokens.clone_from(&next.tokens);
        known.unkept = Some(next);
        self.keep_late(&mut known).await;
        known
            .tokens
            .as_ref()
            .map(|tokens| tokens.access.clone())
            .ok_or_else(|| OUT.to_owned())
    }

    /// Keeps what is not kept yet. If that fails it is used nevertheless, and kept the next time.
    async fn keep_late(&self, known: &mut Known) {
        if let Some(unkept) = known.unkept.take()
            && let Err(error) = self.keeping.keep(&unkept).await
        {
            tracing::warn!(%error, system = %self.system, "a renewed sign-in could not be kept yet");
            known.unkept = Some(unkept);
        }
    }
}

#[async_trait]
impl Credentials for SignedIn {
    async fn credential(&self, _: &SystemId) -> Result<Secret, String> {
        self.token(None).await
    }

    async fn refused(&self, _: &SystemId, secret: &Secret) -> bool {
        match self.token(Some(secret.clone())).await {
            Ok(_) => true,
            // Asking again tells the person to sign in.
            Err(why) => why == OUT,
        }
    }
}

/// Kept in memory, for tests.
#[cfg(feature = "test-support")]
#[derive(Default)]
pub struct InMemory {
    gate: Arc<Mutex<()>>,
    kept: std::sync::Mutex<Option<Secret>>,
    /// Everything that was ever kept, in order.
    pub all: std::sync::Mutex<Vec<Kept>>,
    /// Keeping fails.
    pub broken: std::sync::atomic::AtomicBool,
}

#[cfg(feature = "test-support")]
struct InMemoryHold(#[allow(dead_code)] tokio::sync::OwnedMutexGuard<()>);

#[cfg(feature = "test-support")]
impl Hold for InMemoryHold {}

#[cfg(feature = "test-support")]
#[async_trait]
impl Keeping for InMemory {
    async fn hold(&self) -> Result<Held, String> {
        Ok(Box::new(InMemoryHold(Arc::clone(&self.gate).lock_owned().await)))
    }

    async fn read(&self) -> Result<Option<Kept>, String> {
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.as_ref().map(Kept::read).transpose()
    }

    async fn keep(&self, kept: &Kept) -> Result<(), String> {
        if self.broken.load(std::sync::atomic::Ordering::SeqCst) {
            return Err("the keyring is locked".to_owned());
        }
        *self
            .kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(kept.write());
        self.all
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(kept.clone());
        Ok(())
    }

    async fn forget(&self) -> Result<(), String> {
        *self
            .kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = None;
        Ok(())
    }
}
