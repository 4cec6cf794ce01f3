use std::fmt;

use zeroize::Zeroizing;

/// A credential. It can be shown to the system it belongs to and nowhere else: it has no `Display`, no `Serialize` and no
/// readable `Debug`, and its memory is overwritten when it is dropped.
///
/// ```compile_fail
/// let secret = integration::Secret::new("token");
/// format!("{secret}");
/// ```
///
/// ```compile_fail
/// let secret = integration::Secret::new("token");
/// serde_json::to_string(&secret).ok();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a credential in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The credential itself. Only what puts it into a header or a keyring, and the redactor, may ask.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether a record of `tracing` may be written down. The HTTP and TLS libraries print whole headers, the credential among
/// them, on TRACE and DEBUG; here they may say nothing below a warning.
///
/// Whoever sets up tracing adds it as a layer of its own, so that no environment variable can turn it off:
/// `registry().with(filter_fn(integration::quiet_targets)).with(…)`.
pub fn quiet_targets(record: &tracing::Metadata<'_>) -> bool {
    let library = record.target().split("::").next().unwrap_or_default();
    let talks = [
        "h2",
        "hyper",
        "hyper_rustls",
        "hyper_util",
        "reqwest",
        "rustls",
        "rustls_platform_verifier",
        "tokio_rustls",
        "tower",
        "tower_http",
    ];
    !talks.contains(&library) || *record.level() <= tracing::Level::WARN
}
