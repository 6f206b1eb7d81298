//! The project's own checks, generators and comparisons.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its streams")]

mod bench;
mod checkout;
mod soak;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  tidy      check what compilers do not: dependency arrows, sizes of files, words and names
  bench     measure, beside other programs: bench transfers, bench library, bench server
  soak      the tests that take too long for every run: soak huge, soak simulated, soak library
  generate  write what is generated and committed: docs/openapi.json and ui/src/bindings.ts
";

fn main() -> anyhow::Result<ExitCode> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(),
        Some("bench") => bench::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        Some("generate") => generate(),
        Some("soak") => soak::run(std::env::args().nth(2).as_deref()),
        _ => {
            eprint!("{HELP}");
            Ok(ExitCode::from(2))
        }
    }
}

/// Runs the tests that compare the generated files, in the mode in which they write them.
fn generate() -> anyhow::Result<ExitCode> {
    let status = std::process::Command::new("cargo")
        .args(["nextest", "run", "-p", "notespot-server", "-p", "notespot-desktop", "-E", "test(is_fresh)"])
        .env("NOTESPOT_UPDATE_GENERATED", "1")
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
