//! A peer that answers each request as it is told, however wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub struct Peer {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Each request, its head as text, is answered with these bytes; then the connection is closed.
    pub fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read(&mut stream);
                let answer = answer(&request);
                kept.lock().unwrap().push(request);
                // A client that cuts the answer off closes the connection.
                stream.write_all(&answer).ok();
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> String {
    let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut some).unwrap_or(0);
        bytes.extend_from_slice(&some[..count]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            body.len() >= length.map_or(0, |length| length.parse().unwrap())
        });
        if count == 0 || whole {
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
}

pub fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut out = format!(
        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for (name, value) in headers {
        out += &format!("{name}: {value}\r\n");
    }
    (out + "\r\n" + body).into_bytes()
}

/// A port at which nobody may knock.
pub struct Silent(TcpListener);

impl Silent {
    pub fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    pub fn assert_untouched(&self) {
        let knock = self.0.accept().map_err(|error| error.kind());
        assert!(
            matches!(knock, Err(std::io::ErrorKind::WouldBlock)),
            "somebody knocked"
        );
    }
}

/// A description with one kind of record, `notes`, that can be read, found, made and changed.
pub fn notes() -> String {
    let note = serde_json::json!({"type": "object", "properties": {
        "id": {"type": "string", "x-attache-integrity": "own"},
        "version": {"type": "integer", "x-attache-integrity": "own"},
        "title": {"type": "string"},
    }});
    let sent = serde_json::json!({"type": "object", "properties": {"title": {"type": "string"}}});
    let body = serde_json::json!({"required": true, "content": {"application/json": {"schema": sent}}});
    let done = serde_json::json!({"200": {"content": {"application/json": {"schema": note}}}});
    let id =
        serde_json::json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    serde_json::json!({
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "paths": {
            "/notes/search": {"get": {
                "operationId": "notes.search", "x-attache-side-effect": "read",
                "parameters": [
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": done,
            }},
            "/notes/{id}": {
                "get": {"operationId": "notes.get", "x-attache-side-effect": "read", "parameters": id, "responses": done},
                "patch": {
                    "operationId": "notes.update", "x-attache-side-effect": "write", "x-attache-undo": "restorable",
                    "x-attache-idempotency": "U", "requestBody": body, "responses": done,
                    "parameters": [id[0], {"name": "If-Match", "in": "header", "schema": {"type": "string"}}],
                },
            },
            "/notes": {"post": {
                "operationId": "notes.create", "x-attache-side-effect": "write", "x-attache-undo": "compensable",
                "x-attache-idempotency": "N", "requestBody": body, "responses": done,
            }},
        },
    })
    .to_string()
}
