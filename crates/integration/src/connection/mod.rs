//! A connected system: where it is, whose account is used, and what can be asked of it.

mod reading;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{Confidentiality, Secret, SystemId};
use reqwest::{Method, Url};
use serde_json::Value;

use crate::Trouble;
use crate::description::{Described, Description};
use crate::egress::{Egress, EgressError, Purpose, Request, Response};
use crate::request::{Prepared, header};

pub use reading::{Cap, Found};

/// Where credentials are kept.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The credential for a system, for one request.
    ///
    /// # Errors
    /// In words to stand after "There is no credential for …:".
    async fn credential(&self, system: &SystemId) -> Result<Secret, String>;
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
}

/// A connected system.
pub struct Connection {
    setup: Setup,
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

    /// Sends a request as it was prepared, with the credential and these headers beside its own.
    pub(crate) async fn send(
        &self,
        prepared: &Prepared,
        purpose: Purpose,
        confidentiality: Confidentiality,
        more: &[(&'static str, &str)],
    ) -> Result<Response, Trouble> {
        let system = &self.setup.system;
        let credential = self.setup.credentials.credential(system).await;
        let credential = credential.map_err(|why| Trouble::Credential {
            system: system.clone(),
            why: self.scrubbed(&why),
        })?;
        let body = prepared.bytes();
        let kind = body.is_some().then_some(("content-type", "application/json"));
        let condition = prepared.if_match.as_deref().map(|tag| ("if-match", tag));
        let own = [Some(("accept", "application/json")), kind, condition];
        let all = own.into_iter().flatten().chain(more.iter().copied());
        let headers: Option<Vec<_>> = all.map(|(name, value)| header(name, value)).collect();
        let headers = headers.ok_or_else(|| EgressError::Malformed {
            host: prepared.url.host_str().unwrap_or_default().to_owned(),
            why: "a version or key holds a character that no header can hold".to_owned(),
        })?;
        let request = Request {
            system,
            purpose,
            method: prepared.method.clone(),
            url: prepared.url.clone(),
            headers,
            body,
            credential: Some(credential),
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
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let places = [
        "/error/message",
        "/message",
        "/detail",
        "/error_description",
        "/error",
    ];
    let message = places
        .iter()
        .find_map(|place| value.pointer(place).and_then(Value::as_str));
    let short: String = message.unwrap_or("no reason given.").chars().take(400).collect();
    short
}
