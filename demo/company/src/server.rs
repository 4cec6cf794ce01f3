//! The server: who may ask, which fault is played and when, and the order of receiving, doing and answering.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio_util::sync::CancellationToken;

use crate::acts::{Asked, Person};
use crate::company::{Arrived, Clock, Company, Outcome};
use crate::faults::{Fault, FaultKind};
use crate::keys::Answer;
use crate::line::{Cut, Loopback};
use crate::operations::{self, Route};
use crate::panel;
use crate::problem::Problem;

/// The largest body, in bytes.
const LARGEST_BODY: usize = 1 << 20;

/// How long the end waits for a client that has sent half a request or does not take its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a server is started.
pub struct Settings {
    /// Where it listens: a port of this machine, a free one if it is 0.
    pub address: SocketAddr,
    /// The token of the person whose company it is; see [`Company::person`] for the colleagues'.
    pub token: String,
    /// Folder that survives; without one everything is over with the process.
    pub data: Option<PathBuf>,
    /// What time it is.
    pub clock: Clock,
}

/// A server that listens and is not served yet.
pub struct Server {
    listener: Loopback,
    address: SocketAddr,
    site: Site,
}

/// What requests are answered from; cheap to clone.
#[derive(Clone)]
pub(crate) struct Site {
    company: Arc<Mutex<Company>>,
    token: Arc<str>,
    ending: CancellationToken,
}

impl Server {
    /// Opens the company and listens.
    ///
    /// # Errors
    /// When the address is not one of this machine alone, the token is empty, or the folder cannot be used.
    pub async fn open(settings: Settings) -> io::Result<Self> {
        let Settings {
            address,
            token,
            data,
            clock,
        } = settings;
        if !address.ip().is_loopback() {
            let message = format!("`{address}` can be reached from elsewhere: only this machine may ask.");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        if token.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the token is empty"));
        }
        let company = Company::open(data.as_deref(), clock)?;
        let listener = tokio::net::TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let site = Site {
            company: Arc::new(Mutex::new(company)),
            token: token.into(),
            ending: CancellationToken::new(),
        };
        let listener = Loopback(listener);
        Ok(Self {
            listener,
            address,
            site,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cancelling it ends the server in order: what was received is answered first, without waiting for any latency.
    pub fn ending(&self) -> CancellationToken {
        self.site.ending.clone()
    }

    /// Serves until it is ended.
    ///
    /// # Errors
    /// When listening fails.
    pub async fn serve(self) -> io::Result<()> {
        let ending = self.site.ending.clone();
        let overdue = async {
            ending.cancelled().await;
            tokio::time::sleep(PATIENCE).await;
        };
        let ended = self.site.ending.clone().cancelled_owned();
        let router = Router::new().fallback(answer).with_state(self.site);
        let service = router.into_make_service_with_connect_info::<Cut>();
        let served = axum::serve(self.listener, service).with_graceful_shutdown(ended);
        tokio::select! {
            served = served => served,
            () = overdue => Ok(()),
        }
    }
}

impl Site {
    /// The company, for a moment: nothing waits while it holds it but a write to the disk.
    pub(crate) fn company(&self) -> MutexGuard<'_, Company> {
        self.company.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who has shown valid credentials.
    pub(crate) fn person(&self, headers: &HeaderMap) -> Option<Person> {
        let given = text(headers, header::AUTHORIZATION)?;
        let (scheme, given) = given.split_once(' ')?;
        let person = || self.company().person(&self.token, given);
        scheme.eq_ignore_ascii_case("bearer").then(person).flatten()
    }

    async fn wait(&self, milliseconds: u64) {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
            () = self.ending.cancelled() => {}
        }
    }
}

async fn answer(State(site): State<Site>, ConnectInfo(cut): ConnectInfo<Cut>, request: Request) -> Response {
    if let Some(response) = panel::open_to_all(&request) {
        return response;
    }
    // In a task of its own, because a client that hangs up does not stop a server that has begun.
    let task = tokio::spawn(async move {
        if panel::is_panel(request.uri().path()) {
            panel::answer(&site, request).await
        } else {
            handle(&site, &cut, request).await
        }
    });
    task.await.unwrap_or_else(|error| {
        let problem = Problem::new(500, "broken", format!("The demo company failed: {error}."));
        refusal(&problem)
    })
}

/// One request to one of the three systems.
async fn handle(site: &Site, cut: &Cut, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.ok();
    let who = site.person(&parts.headers);
    let route = operations::route(parts.method.as_str(), parts.uri.path());
    let key = text(&parts.headers, HeaderName::from_static("idempotency-key"));
    let if_match = text(&parts.headers, header::IF_MATCH);
    let arrived = Arrived {
        method: parts.method.to_string(),
        path: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        operation: match &route {
            Route::To(operation, _) => Some(operation.id.to_owned()),
            _ => None,
        },
        who: who.as_ref().map(|who| who.email.clone()),
        key: key.clone(),
        if_match: if_match.clone(),
        body_hash: body.as_ref().map(|body| blake3::hash(body).to_hex().to_string()),
    };
    let (seq, asked, fault) = {
        let mut company = site.company();
        let seq = match company.receive(arrived) {
            Ok(seq) => seq,
            Err(error) => {
                let message = format!("Nothing was done: the log cannot be written, {error}.");
                return refusal(&Problem::new(500, "not_written", message));
            }
        };
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let asked = admit(who, route, body).map(|(who, operation, ids, body)| Asked {
            operation,
            ids,
            query: query.into_owned().collect(),
            if_match,
            key,
            body: body.into(),
            who,
        });
        let fault = asked
            .as_ref()
            .ok()
            .and_then(|asked| company.faults.take(asked.operation));
        (seq, asked, fault)
    };
    let kind = fault.as_ref().map(|fault| fault.fault);
    let played = match asked {
        Err(problem) => Played::refused(problem),
        Ok(asked) => play(site, seq, &asked, fault.as_ref()).await,
    };
    let response = played.response;
    let status = (!played.reset).then_some(response.status().as_u16());
    // Written down before a byte is sent: who has the answer finds it in the log.
    site.company().answered(seq, status, kind, played.replayed);
    if played.reset {
        cut.reset();
    } else if let Some(left) = played.cut_after {
        cut.after(left);
    }
    response
}

/// Lets in who has credentials, asks for something that there is, and sent all of it.
#[allow(clippy::type_complexity)] // used once, right above
fn admit(
    who: Option<Person>,
    route: Route,
    body: Option<Bytes>,
) -> Result<(Person, &'static operations::Operation, Vec<u64>, Bytes), Problem> {
    let who = who.ok_or_else(unauthorised)?;
    let (operation, ids) = match route {
        Route::To(operation, ids) => (operation, ids),
        Route::OtherMethods(methods) => {
            let message = format!("This path takes {} only.", methods.join(", "));
            return Err(Problem::new(405, "method_not_allowed", message));
        }
        Route::Nowhere => return Err(Problem::new(404, "not_found", "There is nothing at this path.")),
    };
    let too_large = || {
        let message = format!("The body did not arrive whole or has more than {LARGEST_BODY} bytes.");
        Problem::new(413, "too_large", message)
    };
    Ok((who, operation, ids, body.ok_or_else(too_large)?))
}

/// The refusal of everybody without valid credentials.
pub(crate) fn unauthorised() -> Problem {
    Problem::new(401, "unauthorised", "This needs a valid bearer token.")
}

/// What a client gets to see.
struct Played {
    response: Response,
    replayed: bool,
    /// Whether it is to see a reset instead.
    reset: bool,
    /// Of how many bytes of the body it is to see the end.
    cut_after: Option<usize>,
}

impl Played {
    fn plain(response: Response) -> Self {
        let (replayed, reset, cut_after) = (false, false, None);
        Self {
            response,
            replayed,
            reset,
            cut_after,
        }
    }

    fn refused(problem: Problem) -> Self {
        Self::plain(refusal(&problem))
    }
}

/// Does what is asked, with a fault before or after.
async fn play(site: &Site, seq: u64, asked: &Asked, fault: Option<&Fault>) -> Played {
    let (kind, delay) = (
        fault.map(|fault| fault.fault),
        fault.map_or(0, |fault| fault.delay_ms),
    );
    let failed = || Problem::new(500, "fault", "The demo company was told to fail here.");
    match kind {
        Some(FaultKind::LatencyBefore) => site.wait(delay).await,
        Some(FaultKind::TooManyRequests) => {
            let problem = Problem::new(
                429,
                "too_many_requests",
                "Too many requests. Wait, then ask again.",
            );
            let mut played = Played::refused(problem);
            let seconds = HeaderValue::from(fault.map_or(1, |fault| fault.retry_after_s));
            played.response.headers_mut().insert(header::RETRY_AFTER, seconds);
            return played;
        }
        Some(FaultKind::ErrorBefore) => return Played::refused(failed()),
        Some(FaultKind::ResetBefore) => {
            let reset = true;
            return Played {
                reset,
                ..Played::refused(failed())
            };
        }
        _ => {}
    }
    let stale = kind == Some(FaultKind::StaleRead);
    let outcome = site.company().perform(seq, asked, stale);
    let (response, length, replayed) = match outcome {
        Ok(outcome) => (success(&outcome), outcome.answer.body.len(), outcome.replayed),
        Err(problem) => (refusal(&problem), problem.body().to_string().len(), false),
    };
    let played = Played {
        replayed,
        ..Played::plain(response)
    };
    match kind {
        Some(FaultKind::LatencyAfter) => {
            site.wait(delay).await;
            played
        }
        Some(FaultKind::ErrorAfter) => Played {
            response: refusal(&failed()),
            ..played
        },
        Some(FaultKind::ResetAfter) => {
            let reset = true;
            Played { reset, ..played }
        }
        Some(FaultKind::TruncatedAfter) => {
            let cut_after = Some(length / 2);
            Played { cut_after, ..played }
        }
        _ => played,
    }
}

fn success(outcome: &Outcome) -> Response {
    let Answer {
        status,
        etag,
        location,
        body,
    } = &outcome.answer;
    let mut response = json(*status, body.clone());
    let headers = response.headers_mut();
    if let Some(tag) = etag.and_then(|version| format!("\"{version}\"").parse().ok()) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(location) = location.as_deref().and_then(|path| path.parse().ok()) {
        headers.insert(header::LOCATION, location);
    }
    if outcome.replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// A refusal as a response.
pub(crate) fn refusal(problem: &Problem) -> Response {
    let mut response = json(problem.status, problem.body().to_string());
    if problem.status == 401 {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    if let Some(tag) = problem
        .current_version
        .and_then(|version| format!("\"{version}\"").parse().ok())
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// A response of JSON.
pub(crate) fn json(status: u16, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}
