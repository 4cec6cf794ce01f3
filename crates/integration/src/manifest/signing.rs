use reqwest::Url;

use super::form::SignIn;
use crate::egress::{Host, HostError, Reach};
use crate::oauth::Provider;

/// Where the sign-ins of a system are asked for, as a manifest says.
#[derive(Clone, Debug)]
pub struct Place {
    /// The provider; where it has to be asked for its addresses, with what the manifest says of it.
    pub provider: Provider,
    /// Its addresses are asked of it.
    pub asked: bool,
    /// Every host that may be asked, as an address.
    pub hosts: Vec<Url>,
}

/// The provider that a way to sign in names, for a system at this address; nothing for the other ways.
///
/// # Errors
/// What does not make sense, in words without an end.
pub fn provider(form: &SignIn, base: &str) -> Result<Option<Place>, String> {
    let SignIn::Oauth {
        issuer,
        names_itself,
        authorize,
        token,
        device,
        revoke,
        hosts,
        scopes,
        resource,
        with,
        redirect,
        client_secret,
        itself,
        ..
    } = form
    else {
        return Ok(None);
    };
    let base = Url::parse(base).map_err(|_| format!("`{base}` is no address"))?;
    let origin = base.origin().ascii_serialization();
    let filled = |text: &String| text.replace("{origin}", &origin);
    let url = |text: &String| {
        let text = filled(text);
        let url = Url::parse(&text).map_err(|_| format!("`{text}` is no address"))?;
        safe(&url).map_err(|error| error.to_string().trim_end_matches('.').to_owned())?;
        Ok::<_, String>(url)
    };
    let some = |text: &Option<String>| text.as_ref().map(url).transpose();
    let issuer_url = some(issuer)?;
    let asked = token.is_none();
    let named = [some(authorize)?, some(token)?, some(device)?, some(revoke)?];
    match (asked, &issuer_url) {
        (true, None) => return Err("it names neither `token` nor an `issuer` that could be asked".to_owned()),
        (true, Some(_)) if named.iter().any(Option::is_some) => {
            return Err(
                "without `token` the `issuer` is asked for all addresses; name `token` too, or none"
                    .to_owned(),
            );
        }
        (false, _) if !itself && authorize.is_none() && device.is_none() => {
            return Err("a person signs in by `authorize` or `device`; name one of them".to_owned());
        }
        _ => {}
    }
    if *names_itself && issuer.is_none() {
        return Err("a provider that names itself has a name: say it under `issuer`".to_owned());
    }
    let ours = [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "resource",
    ];
    if let Some(name) = with.keys().find(|name| ours.contains(&name.as_str())) {
        return Err(format!(
            "`{name}` is filled in by Attaché; leave it out of `with`"
        ));
    }
    let back = Url::parse(redirect).map_err(|_| format!("`{redirect}` is no address"))?;
    let on_this_machine = matches!(back.host_str(), Some("127.0.0.1" | "localhost"));
    if back.scheme() != "http" || !on_this_machine || back.query().is_some() || back.fragment().is_some() {
        return Err(format!(
            "`{redirect}` is not on this machine: write it as `http://127.0.0.1/callback`"
        ));
    }
    let [authorize, token, device, revoke] = named;
    let more = hosts.iter().map(url).collect::<Result<Vec<_>, _>>()?;
    let token = match (token, &issuer_url) {
        (Some(token), _) => token,
        (None, Some(issuer)) => issuer.clone(),
        (None, None) => return Err("it has no address".to_owned()),
    };
    // A browser goes where it is sent by itself: only what Attaché asks has to be declared.
    let hosts = [
        Some(token.clone()),
        device.clone(),
        revoke.clone(),
        issuer_url.filter(|_| asked),
    ];
    Ok(Some(Place {
        hosts: hosts.into_iter().flatten().chain(more).collect(),
        asked,
        provider: Provider {
            issuer: issuer.as_ref().map(filled),
            names_itself: *names_itself,
            authorize,
            token,
            device,
            revoke,
            register: None,
            scopes: scopes.clone(),
            resource: resource.as_ref().map(filled),
            with: with.clone(),
            redirect: back,
            shown: *client_secret,
            itself: *itself,
        },
    }))
}

/// Only a provider on this machine may be spoken to without TLS.
fn safe(url: &Url) -> Result<Host, HostError> {
    let near = Host::parse(url.as_str(), Reach::ThisMachine);
    match near.is_ok() && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
        true => near,
        false => Host::parse(url.as_str(), Reach::Company),
    }
}
