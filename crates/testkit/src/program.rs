//! Where the built programs are.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

/// Finds a program of this workspace that was built with the tests: it lies one folder above them.
///
/// A test runner builds the programs of the package under test only, so `npm test` builds all of
/// them before it runs any test.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe().context("This test's own program could not be found.")?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let Some(found) =
        test.ancestors().skip(1).take(2).map(|folder| folder.join(&file)).find(|at| at.is_file())
    else {
        bail!(
            "{name} is not built. Run `cargo build -p notespot-server -p notespot-testkit --bins` first, or `npm test`, which does."
        );
    };
    Ok(found)
}
