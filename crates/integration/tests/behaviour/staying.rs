//! Staying signed in: a token is renewed once for all who want it, and what the provider gave is not lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::Secret;
use integration::oauth::{InMemory, Keeping, Kept, SignedIn, Standing};
use integration::{Clock, Credentials, Outcome};
use serde_json::json;

use crate::desk::{KEY, effect, perform, system};
use crate::peer::{Peer, answer, notes};
use crate::signing::{Desk, HOUR, desk, provider, tokens};

/// A provider that rotates: every refresh token counts once. It counts what it was asked.
fn rotating() -> (Peer, Arc<AtomicUsize>) {
    let given = Arc::new(AtomicUsize::new(0));
    let count = given.clone();
    let peer = Peer::start(move |request| {
        let now = count.load(Ordering::SeqCst);
        match request.ends_with(&format!(
            "refresh_token=refresh-token-{now}&client_id=attache-test&resource=https%3A%2F%2Fapi.example.com"
        )) {
            true => {
                let next = count.fetch_add(1, Ordering::SeqCst) + 1;
                let body = json!({"access_token": format!("access-token-{next}"), "token_type": "Bearer", "expires_in": 3600,
                    "refresh_token": format!("refresh-token-{next}")});
                answer("200", &[], &body.to_string())
            }
            false => answer("400", &[], r#"{"error":"invalid_grant"}"#),
        }
    });
    (peer, given)
}

fn signed_in(desk: &Desk, base: &str, keeping: &Arc<InMemory>) -> SignedIn {
    let keeping: Arc<dyn Keeping> = keeping.clone();
    SignedIn::new(
        system(),
        provider(base),
        "attache-test".to_owned(),
        desk.egress.clone(),
        desk.clock.clone(),
        keeping,
    )
}

async fn token(signed: &SignedIn) -> Result<String, String> {
    signed
        .credential(&system())
        .await
        .map(|secret| secret.expose().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_calls_at_the_end_of_a_token_cause_one_refresh() {
    let (peer, _) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let here = signed_in(&desk, &peer.url(), &keeping);
    here.begin(&Kept {
        secret: None,
        tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
    })
    .await
    .unwrap();
    // Another process with the same sign-in.
    let there = signed_in(&desk, &peer.url(), &keeping);
    assert_eq!(token(&there).await.unwrap(), "access-token-0");
    desk.clock.pass(3_590_000);
    let calls: Vec<_> = (0..50)
        .map(|call| {
            let signed = if call % 2 == 0 {
                here.clone()
            } else {
                there.clone()
            };
            tokio::spawn(async move { token(&signed).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), "access-token-1");
    }
    assert_eq!(peer.asked().len(), 1);
    assert_eq!(keeping.all.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_sign_in_that_is_over_is_asked_for_once_and_the_provider_not_again() {
    let (peer, _) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let signed = signed_in(&desk, &peer.url(), &keeping);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "stolen-token", desk.clock.wall())),
        })
        .await
        .unwrap();
    desk.clock.pass(3_600_000);
    for _ in 0..3 {
        assert!(token(&signed).await.unwrap_err().contains("sign in again"));
    }
    assert_eq!(signed.standing().await.unwrap(), Standing::Out);
    // Nor after the program was started anew.
    assert!(token(&signed_in(&desk, &peer.url(), &keeping)).await.is_err());
    assert_eq!(peer.asked().len(), 1);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
        })
        .await
        .unwrap();
    assert_eq!(token(&signed).await.unwrap(), "access-token-0");
}

#[tokio::test]
async fn a_provider_that_can_not_be_reached_costs_no_sign_in() {
    let well = Arc::new(AtomicBool::new(false));
    let now = well.clone();
    let peer = Peer::start(move |_| match now.load(Ordering::SeqCst) {
        true => answer(
            "200",
            &[],
            r#"{"access_token":"access-token-1","token_type":"bearer"}"#,
        ),
        false => answer("502", &[], "<html>Bad gateway</html>"),
    });
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let signed = signed_in(&desk, &peer.url(), &keeping);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
        })
        .await
        .unwrap();
    desk.clock.pass(3_600_000);
    assert!(token(&signed).await.unwrap_err().contains("gave no new token"));
    well.store(true, Ordering::SeqCst);
    assert_eq!(token(&signed).await.unwrap(), "access-token-1");
    // The provider gave no new refresh token: the old one stays.
    let kept = keeping.read().await.unwrap().unwrap().tokens.unwrap();
    assert_eq!(kept.refresh.unwrap().expose(), "refresh-token-0");
}

#[tokio::test]
async fn who_does_not_wait_for_a_refresh_loses_nothing_of_it() {
    let (peer, given) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let signed = signed_in(&desk, &peer.url(), &keeping);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
        })
        .await
        .unwrap();
    desk.clock.pass(3_600_000);
    // Another one holds it while the caller goes away in the middle.
    let held = keeping.hold().await.unwrap();
    let call = tokio::time::timeout(Duration::ZERO, token(&signed)).await;
    assert!(call.is_err());
    drop(held);
    signed.rest().await;
    assert_eq!(token(&signed).await.unwrap(), "access-token-1");
    assert_eq!(given.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn new_tokens_that_could_not_be_kept_are_used_and_kept_the_next_time() {
    let (peer, _) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let signed = signed_in(&desk, &peer.url(), &keeping);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
        })
        .await
        .unwrap();
    desk.clock.pass(3_600_000);
    keeping.broken.store(true, Ordering::SeqCst);
    assert_eq!(token(&signed).await.unwrap(), "access-token-1");
    keeping.broken.store(false, Ordering::SeqCst);
    assert_eq!(token(&signed).await.unwrap(), "access-token-1");
    let kept = keeping.read().await.unwrap().unwrap().tokens.unwrap();
    assert_eq!(kept.refresh.unwrap().expose(), "refresh-token-1");
    assert_eq!(peer.asked().len(), 1);
}

#[tokio::test]
async fn a_token_that_the_system_refuses_is_renewed_once_and_not_for_every_request() {
    let (peer, _) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let signed = signed_in(&desk, &peer.url(), &keeping);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
        })
        .await
        .unwrap();
    let refuse = async |token: &str| signed.refused(&system(), &Secret::new(token)).await;
    assert!(refuse("access-token-0").await);
    assert!(
        refuse("access-token-0").await,
        "somebody else was slower: there is a new one"
    );
    assert!(!refuse("access-token-1").await);
    assert_eq!(peer.asked().len(), 1);
    desk.clock.pass(60_000);
    assert!(refuse("access-token-1").await);
    assert_eq!(token(&signed).await.unwrap(), "access-token-2");
}

#[tokio::test]
async fn a_clock_that_was_set_back_renews_instead_of_trusting() {
    let (peer, _) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let signed = signed_in(&desk, &peer.url(), &keeping);
    signed
        .begin(&Kept {
            secret: None,
            tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
        })
        .await
        .unwrap();
    desk.clock.jump(-30_000);
    assert_eq!(
        token(&signed).await.unwrap(),
        "access-token-0",
        "a little is nothing"
    );
    desk.clock.jump(-24 * HOUR);
    assert_eq!(token(&signed).await.unwrap(), "access-token-1");
    assert_eq!(token(&signed).await.unwrap(), "access-token-1");
    assert_eq!(peer.asked().len(), 1);
}

#[tokio::test]
async fn signing_out_is_told_to_the_provider_and_forgotten_here_even_if_that_fails() {
    for status in ["200", "500"] {
        let peer = Peer::start(move |_| answer(status, &[], ""));
        let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
        let signed = signed_in(&desk, &peer.url(), &keeping);
        signed
            .begin(&Kept {
                secret: None,
                tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
            })
            .await
            .unwrap();
        let why = signed.end().await.unwrap();
        assert_eq!(why.is_some(), status == "500", "{why:?}");
        assert!(
            peer.asked()[0].contains("POST /revoke") && peer.asked()[0].contains("token=refresh-token-0")
        );
        assert!(keeping.read().await.unwrap().is_none());
        assert!(token(&signed).await.is_err());
    }
}

#[tokio::test]
async fn a_read_that_is_refused_is_asked_again_with_a_new_token_and_a_write_never() {
    let system_here = Peer::start(
        |request| match request.contains("authorization: Bearer access-token-1") {
            true => answer("200", &[], r#"{"id": "a", "version": 1, "title": "One"}"#),
            false => answer("401", &[], r#"{"message": "The token counts no more."}"#),
        },
    );
    let (peer, _) = rotating();
    let (desk, keeping) = (desk(&[&peer.url()]), Arc::new(InMemory::default()));
    let start = async || {
        let signed = signed_in(&desk, &peer.url(), &keeping);
        signed
            .begin(&Kept {
                secret: None,
                tokens: Some(tokens("access-token-0", "refresh-token-0", desk.clock.wall())),
            })
            .await
            .unwrap();
        signed
    };
    let connection = crate::desk::connected_by(&system_here.url(), &notes(), Arc::new(start().await));
    // A write is refused and not sent again; its token is renewed for the next one.
    let made = effect(&connection, "notes.create", json!({"title": "One"}));
    let preview = connection.preview(&made).await.unwrap();
    let outcome = perform(&connection, &preview, KEY).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                status: Some(401),
                ..
            }
        ),
        "{outcome:?}"
    );
    assert_eq!(system_here.asked().len(), 1);
    assert_eq!(connection.record("notes", "a").await.unwrap().id, "a");
    assert_eq!((system_here.asked().len(), peer.asked().len()), (2, 1));
    // Nothing of the provider's reaches the system, nor the other way round.
    assert!(
        system_here
            .asked()
            .iter()
            .all(|asked| !asked.contains("refresh-token"))
    );
    assert!(peer.asked().iter().all(|asked| !asked.contains("access-token")));

    let (peer, _) = rotating();
    let (system_there, other) = (
        Peer::start(
            |request| match request.contains("authorization: Bearer access-token-1") {
                true => answer("200", &[], r#"{"id": "a", "version": 1, "title": "One"}"#),
                false => answer("401", &[], "{}"),
            },
        ),
        Arc::new(InMemory::default()),
    );
    let there = crate::signing::desk(&[&peer.url()]);
    let signed = signed_in(&there, &peer.url(), &other);
    let kept = Kept {
        secret: None,
        tokens: Some(tokens("access-token-0", "refresh-token-0", there.clock.wall())),
    };
    signed.begin(&kept).await.unwrap();
    let connection = crate::desk::connected_by(&system_there.url(), &notes(), Arc::new(signed));
    assert_eq!(connection.record("notes", "a").await.unwrap().id, "a");
    assert_eq!((system_there.asked().len(), peer.asked().len()), (2, 1));
}
