//! The worker process: reads one file after another from its standard input, locked in.
//!
//! It talks in frames ([`protocol`]) and opens nothing: the bytes of each file come through the pipe. Before it asks
//! for the first one it loads PDFium, closes what it inherited and gives up every right it does not need
//! ([`sandbox`]); if that fails, it refuses to read. It dies with its parent, and a file that takes too long ends it
//! even if nobody else does.

use std::io::{self, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use domain::ReadStatus;

use crate::{Limits, Reading, Stop, pdf};

pub mod protocol;
pub mod sandbox;

use protocol::{Answer, Hello, Request, What};

/// Stack of the thread that reads. Parsers of nested formats recurse; an overflow ends the process, not the product.
const STACK: usize = 64 << 20;
/// Seconds that a worker waits beyond the limit before it ends itself; its parent ends it earlier.
const GRACE: u64 = 10;

/// Runs a worker until its input ends. `args` are `--limits JSON` and, where PDF is to be read, `--pdfium PATH`.
pub fn run(args: impl Iterator<Item = String>) -> ExitCode {
    // Panics are reported to the parent as a reading; their messages may quote the document, so only the place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(io::stderr(), "panic at {place}");
    }));
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            let hello = Hello {
                refused: Some(refused),
                sandbox: String::new(),
                pdf: None,
            };
            let _ = protocol::write(&mut io::stdout(), &hello);
            ExitCode::FAILURE
        }
    }
}

fn start(args: impl Iterator<Item = String>) -> Result<(), String> {
    let (limits, pdfium) = arguments(args)?;
    let pdf = pdfium.map(|path| pdf::bind(&path));
    let before = sandbox::before_threads(&limits, STACK as u64)?;
    std::thread::spawn(die_with_parent);
    let reader = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let sandbox = sandbox::close(&before)?;
        let hello = Hello {
            refused: None,
            sandbox,
            pdf: pdf.and_then(Result::err),
        };
        protocol::write(&mut io::stdout(), &hello).map_err(|error| error.to_string())?;
        // The parent is gone if a frame cannot be read or written: nothing is left to say.
        let _ = serve(&limits);
        Ok(())
    });
    let reader = reader.map_err(|error| format!("The reader could not start: {error}."))?;
    reader.join().unwrap_or_else(|_| Err("The reader failed.".into()))
}

fn arguments(mut args: impl Iterator<Item = String>) -> Result<(Limits, Option<std::path::PathBuf>), String> {
    let (mut limits, mut pdfium) = (Limits::default(), None);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| format!("`{name}` needs a value."))?;
        match name.as_str() {
            "--limits" => {
                limits =
                    serde_json::from_str(&value).map_err(|error| format!("`--limits {value}`: {error}."))?;
            }
            "--pdfium" => pdfium = Some(value.into()),
            _ => {
                return Err(format!(
                    "`{name}` is not an option; the options are `--limits` and `--pdfium`."
                ));
            }
        }
    }
    Ok((limits, pdfium))
}

fn serve(limits: &Limits) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = BufWriter::new(io::stdout().lock());
    while let Some(request) = protocol::read::<Request>(&mut input, protocol::REQUEST_BYTES)? {
        sandbox::end_after(limits.millis / 1000 + GRACE);
        let what = match bytes(&mut input, request.len, limits)? {
            Ok(bytes) => answer(&request.op, &bytes, limits),
            Err(stop) => match request.op {
                protocol::Op::Read { .. } => What::Read(Box::new(Reading::stopped(stop, None))),
                protocol::Op::Boxes { .. } => What::Boxes(Err(stop)),
            },
        };
        let spent = sandbox::peak_memory().is_some_and(|peak| peak > limits.memory_bytes / 3);
        protocol::write(&mut output, &Answer { what, spent })?;
        sandbox::end_after(0);
    }
    Ok(())
}

/// The file's bytes. A file over the limit is read to its end without being kept, so that the next frame is found.
fn bytes(input: &mut impl Read, len: u64, limits: &Limits) -> io::Result<Result<Vec<u8>, Stop>> {
    if len > limits.input_bytes {
        io::copy(&mut input.take(len), &mut io::sink())?;
        return Ok(Err(Stop::new(
            ReadStatus::TooLarge,
            crate::reading::over(len, limits),
        )));
    }
    let mut bytes = vec![0; len as usize];
    input.read_exact(&mut bytes)?;
    Ok(Ok(bytes))
}

fn answer(op: &protocol::Op, bytes: &[u8], limits: &Limits) -> What {
    match op {
        protocol::Op::Read { name } => What::Read(Box::new(crate::read(name, bytes, limits))),
        protocol::Op::Boxes { page } => What::Boxes(
            catch_unwind(AssertUnwindSafe(|| pdf::boxes(bytes, *page)))
                .unwrap_or_else(|_| Err(Stop::new(ReadStatus::Error, "The reader failed on this page."))),
        ),
    }
}

/// Ends the process when the other end of standard input is closed, which is what a dying parent leaves behind.
fn die_with_parent() {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;

        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

        let input = io::stdin();
        // Asking for nothing, `poll` returns only for the hang-up.
        let mut ends = [PollFd::new(input.as_fd(), PollFlags::empty())];
        loop {
            match poll(&mut ends, PollTimeout::NONE) {
                Ok(_) | Err(nix::errno::Errno::EINVAL | nix::errno::Errno::EFAULT) => std::process::exit(0),
                Err(_) => {}
            }
        }
    }
}
