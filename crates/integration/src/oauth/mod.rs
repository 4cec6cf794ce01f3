//! Signing in by OAuth 2.0: a person lets Attaché act in a system without giving it their password.
//!
//! * [`Provider`]: where a system's sign-ins are asked for, from its manifest or [`discover`]ed.
//! * [`begin`] and [`Doorstep`]: the address that a browser is sent to, and where it comes back on this machine (RFC 8252,
//!   with PKCE S256, state and the issuer of RFC 9207).
//! * [`Line`]: what is asked of a provider: a code for tokens, a device code (RFC 8628), tokens for the program itself, new
//!   tokens for old, forgetting (RFC 7009), registering (RFC 7591).
//! * [`SignedIn`]: the credential of a connection that is signed in. Whoever asks first when it is old gets a new one, and
//!   all others wait for that, also in other processes; what is new is kept before the old is dropped.
//!
//! Tokens are made known to the redactor before anything else is done with them. The way out to a provider is another one
//! than that to the system: an access token can't get to the provider, nor a refresh token to the system.

mod discovery;
mod doorstep;
mod keeping;
mod line;

use domain::Secret;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub use discovery::{Registered, discover, register};
pub use doorstep::{Came, Declined, Doorstep, Expected, judge};
#[cfg(feature = "test-support")]
pub use keeping::InMemory;
pub use keeping::{Held, Hold, Keeping, SignedIn, Standing};
pub use line::{Line, Refusal, Waiting};

/// How long before its end a token counts as old, at most, in milliseconds: clocks differ, and requests take time.
const SKEW: i64 = 60_000;

/// Where the sign-ins of a system are asked for, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its name, as it stands in answers (RFC 9207).
    pub issuer: Option<String>,
    /// It names itself in every answer; one without its name is somebody else's.
    pub names_itself: bool,
    /// Where a browser is sent.
    pub authorize: Option<Url>,
    /// Where tokens are given.
    pub token: Url,
    /// Where a code for another device is given.
    pub device: Option<Url>,
    /// Where tokens are made worthless.
    pub revoke: Option<Url>,
    /// Where a program makes itself known.
    pub register: Option<Url>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// For what the tokens are meant (RFC 8707).
    pub resource: Option<String>,
    /// What else stands in the address that a browser is sent to.
    pub with: BTreeMap<String, String>,
    /// Where the browser comes back on this machine. Without a port any one that is free is taken.
    pub redirect: Url,
    /// Whether the program shows its own secret, and how.
    pub shown: Shown,
    /// The program signs in as itself, without a person.
    pub itself: bool,
}

/// How a program shows that it is the one that was registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Not at all: it has no secret, as nothing that is installed on many machines has.
    #[default]
    None,
    /// A secret in the header `Authorization`.
    Basic,
    /// A secret in the body.
    Body,
}

/// The program as it is known to a provider.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its public name there.
    pub id: String,
    /// Its secret, if it has one.
    pub secret: Option<Secret>,
}

/// What a provider gave.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Goes to the system with every request.
    pub access: Secret,
    /// Goes to the provider for new ones.
    pub refresh: Option<Secret>,
    /// When it was asked for, in milliseconds since 1970 by this machine's clock.
    pub since: i64,
    /// When the access token ends; nothing where the provider does not say.
    pub until: Option<i64>,
    /// What was allowed; may be less than what was asked for.
    pub scopes: Vec<String>,
}

/// Whether an access token counts as old. A little before it is, and also when this machine's clock says that it was
/// given in the future: then nothing is known of its age.
pub fn is_old(tokens: &Tokens, now: i64) -> bool {
    let Some(until) = tokens.until else {
        return false;
    };
    let margin = SKEW.min(until.saturating_sub(tokens.since) / 4);
    now >= until.saturating_sub(margin) || now < tokens.since.saturating_sub(SKEW)
}

/// Where a person signs in, and what must come back.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The address for their browser.
    pub address: Url,
    /// What is looked at when the browser comes back.
    pub expected: Expected,
    /// Shown to the provider with the code, so that nobody else can use it.
    pub verifier: Secret,
}

/// Makes the address for a browser. `randomness` is never used again.
///
/// # Errors
/// In words, when the provider has no such address.
pub fn begin(
    provider: &Provider,
    program: &Program,
    redirect: &Url,
    randomness: &[u8; 64],
) -> Result<Begun, String> {
    use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
    let authorize = provider
        .authorize
        .clone()
        .ok_or("one can't sign in there with a browser")?;
    let (state, verifier) = randomness.split_at(32);
    let text = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let (state, verifier) = (text(state), PkceCodeVerifier::new(text(verifier)));
    let client = oauth2::basic::BasicClient::new(ClientId::new(program.id.clone()))
        .set_auth_uri(AuthUrl::from_url(authorize))
        .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
    let mut request = client
        .authorize_url(|| CsrfToken::new(state.clone()))
        .add_scopes(provider.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    let more = provider
        .with
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in more.chain(provider.resource.as_deref().map(|value| ("resource", value))) {
        request = request.add_extra_param(name, value);
    }
    let (address, state) = request.url();
    Ok(Begun {
        address,
        expected: Expected {
            redirect: redirect.clone(),
            state: Secret::new(state.secret().clone()),
            issuer: provider.issuer.clone(),
            names_itself: provider.names_itself,
        },
        verifier: Secret::new(verifier.secret().clone()),
    })
}

/// What is kept of a sign-in, in the keyring.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The program's own secret.
    pub secret: Option<Secret>,
    /// What the provider gave last; nothing once it took that back.
    pub tokens: Option<Tokens>,
}

/// [`Kept`] as it is written.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    secret: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    access: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    refresh: Option<Cow<'a, str>>,
    #[serde(default)]
    since: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Kept {
    /// As it is kept.
    pub fn write(&self) -> Secret {
        let tokens = self.tokens.as_ref();
        let text = |secret: &Secret| Cow::Owned(secret.expose().to_owned());
        let written = Written {
            secret: self.secret.as_ref().map(text),
            access: tokens.map(|tokens| text(&tokens.access)),
            refresh: tokens.and_then(|tokens| tokens.refresh.as_ref()).map(text),
            since: tokens.map_or(0, |tokens| tokens.since),
            until: tokens.and_then(|tokens| tokens.until),
            scopes: tokens.map(|tokens| tokens.scopes.clone()).unwrap_or_default(),
        };
        // Texts and numbers are always JSON.
        Secret::new(serde_json::to_string(&written).unwrap_or_default())
    }

    /// What was kept.
    ///
    /// # Errors
    /// In words, none of which is what was kept.
    pub fn read(text: &Secret) -> Result<Self, String> {
        let read: Result<Written<'_>, _> = serde_json::from_str(text.expose());
        // The words of the error could hold a piece of it.
        let read = read.map_err(|_| "what is kept of the sign-in can't be read".to_owned())?;
        let secret = |text: Cow<'_, str>| Secret::new(text.into_owned());
        Ok(Self {
            secret: read.secret.map(secret),
            tokens: read.access.map(|access| Tokens {
                access: secret(access),
                refresh: read.refresh.map(secret),
                since: read.since,
                until: read.until,
                scopes: read.scopes,
            }),
        })
    }
}
