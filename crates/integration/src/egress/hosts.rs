use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// What kind of address a host may have. A public name that suddenly leads to this machine or into the office network is
/// an attack on what is there (DNS rebinding).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// On the internet.
    Public,
    /// On the internet or in the company's own network.
    Company,
    /// On this machine. The only one that may be spoken to without TLS.
    ThisMachine,
}

/// The scheme of a database that is a file.
const FILE: &str = "sqlite";

/// A host that may be reached: scheme, name and port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host {
    scheme: String,
    name: String,
    port: u16,
    reach: Reach,
}

/// Why a host can't be declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Not an address of the web.
    #[error("`{0}` is no address of a host: write it as `https://crm.example.com`.")]
    Malformed(String),
    /// Without TLS.
    #[error("`{0}` would be spoken to in the clear: only `https` is used, except for hosts on this machine.")]
    Clear(String),
    /// The number is not of the kind that was declared.
    #[error("`{0}` has an address that this connection may not reach.")]
    Address(String),
    /// Declared twice, with different reach.
    #[error("`{0}` is declared twice with different reach. Declare it once.")]
    Twice(String),
    /// Nothing on this machine says which certificates to trust.
    #[error(
        "The certificates that this machine trusts can't be read: {0}. No connection can be made safely."
    )]
    Trust(String),
}

impl Host {
    /// The host of an address such as `https://crm.example.com`; path and query are left out.
    ///
    /// # Errors
    /// When it is no web address, holds credentials, would be spoken to in the clear, or is a number outside its reach.
    pub fn parse(address: &str, reach: Reach) -> Result<Self, HostError> {
        let malformed = || HostError::Malformed(address.to_owned());
        let url = Url::parse(address).map_err(|_| malformed())?;
        let host = Self::of(&url, reach).ok_or_else(malformed)?;
        match host.scheme.as_str() {
            "https" => {}
            "http" if reach == Reach::ThisMachine => {}
            "http" => return Err(HostError::Clear(host.to_string())),
            _ => return Err(malformed()),
        }
        if literal(&host.name).is_some_and(|address| !reach.allows(address)) {
            return Err(HostError::Address(host.to_string()));
        }
        Ok(host)
    }

    /// The host of something that is not spoken to by HTTP but through a [`Line`](super::Line), as
    /// `postgresql://db.example.com:5432`. Whether what is sent is protected on its way is for the line to see to.
    ///
    /// # Errors
    /// When it has no name and port, holds credentials, is a web address, or is a number outside its reach.
    pub fn by_line(address: &str, reach: Reach) -> Result<Self, HostError> {
        let malformed = || HostError::Malformed(address.to_owned());
        let url = Url::parse(address).map_err(|_| malformed())?;
        let host = Self::of(&url, reach).filter(|host| !["http", "https"].contains(&host.scheme.as_str()));
        let host = host.ok_or_else(malformed)?;
        let far = host.scheme == FILE && reach != Reach::ThisMachine;
        if far || literal(&host.name).is_some_and(|address| !reach.allows(address)) {
            return Err(HostError::Address(host.to_string()));
        }
        Ok(host)
    }

    fn of(url: &Url, reach: Reach) -> Option<Self> {
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        // A file has no host; it is on this machine.
        if url.scheme() == FILE {
            return Some(Self {
                scheme: FILE.to_owned(),
                name: "localhost".to_owned(),
                port: 0,
                reach,
            });
        }
        Some(Self {
            scheme: url.scheme().to_owned(),
            name: url.host_str()?.trim_end_matches('.').to_lowercase(),
            port: url.port_or_known_default()?,
            reach,
        })
    }

    /// Whether an address is of this host.
    pub(crate) fn has(&self, url: &Url) -> bool {
        Self::of(url, self.reach).is_some_and(|other| other == *self)
    }

    /// The name or number, in lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it may be.
    pub fn reach(&self) -> Reach {
        self.reach
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.name, self.port)
    }
}

fn literal(name: &str) -> Option<IpAddr> {
    name.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Reach {
    /// Whether a host of this reach may have this address.
    pub fn allows(self, address: IpAddr) -> bool {
        match (kind(address), self) {
            (Kind::Nowhere, _) => false,
            (Kind::ThisMachine, reach) => reach == Self::ThisMachine,
            (Kind::Near, reach) => reach == Self::Company,
            (Kind::Internet, reach) => reach != Self::ThisMachine,
        }
    }
}

enum Kind {
    ThisMachine,
    Near,
    Internet,
    /// Where no business system can be: link-local (the metadata services of clouds), multicast, reserved.
    Nowhere,
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind4(v4),
        IpAddr::V6(v6) => kind6(v6),
    }
}

fn kind4(address: Ipv4Addr) -> Kind {
    let [a, b, c, _] = address.octets();
    if address.is_loopback() {
        Kind::ThisMachine
    } else if address.is_private() || (a == 100 && (64..128).contains(&b)) {
        Kind::Near
    } else if a == 0
        || a >= 224
        || address.is_link_local()
        || address.is_documentation()
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b))
    {
        Kind::Nowhere
    } else {
        Kind::Internet
    }
}

fn kind6(address: Ipv6Addr) -> Kind {
    let [a, b, c, d, e, f, g, h] = address.segments();
    // Addresses that carry one of version 4 are judged by that: mapped, NAT64, 6to4.
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        kind4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => inner(g, h),
        (0x2002, ..) => inner(b, c),
        _ if address.is_loopback() => Kind::ThisMachine,
        _ if a & 0xfe00 == 0xfc00 => Kind::Near,
        _ if a & 0xe000 != 0x2000 || (a, b) == (0x2001, 0xdb8) || (a, b) == (0x2001, 0) => Kind::Nowhere,
        _ => Kind::Internet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        assert!(Host::parse("http://127.0.0.1:8099", Reach::ThisMachine).is_ok());
        assert!(Host::parse("https://crm.example.com", Reach::Public).is_ok());
        for reach in [Reach::Public, Reach::Company] {
            let clear = Host::parse("http://crm.example.com", reach);
            assert!(matches!(clear, Err(HostError::Clear(_))));
        }
        for bad in [
            "crm.example.com",
            "ftp://crm.example.com",
            "https://me:pw@crm.example.com",
            "file:///etc",
        ] {
            assert!(
                matches!(Host::parse(bad, Reach::Public), Err(HostError::Malformed(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_number_is_judged_however_it_is_written() {
        for near in [
            "https://127.0.0.1",
            "https://2130706433",
            "https://0x7f.1",
            "https://10.0.0.8",
            "https://169.254.169.254",
            "https://[::1]",
            "https://[::ffff:127.0.0.1]",
            "https://[::ffff:10.1.2.3]",
            "https://[64:ff9b::7f00:1]",
            "https://[2002:7f00:1::]",
            "https://[fd00::1]",
            "https://[fe80::1]",
            "https://0.0.0.0",
            "https://[::]",
            "https://100.64.1.1",
        ] {
            assert!(
                matches!(Host::parse(near, Reach::Public), Err(HostError::Address(_))),
                "{near}"
            );
        }
        assert!(Host::parse("https://10.0.0.8", Reach::Company).is_ok());
        assert!(Host::parse("https://169.254.169.254", Reach::Company).is_err());
        assert!(Host::parse("https://93.184.215.14", Reach::Public).is_ok());
        assert!(Host::parse("http://93.184.215.14", Reach::ThisMachine).is_err());
    }

    #[test]
    fn another_port_scheme_or_ending_is_another_host() {
        let host = Host::parse("https://crm.example.com", Reach::Public).unwrap();
        let has = |address: &str| host.has(&Url::parse(address).unwrap());
        assert!(has("https://crm.example.com/a/b?c=d") && has("https://CRM.example.com.:443/"));
        for other in [
            "http://crm.example.com",
            "https://crm.example.com:444",
            "https://crm.example.com.evil.net",
            "https://evil.net/crm.example.com",
            "https://crm.example.com@evil.net",
            "https://xcrm.example.com",
        ] {
            assert!(!has(other), "{other}");
        }
    }
}
