//! Journeys through the development host: the window's commands, events and documents over real HTTP, with the real core
//! behind them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use journeys::{program, root, runtime};
use serde_json::{Value, json};

const QUESTION: &str = "What availability does Northwind promise Halden in a calendar month?";

/// A development host and what a browser knows of it.
struct Host {
    process: Child,
    port: u16,
    token: String,
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }
}

impl Host {
    fn start(home: &Path) -> Self {
        let mut process = Command::new(program("devhost"))
            .arg("--home")
            .arg(home)
            .env("ATTACHE_RUNTIME", runtime())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let address = told["address"].as_str().unwrap();
        Self {
            process,
            port: address.rsplit_once(':').unwrap().1.parse().unwrap(),
            token: told["token"].as_str().unwrap().to_owned(),
        }
    }

    /// A request with these lines in its head besides the usual, answered to its end.
    fn request(&self, what: &str, lines: &[&str], body: &str) -> Answer {
        let mut stream = self.send(what, lines, body);
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let end = all.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&all[..end]).into_owned();
        let body = all[end + 4..].to_vec();
        let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
        assert!(!chunked, "{head}");
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body,
        }
    }

    fn send(&self, what: &str, lines: &[&str], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let more: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let host = format!("Host: 127.0.0.1:{}\r\n", self.port);
        let host = if lines.iter().any(|line| line.starts_with("Host:")) {
            ""
        } else {
            &host
        };
        let length = body.len();
        write!(
            stream,
            "{what} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {length}\r\n{more}\r\n{body}"
        )
        .unwrap();
        stream
    }

    fn cookie(&self) -> String {
        format!("Cookie: attache-devhost={}", self.token)
    }

    fn call(&self, name: &str, request: &Value) -> Result<Value, Value> {
        let lines = [self.cookie(), "Content-Type: application/json".to_owned()];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let answer = self.request(&format!("POST /call/{name}"), &lines, &request.to_string());
        if answer.status == 200 {
            Ok(answer.json())
        } else {
            Err(answer.json())
        }
    }

    fn events(&self) -> Stream {
        let mut lines = BufReader::new(self.send("GET /events", &[&self.cookie()], ""));
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the stream ended");
        }
        Stream(lines)
    }

    /// Asks it to end and waits until it did.
    fn end(mut self) {
        let asked = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()
            .unwrap();
        assert!(asked.success());
        let ended = self.process.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Only where the test failed before its end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The events as they come.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn next(&mut self) -> Value {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// Waits for an event, by what it is.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next();
            if wanted(&event) {
                return event;
            }
        }
    }

    fn until_ready(&mut self) {
        self.until(|event| event["event"] == "core" && event["state"] == "ready");
    }
}

fn conversation_titles(host: &Host) -> Vec<String> {
    let rows = host.call("conversation_list", &json!({})).unwrap();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["title"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_person_adds_a_folder_asks_and_sees_the_words_on_the_page() {
    let home = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for file in [
        "Halden Service Agreement.pdf",
        "Rauma Freight contract.pdf",
        "NDA Osterøy Foods.odt",
    ] {
        std::fs::copy(
            root().join("demo/documents/Contracts").join(file),
            folder.path().join(file),
        )
        .unwrap();
    }
    let host = Host::start(home.path());
    let mut events = host.events();
    assert_eq!(events.next()["event"], "core");
    let mut events = host.events();
    let first = events.next();
    if first["state"] != "ready" {
        events.until_ready();
    }

    let source = host
        .call(
            "source_add",
            &json!({ "path": folder.path(), "collection": "Contracts" }),
        )
        .unwrap();
    events.until(|event| {
        event["event"] == "progress" && event["progress"]["idle"] == true && event["progress"]["files"] == 3
    });
    let list = host
        .call(
            "file_list",
            &json!({ "offset": 1, "limit": 1, "states": ["indexed"] }),
        )
        .unwrap();
    assert_eq!(
        (&list["total"], list["files"].as_array().unwrap().len()),
        (&json!(3), 1)
    );
    assert_eq!(list["by_state"]["indexed"], 3);
    let named = host
        .call("file_list", &json!({ "name": "rauma", "offset": 0, "limit": 10 }))
        .unwrap();
    assert_eq!(named["files"][0]["file"], "Rauma Freight contract.pdf");

    let asked = host
        .call("question_ask", &json!({ "question": QUESTION }))
        .unwrap();
    let mut kinds = Vec::new();
    let finished = loop {
        let event = events.until(|event| event["event"] == "answer");
        assert_eq!(
            (&event["conversation"], &event["turn"]),
            (&asked["conversation"], &asked["turn"])
        );
        let part = &event["part"];
        kinds.push(part["kind"].as_str().unwrap().to_owned());
        match part["kind"].as_str().unwrap() {
            "sentence" => assert_eq!(part["index"], kinds.len() - 2),
            "finished" => break part["turn"].clone(),
            _ => {}
        }
    };
    assert_eq!(
        (kinds[0].as_str(), kinds[1].as_str()),
        ("gathered", "sentence"),
        "{kinds:?}"
    );
    assert_eq!(finished["state"], "answered");
    assert_eq!(
        finished["answer"]["answer"].as_array().unwrap().len(),
        kinds.len() - 2
    );

    let citation = &finished["answer"]["answer"][0]["citations"][0];
    assert_eq!(citation["file"], "Halden Service Agreement.pdf", "{finished}");
    let document = &citation["document"];
    let view = host
        .call(
            "document_view",
            &json!({ "document": document, "place": citation["place"] }),
        )
        .unwrap();
    assert_eq!(
        (&view["shape"], &view["changed_since"]),
        (&json!("pdf"), &json!(false))
    );
    let pdf = host.request(&format!("GET /document/{document}"), &[&host.cookie()], "");
    assert_eq!(pdf.status, 200);
    assert!(pdf.head.contains("application/pdf"), "{}", pdf.head);
    let original = std::fs::read(folder.path().join("Halden Service Agreement.pdf")).unwrap();
    assert_eq!(pdf.body, original);
    let wanted = json!({ "document": document, "page": citation["page"], "quote": citation["quote"],
                         "passage": citation["passage"] });
    let marks = host.call("page_marks", &wanted).unwrap();
    assert_eq!(marks["found"], true, "{marks}");
    for rect in marks["rects"].as_array().unwrap() {
        assert!(
            rect["right"].as_f64() <= marks["width"].as_f64()
                && rect["bottom"].as_f64() <= marks["height"].as_f64()
        );
    }

    let other = named["files"].as_array().unwrap().len();
    assert_eq!(other, 1);
    let odt = host
        .call("file_list", &json!({ "name": "NDA", "offset": 0, "limit": 1 }))
        .unwrap();
    let odt = &odt["files"][0]["document"];
    assert_eq!(
        host.request(&format!("GET /document/{odt}"), &[&host.cookie()], "")
            .status,
        404
    );
    let text = host.call("document_view", &json!({ "document": odt })).unwrap();
    assert!(!text["blocks"].as_array().unwrap().is_empty());

    host.call(
        "settings_set",
        &json!({ "theme": "dark", "text_size": 130, "hotkey": null, "single_keys": true,
                                       "notifications": false }),
    )
    .unwrap();
    let labelled = json!({ "collection": "Contracts", "labels": ["internal"] });
    assert_eq!(
        host.call("source_label", &labelled).unwrap()[0]["labels"],
        json!(["internal"])
    );
    drop(events);
    host.end();

    let host = Host::start(home.path());
    host.events().until_ready();
    assert_eq!(conversation_titles(&host), [QUESTION]);
    let kept = host
        .call("conversation_get", &json!({ "id": asked["conversation"] }))
        .unwrap();
    // Numbers with a fraction are written with more or fewer digits on the two ways.
    let whole = |turn: &Value| {
        let mut turn = turn.clone();
        for sentence in turn["answer"]["answer"].as_array_mut().unwrap() {
            sentence["confidence"] = json!(sentence["confidence"].as_f64().map(|sure| (sure * 1e5).round()));
        }
        turn
    };
    assert_eq!(whole(&kept["turns"][0]), whole(&finished));
    assert_eq!(host.call("settings_get", &json!({})).unwrap()["text_size"], 130);
    let removed = host
        .call("source_remove", &json!({ "path": source["root"] }))
        .unwrap();
    assert_eq!(removed, json!([]));
    host.end();
    assert!(folder.path().join("NDA Osterøy Foods.odt").exists());
}

#[test]
fn an_old_answer_cites_its_own_file_after_the_index_was_made_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cited = folder.path().join("Battery packs.md");
    std::fs::write(
        &cited,
        "# Returns\n\nA swollen battery pack goes into the steel crate with the red lid.\n",
    )
    .unwrap();
    let host = Host::start(home.path());
    let mut events = host.events();
    events.until_ready();
    host.call("source_add", &json!({ "path": folder.path() }))
        .unwrap();
    let read = |files: usize| {
        move |event: &Value| {
            event["event"] == "progress"
                && event["progress"]["idle"] == true
                && event["progress"]["files"] == files
        }
    };
    events.until(read(1));
    let question = "Into which crate does a swollen battery pack go?";
    let asked = host
        .call("question_ask", &json!({ "question": question }))
        .unwrap();
    events.until(|event| event["event"] == "answer" && event["part"]["kind"] == "finished");
    drop(events);
    host.end();

    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    for note in 0..20 {
        std::fs::write(
            folder.path().join(format!("Note {note}.md")),
            format!("Note {note}\n"),
        )
        .unwrap();
    }
    let host = Host::start(home.path());
    let mut events = host.events();
    events.until(read(21));
    let cited_document = || {
        let kept = host
            .call("conversation_get", &json!({ "id": asked["conversation"] }))
            .unwrap();
        kept["turns"][0]["answer"]["answer"][0]["citations"][0]["document"].clone()
    };
    let view = host
        .call("document_view", &json!({ "document": cited_document() }))
        .unwrap();
    assert_eq!(view["file"], "Battery packs.md");

    std::fs::remove_file(&cited).unwrap();
    events.until(read(20));
    let gone = host
        .call("document_view", &json!({ "document": cited_document() }))
        .unwrap_err();
    assert_eq!(gone["code"], "gone");
    host.end();
}

#[test]
fn nobody_gets_in_without_the_token_or_under_another_name() {
    let home = tempfile::tempdir().unwrap();
    let host = Host::start(home.path());
    host.events().until_ready();
    let json_type = "Content-Type: application/json";
    let cookie = host.cookie();
    let status = |lines: &[&str]| host.request("POST /call/status", lines, "{}").status;
    assert_eq!(status(&[&cookie, json_type]), 200);
    assert_eq!(status(&[json_type]), 401);
    assert_eq!(
        status(&[
            "Cookie: attache-devhost=00000000000000000000000000000000",
            json_type
        ]),
        401
    );
    assert_eq!(status(&[&cookie, json_type, "Host: rebound.example:80"]), 421);
    assert_eq!(
        status(&[&cookie, json_type, "Origin: http://elsewhere.example"]),
        403
    );
    assert_eq!(status(&[&cookie, "Content-Type: text/plain"]), 415);
    let opened = host.request(&format!("GET /?token={}", host.token), &[], "");
    assert!(
        opened.head.contains("HttpOnly; SameSite=Strict"),
        "{}",
        opened.head
    );
    // What is for the command line alone, a window cannot call.
    let refused = host
        .call("extract", &json!({ "path": "/etc/passwd" }))
        .unwrap_err();
    assert!(
        refused["message"].as_str().unwrap().contains("`extract`"),
        "{refused}"
    );
    assert_eq!(
        host.call("document_view", &json!({ "document": 77 }))
            .unwrap_err()["code"],
        "gone"
    );
    assert_eq!(
        host.call("conversation_get", &json!({ "id": 77 })).unwrap_err()["code"],
        "gone"
    );
    host.end();
}

#[test]
fn erasing_everything_needs_the_word_and_leaves_the_persons_files() {
    let home = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.txt");
    std::fs::write(&mine, "The bridge opens on 12 May.").unwrap();
    let host = Host::start(home.path());
    let mut events = host.events();
    events.until_ready();
    host.call("source_add", &json!({ "path": folder.path() }))
        .unwrap();
    host.call("source_demo", &json!({})).unwrap();
    host.call(
        "question_ask",
        &json!({ "question": "When does the bridge open?" }),
    )
    .unwrap();
    let kept = host
        .call("erase_everything", &json!({ "typed": "yes" }))
        .unwrap_err();
    assert_eq!(kept["fault"], "user");
    assert_eq!(
        host.call("status", &json!({})).unwrap()["sources"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    host.call("erase_everything", &json!({ "typed": "erase" }))
        .unwrap();
    events.until_ready();
    assert_eq!(host.call("status", &json!({})).unwrap()["sources"], json!([]));
    assert_eq!(conversation_titles(&host), Vec::<String>::new());
    assert!(mine.exists() && !home.path().join("demo documents").exists());
    host.end();
}

#[test]
fn an_answer_that_a_crash_cut_off_is_told_as_interrupted() {
    let home = tempfile::tempdir().unwrap();
    let mut host = Host::start(home.path());
    host.events().until_ready();
    let asked = host
        .call("question_ask", &json!({ "question": QUESTION }))
        .unwrap();
    host.process.kill().unwrap();
    host.process.wait().unwrap();
    let again = Host::start(home.path());
    again.events().until_ready();
    let kept = again
        .call("conversation_get", &json!({ "id": asked["conversation"] }))
        .unwrap();
    let state = kept["turns"][0]["state"].as_str().unwrap();
    // An empty library answers at once, so that the end may have been stored before the kill.
    assert!(["interrupted", "abstained"].contains(&state), "{kept}");
    assert_eq!(kept["turns"][0]["question"], QUESTION);
    again.end();
}

#[test]
fn a_second_host_says_who_has_the_home_and_goes_on_when_it_is_free() {
    let home = tempfile::tempdir().unwrap();
    let first = Host::start(home.path());
    first.events().until_ready();
    let second = Host::start(home.path());
    let mut events = second.events();
    let failed = events.until(|event| event["event"] == "core" && event["state"] == "failed");
    assert_eq!(failed["failure"]["code"], "workspace_in_use");
    assert_eq!(
        second.call("status", &json!({})).unwrap_err()["code"],
        "workspace_in_use"
    );
    first.end();
    events.until_ready();
    second.end();
}
