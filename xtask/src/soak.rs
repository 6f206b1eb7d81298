//! Tests in sizes that take too long for every run.

use std::process::{Command, ExitCode};

use anyhow::bail;

/// Runs a soak by its name.
pub(crate) fn run(name: Option<&str>) -> anyhow::Result<ExitCode> {
    match name {
        Some("huge") => huge(),
        _ => bail!("cargo xtask soak huge"),
    }
}

/// One file of 100 GiB, and 100,000 tiny ones, as the programs are shipped. Takes about ten minutes, and
/// 2 GiB of disk.
fn huge() -> anyhow::Result<ExitCode> {
    let programs = ["-p", "notespot-server", "-p", "notespot-cli", "-p", "notespot-testkit"];
    let built =
        Command::new("cargo").args(["build", "--release", "--locked", "--bins"]).args(programs).status()?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    let tested = Command::new("cargo")
        .args(["nextest", "run", "--release", "--locked", "--profile", "soak", "-p", "notespot-cli"])
        .args(["--success-output", "final", "-E", "test(huge::)"])
        .env("NOTESPOT_HUGE_GIB", "100")
        .env("NOTESPOT_MANY_FILES", "100000")
        .status()?;
    Ok(if tested.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
