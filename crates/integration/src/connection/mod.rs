//! A connected system: where it is, whose account is used, and what can be asked of it.

mod reading;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use data_encoding::BASE64;
use domain::{Confidentiality, Secret, SystemId};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::Trouble;
use crate::description::{Bucket, Described, Description};
use crate::egress::{Egress, EgressError, Purpose, Request, Response};
use crate::request::{Prepared, header, segment};

pub use reading::{Cap, Found, Mark};

/// Where credentials are kept.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The credential for a system, for one request.
    ///
    /// # Errors
    /// In words to stand after "There is no credential for …:".
    async fn credential(&self, system: &SystemId) -> Result<Secret, String>;

    /// The system did not take this one: it is renewed where that can be done. Whether asking for it again is worth while.
    async fn refused(&self, _system: &SystemId, _secret: &Secret) -> bool {
        false
    }
}

/// One credential for every system.
#[cfg(feature = "test-support")]
#[derive(Clone, Debug)]
pub struct OneCredential(pub Secret);

#[cfg(feature = "test-support")]
#[async_trait]
impl Credentials for OneCredential {
    async fn credential(&self, _: &SystemId) -> Result<Secret, String> {
        Ok(self.0.clone())
    }
}

/// Whose account is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Mail address or other name that the system knows the person by.
    pub address: String,
    /// What people call them.
    pub name: String,
}

/// What a connection is made of.
#[derive(Clone)]
pub struct Setup {
    /// Its name.
    pub system: SystemId,
    /// Where the paths of the description begin.
    pub base: Url,
    /// Whose account is used.
    pub account: Account,
    /// What can be asked of it.
    pub description: Description,
    /// The way out.
    pub egress: Arc<Egress>,
    /// Where its credential is.
    pub credentials: Arc<dyn Credentials>,
    /// How the credential is shown.
    pub sign_in: SignIn,
    /// Headers that go with every request.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// How a credential is shown to a system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignIn {
    /// `Authorization: Bearer` (RFC 6750).
    #[default]
    Bearer,
    /// In a header of its own, behind these characters.
    Header(HeaderName, String),
    /// As the password of this user (RFC 7617).
    Basic(String),
    /// Not at all: there is none, or what speaks to the system shows it in its own way.
    Nothing,
}

/// A credential as it stands in a request.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) header: HeaderName,
    /// The whole value of the header.
    pub(crate) value: Secret,
    /// What must never be written down: the credential, and the form it has in the header.
    pub(crate) known: Vec<Secret>,
}

impl Signed {
    pub(crate) fn with(sign_in: &SignIn, secret: &Secret) -> Result<Self, &'static str> {
        let mut known = vec![secret.clone()];
        let (header, value) = match sign_in {
            SignIn::Bearer => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
            SignIn::Header(name, prefix) => (name.clone(), format!("{prefix}{}", secret.expose())),
            SignIn::Nothing => return Err("no credential is shown to it"),
            SignIn::Basic(user) if user.contains(':') => {
                return Err("the name of its user holds a colon");
            }
            SignIn::Basic(user) => {
                let pair = Zeroizing::new(format!("{user}:{}", secret.expose()));
                let packed = BASE64.encode(pair.as_bytes());
                known.push(Secret::new(packed.clone()));
                (AUTHORIZATION, format!("Basic {packed}"))
            }
        };
        Ok(Self {
            header,
            value: Secret::new(value),
            known,
        })
    }
}

/// A connected system.
pub struct Connection {
    setup: Setup,
    /// So that no more is asked than the system takes.
    bucket: Option<Bucket>,
    /// Answers with their tags, to ask whether they still hold.
    kept: Mutex<BTreeMap<String, (String, String)>>,
}

/// Fetches a description; no credential is sent.
///
/// # Errors
/// When it can't be fetched or read.
pub async fn describe(egress: &Egress, system: &SystemId, address: &Url) -> Result<String, Trouble> {
    let request = Request {
        system,
        purpose: Purpose::Describe,
        method: Method::GET,
        url: address.clone(),
        headers: Vec::new(),
        body: None,
        credential: None,
        confidentiality: Confidentiality::Public,
    };
    let response = egress.send(request).await?;
    match response.status {
        200 => Ok(response.body),
        _ => Err(refused(system, &response)),
    }
}

impl Connection {
    /// A connection. Nothing is sent yet.
    pub fn new(setup: Setup) -> Self {
        Self {
            bucket: setup.description.pace.and_then(Bucket::new),
            setup,
            kept: Mutex::default(),
        }
    }

    /// Its name.
    pub fn system(&self) -> &SystemId {
        &self.setup.system
    }

    /// Whose account is used.
    pub fn account(&self) -> &Account {
        &self.setup.account
    }

    /// What can be asked of it.
    pub fn description(&self) -> &Description {
        &self.setup.description
    }

    /// Where a person sees a record of this kind, in a browser; nothing where the system's description does not say it.
    pub fn link(&self, kind: &str, id: &str) -> Option<String> {
        let mut all = self.setup.description.operations();
        let found = all.find(|described| described.operation.kind == kind)?;
        let link = found.binding.layout.link.as_ref()?;
        let site = self.setup.base.origin().ascii_serialization();
        let whole = link.replace("{site}", &site).replace("{id}", &segment(id));
        // Only what a browser takes for a page of the web, whatever the description says.
        let url: Url = whole.parse().ok()?;
        ["http", "https"].contains(&url.scheme()).then_some(whole)
    }

    /// The text without any credential that Attaché uses.
    pub fn scrubbed(&self, text: &str) -> String {
        self.setup.egress.redactor().scrub(text).into_owned()
    }

    pub(crate) fn operation(&self, name: &str) -> Result<&Described, Trouble> {
        let found = self.setup.description.operation(name);
        found.ok_or_else(|| Trouble::Operation {
            system: self.setup.system.clone(),
            operation: name.to_owned(),
        })
    }

    pub(crate) fn prepared(
        &self,
        described: &Described,
        arguments: &BTreeMap<String, Value>,
        version: Option<&str>,
    ) -> Result<Prepared, Trouble> {
        let redactor = self.setup.egress.redactor();
        // A credential stands in the header of its own system and nowhere else. As a value it would be kept, shown, and sent
        // to whoever the value is for.
        let holds =
            |(name, value): &(&String, &Value)| redactor.finds(name) || redactor.finds(&value.to_string());
        if let Some((name, _)) = arguments.iter().find(holds) {
            return Err(Trouble::Argument {
                operation: described.operation.name.clone(),
                argument: redactor.scrub(name).into_owned(),
                why: "holds a credential that Attaché uses; it is never sent as a value. Leave it out"
                    .to_owned(),
            });
        }
        Prepared::new(&self.setup.base, described, arguments, version)
    }

    /// Sends a request as it was prepared, with the credential and these headers beside its own. A credential that the
    /// system does not take is renewed where it can be: a read is then asked once more, a write never.
    pub(crate) async fn send(
        &self,
        prepared: &Prepared,
        purpose: Purpose,
        confidentiality: Confidentiality,
        more: &[(&'static str, &str)],
    ) -> Result<Response, Trouble> {
        if self.setup.sign_in == SignIn::Nothing {
            return self
                .send_with(None, prepared, purpose, confidentiality, more)
                .await;
        }
        let credential = self.credential().await?;
        let answer = self
            .send_with(Some(&credential), prepared, purpose, confidentiality, more)
            .await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let renewed = self
            .setup
            .credentials
            .refused(&self.setup.system, &credential)
            .await;
        if !renewed || purpose == Purpose::Write {
            return Ok(answer);
        }
        let credential = self.credential().await?;
        self.send_with(Some(&credential), prepared, purpose, confidentiality, more)
            .await
    }

    async fn credential(&self) -> Result<Secret, Trouble> {
        let credential = self.setup.credentials.credential(&self.setup.system).await;
        credential.map_err(|why| Trouble::Credential {
            system: self.setup.system.clone(),
            why: self.scrubbed(&why),
        })
    }

    async fn send_with(
        &self,
        credential: Option<&Secret>,
        prepared: &Prepared,
        purpose: Purpose,
        confidentiality: Confidentiality,
        more: &[(&'static str, &str)],
    ) -> Result<Response, Trouble> {
        let system = &self.setup.system;
        if let Some(bucket) = &self.bucket {
            bucket.turn().await;
        }
        let body = prepared.bytes();
        let kind = prepared.media_type().map(|kind| ("content-type", kind));
        let condition = prepared.if_match.as_deref().map(|tag| ("if-match", tag));
        let own = [Some(("accept", "application/json")), kind, condition];
        let all = own.into_iter().flatten().chain(more.iter().copied());
        let headers: Option<Vec<_>> = all.map(|(name, value)| header(name, value)).collect();
        let malformed = |why: &str| EgressError::Malformed {
            host: prepared.url.host_str().unwrap_or_default().to_owned(),
            why: why.to_owned(),
        };
        let headers =
            headers.ok_or_else(|| malformed("a version or key holds a character that no header can hold"))?;
        let headers = headers
            .into_iter()
            .chain(self.setup.headers.iter().cloned())
            .collect();
        let signed = |secret: &Secret| Signed::with(&self.setup.sign_in, secret);
        let credential = credential.map(signed).transpose().map_err(malformed)?;
        let request = Request {
            system,
            purpose,
            method: prepared.method.clone(),
            url: prepared.url.clone(),
            headers,
            body,
            credential,
            confidentiality,
        };
        Ok(self.setup.egress.send(request).await?)
    }
}

/// A refusal in the system's own words, where it has any.
pub(crate) fn refused(system: &SystemId, response: &Response) -> Trouble {
    Trouble::Refused {
        system: system.clone(),
        status: response.status,
        message: said(&response.body),
    }
}

/// What a refusal says, for people: the message of the common forms, else nothing of the body, which may be a whole page.
pub(crate) fn said(body: &str) -> String {
    reason(body).unwrap_or_else(|| "no reason given.".to_owned())
}

/// The same; nothing where it says nothing.
pub(crate) fn reason(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let places = [
        "/error/message",
        "/error/msg",
        "/message",
        "/detail",
        "/error_description",
        "/error",
        "/errors/0/message",
        "/errors/0/detail",
        "/errors/0",
        "/0/message",
        "/0",
    ];
    let message = places
        .iter()
        .find_map(|place| value.pointer(place).and_then(Value::as_str));
    let of_fields = || {
        // What is wrong with each field, as Django REST framework and Rails say it.
        let each = value.as_object()?.iter().filter_map(|(name, wrong)| {
            let words = wrong.as_str().or_else(|| wrong.as_array()?.first()?.as_str())?;
            Some(format!("{name}: {words}"))
        });
        let told: Vec<String> = each.take(5).collect();
        (!told.is_empty()).then(|| told.join(" "))
    };
    let message = message.map(str::to_owned).or_else(of_fields)?;
    Some(message.chars().take(400).collect())
}
