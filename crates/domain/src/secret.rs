use std::fmt;

use zeroize::Zeroizing;

/// A credential or a key. It can be shown to what it belongs to and nowhere else: it has no `Display`, no `Serialize` and
/// no readable `Debug`, and its memory is overwritten when it is dropped.
///
/// ```compile_fail
/// let secret = domain::Secret::new("token");
/// format!("{secret}");
/// ```
///
/// ```compile_fail
/// let secret = domain::Secret::new("token");
/// serde_json::to_string(&secret).ok();
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a credential in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The credential itself. Only what puts it into a header or a keyring, signs with it, and the redactor, may ask.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
