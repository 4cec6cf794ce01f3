//! Signing in by OAuth: what comes back, and what is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::Secret;
use integration::egress::{
    Egress, EgressLog, Ended, Host, KeptContacts, Limits, MadeUpNames, Purpose, Reach, Surroundings,
};
use integration::oauth::{
    Came, Declined, Doorstep, Expected, Kept, Line, Program, Provider, Refusal, Shown, Tokens, begin,
    discover, is_old, judge, register,
};
use integration::{HandClock, Redactor, Url};
use proptest::prelude::*;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::desk::system;
use crate::peer::{Peer, Silent, answer};

pub const HOUR: i64 = 3_600_000;

pub struct Desk {
    pub egress: Arc<Egress>,
    pub contacts: Arc<KeptContacts>,
    pub clock: Arc<HandClock>,
    pub redactor: Redactor,
}

pub fn desk(hosts: &[&str]) -> Desk {
    let (contacts, clock, redactor) = (
        Arc::new(KeptContacts::default()),
        Arc::new(HandClock::default()),
        Redactor::default(),
    );
    let around = Surroundings {
        names: Arc::new(MadeUpNames(Default::default())),
        log: contacts.clone() as Arc<dyn EgressLog>,
        clock: clock.clone(),
        redactor: redactor.clone(),
    };
    let declared = hosts
        .iter()
        .map(|host| (system(), Host::parse(host, Reach::ThisMachine).unwrap()));
    let egress = Arc::new(Egress::open(declared, Limits::default(), around).unwrap());
    Desk {
        egress,
        contacts,
        clock,
        redactor,
    }
}

pub fn provider(base: &str) -> Provider {
    let at = |path: &str| Some(Url::parse(&format!("{base}{path}")).unwrap());
    Provider {
        issuer: Some(base.to_owned()),
        names_itself: true,
        authorize: at("/authorize"),
        token: at("/token").unwrap(),
        device: at("/device"),
        revoke: at("/revoke"),
        register: at("/register"),
        scopes: vec!["tickets".to_owned()],
        resource: Some("https://api.example.com".to_owned()),
        with: [("prompt".to_owned(), "consent".to_owned())].into(),
        redirect: "http://127.0.0.1/callback".parse().unwrap(),
        shown: Shown::None,
        itself: false,
    }
}

pub fn program() -> Program {
    Program {
        id: "attache-test".to_owned(),
        secret: None,
    }
}

pub fn tokens(access: &str, refresh: &str, since: i64) -> Tokens {
    Tokens {
        access: Secret::new(access),
        refresh: Some(Secret::new(refresh)),
        since,
        until: Some(since + HOUR),
        scopes: vec!["tickets".to_owned()],
    }
}

fn expected(redirect: &str) -> Expected {
    Expected {
        redirect: redirect.parse().unwrap(),
        state: Secret::new("the-right-state"),
        issuer: Some("https://sign-in.example.com".to_owned()),
        names_itself: true,
    }
}

fn came(target: &str) -> Came {
    let head = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nAccept: */*");
    judge(&head, &expected("http://127.0.0.1:4711/callback"))
}

const ISSUER: &str = "iss=https%3A%2F%2Fsign-in.example.com";

#[test]
fn an_answer_without_the_right_state_is_a_strangers() {
    for target in [
        format!("/callback?code=abc&{ISSUER}"),
        format!("/callback?code=abc&state=&{ISSUER}"),
        format!("/callback?code=abc&state=another&{ISSUER}"),
        format!("/callback?code=abc&state=the-right-stat&{ISSUER}"),
        format!("/callback?code=abc&state=the-right-state&state=the-right-state&{ISSUER}"),
        format!("/callback?code=abc&code=def&state=the-right-state&{ISSUER}"),
        format!("/callback?error=access_denied&{ISSUER}"),
        format!("/other?code=abc&state=the-right-state&{ISSUER}"),
        format!("/callback/?code=abc&state=the-right-state&{ISSUER}"),
        format!("//evil.example/callback?code=abc&state=the-right-state&{ISSUER}"),
        format!("http://evil.example/callback?code=abc&state=the-right-state&{ISSUER}"),
        "/callback".to_owned(),
    ] {
        assert!(matches!(came(&target), Came::Stranger), "{target}");
    }
}

#[test]
fn only_a_get_to_this_very_host_and_port_is_an_answer() {
    let target = format!("/callback?code=abc&state=the-right-state&{ISSUER}");
    let expected = expected("http://127.0.0.1:4711/callback");
    for (line, host) in [
        (format!("POST {target} HTTP/1.1"), "Host: 127.0.0.1:4711"),
        (format!("GET {target} HTTP/2"), "Host: 127.0.0.1:4711"),
        (format!("GET {target}"), "Host: 127.0.0.1:4711"),
        (format!("GET {target} HTTP/1.1"), "Host: evil.example:4711"),
        (format!("GET {target} HTTP/1.1"), "Host: localhost:4711"),
        (format!("GET {target} HTTP/1.1"), "Host: 127.0.0.1:4712"),
        (
            format!("GET {target} HTTP/1.1"),
            "Host: 127.0.0.1:4711\r\nHost: evil.example",
        ),
        (format!("GET {target} HTTP/1.1"), "Accept: */*"),
    ] {
        assert!(
            matches!(judge(&format!("{line}\r\n{host}"), &expected), Came::Stranger),
            "{line} {host}"
        );
    }
    let Came::Answer(Ok(code)) = came(&target) else {
        panic!("it is the answer")
    };
    assert_eq!(code.expose(), "abc");
}

#[test]
fn the_answer_of_another_provider_is_not_used() {
    for target in [
        "/callback?code=abc&state=the-right-state&iss=https%3A%2F%2Fevil.example",
        "/callback?code=abc&state=the-right-state&iss=https%3A%2F%2Fsign-in.example.com%2F",
        "/callback?code=abc&state=the-right-state",
        "/callback?error=access_denied&state=the-right-state",
    ] {
        assert!(
            matches!(came(target), Came::Answer(Err(Declined::Issuer))),
            "{target}"
        );
    }
    // Where a provider does not say its name, its absence is nothing; a wrong one still is.
    let quiet = Expected {
        names_itself: false,
        ..expected("http://127.0.0.1:4711/callback")
    };
    let judged = |query: &str| {
        judge(
            &format!("GET /callback?{query} HTTP/1.1\r\nhost: 127.0.0.1:4711"),
            &quiet,
        )
    };
    assert!(matches!(
        judged("code=abc&state=the-right-state"),
        Came::Answer(Ok(_))
    ));
    let wrong = judged("code=abc&state=the-right-state&iss=https%3A%2F%2Fevil.example");
    assert!(matches!(wrong, Came::Answer(Err(Declined::Issuer))));
}

#[test]
fn a_refusal_is_told_in_a_word_and_an_answer_without_a_code_is_none() {
    let refused = came(&format!(
        "/callback?error=access_denied%3Cscript%3E%0A&state=the-right-state&{ISSUER}"
    ));
    let Came::Answer(Err(why)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(why, Declined::Provider("access_deniedscript".to_owned()));
    let empty = came(&format!("/callback?code=&state=the-right-state&{ISSUER}"));
    assert!(matches!(empty, Came::Answer(Err(Declined::Empty))));
}

proptest! {
    #[test]
    fn whatever_is_sent_to_the_port_without_the_state_is_a_strangers(head in "\\PC{0,200}") {
        prop_assume!(!head.contains("the-right-state"));
        let text = format!("GET /callback?{head} HTTP/1.1\r\nHost: 127.0.0.1:4711");
        for head in [head, text] {
            prop_assert!(matches!(judge(&head, &expected("http://127.0.0.1:4711/callback")), Came::Stranger));
        }
    }

    #[test]
    fn a_token_is_old_before_its_end_however_the_clock_is_set(lasts in 1_i64..10_000_000, age in -200_000_i64..20_000_000) {
        let since = 1_790_000_000_000;
        let tokens = Tokens { until: Some(since + lasts), ..tokens("access-token", "refresh-token", since) };
        let old = is_old(&tokens, since + age);
        prop_assert!(age < lasts || old, "never used after its end");
        prop_assert!(age >= -60_000 || old, "given in the future: nothing is known");
        prop_assert!(!(0..lasts / 2).contains(&age) || !old, "not renewed again and again");
    }

    #[test]
    fn what_is_kept_comes_back(access in "[!-~]{1,80}", refresh in proptest::option::of("[!-~]{1,80}"), secret in proptest::option::of("\\PC{1,30}"),
        until in proptest::option::of(any::<i64>()), since in any::<i64>(), scopes in proptest::collection::vec("[a-z:./]{1,20}", 0..4)) {
        let kept = Kept {
            secret: secret.as_deref().map(Secret::new),
            tokens: Some(Tokens { access: Secret::new(access.clone()), refresh: refresh.as_deref().map(Secret::new), since, until, scopes: scopes.clone() }),
        };
        let back = Kept::read(&kept.write()).unwrap();
        let tokens = back.tokens.unwrap();
        prop_assert_eq!(tokens.access.expose(), access);
        prop_assert_eq!(tokens.refresh.as_ref().map(|token| token.expose().to_owned()), refresh);
        prop_assert_eq!(back.secret.as_ref().map(|secret| secret.expose().to_owned()), secret);
        prop_assert_eq!((tokens.since, tokens.until, tokens.scopes), (since, until, scopes));
    }
}

fn random(from: u8) -> [u8; 64] {
    std::array::from_fn(|at| from + at as u8)
}

#[test]
fn the_address_for_the_browser_has_all_that_protects_the_code() {
    let redirect: Url = "http://127.0.0.1:4711/callback".parse().unwrap();
    let begun = begin(
        &provider("https://sign-in.example.com"),
        &program(),
        &redirect,
        &random(7),
    )
    .unwrap();
    let said: std::collections::BTreeMap<_, _> = begun.address.query_pairs().into_owned().collect();
    assert_eq!(begun.address.path(), "/authorize");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "attache-test"),
        ("redirect_uri", "http://127.0.0.1:4711/callback"),
        ("scope", "tickets"),
        ("code_challenge_method", "S256"),
        ("resource", "https://api.example.com"),
        ("prompt", "consent"),
        ("state", begun.expected.state.expose()),
    ] {
        assert_eq!(said[name], value);
    }
    assert!(
        !begun.address.as_str().contains(begun.verifier.expose()),
        "the verifier stays here"
    );
    let other = begin(
        &provider("https://sign-in.example.com"),
        &program(),
        &redirect,
        &random(100),
    )
    .unwrap();
    assert_ne!(other.expected.state.expose(), begun.expected.state.expose());
}

async fn knock(address: &Url, target: &str) -> String {
    let port = address.port().unwrap();
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn strangers_at_the_port_do_not_end_the_wait_and_the_answer_does() {
    let door = Doorstep::open(&"http://127.0.0.1/callback".parse().unwrap())
        .await
        .unwrap();
    let redirect = door.redirect().clone();
    let expected = Expected {
        redirect: redirect.clone(),
        ..expected("http://127.0.0.1/callback")
    };
    let waiting = tokio::spawn(async move { door.wait(&expected, Duration::from_secs(300)).await });
    // Says nothing, as a browser's spare connection.
    let spare = tokio::net::TcpStream::connect(("127.0.0.1", redirect.port().unwrap()))
        .await
        .unwrap();
    for target in [
        "/",
        "/favicon.ico",
        "/callback?code=evil&state=guessed&iss=https%3A%2F%2Fsign-in.example.com",
    ] {
        let told = knock(&redirect, target).await;
        assert!(
            told.starts_with("HTTP/1.1 404 ") && !told.contains("evil"),
            "{told}"
        );
    }
    let told = knock(
        &redirect,
        &format!("/callback?code=the-code-itself&state=the-right-state&{ISSUER}"),
    )
    .await;
    assert!(
        told.starts_with("HTTP/1.1 200 ") && told.contains("default-src 'none'"),
        "{told}"
    );
    assert!(
        !told.contains("the-code") && !told.contains("the-right"),
        "{told}"
    );
    assert_eq!(waiting.await.unwrap().unwrap().expose(), "the-code-itself");
    drop(spare);
    let closed = tokio::net::TcpStream::connect(("127.0.0.1", redirect.port().unwrap())).await;
    assert!(closed.is_err(), "the port is open for one answer");
}

#[tokio::test]
async fn who_does_not_come_back_in_time_and_what_is_not_on_this_machine_is_told() {
    let door = Doorstep::open(&"http://localhost/callback".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(door.redirect().host_str(), Some("localhost"));
    let late = door
        .wait(&expected("http://127.0.0.1:1/callback"), Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(late, Declined::Late(Duration::ZERO));
    for elsewhere in [
        "http://0.0.0.0/callback",
        "https://127.0.0.1/callback",
        "http://attache.example/callback",
        "http://192.168.0.1/cb",
    ] {
        let refused = Doorstep::open(&elsewhere.parse().unwrap()).await.unwrap_err();
        assert!(matches!(refused, Declined::Port(_)), "{elsewhere}");
    }
}

fn metadata(base: &str) -> serde_json::Value {
    json!({"issuer": base, "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
        "registration_endpoint": format!("{base}/register"), "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true})
}

/// A provider that says this of itself.
async fn discovered(change: impl Fn(&str, &mut serde_json::Value)) -> Result<Provider, String> {
    let said = Arc::new(std::sync::Mutex::new(String::new()));
    let told = said.clone();
    let peer = Peer::start(move |request| {
        match request.starts_with("GET /.well-known/oauth-authorization-server ") {
            true => answer("200", &[], &told.lock().unwrap()),
            false => answer("404", &[], ""),
        }
    });
    let mut about = metadata(&peer.url());
    change(&peer.url(), &mut about);
    *said.lock().unwrap() = about.to_string();
    let desk = desk(&[&peer.url()]);
    discover(&desk.egress, &system(), &peer.url(), provider(&peer.url())).await
}

#[tokio::test]
async fn what_a_provider_says_of_itself_counts_only_if_it_is_about_itself_and_safe() {
    let found = discovered(|_, _| {}).await.unwrap();
    assert!(found.names_itself && found.device.is_none() && found.register.is_some());
    let other = discovered(|_, about| about["issuer"] = json!("https://evil.example"))
        .await
        .unwrap_err();
    assert!(other.contains("another provider"), "{other}");
    for methods in [json!([]), json!(["plain"])] {
        let weak = discovered(|_, about| about["code_challenge_methods_supported"] = methods.clone())
            .await
            .unwrap_err();
        assert!(weak.contains("S256"), "{weak}");
    }
    for (endpoint, address) in [
        ("token_endpoint", "https://evil.example/token"),
        ("authorization_endpoint", "https://evil.example/authorize"),
        ("revocation_endpoint", "http://127.0.0.1:9/revoke"),
        ("registration_endpoint", "https://127.0.0.1/register"),
        ("device_authorization_endpoint", "http://localhost/device"),
    ] {
        let elsewhere = discovered(|_, about| about[endpoint] = json!(address))
            .await
            .unwrap_err();
        assert!(
            elsewhere.contains("which the manifest does not name"),
            "{elsewhere}"
        );
    }
    let broken = discovered(|_, about| *about = json!("nothing"))
        .await
        .unwrap_err();
    assert!(broken.contains("not in the form"), "{broken}");
}

#[tokio::test]
async fn a_program_that_is_registered_has_its_own_name_there() {
    let peer = Peer::start(
        |request| match request.contains("\"token_endpoint_auth_method\":\"none\"") {
            true => answer("201", &[], "{\"client_id\": \"new-name\"}"),
            false => answer("400", &[], "{}"),
        },
    );
    let desk = desk(&[&peer.url()]);
    let registered = register(&desk.egress, &system(), &provider(&peer.url()))
        .await
        .unwrap();
    assert_eq!(
        (registered.id.as_str(), registered.secret.is_none()),
        ("new-name", true)
    );
}

/// What a provider's answer to a code comes to.
async fn redeemed(
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &str,
) -> Result<Tokens, Refusal> {
    let body = body.to_owned();
    let peer = Peer::start(move |_| answer(status, headers, &body));
    let desk = desk(&[&peer.url()]);
    let (provider, program) = (provider(&peer.url()), program());
    let line = Line {
        egress: &desk.egress,
        system: &system(),
        provider: &provider,
        program: &program,
        clock: &*desk.clock,
    };
    let given = line
        .redeem(
            &Secret::new("the-code"),
            &Secret::new("the-verifier"),
            &provider.redirect,
        )
        .await;
    assert_eq!(peer.asked().len(), 1, "nothing is asked twice");
    for contact in desk.contacts.all() {
        assert_eq!(contact.purpose, Purpose::SignIn);
        assert!(!format!("{contact:?}").contains("the-code"));
    }
    given
}

#[tokio::test]
async fn tokens_in_a_form_that_attache_does_not_use_are_not_taken() {
    let good = r#"{"access_token":"access-token-1","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-token-1"}"#;
    let given = redeemed("200", &[], good).await.unwrap();
    assert_eq!(
        (given.access.expose(), given.scopes),
        ("access-token-1", vec!["tickets".to_owned()])
    );
    for (body, words) in [
        (
            r#"{"access_token":"access-token-1","token_type":"mac"}"#,
            "of a kind",
        ),
        (
            r#"{"access_token":"access-token-1\r\nX: y","token_type":"bearer"}"#,
            "no header can hold",
        ),
        (r#"{"access_token":"abc","token_type":"bearer"}"#, "fewer than"),
        (r#"{"access_token":"","token_type":"bearer"}"#, "fewer than"),
        (r#"{"ok":false,"error":"invalid_code"}"#, "no tokens"),
        (r#"{"token_type":"bearer"}"#, "no tokens"),
        ("<html>Please sign in</html>", "no tokens"),
    ] {
        let refused = redeemed("200", &[], body).await.unwrap_err();
        assert!(refused.to_string().contains(words), "{body}: {refused}");
    }
    let error = redeemed(
        "400",
        &[],
        r#"{"error":"invalid_client","error_description":"Unknown\u0007 program"}"#,
    )
    .await;
    assert_eq!(
        error.unwrap_err(),
        Refusal::Refused("it said `invalid_client`: Unknown  program".to_owned())
    );
    let over = redeemed("400", &[], r#"{"error":"invalid_grant"}"#).await;
    assert_eq!(over.unwrap_err(), Refusal::Over);
}

#[tokio::test]
async fn a_code_follows_no_redirect_and_goes_to_no_undeclared_host() {
    let elsewhere = Silent::listen();
    let place: &'static str =
        Box::leak(format!("http://127.0.0.1:{}/token", elsewhere.port()).into_boxed_str());
    let headers: &'static [(&str, &str)] = Box::leak(Box::new([("Location", place)]));
    for status in ["301", "302", "307", "308"] {
        let refused = redeemed(status, headers, "").await.unwrap_err();
        assert!(matches!(refused, Refusal::Refused(_)), "{refused}");
    }
    let desk = desk(&["http://127.0.0.1:9"]);
    let mut provider = provider("http://127.0.0.1:9");
    provider.token = place.parse().unwrap();
    let program = program();
    let line = Line {
        egress: &desk.egress,
        system: &system(),
        provider: &provider,
        program: &program,
        clock: &*desk.clock,
    };
    let refused = line
        .redeem(
            &Secret::new("the-code"),
            &Secret::new("the-verifier"),
            &provider.redirect,
        )
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("is not among the hosts"),
        "{refused}"
    );
    assert_eq!(desk.contacts.all()[0].ended, Ended::Refused);
    elsewhere.assert_untouched();
}

#[tokio::test]
async fn a_secret_of_the_program_is_shown_as_the_provider_wants_it_and_nowhere_in_the_clear() {
    for (shown, head, body) in [
        (
            Shown::Basic,
            "authorization: Basic YXR0YWNoZS10ZXN0OnRoZSUyRnNlY3JldA==",
            "",
        ),
        (Shown::Body, "", "client_secret=the%2Fsecret"),
    ] {
        let peer = Peer::start(|_| {
            answer(
                "200",
                &[],
                r#"{"access_token":"access-token-1","token_type":"bearer"}"#,
            )
        });
        let desk = desk(&[&peer.url()]);
        let provider = Provider {
            shown,
            itself: true,
            ..provider(&peer.url())
        };
        let program = Program {
            secret: Some(Secret::new("the/secret")),
            ..program()
        };
        let line = Line {
            egress: &desk.egress,
            system: &system(),
            provider: &provider,
            program: &program,
            clock: &*desk.clock,
        };
        line.as_itself().await.unwrap();
        line.revoke(&tokens("access-token-1", "refresh-token-1", 0))
            .await
            .unwrap();
        for asked in peer.asked() {
            assert!(asked.contains(head) && asked.contains(body), "{asked}");
        }
        assert!(
            peer.asked()[1].contains("token=refresh-token-1"),
            "{:?}",
            peer.asked()
        );
        assert!(desk.redactor.finds("the/secret") && desk.redactor.finds("access-token-1"));
    }
}

#[tokio::test]
async fn a_code_for_another_device_waits_for_the_person() {
    let allowed = Arc::new(AtomicBool::new(false));
    let now = allowed.clone();
    let peer = Peer::start(move |request| {
        if request.starts_with("POST /device ") {
            let body = r#"{"device_code":"the-device-code","user_code":"WDJB-MJHT","verification_uri":"https://sign-in.example.com/device","expires_in":600,"interval":5}"#;
            return answer("200", &[], body);
        }
        match now.load(Ordering::SeqCst) {
            true => answer(
                "200",
                &[],
                r#"{"access_token":"access-token-1","token_type":"bearer","expires_in":60}"#,
            ),
            false => answer("400", &[], r#"{"error":"authorization_pending"}"#),
        }
    });
    let desk = desk(&[&peer.url()]);
    let (provider, program) = (provider(&peer.url()), program());
    let line = Line {
        egress: &desk.egress,
        system: &system(),
        provider: &provider,
        program: &program,
        clock: &*desk.clock,
    };
    let waiting = line.for_device().await.unwrap();
    assert_eq!(
        (waiting.code(), waiting.address()),
        ("WDJB-MJHT", "https://sign-in.example.com/device")
    );
    let given = line
        .device_tokens(&waiting, |pause| {
            assert_eq!(pause, Duration::from_secs(5));
            allowed.store(true, Ordering::SeqCst);
            std::future::ready(())
        })
        .await
        .unwrap();
    assert_eq!(given.access.expose(), "access-token-1");
    assert_eq!(peer.asked().len(), 3);
}

#[tokio::test]
async fn a_provider_with_words_of_its_own_says_that_it_is_over_too() {
    for (status, body, over) in [
        (
            "400",
            r#"{"status":"BAD_REFRESH_TOKEN","message":"missing or invalid refresh token"}"#,
            true,
        ),
        ("200", r#"{"ok":false,"error":"invalid_refresh_token"}"#, true),
        ("200", r#"{"ok":false,"error":"internal_error"}"#, false),
        ("400", "<html>Bad request</html>", false),
        ("500", r#"{"message":"try later"}"#, false),
        ("400", r#"{"error":"temporarily_unavailable"}"#, false),
    ] {
        let peer = Peer::start(move |_| answer(status, &[], body));
        let desk = desk(&[&peer.url()]);
        let (provider, program) = (provider(&peer.url()), program());
        let line = Line {
            egress: &desk.egress,
            system: &system(),
            provider: &provider,
            program: &program,
            clock: &*desk.clock,
        };
        let refused = line
            .refresh(&tokens("access-token-0", "refresh-token-0", 0))
            .await
            .unwrap_err();
        assert_eq!(refused == Refusal::Over, over, "{body}");
    }
}
