use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

use domain::{Confidentiality, Secret, SystemId};
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, DeviceAuthorizationUrl,
    DeviceCodeErrorResponseType, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardDeviceAuthorizationResponse, TokenResponse,
    TokenUrl,
};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::{Program, Provider, Shown, Tokens};
use crate::Clock;
use crate::connection::Signed;
use crate::egress::{Egress, EgressError, Purpose, Request};

/// Why a provider gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was shown counts no more; only a person can help.
    #[error("the sign-in counts no more there")]
    Over,
    /// No connection or no whole answer; whether it did something is not known.
    #[error("{0}")]
    Unreached(String),
    /// It said no, or something that can't be understood.
    #[error("{0}")]
    Refused(String),
}

/// What is asked of a provider. Every request goes through the [`Egress`], which has this provider's hosts and no others.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// The way out to the provider.
    pub egress: &'a Egress,
    /// On whose behalf.
    pub system: &'a SystemId,
    /// Where.
    pub provider: &'a Provider,
    /// As whom.
    pub program: &'a Program,
    /// What time it is.
    pub clock: &'a dyn Clock,
}

/// A code that a person types on another device, and what waits for it.
#[derive(Debug)]
pub struct Waiting {
    details: StandardDeviceAuthorizationResponse,
}

impl Waiting {
    /// Where the person goes.
    pub fn address(&self) -> &str {
        self.details.verification_uri()
    }

    /// Where the person goes, with the code in it, where the provider has such an address.
    pub fn address_with_code(&self) -> Option<&str> {
        self.details
            .verification_uri_complete()
            .map(|address| address.secret().as_str())
    }

    /// What the person types there.
    pub fn code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// How long it counts.
    pub fn counts_for(&self) -> Duration {
        self.details.expires_in()
    }
}

type Client<Device = EndpointNotSet> = oauth2::Client<
    oauth2::basic::BasicErrorResponse,
    BasicTokenResponse,
    oauth2::basic::BasicTokenIntrospectionResponse,
    oauth2::StandardRevocableToken,
    oauth2::basic::BasicRevocationErrorResponse,
    EndpointNotSet,
    Device,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Line<'_> {
    fn client(&self) -> Client {
        let client = BasicClient::new(ClientId::new(self.program.id.clone()))
            .set_auth_type(match self.provider.shown {
                Shown::Basic => AuthType::BasicAuth,
                Shown::Body | Shown::None => AuthType::RequestBody,
            })
            .set_token_uri(TokenUrl::from_url(self.provider.token.clone()));
        match self.secret() {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().to_owned())),
            None => client,
        }
    }

    fn secret(&self) -> Option<&Secret> {
        self.program
            .secret
            .as_ref()
            .filter(|_| self.provider.shown != Shown::None)
    }

    fn resource(&self) -> Option<(&'static str, String)> {
        Some(("resource", self.provider.resource.clone()?))
    }

    /// Nothing of what is shown to the provider may be read anywhere afterwards.
    fn know(&self, secrets: &[&Secret]) -> Result<(), Refusal> {
        for secret in secrets.iter().copied().chain(self.secret()) {
            let known = self.egress.redactor().know(secret);
            known.map_err(|error| Refusal::Refused(error.to_string().trim_end_matches('.').to_owned()))?;
        }
        Ok(())
    }

    /// Tokens for the code that a browser brought.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn redeem(&self, code: &Secret, verifier: &Secret, redirect: &Url) -> Result<Tokens, Refusal> {
        self.know(&[code, verifier])?;
        let (since, wire) = (self.clock.wall(), self.wire());
        let client = self
            .client()
            .set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()));
        if let Some((name, value)) = self.resource() {
            request = request.add_extra_param(name, value);
        }
        let answer = request.request_async(&wire).await;
        self.tokens(answer, &wire, since, None)
    }

    /// New tokens for old. Where the provider gives no new refresh token the old one stays.
    ///
    /// # Errors
    /// [`Refusal::Over`] when the old one counts no more.
    pub async fn refresh(&self, old: &Tokens) -> Result<Tokens, Refusal> {
        let refresh = old.refresh.as_ref().ok_or(Refusal::Over)?;
        self.know(&[refresh])?;
        let (since, wire) = (self.clock.wall(), self.wire());
        let token = RefreshToken::new(refresh.expose().to_owned());
        let client = self.client();
        let mut request = client.exchange_refresh_token(&token);
        if let Some((name, value)) = self.resource() {
            request = request.add_extra_param(name, value);
        }
        let answer = request.request_async(&wire).await;
        self.tokens(answer, &wire, since, Some(old))
    }

    /// Tokens for the program itself, by its own secret.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn as_itself(&self) -> Result<Tokens, Refusal> {
        self.know(&[])?;
        let (since, wire) = (self.clock.wall(), self.wire());
        let client = self.client();
        let mut request = client.exchange_client_credentials().add_scopes(self.scopes());
        if let Some((name, value)) = self.resource() {
            request = request.add_extra_param(name, value);
        }
        let answer = request.request_async(&wire).await;
        self.tokens(answer, &wire, since, None)
    }

    fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.provider.scopes.iter().cloned().map(Scope::new)
    }

    /// Asks for a code that the person types on another device.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn for_device(&self) -> Result<Waiting, Refusal> {
        self.know(&[])?;
        let wire = self.wire();
        let client = self
            .client()
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(self.device()?));
        let mut request = client.exchange_device_code().add_scopes(self.scopes());
        if let Some((name, value)) = self.resource() {
            request = request.add_extra_param(name, value);
        }
        let details: StandardDeviceAuthorizationResponse = request
            .request_async(&wire)
            .await
            .map_err(|error| self.refused(error, &wire, plain))?;
        self.know(&[&Secret::new(details.device_code().secret().clone())])?;
        Ok(Waiting { details })
    }

    /// Tokens, once the person has typed the code. `pause` lets so much time pass.
    ///
    /// # Errors
    /// When the person says no, or time runs out.
    pub async fn device_tokens<Pause, Passing>(
        &self,
        waiting: &Waiting,
        pause: Pause,
    ) -> Result<Tokens, Refusal>
    where
        Pause: Fn(Duration) -> Passing + Send + Sync,
        Passing: Future<Output = ()> + Send,
    {
        let (since, wire) = (self.clock.wall(), self.wire());
        let client = self
            .client()
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(self.device()?));
        let mut request = client.exchange_device_access_token(&waiting.details);
        if let Some((name, value)) = self.resource() {
            request = request.add_extra_param(name, value);
        }
        let answer = request.request_async(&wire, pause, None).await;
        let answer = answer.map_err(|error| {
            self.refused(error, &wire, |said| match said.error() {
                DeviceCodeErrorResponseType::ExpiredToken => {
                    Refusal::Refused("the code was not typed in time".to_owned())
                }
                DeviceCodeErrorResponseType::AccessDenied => {
                    Refusal::Refused("it was not allowed there".to_owned())
                }
                _ => plain(said),
            })
        });
        // From when it was given, not from when it was first asked for.
        let since = since.max(self.clock.wall().saturating_sub(super::SKEW));
        self.taken(answer?, since, None)
    }

    fn device(&self) -> Result<Url, Refusal> {
        let device = self.provider.device.clone();
        device.ok_or_else(|| {
            Refusal::Refused("one can't sign in there with a code for another device".to_owned())
        })
    }

    /// Makes tokens worthless; whether the provider can do that.
    ///
    /// # Errors
    /// When it can and did not.
    pub async fn revoke(&self, tokens: &Tokens) -> Result<bool, Refusal> {
        let Some(address) = &self.provider.revoke else {
            return Ok(false);
        };
        // With its refresh token all that came of a sign-in goes, where a provider keeps to RFC 7009.
        let kinds = [
            ("refresh_token", tokens.refresh.as_ref()),
            ("access_token", Some(&tokens.access)),
        ];
        for (kind, token) in kinds {
            let Some(token) = token else { continue };
            self.know(&[token])?;
            let mut form = vec![("token", token.expose()), ("token_type_hint", kind)];
            let mut headers = vec![form_encoded()];
            match (self.provider.shown, self.secret()) {
                (Shown::Basic, Some(secret)) => {
                    // RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
                    let pair = format!("{}:{}", encoded(&self.program.id), encoded(secret.expose()));
                    let value = format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes()));
                    let value = HeaderValue::from_str(&value);
                    headers.push((
                        AUTHORIZATION,
                        value.map_err(|error| Refusal::Refused(error.to_string()))?,
                    ));
                }
                (_, Some(secret)) => form.extend([
                    ("client_id", self.program.id.as_str()),
                    ("client_secret", secret.expose()),
                ]),
                (_, None) => form.push(("client_id", self.program.id.as_str())),
            }
            let body = Some(body_of(&form));
            let answer = ask(
                self.egress,
                self.system,
                Method::POST,
                address.clone(),
                headers,
                body,
            )
            .await;
            let answer = answer.map_err(|error| Refusal::Unreached(error.to_string()))?;
            // Where the access token went with the other one, some say that it is none.
            let gone = kind == "access_token" && tokens.refresh.is_some() && answer.status == 400;
            if answer.status != 200 && answer.status != 204 && !gone {
                return Err(Refusal::Refused(format!(
                    "it answered with status {}",
                    answer.status
                )));
            }
        }
        Ok(true)
    }

    fn wire(&self) -> Wire<'_> {
        Wire {
            line: self,
            status: Mutex::new(None),
        }
    }

    fn tokens(
        &self,
        answer: Result<BasicTokenResponse, RequestTokenError<EgressError, oauth2::basic::BasicErrorResponse>>,
        wire: &Wire<'_>,
        since: i64,
        old: Option<&Tokens>,
    ) -> Result<Tokens, Refusal> {
        let answer = answer.map_err(|error| match (&error, wire.status()) {
            (RequestTokenError::Parse(_, body), Some(status)) if old.is_some() && over(status, body) => {
                Refusal::Over
            }
            _ => self.refused(error, wire, |said| match said.error() {
                BasicErrorResponseType::InvalidGrant => Refusal::Over,
                _ => plain(said),
            }),
        });
        self.taken(answer?, since, old)
    }

    /// Takes in what a provider gave.
    fn taken(&self, answer: BasicTokenResponse, since: i64, old: Option<&Tokens>) -> Result<Tokens, Refusal> {
        let refused = |why: &str| Err(Refusal::Refused(why.to_owned()));
        let access = Secret::new(answer.access_token().secret().clone());
        let refresh = answer
            .refresh_token()
            .map(|token| Secret::new(token.secret().clone()));
        let given: Vec<&Secret> = [&access].into_iter().chain(refresh.as_ref()).collect();
        self.know(&given)?;
        match answer.token_type() {
            BasicTokenType::Bearer => {}
            _ => return refused("it gave a token of a kind that Attaché does not use"),
        }
        let visible = |secret: &Secret| secret.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if !visible(&access) || !refresh.as_ref().is_none_or(visible) {
            return refused("it gave a token that no header can hold");
        }
        let lasts = answer
            .expires_in()
            .map(|lasts| i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let scopes = match answer.scopes() {
            Some(scopes) => scopes.iter().map(|scope| scope.to_string()).collect(),
            // RFC 6749, 5.1: what is not said is as it was asked for.
            None => old.map_or_else(|| self.provider.scopes.clone(), |old| old.scopes.clone()),
        };
        Ok(Tokens {
            refresh: refresh.or_else(|| old.and_then(|old| old.refresh.clone())),
            access,
            since,
            until: lasts.map(|lasts| since.saturating_add(lasts)),
            scopes,
        })
    }

    fn refused<Said: oauth2::ErrorResponse>(
        &self,
        error: RequestTokenError<EgressError, Said>,
        wire: &Wire<'_>,
        told: impl Fn(&Said) -> Refusal,
    ) -> Refusal {
        let refusal = match error {
            RequestTokenError::ServerResponse(said) => told(&said),
            RequestTokenError::Request(error) => {
                Refusal::Unreached(error.to_string().trim_end_matches('.').to_owned())
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Refusal::Refused(match wire.status() {
                    Some(200) => "its answer holds no tokens in the form of OAuth 2.0".to_owned(),
                    Some(status) => format!("it answered with status {status} and no reason"),
                    None => "it can't be asked in this way".to_owned(),
                })
            }
        };
        match refusal {
            Refusal::Over => Refusal::Over,
            Refusal::Unreached(why) => Refusal::Unreached(self.clean(&why)),
            Refusal::Refused(why) => Refusal::Refused(self.clean(&why)),
        }
    }

    /// Words of somebody else as one short line without anything secret.
    fn clean(&self, text: &str) -> String {
        let shown = self.egress.redactor().scrub(text);
        let line = shown
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter });
        line.take(300).collect()
    }
}

/// What an error of RFC 6749 says.
fn plain<Kind: oauth2::ErrorResponseType + std::fmt::Display + 'static>(
    said: &oauth2::StandardErrorResponse<Kind>,
) -> Refusal {
    let kind = said.error().to_string();
    Refusal::Refused(match said.error_description() {
        Some(words) => format!("it said `{kind}`: {}", words.trim_end_matches('.')),
        None => format!("it said `{kind}`"),
    })
}

/// Whether a provider says in a form of its own that a sign-in is over. A well-formed question that gets 400 is not answered
/// better the next time (HubSpot); some say 200 and name an error (Slack).
fn over(status: u16, body: &[u8]) -> bool {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let error = body
        .get("error")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    match status {
        400 | 401 => body.is_object(),
        200 => error.contains("token"),
        _ => false,
    }
}

/// The client of HTTP that the crate `oauth2` is given: the egress.
struct Wire<'a> {
    line: &'a Line<'a>,
    /// Of the last answer.
    status: Mutex<Option<u16>>,
}

impl Wire<'_> {
    fn status(&self) -> Option<u16> {
        *self
            .status
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<'c> AsyncHttpClient<'c> for Wire<'_> {
    type Error = EgressError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, EgressError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let host = request.uri().host().unwrap_or_default().to_owned();
            let malformed = |why: &str| EgressError::Malformed {
                host: host.clone(),
                why: why.to_owned(),
            };
            let url = Url::parse(&request.uri().to_string()).map_err(|_| malformed("its address is none"))?;
            let (head, body) = request.into_parts();
            let headers = head.headers.iter().map(|(name, value)| {
                let mut value = value.clone();
                value.set_sensitive(true);
                (name.clone(), value)
            });
            let (line, headers) = (self.line, headers.collect());
            let answer = ask(line.egress, line.system, Method::POST, url, headers, Some(body)).await?;
            *self
                .status
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(answer.status);
            let mut response = HttpResponse::new(answer.body.into_bytes());
            *response.status_mut() = reqwest::StatusCode::from_u16(answer.status)
                .map_err(|_| malformed("its answer has no status"))?;
            Ok(response)
        })
    }
}

/// Asks a provider once.
pub(super) async fn ask(
    egress: &Egress,
    system: &SystemId,
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Vec<u8>>,
) -> Result<crate::egress::Response, EgressError> {
    let request = Request {
        system,
        purpose: Purpose::SignIn,
        method,
        url,
        headers,
        body,
        credential: None::<Signed>,
        confidentiality: Confidentiality::Internal,
    };
    egress.send(request).await
}

fn form_encoded() -> (HeaderName, HeaderValue) {
    (
        reqwest::header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    )
}

fn body_of(pairs: &[(&str, &str)]) -> Vec<u8> {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&").into_bytes()
}

/// What stands for itself in a web form.
const PLAIN: percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// As in a web form.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, &PLAIN).to_string()
}
