//! Signing in to a business system at its provider: what waits for the person, and what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{Secret, SystemId};
use experience::Failure;
use experience::commands::{AgainRequest, ConnectRequest, SignInBegun, SystemView};
use integration::egress::Egress;
use integration::manifest::Manifest;
use integration::oauth::{
    self, Declined, Doorstep, Kept, Line, Program, Provider, Refusal, SignedIn, Tokens, Waiting,
};
use integration::{Account, Url};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::connect::{self, ByOauth, InHand, Setup, wrong};
use crate::systems::Desk;

/// So long a browser is waited for.
const BROWSER: Duration = Duration::from_secs(300);

/// Sign-ins that wait, by the handle of each.
#[derive(Default)]
pub struct Waits(Mutex<BTreeMap<String, Wait>>);

struct Wait {
    system: SystemId,
    /// In milliseconds since 1970.
    until: i64,
    stop: CancellationToken,
    /// Taken by who waits for it.
    under_way: Option<UnderWay>,
}

/// A sign-in that waits for the person.
struct UnderWay {
    whose: Whose,
    setup: Setup,
    manifest: Manifest,
    program: Program,
    egress: Arc<Egress>,
    how: How,
}

enum Whose {
    New {
        system: SystemId,
        account: Account,
        request: Box<ConnectRequest>,
    },
    Again {
        system: SystemId,
        account: Account,
    },
}

enum How {
    Browser {
        code: JoinHandle<Result<Secret, Declined>>,
        verifier: Secret,
        redirect: Url,
    },
    Device(Waiting),
}

impl Drop for How {
    fn drop(&mut self) {
        // The port is closed when nobody waits for it any more.
        if let Self::Browser { code, .. } = self {
            code.abort();
        }
    }
}

impl Wait {
    /// Gives it up, and waits until its port is free again.
    async fn end(self) {
        self.stop.cancel();
        if let Some(mut under_way) = self.under_way
            && let How::Browser { code, .. } = &mut under_way.how
        {
            code.abort();
            // Cut off, as it should be.
            let _ = code.await;
        }
    }
}

impl Waits {
    /// Gives up what nobody waited for, and earlier tries for this system.
    async fn make_room(&self, system: &SystemId, now: i64) {
        let mut waits = self.0.lock().await;
        let old = waits
            .iter()
            .filter(|(_, wait)| wait.until <= now || wait.system == *system);
        let old: Vec<String> = old.map(|(handle, _)| handle.clone()).collect();
        for handle in old {
            if let Some(wait) = waits.remove(&handle) {
                wait.end().await;
            }
        }
    }
}

/// How the person wants to do it.
#[derive(Clone, Copy)]
struct Wish {
    device: bool,
    by_hand: bool,
}

impl Desk {
    /// Begins to sign in to a new system.
    pub(crate) async fn begin_new(&self, request: ConnectRequest) -> Result<SignInBegun, Failure> {
        let (setup, manifest, system, account) = self.fresh(&request).await?;
        let wish = Wish {
            device: request.device.unwrap_or_default(),
            by_hand: request.by_hand.unwrap_or_default(),
        };
        let (setup, program, egress) = self.program_for(setup, &manifest, &system, &request).await?;
        let whose = Whose::New {
            system,
            account,
            request: Box::new(request),
        };
        self.begin(whose, setup, manifest, program, egress, wish).await
    }

    /// Begins to sign in again.
    pub(crate) async fn begin_again(&self, request: AgainRequest) -> Result<SignInBegun, Failure> {
        let system: SystemId = request
            .system
            .parse()
            .map_err(|error| Failure::user(format!("{error}."), "Look at the list of systems."))?;
        let row = self.connected.row(&system).await?;
        let setup = Setup::kept(&row)?;
        let signed = self.connected.signed(&system, &setup).await?.ok_or_else(|| {
            Failure::user(
                format!("`{system}` was connected with a secret that does not end by itself."),
                "If it counts no more, forget the connection and connect it anew.",
            )
        })?;
        let oauth = setup
            .oauth()
            .cloned()
            .ok_or_else(|| wrong(format!("`{system}` has no provider"), "Connect it anew."))?;
        let program = signed.program().await.map_err(|why| {
            Failure::environment(
                format!("What is kept of the sign-in can't be read: {why}."),
                "Unlock the keyring, or connect it anew.",
            )
        })?;
        let egress = self.connected.way_to_provider(&system, &setup, &oauth.provider)?;
        let wish = Wish {
            device: request.device.unwrap_or_default(),
            by_hand: request.by_hand.unwrap_or_default(),
        };
        let account = Account {
            address: row.account,
            name: row.person,
        };
        let manifest = setup.manifest()?;
        self.begin(
            Whose::Again { system, account },
            setup,
            manifest,
            program,
            Arc::new(egress),
            wish,
        )
        .await
    }

    /// As which program one signs in there: the one that the person named, or one that is registered now.
    pub(crate) async fn program_for(
        &self,
        setup: Setup,
        manifest: &Manifest,
        system: &SystemId,
        request: &ConnectRequest,
    ) -> Result<(Setup, Program, Arc<Egress>), Failure> {
        let place = setup.place(manifest)?.ok_or_else(|| {
            Failure::user(
                format!(
                    "One does not sign in to {} at a provider that way.",
                    manifest.title
                ),
                "Choose the way `oauth`, or give the secret.",
            )
        })?;
        let around = self.connected.surroundings();
        let finding = setup.way_to_provider(system, &place.hosts, around)?;
        let remote = |why: String| Failure {
            fault: experience::Fault::Remote,
            ..Failure::user(
                format!("The provider of the sign-ins could not be used: {why}."),
                "Check the address and the network; the manifest names the provider.",
            )
        };
        let mut provider = place.provider;
        if let (true, Some(issuer)) = (place.asked, provider.issuer.clone()) {
            let found = oauth::discover(&finding, system, &issuer, provider).await;
            provider = found.map_err(remote)?;
        }
        let secret = Some(request.secret.trim()).filter(|secret| !secret.is_empty());
        let named = request
            .client_id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty());
        let program = match named {
            Some(id) => Program {
                id: id.to_owned(),
                secret: secret.map(Secret::new),
            },
            None if provider.register.is_some() => {
                let registered = oauth::register(&finding, system, &provider)
                    .await
                    .map_err(remote)?;
                Program {
                    id: registered.id,
                    secret: registered.secret,
                }
            }
            None => {
                return Err(Failure::user(
                    format!(
                        "Signing in to {} needs a client id: none comes with Attaché.",
                        manifest.title
                    ),
                    "Register Attaché there, or ask your company for its client id, and give it with `--client-id`.",
                ));
            }
        };
        let egress = self.connected.way_to_provider(system, &setup, &provider)?;
        let oauth = ByOauth {
            provider,
            program: program.id.clone(),
        };
        Ok((setup.signed_in_by(oauth), program, Arc::new(egress)))
    }

    async fn begin(
        &self,
        whose: Whose,
        setup: Setup,
        manifest: Manifest,
        program: Program,
        egress: Arc<Egress>,
        wish: Wish,
    ) -> Result<SignInBegun, Failure> {
        let system = whose.system().clone();
        let oauth = setup
            .oauth()
            .cloned()
            .ok_or_else(|| wrong(format!("`{system}` has no provider"), "Connect it anew."))?;
        let provider = &oauth.provider;
        if provider.itself {
            return Err(Failure::user(
                "A program that signs in as itself needs no person.",
                "Connect it with its secret.",
            ));
        }
        let device = wish.device || provider.authorize.is_none();
        self.waits.make_room(&system, self.connected.now()).await;
        let (how, address, code, lasts) = if device {
            let line = self.line(&egress, &system, provider, &program);
            let waiting = line.for_device().await.map_err(|refusal| told(&refusal))?;
            let address = waiting
                .address_with_code()
                .unwrap_or(waiting.address())
                .to_owned();
            let (code, lasts) = (waiting.code().to_owned(), waiting.counts_for());
            (How::Device(waiting), address, Some(code), lasts)
        } else {
            let door = Doorstep::open(&provider.redirect)
                .await
                .map_err(|declined| no(&declined))?;
            let mut randomness = [0; 64];
            getrandom::fill(&mut randomness).map_err(|error| {
                Failure::environment(
                    format!("This machine has no randomness: {error}."),
                    "Start it anew.",
                )
            })?;
            let redirect = door.redirect().clone();
            let begun = oauth::begin(provider, &program, &redirect, &randomness)
                .map_err(|why| wrong(why, "Sign in with a code on another device."))?;
            let expected = begun.expected;
            let code = tokio::spawn(async move { door.wait(&expected, BROWSER).await });
            let how = How::Browser {
                code,
                verifier: begun.verifier,
                redirect,
            };
            (how, begun.address.to_string(), None, BROWSER)
        };
        let opened = !wish.by_hand && open(&address).await;
        let now = self.connected.now();
        let until = now.saturating_add(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let handle = experience::Connections::new_name(self)?;
        let mut waits = self.waits.0.lock().await;
        let wait = Wait {
            system,
            until,
            stop: CancellationToken::new(),
            under_way: Some(UnderWay {
                whose,
                setup,
                manifest,
                program,
                egress,
                how,
            }),
        };
        waits.insert(handle.clone(), wait);
        Ok(SignInBegun {
            handle,
            address,
            code,
            opened,
            until,
        })
    }

    fn line<'a>(
        &'a self,
        egress: &'a Egress,
        system: &'a SystemId,
        provider: &'a Provider,
        program: &'a Program,
    ) -> Line<'a> {
        Line {
            egress,
            system,
            provider,
            program,
            clock: self.connected.clock(),
        }
    }

    /// Waits for the person, and goes on with what the provider gave.
    pub(crate) async fn finish(&self, handle: &str) -> Result<SystemView, Failure> {
        let gone = || Failure::user("No sign-in waits under this name any more.", "Begin again.");
        let (stop, under_way) = {
            let mut waits = self.waits.0.lock().await;
            let wait = waits.get_mut(handle).ok_or_else(gone)?;
            (wait.stop.clone(), wait.under_way.take().ok_or_else(gone)?)
        };
        let done = tokio::select! {
            done = self.completed(under_way) => done,
            () = stop.cancelled() => Err(Failure::user("The sign-in was given up.", "Begin again when you are ready.")),
        };
        self.waits.0.lock().await.remove(handle);
        done
    }

    /// Gives up waiting.
    pub(crate) async fn give_up(&self, handle: &str) -> bool {
        let wait = self.waits.0.lock().await.remove(handle);
        let was = wait.is_some();
        if let Some(wait) = wait {
            wait.end().await;
        }
        was
    }

    async fn completed(&self, mut under_way: UnderWay) -> Result<SystemView, Failure> {
        let system = under_way.whose.system().clone();
        let oauth = under_way
            .setup
            .oauth()
            .cloned()
            .ok_or_else(|| wrong(format!("`{system}` has no provider"), "Connect it anew."))?;
        let line = self.line(&under_way.egress, &system, &oauth.provider, &under_way.program);
        let tokens = match &mut under_way.how {
            How::Browser {
                code,
                verifier,
                redirect,
            } => {
                let code = code
                    .await
                    .unwrap_or(Err(Declined::Late(BROWSER)))
                    .map_err(|declined| no(&declined))?;
                line.redeem(&code, verifier, redirect).await
            }
            How::Device(waiting) => line.device_tokens(waiting, tokio::time::sleep).await,
        };
        let tokens = tokens.map_err(|refusal| told(&refusal))?;
        self.keep_tokens(
            &under_way.whose,
            &under_way.setup,
            &under_way.manifest,
            &line,
            tokens,
        )
        .await
    }

    /// Tries what a provider gave, and keeps it. What does not work is made worthless there.
    async fn keep_tokens(
        &self,
        whose: &Whose,
        setup: &Setup,
        manifest: &Manifest,
        line: &Line<'_>,
        tokens: Tokens,
    ) -> Result<SystemView, Failure> {
        let (Whose::New { system, account, .. } | Whose::Again { system, account }) = whose;
        if let Whose::New { request, .. } = whose {
            // Minutes have passed: nothing that is there by now is written over.
            self.fresh(request).await?;
            self.connected.forget_signed(system).await;
        }
        let hand = Arc::new(InHand(tokens.access.clone()));
        let tried = setup.connection(system, account.clone(), hand, self.connected.surroundings())?;
        if let Err(failure) = connect::try_out(&tried, &manifest.check).await {
            if let Err(refusal) = line.revoke(&tokens).await {
                tracing::info!(%refusal, %system, "tokens that were not kept stay with the provider");
            }
            return Err(failure);
        }
        let kept = Kept {
            secret: line.program.secret.clone(),
            tokens: Some(tokens),
        };
        let signed = self.connected.signed(system, setup).await?;
        let signed =
            signed.ok_or_else(|| wrong(format!("`{system}` has no provider"), "Connect it anew."))?;
        let unkept = |why: String| {
            Failure::environment(
                format!("The sign-in could not be kept: {why}."),
                "Unlock the keyring and sign in again.",
            )
        };
        match whose {
            Whose::New { request, .. } => {
                signed.begin(&kept).await.map_err(unkept)?;
                let added = self.add(system, account, request, setup, manifest, &tried).await;
                if added.is_err() {
                    // What was not connected leaves nothing behind.
                    self.sign_out(&signed, system).await?;
                }
                added
            }
            Whose::Again { .. } => {
                signed.begin(&kept).await.map_err(unkept)?;
                let noted = self.ledger.note(self.note("signed in again", Some(system))).await;
                noted.map_err(|error| crate::shelf::failure(&error))?;
                let row = self.connected.row(system).await?;
                Ok(self.view(row).await)
            }
        }
    }

    /// Connects a system to which the program signs in as itself.
    pub(crate) async fn connect_itself(&self, request: ConnectRequest) -> Result<SystemView, Failure> {
        let (setup, manifest, system, account) = self.fresh(&request).await?;
        let (setup, program, egress) = self.program_for(setup, &manifest, &system, &request).await?;
        let oauth = setup
            .oauth()
            .cloned()
            .ok_or_else(|| wrong(format!("`{system}` has no provider"), "Connect it anew."))?;
        let line = self.line(&egress, &system, &oauth.provider, &program);
        let tokens = line.as_itself().await.map_err(|refusal| told(&refusal))?;
        let whose = Whose::New {
            system: system.clone(),
            account,
            request: Box::new(request),
        };
        self.keep_tokens(&whose, &setup, &manifest, &line, tokens).await
    }

    /// Ends a sign-in here and at the provider; what the person has to do there themselves.
    pub(crate) async fn sign_out(
        &self,
        signed: &SignedIn,
        system: &SystemId,
    ) -> Result<Option<String>, Failure> {
        self.connected.forget_signed(system).await;
        let why = signed.end().await.map_err(|why| {
            Failure::environment(
                format!("The sign-in of `{system}` is still kept: {why}."),
                "Unlock the keyring and try again.",
            )
        })?;
        let can = signed.provider().revoke.is_some();
        Ok(match why {
            Some(why) => Some(format!(
                "The sign-in is forgotten here, but its provider was not told: {why}. Take away what you allowed Attaché in your \
                 account there."
            )),
            None if !can => Some(
                "The sign-in is forgotten here; its provider has no way to be told. Take away what you allowed Attaché in your \
                 account there."
                    .to_owned(),
            ),
            None => None,
        })
    }
}

impl Whose {
    fn system(&self) -> &SystemId {
        match self {
            Self::New { system, .. } | Self::Again { system, .. } => system,
        }
    }
}

/// Opens an address in the person's browser; whether that went well. Only an address of the web.
async fn open(address: &str) -> bool {
    let web = Url::parse(address).is_ok_and(|url| {
        let near = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
        url.scheme() == "https" || url.scheme() == "http" && near
    });
    let address = address.to_owned();
    let opened = tokio::task::spawn_blocking(move || web && open::that_detached(address).is_ok());
    opened.await.unwrap_or_default()
}

fn no(declined: &Declined) -> Failure {
    let text = declined.to_string();
    let (what, fix) = text.split_once(". ").unwrap_or((&text, "Begin again"));
    Failure::user(format!("{what}."), format!("{fix}."))
}

fn told(refusal: &Refusal) -> Failure {
    let (what, hint) = match refusal {
        Refusal::Over => (
            "The provider takes the answer no more.".to_owned(),
            "Begin again.",
        ),
        Refusal::Unreached(why) => (
            format!("The provider of the sign-ins can't be reached: {why}."),
            "Check the network and try again.",
        ),
        Refusal::Refused(why) => (
            format!("The provider of the sign-ins gave nothing: {why}."),
            "Check the client id and its secret, and that it may use this way and what is asked for.",
        ),
    };
    Failure {
        fault: experience::Fault::Remote,
        ..Failure::user(what, hint)
    }
}
