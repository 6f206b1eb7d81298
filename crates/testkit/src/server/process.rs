//! One run of the server.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

const READY: &str = "listening on http://";

/// A server that is ready. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    pub(super) address: SocketAddr,
    /// Kept open, so that the server can go on writing to it.
    _stdout: BufReader<ChildStdout>,
}

/// A call of the server's program that no setting of the test's own environment reaches.
pub(super) fn command() -> anyhow::Result<Command> {
    let mut command = Command::new(crate::program("notespot-server")?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NOTESPOT_") {
            command.env_remove(name);
        }
    }
    command.kill_on_drop(true);
    Ok(command)
}

/// Where the server's standard error goes.
pub(super) fn log_in(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

impl Running {
    pub(super) async fn start(
        folder: &Path,
        listen: SocketAddr,
        flags: &[String],
        bound: Duration,
    ) -> anyhow::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(log_in(folder))?;
        let mut command = command()?;
        command.arg("serve").arg("--data-dir").arg(folder).arg("--listen").arg(listen.to_string());
        command.args(flags).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().context("The server could not be started.")?;
        let stdout = child.stdout.take().context("The server has no standard output.")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let said = || std::fs::read_to_string(log_in(folder)).unwrap_or_default();
        timeout(bound, stdout.read_line(&mut line))
            .await
            .with_context(|| format!("The server was not ready after {bound:?}:\n{}", said()))?
            .context("The server's standard output could not be read.")?;
        let Some(address) = line.trim_end().strip_prefix(READY) else {
            let status = timeout(bound, child.wait()).await;
            bail!("The server did not start ({status:?}). It said {line:?}, and:\n{}", said());
        };
        let address = address.parse().with_context(|| format!("{line:?} names no address."))?;
        Ok(Self { child, address, _stdout: stdout })
    }

    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id = self.child.id().context("The server has ended already.")?;
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw).context("The server has no process id.")?;
        kill_process(pid, signal).context("The server could not be signalled.")
    }

    pub(super) async fn ended(mut self, bound: Duration) -> anyhow::Result<ExitStatus> {
        let status = timeout(bound, self.child.wait()).await;
        status.with_context(|| format!("The server did not end within {bound:?}."))?.context("It is lost.")
    }
}
