//! Databases on real servers: PostgreSQL and MariaDB.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use experience::Failure;
use experience::commands::{CallRequest, Called, Command as _, ConnectRequest, SystemCall, SystemConnect};
use futures_util::StreamExt;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, MySqlConnection, PgConnection, raw_sql};

use crate::{Desk, Peer, files_with, told};

/// What is special about a database.
#[derive(Clone, Copy)]
struct Kind {
    peer: &'static str,
    /// The example of the documents.
    example: &'static str,
    scheme: &'static str,
    /// A statement that takes ever so long, and one that does so before it changes a record.
    slow: &'static str,
    slow_change: &'static str,
    /// Reads that would change something.
    writing_reads: &'static [&'static str],
    /// Every type that people use, and what it is shown as.
    types: &'static str,
}

const POSTGRESQL: Kind = Kind {
    peer: "postgresql",
    example: "postgresql",
    scheme: "postgresql",
    slow: "select {id} as cust_id, pg_sleep(60)::text as slept",
    slow_change: "update customers set city = 'Nowhere' where cust_id = {id} and pg_sleep(60) is not null",
    writing_reads: &[
        "with x as (update customers set city = 'Nowhere' where cust_id = {id} returning cust_id) select cust_id from x",
        "select {id} as cust_id, nextval('notes_note_id_seq') as next",
        "select {id} as cust_id, set_config('transaction_read_only', 'off', false) as off",
        "select {id} as cust_id from customers for update",
    ],
    types: "select {id} as cust_id, cast(9007199254740993 as bigint) as large, cast(99.50 as numeric(5,2)) as exact, \
        cast(-0.00012 as numeric) as small, cast(10000 as numeric) as round, cast('NaN' as numeric) as nan, \
        cast(12345678901234567.89 as numeric) as precise, cast(1.5 as real) as single, cast('2026-09-24' as date) as day, \
        cast('2026-09-24 06:00:00.5' as timestamp) as local, cast('2026-09-24 08:00:00+02' as timestamptz) as at, \
        cast('infinity' as timestamptz) as ever, cast('06:30' as time) as hour, true as yes, cast(null as text) as nothing, \
        cast('{\"a\": [1]}' as jsonb) as object, array[1, null, 3] as list, array['a', 'b'] as texts, \
        cast('550e8400-e29b-41d4-a716-446655440000' as uuid) as name, cast('\\x00ff' as bytea) as raw, \
        cast('A' as char(3)) as padded, 'it''s {x}; -- æ' as words",
};

const MARIADB: Kind = Kind {
    peer: "mariadb",
    example: "mysql",
    scheme: "mariadb",
    slow: "select {id} as cust_id, sleep(60) as slept",
    slow_change: "update customers set city = 'Nowhere' where cust_id = {id} and sleep(60) is not null",
    writing_reads: &[
        "select {id} as cust_id, nextval(counter) as next",
        "select writes({id}) as cust_id",
    ],
    types: "select {id} as cust_id, cast(9007199254740993 as signed) as large, cast(18446744073709551615 as unsigned) as largest, \
        cast(99.50 as decimal(5,2)) as exact, cast(12345678901234567.89 as decimal(30,2)) as precise, 1.5e0 as single, \
        cast('2026-09-24' as date) as day, cast('2026-09-24 06:00:00.5' as datetime(1)) as local, \
        cast('-26:30:00' as time) as hour, true as yes, null as nothing, 'A' as padded, x'00ff' as raw, \
        'it''s {x}; -- æ' as words",
};

impl Kind {
    /// The example with other operations put in front.
    fn manifest(self, more: &[(&str, &str)]) -> String {
        let path = journeys::root().join(format!("docs/databases/{}.yaml", self.example));
        let example = std::fs::read_to_string(path).unwrap();
        let more: String = more.iter().map(|(head, sql)| operation(head, sql)).collect();
        example.replacen("operations:\n", &format!("operations:\n{more}"), 1)
    }

    fn address(self, peer: &Peer) -> String {
        let port = &peer.about["port"];
        format!("{}://127.0.0.1:{port}/{}", self.scheme, peer.text("/database"))
    }

    /// Somebody else does something, over the library and not over Attaché: rows that were changed, and rows that were told.
    async fn carry_out(self, peer: &Peer, sql: &'static str) -> (u64, usize) {
        let port = &peer.about["port"];
        let (user, password) = (
            peer.text("/accounts/agent/user"),
            peer.text("/accounts/agent/password"),
        );
        let address = |scheme: &str| format!("{scheme}://{user}:{password}@127.0.0.1:{port}/crm");
        let (mut changed, mut told) = (0, 0);
        match self.scheme {
            "postgresql" => {
                let mut own = PgConnection::connect(&address("postgres")).await.unwrap();
                let mut steps = own.fetch_many(raw_sql(sql));
                while let Some(step) = steps.next().await {
                    step.unwrap()
                        .either(|done| changed += done.rows_affected(), |_| told += 1);
                }
            }
            _ => {
                let mut own = MySqlConnection::connect(&address("mysql")).await.unwrap();
                let mut steps = own.fetch_many(raw_sql(sql));
                while let Some(step) = steps.next().await {
                    step.unwrap()
                        .either(|done| changed += done.rows_affected(), |_| told += 1);
                }
            }
        }
        (changed, told)
    }

    /// The owner of the database makes what writes by itself.
    fn prepare(self, peer: &Peer) {
        if self.scheme == "postgresql" {
            return;
        }
        let socket = peer._folder.path().join(self.peer).join("socket");
        let mut own = Command::new("mariadb");
        own.args(["--no-defaults", "--user=root", "crm"])
            .arg(format!("--socket={}", socket.display()))
            .arg("--delimiter=//")
            .arg(
                "--execute=create sequence counter // grant execute on crm.* to writer@'127.0.0.1' // \
                create function writes(id int) returns int modifies sql data \
                begin update customers set city = 'Nowhere' where cust_id = id; return id; end //",
            );
        let done = own.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Statements of ours that changed something, as the server itself wrote them down.
    fn writes(self, peer: &Peer) -> usize {
        let log = std::fs::read_to_string(peer.text("/log")).unwrap();
        let changes = |line: &&str| {
            let line = line.to_lowercase();
            let ours = match self.scheme {
                "postgresql" => line.contains("execute "),
                // With a result, 0 for what was done.
                _ => line.contains(",crm,") && line.ends_with(",0"),
            };
            ours && !line.contains("theirs")
                && ["update customers", "insert into notes", "delete from notes"]
                    .iter()
                    .any(|change| line.contains(change))
        };
        log.lines().filter(changes).count()
    }

    /// What the server is doing for the account.
    fn running(self) -> &'static str {
        match self.scheme {
            "postgresql" => "select 1 from pg_stat_activity where application_name = 'attache'",
            _ => {
                "select 1 from information_schema.processlist where user = 'writer' and id <> connection_id()"
            }
        }
    }
}

/// An operation about the record `id`, as a manifest has it; `head` is its name, class and limit of time.
fn operation(head: &str, sql: &str) -> String {
    let words: Vec<&str> = head.split(' ').collect();
    let [name, class, seconds] = words[..] else {
        panic!("{head}")
    };
    let statement = json!(sql);
    format!(
        "  {name}:\n    summary: For a test\n    class: {class}\n    seconds: {seconds}\n    statement: {statement}\n    \
         arguments: {{id: {{form: integer}}}}\n"
    )
}

async fn connect_by(
    desk: &Desk,
    kind: Kind,
    peer: &Peer,
    account: &str,
    manifest: String,
) -> Result<Value, Failure> {
    let password = peer.text(&format!("/accounts/{account}/password")).to_owned();
    connect_with(desk, kind, peer, account, manifest, &password).await
}

async fn connect_with(
    desk: &Desk,
    kind: Kind,
    peer: &Peer,
    account: &str,
    manifest: String,
    password: &str,
) -> Result<Value, Failure> {
    let user = peer.text(&format!("/accounts/{account}/user"));
    let request = json!({"connector": "crm", "name": "crm", "address": kind.address(peer),
        "account": user, "user": user, "secret": password});
    // Only the command line gives a manifest, never a page.
    let mut request: ConnectRequest = serde_json::from_value(request).unwrap();
    request.manifest = Some(manifest);
    let view = SystemConnect::run(&desk.workspace.copilot, request).await?;
    Ok(serde_json::to_value(view).unwrap())
}

async fn called(desk: &Desk, operation: &str, arguments: Value) -> Result<Called, Failure> {
    let request = CallRequest {
        system: "crm".to_owned(),
        operation: operation.to_owned(),
        arguments: serde_json::from_value(arguments).unwrap(),
        most: 500,
    };
    SystemCall::run(&desk.workspace.copilot, request).await
}

async fn customer(desk: &Desk, id: &str, field: &str) -> Value {
    let mut read = called(desk, "customer.get", json!({ "id": id })).await.unwrap();
    read.records.remove(0).fields.remove(field).unwrap()
}

/// Everything that a person does with a database.
async fn a_person_works_with(kind: Kind) {
    let peer = Peer::start(kind.peer);
    let desk = Desk::open().await;
    let refused = connect_with(
        &desk,
        kind,
        &peer,
        "agent",
        kind.manifest(&[]),
        "surely-not-this-one",
    )
    .await
    .unwrap_err();
    assert!(
        refused.hint.as_deref().unwrap().contains("The secret is wrong"),
        "{refused:?}"
    );
    assert!(
        refused.message.contains("The user or the password is wrong"),
        "{refused:?}"
    );
    assert_eq!(desk.main("system_list", json!({})).await.unwrap(), json!([]));
    // So few on a page that there are several.
    let few = kind.manifest(&[]).replacen(
        "    summary: List orders",
        "    rows: 4\n    summary: List orders",
        1,
    );
    connect_by(&desk, kind, &peer, "agent", few).await.unwrap();
    desk.main("system_test", json!({"system": "crm"})).await.unwrap();

    // Reading: by words, by pages.
    let found = called(&desk, "customer.search", json!({"q": "halden"}))
        .await
        .unwrap();
    assert_eq!(found.records.len(), 2, "{found:?}");
    let orders = called(&desk, "order.search", json!({})).await.unwrap();
    assert!(
        orders.records.len() == 10 && !orders.more,
        "{}",
        orders.records.len()
    );
    let notes = called(&desk, "note.search", json!({})).await.unwrap();
    assert!(notes.records.len() > 50 && !notes.more, "{}", notes.records.len());

    // A change with what it does, done once, read back, and taken back.
    let (before, old) = (kind.writes(&peer), customer(&desk, "1", "sla_uptime").await);
    assert_eq!(old, json!(99.9));
    let action = desk
        .propose("crm", "customer.update", json!({"id": "1", "sla_uptime": 99.5}))
        .await;
    let change = &action["changes"][0];
    assert_eq!(
        [&change["before"], &change["after"]],
        [&told(&json!(99.9)), &told(&json!(99.5))],
        "{action}"
    );
    let done = desk.click(&action).await;
    assert_eq!(done["state"], "succeeded", "{done}");
    assert_eq!(done["outcome"]["as_sent"], true, "{done}");
    assert_eq!(customer(&desk, "1", "sla_uptime").await, json!(99.5));
    assert_eq!(customer(&desk, "1", "row_version").await, json!(2));
    let undo = desk
        .main("action_undo", json!({"ids": [action["id"]]}))
        .await
        .unwrap();
    let undone = desk.click(&undo[0]).await;
    assert_eq!(undone["state"], "succeeded", "{undone}");
    assert_eq!(customer(&desk, "1", "sla_uptime").await, json!(99.9));

    // What somebody else changed in between is not written over, and is told.
    let late = desk
        .propose("crm", "customer.update", json!({"id": "1", "city": "Ours"}))
        .await;
    let theirs = "update customers set city = 'Theirs', row_version = row_version + 1 where cust_id = 1";
    assert_eq!(kind.carry_out(&peer, theirs).await.0, 1);
    let stopped = desk.click(&late).await;
    assert_ne!(stopped["state"], "succeeded", "{stopped}");
    assert_eq!(customer(&desk, "1", "city").await, json!("Theirs"));

    // Something new, found again by its id, with words that no statement may be made of.
    let words = "Robert'); drop table notes; -- \\' \" ` {id} $1 ? æ 💥";
    let made = desk
        .propose(
            "crm",
            "note.create",
            json!({"cust_id": 2, "author": "Ines", "body": words}),
        )
        .await;
    let made = desk.click(&made).await;
    assert_eq!(made["state"], "succeeded", "{made}");
    assert_eq!(made["outcome"]["as_sent"], true, "{made}");
    let receipt = desk.main("receipt_get", json!({"id": made["id"]})).await.unwrap();
    assert_eq!(receipt["holds"], true, "{receipt}");
    let noted = called(&desk, "note.search", json!({"q": words})).await.unwrap();
    assert_eq!(noted.records.len(), 1);

    // The log of the server and the receipts tell the same: a change, its undo, and what was made.
    assert_eq!(kind.writes(&peer) - before, 3);
    let password = peer.text("/accounts/agent/password").to_owned();
    assert!(files_with(desk.home.path(), &password).is_empty());
    desk.main("system_disconnect", json!({"system": "crm"}))
        .await
        .unwrap();
    desk.workspace.close().await;
}

/// What somebody may only read is refused by the server, and nothing is changed.
async fn who_may_only_read_changes_nothing_in(kind: Kind) {
    let (peer, desk) = (Peer::start(kind.peer), Desk::open().await);
    connect_by(&desk, kind, &peer, "readonly", kind.manifest(&[]))
        .await
        .unwrap();
    let action = desk
        .propose("crm", "customer.update", json!({"id": "1", "city": "Ours"}))
        .await;
    let done = desk.click(&action).await;
    assert_eq!(done["state"], "failed", "{done}");
    assert!(
        done["state_words"].as_str().unwrap().contains("may not do this"),
        "{done}"
    );
    assert_ne!(customer(&desk, "1", "city").await, json!("Ours"));
    desk.workspace.close().await;
}

/// What is declared to read is kept from writing by the server, whatever its statement says.
async fn a_read_changes_nothing_in(kind: Kind) {
    let (peer, desk) = (Peer::start(kind.peer), Desk::open().await);
    kind.prepare(&peer);
    let names: Vec<String> = (0..kind.writing_reads.len())
        .map(|at| format!("customer.look{at} read 5"))
        .collect();
    let more: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(kind.writing_reads.iter().copied())
        .collect();
    connect_by(&desk, kind, &peer, "agent", kind.manifest(&more))
        .await
        .unwrap();
    let city = customer(&desk, "1", "city").await;
    for (at, statement) in kind.writing_reads.iter().enumerate() {
        let refused = called(&desk, &format!("customer.look{at}"), json!({"id": "1"}))
            .await
            .unwrap_err();
        assert!(refused.message.contains("refused"), "{statement}: {refused:?}");
    }
    assert_eq!(customer(&desk, "1", "city").await, city);
    desk.workspace.close().await;
}

/// What takes too long is ended by the server, and nothing of it goes on.
async fn a_slow_statement_is_ended_in(kind: Kind) {
    let (peer, desk) = (Peer::start(kind.peer), Desk::open().await);
    let more = [("customer.slow read 1", kind.slow)];
    connect_by(&desk, kind, &peer, "agent", kind.manifest(&more))
        .await
        .unwrap();
    let started = Instant::now();
    let ended = called(&desk, "customer.slow", json!({"id": "1"}))
        .await
        .unwrap_err();
    assert!(ended.message.contains("longer than 1 s"), "{ended:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
    // A server takes a moment to notice that we went.
    let mut left = 1;
    for _ in 0..100 {
        left = kind.carry_out(&peer, kind.running()).await.1;
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(left, 0, "a session is left");
    desk.workspace.close().await;
}

/// A server that dies in the middle of a change: what became of it is never told as done or as refused.
async fn a_server_that_dies_leaves_a_question_in(kind: Kind) {
    let (peer, desk) = (Peer::start(kind.peer), Desk::open().await);
    let more = [("customer.move write 25", kind.slow_change)];
    connect_by(&desk, kind, &peer, "agent", kind.manifest(&more))
        .await
        .unwrap();
    let action = desk.propose("crm", "customer.move", json!({"id": "1"})).await;
    let log = peer.text("/log").to_owned();
    let pid = peer.about["pid"].to_string();
    let killer = async {
        let mut running = false;
        for _ in 0..1_000 {
            running = match kind.scheme {
                // Its audit writes a statement down when it ended.
                "mysql" | "mariadb" => {
                    kind.carry_out(
                        &peer,
                        "select 1 from information_schema.processlist where info like 'update customers%'",
                    )
                    .await
                    .1 > 0
                }
                _ => std::fs::read_to_string(&log)
                    .unwrap()
                    .contains("pg_sleep(60) is not null"),
            };
            if running {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let killed = Command::new("kill")
            .args(["-KILL", "--", &format!("-{pid}")])
            .status()
            .unwrap();
        assert!(killed.success());
        running
    };
    let (done, was_running) = tokio::join!(desk.click(&action), killer);
    assert!(was_running, "the statement was never seen at work");
    let state = done["state"].as_str().unwrap();
    assert!(!["succeeded", "failed"].contains(&state), "{done}");
    desk.workspace.close().await;
}

/// Every type is shown as what it is, and what is given comes back as it was.
async fn values_survive_the_way_to(kind: Kind, expected: Value, refuses_nul: bool) {
    let (peer, desk) = (Peer::start(kind.peer), Desk::open().await);
    let mut manifest = kind.manifest(&[("customer.types read 5", kind.types)]);
    let echo = "  customer.echo:\n    summary: For a test\n    class: read\n    statement: select 1 as cust_id, {v} as v, {n} as n, {w} as w\n    arguments: {v: {required: true}, n: {form: integer, required: true}, w: {form: date-time, required: true}}\n";
    manifest = manifest.replacen("operations:\n", &format!("operations:\n{echo}"), 1);
    connect_by(&desk, kind, &peer, "agent", manifest).await.unwrap();
    let mut types = called(&desk, "customer.types", json!({"id": "1"})).await.unwrap();
    let fields: BTreeMap<String, Value> = types.records.remove(0).fields.into_iter().collect();
    assert_eq!(json!(fields), expected);
    let pieces = [
        "'",
        "\"",
        "`",
        "\\",
        ";",
        "--",
        "/*",
        "#",
        "\n",
        "\0",
        "%",
        "?",
        "$1",
        "{v}",
        "); drop table notes; --",
        "' or '1'='1",
        "æ",
        "💥",
        "\u{202e}",
        " ",
        "",
    ];
    let mut numbers = journeys::Numbers(15);
    for _ in 0..journeys::rounds(60, 60, 600) {
        let text: String = (0..numbers.below(8))
            .map(|_| pieces[numbers.below(pieces.len())])
            .collect();
        let arguments = json!({"v": text, "n": -7, "w": "2026-09-24T08:00:00+02:00"});
        let read = called(&desk, "customer.echo", arguments).await;
        if refuses_nul && text.contains('\0') {
            assert!(read.unwrap_err().message.contains("refused"), "{text:?}");
            continue;
        }
        let fields = read.unwrap().records.remove(0).fields;
        assert_eq!(fields["v"], json!(text));
        assert_eq!(fields["n"], json!(-7));
        assert!(
            fields["w"].as_str().unwrap().starts_with("2026-09-24T06:00:00"),
            "{fields:?}"
        );
    }
    let notes = called(&desk, "note.search", json!({})).await.unwrap();
    assert!(notes.records.len() > 50, "they are all there");
    desk.workspace.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn values_survive_the_way_to_postgresql() {
    let expected = json!({"cust_id": 1, "large": "9007199254740993", "exact": 99.5, "small": -0.00012, "round": 10_000, "nan": "NaN",
        "precise": "12345678901234567.89", "single": 1.5, "day": "2026-09-24", "local": "2026-09-24T06:00:00.5",
        "at": "2026-09-24T06:00:00Z", "ever": "infinity", "hour": "06:30:00", "yes": true, "nothing": null,
        "object": {"a": [1]}, "list": [1, null, 3], "texts": ["a", "b"], "name": "550e8400-e29b-41d4-a716-446655440000",
        "raw": "AP8=", "padded": "A", "words": "it's {x}; -- æ"});
    values_survive_the_way_to(POSTGRESQL, expected, true).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real server: `make test-peers`"]
async fn values_survive_the_way_to_mariadb() {
    let expected = json!({"cust_id": 1, "large": "9007199254740993", "largest": "18446744073709551615", "exact": 99.5,
        "precise": "12345678901234567.89", "single": 1.5, "day": "2026-09-24", "local": "2026-09-24T06:00:00.5",
        "hour": "-26:30:00", "yes": 1, "nothing": null, "padded": "A", "raw": "AP8=", "words": "it's {x}; -- æ"});
    values_survive_the_way_to(MARIADB, expected, false).await;
}

macro_rules! databases {
    ($($kind:ident: $works:ident, $reads:ident, $looks:ident, $slow:ident, $dies:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $works() {
            a_person_works_with($kind).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $reads() {
            who_may_only_read_changes_nothing_in($kind).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $looks() {
            a_read_changes_nothing_in($kind).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $slow() {
            a_slow_statement_is_ended_in($kind).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        #[ignore = "needs the real server: `make test-peers`"]
        async fn $dies() {
            a_server_that_dies_leaves_a_question_in($kind).await;
        }
    )*};
}

databases! {
    POSTGRESQL: a_person_works_with_postgresql, who_may_only_read_changes_nothing_in_postgresql,
        a_read_changes_nothing_in_postgresql, a_slow_statement_is_ended_in_postgresql,
        a_server_that_dies_leaves_a_question_in_postgresql;
    MARIADB: a_person_works_with_mariadb, who_may_only_read_changes_nothing_in_mariadb, a_read_changes_nothing_in_mariadb,
        a_slow_statement_is_ended_in_mariadb, a_server_that_dies_leaves_a_question_in_mariadb;
}
