//! The panel: the page, the switches, the log, the state, and the reset. Its own requests are not in the log.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::{Fault, FaultKind};
use crate::openapi;
use crate::operations::OPERATIONS;
use crate::problem::Problem;
use crate::server::{Site, json as respond, refusal, unauthorised};

/// The page, which holds nothing that is not public: what it shows it asks for with the token.
const PAGE: &str = include_str!("panel.html");
/// The page talks to this server only, and nothing may frame it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";
/// The largest list of switches, in bytes.
const LARGEST_BODY: usize = 1 << 20;

/// The two things that need no token: the description and the page.
pub(crate) fn open_to_all(request: &Request) -> Option<Response> {
    if request.method() != Method::GET {
        return None;
    }
    match request.uri().path() {
        "/openapi.json" => Some(respond(200, openapi::description().to_string())),
        "/panel" => {
            let mut response = Response::new(Body::from(PAGE));
            let headers = response.headers_mut();
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            headers.insert(header::CONTENT_TYPE, html);
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            Some(response)
        }
        _ => None,
    }
}

/// Whether a path belongs to the panel and not to one of the systems.
pub(crate) fn is_panel(path: &str) -> bool {
    path == "/panel" || path.starts_with("/panel/") || path == "/openapi.json"
}

/// Answers a request to the panel.
pub(crate) async fn answer(site: &Site, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if site.person(&parts.headers).is_none() {
        return refusal(&unauthorised());
    }
    let answered = match (parts.method.as_str(), parts.uri.path()) {
        ("GET", "/panel/faults") => Ok(faults(site)),
        ("PUT", "/panel/faults") => match to_bytes(body, LARGEST_BODY).await {
            Ok(body) => set(site, &body),
            Err(error) => Err(Problem::malformed(format!(
                "The body did not arrive whole: {error}."
            ))),
        },
        ("GET", "/panel/log") => log(site, parts.uri.query()),
        ("GET", "/panel/state") => Ok(json!(site.company().books().shown())),
        ("POST", "/panel/reset") => reset(site),
        (
            _,
            "/panel/faults" | "/panel/log" | "/panel/state" | "/panel/reset" | "/panel" | "/openapi.json",
        ) => {
            let message = "This path does not take this method.";
            Err(Problem::new(405, "method_not_allowed", message))
        }
        _ => Err(Problem::new(404, "not_found", "There is nothing at this path.")),
    };
    match answered {
        Ok(value) => respond(200, value.to_string()),
        Err(problem) => refusal(&problem),
    }
}

/// What is sent to change the switches.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switches {
    faults: Vec<Fault>,
}

fn faults(site: &Site) -> Value {
    let operations: Vec<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let left = site.company().faults.left().to_vec();
    json!({"faults": left, "operations": operations, "kinds": FaultKind::ALL})
}

fn set(site: &Site, body: &[u8]) -> Result<Value, Problem> {
    let switches: Switches = serde_json::from_slice(body)
        .map_err(|error| Problem::malformed(format!("The body must be `{{\"faults\": […]}}`: {error}.")))?;
    site.company()
        .faults
        .set(switches.faults)
        .map_err(Problem::invalid)?;
    Ok(faults(site))
}

/// All of the log, or with `after=SEQ` what came later.
fn log(site: &Site, query: Option<&str>) -> Result<Value, Problem> {
    let mut after = 0;
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let number = value.parse().ok().filter(|_| name == "after");
        after =
            number.ok_or_else(|| Problem::malformed("The log takes `after`, the number of a request."))?;
    }
    let company = site.company();
    Ok(json!({"entries": company.log_after(after)}))
}

fn reset(site: &Site) -> Result<Value, Problem> {
    let done = site.company().reset();
    done.map_err(|error| Problem::new(500, "not_written", format!("Nothing was reset: {error}.")))?;
    Ok(json!({"reset": true}))
}
