//! Tests in sizes that take too long for every run.

use std::process::{Command, ExitCode};

use anyhow::bail;

/// Runs a soak by its name.
pub(crate) fn run(name: Option<&str>) -> anyhow::Result<ExitCode> {
    match name {
        Some("huge") => huge(),
        Some("simulated") => simulated(),
        _ => bail!("cargo xtask soak huge, or cargo xtask soak simulated"),
    }
}

/// One file of 100 GiB, 100,000 tiny ones, and 50,000 of all sizes, as the programs are shipped. Takes about
/// six minutes on two cores, and 9 GiB of disk.
fn huge() -> anyhow::Result<ExitCode> {
    let programs = ["-p", "notespot-server", "-p", "notespot-cli", "-p", "notespot-testkit"];
    let built =
        Command::new("cargo").args(["build", "--release", "--locked", "--bins"]).args(programs).status()?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    let sizes =
        [("NOTESPOT_HUGE_GIB", "100"), ("NOTESPOT_MANY_FILES", "100000"), ("NOTESPOT_MIXED_FILES", "50000")];
    test("notespot-cli", "test(huge::)", &sizes)
}

/// Uploads and downloads over a network that fails in every way, 100,000 drawn seeds of each. Takes about
/// forty minutes on two cores. A run that fails names its seed.
fn simulated() -> anyhow::Result<ExitCode> {
    test("notespot-transfer", "test(simulated::)", &[("NOTESPOT_SEEDS", "100000")])
}

fn test(package: &str, tests: &str, sizes: &[(&str, &str)]) -> anyhow::Result<ExitCode> {
    let tested = Command::new("cargo")
        .args(["nextest", "run", "--release", "--locked", "--profile", "soak", "-p", package])
        .args(["--success-output", "final", "-E", tests])
        .envs(sizes.iter().copied())
        .status()?;
    Ok(if tested.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
