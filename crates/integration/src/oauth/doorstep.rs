//! Where a browser comes back after a person signed in: a port of this machine that is open for one answer.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::Secret;
use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The largest head of a request that is read, in bytes.
const LARGEST: usize = 16 << 10;
/// So many may knock at once; browsers open connections that they do not use.
const KNOCKING: usize = 32;
/// So long one that knocks may take to say what it wants.
const SAYING: Duration = Duration::from_secs(10);

/// The same for whoever comes back, whatever it brings. Nothing of the request stands in it.
const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Attaché</title>\
    <p>You can close this page and go back to Attaché.</p></html>\n";
const NOTHING: &str = "There is nothing here.\n";

/// What must come back.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The address that the provider was given.
    pub redirect: Url,
    /// What nobody else knows.
    pub state: Secret,
    /// The provider's name.
    pub issuer: Option<String>,
    /// The provider says its name in every answer.
    pub names_itself: bool,
}

/// Who came.
#[derive(Clone, Debug)]
pub enum Came {
    /// Somebody else. The wait goes on.
    Stranger,
    /// The answer to what was asked: a code, or that there is none.
    Answer(Result<Secret, Declined>),
}

/// Why an answer brings nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// The person or the provider said no.
    #[error("The provider did not allow it: `{0}`. Sign in again, with an account that may do this")]
    Provider(String),
    /// It is another provider's answer.
    #[error(
        "The answer came from another provider than the one that was asked, so it was not used. Begin again, and look at \
         the address that you sign in at"
    )]
    Issuer,
    /// There is no code in it.
    #[error("The answer of the provider holds no code. Begin again")]
    Empty,
    /// Nobody came in time.
    #[error("Nobody signed in within {} minutes. Begin again when you are ready", .0.as_secs() / 60)]
    Late(Duration),
    /// The port can't be listened at.
    #[error(
        "This machine can't take the browser's answer: {0}. Close what uses the port, or sign in with a code"
    )]
    Port(String),
}

/// Judges the head of a request.
pub fn judge(head: &str, expected: &Expected) -> Came {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some("GET"), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Came::Stranger;
    };
    let redirect = &expected.redirect;
    let here = match redirect.port() {
        Some(port) => format!("{}:{port}", redirect.host_str().unwrap_or_default()),
        None => redirect.host_str().unwrap_or_default().to_owned(),
    };
    // A page elsewhere whose name was made to lead here asks under that name.
    let hosts = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let hosts: Vec<&str> = hosts.collect();
    let Some((path, _)) = target.split_once('?') else {
        return Came::Stranger;
    };
    if hosts != [here.as_str()] || path != redirect.path() {
        return Came::Stranger;
    }
    let Ok(target) = redirect.join(target) else {
        return Came::Stranger;
    };
    let mut said = BTreeMap::new();
    for (name, value) in target.query_pairs() {
        let of_ours = ["state", "code", "iss", "error"].contains(&name.as_ref());
        if said.insert(name.into_owned(), value.into_owned()).is_some() && of_ours {
            return Came::Stranger;
        }
    }
    if said.get("state").map(String::as_str) != Some(expected.state.expose()) {
        return Came::Stranger;
    }
    let right = match (&expected.issuer, said.get("iss")) {
        (Some(issuer), Some(named)) => issuer == named,
        (_, None) => !expected.names_itself,
        (None, Some(_)) => true,
    };
    if !right {
        return Came::Answer(Err(Declined::Issuer));
    }
    if let Some(error) = said.get("error") {
        let word = error
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c));
        return Came::Answer(Err(Declined::Provider(word.take(60).collect())));
    }
    match said.remove("code") {
        Some(code) if !code.is_empty() => Came::Answer(Ok(Secret::new(code))),
        _ => Came::Answer(Err(Declined::Empty)),
    }
}

/// An open port of this machine, for one answer.
#[derive(Debug)]
pub struct Doorstep {
    listener: TcpListener,
    redirect: Url,
}

impl Doorstep {
    /// Opens a port: that of the address, or any that is free where it has none. Only this machine can reach it.
    ///
    /// # Errors
    /// When it is taken, or the address is not of this machine.
    pub async fn open(redirect: &Url) -> Result<Self, Declined> {
        let failed = |why: String| Declined::Port(why);
        if redirect.scheme() != "http" || !matches!(redirect.host_str(), Some("127.0.0.1" | "localhost")) {
            return Err(failed(format!("`{redirect}` is not on it")));
        }
        let port = redirect.port().unwrap_or(0);
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.map_err(|error| failed(format!("port {port}: {error}")))?;
        let own = listener.local_addr().map_err(|error| failed(error.to_string()))?;
        let mut redirect = redirect.clone();
        redirect
            .set_port(Some(own.port()))
            .map_err(|()| failed("its address takes no port".to_owned()))?;
        Ok(Self { listener, redirect })
    }

    /// The address, with the port.
    pub fn redirect(&self) -> &Url {
        &self.redirect
    }

    /// Waits for the answer and closes the port. Whoever else knocks is told that there is nothing.
    ///
    /// # Errors
    /// When the answer brings no code, or none comes in time.
    pub async fn wait(self, expected: &Expected, limit: Duration) -> Result<Secret, Declined> {
        let came = tokio::time::timeout(limit, self.answer(expected));
        came.await.unwrap_or(Err(Declined::Late(limit)))
    }

    async fn answer(self, expected: &Expected) -> Result<Secret, Declined> {
        let mut knocking = JoinSet::new();
        loop {
            tokio::select! {
                stream = self.listener.accept(), if knocking.len() < KNOCKING => {
                    // One that could not be taken in knocks again.
                    if let Ok((stream, _)) = stream {
                        knocking.spawn(visit(stream, expected.clone()));
                    }
                }
                Some(came) = knocking.join_next() => {
                    if let Ok(Came::Answer(answer)) = came {
                        return answer;
                    }
                }
            }
        }
    }
}

async fn visit(mut stream: TcpStream, expected: Expected) -> Came {
    let head = tokio::time::timeout(SAYING, head(&mut stream)).await;
    let Some(head) = head.ok().flatten() else {
        return Came::Stranger;
    };
    let came = judge(&head, &expected);
    let (status, kind, body) = match came {
        Came::Answer(_) => ("200 OK", "text/html", PAGE),
        Came::Stranger => ("404 Not Found", "text/plain", NOTHING),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\r\n{body}",
        body.len()
    );
    // The answer counts, whether or not the browser waits for the page.
    let told = async {
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    };
    let _ = tokio::time::timeout(SAYING, told).await;
    came
}

/// The head of a request, up to the empty line.
async fn head(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut some) = (Vec::new(), [0; 2048]);
    loop {
        let count = stream.read(&mut some).await.ok()?;
        bytes.extend_from_slice(some.get(..count)?);
        if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            bytes.truncate(end);
            return String::from_utf8(bytes).ok();
        }
        if count == 0 || bytes.len() > LARGEST {
            return None;
        }
    }
}
