//! The server under load: `cargo xtask bench server`.
//!
//! wrk sends what `crates/server/examples/bench-server` drew, to our server and to the Express server of
//! `bench/express` in turn, and to ours with little data and with much.

mod bars;
mod express;
mod load;
mod options;
mod place;
mod report;
mod rounds;
mod soak;
mod streams;
mod table;
mod wire;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, ensure};

use super::tools::{debian, target_dir};
use crate::checkout;
pub(super) use options::Options;
use place::Place;
use report::Report;

/// Seconds of load on each server before anything is measured: pages come into caches, JavaScript is compiled.
const WARM_UP_SECONDS: u32 = 2;

/// The programs.
#[derive(Debug)]
struct Programs {
    server: PathBuf,
    /// Data, requests and listening clients.
    bench: PathBuf,
    wrk: PathBuf,
    /// Where databases and requests lie: gigabytes, which do not belong into a folder that may be memory.
    work: PathBuf,
}

/// Builds, measures, and writes the report.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let programs = Programs::gather(options.built.as_deref())?;
    let folder = match &options.results {
        Some(folder) => folder.clone(),
        None => checkout::root()?.join("bench/results"),
    };
    let mut report = Report::read(&folder)?;
    report.begin(options, programs.versions());
    if let Some(minutes) = options.soak_minutes {
        report.take(soak::measure(&programs, minutes)?);
    } else if options.mongodb {
        report.take(wire::measure(&programs, options)?);
    } else {
        measure(&programs, options, &mut report)?;
    }
    report.write(&folder)?;
    println!("{}", table::markdown(&report));
    Ok(ExitCode::SUCCESS)
}

fn measure(programs: &Programs, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    if options.rows.iter().any(|row| row != "streams") {
        // Of both, the list and single nodes; of ours, everything.
        let of_one = Place::filled(programs, "one owner", 1, 100_000)?;
        let express = express::start(programs, &of_one, 1)?;
        let express_2 = express::start(programs, &of_one, 2)?;
        ensure!(
            express::agrees(programs, &of_one, &express)?,
            "Express and our server answer different things"
        );
        let small = Place::filled(programs, "small", 10, 1000)?;
        let large = Place::filled(programs, "large", 1000, 1000)?;
        let places = [
            ("ours", &of_one),
            ("express", &express),
            ("express_2", &express_2),
            ("small", &small),
            ("large", &large),
        ];
        report.take(rounds::measure(programs, options, &places)?);
    }
    if options.has("streams") {
        report.take(streams::measure(programs)?);
    }
    Ok(())
}

impl Programs {
    /// Builds ours as it is shipped, and installs the others where they are absent.
    fn gather(built: Option<&Path>) -> anyhow::Result<Self> {
        let release = if let Some(built) = built { built.canonicalize()? } else { build()? };
        let work = release.join("bench-server-work");
        if work.exists() {
            std::fs::remove_dir_all(&work)?;
        }
        std::fs::create_dir_all(&work)?;
        express::install()?;
        Ok(Self {
            server: release.join("notespot-server"),
            bench: release.join("examples/bench-server"),
            wrk: debian("wrk", "/usr/bin/wrk").context("wrk is needed: the Debian package of that name")?,
            work,
        })
    }

    fn versions(&self) -> Vec<(String, String)> {
        let said = |command: &mut Command| {
            let output = command.output().map(|output| [output.stdout, output.stderr].concat());
            let said = String::from_utf8_lossy(&output.unwrap_or_default()).into_owned();
            said.lines().next().unwrap_or_default().trim().to_owned()
        };
        let mut versions = vec![
            ("ours".to_owned(), said(Command::new(&self.server).arg("--version"))),
            ("Node".to_owned(), said(Command::new("node").arg("--version"))),
            ("wrk".to_owned(), said(Command::new(&self.wrk).arg("-v"))),
        ];
        versions.extend(express::versions());
        versions
    }
}

fn build() -> anyhow::Result<PathBuf> {
    // Of the whole workspace, so that features are those of every other build; of it, what is needed.
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--workspace"])
        .args(["--bin", "notespot-server", "--example", "bench-server"])
        .current_dir(checkout::root()?)
        .status()?;
    ensure!(status.success(), "the build failed");
    Ok(target_dir()?.join("release"))
}
