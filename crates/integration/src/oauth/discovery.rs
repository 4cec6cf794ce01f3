//! What a provider says of itself (RFC 8414 and OpenID Connect Discovery), and how a program makes itself known to one
//! (RFC 7591).

use domain::{Secret, SystemId};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;

use super::Provider;
use super::line::ask;
use crate::egress::Egress;

/// What of a provider's own description is used.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Option<Url>,
    token_endpoint: Url,
    device_authorization_endpoint: Option<Url>,
    revocation_endpoint: Option<Url>,
    registration_endpoint: Option<Url>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Asks a provider where its addresses are. What it says is taken only if it is about itself, knows PKCE with S256, and
/// all its addresses are of hosts that the egress has.
///
/// # Errors
/// In words, to stand after a colon.
pub async fn discover(
    egress: &Egress,
    system: &SystemId,
    issuer: &str,
    asked: Provider,
) -> Result<Provider, String> {
    let parsed = Url::parse(issuer).map_err(|_| format!("`{issuer}` is no address of a provider"))?;
    let mut found = None;
    let mut last = String::new();
    for place in places(&parsed) {
        let answer = ask(egress, system, Method::GET, place.clone(), Vec::new(), None).await;
        let answer = answer.map_err(|error| error.to_string().trim_end_matches('.').to_owned())?;
        match answer.status {
            200 => {
                found = Some(answer.body);
                break;
            }
            status => last = format!("`{place}` answered with status {status}"),
        }
    }
    let text = found.ok_or(last)?;
    let said: Metadata = serde_json::from_str(&text)
        .map_err(|_| format!("what `{issuer}` says of itself is not in the form of OAuth 2.0"))?;
    // RFC 8414, 3.3: compared letter by letter.
    if said.issuer != issuer {
        return Err(format!("`{issuer}` says that it is another provider"));
    }
    if !said
        .code_challenge_methods_supported
        .iter()
        .any(|method| method == "S256")
    {
        return Err(format!(
            "`{issuer}` does not say that it knows PKCE with S256, without which a code can be stolen"
        ));
    }
    let own = |url: Option<Url>| match url {
        Some(url) if !egress.reaches(system, &url) => {
            let host = url.host_str().unwrap_or_default().to_owned();
            Err(format!(
                "`{issuer}` sends to `{host}`, which the manifest does not name. Add it there if it belongs to it"
            ))
        }
        other => Ok(other),
    };
    Ok(Provider {
        issuer: Some(said.issuer.clone()),
        names_itself: said.authorization_response_iss_parameter_supported,
        authorize: own(said.authorization_endpoint)?,
        token: own(Some(said.token_endpoint))?.unwrap_or(parsed),
        device: own(said.device_authorization_endpoint)?,
        revoke: own(said.revocation_endpoint)?,
        register: own(said.registration_endpoint)?,
        ..asked
    })
}

/// Where a description may stand: for OAuth 2.0, and for OpenID Connect.
fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/').to_owned();
    let at = |path: String| {
        let mut url = issuer.clone();
        url.set_path(&path);
        url
    };
    vec![
        at(format!("/.well-known/oauth-authorization-server{path}")),
        at(format!("{path}/.well-known/openid-configuration")),
    ]
}

/// A program that a provider knows now.
#[derive(Debug)]
pub struct Registered {
    /// Its name there.
    pub id: String,
    /// Its secret, if it was given one.
    pub secret: Option<Secret>,
}

/// Makes Attaché known to a provider as a program without a secret.
///
/// # Errors
/// In words, to stand after a colon.
pub async fn register(egress: &Egress, system: &SystemId, provider: &Provider) -> Result<Registered, String> {
    #[derive(Deserialize)]
    struct Answer {
        client_id: String,
        client_secret: Option<String>,
    }
    let address = provider.register.clone();
    let address = address
        .ok_or("the provider takes no program without somebody who registers it there; give its client id")?;
    let mut grants = vec!["authorization_code", "refresh_token"];
    grants.extend(
        provider
            .device
            .is_some()
            .then_some("urn:ietf:params:oauth:grant-type:device_code"),
    );
    let body = serde_json::json!({
        "client_name": "Attaché",
        "application_type": "native",
        "redirect_uris": [provider.redirect],
        "grant_types": grants,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": provider.scopes.join(" "),
    });
    let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let body = Some(body.to_string().into_bytes());
    let answer = ask(egress, system, Method::POST, address, headers, body).await;
    let answer = answer.map_err(|error| error.to_string().trim_end_matches('.').to_owned())?;
    if answer.status != 201 && answer.status != 200 {
        return Err(format!(
            "the provider did not register Attaché (status {}); give a client id",
            answer.status
        ));
    }
    let told: Answer = serde_json::from_str(&answer.body)
        .map_err(|_| "the provider's answer to the registration holds no client id".to_owned())?;
    Ok(Registered {
        id: told.client_id,
        secret: told.client_secret.map(Secret::new),
    })
}
