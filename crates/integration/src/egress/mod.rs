//! The way out: the program's only HTTP client, behind the list of hosts it may reach.

mod contacts;
mod hosts;
mod line;
mod names;
pub(crate) mod patience;
mod trust;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use domain::{Confidentiality, SystemId};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url};

use crate::connection::Signed;
use crate::description::strong;
use crate::{Clock, Redactor};

pub use contacts::{Contact, EgressLog, Ended, Purpose};
pub use hosts::{Host, HostError, Reach};
pub use line::{Answered, Asked, Line};
pub use names::{Names, SystemNames};

#[cfg(feature = "test-support")]
pub use contacts::KeptContacts;
#[cfg(feature = "test-support")]
pub use names::MadeUpNames;

use names::{Fence, Fenced};
use patience::{Patience, Sign};

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until the whole answer is there.
    pub whole: Duration,
    /// The largest answer, in bytes.
    pub largest: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            largest: 16 << 20,
        }
    }
}

/// What the way out needs from outside.
#[derive(Clone)]
pub struct Surroundings {
    /// Where names are looked up.
    pub names: Arc<dyn Names>,
    /// Where contacts are written down.
    pub log: Arc<dyn EgressLog>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What knows the credentials.
    pub redactor: Redactor,
}

/// The program's only way to another host.
///
/// It follows no redirect, keeps no cookie, repeats nothing, unpacks nothing and asks no proxy. A host that no connection
/// declared is refused before its name is looked up.
pub struct Egress {
    /// For reads: connections are kept and used again.
    kept: Client,
    /// For writes: each has a connection of its own. What broke while it was idle can't be told from what broke while
    /// something was sent.
    fresh: Client,
    hosts: BTreeMap<SystemId, Vec<Host>>,
    /// What is spoken to in another way than by HTTP.
    lines: BTreeMap<SystemId, Arc<dyn Line>>,
    limits: Limits,
    around: Surroundings,
    patience: Patience,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) system: &'a SystemId,
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) credential: Option<Signed>,
    /// Who may see what is in it.
    pub(crate) confidentiality: Confidentiality,
}

/// The headers of an answer that anybody here looks at, without any credential.
const KEPT: [&str; 7] = [
    "content-type",
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "mcp-session-id",
    "retry-after",
];

type Headers = Vec<(String, String)>;

/// An answer that comes bit by bit.
pub(crate) struct Coming {
    pub(crate) status: u16,
    headers: Headers,
    /// As it comes: whoever puts it together makes it clean.
    pub(crate) body: BoxStream<'static, Result<Vec<u8>, EgressError>>,
}

impl Coming {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is still to come of an answer.
struct More {
    egress: Arc<Egress>,
    answer: reqwest::Response,
    contact: Open,
    host: String,
    read: usize,
}

impl More {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, EgressError> {
        let chunk = self.answer.chunk().await;
        let chunk = chunk.map_err(|error| self.egress.failed(&error, &self.host))?;
        let Some(chunk) = chunk else {
            return Ok(None);
        };
        self.contact.contact.bytes_in += chunk.len() as u64;
        self.read += chunk.len();
        let limit = self.egress.limits.largest;
        if self.read > limit {
            let host = self.host.clone();
            return Err(EgressError::TooLarge { host, limit });
        }
        Ok(Some(chunk.to_vec()))
    }
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Headers,
    /// The body without any credential; for [`Purpose::SignIn`] as it came.
    pub(crate) body: String,
    /// What the host asks for, in milliseconds.
    pub(crate) pause: Option<u64>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// No connection declared this host.
    #[error(
        "Nothing was sent: `{host}` is not among the hosts of the connection `{system}`. Add it there if it belongs to it."
    )]
    Undeclared {
        /// The host.
        host: String,
        /// The connection.
        system: SystemId,
    },
    /// Something in the request never leaves this machine.
    #[error(
        "Nothing was sent to `{host}`: a part of it is marked as never leaving this machine. Leave that part out."
    )]
    Secret {
        /// The host.
        host: String,
    },
    /// The name leads where the host may not be.
    #[error(
        "Nothing was sent: `{host}` leads to {address}, an address that this connection may not reach. If the system is in \
         your own network, say so in the connection."
    )]
    Address {
        /// The host.
        host: String,
        /// The address that its name leads to.
        address: String,
    },
    /// It can't be put into a request.
    #[error("Nothing was sent to `{host}`: {why}.")]
    Malformed {
        /// The host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// The host is left in peace.
    #[error("Nothing was sent: `{host}` needs a pause. It can be asked again in {} s.", .after.div_ceil(1_000))]
    Resting {
        /// The host.
        host: String,
        /// In how many milliseconds it may be asked again.
        after: u64,
    },
    /// No connection came about.
    #[error(
        "Nothing was sent: `{host}` can't be reached, {why}. Check the network and the address of the connection."
    )]
    Unreached {
        /// The host.
        host: String,
        /// What happened.
        why: String,
    },
    /// Time ran out.
    #[error("`{host}` did not answer within {seconds} s.")]
    TimedOut {
        /// The host.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It broke off.
    #[error("The connection to `{host}` broke before the answer was whole, {why}.")]
    Broken {
        /// The host.
        host: String,
        /// What happened.
        why: String,
    },
    /// The answer was cut off.
    #[error("The answer of `{host}` is larger than {limit} bytes and was cut off.")]
    TooLarge {
        /// The host.
        host: String,
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// The answer can't be read.
    #[error("The answer of `{host}` can't be read: {why}.")]
    Unreadable {
        /// The host.
        host: String,
        /// What is wrong with it.
        why: String,
    },
}

impl EgressError {
    /// Whether it is certain that the host got nothing of the request.
    pub fn surely_not_sent(&self) -> bool {
        match self {
            Self::Undeclared { .. }
            | Self::Secret { .. }
            | Self::Address { .. }
            | Self::Malformed { .. }
            | Self::Resting { .. }
            | Self::Unreached { .. } => true,
            Self::TimedOut { .. } | Self::Broken { .. } | Self::TooLarge { .. } | Self::Unreadable { .. } => {
                false
            }
        }
    }

    /// The same with every word that came from elsewhere made clean.
    fn scrubbed(mut self, clean: impl Fn(&str) -> String) -> Self {
        if let Self::Malformed { why, .. }
        | Self::Unreached { why, .. }
        | Self::Broken { why, .. }
        | Self::Unreadable { why, .. } = &mut self
        {
            *why = clean(why);
        }
        self
    }

    fn ended(&self) -> Ended {
        match self {
            Self::Undeclared { .. }
            | Self::Secret { .. }
            | Self::Address { .. }
            | Self::Malformed { .. }
            | Self::Resting { .. } => Ended::Refused,
            Self::Unreached { .. } => Ended::Unreached,
            Self::TimedOut { .. } => Ended::TimedOut,
            Self::Broken { .. } => Ended::Broken,
            Self::TooLarge { .. } | Self::Unreadable { .. } => Ended::Cut,
        }
    }

    fn sign(&self) -> Option<Sign> {
        match self {
            Self::Unreached { .. } | Self::TimedOut { .. } | Self::Broken { .. } => Some(Sign::Failed),
            _ => None,
        }
    }
}

impl Egress {
    /// The way out to these hosts and no others, each for its own connection.
    ///
    /// # Errors
    /// When a name is declared with two reaches, or TLS can't be set up on this machine.
    pub fn open(
        declared: impl IntoIterator<Item = (SystemId, Host)>,
        limits: Limits,
        around: Surroundings,
    ) -> Result<Self, HostError> {
        let (mut hosts, mut reach) = (BTreeMap::<SystemId, Vec<Host>>::new(), BTreeMap::new());
        for (system, host) in declared {
            let before = reach.insert(host.name().to_owned(), host.reach());
            if before.is_some_and(|before| before != host.reach()) {
                return Err(HostError::Twice(host.to_string()));
            }
            hosts.entry(system).or_default().push(host);
        }
        let tls = trust::tls(reach.values().any(|reach| *reach != Reach::ThisMachine))?;
        let names = Arc::clone(&around.names);
        let fence = Arc::new(Fence { names, reach });
        let client = |kept: usize| {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(Arc::clone(&fence))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .connect_timeout(limits.connect)
                .timeout(limits.whole)
                .pool_max_idle_per_host(kept)
                .user_agent(concat!("attache/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| HostError::Trust(innermost(&error)))
        };
        Ok(Self {
            kept: client(4)?,
            fresh: client(0)?,
            hosts,
            lines: BTreeMap::new(),
            limits,
            around,
            patience: Patience::default(),
        })
    }

    /// The way out to one system that does not speak HTTP, behind the same rules: its host is declared, what never leaves this
    /// machine is refused, a host that needs a pause has it, and every contact is written down.
    ///
    /// # Errors
    /// As for [`Egress::open`].
    pub fn by_line(
        system: SystemId,
        host: Host,
        line: Arc<dyn Line>,
        limits: Limits,
        around: Surroundings,
    ) -> Result<Self, HostError> {
        let mut egress = Self::open([(system.clone(), host)], limits, around)?;
        egress.lines.insert(system, line);
        Ok(egress)
    }

    /// Whether a connection may reach this address.
    pub fn reaches(&self, system: &SystemId, url: &Url) -> bool {
        let own = self.hosts.get(system);
        own.is_some_and(|hosts| hosts.iter().any(|host| host.has(url)))
    }

    /// What knows the credentials in use.
    pub fn redactor(&self) -> &Redactor {
        &self.around.redactor
    }

    /// Sends one request once and reads its answer. It is written down however it ends, also when nobody waits for that.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Response, EgressError> {
        let host = host_of(&request.url);
        let mut contact = Open::new(self, &request, &host);
        let answer = match self.admit(&request, &host) {
            Ok(()) => self.exchange(request, &host, &mut contact).await,
            Err(error) => Err(error),
        };
        self.learn(
            &host,
            match &answer {
                Ok(response) => Some(sign_of(response.status, response.pause)),
                Err(error) => error.sign(),
            },
        );
        contact.close(match &answer {
            Ok(response) => Ended::Answered {
                status: response.status,
            },
            Err(error) => error.ended(),
        });
        answer
    }

    /// The same for an answer that comes bit by bit, as a stream of events does. The limits of time and size are of the whole
    /// of it. It is written down when it has ended or nobody waits for more.
    pub(crate) async fn stream(self: &Arc<Self>, request: Request<'_>) -> Result<Coming, EgressError> {
        let host = host_of(&request.url);
        let mut contact = Open::new(self, &request, &host);
        let begun = match self.admit(&request, &host) {
            Ok(()) => self.begin(request, &host, &mut contact).await,
            Err(error) => Err(error),
        };
        let (answer, headers) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                self.learn(&host, error.sign());
                contact.close(error.ended());
                return Err(error);
            }
        };
        let status = answer.status().as_u16();
        self.learn(&host, Some(sign_of(status, self.pause(&headers))));
        contact.contact.ended = Ended::Answered { status };
        let more = More {
            egress: Arc::clone(self),
            answer,
            contact,
            host,
            read: 0,
        };
        let body = stream::unfold(Some(more), |more| async {
            let mut more = more?;
            match more.next().await {
                Ok(bytes) => Some((Ok(bytes?), Some(more))),
                Err(error) => {
                    more.egress.learn(&more.host, error.sign());
                    more.contact.close(error.ended());
                    Some((Err(error), None))
                }
            }
        });
        let body = body.boxed();
        Ok(Coming {
            status,
            headers,
            body,
        })
    }

    fn learn(&self, host: &str, sign: Option<Sign>) {
        if let Some(sign) = sign {
            self.patience.learn(host, self.around.clock.steady(), sign);
        }
    }

    /// How long a host asks to be left in peace, in milliseconds.
    fn pause(&self, headers: &Headers) -> Option<u64> {
        let asked = headers.iter().find(|(name, _)| name == "retry-after");
        patience::pause(asked.map(|(_, value)| value.as_str()), self.around.clock.wall())
    }

    /// What is refused before anything happens on the network.
    fn admit(&self, request: &Request<'_>, host: &str) -> Result<(), EgressError> {
        let host = host.to_owned();
        if !self.reaches(request.system, &request.url) {
            let system = request.system.clone();
            return Err(EgressError::Undeclared { host, system });
        }
        if request.confidentiality == Confidentiality::Secret {
            return Err(EgressError::Secret { host });
        }
        let rest = self.patience.ask(&host, self.around.clock.steady());
        rest.map_err(|after| EgressError::Resting { host, after })
    }

    async fn exchange(
        &self,
        request: Request<'_>,
        host: &str,
        contact: &mut Open,
    ) -> Result<Response, EgressError> {
        if let Some(line) = self.lines.get(request.system) {
            return self.along(line.as_ref(), request, host, contact).await;
        }
        // What a provider of sign-ins answers is credentials: they are taken out of nothing, and its body is never shown.
        let credentials = request.purpose == Purpose::SignIn;
        let (mut answer, headers) = self.begin(request, host, contact).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failed(&error, host))? {
            contact.contact.bytes_in += chunk.len() as u64;
            if body.len() + chunk.len() > self.limits.largest {
                let (host, limit) = (host.to_owned(), self.limits.largest);
                return Err(EgressError::TooLarge { host, limit });
            }
            body.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(body).map_err(|_| EgressError::Unreadable {
            host: host.to_owned(),
            why: "it is no text".to_owned(),
        })?;
        let body = match self.around.redactor.scrub(&body) {
            _ if credentials => body,
            std::borrow::Cow::Borrowed(_) => body,
            std::borrow::Cow::Owned(clean) => clean,
        };
        Ok(Response {
            status: answer.status().as_u16(),
            pause: self.pause(&headers),
            headers,
            body,
        })
    }

    /// Sends a request, up to the head of its answer.
    async fn begin(
        &self,
        request: Request<'_>,
        host: &str,
        contact: &mut Open,
    ) -> Result<(reqwest::Response, Headers), EgressError> {
        let malformed = |why: &str| EgressError::Malformed {
            host: host.to_owned(),
            why: why.to_owned(),
        };
        let client = match request.purpose {
            Purpose::Write | Purpose::Anchor | Purpose::SignIn => &self.fresh,
            Purpose::Describe | Purpose::Read | Purpose::Check => &self.kept,
        };
        let mut headers: HeaderMap = request.headers.into_iter().collect();
        if let Some(secret) = &request.credential {
            for secret in &secret.known {
                let known = self.around.redactor.know(secret);
                known.map_err(|error| malformed(error.to_string().trim_end_matches('.')))?;
            }
            let mut value = HeaderValue::from_str(secret.value.expose())
                .map_err(|_| malformed("its credential holds a character that no header can hold"))?;
            value.set_sensitive(true);
            headers.insert(secret.header.clone(), value);
        }
        let bytes_out = size(&request.method, &request.url, &headers, request.body.as_deref());
        let mut building = client.request(request.method, request.url).headers(headers);
        if let Some(body) = request.body {
            building = building.body(body);
        }
        let built = building.build();
        let built = built.map_err(|error| malformed(&self.clean(&innermost(&error))))?;
        contact.contact.bytes_out = bytes_out;
        let answer = client.execute(built).await.map_err(|error| {
            let error = self.failed(&error, host);
            if error.surely_not_sent() {
                contact.contact.bytes_out = 0;
            }
            error
        })?;
        let text = |name: &str| Some(self.clean(answer.headers().get(name)?.to_str().ok()?));
        let headers: Headers = KEPT
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), text(name)?)))
            .collect();
        let packed = answer.headers().get(reqwest::header::CONTENT_ENCODING);
        if packed.is_some_and(|packing| packing != "identity") {
            let why = "it is packed although that was not asked for".to_owned();
            let host = host.to_owned();
            return Err(EgressError::Unreadable { host, why });
        }
        Ok((answer, headers))
    }

    /// The same along a line.
    async fn along(
        &self,
        line: &dyn Line,
        request: Request<'_>,
        host: &str,
        contact: &mut Open,
    ) -> Result<Response, EgressError> {
        for secret in request.credential.iter().flat_map(|secret| &secret.known) {
            let known = self.around.redactor.know(secret);
            known.map_err(|error| EgressError::Malformed {
                host: host.to_owned(),
                why: error.to_string().trim_end_matches('.').to_owned(),
            })?;
        }
        let headers: HeaderMap = request.headers.into_iter().collect();
        let bytes_out = size(&request.method, &request.url, &headers, request.body.as_deref());
        contact.contact.bytes_out = bytes_out;
        let condition = headers.get(reqwest::header::IF_MATCH);
        let condition = condition.and_then(|tag| tag.to_str().ok()).map(strong);
        let asked = Asked {
            purpose: request.purpose,
            method: request.method.as_str(),
            url: &request.url,
            condition: condition.as_deref(),
            body: request.body.as_deref().unwrap_or_default(),
            credential: request
                .credential
                .as_ref()
                .and_then(|secret| secret.known.first()),
            limits: self.limits,
        };
        let whole = tokio::time::timeout(self.limits.whole, line.exchange(asked));
        let answer = whole.await.unwrap_or_else(|_| {
            Err(EgressError::TimedOut {
                host: host.to_owned(),
                seconds: self.limits.whole.as_secs(),
            })
        });
        let answer = answer.map_err(|error| {
            if error.surely_not_sent() {
                contact.contact.bytes_out = 0;
            }
            error.scrubbed(|text| self.clean(text))
        })?;
        contact.contact.bytes_in = answer.body.len() as u64;
        if answer.body.len() > self.limits.largest {
            let (host, limit) = (host.to_owned(), self.limits.largest);
            return Err(EgressError::TooLarge { host, limit });
        }
        Ok(Response {
            status: answer.status,
            headers: Vec::new(),
            pause: None,
            body: self.clean(&answer.body),
        })
    }

    /// What an error of the client means. Its own words hold the address and are not used.
    fn failed(&self, error: &reqwest::Error, host: &str) -> EgressError {
        let why = self.clean(&innermost(error));
        let host = host.to_owned();
        let mut source: Option<&(dyn Error + 'static)> = error.source();
        while let Some(inner) = source {
            if let Some(Fenced::Address(address)) = inner.downcast_ref::<Fenced>() {
                let address = address.to_string();
                return EgressError::Address { host, address };
            }
            source = inner.source();
        }
        if error.is_connect() {
            EgressError::Unreached { host, why }
        } else if error.is_timeout() {
            let seconds = self.limits.whole.as_secs();
            EgressError::TimedOut { host, seconds }
        } else {
            EgressError::Broken { host, why }
        }
    }

    fn clean(&self, text: &str) -> String {
        self.around.redactor.scrub(text).into_owned()
    }
}

/// A contact that is under way. Dropped before its end, it was given up.
struct Open {
    log: Arc<dyn EgressLog>,
    contact: Contact,
}

impl Open {
    fn new(egress: &Egress, request: &Request<'_>, host: &str) -> Self {
        if let Some(secret) = &request.credential {
            for secret in &secret.known {
                // Too short a one is refused before it is sent.
                egress.around.redactor.know(secret).ok();
            }
        }
        let contact = Contact {
            at: egress.around.clock.wall(),
            system: request.system.clone(),
            host: egress.clean(host),
            purpose: request.purpose,
            method: request.method.to_string(),
            path: egress.clean(request.url.path()),
            bytes_out: 0,
            bytes_in: 0,
            ended: Ended::GivenUp,
        };
        let log = Arc::clone(&egress.around.log);
        Self { log, contact }
    }

    fn close(mut self, ended: Ended) {
        self.contact.ended = ended;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.log.contacted(self.contact.clone());
    }
}

/// What an answer tells of a host's health.
fn sign_of(status: u16, pause: Option<u64>) -> Sign {
    match (status, pause) {
        (429, pause) => Sign::Pause(pause.unwrap_or(patience::PAUSE)),
        (503, Some(pause)) => Sign::Pause(pause),
        (500.., _) => Sign::Failed,
        _ => Sign::Well,
    }
}

fn host_of(url: &Url) -> String {
    let (name, port) = (
        // A file has no host; it is on this machine.
        url.host_str().unwrap_or("localhost"),
        url.port_or_known_default().unwrap_or_default(),
    );
    format!("{}://{name}:{port}", url.scheme())
}

/// Bytes of a request as it is written, before encryption.
fn size(method: &Method, url: &Url, headers: &HeaderMap, body: Option<&[u8]>) -> u64 {
    let target = url.path().len() + url.query().map_or(0, |query| query.len() + 1);
    let line = method.as_str().len() + target + " HTTP/1.1\r\n".len() + 1;
    let head: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    (line + head + 2 + body.map_or(0, <[u8]>::len)) as u64
}

/// The words of the first cause, which say what happened and not where.
fn innermost(error: &dyn Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().trim_end_matches('.').to_owned()
}
