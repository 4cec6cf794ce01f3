//! Forty credentials in six encodings, given back by a hostile system wherever it can put them: in no error, log, contact,
//! outcome or record.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

#[allow(dead_code)]
#[path = "behaviour/desk.rs"]
mod desk;
#[allow(dead_code)]
#[path = "behaviour/peer.rs"]
mod peer;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use domain::Confidentiality;
use integration::egress::{Egress, Host, KeptContacts, Limits, Reach, Surroundings, SystemNames};
use integration::{Cap, HandClock, REDACTED, Redactor, Secret, quiet_targets};
use serde_json::json;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use desk::{connection, effect, perform, system};
use peer::{Peer, answer, notes};

/// What was written, for looking at.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Forty credentials: of every length from 6 on, with every character that encodings treat in a way of their own.
fn canaries() -> Vec<String> {
    let mut numbers = 7_u64;
    let alphabet = b"ABCDEFGHabcdefgh0123456789-._~+/=:%\"\\&?#'<>{}";
    let mut draw = |length: usize| -> String {
        (0..length)
            .map(|_| {
                numbers = numbers
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                char::from(alphabet[(numbers >> 33) as usize % alphabet.len()])
            })
            .collect()
    };
    (0..40)
        .map(|number| format!("{:02}{}", number, draw(8 + number)))
        .collect()
}

fn encodings(value: &str) -> [String; 6] {
    let percent: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let unicode: String = value
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    [
        value.to_owned(),
        BASE64.encode(value.as_bytes()),
        BASE64URL.encode(value.as_bytes()),
        HEXLOWER.encode(value.as_bytes()),
        percent,
        unicode,
    ]
}

#[test]
fn no_credential_in_any_encoding_stands_in_anything_that_is_kept_or_shown() {
    let (bare, scrubbed) = (Paper::default(), Paper::default());
    let redactor = Redactor::default();
    let (to_bare, to_scrubbed, knows) = (bare.clone(), scrubbed.clone(), redactor.clone());
    tracing_subscriber::registry()
        .with(filter_fn(quiet_targets))
        // What the libraries print is not even there before scrubbing.
        .with(
            tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(move || to_bare.clone())
                .with_filter(filter_fn(|record| record.target() != "canaries")),
        )
        .with(
            tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(move || knows.writer(to_scrubbed.clone()))
                .with_filter(LevelFilter::TRACE),
        )
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut sinks, mut shown) = (Vec::new(), 0);
    for canary in canaries() {
        let forms = encodings(&canary);
        for form in &forms {
            sinks.extend(runtime.block_on(everything(&canary, form, &redactor)));
            tracing::error!(target: "canaries", "a careless line with {form} in it");
        }
        let paper = scrubbed.text();
        shown += paper.matches(REDACTED).count();
        for text in sinks.drain(..).chain([paper, bare.text()]) {
            for form in &forms {
                assert!(!text.contains(form.as_str()), "`{form}` stands in: {text}");
            }
        }
        for paper in [&bare, &scrubbed] {
            paper.0.lock().unwrap().clear();
        }
    }
    assert!(shown >= 240, "the careless lines were looked at: {shown}");
}

/// All texts that come out of reading and writing against a system that gives the credential back as `form`.
async fn everything(canary: &str, form: &str, redactor: &Redactor) -> Vec<String> {
    let escaped = json!(form).to_string();
    // Encoded characters of JSON stand as they are, as a hostile system would write them.
    let inside = if form.starts_with("\\u") {
        format!("\"{form}\"")
    } else {
        escaped
    };
    let header = form.to_owned();
    let peer = Peer::start(move |request| {
        let record =
            format!(r#"{{"id": "a", "version": 3, "title": "x", "more": {inside}, "basic": {inside}}}"#);
        let refusal = format!(r#"{{"error": {{"code": "no", "message": {inside}}}}}"#);
        let tag = format!("\"{header}\"");
        match request.lines().next().unwrap_or_default() {
            line if line.contains("/notes/a") => answer("200", &[("ETag", &tag)], &record),
            line if line.contains("/notes/refused") => answer("403", &[], &refusal),
            line if line.contains("/notes/broken") => answer("200", &[], &format!("{inside} is no record")),
            line if line.contains("/notes/search") => answer("429", &[("Retry-After", &header)], &refusal),
            _ => answer("422", &[("ETag", &tag), ("Location", &header)], &refusal),
        }
    });
    let contacts = Arc::new(KeptContacts::default());
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: contacts.clone(),
        clock: Arc::new(HandClock::default()),
        redactor: redactor.clone(),
    };
    let host = Host::parse(&peer.url(), Reach::ThisMachine).unwrap();
    let egress = Arc::new(Egress::open([(system(), host)], Limits::default(), around).unwrap());
    let connection = connection(&peer.url(), &notes(), egress, canary);
    let mut out = vec![format!("{:?}", Secret::new(canary)), format!("{redactor:?}")];
    for id in ["a", "refused", "broken", canary] {
        match connection.record("notes", id).await {
            Ok(record) => out.push(format!("{record:?}")),
            Err(trouble) => out.extend([trouble.to_string(), format!("{trouble:?}")]),
        }
    }
    let made = effect(&connection, "notes.create", json!({"title": "One"}));
    let preview = connection.preview(&made).await.unwrap();
    out.push(format!("{:?}", perform(&connection, &preview, "KEY1").await));
    let change = effect(&connection, "notes.update", json!({"id": "a", "title": "Two"}));
    let preview = connection.preview(&change).await.unwrap();
    out.push(format!("{preview:?}"));
    out.push(format!("{:?}", perform(&connection, &preview, "KEY1").await));
    out.push(format!("{:?}", connection.look_up(&preview.effect, "KEY1").await));
    let nothing = Default::default();
    let searched = connection.read(
        "notes.search",
        &nothing,
        Confidentiality::Internal,
        Cap::default(),
    );
    out.push(format!("{:?}", searched.await));
    let kept = contacts.all();
    assert!(kept.len() >= 8, "{kept:?}");
    out.extend([format!("{kept:?}"), serde_json::to_string(&kept).unwrap()]);
    let asked = peer.asked();
    assert!(
        asked.iter().all(|request| request.contains(canary)),
        "the credential was sent to its system"
    );
    out
}
