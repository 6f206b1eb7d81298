//! What a program takes.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::Context as _;
use wait4::Wait4 as _;

/// A program that has ended.
#[derive(Debug)]
pub struct Measured {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
    /// The most memory that was resident at any time.
    pub peak_bytes: u64,
}

/// Runs a program to its end. What it writes goes to files, so that a lot of it is in nobody's memory.
pub async fn measured(mut command: Command) -> anyhow::Result<Measured> {
    tokio::task::spawn_blocking(move || {
        let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
        command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
        let child = command.spawn().context("The program could not be started.")?;
        let ended = child.wait4()?;
        let read = |file: &mut std::fs::File| -> anyhow::Result<String> {
            file.seek(SeekFrom::Start(0))?;
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(text)
        };
        let (stdout, stderr) = (read(&mut stdout)?, read(&mut stderr)?);
        Ok(Measured { status: ended.status, stdout, stderr, peak_bytes: ended.rusage.maxrss })
    })
    .await?
}
