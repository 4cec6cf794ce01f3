//! A database as a connected system, against SQLite: what is asked, changed, refused and taken back.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Confidentiality;
use integration::egress::{
    Egress, EgressError, Host, KeptContacts, Limits, MadeUpNames, Reach, Surroundings, SystemNames,
};
use integration::manifest::Manifest;
use integration::{
    Account, Cap, Connection, Credentials, Found, HandClock, Matched, OneCredential, Outcome, Secret, Setup,
    SignIn, Trouble, Url, Verified, sql,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor, Row, SqliteConnection};

use crate::desk::{INES, KEY, effect, perform, system};

const TABLES: &str = "
    create table customers (cust_id integer primary key, cust_no text not null unique, name text not null, city text,
        units integer not null default 0, sla_uptime real, contract text, owner text,
        status text not null default 'A' check (status in ('A', 'L', 'X')),
        changed_at text not null default current_timestamp, row_version integer not null default 1);
    create table orders (order_id integer primary key, cust_id integer not null references customers (cust_id),
        order_no text, ordered text, stage text, title text, amount_eur real, close_date text, row_version integer default 1);
    create table notes (note_id integer primary key, cust_id integer not null references customers (cust_id),
        author text not null, written text not null default current_timestamp, public integer not null default 0,
        body text not null);
    insert into customers (cust_id, cust_no, name, city, units, sla_uptime) values
        (1, 'K-1', 'Halden Logistics AS', 'Halden', 40, 99.9), (2, 'K-2', 'Halden Logistikk Nord AS', 'Narvik', 12, null),
        (3, 'K-3', 'Rauma Freight AS', 'Rauma', 7, 99.0);
    insert into notes (note_id, cust_id, author, body) values (1, 1, 'Ines', 'Called.'), (2, 1, 'Kari', 'Wrote.');
";

/// A file with the tables of the old CRM.
struct Crm {
    folder: tempfile::TempDir,
}

struct NoCredential;

#[async_trait::async_trait]
impl Credentials for NoCredential {
    async fn credential(&self, _: &domain::SystemId) -> Result<Secret, String> {
        Err("a file has none".to_owned())
    }
}

/// The example of the documents.
fn example() -> String {
    std::fs::read_to_string("../../docs/databases/sqlite.yaml").unwrap()
}

impl Crm {
    async fn new() -> Self {
        let own = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(own.file(), "").unwrap();
        own.carry_out(TABLES).await;
        own
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("crm.db")
    }

    async fn open(&self) -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.file());
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// Somebody else at the same file.
    async fn carry_out(&self, sql: &'static str) {
        let mut other = self.open().await;
        other.execute(sqlx::raw_sql(sql)).await.unwrap();
        other.close().await.unwrap();
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let mut other = self.open().await;
        let row = other.fetch_one(sqlx::raw_sql(sql)).await.unwrap();
        other.close().await.unwrap();
        row.get(0)
    }

    fn connected(&self, manifest: &str) -> Connection {
        connection(&self.file(), manifest, Limits::default())
    }
}

fn connection(file: &Path, manifest: &str, limits: Limits) -> Connection {
    let manifest = Manifest::read(manifest).unwrap();
    let around = Surroundings {
        names: Arc::new(SystemNames),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let base: Url = format!("sqlite://{}", file.display()).parse().unwrap();
    let host = Host::by_line(base.as_str(), Reach::ThisMachine).unwrap();
    let line = sql::line(
        &manifest,
        &base,
        None,
        Reach::ThisMachine,
        Arc::clone(&around.names),
    )
    .unwrap();
    let egress = Egress::by_line(system(), host, line, limits, around).unwrap();
    Connection::new(Setup {
        system: system(),
        base,
        account: Account {
            address: INES.to_owned(),
            name: "Ines Okafor".to_owned(),
        },
        description: manifest.describe(&system()).unwrap(),
        egress: Arc::new(egress),
        credentials: Arc::new(NoCredential),
        sign_in: SignIn::Nothing,
        headers: Vec::new(),
    })
}

async fn read(connection: &Connection, operation: &str, arguments: Value) -> Result<Found, Trouble> {
    let arguments: BTreeMap<String, Value> = serde_json::from_value(arguments).unwrap();
    connection
        .read(operation, &arguments, Confidentiality::Internal, Cap::default())
        .await
}

/// The example with an operation put in front of the others.
fn with(operation: &str) -> String {
    example().replacen("operations:\n", &format!("operations:\n{operation}"), 1)
}

fn refused(read: Result<Found, Trouble>) -> (u16, String) {
    match read {
        Err(Trouble::Refused { status, message, .. }) => (status, message),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn words_find_a_customer_and_two_that_are_close_are_a_question() {
    let crm = Crm::new().await;
    let connection = crm.connected(&example());
    let matching = async |words: &str| {
        let found = connection
            .matching("customer", words, Confidentiality::Internal)
            .await;
        match found.unwrap() {
            Matched::One { record, .. } => record.id,
            Matched::Question { candidates } => format!("{} candidates", candidates.len()),
            Matched::Nothing => "nothing".to_owned(),
        }
    };
    assert_eq!(matching("rauma freight").await, "3");
    assert_eq!(matching("2").await, "2");
    assert_eq!(matching("Halden").await, "2 candidates");
    assert_eq!(matching("zzz%' ; --").await, "nothing");
}

#[tokio::test]
async fn a_change_is_seen_beforehand_done_once_read_back_and_taken_back() {
    let crm = Crm::new().await;
    let connection = crm.connected(&example());
    let proposed = effect(
        &connection,
        "customer.update",
        json!({"id": "1", "sla_uptime": 99.5, "city": null}),
    );
    let preview = connection.preview(&proposed).await.unwrap();
    let change = |field: &str| {
        let found = preview
            .changes
            .iter()
            .find(|change| change.field == field)
            .unwrap();
        (found.before.clone(), found.after.clone())
    };
    assert_eq!(preview.changes.len(), 2);
    assert_eq!(change("sla_uptime"), (Some(json!(99.9)), Some(json!(99.5))));
    assert_eq!(change("city").0, Some(json!("Halden")));
    assert!(preview.conditional);
    assert!(
        preview.raw.address.ends_with("/crm.db/customer.update"),
        "{}",
        preview.raw.address
    );
    assert_eq!(preview.raw.condition.as_deref(), Some("\"1\""));
    let Outcome::Done(done) = perform(&connection, &preview, KEY).await else {
        panic!("it is not done");
    };
    let verified = connection.verify(&preview.effect, &done).await.unwrap();
    assert_eq!(
        verified,
        Verified::AsSent {
            version: Some("2".to_owned())
        }
    );
    let after = connection.record("customer", "1").await.unwrap();
    assert_eq!(
        after.fields["name"], "Halden Logistics AS",
        "what was left out stays"
    );
    // The same once more is about a version that is gone.
    let Outcome::Refused { status, why, .. } = perform(&connection, &preview, KEY).await else {
        panic!("it was done twice");
    };
    assert_eq!(
        (status, why.contains("Somebody else")),
        (Some(409), true),
        "{why}"
    );
    let back = effect(
        &connection,
        "customer.update",
        json!({"id": "1", "sla_uptime": 99.9, "city": "Halden"}),
    );
    let back = connection.preview(&back).await.unwrap();
    assert!(matches!(perform(&connection, &back, KEY).await, Outcome::Done(_)));
    assert_eq!(
        crm.number("select row_version from customers where cust_id = 1")
            .await,
        3
    );
}

#[tokio::test]
async fn what_somebody_else_changed_in_between_is_not_written_over() {
    let crm = Crm::new().await;
    let connection = crm.connected(&example());
    let preview = connection
        .preview(&effect(
            &connection,
            "customer.update",
            json!({"id": "3", "name": "Ours"}),
        ))
        .await
        .unwrap();
    crm.carry_out("update customers set name = 'Theirs', row_version = row_version + 1 where cust_id = 3")
        .await;
    let outcome = perform(&connection, &preview, KEY).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                status: Some(409),
                ..
            }
        ),
        "{outcome:?}"
    );
    assert_eq!(
        connection.record("customer", "3").await.unwrap().fields["name"],
        "Theirs"
    );
}

#[tokio::test]
async fn what_is_made_has_its_id_and_what_is_taken_away_is_gone() {
    let crm = Crm::new().await;
    let connection = crm.connected(&example());
    let made = effect(
        &connection,
        "note.create",
        json!({"cust_id": 2, "author": "Ines", "body": "Ask again."}),
    );
    let made = connection.preview(&made).await.unwrap();
    let Outcome::Done(done) = perform(&connection, &made, KEY).await else {
        panic!("it is not made");
    };
    assert_eq!(done.id.as_deref(), Some("3"));
    assert!(matches!(
        connection.verify(&made.effect, &done).await.unwrap(),
        Verified::AsSent { .. }
    ));
    let gone = connection
        .preview(&effect(&connection, "note.delete", json!({"id": "3"})))
        .await
        .unwrap();
    let Outcome::Done(done) = perform(&connection, &gone, KEY).await else {
        panic!("it is not gone");
    };
    assert_eq!(
        connection.verify(&gone.effect, &done).await.unwrap(),
        Verified::AsSent { version: None }
    );
    let again = perform(&connection, &gone, KEY).await;
    assert!(matches!(again, Outcome::Refused { .. }), "{again:?}");
    // What refers to nothing is refused by the database, in its words.
    let orphan = effect(
        &connection,
        "note.create",
        json!({"cust_id": 99, "author": "Ines", "body": "x"}),
    );
    let orphan = connection.preview(&orphan).await.unwrap();
    let Outcome::Refused { status, why, .. } = perform(&connection, &orphan, KEY).await else {
        panic!("it was made");
    };
    assert_eq!(status, Some(422), "{why}");
    assert!(why.contains("FOREIGN KEY"), "{why}");
}

#[tokio::test]
async fn pages_follow_one_another_and_none_is_left_out() {
    let crm = Crm::new().await;
    crm.carry_out(
        "with recursive n(i) as (select 10 union all select i + 1 from n where i < 139)
         insert into notes (note_id, cust_id, author, body) select i, 3, 'x', 'Note ' || i from n;
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 120)
         insert into orders (order_id, cust_id, title) select i, 1 + i % 2, 'Order ' || i from n;",
    )
    .await;
    let connection = crm.connected(&example());
    let notes = read(&connection, "note.search", json!({"cust_id": 3}))
        .await
        .unwrap();
    assert_eq!((notes.records.len(), notes.more), (130, false));
    let orders = read(&connection, "order.search", json!({})).await.unwrap();
    let ids: Vec<u64> = orders.records.iter().map(|own| own.id.parse().unwrap()).collect();
    assert_eq!(ids, (1..=120).collect::<Vec<_>>());
    let cap = Cap {
        records: 60,
        pages: 9,
    };
    let first = connection
        .read("order.search", &BTreeMap::new(), Confidentiality::Internal, cap)
        .await
        .unwrap();
    assert_eq!((first.records.len(), first.more), (60, true));
}

#[tokio::test]
async fn a_read_that_writes_is_refused_by_the_database_itself() {
    let crm = Crm::new().await;
    for statement in [
        "with x as (select 1) insert into notes (cust_id, author, body) select cust_id, 'x', 'x' from customers where cust_id = {id} returning note_id as cust_id",
        "with x as (select 1) update customers set name = 'x' where cust_id = {id} returning cust_id",
        "with x as (select 1) delete from notes where cust_id = {id} returning cust_id",
    ] {
        let text = with(&format!(
            "  customer.peek:\n    summary: Look\n    class: read\n    statement: {statement}\n    arguments: {{id: {{form: integer, role: target}}}}\n"
        ));
        let (status, why) = refused(read(&crm.connected(&text), "customer.peek", json!({"id": 1})).await);
        assert_eq!(status, 403, "{why}");
        assert!(why.contains("declared to read only"), "{why}");
    }
    assert_eq!(crm.number("select count(*) from notes").await, 2);
    assert_eq!(
        crm.number("select count(*) from customers where name = 'x'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_change_of_more_than_was_declared_is_taken_back() {
    let crm = Crm::new().await;
    let text = |changes: &str| {
        with(&format!(
            "  customer.close:\n    summary: Close all of a city\n    class: write\n{changes}    statement: update customers set status = 'X' where name like {{start}} || '%'\n    arguments: {{start: {{required: true}}}}\n"
        ))
    };
    let outcome = async |changes: &str| {
        let connection = crm.connected(&text(changes));
        let close = effect(&connection, "customer.close", json!({"start": "Halden"}));
        perform(&connection, &connection.preview(&close).await.unwrap(), KEY).await
    };
    let Outcome::Refused { status, why, .. } = outcome("").await else {
        panic!("two were changed");
    };
    assert_eq!(
        (status, why.contains("2 records where 1")),
        (Some(422), true),
        "{why}"
    );
    assert_eq!(
        crm.number("select count(*) from customers where status = 'X'")
            .await,
        0
    );
    let two = outcome("    changes: 2\n").await;
    assert!(matches!(two, Outcome::Done(_)), "{two:?}");
    assert_eq!(
        crm.number("select count(*) from customers where status = 'X'")
            .await,
        2
    );
}

#[tokio::test]
async fn what_takes_too_long_is_ended_and_leaves_no_work_behind() {
    let crm = Crm::new().await;
    let text = with(
        "  customer.slow:\n    summary: Count for ever\n    class: read\n    seconds: 1\n    statement: with recursive n(i) as (select {id} union all select i + 1 from n) select count(*) as cust_id from n\n    arguments: {id: {form: integer, role: target}}\n",
    );
    let started = Instant::now();
    let (status, why) = refused(read(&crm.connected(&text), "customer.slow", json!({"id": 1})).await);
    assert_eq!((status, why.contains("longer than 1 s")), (422, true), "{why}");
    assert!(started.elapsed() < Duration::from_secs(20));
    // Nobody holds the file any more.
    crm.carry_out("update customers set units = 1; vacuum").await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_off_and_said_to_be() {
    let crm = Crm::new().await;
    let text = with(
        "  customer.large:\n    summary: A large row\n    class: read\n    statement: select {id} as cust_id, hex(zeroblob(60000)) as much\n    arguments: {id: {form: integer, role: target}}\n",
    );
    let limits = Limits {
        largest: 100_000,
        ..Limits::default()
    };
    let connection = connection(&crm.file(), &text, limits);
    let large = read(&connection, "customer.large", json!({"id": 1}))
        .await
        .unwrap_err();
    assert!(
        matches!(
            large,
            Trouble::Egress(EgressError::TooLarge { limit: 100_000, .. })
        ),
        "{large}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("none.db");
    let gone = connection(&file, &example(), Limits::default());
    let told = read(&gone, "customer.search", json!({})).await.unwrap_err();
    assert!(
        matches!(told, Trouble::Egress(EgressError::Unreached { .. })),
        "{told}"
    );
    let made = effect(
        &gone,
        "note.create",
        json!({"cust_id": 1, "author": "a", "body": "b"}),
    );
    let outcome = perform(&gone, &gone.preview(&made).await.unwrap(), KEY).await;
    assert!(matches!(outcome, Outcome::NotTaken { .. }), "{outcome:?}");
    assert!(!file.exists());
}

#[tokio::test]
async fn who_holds_the_file_is_waited_for_and_then_nothing_is_changed() {
    let crm = Crm::new().await;
    let text = example().replacen(
        "    class: write\n    undo: compensable\n",
        "    class: write\n    seconds: 1\n",
        1,
    );
    let connection = crm.connected(&text);
    let mut other = crm.open().await;
    other.execute(sqlx::raw_sql("begin exclusive")).await.unwrap();
    let made = effect(
        &connection,
        "note.create",
        json!({"cust_id": 1, "author": "a", "body": "b"}),
    );
    let outcome = perform(&connection, &connection.preview(&made).await.unwrap(), KEY).await;
    assert!(matches!(outcome, Outcome::NotTaken { .. }), "{outcome:?}");
    other.execute(sqlx::raw_sql("rollback")).await.unwrap();
    assert_eq!(crm.number("select count(*) from notes").await, 2);
}

/// A connection to a PostgreSQL at this address, by names that are made up.
fn to_postgresql(address: &str, reach: Reach, names: &[(&str, &str)]) -> Connection {
    let text = std::fs::read_to_string("../../docs/databases/postgresql.yaml").unwrap();
    let manifest = Manifest::read(&text).unwrap();
    let name = |(name, leads): &(&str, &str)| ((*name).to_owned(), vec![leads.parse().unwrap()]);
    let around = Surroundings {
        names: Arc::new(MadeUpNames(names.iter().map(name).collect())),
        log: Arc::new(KeptContacts::default()),
        clock: Arc::new(HandClock::default()),
        redactor: Default::default(),
    };
    let base: Url = address.parse().unwrap();
    let host = Host::by_line(base.as_str(), reach).unwrap();
    let line = sql::line(&manifest, &base, Some("ines"), reach, Arc::clone(&around.names)).unwrap();
    let egress = Egress::by_line(system(), host, line, Limits::default(), around).unwrap();
    Connection::new(Setup {
        system: system(),
        base,
        account: Account {
            address: INES.to_owned(),
            name: "Ines Okafor".to_owned(),
        },
        description: manifest.describe(&system()).unwrap(),
        egress: Arc::new(egress),
        credentials: Arc::new(OneCredential(Secret::new("hush-hush"))),
        sign_in: SignIn::Basic("ines".to_owned()),
        headers: Vec::new(),
    })
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let address = format!("postgresql://db.example.com:{port}/crm");
    for reach in [Reach::Public, Reach::Company] {
        let connection = to_postgresql(&address, reach, &[("db.example.com", "127.0.0.1")]);
        let told = read(&connection, "customer.search", json!({})).await.unwrap_err();
        assert!(
            matches!(&told, Trouble::Egress(EgressError::Address { address, .. }) if address == "127.0.0.1"),
            "{told}"
        );
    }
    assert!(listener.accept().is_err(), "nobody came");
}

#[tokio::test]
async fn what_never_reached_a_server_counts_as_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // One that hangs up at once, and then none at all.
    let hangs_up = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let address = format!("postgresql://127.0.0.1:{port}/crm");
    let connection = to_postgresql(&address, Reach::ThisMachine, &[]);
    let made = effect(
        &connection,
        "note.create",
        json!({"cust_id": 1, "author": "a", "body": "b"}),
    );
    let made = connection.preview(&made).await.unwrap();
    for _ in 0..2 {
        let outcome = perform(&connection, &made, KEY).await;
        let Outcome::NotTaken { why, .. } = outcome else {
            panic!("{outcome:?}");
        };
        assert!(!why.contains("hush-hush"), "{why}");
    }
    hangs_up.join().unwrap();
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = vec![
        "'",
        "''",
        "\"",
        "`",
        "\\",
        ";",
        "--",
        "/*",
        "*/",
        "#",
        "\0",
        "\n",
        "\r",
        "\t",
        "%",
        "_",
        "?",
        "?1",
        "$1",
        ":a",
        "@a",
        "{body}",
        "{id?}",
        "); drop table notes; --",
        "' or '1'='1",
        "null",
        "æ",
        "💥",
        "\u{202e}",
        "\u{feff}",
        " ",
        "a",
        "1",
    ];
    prop_oneof![
        prop::collection::vec(prop::sample::select(pieces), 0..10).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

#[test]
fn a_hostile_value_comes_back_as_it_was_and_changes_nothing_else() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let crm = runtime.block_on(Crm::new());
    let connection = crm.connected(&example());
    let count = "select (select count(*) from notes) * 1000 + (select count(*) from customers)";
    proptest!(ProptestConfig::with_cases(300), |(author in hostile(), body in hostile())| {
        let (before, after, record, found) = runtime.block_on(async {
            let before = crm.number(count).await;
            let made = effect(&connection, "note.create", json!({"cust_id": 1, "author": author, "body": body}));
            let made = connection.preview(&made).await.unwrap();
            let Outcome::Done(done) = perform(&connection, &made, KEY).await else { panic!("it was not made") };
            let record = connection.record("note", &done.id.unwrap()).await.unwrap();
            let found = read(&connection, "note.search", json!({"q": body, "cust_id": 1})).await.unwrap();
            (before, crm.number(count).await, record, found)
        });
        prop_assert_eq!(before + 1000, after);
        prop_assert_eq!(record.fields["author"].as_str(), Some(author.as_str()));
        prop_assert_eq!(record.fields["body"].as_str(), Some(body.as_str()));
        // The search compares, and understands nothing; a NUL ends a text for its functions.
        prop_assert!(body.contains('\0') || found.more || found.records.iter().any(|own| own.id == record.id));
    });
}
