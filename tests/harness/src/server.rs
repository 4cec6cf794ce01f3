//! The system that the suites are played against: an HTTP server on this machine that answers reads with what was
//! recorded, does whatever else it is asked to, and keeps its own log of what it did. The log is the judge.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::cases::{Arguments, Suite, Tool};
use crate::describe;

/// The credential that the server takes.
pub const TOKEN: &str = "for-the-harness";

/// Something that was done, in a form in which the same is equal: no empty arguments, and the record by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// The tool.
    pub tool: String,
    /// What it was given.
    pub arguments: Arguments,
}

impl Deed {
    /// A call of a tool as a deed.
    pub fn of(tool: &Tool, arguments: &Arguments) -> Self {
        let target = describe::target(tool);
        let kept = arguments.iter().filter(|(_, value)| !value.is_null());
        let one = |(name, value): (&String, &Value)| {
            let value = match target == Some(name.as_str()) {
                true => Value::String(plain(value)),
                false => value.clone(),
            };
            (name.clone(), value)
        };
        Self {
            tool: tool.name.clone(),
            arguments: kept.map(one).collect(),
        }
    }
}

/// What a read is answered with.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The tool.
    pub tool: String,
    /// What it was given.
    pub arguments: Arguments,
    /// What it says.
    pub text: String,
}

/// One play's part of the server.
struct Session {
    tools: Arc<Suite>,
    answers: Vec<(Answer, bool)>,
    otherwise: String,
    log: Vec<Deed>,
    keys: BTreeMap<String, String>,
}

#[derive(Default)]
struct Sessions {
    next: u64,
    open: BTreeMap<u64, Session>,
}

/// The server; it ends with the runtime that it was started on. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    address: SocketAddr,
    sessions: Arc<Mutex<Sessions>>,
}

impl Server {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// When that can't be had.
    pub async fn start() -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let server = Self {
            address: listener.local_addr()?,
            sessions: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(server)
    }

    /// Where it listens.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins a play: a log of its own, and these answers to reads. What is not among them is answered `otherwise`.
    pub fn open(&self, tools: Arc<Suite>, answers: Vec<Answer>, otherwise: String) -> u64 {
        let mut sessions = self.sessions();
        sessions.next += 1;
        let id = sessions.next;
        let session = Session {
            tools,
            answers: answers.into_iter().map(|answer| (answer, false)).collect(),
            otherwise,
            log: Vec::new(),
            keys: BTreeMap::new(),
        };
        sessions.open.insert(id, session);
        id
    }

    /// What was done in a play so far, in order.
    pub fn log(&self, session: u64) -> Vec<Deed> {
        let sessions = self.sessions();
        let log = sessions.open.get(&session).map(|session| session.log.clone());
        log.unwrap_or_default()
    }

    /// Ends a play: what was done in it, in order.
    pub fn close(&self, session: u64) -> Vec<Deed> {
        let closed = self.sessions().open.remove(&session);
        closed.map(|session| session.log).unwrap_or_default()
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn read(&mut self, tool: &str, asked: &BTreeMap<String, Vec<String>>) -> String {
        let same = |answer: &Answer| answer.tool == tool && flat(&answer.arguments) == *asked;
        let fresh = self
            .answers
            .iter()
            .position(|(answer, used)| !used && same(answer))
            .or_else(|| self.answers.iter().rposition(|(answer, _)| same(answer)));
        match fresh.and_then(|place| self.answers.get_mut(place)) {
            Some((answer, used)) => {
                *used = true;
                answer.text.clone()
            }
            None => self.otherwise.clone(),
        }
    }

    /// Does it, once for each key.
    fn write(&mut self, deed: Deed, key: Option<&str>) -> String {
        if let Some(before) = key.and_then(|key| self.keys.get(key)) {
            return before.clone();
        }
        self.log.push(deed);
        let done = json!({"id": self.log.len().to_string()}).to_string();
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), done.clone());
        }
        done
    }
}

/// Arguments as a query carries them.
fn flat(arguments: &Arguments) -> BTreeMap<String, Vec<String>> {
    let kept = arguments.iter().filter(|(_, value)| !value.is_null());
    let texts = |value: &Value| match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        value => vec![plain(value)],
    };
    kept.map(|(name, value)| (name.clone(), texts(value)))
        .filter(|(_, values): &(_, Vec<String>)| !values.is_empty())
        .collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

async fn answer(
    State(server): State<Server>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (status, text) = match answered(&server, &method, &uri, &headers, &body) {
        Ok(text) => (StatusCode::OK, text),
        Err((status, why)) => (status, json!({"error": {"message": why}}).to_string()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let json = axum::http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn answered(
    server: &Server,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, (StatusCode, String)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return Err((StatusCode::UNAUTHORIZED, "Who are you?".to_owned()));
    }
    let lost = || (StatusCode::NOT_FOUND, "There is no such place.".to_owned());
    let mut parts = uri.path().split('/').skip(1).map(decoded);
    let id: u64 = parts.next().and_then(|id| id.parse().ok()).ok_or_else(lost)?;
    let (name, target) = (parts.next().ok_or_else(lost)?, parts.next());
    let mut sessions = server.sessions();
    let session = sessions.open.get_mut(&id).ok_or_else(lost)?;
    let suite = Arc::clone(&session.tools);
    let tool = suite.tools.get(&name).ok_or_else(lost)?;
    if !tool.is_consequential() {
        if method != Method::GET || target.is_some() {
            return Err(lost());
        }
        let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let pairs = uri.query().unwrap_or_default().split('&');
        for (name, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            asked.entry(decoded(name)).or_default().push(decoded(value));
        }
        let text = session.read(&name, &asked);
        return Ok(json!({"items": [{"id": name, "text": text}], "next_cursor": null}).to_string());
    }
    if method != Method::POST {
        return Err(lost());
    }
    let mut arguments: Arguments = match body.is_empty() {
        true => Arguments::new(),
        false => serde_json::from_slice(body)
            .map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?,
    };
    match (describe::target(tool), target) {
        (Some(name), Some(target)) => {
            arguments.insert(name.to_owned(), Value::String(target));
        }
        (None, None) => {}
        _ => return Err(lost()),
    }
    Ok(session.write(Deed::of(tool, &arguments), text("idempotency-key")))
}
