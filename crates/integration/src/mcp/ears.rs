use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    ClientCapabilities, ClientResult, ElicitResult, ElicitationAction, ErrorCode, ErrorData, Implementation,
    InitializeRequestParams, ServerNotification, ServerRequest,
};
use rmcp::service::{NotificationContext, RequestContext, RunningServiceCancellationToken};
use rmcp::{RoleClient, Service};

/// So many things may be told and asked that nobody wanted to hear until the next call; then the server is ended.
const PATIENCE: usize = 10_000;

/// What listens to what a server says on its own account.
#[derive(Clone, Default)]
pub(super) struct Ears(Arc<Heard>);

#[derive(Default)]
struct Heard {
    changed: AtomicBool,
    unasked: AtomicUsize,
    /// Ends the server; taken when it has said too much.
    end: Mutex<Option<RunningServiceCancellationToken>>,
}

impl Ears {
    /// Whether the server said that its tools changed; asked once for each time.
    pub(super) fn changed(&self) -> bool {
        self.0.unasked.store(0, Ordering::Relaxed);
        self.0.changed.swap(false, Ordering::SeqCst)
    }

    /// By what the server is ended when it has said too much.
    pub(super) fn may_end(&self, end: RunningServiceCancellationToken) {
        *self.0.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    fn hear(&self) {
        if self.0.unasked.fetch_add(1, Ordering::Relaxed) >= PATIENCE {
            let end = self.0.end.lock().unwrap_or_else(PoisonError::into_inner).take();
            end.into_iter().for_each(RunningServiceCancellationToken::cancel);
        }
    }
}

impl Service<RoleClient> for Ears {
    async fn handle_request(
        &self,
        request: ServerRequest,
        _: RequestContext<RoleClient>,
    ) -> Result<ClientResult, ErrorData> {
        self.hear();
        let refused = |why: &'static str| Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, why, None));
        match request {
            ServerRequest::PingRequest(_) => Ok(ClientResult::empty(())),
            // Whatever the form suggests: only a person could say yes, and none is asked.
            ServerRequest::ElicitRequest(_) => Ok(ClientResult::ElicitResult(ElicitResult::new(
                ElicitationAction::Decline,
            ))),
            ServerRequest::CreateMessageRequest(_) => refused("Attaché lends its model to no server."),
            ServerRequest::ListRootsRequest(_) => refused("Attaché shows its folders to no server."),
            _ => refused("Attaché does not answer this."),
        }
    }

    async fn handle_notification(
        &self,
        notification: ServerNotification,
        _: NotificationContext<RoleClient>,
    ) -> Result<(), ErrorData> {
        self.hear();
        if matches!(notification, ServerNotification::ToolListChangedNotification(_)) {
            self.0.changed.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn get_info(&self) -> InitializeRequestParams {
        // No capability: nothing that a server could ask for is offered.
        InitializeRequestParams::new(
            ClientCapabilities::default(),
            Implementation::new("attache", env!("CARGO_PKG_VERSION")),
        )
    }
}
