//! Signing in by OAuth at a certified provider (npm `oidc-provider`), with a small system beside it that its tokens open. What
//! was really asked is in the server's own log.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use app::Vault;
use domain::{Secret, SystemId};
use governance::SecretStore;
use integration::egress::{Egress, Host, KeptContacts, Limits, Reach, Surroundings, SystemNames};
use integration::oauth::{
    Doorstep, InMemory, Keeping, Kept, Line, Program, Provider, Refusal, Shown, SignedIn, Standing, Tokens,
    begin, discover, register,
};
use integration::{Credentials, HandClock, Redactor, Url};
use serde_json::{Value, json};
use storage::Keyring;

use crate::{Desk, Peer, files_with};

const COMPANY: &str = "attache-of-the-company";
/// Set for a process that this test starts of itself.
const CHILD: &str = "ATTACHE_TEST_SIGNED_IN_CHILD";

impl Peer {
    /// The lines of its log that have this in them.
    fn said(&self, words: &str) -> usize {
        let log = std::fs::read_to_string(self.text("/log")).unwrap();
        log.lines().filter(|line| line.contains(words)).count()
    }

    /// Waits until its log has so many such lines.
    async fn says(&self, words: &str, times: usize) {
        for _ in 0..1_500 {
            if self.said(words) >= times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "`{words}` should be in the log: {}",
            std::fs::read_to_string(self.text("/log")).unwrap()
        );
    }

    fn panel(&self, what: &str) {
        let address = format!("{}/panel/{what}", self.text("/system"));
        let pressed = Command::new("curl")
            .args(["--silent", "--fail", "--max-time", "30", "-X", "POST", &address])
            .output()
            .unwrap();
        assert!(pressed.status.success());
    }

    /// The connector of the system beside it, as a file.
    fn manifest(&self, folder: &Path) -> PathBuf {
        let form = journeys::root().join("tests/peers/oidc-provider/manifest.yaml");
        let text = std::fs::read_to_string(form).unwrap();
        let text = text
            .replace("PROVIDER", self.text("/base"))
            .replace("SYSTEM", self.text("/system"));
        let path = folder.join("beside.yaml");
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// A person opens an address in their browser and does what is wanted there.
fn person(address: &str, wish: &str) -> String {
    let script = journeys::root().join("tests/peers/oidc-provider/person.mjs");
    let done = Command::new("node")
        .arg(script)
        .args([address, wish])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// `attache` in a process of its own.
fn attache(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(journeys::program("attache"));
    command.args(arguments).arg("--home").arg(home);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn ran(home: &Path, arguments: &[&str]) -> (bool, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = attache(home, arguments).output().unwrap();
    (status.success(), text(&stdout) + &text(&stderr))
}

/// Starts a command that says where to sign in, and does that.
fn signing(home: &Path, arguments: &[&str], secret: &str, wish: &str) -> (bool, String) {
    let mut child = attache(home, arguments).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(format!("{secret}\n").as_bytes())
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    let address = line.split_whitespace().find(|word| word.starts_with("http://"));
    if let Some(address) = address {
        let page = person(address, wish);
        if address.contains("/auth") {
            assert!(page.contains("You can close this page"), "{page}");
        }
    }
    told.read_to_string(&mut line).unwrap();
    let done = child.wait_with_output().unwrap();
    (done.status.success(), line + &text(&done.stdout))
}

fn connecting<'a>(manifest: &'a str, peer: &'a Peer, more: &[&'a str]) -> Vec<&'a str> {
    let base = [
        "connect",
        manifest,
        "--address",
        peer.text("/system"),
        "--account",
        "ines",
        "--way",
        "oauth",
        "--by-hand",
    ];
    base.into_iter().chain(more.iter().copied()).collect()
}

async fn entry(home: &Path) -> Option<Secret> {
    let identity = std::fs::read_to_string(home.join("identity")).unwrap();
    let keyring = Keyring::of(identity.trim(), Duration::from_secs(10));
    keyring.get("credential of beside").await.unwrap()
}

async fn tokens_of(home: &Path) -> Tokens {
    Kept::read(&entry(home).await.unwrap()).unwrap().tokens.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_person_signs_in_with_a_browser_stays_signed_in_and_is_forgotten() {
    let peer = Peer::start("oidc-provider");
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (home, manifest) = (home.path(), peer.manifest(folder.path()));
    let manifest = manifest.to_str().unwrap();

    // Who does not allow it leaves nothing behind.
    let connect = connecting(manifest, &peer, &["--client-id", COMPANY]);
    let (done, told) = signing(home, &connect, "", "refuse");
    assert!(
        !done && told.contains("did not allow it: `access_denied`"),
        "{told}"
    );
    assert!(entry(home).await.is_none());

    let (done, told) = signing(home, &connect, "", "allow");
    assert!(done && told.contains("is connected as ines"), "{told}");
    let (_, listed) = ran(home, &["connections"]);
    assert!(
        listed.contains("signed in until") && listed.contains("then renewed"),
        "{listed}"
    );
    let (_, shown) = ran(home, &["system", "show", "beside"]);
    assert!(shown.contains("allowed there: tickets:read"), "{shown}");
    assert_eq!(peer.said("POST /token authorization_code 200"), 1);

    // A token that the system takes no more is renewed, and the read is done.
    let (before, before_it) = (tokens_of(home).await, peer.said("GET /tickets 401"));
    peer.panel("expire");
    let (done, read) = ran(home, &["call", "beside", "ticket.search"]);
    assert!(done && read.contains("Gripper drops boxes"), "{read}");
    assert_eq!(peer.said("POST /token refresh_token 200"), 1);
    assert_eq!(peer.said("GET /tickets 401"), before_it + 1);
    let now = tokens_of(home).await;
    assert_ne!(
        now.refresh.as_ref().unwrap().expose(),
        before.refresh.as_ref().unwrap().expose()
    );
    let (_, hosts) = ran(home, &["system", "hosts"]);
    assert!(hosts.contains("sign in"), "{hosts}");

    // What must not be read anywhere is nowhere.
    for secret in [
        &before.access,
        before.refresh.as_ref().unwrap(),
        &now.access,
        now.refresh.as_ref().unwrap(),
    ] {
        assert_eq!(files_with(home, secret.expose()), Vec::<PathBuf>::new());
    }

    // Forgotten here and there.
    let (done, told) = ran(home, &["system", "remove", "beside"]);
    assert!(done && !told.contains("provider"), "{told}");
    assert_eq!(peer.said("POST /token/revocation"), 2);
    assert!(entry(home).await.is_none());
    let line = Lines::of(&peer);
    assert_eq!(
        line.line(&line.program).refresh(&now).await.unwrap_err(),
        Refusal::Over
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_process_that_is_killed_between_the_new_tokens_and_keeping_them_costs_one_sign_in() {
    let peer = Peer::start("oidc-provider");
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (home, manifest) = (home.path(), peer.manifest(folder.path()));
    let connect = connecting(manifest.to_str().unwrap(), &peer, &["--client-id", COMPANY]);
    assert!(signing(home, &connect, "", "allow").0);
    peer.panel("expire");
    peer.panel("hold");
    let mut child = attache(home, &["call", "beside", "ticket.search"])
        .spawn()
        .unwrap();
    // The provider has rotated, and its answer has not arrived.
    peer.says("held", 1).await;
    child.kill().unwrap();
    child.wait().unwrap();
    peer.panel("release");
    assert_eq!(peer.said("POST /token refresh_token 200"), 1);

    // The old refresh token is used a second time, which the provider takes for theft: one sign-in is asked for, once.
    for _ in 0..3 {
        let (done, told) = ran(home, &["call", "beside", "ticket.search"]);
        assert!(!done && told.contains("sign in again"), "{told}");
    }
    assert_eq!(
        peer.said("POST /token refresh_token 400"),
        1,
        "the provider is not asked again"
    );
    let (_, listed) = ran(home, &["connections"]);
    assert!(listed.contains("sign in again"), "{listed}");
    let (done, told) = signing(home, &["system", "sign-in", "beside", "--by-hand"], "", "allow");
    assert!(
        done && told.contains("signed in to System beside the provider again"),
        "{told}"
    );
    assert!(ran(home, &["call", "beside", "ticket.search"]).0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_code_on_another_device_a_secret_of_the_program_and_no_client_id_at_all_lead_in_too() {
    let peer = Peer::start("oidc-provider");
    let folder = tempfile::tempdir().unwrap();
    let manifest = peer.manifest(folder.path());
    let manifest = manifest.to_str().unwrap();
    let secret = peer.text("/accounts/secret/secret");
    for (more, secret) in [
        (vec!["--client-id", COMPANY, "--device"], ""),
        (
            vec!["--client-id", "attache-with-a-secret", "--client-secret"],
            secret,
        ),
        // The provider registers the program itself.
        (vec![], ""),
    ] {
        let home = tempfile::tempdir().unwrap();
        let (done, told) = signing(home.path(), &connecting(manifest, &peer, &more), secret, "allow");
        assert!(done, "{more:?}: {told}");
        peer.panel("expire");
        let (done, told) = ran(home.path(), &["call", "beside", "ticket.search"]);
        assert!(done && told.contains("4812"), "{more:?}: {told}");
        assert_eq!(
            files_with(home.path(), "the-secret-of-the-program"),
            Vec::<PathBuf>::new()
        );
    }
    assert_eq!(peer.said("POST /token device_code 200"), 1);
    assert_eq!(peer.said("POST /reg"), 1);
    assert_eq!(peer.said("POST /token refresh_token 200"), 3);

    // A wrong secret is told in the provider's words, and nothing is kept.
    let home = tempfile::tempdir().unwrap();
    let wrong = connecting(
        manifest,
        &peer,
        &["--client-id", "attache-with-a-secret", "--client-secret"],
    );
    let (done, told) = signing(home.path(), &wrong, "surely-not-this-one", "allow");
    assert!(!done && told.contains("invalid_client"), "{told}");
    assert!(entry(home.path()).await.is_none());
}

#[tokio::test]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_program_signs_in_as_itself_without_a_person() {
    let peer = Peer::start("oidc-provider");
    let folder = tempfile::tempdir().unwrap();
    let manifest = std::fs::read_to_string(peer.manifest(folder.path())).unwrap();
    let desk = Desk::open().await;
    let request = json!({"connector": "beside", "address": peer.text("/system"), "account": "the company", "way": "oauth-itself",
        "client_id": peer.text("/accounts/itself/client"), "secret": peer.text("/accounts/itself/secret")});
    let mut request: experience::commands::ConnectRequest = serde_json::from_value(request).unwrap();
    request.manifest = Some(manifest);
    let connected = desk.workspace.copilot.connections.connect(request).await.unwrap();
    assert!(connected.sign_in.unwrap().renewed);
    peer.panel("expire");
    assert_eq!(desk.read("beside", "ticket.search", json!({})).await.len(), 1);
    assert_eq!(peer.said("POST /token client_credentials 200"), 2);
    let gone = desk
        .main("system_disconnect", json!({"system": "beside"}))
        .await
        .unwrap();
    assert!(
        gone["warning"].as_str().unwrap().contains("no way to be told"),
        "{gone}"
    );
    desk.workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_window_gets_the_address_and_then_the_system_and_can_give_up() {
    let peer = Peer::start("oidc-provider");
    let folder = tempfile::tempdir().unwrap();
    let manifest = std::fs::read_to_string(peer.manifest(folder.path())).unwrap();
    // At a port of its own, as providers want it that compare the whole address.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let fixed = format!("client_secret: basic\n    redirect: http://127.0.0.1:{port}/callback");
    let manifest = manifest.replace("client_secret: basic", &fixed);
    let desk = Desk::open().await;
    let begin = async || {
        let request = json!({"connector": "beside", "address": peer.text("/system"), "account": "ines", "way": "oauth",
            "client_id": COMPANY, "by_hand": true});
        let mut request: experience::commands::ConnectRequest = serde_json::from_value(request).unwrap();
        request.manifest = Some(manifest.clone());
        desk.workspace.copilot.connections.sign_in(request).await.unwrap()
    };
    let first = begin().await;
    assert!(!first.opened && first.code.is_none());
    let given_up = desk.main("sign_in_cancel", json!({"handle": first.handle}));
    given_up.await.unwrap();
    let refused = desk
        .main("sign_in_finish", json!({"handle": first.handle}))
        .await
        .unwrap_err();
    assert!(refused.message.contains("No sign-in waits"), "{refused}");

    // Whoever begins again has the port, though nobody gave the first one up.
    begin().await;
    let second = begin().await;
    let page = person(&second.address, "allow");
    assert!(page.contains("You can close this page"), "{page}");
    let connected = desk
        .main("sign_in_finish", json!({"handle": second.handle}))
        .await
        .unwrap();
    assert_eq!(connected["sign_in"]["holds"], true, "{connected}");
    // Again, for the one that is connected.
    let again = desk
        .main("sign_in_again", json!({"system": "beside", "by_hand": true}))
        .await
        .unwrap();
    person(again["address"].as_str().unwrap(), "allow");
    desk.main("sign_in_finish", json!({"handle": again["handle"]}))
        .await
        .unwrap();
    assert_eq!(desk.read("beside", "ticket.search", json!({})).await.len(), 1);
    desk.workspace.close().await;
}

/// What a test needs to speak to the provider itself.
struct Lines {
    system: SystemId,
    provider: Provider,
    program: Program,
    egress: Arc<Egress>,
    clock: Arc<HandClock>,
}

impl Lines {
    fn of(peer: &Peer) -> Self {
        Self::at(&peer.about)
    }

    fn at(about: &Value) -> Self {
        let base = about["base"].as_str().unwrap();
        let system: SystemId = "beside".parse().unwrap();
        let clock = Arc::new(HandClock::default());
        let around = Surroundings {
            names: Arc::new(SystemNames),
            log: Arc::new(KeptContacts::default()),
            clock: clock.clone(),
            redactor: Redactor::default(),
        };
        let host = Host::parse(base, Reach::ThisMachine).unwrap();
        let egress = Egress::open([(system.clone(), host)], Limits::default(), around).unwrap();
        let at = |path: &str| Url::parse(&format!("{base}{path}")).unwrap();
        let provider = Provider {
            issuer: Some(base.to_owned()),
            names_itself: true,
            authorize: Some(at("/auth")),
            token: at("/token"),
            device: Some(at("/device/auth")),
            revoke: Some(at("/token/revocation")),
            register: None,
            scopes: ["openid", "offline_access", "tickets:read"]
                .map(str::to_owned)
                .to_vec(),
            resource: about["system"].as_str().map(str::to_owned),
            with: [("prompt".to_owned(), "consent".to_owned())].into(),
            redirect: "http://127.0.0.1/callback".parse().unwrap(),
            shown: Shown::None,
            itself: false,
        };
        let program = Program {
            id: COMPANY.to_owned(),
            secret: None,
        };
        Self {
            system,
            provider,
            program,
            egress: Arc::new(egress),
            clock,
        }
    }

    fn line<'a>(&'a self, program: &'a Program) -> Line<'a> {
        Line {
            egress: &self.egress,
            system: &self.system,
            provider: &self.provider,
            program,
            clock: &*self.clock,
        }
    }

    /// A code that a person allowed, its verifier, and where it was brought.
    async fn code(&self) -> (Secret, Secret, Url) {
        let door = Doorstep::open(&self.provider.redirect).await.unwrap();
        let redirect = door.redirect().clone();
        let random = std::array::from_fn(|at| at as u8 ^ redirect.port().unwrap() as u8);
        let begun = begin(&self.provider, &self.program, &redirect, &random).unwrap();
        let expected = begun.expected.clone();
        let waiting = tokio::spawn(async move { door.wait(&expected, Duration::from_secs(60)).await });
        let address = begun.address.to_string();
        tokio::task::spawn_blocking(move || person(&address, "allow"))
            .await
            .unwrap();
        (waiting.await.unwrap().unwrap(), begun.verifier, redirect)
    }

    async fn tokens(&self) -> Tokens {
        let (code, verifier, redirect) = self.code().await;
        self.line(&self.program)
            .redeem(&code, &verifier, &redirect)
            .await
            .unwrap()
    }

    fn signed(&self, keeping: Arc<dyn Keeping>) -> SignedIn {
        let (system, provider) = (self.system.clone(), self.provider.clone());
        SignedIn::new(
            system,
            provider,
            COMPANY.to_owned(),
            self.egress.clone(),
            self.clock.clone(),
            keeping,
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn what_a_certified_provider_refuses_is_told_and_gives_nothing() {
    let peer = Peer::start("oidc-provider");
    let lines = Lines::of(&peer);
    let line = lines.line(&lines.program);
    // Another verifier than the one that the code was asked for with.
    let (code, verifier, redirect) = lines.code().await;
    let other = Secret::new("another-verifier-that-is-long-enough-for-the-standard");
    assert_eq!(
        line.redeem(&code, &other, &redirect).await.unwrap_err(),
        Refusal::Over
    );
    // Another address than the one that it was brought to.
    let (code, verifier2, redirect2) = lines.code().await;
    let elsewhere = "http://127.0.0.1:1/callback".parse().unwrap();
    assert!(line.redeem(&code, &verifier2, &elsewhere).await.is_err());
    assert!(line.redeem(&code, &verifier, &redirect2).await.is_err());
    assert_ne!(redirect, redirect2);
    // A code that was used.
    let (code, verifier, redirect) = lines.code().await;
    let first = line.redeem(&code, &verifier, &redirect).await.unwrap();
    assert_eq!(first.scopes, ["tickets:read"]);
    assert_eq!(
        line.redeem(&code, &verifier, &redirect).await.unwrap_err(),
        Refusal::Over
    );
    // All that came of it went with it.
    assert_eq!(line.refresh(&first).await.unwrap_err(), Refusal::Over);
    // A refresh token that was used.
    let first = lines.tokens().await;
    let second = line.refresh(&first).await.unwrap();
    assert_eq!(line.refresh(&first).await.unwrap_err(), Refusal::Over);
    assert_eq!(
        line.refresh(&second).await.unwrap_err(),
        Refusal::Over,
        "the whole family is gone"
    );
    // One that was revoked.
    let first = lines.tokens().await;
    assert!(line.revoke(&first).await.unwrap());
    assert_eq!(line.refresh(&first).await.unwrap_err(), Refusal::Over);
    // A program that nobody registered.
    let unknown = Program {
        id: "nobody".to_owned(),
        secret: None,
    };
    let refused = lines.line(&unknown).for_device().await.unwrap_err();
    assert!(refused.to_string().contains("invalid_client"), "{refused}");
    // A system that the provider does not know.
    let mut stray = Lines::of(&peer);
    stray.provider.resource = Some("https://unknown.example".to_owned());
    let refused = stray.line(&stray.program).for_device().await;
    let refused = match refused {
        Ok(_) => panic!("a device code for an unknown system"),
        Err(refused) => refused.to_string(),
    };
    assert!(refused.contains("invalid_target"), "{refused}");
    // What it says of itself is taken, and a program that it registers is one of its own.
    let found = discover(
        &lines.egress,
        &lines.system,
        peer.text("/base"),
        lines.provider.clone(),
    )
    .await
    .unwrap();
    assert!(found.names_itself && found.register.is_some() && found.token == lines.provider.token);
    let registered = register(&lines.egress, &lines.system, &found).await.unwrap();
    let own = Program {
        id: registered.id,
        secret: registered.secret,
    };
    assert!(own.secret.is_none());
    lines.line(&own).for_device().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn a_token_for_another_system_opens_nothing_here() {
    let peer = Peer::start("oidc-provider");
    let folder = tempfile::tempdir().unwrap();
    let path = peer.manifest(folder.path());
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\"{origin}\"", "https://another.example");
    std::fs::write(&path, text).unwrap();
    let home = tempfile::tempdir().unwrap();
    let connect = connecting(path.to_str().unwrap(), &peer, &["--client-id", COMPANY]);
    let (done, told) = signing(home.path(), &connect, "", "allow");
    assert!(!done && told.contains("was tried and failed"), "{told}");
    assert!(entry(home.path()).await.is_none());
    // What was of no use was taken back.
    assert_eq!(peer.said("POST /token/revocation"), 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn fifty_calls_at_the_end_of_a_token_ask_a_real_provider_once() {
    let peer = Peer::start("oidc-provider");
    let lines = Lines::of(&peer);
    let signed = lines.signed(Arc::new(InMemory::default()));
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(lines.tokens().await),
        })
        .await
        .unwrap();
    for round in 1..=3 {
        lines.clock.pass(3_600_000);
        let calls = (0..50).map(|_| {
            let (signed, system) = (signed.clone(), lines.system.clone());
            tokio::spawn(async move { signed.credential(&system).await.unwrap().expose().to_owned() })
        });
        let calls: Vec<_> = calls.collect();
        let mut got = Vec::new();
        for call in calls {
            got.push(call.await.unwrap());
        }
        got.dedup();
        assert_eq!(got.len(), 1, "all have the same new one");
        assert_eq!(peer.said("POST /token refresh_token 200"), round);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn two_processes_at_once_ask_a_real_provider_once() {
    let peer = Peer::start("oidc-provider");
    let lines = Lines::of(&peer);
    let folder = tempfile::tempdir().unwrap();
    let vault = |folder: &Path| {
        let keyring = Keyring::of("two-processes-at-once", Duration::from_secs(10));
        Vault::new(Arc::new(keyring), folder.to_owned(), "beside".parse().unwrap())
    };
    let keeping = vault(folder.path());
    lines
        .signed(Arc::new(vault(folder.path())))
        .begin(&Kept {
            secret: None,
            tokens: Some(lines.tokens().await),
        })
        .await
        .unwrap();
    peer.panel("hold");
    let mut children: Vec<Child> = Vec::new();
    for number in 1..=2 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "signing::a_child_that_wants_a_token",
                "--ignored",
                "--nocapture",
            ])
            .env(
                CHILD,
                json!({"about": peer.about, "folder": folder.path()}).to_string(),
            )
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(child.stdout.as_mut().unwrap());
        while !line.contains("asking") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "the child ended");
        }
        if number == 1 {
            peer.says("held", 1).await;
        }
        children.push(child);
    }
    peer.panel("release");
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(peer.said("POST /token refresh_token"), 1);
    assert!(matches!(
        lines
            .signed(Arc::new(vault(folder.path())))
            .standing()
            .await
            .unwrap(),
        Standing::In { renewed: true, .. }
    ));
    keeping.forget().await.unwrap();
}

/// Run by [`two_processes_at_once_ask_a_real_provider_once`] in a process of its own; alone it does nothing.
#[tokio::test]
#[ignore = "a process of another test"]
async fn a_child_that_wants_a_token() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let told: Value = serde_json::from_str(&told).unwrap();
    let lines = Lines::at(&told["about"]);
    let keyring = Keyring::of("two-processes-at-once", Duration::from_secs(10));
    let folder = PathBuf::from(told["folder"].as_str().unwrap());
    let vault = Vault::new(Arc::new(keyring), folder, "beside".parse().unwrap());
    lines.clock.pass(3_600_000);
    println_now("asking");
    lines
        .signed(Arc::new(vault))
        .credential(&lines.system)
        .await
        .unwrap();
}

fn println_now(word: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{word}").unwrap();
    out.flush().unwrap();
}
