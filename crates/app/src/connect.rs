//! Connecting a business system by the manifest of its connector: where it is, how a person signs in there, and what it can
//! be asked. The secret goes into the keyring and nowhere else.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{Confidentiality, Secret, SystemId};
use experience::Failure;
use experience::commands::{ClientView, ConnectRequest, ConnectorView, SignInView};
use governance::{SecretStore, SecretTrouble};
use integration::egress::{Egress, Host, Limits, Reach, Surroundings};
use integration::manifest::{Dialect, Manifest, Mistake, Place, SignIn as Form, provider, shipped};
use integration::oauth::{Provider, Shown};
use integration::{Account, Cap, Connection, Credentials, HeaderName, SignIn, Trouble, Url, sql};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

/// How a system is reached, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The manifest, whole: what a later version ships is another one until the person has looked.
    manifest: String,
    /// Where its paths begin.
    base: String,
    /// It is in the company's own network.
    own_network: bool,
    /// The way to sign in.
    way: String,
    /// The user's name, where the way has one.
    user: Option<String>,
    /// Where its sign-ins are asked for, and as which program.
    #[serde(default)]
    oauth: Option<ByOauth>,
}

/// How one is signed in by OAuth, as it is kept: nothing of it is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ByOauth {
    pub(crate) provider: Provider,
    /// The program's public name there.
    pub(crate) program: String,
}

/// The connectors that come with Attaché.
pub(crate) fn connectors() -> Vec<ConnectorView> {
    let read = |(_, text): (&str, &str)| Manifest::read(text).ok();
    shipped().into_iter().filter_map(read).map(view).collect()
}

fn view(manifest: Manifest) -> ConnectorView {
    let way = |form: &Form| SignInView {
        way: form.word().to_owned(),
        secret: form.secret().to_owned(),
        user: matches!(form, Form::Basic { user: None, .. }),
        client: match form {
            Form::Oauth {
                client_secret: Shown::None,
                ..
            } => Some(ClientView {
                secret: false,
                device: by_device(form),
            }),
            Form::Oauth { .. } => Some(ClientView {
                secret: true,
                device: by_device(form),
            }),
            _ => None,
        },
    };
    ConnectorView {
        sign_in: manifest.sign_in.iter().map(way).collect(),
        name: manifest.name,
        title: manifest.title,
        about: manifest.about,
        tried: manifest.tried,
        base: manifest.base,
    }
}

fn by_device(form: &Form) -> bool {
    // A provider that is asked for its addresses may have one for devices too.
    matches!(form, Form::Oauth { device, token, itself: false, .. } if device.is_some() || token.is_none())
}

/// Mistakes of a manifest as a failure.
pub(crate) fn unread(name: &str, mistakes: &[Mistake]) -> Failure {
    let told: Vec<String> = mistakes
        .iter()
        .map(|mistake| format!("line {}: {}", mistake.line, mistake.why))
        .collect();
    Failure::user(
        format!(
            "The manifest `{name}` has {} mistakes: {}.",
            mistakes.len(),
            told.join("; ")
        ),
        "Mend them; `attache connector check FILE` says when it is right.",
    )
}

impl Setup {
    /// What a person gave, as far as it makes sense.
    pub(crate) fn of(request: &ConnectRequest) -> Result<(Self, Manifest), Failure> {
        let text = match (&request.manifest, shipped().get(request.connector.as_str())) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) => (*text).to_owned(),
            (None, None) => {
                let names: Vec<&str> = shipped().into_keys().collect();
                return Err(Failure::user(
                    format!("There is no connector `{}`.", request.connector),
                    format!(
                        "Choose one of {}, or give the file of another one.",
                        names.join(", ")
                    ),
                ));
            }
        };
        let manifest = Manifest::read(&text).map_err(|mistakes| unread(&request.connector, &mistakes))?;
        let wanted = |form: &&Form| request.way.as_deref().is_none_or(|way| way == form.word());
        let way = manifest.sign_in.iter().find(wanted).ok_or_else(|| {
            let ways: Vec<&str> = manifest.sign_in.iter().map(Form::word).collect();
            Failure::user(
                format!("One can't sign in to {} that way.", manifest.title),
                format!("Choose one of {}.", ways.join(", ")),
            )
        })?;
        let user = match way {
            Form::Basic { user: None, .. } => Some(request.user.clone().ok_or_else(|| {
                Failure::user(
                    "The name of the user is missing.",
                    "Give the name that you sign in with.",
                )
            })?),
            Form::Basic { user, .. } => user.clone(),
            Form::Bearer { .. } | Form::Header { .. } | Form::Oauth { .. } | Form::None => None,
        };
        let base = match manifest.database {
            Some(dialect) => integration::sql::address(dialect, &request.address)
                .map(String::from)
                .map_err(|why| {
                    Failure::user(why, "Give the address as the database's administrator has it.")
                })?,
            None => request.address.trim_end_matches('/').to_owned(),
        };
        let setup = Self {
            base,
            own_network: request.own_network,
            way: way.word().to_owned(),
            user,
            oauth: None,
            manifest: text,
        };
        setup.host(&manifest)?;
        Ok((setup, manifest))
    }

    /// How a system is reached, as it is kept.
    pub(crate) fn kept(row: &storage::SystemRow) -> Result<Self, Failure> {
        let setup: Result<Self, _> = serde_json::from_str(&row.setup);
        setup.map_err(|error| {
            Failure::environment(
                format!("How `{}` is reached can't be read: {error}.", row.id),
                "Connect it again.",
            )
        })
    }

    /// Whether there is a secret to keep.
    pub(crate) fn wants_secret(&self) -> bool {
        self.way != Form::None.word()
    }

    /// Where its paths begin.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Where the provider of the chosen way is, if it has one.
    pub(crate) fn place(&self, manifest: &Manifest) -> Result<Option<Place>, Failure> {
        let form = manifest.sign_in.iter().find(|form| form.word() == self.way);
        let place = form.map_or(Ok(None), |form| provider(form, &self.base));
        place.map_err(|why| {
            wrong(
                format!("The manifest says nothing usable of signing in: {why}"),
                "Mend the manifest.",
            )
        })
    }

    /// How one is signed in by OAuth.
    pub(crate) fn oauth(&self) -> Option<&ByOauth> {
        self.oauth.as_ref()
    }

    /// With how one is signed in by OAuth.
    pub(crate) fn signed_in_by(self, oauth: ByOauth) -> Self {
        Self {
            oauth: Some(oauth),
            ..self
        }
    }

    /// The way out to the provider of sign-ins, and to nobody else.
    pub(crate) fn way_to_provider(
        &self,
        system: &SystemId,
        hosts: &[Url],
        around: Surroundings,
    ) -> Result<Egress, Failure> {
        let hint = "Look at the manifest of the connector.";
        let host = |url: &Url| Host::parse(url.as_str(), self.reach(url));
        let hosts: Result<Vec<Host>, _> = hosts.iter().map(host).collect();
        let hosts = hosts.map_err(|error| wrong(error.to_string(), hint))?;
        let declared = hosts.into_iter().map(|host| (system.clone(), host));
        Egress::open(declared, Limits::default(), around).map_err(|error| wrong(error.to_string(), hint))
    }

    /// The manifest as it was kept.
    pub(crate) fn manifest(&self) -> Result<Manifest, Failure> {
        Manifest::read(&self.manifest).map_err(|mistakes| unread("as it was kept", &mistakes))
    }

    fn sign_in(&self, manifest: &Manifest) -> Result<SignIn, Failure> {
        let form = manifest.sign_in.iter().find(|form| form.word() == self.way);
        Ok(match form {
            Some(Form::Bearer { .. } | Form::Oauth { .. }) => SignIn::Bearer,
            Some(Form::Header { header, prefix, .. }) => {
                let name = HeaderName::from_bytes(header.as_bytes());
                let name =
                    name.map_err(|_| wrong(format!("`{header}` is no header"), "Mend the manifest."))?;
                SignIn::Header(name, prefix.clone())
            }
            Some(Form::Basic { .. }) => SignIn::Basic(self.user.clone().unwrap_or_default()),
            Some(Form::None) => SignIn::Nothing,
            None => {
                return Err(wrong(
                    "its way to sign in is gone".to_owned(),
                    "Connect it again.",
                ));
            }
        })
    }

    /// Where an address may be. Only one that says so itself is taken to be on this machine.
    fn reach(&self, url: &Url) -> Reach {
        let near = url.host_str().is_some_and(|name| {
            let number = name
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<IpAddr>();
            name == "localhost" || number.is_ok_and(|number| number.is_loopback())
        });
        match (near, self.own_network) {
            (true, _) => Reach::ThisMachine,
            (false, true) => Reach::Company,
            (false, false) => Reach::Public,
        }
    }

    fn host(&self, manifest: &Manifest) -> Result<Host, Failure> {
        let url = Url::parse(&self.base);
        let reach = match manifest.database {
            Some(Dialect::Sqlite) => Reach::ThisMachine,
            _ => url.as_ref().map_or(Reach::Public, |url| self.reach(url)),
        };
        let parse = match manifest.database {
            Some(_) => Host::by_line,
            None => Host::parse,
        };
        parse(&self.base, reach).map_err(|error| {
            Failure::user(
                error.to_string(),
                "Give the address as the system's documents have it.",
            )
        })
    }

    /// The way to the system. Nothing is sent yet.
    pub(crate) fn connection(
        &self,
        system: &SystemId,
        account: Account,
        credentials: Arc<dyn Credentials>,
        around: Surroundings,
    ) -> Result<Connection, Failure> {
        let manifest = self.manifest()?;
        let hint = "Look at the manifest of the connector.";
        let base: Url = self
            .base
            .parse()
            .map_err(|error| wrong(format!("`{}`: {error}", self.base), hint))?;
        let (host, limits) = (self.host(&manifest)?, Limits::default());
        let egress = match manifest.database {
            Some(_) => {
                let (user, names) = (self.user.as_deref(), Arc::clone(&around.names));
                let line = sql::line(&manifest, &base, user, host.reach(), names);
                let line = line.map_err(|why| wrong(why, hint))?;
                Egress::by_line(system.clone(), host, line, limits, around)
            }
            None => Egress::open([(system.clone(), host)], limits, around),
        };
        let egress = egress.map_err(|error| wrong(error.to_string(), hint))?;
        Ok(Connection::new(integration::Setup {
            system: system.clone(),
            description: manifest.describe(system).map_err(|why| wrong(why, hint))?,
            headers: manifest.headers(&base).map_err(|why| wrong(why, hint))?,
            sign_in: self.sign_in(&manifest)?,
            base,
            account,
            egress: Arc::new(egress),
            credentials,
        }))
    }
}

pub(crate) fn wrong(why: String, hint: &str) -> Failure {
    Failure::user(format!("{}.", why.trim_end_matches('.')), hint)
}

/// Asks the system something harmless, to see whether the sign-in holds.
pub(crate) async fn try_out(connection: &Connection, check: &str) -> Result<(), Failure> {
    let cap = Cap { records: 1, pages: 1 };
    let read = connection
        .read(check, &BTreeMap::new(), Confidentiality::Public, cap)
        .await;
    let hint = match &read {
        Ok(_) => return Ok(()),
        Err(Trouble::Refused {
            status: 401 | 403, ..
        }) => "The secret is wrong, or not for this system. Look it up there and try again.",
        Err(Trouble::Refused { status: 404, .. }) => "Check the address: its paths begin somewhere else.",
        Err(Trouble::Form { .. }) => "Check the address; behind it answers something else.",
        Err(_) => "Check the address and the network.",
    };
    let why = read.err().map(|trouble| trouble.to_string()).unwrap_or_default();
    Err(Failure {
        fault: experience::Fault::Remote,
        ..Failure::user(format!("The sign-in was tried and failed. {why}"), hint)
    })
}

/// Name of a system's credential in the keyring.
pub(crate) fn entry(system: &SystemId) -> String {
    format!("credential of {system}")
}

/// A credential in the keyring, read when it is first used.
pub(crate) struct InKeyring {
    secrets: Arc<dyn SecretStore>,
    read: Mutex<Option<Secret>>,
}

impl InKeyring {
    pub(crate) fn new(secrets: Arc<dyn SecretStore>) -> Self {
        Self {
            secrets,
            read: Mutex::default(),
        }
    }
}

#[async_trait]
impl Credentials for InKeyring {
    async fn credential(&self, system: &SystemId) -> Result<Secret, String> {
        let mut read = self.read.lock().await;
        if let Some(secret) = read.as_ref() {
            return Ok(secret.clone());
        }
        let found = self.secrets.get(&entry(system)).await;
        let found = found.map_err(|trouble| trouble.to_string().trim_end_matches('.').to_owned())?;
        let secret = found.ok_or("it is not in the keyring any more; connect it again")?;
        *read = Some(secret.clone());
        Ok(secret)
    }
}

/// A credential that is tried before it is kept.
pub(crate) struct InHand(pub(crate) Secret);

#[async_trait]
impl Credentials for InHand {
    async fn credential(&self, _: &SystemId) -> Result<Secret, String> {
        Ok(self.0.clone())
    }
}

/// Keeps a credential, and sees that it is kept.
pub(crate) async fn keep(
    secrets: &dyn SecretStore,
    system: &SystemId,
    secret: &Secret,
) -> Result<(), Failure> {
    let told = |trouble: SecretTrouble| {
        Failure::environment(format!("The secret could not be kept. {trouble}"), trouble.fix())
    };
    secrets.set(&entry(system), secret).await.map_err(told)?;
    let kept = secrets.get(&entry(system)).await.map_err(told)?;
    match kept.is_some_and(|kept| kept.expose() == secret.expose()) {
        true => Ok(()),
        false => Err(told(SecretTrouble::Failed("it kept something else".to_owned()))),
    }
}

/// Forgets a credential; whether it is surely gone.
pub(crate) async fn forget(secrets: &dyn SecretStore, system: &SystemId) -> Result<(), Failure> {
    match secrets.delete(&entry(system)).await {
        // Where there is no keyring there never was one to keep it.
        Ok(_) | Err(SecretTrouble::Off(_) | SecretTrouble::Absent(_)) => Ok(()),
        Err(trouble) => Err(Failure::environment(
            format!("The secret of `{system}` is still in the keyring. {trouble}"),
            trouble.fix(),
        )),
    }
}
