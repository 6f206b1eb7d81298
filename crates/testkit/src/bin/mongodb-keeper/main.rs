//! Runs the MongoDB that tests share, in the folder that it is given, for as long as one of them uses it.

use std::path::Path;

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("a folder is expected")?;
    notespot_testkit::keep_mongodb(Path::new(&folder))
}
