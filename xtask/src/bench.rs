//! Measurements and comparisons with other programs: `cargo xtask bench transfers`, `cargo xtask bench library`,
//! `cargo xtask bench server`.
//!
//! Programs are driven as processes, as a person would: nothing of the product is linked in here.

mod certificates;
mod clients;
mod library;
mod matrix;
mod measure;
mod network;
mod options;
mod ours;
mod report;
mod rounds;
mod server;
mod sources;
mod stores;
mod tools;

use std::process::ExitCode;

use anyhow::bail;

/// Runs a comparison by its name.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    match arguments.split_first() {
        Some((name, rest)) if name == "transfers" => rounds::run(&options::Options::parse(rest)?),
        Some((name, rest)) if name == "library" => library::run(&library::Options::parse(rest)?),
        Some((name, rest)) if name == "server" => server::run(&server::Options::parse(rest)?),
        _ => bail!("cargo xtask bench transfers [--help], bench library [--help], or bench server [--help]"),
    }
}
