//! What the program tells about itself on standard error, without any credential.

use std::io;
use std::sync::LazyLock;

use experience::Failure;
use integration::{Redactor, quiet_targets};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::default);

/// What knows the credentials of this process. One for all, because what is written down comes from everywhere.
pub fn redactor() -> Redactor {
    REDACTOR.clone()
}

/// The same failure without any credential, whatever it was made from.
pub fn clean(failure: Failure) -> Failure {
    let scrubbed = |text: String| REDACTOR.scrub(&text).into_owned();
    Failure {
        message: scrubbed(failure.message),
        hint: failure.hint.map(scrubbed),
        ..failure
    }
}

/// Begins to tell what happens, from a level on: `warn`, `debug`. To be called once, first in `main`.
pub fn start(level: &str) {
    start_to(level, io::stderr);
}

/// The same, written elsewhere.
pub fn start_to<W: io::Write + 'static>(level: &str, out: impl Fn() -> W + Send + Sync + 'static) {
    let filter = EnvFilter::builder().parse_lossy(format!("{level},sqlx=warn,tantivy=warn,ort=warn"));
    let layer = fmt::layer()
        .with_writer(move || redactor().writer(out()))
        .with_filter(filter);
    // The libraries of the network print whole headers; nothing that somebody sets can turn that on.
    registry()
        .with(layer.with_filter(filter_fn(quiet_targets)))
        .init();
}
