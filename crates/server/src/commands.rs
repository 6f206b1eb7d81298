//! What `notespot-server` does when it is called.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its streams")]

mod check_clerk;
mod doctor;
mod named;
mod serve;
mod token;
mod user;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use tracing::Instrument as _;
use tracing_subscriber::EnvFilter;

use crate::audit;
use crate::config::{Arguments, Command, Config, LogFormat};

/// Runs one command to its end. Success is 0, failure 1; clap answers wrong usage with 2.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    if matches!(arguments.command, Some(Command::Openapi)) {
        println!("{}", crate::openapi::json());
        return ExitCode::SUCCESS;
    }
    // Whatever is written from here on is readable by this user only, in whichever folder.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let Arguments { command, settings } = arguments;
    let config = match Config::resolve(settings) {
        Ok(config) => config,
        Err(problems) => return failed(&problems.into()),
    };
    start_logging(config.operations.log_format);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("The runtime could not start.")),
    };
    match runtime.block_on(dispatch(command, config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn dispatch(command: Option<Command>, config: Config) -> anyhow::Result<()> {
    match command {
        None | Some(Command::Serve) => serve::serve(config).await,
        Some(Command::User(command)) => {
            let name = user::name(&command);
            user::run(&config, command).instrument(audit::of_command(name)).await
        }
        Some(Command::Token(command)) => {
            token::run(&config, command).instrument(audit::of_command("token create")).await
        }
        Some(Command::CheckClerk) => check_clerk::run(&config).await,
        Some(Command::Doctor { json, set_bucket_rules }) => {
            doctor::run(&config, json, set_bucket_rules).await
        }
        Some(Command::Openapi) => Ok(()),
    }
}

/// Logs go to standard error; `NOTESPOT_LOG` says which (such as `debug`, or `notespot_server=trace`). The
/// [audit log](crate::audit) is always among them.
fn start_logging(format: LogFormat) {
    let filter = EnvFilter::try_from_env("NOTESPOT_LOG").unwrap_or_else(|_| EnvFilter::new("info,s3s=off"));
    // And the spans of requests, which give its lines their ids.
    let always = [audit::TARGET, "notespot_server::observe"];
    let filter = always.iter().fold(filter, |filter, target| match format!("{target}=info").parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    });
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Pretty => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(true).with_span_list(false).init();
        }
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("{error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
    ExitCode::FAILURE
}
