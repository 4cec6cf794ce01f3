//! Servers of the Model Context Protocol as connections: how each is reached, as it is kept, and what of it a person was shown.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::SystemId;
use experience::Failure;
use experience::commands::{ServerOffer, ServerRequest, ToolView};
use integration::egress::{Egress, EgressLog, Ended, Host, Limits, Reach, Surroundings};
use integration::mcp::{Choices, Listed, Server, Upkeep, Way, Web, description};
use integration::{Account, Connection, Credentials, SignIn, Trouble, Url};
use serde::{Deserialize, Serialize};

use crate::fence;
use crate::program::Program;

/// How long an answer may take and how large it may be. What a tool does may take its time.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    whole: Duration::from_secs(120),
    largest: 16 << 20,
};

/// How a server is reached, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setup {
    place: Place,
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    Program {
        command: Vec<String>,
        folders: Vec<PathBuf>,
        network: bool,
        secret_as: Option<String>,
    },
    Web {
        address: String,
        own_network: bool,
        /// It wants a token. A sign-in by OAuth would be another kind of this.
        secret: bool,
    },
}

/// A server that was asked what it offers.
pub(crate) struct Asked {
    server: Arc<Server>,
    pub(crate) listed: Listed,
}

impl Setup {
    /// What a person gave, as far as it makes sense.
    pub(crate) fn of(request: &ServerRequest, home: &Path) -> Result<Self, Failure> {
        let place = match (&request.address, request.command.is_empty()) {
            (Some(address), true) => Place::Web {
                address: address.clone(),
                own_network: request.own_network,
                secret: request.secret.is_some(),
            },
            (None, false) => Place::Program {
                command: request.command.clone(),
                folders: request
                    .folders
                    .iter()
                    .map(|folder| given(folder, home))
                    .collect::<Result<_, _>>()?,
                network: request.network,
                secret_as: variable(request)?,
            },
            _ => {
                return Err(Failure::user(
                    "It is not clear where the server is.",
                    "Give either a program with its arguments or an address.",
                ));
            }
        };
        let names = |names: &[String]| names.iter().cloned().collect();
        Ok(Self {
            place,
            reads: names(&request.reads),
            writes: names(&request.writes),
        })
    }

    /// Through whose account it is used, as far as anybody knows.
    pub(crate) fn account(&self) -> Account {
        let words = match &self.place {
            Place::Program { secret_as: None, .. } => "this computer",
            Place::Web { secret: false, .. } => "anybody",
            Place::Program { .. } | Place::Web { .. } => "the owner of the secret",
        };
        Account {
            address: words.to_owned(),
            name: words.to_owned(),
        }
    }

    /// Where it is, for people and for what is pinned.
    pub(crate) fn words(&self) -> String {
        match &self.place {
            Place::Program { command, .. } => command
                .iter()
                .map(
                    |part| match part.contains(char::is_whitespace) || part.is_empty() {
                        true => format!("'{part}'"),
                        false => part.clone(),
                    },
                )
                .collect::<Vec<_>>()
                .join(" "),
            Place::Web { address, .. } => address.clone(),
        }
    }

    fn fence(&self) -> Option<String> {
        match &self.place {
            Place::Program { network, .. } => Some(fence::words(*network)),
            Place::Web { .. } => None,
        }
    }

    /// Asks the server what it offers. A program is started for it.
    pub(crate) async fn ask(
        &self,
        system: &SystemId,
        folder: PathBuf,
        credentials: Arc<dyn Credentials>,
        around: &Surroundings,
    ) -> Result<Asked, Failure> {
        let way = match &self.place {
            Place::Program {
                command,
                folders,
                network,
                secret_as,
            } => Way::Program(Arc::new(Program {
                system: system.clone(),
                command: command.clone(),
                folder,
                folders: folders.clone(),
                network: *network,
                secret: secret_as.clone().map(|variable| (variable, credentials)),
                redactor: around.redactor.clone(),
            })),
            Place::Web {
                address,
                own_network,
                secret,
            } => {
                let host = host(address, *own_network)?;
                let egress = Egress::open([(system.clone(), host)], LIMITS, around.clone());
                Way::Web(Web {
                    egress: Arc::new(egress.map_err(|error| wrong(&error.to_string()))?),
                    system: system.clone(),
                    address: parsed(address)?,
                    credentials: secret.then_some(credentials),
                    reads: Arc::new(self.reads.clone()),
                })
            }
        };
        let server = Server::new(way, self.words(), Upkeep::default(), around.clock.clone());
        let listed = server
            .tools(system)
            .await
            .map_err(|trouble| unreached(&trouble))?;
        Ok(Asked {
            server: Arc::new(server),
            listed,
        })
    }

    /// What a person is shown of what it offers.
    pub(crate) fn offer(&self, listed: &Listed) -> Result<ServerOffer, Failure> {
        let choices = self.choices();
        let tools = listed.tools.iter().map(|tool| {
            let class = serde_json::json!(tool.class(&choices));
            let says = match (tool.hints.destroys, tool.hints.reads) {
                (_, Some(true)) => Some("reads"),
                (Some(true), _) => Some("destroys"),
                (_, Some(false)) => Some("changes"),
                _ => None,
            };
            ToolView {
                name: tool.name.clone(),
                summary: tool.summary.clone(),
                class: class.as_str().unwrap_or_default().to_owned(),
                says: says.map(str::to_owned),
            }
        });
        Ok(ServerOffer {
            server: listed.server.clone(),
            version: listed.version.clone(),
            place: self.words(),
            fence: self.fence(),
            tools: tools.collect(),
            left_out: listed.left_out.clone(),
            seen: listed.digest().map_err(|why| wrong(&why))?,
        })
    }

    fn choices(&self) -> Choices {
        Choices {
            reads: self.reads.clone(),
            writes: self.writes.clone(),
        }
    }

    /// The way to a server that was asked.
    pub(crate) fn connection(
        &self,
        system: &SystemId,
        account: Account,
        asked: &Asked,
        credentials: Arc<dyn Credentials>,
        around: &Surroundings,
    ) -> Result<Connection, Failure> {
        let (base, reach) = match &self.place {
            Place::Program { .. } => ("mcp-stdio://this-machine:1".to_owned(), Reach::ThisMachine),
            Place::Web {
                address, own_network, ..
            } => {
                let url = parsed(address)?;
                let host = host(address, *own_network)?;
                (
                    format!("mcp-{host}{}", url.path().trim_end_matches('/')),
                    host.reach(),
                )
            }
        };
        let host = Host::by_line(&base, reach).map_err(|error| wrong(&error.to_string()))?;
        let mut around = around.clone();
        if let Way::Web(_) = asked.server.way() {
            // What goes over the network is written down where it does.
            around.log = Arc::new(Refusals(around.log));
        }
        let egress = Egress::by_line(system.clone(), host, asked.server.clone(), LIMITS, around);
        let described = description(system, &asked.listed, &self.choices());
        let described = described.map_err(|wrong| {
            Failure::user(
                format!("The server can't be connected like this: {}.", wrong.join("; ")),
                "Look at what it offers, and say of its tools only what is right.",
            )
        })?;
        Ok(Connection::new(integration::Setup {
            system: system.clone(),
            base: base.parse().map_err(|_| wrong("its address can't be used"))?,
            account,
            description: described,
            egress: Arc::new(egress.map_err(|error| wrong(&error.to_string()))?),
            credentials,
            sign_in: SignIn::Nothing,
            headers: Vec::new(),
        }))
    }
}

/// A log that only what was refused reaches.
struct Refusals(Arc<dyn EgressLog>);

impl EgressLog for Refusals {
    fn contacted(&self, contact: integration::egress::Contact) {
        if contact.ended == Ended::Refused {
            self.0.contacted(contact);
        }
    }
}

fn parsed(address: &str) -> Result<Url, Failure> {
    let url: Result<Url, _> = address.parse();
    url.map_err(|_| {
        Failure::user(
            format!("`{address}` is no address."),
            "Write it as `https://example.com/mcp`.",
        )
    })
}

/// The host, with where it may be. Only an address that says so itself is taken to be on this machine.
fn host(address: &str, own_network: bool) -> Result<Host, Failure> {
    let near = parsed(address)?.host_str().is_some_and(|name| {
        let number = name
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        name == "localhost" || number.is_ok_and(|number| number.is_loopback())
    });
    let reach = match (near, own_network) {
        (true, _) => Reach::ThisMachine,
        (false, true) => Reach::Company,
        (false, false) => Reach::Public,
    };
    Host::parse(address, reach).map_err(|error| {
        Failure::user(
            error.to_string(),
            "Give the address as the server's documents have it.",
        )
    })
}

/// A folder that a person gives to a program. Never one with Attaché's own in it.
fn given(folder: &str, home: &Path) -> Result<PathBuf, Failure> {
    let real = std::fs::canonicalize(folder).map_err(|error| {
        Failure::user(
            format!("The folder `{folder}` can't be given to the program: {error}."),
            "Name a folder that is there.",
        )
    })?;
    let own = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    match own.starts_with(&real) || real.starts_with(&own) {
        false => Ok(real),
        true => Err(Failure::user(
            format!("In the folder `{folder}` is what Attaché keeps, so no program gets it."),
            "Name a smaller folder.",
        )),
    }
}

/// The variable for the secret, if there is to be one.
fn variable(request: &ServerRequest) -> Result<Option<String>, Failure> {
    let plain = |name: &String| {
        let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let taken = ["PATH", "HOME", "TMPDIR", "LANG"].contains(&name.as_str());
        !name.is_empty()
            && name.chars().all(good)
            && !taken
            && !name.starts_with("LD_")
            && !name.starts_with("DYLD_")
    };
    match (&request.secret_as, &request.secret) {
        (None, None) => Ok(None),
        (Some(name), Some(_)) if plain(name) => Ok(Some(name.clone())),
        (Some(name), Some(_)) => Err(Failure::user(
            format!("`{name}` can't hold a secret."),
            "Name the variable as the server's documents have it, in capital letters.",
        )),
        _ => Err(Failure::user(
            "A program gets its secret in a variable of its environment: the secret or the name of the variable is missing.",
            "Give both or neither.",
        )),
    }
}

fn unreached(trouble: &Trouble) -> Failure {
    let hint = match trouble {
        Trouble::Refused {
            status: 401 | 403, ..
        } => "It wants a secret: look one up there.",
        _ => {
            "Check the program and its arguments, or the address. The log has what the program complained of."
        }
    };
    Failure {
        fault: experience::Fault::Remote,
        ..Failure::user(format!("The server did not say what it offers. {trouble}"), hint)
    }
}

fn wrong(why: &str) -> Failure {
    Failure::user(format!("{}.", why.trim_end_matches('.')), "Connect it again.")
}
