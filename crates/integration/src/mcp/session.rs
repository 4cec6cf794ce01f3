use std::any::Any;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ContentBlock, ErrorCode, Implementation, JsonObject,
    PaginatedRequestParams, ProtocolVersion, ResourceContents, Tool,
};
use rmcp::service::ClientInitializeError;
use rmcp::service::RunningService;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransport, StreamableHttpClientTransportConfig, StreamableHttpError,
};
use rmcp::transport::worker::WorkerQuitReason;
use rmcp::transport::{DynamicTransportError, IntoTransport};
use rmcp::{ClientCacheConfig, ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};

use super::ears::Ears;
use super::{Web, visible};
use crate::egress::EgressError;

/// The longest message of a program, in bytes.
const LONGEST_LINE: usize = 8 << 20;
/// So many pages of tools are read, and so many tools, with definitions of so many bytes together.
const PAGES: usize = 50;
const TOOLS: usize = 1_000;
const LARGEST_LIST: usize = 4 << 20;
/// So often a server may answer a call by asking for something; each time it is told no.
const ROUNDS: usize = 4;

/// Input and output of a program that runs for as long as `held` is there.
pub struct Pipes {
    /// What it says.
    pub output: Box<dyn AsyncRead + Send + Unpin>,
    /// What it hears.
    pub input: Box<dyn AsyncWrite + Send + Unpin>,
    /// Ends it when it is dropped.
    pub held: Box<dyn Any + Send + Sync>,
}

/// What starts a server that is a program on this machine.
#[async_trait]
pub trait Programs: Send + Sync {
    /// Starts it anew.
    ///
    /// # Errors
    /// In words to stand after "can't be started:".
    async fn start(&self) -> Result<Pipes, String>;
}

/// How a server is reached.
#[derive(Clone)]
pub enum Way {
    /// It is a program on this machine.
    Program(Arc<dyn Programs>),
    /// It is spoken to over the network.
    Web(Web),
}

/// A server that is spoken to.
pub(super) struct Session {
    // Before what holds the program, so that it hears of the end first.
    running: RunningService<RoleClient, Ears>,
    ears: Ears,
    _held: Box<dyn Any + Send + Sync>,
}

/// Why a server gave no answer.
#[derive(Clone, Debug)]
pub(super) enum Silence {
    /// It is not reached, or broke off.
    Egress(EgressError),
    /// It refused by this HTTP status.
    Status(u16),
    /// It refused with these words, by this code of the protocol.
    Refused(ErrorCode, String),
    /// It broke off, or does not keep to the protocol.
    Broken(String),
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// Words, as many pieces as it gave.
    pub(super) words: Vec<String>,
    /// The same as data, where it gave that.
    pub(super) data: Option<Value>,
    /// It says that it failed.
    pub(super) failed: bool,
}

impl Session {
    pub(super) fn open(way: &Way) -> BoxFuture<'_, Result<Self, Silence>> {
        Box::pin(Self::opened(way))
    }

    /// In the newest way to begin, and in the older one where a server does not understand that; some of those answer with
    /// anything, or end.
    async fn opened(way: &Way) -> Result<Self, Silence> {
        let newest = ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::LATEST],
            legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
        };
        match Self::opened_in(way, newest).await {
            Err(Silence::Broken(_) | Silence::Refused(..)) => {
                Self::opened_in(way, ClientLifecycleMode::Initialize).await
            }
            opened => opened,
        }
    }

    async fn opened_in(way: &Way, how: ClientLifecycleMode) -> Result<Self, Silence> {
        let ears = Ears::default();
        match way {
            Way::Program(programs) => {
                let pipes = programs.start().await.map_err(Silence::Broken)?;
                let transport =
                    AsyncRwTransport::new(pipes.output, pipes.input).with_max_line_length(LONGEST_LINE);
                Self::begin(ears, transport, pipes.held, how).await
            }
            Way::Web(web) => {
                let config = StreamableHttpClientTransportConfig::with_uri(web.address.as_str())
                    // Nothing here sends a call twice.
                    .reinit_on_expired_session(false)
                    .max_concurrent_requests(4);
                let transport = StreamableHttpClientTransport::with_client(web.clone(), config);
                Self::begin(ears, transport, Box::new(()), how).await
            }
        }
    }

    async fn begin<T, E, A>(
        ears: Ears,
        transport: T,
        held: Box<dyn Any + Send + Sync>,
        how: ClientLifecycleMode,
    ) -> Result<Self, Silence>
    where
        T: IntoTransport<RoleClient, E, A>,
        E: Error + Send + Sync + 'static,
    {
        let begun = ears.clone().serve_with_lifecycle(transport, how);
        let running = begun.await.map_err(unopened)?;
        ears.may_end(running.cancellation_token());
        // A list that is kept would hide that a definition changed.
        let none = ClientCacheConfig::disabled().with_serve_stale_on_error(false);
        running.peer().set_response_cache_config(none).await;
        Ok(Self {
            running,
            ears,
            _held: held,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.running.is_closed() || self.running.peer().is_transport_closed()
    }

    /// Whether the server said since the last time that its tools changed.
    pub(super) fn changed(&self) -> bool {
        self.ears.changed()
    }

    pub(super) fn server(&self) -> Option<Implementation> {
        self.running.peer().peer_info()?.server_info.clone()
    }

    pub(super) async fn tools(&self) -> Result<Vec<Tool>, Silence> {
        let (mut tools, mut cursor, mut size) = (Vec::new(), None::<String>, 0);
        for _ in 0..PAGES {
            let page = PaginatedRequestParams::default().with_cursor(cursor.take());
            let page = self.running.peer().list_tools(Some(page)).await.map_err(silent)?;
            for tool in page.tools {
                size += serde_json::to_string(&tool).map_or(LARGEST_LIST, |text| text.len());
                tools.push(tool);
            }
            if size > LARGEST_LIST || tools.len() > TOOLS {
                let why = format!("it offers more than {TOOLS} tools or {LARGEST_LIST} bytes of definitions");
                return Err(Silence::Broken(why));
            }
            match page.next_cursor {
                None => return Ok(tools),
                next => cursor = next,
            }
        }
        Err(Silence::Broken("its list of tools does not end".to_owned()))
    }

    // In a box, because the compiler can't see through the library's futures that they may be sent.
    pub(super) fn call(&self, tool: String, arguments: JsonObject) -> BoxFuture<'_, Result<Said, Silence>> {
        Box::pin(async move {
            let asked = CallToolRequestParams::new(tool).with_arguments(arguments);
            let answer = self.running.call_tool_with_mrtr_max_rounds(asked, ROUNDS).await;
            answer.map(said).map_err(silent)
        })
    }
}

fn said(result: CallToolResult) -> Said {
    let words = result.content.into_iter().map(|block| match block {
        ContentBlock::Text(text) => visible(&text.text),
        ContentBlock::Image(image) => {
            format!(
                "[an image, {}, {} characters]",
                visible(&image.mime_type),
                image.data.len()
            )
        }
        ContentBlock::Audio(audio) => {
            format!(
                "[a recording, {}, {} characters]",
                visible(&audio.mime_type),
                audio.data.len()
            )
        }
        ContentBlock::Resource(resource) => match resource.resource {
            ResourceContents::TextResourceContents { text, .. } => visible(&text),
            ResourceContents::BlobResourceContents { uri, blob, .. } => {
                format!("[a file, {}, {} characters]", visible(&uri), blob.len())
            }
            _ => "[something that can't be shown]".to_owned(),
        },
        ContentBlock::ResourceLink(link) => format!("[a link to {}]", visible(&link.uri)),
        _ => "[something that can't be shown]".to_owned(),
    });
    Said {
        words: words.collect(),
        data: result.structured_content,
        failed: result.is_error == Some(true),
    }
}

fn silent(error: ServiceError) -> Silence {
    match error {
        ServiceError::McpError(error) => Silence::Refused(error.code, short(&error.message)),
        ServiceError::TransportSend(error) => unsent(&error),
        ServiceError::TransportClosed => Silence::Broken("it ended".to_owned()),
        ServiceError::InputRequiredRoundsExceeded { .. } => {
            Silence::Broken("it asks for something again and again, and gets nothing".to_owned())
        }
        ServiceError::UnexpectedResponse => {
            Silence::Broken("it answered something else than what was asked".to_owned())
        }
        other => Silence::Broken(short(&other.to_string())),
    }
}

fn unopened(error: ClientInitializeError) -> Silence {
    match error {
        ClientInitializeError::TransportError { error, .. } => unsent(&error),
        ClientInitializeError::JsonRpcError(error) => Silence::Refused(error.code, short(&error.message)),
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => unopened(*fallback),
        ClientInitializeError::ConnectionClosed(_) => Silence::Broken("it ended at once".to_owned()),
        ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
            Silence::Broken("it speaks no version of the protocol that Attaché speaks".to_owned())
        }
        _ => Silence::Broken("it does not answer as the protocol has it".to_owned()),
    }
}

/// What an error of a transport means. Its own words may hold anything.
fn unsent(error: &DynamicTransportError) -> Silence {
    type OfWeb = StreamableHttpError<EgressError>;
    let mut next: Option<&(dyn Error + 'static)> = Some(error.error.as_ref());
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<OfWeb>() {
            return of_web(error);
        }
        if let Some(WorkerQuitReason::Fatal { error, .. }) = error.downcast_ref::<WorkerQuitReason<OfWeb>>() {
            return of_web(error);
        }
        next = error.source();
    }
    Silence::Broken("it ended".to_owned())
}

fn of_web(error: &StreamableHttpError<EgressError>) -> Silence {
    match error {
        StreamableHttpError::Client(error) => Silence::Egress(error.clone()),
        StreamableHttpError::HttpStatus(status) => Silence::Status(status.status),
        StreamableHttpError::SessionExpired => Silence::Status(404),
        other => Silence::Broken(short(&other.to_string())),
    }
}

fn short(text: &str) -> String {
    visible(text).chars().take(300).collect()
}
