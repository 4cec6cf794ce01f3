//! `attache-extract`: the reader process. See `extraction::worker`.

fn main() -> std::process::ExitCode {
    extraction::worker::run(std::env::args().skip(1))
}
