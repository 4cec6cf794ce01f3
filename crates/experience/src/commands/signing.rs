use serde::{Deserialize, Serialize};

use super::systems::{ConnectRequest, SystemView, id, plain};
use super::{Access, Cache, Command, Confirm, MAIN, Nothing, Window};
use crate::{Copilot, Failure};

/// A sign-in that waits for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInBegun {
    /// By which it is waited for and given up.
    pub handle: String,
    /// Where the person signs in.
    pub address: String,
    /// What they type there, if they do that on another device.
    pub code: Option<String>,
    /// The address was opened in their browser.
    pub opened: bool,
    /// How long it is waited for, in milliseconds since 1970.
    pub until: i64,
}

/// Begins to sign in to a new system at its provider. Nothing is connected until [`SignInFinish`].
pub struct SignInBegin;

impl Command for SignInBegin {
    const NAME: &'static str = "sign_in_begin";
    const ACCESS: Access = Access::Write;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = ConnectRequest;
    type Response = SignInBegun;

    fn confirm(request: &ConnectRequest) -> Option<Confirm> {
        let (address, account) = (plain(&request.address, false), plain(&request.account, true));
        Some(Confirm {
            question: format!(
                "Sign in to {address} as {account}?\n\nYour browser opens at the provider of its sign-ins. What you allow there \
                 Attaché may do. Go on only if you asked for this yourself and know the address."
            ),
            yes: "Sign in".to_owned(),
        })
    }

    async fn run(copilot: &Copilot, request: ConnectRequest) -> Result<SignInBegun, Failure> {
        copilot.connections.sign_in(request).await
    }
}

/// A system to sign in to again.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct AgainRequest {
    /// Name of the connection.
    pub system: String,
    /// With a code on another device.
    #[serde(default)]
    pub device: Option<bool>,
    /// The address is not opened in the browser, the person does that.
    #[serde(default)]
    pub by_hand: Option<bool>,
}

/// Begins to sign in again to a system that is connected. What is kept stays until [`SignInFinish`].
pub struct SignInAgain;

impl Command for SignInAgain {
    const NAME: &'static str = "sign_in_again";
    const ACCESS: Access = Access::Write;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = AgainRequest;
    type Response = SignInBegun;

    fn confirm(request: &AgainRequest) -> Option<Confirm> {
        let system = plain(&request.system, false);
        Some(Confirm {
            question: format!(
                "Sign in to `{system}` again?\n\nYour browser opens at the provider of its sign-ins. Go on only if you asked for \
                 this yourself."
            ),
            yes: "Sign in".to_owned(),
        })
    }

    async fn run(copilot: &Copilot, request: AgainRequest) -> Result<SignInBegun, Failure> {
        id(&request.system)?;
        copilot.connections.sign_in_again(request).await
    }
}

/// Which sign-in.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignInRequest {
    /// As it was told when it began.
    pub handle: String,
}

/// Waits until the person has signed in, then connects the system, or keeps the new sign-in of one that is connected.
pub struct SignInFinish;

impl Command for SignInFinish {
    const NAME: &'static str = "sign_in_finish";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Systems];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = SignInRequest;
    type Response = SystemView;

    async fn run(copilot: &Copilot, request: SignInRequest) -> Result<SystemView, Failure> {
        copilot.connections.signed_in(&request.handle).await
    }
}

/// Gives up waiting for a person to sign in.
pub struct SignInCancel;

impl Command for SignInCancel {
    const NAME: &'static str = "sign_in_cancel";
    const ACCESS: Access = Access::Write;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = SignInRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: SignInRequest) -> Result<Nothing, Failure> {
        copilot.connections.sign_in_cancel(&request.handle).await;
        Ok(Nothing {})
    }
}
