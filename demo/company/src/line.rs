//! Connections that can be cut at a chosen moment, as networks do.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections of this machine.
#[derive(Debug)]
pub struct Loopback(pub TcpListener);

/// One connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    cut: Cut,
}

/// The scissors of a connection.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<Mutex<How>>);

#[derive(Debug, Default, Clone, Copy)]
enum How {
    /// Everything passes.
    #[default]
    Whole,
    /// Nothing more is sent, and the client sees a reset.
    Reset,
    /// So many bytes of the body of the next answer are sent, and then the client sees an end. `blank` counts how much of
    /// the empty line between head and body has passed.
    After { left: usize, blank: usize },
}

/// What ends the head of an answer.
const BLANK: &[u8] = b"\r\n\r\n";

impl Cut {
    /// Resets the connection instead of sending anything more.
    pub fn reset(&self) {
        self.set(How::Reset);
    }

    /// Sends the head of the next answer and this many bytes of its body, and then closes.
    pub fn after(&self, left: usize) {
        self.set(How::After { left, blank: 0 });
    }

    fn set(&self, how: How) {
        *self.lock() = how;
    }

    fn lock(&self) -> MutexGuard<'_, How> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl How {
    /// Lets bytes pass and answers how many did; none is an end.
    fn pass(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (left, blank) = match self {
            Self::Whole => return Ok(bytes.len()),
            Self::Reset => return Err(io::ErrorKind::ConnectionReset.into()),
            Self::After { left, blank } => (left, blank),
        };
        let mut passed = 0;
        for byte in bytes {
            if *blank < BLANK.len() {
                *blank = match BLANK.get(*blank) == Some(byte) {
                    true => *blank + 1,
                    false => usize::from(*byte == b'\r'),
                };
            } else if *left > 0 {
                *left -= 1;
            } else {
                break;
            }
            passed += 1;
        }
        match passed {
            0 if !bytes.is_empty() => Err(io::ErrorKind::BrokenPipe.into()),
            passed => Ok(passed),
        }
    }
}

impl Listener for Loopback {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // An answer of a few bytes must not wait for more.
        stream.set_nodelay(true).ok();
        let cut = Cut::default();
        (Line { stream, cut }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Self {
        stream.io().cut.clone()
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut how = *self.cut.lock();
        let allowed = match how.pass(bytes) {
            Ok(allowed) => bytes.get(..allowed).unwrap_or_default(),
            Err(error) => {
                if matches!(how, How::Reset) {
                    // Without lingering, closing is a reset.
                    self.stream.set_zero_linger().ok();
                }
                return Poll::Ready(Err(error));
            }
        };
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, allowed))?;
        // Only what the socket took counts: it may take less than it is offered, or ask to come again.
        if let Some(taken) = allowed.get(..written) {
            self.cut.lock().pass(taken)?;
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_of_the_body_passes_however_the_bytes_are_cut_up() {
        let answer = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nfirst half second half";
        for chunk in 1..answer.len() {
            let mut how = How::After { left: 10, blank: 0 };
            let passed: usize = answer.chunks(chunk).map_while(|part| how.pass(part).ok()).sum();
            assert_eq!(
                &answer[..passed],
                b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nfirst half",
                "{chunk}"
            );
        }
    }
}
