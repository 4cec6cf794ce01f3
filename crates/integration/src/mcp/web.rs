use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::{Confidentiality, SystemId};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorCode, ErrorData, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    HttpStatusError, SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sse_stream::{Sse, SseStream};

use crate::connection::Signed;
use crate::egress::{Coming, Egress, EgressError, Purpose, Request};
use crate::{Credentials, SignIn};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// A server that is spoken to over the network (Streamable HTTP), through the program's only way out.
///
/// It opens no stream on which a server could say something that nobody asked for: an answer that broke off is gone on with
/// where the server gave it a number, and nothing else is listened to.
#[derive(Clone)]
pub struct Web {
    /// The way out.
    pub egress: Arc<Egress>,
    /// The connection.
    pub system: SystemId,
    /// Where messages are sent.
    pub address: Url,
    /// Where its credential is, which is shown as `Authorization: Bearer`. A sign-in that is renewed belongs here too.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// The tools that only read.
    pub reads: Arc<BTreeSet<String>>,
}

type Failed = StreamableHttpError<EgressError>;
type Events = BoxStream<'static, Result<Sse, SseError>>;

impl Web {
    async fn ask(
        &self,
        method: Method,
        purpose: Purpose,
        body: Option<Vec<u8>>,
        headers: Vec<(HeaderName, HeaderValue)>,
    ) -> Result<Coming, Failed> {
        let malformed = |why: String| EgressError::Malformed {
            host: self.address.host_str().unwrap_or_default().to_owned(),
            why,
        };
        let credential = match &self.credentials {
            None => None,
            Some(credentials) => {
                let secret = credentials.credential(&self.system).await;
                let secret = secret.map_err(|why| malformed(format!("there is no credential for it: {why}")));
                let secret = secret.map_err(Failed::Client)?;
                let signed = Signed::with(&SignIn::Bearer, &secret);
                Some(signed.map_err(|why| Failed::Client(malformed(why.to_owned())))?)
            }
        };
        let request = Request {
            system: &self.system,
            purpose,
            method,
            url: self.address.clone(),
            headers,
            body,
            credential,
            // What never leaves this machine was refused before it became a message.
            confidentiality: Confidentiality::Internal,
        };
        self.egress.stream(request).await.map_err(Failed::Client)
    }

    /// The events of an answer, without any credential.
    fn events(&self, coming: Coming) -> Events {
        let redactor = self.egress.redactor().clone();
        let bytes = coming.body.map_ok(std::collections::VecDeque::from);
        SseStream::from_bytes_stream(bytes)
            .map_ok(move |mut event| {
                event.data = event.data.map(|data| redactor.scrub(&data).into_owned());
                event
            })
            .boxed()
    }

    async fn whole(&self, coming: Coming) -> Result<String, Failed> {
        let mut bytes = Vec::new();
        let mut body = coming.body;
        while let Some(some) = body.next().await {
            bytes.extend(some.map_err(Failed::Client)?);
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(self.egress.redactor().scrub(&text).into_owned())
    }
}

fn headers(
    accept: &'static str,
    session: Option<&str>,
    more: HashMap<HeaderName, HeaderValue>,
) -> Result<Vec<(HeaderName, HeaderValue)>, Failed> {
    let mut out: Vec<_> = more.into_iter().collect();
    out.push((reqwest::header::ACCEPT, HeaderValue::from_static(accept)));
    if let Some(session) = session {
        let value = HeaderValue::from_str(session).map_err(|_| {
            Failed::UnexpectedServerResponse("its session has a name that can't be sent".into())
        })?;
        out.push((HeaderName::from_static("mcp-session-id"), value));
    }
    Ok(out)
}

fn is(coming: &Coming, wanted: &str) -> bool {
    let kind = coming.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(wanted)
}

impl StreamableHttpClient for Web {
    type Error = EgressError;

    async fn post_message(
        &self,
        _: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _: Option<String>,
        more: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let mut headers = headers("application/json, text/event-stream", session.as_deref(), more)?;
        headers.push((reqwest::header::CONTENT_TYPE, HeaderValue::from_static(JSON)));
        let purpose = self.purpose(&message);
        let body = serde_json::to_vec(&message)?;
        let coming = self.ask(Method::POST, purpose, Some(body), headers).await?;
        let status = coming.status;
        let own = coming.header("mcp-session-id").map(str::to_owned);
        let answers_nothing = !matches!(message, ClientJsonRpcMessage::Request(_));
        match status {
            202 | 204 => return Ok(StreamableHttpPostResponse::Accepted),
            404 if session.is_some() => return Err(Failed::SessionExpired),
            200..300 if is(&coming, EVENTS) => {
                return Ok(StreamableHttpPostResponse::Sse(self.events(coming), own));
            }
            200..300 if answers_nothing => return Ok(StreamableHttpPostResponse::Accepted),
            200..300 if !is(&coming, JSON) => {
                let kind = coming.header("content-type").map(str::to_owned);
                return Err(Failed::UnexpectedContentType(kind));
            }
            _ => {}
        }
        let text = self.whole(coming).await?;
        let read = serde_json::from_str::<ServerJsonRpcMessage>(&text);
        match (status, read) {
            (200..300, Ok(message)) => Ok(StreamableHttpPostResponse::Json(message, own)),
            (200..300, Err(_)) => Err(Failed::UnexpectedServerResponse(
                "its answer is no message".into(),
            )),
            (401 | 403 | 429 | 500.., _) => Err(HttpStatusError::new(status, None).into()),
            (_, read) => refused(&message, session.is_some(), status, read.ok(), own),
        }
    }

    async fn delete_session(
        &self,
        _: Arc<str>,
        session: Arc<str>,
        _: Option<String>,
        more: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failed> {
        let headers = headers(JSON, Some(&session), more)?;
        let coming = self.ask(Method::DELETE, Purpose::Describe, None, headers).await?;
        match coming.status {
            200..300 | 404 | 405 => Ok(()),
            status => Err(HttpStatusError::new(status, None).into()),
        }
    }

    async fn get_stream(
        &self,
        _: Arc<str>,
        session: Option<Arc<str>>,
        last: Option<String>,
        _: Option<String>,
        more: HashMap<HeaderName, HeaderValue>,
    ) -> Result<Events, Failed> {
        let last = last.ok_or(Failed::ServerDoesNotSupportSse)?;
        let mut headers = headers(EVENTS, session.as_deref(), more)?;
        let last = HeaderValue::from_str(&last).map_err(|_| {
            Failed::UnexpectedServerResponse("its event has a name that can't be sent".into())
        })?;
        headers.push((HeaderName::from_static("last-event-id"), last));
        let coming = self.ask(Method::GET, Purpose::Check, None, headers).await?;
        match coming.status {
            200 if is(&coming, EVENTS) => Ok(self.events(coming)),
            405 => Err(Failed::ServerDoesNotSupportSse),
            status => Err(HttpStatusError::new(status, None).into()),
        }
    }
}

impl Web {
    fn purpose(&self, message: &ClientJsonRpcMessage) -> Purpose {
        let ClientJsonRpcMessage::Request(request) = message else {
            return Purpose::Describe;
        };
        match &request.request {
            ClientRequest::CallToolRequest(call) if self.reads.contains(call.params.name.as_ref()) => {
                Purpose::Read
            }
            ClientRequest::CallToolRequest(_) => Purpose::Write,
            _ => Purpose::Describe,
        }
    }
}

/// A refusal by a status: the server's own error where it gave one. An older server that does not know the newest way to begin
/// may refuse it in any words and without its number.
fn refused(
    message: &ClientJsonRpcMessage,
    in_session: bool,
    status: u16,
    read: Option<ServerJsonRpcMessage>,
    own: Option<String>,
) -> Result<StreamableHttpPostResponse, Failed> {
    let begins = match message {
        ClientJsonRpcMessage::Request(request) if !in_session => {
            matches!(request.request, ClientRequest::DiscoverRequest(_)).then(|| request.id.clone())
        }
        _ => None,
    };
    match (begins, read) {
        (Some(id), read) => {
            let error = match read {
                Some(ServerJsonRpcMessage::Error(error)) => error.error,
                _ => ErrorData::new(
                    ErrorCode::INVALID_REQUEST,
                    "it does not know this way to begin",
                    None,
                ),
            };
            let error = ServerJsonRpcMessage::error(error, Some(id));
            Ok(StreamableHttpPostResponse::Json(error, None))
        }
        (None, Some(error @ ServerJsonRpcMessage::Error(_))) => {
            Ok(StreamableHttpPostResponse::Json(error, own))
        }
        (None, _) => Err(HttpStatusError::new(status, None).into()),
    }
}
