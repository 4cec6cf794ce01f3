use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use domain::SystemId;
use rmcp::model::ErrorCode;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::session::{Said, Session, Silence, Way};
use super::{Listed, Offered};
use crate::egress::{Answered, Asked, EgressError, Line, Purpose};
use crate::{Clock, Trouble};

/// How a server is kept going.
#[derive(Clone, Copy, Debug)]
pub struct Upkeep {
    /// It is ended when nobody asked anything of it for so long.
    pub idle: Duration,
    /// How long it may take until it said what it offers.
    pub begin: Duration,
    /// The wait before it is started again, in milliseconds, when it ended twice without an answer; each further time doubles it.
    pub first_wait: u64,
    /// The longest such wait, in milliseconds.
    pub longest_wait: u64,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(300),
            begin: Duration::from_secs(60),
            first_wait: 1_000,
            longest_wait: 300_000,
        }
    }
}

/// A server of the Model Context Protocol: begun when it is first asked, ended when nobody asks any more, begun again when it
/// ended by itself, and asked one thing after the other.
pub struct Server {
    way: Way,
    /// Where it is: a program with its arguments, or an address.
    place: String,
    upkeep: Upkeep,
    clock: Arc<dyn Clock>,
    /// What each tool was when its description was made.
    known: RwLock<BTreeMap<String, String>>,
    slot: Arc<Mutex<Slot>>,
}

#[derive(Default)]
struct Slot {
    session: Option<Session>,
    /// So often in a row it was begun and gave no answer.
    failures: u32,
    /// It is not begun before this moment of the steady clock.
    until: u64,
    /// How often it was asked, to see whether it is idle.
    asked: u64,
}

impl Server {
    /// A server. Nothing is started or sent yet.
    pub fn new(way: Way, place: String, upkeep: Upkeep, clock: Arc<dyn Clock>) -> Self {
        Self {
            way,
            place,
            upkeep,
            clock,
            known: RwLock::default(),
            slot: Arc::default(),
        }
    }

    /// How it is reached.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Asks the server what it offers. What is asked of it afterwards must be the same.
    ///
    /// # Errors
    /// When it can't be reached, or does not answer as the protocol has it.
    pub async fn tools(&self, system: &SystemId) -> Result<Listed, Trouble> {
        let mut slot = self.slot.lock().await;
        let listed = async {
            let session = self.session(&mut slot).await?;
            let listed = self.list(&session).await?;
            Ok((session, listed))
        };
        let listed = tokio::time::timeout(self.upkeep.begin, listed).await;
        let listed = listed.unwrap_or_else(|_| {
            Err(Silence::Egress(EgressError::TimedOut {
                host: self.place.clone(),
                seconds: self.upkeep.begin.as_secs(),
            }))
        });
        match listed {
            Ok((session, listed)) => {
                self.rest(&mut slot, session);
                let known = listed
                    .tools
                    .iter()
                    .map(|tool| (tool.name.clone(), tool.definition.clone()));
                *self.known.write().unwrap_or_else(PoisonError::into_inner) = known.collect();
                Ok(listed)
            }
            Err(silence) => Err(self.trouble(system, silence)),
        }
    }

    /// The session, taken out of its place: what is not put back has ended. A server that was ended by itself is begun again,
    /// but not again and again.
    async fn session(&self, slot: &mut Slot) -> Result<Session, Silence> {
        if let Some(session) = slot.session.take()
            && !session.is_closed()
        {
            return Ok(session);
        }
        let now = self.clock.steady();
        if now < slot.until {
            return Err(Silence::Egress(EgressError::Resting {
                host: self.place.clone(),
                after: slot.until - now,
            }));
        }
        // Counted before, so that one that is not waited for counts too.
        slot.failures = slot.failures.saturating_add(1);
        if let Some(more) = slot.failures.checked_sub(2) {
            let wait = self.upkeep.first_wait.saturating_mul(1 << more.min(20));
            slot.until = now.saturating_add(wait.min(self.upkeep.longest_wait));
        }
        Session::open(&self.way).await
    }

    async fn list(&self, session: &Session) -> Result<Listed, Silence> {
        // Before it is asked: what changes from now on is another change.
        session.changed();
        let tools = session.tools().await?;
        Ok(Listed::read(&self.place, session.server().as_ref(), &tools))
    }

    /// Puts the session back, and ends it when nobody asks for a while.
    fn rest(&self, slot: &mut Slot, session: Session) {
        slot.session = Some(session);
        (slot.failures, slot.until) = (0, 0);
        slot.asked += 1;
        let (asked, idle, place) = (slot.asked, self.upkeep.idle, Arc::downgrade(&self.slot));
        tokio::spawn(async move {
            tokio::time::sleep(idle).await;
            if let Some(slot) = place.upgrade() {
                let mut slot = slot.lock().await;
                if slot.asked == asked {
                    slot.session = None;
                }
            }
        });
    }

    /// Whether a tool is still what it was when its description was made.
    async fn unchanged(&self, session: &Session, tool: &str) -> Result<(), Silence> {
        let listed = self.list(session).await?;
        let now = listed.tools.iter().find(|own| own.name == tool);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(tool) {
            Some(before) if now.is_some_and(|now: &Offered| now.definition == *before) => Ok(()),
            _ => Err(Silence::Egress(EgressError::Malformed {
                host: self.place.clone(),
                why: format!(
                    "it describes `{tool}` differently now than when it was connected. Look at it, and connect it again if \
                     that is right"
                ),
            })),
        }
    }

    fn malformed(&self, why: &str) -> EgressError {
        EgressError::Malformed {
            host: self.place.clone(),
            why: why.to_owned(),
        }
    }

    /// What it means that a server was silent before anything was asked of a tool.
    fn unsent(&self, silence: Silence) -> Result<Answered, EgressError> {
        let why = match silence {
            Silence::Egress(error) if error.surely_not_sent() => return Err(error),
            Silence::Egress(error) => error.to_string().trim_end_matches('.').to_owned(),
            Silence::Status(status) => return Ok(answered(status, "no reason given.")),
            Silence::Refused(_, why) | Silence::Broken(why) => why,
        };
        Err(EgressError::Unreached {
            host: self.place.clone(),
            why,
        })
    }

    fn trouble(&self, system: &SystemId, silence: Silence) -> Trouble {
        let refused = |status, message| Trouble::Refused {
            system: system.clone(),
            status,
            message,
        };
        match silence {
            Silence::Egress(error) => Trouble::Egress(error),
            Silence::Status(status) => refused(status, "no reason given.".to_owned()),
            Silence::Refused(_, why) => refused(400, why),
            Silence::Broken(why) => Trouble::Egress(EgressError::Unreached {
                host: self.place.clone(),
                why,
            }),
        }
    }
}

#[async_trait]
impl Line for Server {
    async fn exchange(&self, asked: Asked<'_>) -> Result<Answered, EgressError> {
        let name = asked.url.path_segments().and_then(|mut parts| parts.next_back());
        let name = name.ok_or_else(|| self.malformed("no tool is named"))?.to_owned();
        let arguments: Map<String, Value> = match asked.body {
            [] => Map::new(),
            body => {
                serde_json::from_slice(body).map_err(|_| self.malformed("its arguments can't be read"))?
            }
        };
        let mut slot = self.slot.lock().await;
        let kept = slot.session.is_some();
        let session = match self.session(&mut slot).await {
            Ok(session) => session,
            Err(silence) => return self.unsent(silence),
        };
        let reads = matches!(asked.purpose, Purpose::Read | Purpose::Check);
        // Dropped here, by an error or by whoever does not wait any longer, the session ends: what it would say later is an
        // answer to nothing.
        if (!reads || !kept || session.changed())
            && let Err(silence) = self.unchanged(&session, &name).await
        {
            return self.unsent(silence);
        }
        match session.call(name.clone(), arguments).await {
            Ok(said) => {
                self.rest(&mut slot, session);
                Ok(shown(&name, reads, said))
            }
            Err(Silence::Refused(code, why)) => {
                self.rest(&mut slot, session);
                let status = match code {
                    ErrorCode::INVALID_PARAMS | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY => 422,
                    ErrorCode::METHOD_NOT_FOUND => 404,
                    // Nobody knows how far it came.
                    _ if !reads => 500,
                    _ => 422,
                };
                Ok(answered(status, &why))
            }
            Err(Silence::Status(status)) => Ok(answered(status, "no reason given.")),
            Err(Silence::Egress(error)) => Err(error),
            Err(Silence::Broken(why)) => Err(EgressError::Broken {
                host: self.place.clone(),
                why,
            }),
        }
    }
}

/// What a tool said, in the words of HTTP. One that says that it failed may have done a part of what it was asked for.
fn shown(tool: &str, reads: bool, said: Said) -> Answered {
    let body = match (said.failed, reads) {
        (true, _) => return answered(if reads { 422 } else { 500 }, &said.words.join("; ")),
        (false, true) => {
            let mut record = json!({"id": tool, "text": said.words.join("\n\n")});
            if let Some(data) = said.data {
                record["data"] = data;
            }
            record
        }
        (false, false) if said.words.is_empty() => json!(["nothing"]),
        (false, false) => said.words.into(),
    };
    Answered {
        status: 200,
        body: body.to_string(),
    }
}

fn answered(status: u16, why: &str) -> Answered {
    Answered {
        status,
        body: json!({"message": why}).to_string(),
    }
}
