//! `notespot`: files and public links from the command line.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its streams")]

mod arguments;
mod commands;
mod exit;
mod host;
mod output;
mod progress;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use arguments::Arguments;

/// Threads that wait for disks. Each file that is downloaded in ranges has two, and one for each range under way; a
/// small one needs one for a moment. More would cost memory, and make no disk faster.
const BLOCKING_THREADS: usize = 96;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Silent unless asked: what a person must know is said in the commands' own words.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("NOTESPOT_LOG").unwrap_or_else(|_| EnvFilter::new("off")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    match runtime.max_blocking_threads(BLOCKING_THREADS).enable_all().build() {
        Ok(runtime) => {
            let (code, done) = runtime.block_on(commands::run(arguments));
            drop(runtime);
            // Last of all: one that is killed now and given again would upload everything a second time.
            if let Some(command) = done {
                command.end();
            }
            code
        }
        Err(error) => {
            output::warn(&format!("The program could not start: {error}."));
            ExitCode::FAILURE
        }
    }
}
