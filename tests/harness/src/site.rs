//! Everything real that the plays have in common: the server, the way out to it, the shipped rules, the descriptions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use domain::SystemId;
use governance::policy::Policies;
use integration::description::Description;
use integration::egress::{Contact, Egress, EgressLog, Host, Limits, Reach, Surroundings, SystemNames};
use integration::{Account, Connection, Credentials, Secret, Setup, Url};

use crate::Outcome;
use crate::cases::{Cases, Suite};
use crate::describe;
use crate::server::{Server, TOKEN};

/// Whose desk it is.
pub const PERSON: &str = "emma.johnson@bluesparrowtech.com";

/// A suite with its description.
#[derive(Clone)]
pub struct Wired {
    /// Its name as a connected system.
    pub system: SystemId,
    /// What can be asked of it.
    pub description: Description,
    /// Its tools and tasks.
    pub suite: Arc<Suite>,
}

/// What the plays have in common.
pub struct Site {
    /// The server.
    pub server: Server,
    /// The shipped rules.
    pub policies: Arc<Policies>,
    /// The suites by name.
    pub suites: BTreeMap<String, Wired>,
    egress: Arc<Egress>,
}

/// A clock that is turned by hand: every play has a time of its own.
#[derive(Debug)]
pub struct HandClock {
    wall: AtomicI64,
    steady: AtomicU64,
}

impl Default for HandClock {
    fn default() -> Self {
        Self {
            // 15 May 2024, the day of the recorded plays.
            wall: AtomicI64::new(1_715_767_200_000),
            steady: AtomicU64::new(0),
        }
    }
}

impl HandClock {
    /// Lets so many milliseconds pass.
    pub fn pass(&self, milliseconds: u64) {
        let whole = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        self.wall.fetch_add(whole, Ordering::SeqCst);
        self.steady.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Sets the wall clock; what it said before.
    pub fn set(&self, wall: i64) -> i64 {
        self.wall.swap(wall, Ordering::SeqCst)
    }
}

impl integration::Clock for HandClock {
    fn wall(&self) -> i64 {
        self.wall.load(Ordering::SeqCst)
    }

    fn steady(&self) -> u64 {
        self.steady.load(Ordering::SeqCst)
    }
}

struct OneToken;

#[async_trait]
impl Credentials for OneToken {
    async fn credential(&self, _: &SystemId) -> Result<Secret, String> {
        Ok(Secret::new(TOKEN))
    }
}

/// The server's log is the judge, so that contacts are not kept as well.
struct Unlogged;

impl EgressLog for Unlogged {
    fn contacted(&self, _: Contact) {}
}

impl Site {
    /// Starts a server for a folder of cases and connects its suites.
    ///
    /// # Errors
    /// When a suite can't be described, or the server can't be had.
    pub async fn open(cases: &Cases) -> Outcome<Self> {
        let server = Server::start().await?;
        let mut suites = BTreeMap::new();
        for (name, suite) in &cases.suites {
            let (system, description) = describe::description(name, suite)?;
            let suite = Arc::new(suite.clone());
            let wired = Wired {
                system,
                description,
                suite,
            };
            suites.insert(name.clone(), wired);
        }
        let host = Host::parse(&server.base(), Reach::ThisMachine)?;
        let hosts = suites.values().map(|wired| (wired.system.clone(), host.clone()));
        let around = Surroundings {
            names: Arc::new(SystemNames),
            log: Arc::new(Unlogged),
            clock: Arc::new(HandClock::default()),
            redactor: Default::default(),
        };
        let egress = Arc::new(Egress::open(hosts, Limits::default(), around)?);
        Ok(Self {
            server,
            policies: Arc::new(Policies::shipped()?),
            suites,
            egress,
        })
    }

    /// A suite by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn suite(&self, name: &str) -> Outcome<&Wired> {
        let suite = self.suites.get(name);
        suite.ok_or_else(|| format!("there is no suite `{name}`").into())
    }

    /// A connection to a suite within one play.
    ///
    /// # Errors
    /// When the address can't be read.
    pub fn connection(&self, wired: &Wired, session: u64) -> Outcome<Connection> {
        let base = Url::parse(&format!("{}/{session}/", self.server.base()))?;
        Ok(Connection::new(Setup {
            system: wired.system.clone(),
            base,
            account: Account {
                address: PERSON.to_owned(),
                name: "Emma Johnson".to_owned(),
            },
            description: wired.description.clone(),
            egress: Arc::clone(&self.egress),
            sign_in: integration::SignIn::Bearer,
            headers: Vec::new(),
            credentials: Arc::new(OneToken),
        }))
    }
}
