//! Tests in sizes that take too long for every run.

use std::process::{Command, ExitCode};

use anyhow::bail;

/// Runs a soak by its name.
pub(crate) fn run(name: Option<&str>) -> anyhow::Result<ExitCode> {
    match name {
        Some("huge") => huge(),
        Some("simulated") => simulated(),
        Some("library") => library(),
        Some("kills") => kills(),
        _ => bail!("cargo xtask soak with huge, simulated, library or kills"),
    }
}

/// One file of 100 GiB, 100,000 tiny ones, and 50,000 of all sizes, as the programs are shipped. Takes about
/// six minutes on two cores, and 9 GiB of disk.
fn huge() -> anyhow::Result<ExitCode> {
    if !build_programs()? {
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

/// Two devices and a server over 20,000 drawn sequences of what people do, with cuts and crashes, and as many of the
/// index against a model. `NOTESPOT_CASES` says how many instead. A sequence that fails is shrunk, shown, and kept by
/// its seed in `proptest-regressions`, from where it is run again first.
fn library() -> anyhow::Result<ExitCode> {
    let cases = std::env::var("NOTESPOT_CASES").unwrap_or_else(|_| "20000".to_owned());
    let tests = "test(two_devices_converge) or test(whatever_happens_the_index)";
    test("notespot-app", tests, &[("NOTESPOT_CASES", &cases)])
}

/// The server dies at every write of a recorded run, each time at another one.
fn kills() -> anyhow::Result<ExitCode> {
    if !build_programs()? {
        return Ok(ExitCode::FAILURE);
    }
    test("notespot-cli", "test(recorded::)", &[("NOTESPOT_KILL_POINTS", "100000")])
}

/// What the tests start, as it is shipped.
fn build_programs() -> anyhow::Result<bool> {
    let programs = ["-p", "notespot-server", "-p", "notespot-cli", "-p", "notespot-testkit"];
    let built =
        Command::new("cargo").args(["build", "--release", "--locked", "--bins"]).args(programs).status()?;
    Ok(built.success())
}

fn test(package: &str, tests: &str, sizes: &[(&str, &str)]) -> anyhow::Result<ExitCode> {
    let tested = Command::new("cargo")
        .args(["nextest", "run", "--release", "--locked", "--profile", "soak", "-p", package])
        .args(["--success-output", "final", "-E", tests])
        .envs(sizes.iter().copied())
        .status()?;
    Ok(if tested.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
