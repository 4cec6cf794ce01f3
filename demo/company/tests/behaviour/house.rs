//! A company to ask, and a client that sees what arrives on the wire byte by byte.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use company::{Server, Settings};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

pub const TOKEN: &str = "for-tests";
/// The token of Kari Holm.
pub const KARI: &str = "for-tests.kari.holm";
/// 24 September 2026, 14:05 in Oslo.
const NOW: i64 = 1_790_251_500;

/// A company in this process, with a clock of its own.
pub struct House {
    pub address: SocketAddr,
    pub ending: CancellationToken,
    clock: Arc<AtomicI64>,
    _runtime: Runtime,
}

/// What is sent.
#[derive(Clone)]
pub struct Request {
    method: String,
    path: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What arrived.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub fn settings(data: Option<&Path>) -> Settings {
    Settings {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        token: TOKEN.to_owned(),
        data: data.map(Path::to_owned),
        clock: Arc::new(Timestamp::now),
    }
}

impl House {
    pub fn open() -> Self {
        let clock = Arc::new(AtomicI64::new(NOW));
        let read = Arc::clone(&clock);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let now = move || Timestamp::from_second(read.load(Ordering::SeqCst)).unwrap();
        let settings = Settings {
            clock: Arc::new(now),
            ..settings(None)
        };
        let server = runtime.block_on(Server::open(settings)).unwrap();
        let (address, ending) = (server.address(), server.ending());
        runtime.spawn(server.serve());
        Self {
            address,
            ending,
            clock,
            _runtime: runtime,
        }
    }

    pub fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn try_send(&self, request: &Request) -> io::Result<Response> {
        request.send(self.address)
    }

    pub fn send(&self, request: &Request) -> Response {
        let response = self.try_send(request).unwrap();
        assert!(response.is_whole(), "{response:?}");
        response
    }

    pub fn get(&self, path: &str) -> Value {
        let response = self.send(&Request::new("GET", path));
        assert_eq!(response.status, 200, "{path}: {}", response.text());
        response.json()
    }

    pub fn faults(&self, faults: Value) {
        let response = self.send(&Request::new("PUT", "/panel/faults").body(&json!({ "faults": faults })));
        assert_eq!(response.status, 200, "{}", response.text());
    }

    pub fn log(&self) -> Vec<Value> {
        let mut log = self.get("/panel/log");
        serde_json::from_value(log["entries"].take()).unwrap()
    }

    /// The last request in the log.
    pub fn last(&self) -> Value {
        self.log().pop().unwrap()
    }

    pub fn state(&self) -> Value {
        self.get("/panel/state")
    }

    /// Looks until it is so, and gives up when it is certain that it never will be.
    pub fn wait_until(&self, so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !so(self) {
            assert!(started.elapsed() < Duration::from_secs(60), "it never came");
            std::thread::yield_now();
        }
    }
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            token: Some(TOKEN.to_owned()),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn body(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(mut self, token: Option<&str>) -> Self {
        self.token = token.map(str::to_owned);
        self
    }

    /// Sends all of it and leaves the answer on the wire.
    pub fn start(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(address)?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        head += &format!(
            "Host: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.body.len()
        );
        if let Some(token) = &self.token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(&[head.as_bytes(), b"\r\n", &self.body].concat())?;
        Ok(stream)
    }

    pub fn send(&self, address: SocketAddr) -> io::Result<Response> {
        Response::read(self.start(address)?)
    }
}

impl Response {
    pub fn read(mut stream: TcpStream) -> io::Result<Self> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        });
        Ok(Self {
            status,
            headers: headers.collect(),
            body: bytes[end + 4..].to_vec(),
        })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the body is as long as the head says.
    pub fn is_whole(&self) -> bool {
        let length = self
            .header("content-length")
            .and_then(|length| length.parse().ok());
        length == Some(self.body.len())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
