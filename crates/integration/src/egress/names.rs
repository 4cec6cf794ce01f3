//! From the name of a host to its addresses, through the fence of what was declared.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::hosts::Reach;

/// Where names are looked up.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses of a host.
    ///
    /// # Errors
    /// When it has none or nobody could be asked.
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's own resolver.
#[derive(Clone, Copy, Debug)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// Names that tests make up.
#[cfg(feature = "test-support")]
#[derive(Clone, Debug, Default)]
pub struct MadeUpNames(pub BTreeMap<String, Vec<IpAddr>>);

#[cfg(feature = "test-support")]
#[async_trait]
impl Names for MadeUpNames {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "there is no such name");
        self.0.get(host).cloned().ok_or_else(missing)
    }
}

/// Why a name is not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fenced {
    #[error("it is not declared")]
    Undeclared,
    #[error("it leads to {0}")]
    Address(IpAddr),
    #[error("there is no such name, or nobody could be asked: {0}")]
    Unknown(String),
}

/// The resolver that the client gets. A name is resolved here and connected to without being resolved again, so that it
/// can't be one address when it is checked and another one when it is used.
pub(super) struct Fence {
    pub(super) names: Arc<dyn Names>,
    pub(super) reach: BTreeMap<String, Reach>,
}

impl Resolve for Fence {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().trim_end_matches('.').to_lowercase();
        let (names, reach) = (Arc::clone(&self.names), self.reach.get(&host).copied());
        Box::pin(async move {
            let found = behind(names.as_ref(), &host, reach).await;
            let found = found.map_err(|fenced| Box::new(fenced) as Box<dyn Error + Send + Sync>)?;
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

async fn behind(names: &dyn Names, host: &str, reach: Option<Reach>) -> Result<Vec<IpAddr>, Fenced> {
    let reach = reach.ok_or(Fenced::Undeclared)?;
    let found = names.addresses(host).await;
    let found = found.map_err(|error| Fenced::Unknown(error.to_string()))?;
    // One bad address is enough: an attacker who mixes them must not get a second try.
    match found.iter().find(|address| !reach.allows(**address)) {
        Some(address) => Err(Fenced::Address(*address)),
        None => Ok(found),
    }
}
