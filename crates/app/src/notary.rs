//! Signs the audit's head while a workspace is open, and gives what was signed to the anchor.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use experience::AnchorPlace;
use governance::audit::{Anchor, AnchorTrouble, Broken, Head, SignedHead, Signer, Verifier, Why};
use governance::{SecretStore, SecretTrouble};
use integration::Webhook;
use integration::egress::Surroundings;
use serde::{Deserialize, Serialize};
use storage::{FileAnchor, Ledger, LedgerError};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// The name of the key in the keyring.
pub const KEY: &str = "audit key";
/// Heads are signed so often while there are new rows: at least every minute, with some seconds for a slow keyring.
pub const OFTEN: Duration = Duration::from_secs(45);
/// A keyring that the person did not open is left in peace so long: each question puts a window before them.
const REST: Duration = Duration::from_secs(15 * 60);
/// Where the anchor is, in the ledger's settings.
const ANCHOR: &str = "audit_anchor";
/// Number of the last row that it has.
const ANCHORED: &str = "audit_anchored";
/// Since when it is left in peace, and why.
const RESTING: &str = "audit_anchor_rest";
/// How long an address that took nothing is left in peace, in milliseconds; each time it fails again twice as long.
const FIRST_REST: i64 = 60_000;
/// The longest of these times.
const LONGEST_REST: i64 = 3_600_000;
/// So many heads are sent to an address in one go; what is left follows at the next time.
const AT_ONCE: usize = 100;
/// Rows that are looked at in one go.
const SOME: u32 = 2_000;

/// Signs heads; cheap to clone.
#[derive(Clone)]
pub struct Notary {
    ledger: Ledger,
    secrets: Arc<dyn SecretStore>,
    /// What an address needs; without it nothing is sent.
    around: Option<Surroundings>,
    state: Arc<Mutex<State>>,
}

/// An address that took nothing. It is kept in the ledger, so that neither the next process asks it again at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rest {
    place: String,
    why: String,
    failures: u32,
    /// In milliseconds since 1970.
    until: i64,
}

#[derive(Default)]
struct State {
    signer: Option<Signer>,
    /// Since when the keyring stays closed, and why.
    closed: Option<(Instant, SecretTrouble)>,
}

/// Why a head was not signed, or not anchored.
#[derive(Debug, thiserror::Error)]
pub enum Unsigned {
    /// The keyring does not work.
    #[error("no head of the audit is signed. {0} {fix}", fix = .0.fix())]
    Keyring(#[from] SecretTrouble),
    /// What is in the keyring is no key, or none could be made.
    #[error("no head of the audit is signed: {0}")]
    Key(String),
    /// What would be signed does not hold.
    #[error("no head of the audit is signed, since what it stands for does not hold: {0}")]
    Broken(#[from] Broken),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The anchor took nothing; the head is kept and given to it later.
    #[error(transparent)]
    Anchor(#[from] AnchorTrouble),
}

impl Notary {
    /// For the audit in this ledger, with the key in this keyring.
    pub fn new(ledger: Ledger, secrets: Arc<dyn SecretStore>) -> Self {
        Self {
            ledger,
            secrets,
            around: None,
            state: Arc::default(),
        }
    }

    /// The same, which can also send heads to an address.
    pub fn with_way_out(mut self, around: Surroundings) -> Self {
        self.around = Some(around);
        self
    }

    /// Signs the head if there are new rows, `at` in milliseconds since 1970, and gives the anchor what it does not have
    /// yet.
    ///
    /// # Errors
    /// Why that was not possible; nothing else depends on it.
    pub async fn sign(&self, at: i64) -> Result<(), Unsigned> {
        let mut state = self.state.lock().await;
        let last = self.ledger.last_head().await?.map(|signed| signed.head());
        let last = last.unwrap_or_default();
        let head = self.since(last).await?;
        if head.seq > last.seq {
            let signed = self.signer(&mut state).await?.sign(head, at);
            self.ledger.add_head(&signed).await?;
        }
        self.deliver(at).await
    }

    /// The head, if every row after `last` holds: what was changed meanwhile behind the program is never vouched for.
    async fn since(&self, last: Head) -> Result<Head, Unsigned> {
        let now = self.ledger.head().await?;
        let why = match now.seq {
            seq if seq < last.seq => Some((seq + 1, Why::Missing)),
            seq if seq == last.seq && now.hash != last.hash => Some((seq, Why::Replaced)),
            _ => None,
        };
        if let Some((row, why)) = why {
            return Err(Broken { row, why }.into());
        }
        let mut verifier = Verifier::after(last);
        loop {
            let rows = self.ledger.audit_after(verifier.head().seq, SOME).await?;
            if rows.is_empty() {
                return Ok(verifier.head());
            }
            for row in rows {
                verifier.row(&row)?;
            }
        }
    }

    /// The key in the keyring, made when there is none.
    async fn signer<'a>(&self, state: &'a mut State) -> Result<&'a Signer, Unsigned> {
        if state.signer.is_none() {
            if let Some((since, trouble)) = &state.closed
                && since.elapsed() < REST
            {
                return Err(trouble.clone().into());
            }
            let fetched = self.fetch().await;
            state.closed = match &fetched {
                Err(Unsigned::Keyring(trouble @ (SecretTrouble::Locked(_) | SecretTrouble::Late(_)))) => {
                    Some((Instant::now(), trouble.clone()))
                }
                _ => None,
            };
            state.signer = Some(fetched?);
        }
        let none = || Unsigned::Key("there is no key".to_owned());
        state.signer.as_ref().ok_or_else(none)
    }

    async fn fetch(&self) -> Result<Signer, Unsigned> {
        let unreadable = |error: &dyn std::fmt::Display| Unsigned::Key(error.to_string());
        if let Some(secret) = self.secrets.get(KEY).await? {
            return Signer::from_secret(&secret).map_err(|error| unreadable(&error));
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| unreadable(&error))?;
        let signer = Signer::of(&seed);
        self.secrets.set(KEY, &signer.secret()).await?;
        // A keyring that forgets would give every head another key.
        match self.secrets.get(KEY).await? {
            Some(kept) if kept.expose() == signer.secret().expose() => Ok(signer),
            _ => Err(Unsigned::Key("the keyring did not keep the key".to_owned())),
        }
    }

    async fn deliver(&self, at: i64) -> Result<(), Unsigned> {
        let Some(place) = self.anchor().await? else {
            return Ok(());
        };
        let heads = self.ledger.heads_after(self.anchored().await?).await?;
        let Some(newest) = heads.last() else {
            return Ok(());
        };
        match place {
            AnchorPlace::File(path) => {
                FileAnchor(path).keep(&heads).await?;
                self.has_up_to(newest).await
            }
            AnchorPlace::Web(address) => self.send(&address, &heads, at).await,
        }
    }

    /// Sends heads to an address, unless it rests. What it took is written down head by head: none is lost, and at worst
    /// one is sent twice.
    async fn send(&self, address: &str, heads: &[SignedHead], at: i64) -> Result<(), Unsigned> {
        let before = self.rest().await?;
        if let Some(rest) = &before
            && at < rest.until
            && rest.until - at <= LONGEST_REST
        {
            return Err(rest.trouble().into());
        }
        let sent = self.send_each(address, heads).await;
        let after = match &sent {
            Err(Unsigned::Anchor(trouble)) => {
                let failures = before.as_ref().map_or(0, |rest| rest.failures).saturating_add(1);
                let rest = FIRST_REST.saturating_mul(1 << (failures - 1).min(10));
                let rest = Rest {
                    place: trouble.place.clone(),
                    why: trouble.why.clone(),
                    failures,
                    until: at.saturating_add(rest.min(LONGEST_REST)),
                };
                serde_json::to_string(&rest).map_err(LedgerError::from)?
            }
            _ => String::new(),
        };
        if before.is_some() || !after.is_empty() {
            self.ledger.set_setting(RESTING, &after).await?;
        }
        sent
    }

    async fn send_each(&self, address: &str, heads: &[SignedHead]) -> Result<(), Unsigned> {
        let trouble = |why: String| AnchorTrouble {
            place: address.to_owned(),
            why,
        };
        let around = self.around.clone();
        let around = around.ok_or_else(|| trouble("this process sends nothing".to_owned()))?;
        let anchor = Webhook::open(address, around).map_err(|error| trouble(error.to_string()))?;
        for head in heads.iter().take(AT_ONCE) {
            anchor.keep(std::slice::from_ref(head)).await?;
            self.has_up_to(head).await?;
        }
        Ok(())
    }

    async fn has_up_to(&self, head: &SignedHead) -> Result<(), Unsigned> {
        Ok(self.ledger.set_setting(ANCHORED, &head.seq.to_string()).await?)
    }

    async fn rest(&self) -> Result<Option<Rest>, LedgerError> {
        let stored = self.ledger.setting(RESTING).await?;
        Ok(stored.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Why an address took nothing when it was asked last.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn anchor_trouble(&self) -> Result<Option<AnchorTrouble>, LedgerError> {
        Ok(self.rest().await?.map(|rest| rest.trouble()))
    }

    /// The way out, where there is one.
    pub fn way_out(&self) -> Option<Surroundings> {
        self.around.clone()
    }

    /// The key with which heads are signed; `None` while there is none.
    ///
    /// # Errors
    /// When the keyring does not work, or what is in it is no key.
    pub async fn key(&self) -> Result<Option<String>, Unsigned> {
        let state = self.state.lock().await;
        if let Some(signer) = &state.signer {
            return Ok(Some(signer.key()));
        }
        if let Some((_, trouble)) = &state.closed {
            return Err(trouble.clone().into());
        }
        let secret = self.secrets.get(KEY).await?;
        let signer = secret.map(|secret| Signer::from_secret(&secret)).transpose();
        let signer = signer.map_err(|error| Unsigned::Key(error.to_string()))?;
        Ok(signer.map(|signer| signer.key()))
    }

    /// Every head that was signed, oldest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn heads(&self) -> Result<Vec<SignedHead>, LedgerError> {
        self.ledger.heads_after(0).await
    }

    /// The file or address that is the anchor.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn anchor(&self) -> Result<Option<AnchorPlace>, LedgerError> {
        let stored = self.ledger.setting(ANCHOR).await?;
        let place = |text: String| match AnchorPlace::is_address(&text) {
            true => AnchorPlace::Web(text),
            // Always absolute, so that it is never taken for an address.
            false => AnchorPlace::File(PathBuf::from(text)),
        };
        Ok(stored.filter(|text| !text.is_empty()).map(place))
    }

    /// Number of the last row that the anchor has.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn anchored(&self) -> Result<u64, LedgerError> {
        let stored = self.ledger.setting(ANCHORED).await?;
        Ok(stored.and_then(|seq| seq.parse().ok()).unwrap_or_default())
    }

    /// Chooses another anchor, or none. It is given the newest head there is.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn set_anchor(&self, place: Option<&AnchorPlace>) -> Result<(), LedgerError> {
        let _state = self.state.lock().await;
        let newest = self.ledger.last_head().await?.map_or(0, |signed| signed.seq);
        let text = match place {
            Some(AnchorPlace::File(path)) => path.to_string_lossy().into_owned(),
            Some(AnchorPlace::Web(address)) => address.clone(),
            None => String::new(),
        };
        self.ledger.set_setting(RESTING, "").await?;
        // In this order: cut off between the two, the old anchor is given a head again, which says nothing new.
        self.ledger
            .set_setting(ANCHORED, &newest.saturating_sub(1).to_string())
            .await?;
        self.ledger.set_setting(ANCHOR, &text).await
    }
}

impl Rest {
    fn trouble(&self) -> AnchorTrouble {
        AnchorTrouble {
            place: self.place.clone(),
            why: self.why.clone(),
        }
    }
}

/// Signs whenever there are new rows, so often, until stopped. What fails is told once.
pub async fn keep_signing(notary: Notary, often: Duration, stop: CancellationToken) {
    let mut told = String::new();
    loop {
        let trouble = match notary.sign(now()).await {
            Ok(()) => String::new(),
            Err(unsigned) => unsigned.to_string(),
        };
        if !trouble.is_empty() && trouble != told {
            tracing::warn!("{trouble}");
        }
        told = trouble;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(often) => {}
        }
    }
}

/// Milliseconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use governance::audit::Anchored;
    use governance::secrets::KeptSecrets;
    use storage::Note;

    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        ledger: Ledger,
        secrets: Arc<KeptSecrets>,
        notary: Notary,
    }

    async fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).await.unwrap();
        let secrets = Arc::new(KeptSecrets::default());
        let notary = Notary::new(ledger.clone(), secrets.clone());
        Place {
            folder,
            ledger,
            secrets,
            notary,
        }
    }

    impl Place {
        async fn note(&self) -> Head {
            let note = Note {
                at: 1,
                kind: "test",
                details: serde_json::Map::new(),
            };
            self.ledger.note(note).await.unwrap()
        }

        /// Another process with the same ledger and keyring.
        fn again(&self) -> Notary {
            Notary::new(self.ledger.clone(), self.secrets.clone())
        }
    }

    #[tokio::test]
    async fn new_rows_are_signed_once_with_one_key_over_all_starts() {
        let place = place().await;
        place.notary.sign(5).await.unwrap();
        assert_eq!(place.notary.heads().await.unwrap(), []);
        place.note().await;
        let last = place.note().await;
        place.notary.sign(6).await.unwrap();
        place.notary.sign(7).await.unwrap();
        let heads = place.notary.heads().await.unwrap();
        assert_eq!((heads.len(), heads[0].head(), heads[0].at), (1, last, 6));
        place.note().await;
        place.again().sign(8).await.unwrap();
        let heads = place.notary.heads().await.unwrap();
        let key = place.again().key().await.unwrap().unwrap();
        assert_eq!(heads.len(), 2);
        assert!(
            heads
                .iter()
                .all(|head| head.wrong(std::slice::from_ref(&key)).is_none())
        );
    }

    #[tokio::test]
    async fn while_a_workspace_is_open_new_rows_are_signed_by_themselves() {
        assert!(OFTEN < Duration::from_secs(60));
        let place = place().await;
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep_signing(
            place.notary.clone(),
            Duration::from_millis(1),
            stop.clone(),
        ));
        for rows in 1..=3 {
            place.note().await;
            while place.notary.heads().await.unwrap().last().map(|head| head.seq) != Some(rows) {
                tokio::task::yield_now().await;
            }
        }
        stop.cancel();
        task.await.unwrap();
    }

    #[tokio::test]
    async fn without_a_keyring_nothing_is_signed_and_it_is_made_up_for_later() {
        let place = place().await;
        let last = place.note().await;
        place
            .secrets
            .fail(Some(SecretTrouble::Absent("there is no bus".to_owned())));
        let told = place.notary.sign(5).await.unwrap_err().to_string();
        assert!(
            told.contains("no head of the audit is signed") && told.contains("gnome-keyring"),
            "{told}"
        );
        assert_eq!(place.notary.heads().await.unwrap(), []);
        place.secrets.fail(None);
        place.notary.sign(6).await.unwrap();
        assert_eq!(place.notary.heads().await.unwrap()[0].head(), last);
    }

    #[tokio::test]
    async fn a_keyring_that_stayed_locked_is_not_asked_again_at_once() {
        let place = place().await;
        place.note().await;
        place
            .secrets
            .fail(Some(SecretTrouble::Locked("no password".to_owned())));
        assert!(place.notary.sign(5).await.is_err());
        place.secrets.fail(None);
        assert!(place.notary.sign(6).await.is_err());
        place.again().sign(7).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_in_the_keyring_and_is_no_key_is_neither_used_nor_replaced() {
        let place = place().await;
        place.note().await;
        let other = domain::Secret::new("somebody else's");
        place.secrets.set(KEY, &other).await.unwrap();
        assert!(matches!(place.notary.sign(5).await, Err(Unsigned::Key(_))));
        let kept = place.secrets.get(KEY).await.unwrap().unwrap();
        assert_eq!(kept.expose(), other.expose());
    }

    #[tokio::test]
    async fn the_anchor_has_every_head_from_when_it_was_chosen_and_what_it_missed() {
        let place = place().await;
        let file = place.folder.path().join("elsewhere/anchor.jsonl");
        place.note().await;
        place.notary.sign(1).await.unwrap();
        place.note().await;
        place.notary.sign(2).await.unwrap();
        let anchor = AnchorPlace::File(file.clone());
        place.notary.set_anchor(Some(&anchor)).await.unwrap();
        place.note().await;
        // Its folder is not there yet; the head is signed all the same.
        assert!(matches!(place.notary.sign(3).await, Err(Unsigned::Anchor(_))));
        std::fs::create_dir(file.parent().unwrap()).unwrap();
        place.again().sign(4).await.unwrap();
        let heads = place.notary.heads().await.unwrap();
        let read = Anchored::read(&std::fs::read_to_string(&file).unwrap());
        assert_eq!(read.heads, heads[1..]);
        assert_eq!(place.notary.anchored().await.unwrap(), 3);
        place.notary.set_anchor(None).await.unwrap();
        place.note().await;
        place.notary.sign(5).await.unwrap();
        assert_eq!(Anchored::read(&std::fs::read_to_string(&file).unwrap()), read);
    }

    /// An address on this machine that answers with these statuses, the last one for good, and tells what it was sent.
    fn receiver(statuses: &'static [u16]) -> (String, std::sync::mpsc::Receiver<(String, SignedHead)>) {
        use std::io::{BufRead as _, BufReader, Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/heads?of=us", listener.local_addr().unwrap());
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for place in 0.. {
                let mut stream = BufReader::new(listener.accept().unwrap().0);
                let (mut first, mut length) = (String::new(), 0);
                stream.read_line(&mut first).unwrap();
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).unwrap();
                    match line.trim_end().to_lowercase().split_once(": ") {
                        Some(("content-length", value)) => length = value.parse().unwrap(),
                        Some(_) => {}
                        None => break,
                    }
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).unwrap();
                let status = statuses[place.min(statuses.len() - 1)];
                tell.send((first, serde_json::from_slice(&body).unwrap()))
                    .unwrap();
                let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        (address, told)
    }

    #[derive(Default)]
    struct Contacts(std::sync::Mutex<Vec<integration::egress::Contact>>);

    impl integration::egress::EgressLog for Contacts {
        fn contacted(&self, contact: integration::egress::Contact) {
            self.0.lock().unwrap().push(contact);
        }
    }

    impl Place {
        /// The same, anchored at an address.
        async fn anchored(&self, address: String) -> (Notary, Arc<Contacts>) {
            let contacts = Arc::new(Contacts::default());
            let notary = self.again().with_way_out(Surroundings {
                names: Arc::new(integration::egress::SystemNames),
                log: contacts.clone(),
                clock: Arc::new(integration::MachineClock::start()),
                redactor: integration::Redactor::default(),
            });
            let anchor = AnchorPlace::Web(address);
            notary.set_anchor(Some(&anchor)).await.unwrap();
            (notary, contacts)
        }
    }

    #[tokio::test]
    async fn an_address_is_sent_each_head_once_and_is_among_the_contacts() {
        let place = place().await;
        let (address, told) = receiver(&[200, 204]);
        let (notary, contacts) = place.anchored(address).await;
        for at in 1..=3 {
            place.note().await;
            notary.sign(at).await.unwrap();
            notary.sign(at).await.unwrap();
        }
        let heads = notary.heads().await.unwrap();
        let sent: Vec<(String, SignedHead)> = told.try_iter().collect();
        assert!(
            sent.iter()
                .all(|(first, _)| first.starts_with("POST /heads?of=us ")),
            "{sent:?}"
        );
        assert_eq!(sent.into_iter().map(|(_, head)| head).collect::<Vec<_>>(), heads);
        assert_eq!(notary.anchored().await.unwrap(), 3);
        let contacts = contacts.0.lock().unwrap();
        let purpose = integration::egress::Purpose::Anchor;
        assert_eq!(contacts.len(), 3);
        assert!(
            contacts
                .iter()
                .all(|contact| contact.purpose == purpose && contact.path == "/heads")
        );
    }

    #[tokio::test]
    async fn an_address_that_fails_rests_is_told_and_is_sent_what_it_missed() {
        let place = place().await;
        let (address, told) = receiver(&[200, 503, 307, 200]);
        let (notary, _) = place.anchored(address).await;
        place.note().await;
        notary.sign(0).await.unwrap();
        place.note().await;
        // The head is signed all the same.
        assert!(matches!(notary.sign(1).await, Err(Unsigned::Anchor(_))));
        let trouble = notary.anchor_trouble().await.unwrap().unwrap().to_string();
        assert!(
            trouble.contains("status 503") && !trouble.contains("of=us"),
            "{trouble}"
        );
        place.note().await;
        assert!(notary.sign(FIRST_REST).await.is_err());
        assert_eq!(told.try_iter().count(), 2, "it rests, for other processes too");
        // A redirect is followed nowhere, and the second rest is longer.
        assert!(notary.sign(FIRST_REST + 1).await.is_err());
        assert!(notary.sign(FIRST_REST * 2 + 1).await.is_err());
        assert_eq!(told.try_iter().count(), 1);
        assert_eq!(notary.heads().await.unwrap().len(), 3);
        notary.sign(FIRST_REST * 3 + 1).await.unwrap();
        let sent: Vec<u64> = told.try_iter().map(|(_, head)| head.seq).collect();
        assert_eq!(sent, [2, 3]);
        assert_eq!(notary.anchor_trouble().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_head_over_a_row_that_was_changed_is_never_signed() {
        let place = place().await;
        for _ in 0..2 {
            place.note().await;
        }
        place.notary.sign(1).await.unwrap();
        let details = [("n".to_owned(), 3.into())].into_iter().collect();
        let note = Note {
            at: 1,
            kind: "test",
            details,
        };
        place.ledger.note(note).await.unwrap();
        let file = place.folder.path().join("ledger.sqlite");
        place.ledger.clone().close().await;
        let mut bytes = std::fs::read(&file).unwrap();
        let at = bytes.windows(5).position(|window| window == b"\"n\":3").unwrap();
        bytes[at + 4] = b'7';
        std::fs::write(&file, bytes).unwrap();
        let ledger = Ledger::open(&file).await.unwrap();
        let refused = Notary::new(ledger, place.secrets.clone())
            .sign(2)
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, Unsigned::Broken(broken) if broken.row == 3),
            "{refused}"
        );
    }
}
