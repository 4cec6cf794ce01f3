use std::convert::Infallible;
use std::path::{Component, Path, PathBuf};

use app::Core;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as At, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::DocumentId;
use experience::commands::Window;
use experience::{Failure, Fault};
use futures_util::stream;
use tokio_util::sync::CancellationToken;

/// The name of the cookie that holds the token.
const COOKIE: &str = "attache-devhost";

/// The header in which a page says which window it stands for; the main one if it says nothing. Whoever has the token may
/// be either: this host is for development and tests, and the window of Attaché asks its window system instead.
const WINDOW: &str = "x-attache-window";

/// What requests are answered from; cheap to clone.
#[derive(Clone)]
pub struct Site {
    core: Core,
    port: u16,
    token: String,
    dist: Option<PathBuf>,
    ending: CancellationToken,
}

impl Site {
    /// A site for the core, at this port, for whoever has the token.
    pub fn new(core: Core, port: u16, token: String, dist: Option<PathBuf>) -> Self {
        let ending = CancellationToken::new();
        Self {
            core,
            port,
            token,
            dist,
            ending,
        }
    }

    /// Ends the streams of events, which would go on for ever.
    pub fn ending(&self) -> CancellationToken {
        self.ending.clone()
    }
}

/// 128 bits that nobody can guess.
///
/// # Errors
/// When the system has no randomness.
pub fn token() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Everything that is served.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/call/{name}", post(call))
        .route("/events", get(events))
        .route("/document/{id}", get(document))
        .fallback(get(page))
        .layer(middleware::from_fn_with_state(site.clone(), guard))
        .with_state(site)
}

/// Lets through only what was asked of this machine by name, by this page, by whoever has the token.
async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let cookie = match judge(&site, &request) {
        Ok(Given::Cookie) => None,
        Ok(Given::Address) => {
            let cookie = format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/", site.token);
            HeaderValue::from_str(&cookie).ok()
        }
        Err((status, why)) => return refused(status, why),
    };
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Where the token came from.
enum Given {
    Address,
    Cookie,
}

fn judge(site: &Site, request: &Request) -> Result<Given, (StatusCode, &'static str)> {
    let text = |name| {
        let value: Option<&HeaderValue> = request.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    let names = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", site.port));
    // A name of somebody else's that resolves to this machine is how a foreign page would get in.
    if !text(header::HOST).is_some_and(|host| names.iter().any(|name| name == host)) {
        return Err((
            StatusCode::MISDIRECTED_REQUEST,
            "This host answers under its own name only.",
        ));
    }
    if let Some(origin) = text(header::ORIGIN)
        && !names.iter().any(|name| origin == format!("http://{name}"))
    {
        return Err((StatusCode::FORBIDDEN, "Another page may not ask this host."));
    }
    let query = request.uri().query().unwrap_or_default();
    let given = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    let kept = text(header::COOKIE)
        .unwrap_or_default()
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    let holds = |token: Option<&str>| token.is_some_and(|token| same(token, &site.token));
    match (holds(given), holds(kept)) {
        (true, _) => Ok(Given::Address),
        (false, true) => Ok(Given::Cookie),
        (false, false) => Err((
            StatusCode::UNAUTHORIZED,
            "Open the address that was printed at the start, with its token.",
        )),
    }
}

/// Compares without telling by its time how far two texts agree.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |differ, (a, b)| differ | (a ^ b))
            == 0
}

async fn call(State(site): State<Site>, At(name): At<String>, headers: HeaderMap, body: Bytes) -> Response {
    // Forms of foreign pages cannot send this type without being asked first.
    let json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !json {
        return refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A request is JSON.");
    }
    let request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            return refused(
                StatusCode::BAD_REQUEST,
                &format!("The request is not JSON: {error}."),
            );
        }
    };
    let window = match headers.get(WINDOW).map(|label| label.to_str()) {
        None => Some(Window::Main),
        Some(label) => label.ok().and_then(Window::of),
    };
    let Some(window) = window else {
        return refused(StatusCode::BAD_REQUEST, "There is no such window.");
    };
    match site.core.call(window, &name, request).await {
        Ok(response) => as_json(StatusCode::OK, response.to_string()),
        Err(failure) => failed(&failure),
    }
}

async fn events(State(site): State<Site>) -> Response {
    let listening = site.core.listen();
    let lines = stream::unfold(Some((listening, site.ending)), |state| async {
        let (mut listening, ending) = state?;
        let event = tokio::select! {
            () = ending.cancelled() => return None,
            event = listening.next() => event,
        };
        let line = serde_json::to_string(&event).map(|json| format!("data: {json}\n\n"));
        Some((
            Ok::<_, Infallible>(line.unwrap_or_default()),
            Some((listening, ending)),
        ))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(lines)).into_response()
}

async fn document(State(site): State<Site>, At(id): At<i64>) -> Response {
    match site.core.pdf(DocumentId(id)).await {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, "application/pdf"),
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, bytes).into_response()
        }
        Err(failure) => failed(&failure),
    }
}

async fn page(State(site): State<Site>, request: Request) -> Response {
    let wanted = request.uri().path().trim_start_matches('/');
    let wanted = if wanted.is_empty() { "index.html" } else { wanted };
    let relative = Path::new(wanted);
    let plain = relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let Some(file) = site
        .dist
        .as_ref()
        .filter(|_| plain)
        .map(|dist| dist.join(relative))
    else {
        return refused(StatusCode::NOT_FOUND, "There is no page here.");
    };
    let kind = match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    match tokio::fs::read(&file).await {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_SECURITY_POLICY, app::CONTENT_POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, bytes).into_response()
        }
        Err(_) => refused(StatusCode::NOT_FOUND, "There is no page here."),
    }
}

fn failed(failure: &Failure) -> Response {
    let status = match (failure.code.as_deref(), failure.fault) {
        (Some("gone"), _) => StatusCode::NOT_FOUND,
        (Some("core_starting" | "workspace_in_use"), _) | (_, Fault::Environment) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        (_, Fault::User) => StatusCode::BAD_REQUEST,
        (_, Fault::Remote) => StatusCode::BAD_GATEWAY,
        (_, Fault::Bug) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    as_json(status, serde_json::to_string(failure).unwrap_or_default())
}

fn refused(status: StatusCode, message: &str) -> Response {
    let failure = Failure {
        code: None,
        message: message.to_owned(),
        hint: None,
        fault: Fault::User,
    };
    as_json(status, serde_json::to_string(&failure).unwrap_or_default())
}

fn as_json(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, text).into_response()
}
