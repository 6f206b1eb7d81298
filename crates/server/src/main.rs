//! `notespot-server`.

use std::process::ExitCode;

use clap::Parser as _;
use notespot_server::commands;
use notespot_server::config::Arguments;

fn main() -> ExitCode {
    commands::run(Arguments::parse())
}
