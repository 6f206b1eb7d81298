//! What `notespot-server` does when it is called.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its streams")]

mod check_clerk;
mod serve;
mod token;
mod user;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::config::{Arguments, Command, Config};

/// Runs one command to its end. Success is 0, failure 1; clap answers wrong usage with 2.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    if matches!(arguments.command, Some(Command::Openapi)) {
        println!("{}", crate::openapi::json());
        return ExitCode::SUCCESS;
    }
    start_logging();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("The runtime could not start.")),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<()> {
    // Whatever is written from here on is readable by this user only, in whichever folder.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let config = Config::resolve(arguments.settings)?;
    match arguments.command {
        None | Some(Command::Serve) => serve::serve(config).await,
        Some(Command::User(command)) => user::run(&config, command).await,
        Some(Command::Token(command)) => token::run(&config, command).await,
        Some(Command::CheckClerk) => check_clerk::run(&config).await,
        Some(Command::Openapi) => Ok(()),
    }
}

/// Logs go to standard error; `NOTESPOT_LOG` says which (such as `debug`, or `notespot_server=trace`).
fn start_logging() {
    let filter = EnvFilter::try_from_env("NOTESPOT_LOG").unwrap_or_else(|_| EnvFilter::new("info,s3s=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("{error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
    ExitCode::FAILURE
}
