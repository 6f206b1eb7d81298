//! The library at several sizes: `cargo xtask bench library`.
//!
//! What is measured is in `crates/app/examples/bench-library` and `bench/frames.mjs`, as processes of their own; here
//! they are built and run, and what they print is kept beside the bars that it has to meet.

pub(super) mod bars;
mod options;
mod report;
pub(super) mod table;

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

use super::tools::target_dir;
use crate::checkout;
pub(super) use options::Options;
use report::{Figures, Report};

/// Builds, measures each size, and writes the report after each.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    build(options)?;
    let folder = match &options.results {
        Some(folder) => folder.clone(),
        None => checkout::root()?.join("bench/results"),
    };
    let mut report = Report::read(&folder)?;
    report.begin(options.rounds);
    for &nodes in &options.sizes {
        let mut figures = Figures::new();
        if options.has_parts() {
            figures.extend(parts(options, nodes)?);
        }
        if options.has("frames") {
            figures.extend(frames(nodes)?);
        }
        report.take(nodes, figures);
        report.write(&folder)?;
    }
    println!("{}", table::markdown(&report));
    Ok(ExitCode::SUCCESS)
}

fn build(options: &Options) -> anyhow::Result<()> {
    // Of the whole workspace, so that features are those of every other build; of it, what is needed.
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "--workspace"]);
    cargo.args(["--bin", "notespot-server", "--example", "bench-library"]);
    succeed(&mut cargo)?;
    if options.has("frames") {
        succeed(Command::new("npx").args(["vite", "build", "--config", "bench/vite.config.ts"]))?;
    }
    Ok(())
}

fn parts(options: &Options, nodes: u64) -> anyhow::Result<Figures> {
    let release = target_dir()?.join("release");
    // Libraries of a million nodes do not belong in a temporary folder that may be memory.
    let work = release.join("bench-work");
    std::fs::create_dir_all(&work)?;
    let mut program = Command::new(release.join("examples/bench-library"));
    program.args([nodes.to_string(), options.rounds.to_string(), options.rows.join(",")]);
    let said = said(program.env("TMPDIR", &work))?;
    let run: report::Run = serde_json::from_str(&said).context("bench-library says something else")?;
    Ok(run.figures)
}

fn frames(nodes: u64) -> anyhow::Result<Figures> {
    let said = said(Command::new("node").arg("bench/frames.mjs").arg(nodes.to_string()))?;
    serde_json::from_str(&said).context("frames.mjs says something else")
}

fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .current_dir(checkout::root()?)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{command:?} cannot be run"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let status = command.current_dir(checkout::root()?).status()?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
