//! Where the sources are.

use std::path::PathBuf;

use anyhow::Context as _;

/// The checkout whose `cargo` started this. Asked when it runs and not when it was compiled: several
/// checkouts share one folder of built programs.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("start this with `cargo xtask`")?;
    let root = PathBuf::from(manifest).parent().context("xtask lies in the workspace")?.to_owned();
    Ok(root)
}
