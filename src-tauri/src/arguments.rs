//! The few words that the program understands on the command line, and what it says there.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that was asked there answers there")]

use std::io::IsTerminal as _;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

const HELP: &str = "\
Notespot: drop a file into the window, and a public link is on the clipboard.

Usage: notespot-desktop [notespot://…]

Environment:
  NOTESPOT_SERVER    the server's address [default: the one used last, else http://127.0.0.1:4800]
  NOTESPOT_TOKEN     a personal access token; takes the place of signing in
  NOTESPOT_BROWSER   the program to open web pages with [default: the system's choice]
  NOTESPOT_LOG       what to log on standard error, such as `debug` [default: warn]
";

/// Answers `--help` and `--version`; `None` where the window is wanted.
pub(crate) fn answer() -> Option<ExitCode> {
    match std::env::args().nth(1).as_deref() {
        Some("--help" | "-h") => print!("{HELP}"),
        Some("--version" | "-V") => println!("notespot-desktop {}", env!("CARGO_PKG_VERSION")),
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

/// Logs go to standard error.
pub(crate) fn start_logging() {
    let filter = EnvFilter::try_from_env("NOTESPOT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// Says why the program ends.
pub(crate) fn failed(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::FAILURE
}
