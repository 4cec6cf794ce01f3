//! An anchor behind an address: signed heads are sent there, each as JSON in a request of its own.

use std::time::Duration;

use async_trait::async_trait;
use domain::{Confidentiality, SystemId};
use governance::audit::{Anchor, AnchorTrouble, SignedHead};
use reqwest::{Method, Url};

use crate::egress::{Egress, Host, HostError, Limits, Purpose, Reach, Request, Surroundings};
use crate::request::header;

/// Under this name its contacts are listed.
const NAME: &str = "audit-anchor";
/// Nothing waits for an anchor for longer, the end of the program neither.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    whole: Duration::from_secs(5),
    largest: 64 << 10,
};

/// Sends signed heads to one address. It is spoken to in the clear only on this machine.
pub struct Webhook {
    egress: Egress,
    name: SystemId,
    url: Url,
}

impl Webhook {
    /// The anchor at an address such as `https://anchor.example.com/heads`. Nothing is sent yet.
    ///
    /// # Errors
    /// When it is no such address, or would be spoken to in the clear outside this machine.
    pub fn open(address: &str, around: Surroundings) -> Result<Self, HostError> {
        let malformed = || HostError::Malformed(address.to_owned());
        let url = Url::parse(address).map_err(|_| malformed())?;
        // On the internet or in the company's own network; on this machine where the address says so.
        let reach = match url.host_str() {
            Some("localhost") => Reach::ThisMachine,
            Some(name) if Host::parse(address, Reach::ThisMachine).is_ok() && is_number(name) => {
                Reach::ThisMachine
            }
            _ => Reach::Company,
        };
        let host = Host::parse(address, reach)?;
        let name: SystemId = NAME.parse().map_err(|_| malformed())?;
        let egress = Egress::open([(name.clone(), host)], LIMITS, around)?;
        Ok(Self { egress, name, url })
    }

    /// The host alone: what follows it in the address may be known to few.
    fn place(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    async fn send(&self, head: &SignedHead) -> Result<(), String> {
        let line = head.to_line().map_err(|error| error.to_string())?;
        let request = Request {
            system: &self.name,
            purpose: Purpose::Anchor,
            method: Method::POST,
            url: self.url.clone(),
            headers: header("content-type", "application/json").into_iter().collect(),
            body: Some(line.into_bytes()),
            credential: None,
            confidentiality: Confidentiality::Internal,
        };
        let response = self
            .egress
            .send(request)
            .await
            .map_err(|error| error.to_string())?;
        match response.status {
            200..300 => Ok(()),
            status => Err(format!("it answered with status {status}")),
        }
    }
}

/// Whether a host is written as a number.
fn is_number(name: &str) -> bool {
    name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}

#[async_trait]
impl Anchor for Webhook {
    async fn keep(&self, heads: &[SignedHead]) -> Result<(), AnchorTrouble> {
        for head in heads {
            self.send(head).await.map_err(|why| AnchorTrouble {
                place: self.place(),
                why: why.trim_end_matches('.').to_owned(),
            })?;
        }
        Ok(())
    }
}
