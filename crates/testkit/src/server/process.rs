//! One run of the server.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::{ACCESS_KEY, SECRET_KEY};

const READY: &str = "listening on http://";

/// A server that is ready. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    pub(super) address: SocketAddr,
    /// Kept open, so that the server can go on writing to it.
    _stdout: BufReader<ChildStdout>,
}

/// It ended before it was ready.
#[derive(Debug, thiserror::Error)]
#[error("the server did not start: {status}\n{said}")]
pub struct DidNotStart {
    /// How it ended.
    pub status: ExitStatus,
    /// Its log.
    pub said: String,
}

/// A call of the server's program that no setting of the test's own environment reaches.
pub(super) fn command() -> anyhow::Result<Command> {
    command_under(&[])
}

/// The same, called by another program: `under` is that program and its first arguments.
fn command_under(under: &[String]) -> anyhow::Result<Command> {
    let server = crate::program("notespot-server")?;
    let mut command = match under {
        [] => Command::new(server),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(server);
            command
        }
    };
    for (name, _) in std::env::vars_os() {
        let name_shown = name.to_string_lossy();
        if name_shown.starts_with("NOTESPOT_") || name_shown.starts_with("CLERK_") {
            command.env_remove(name);
        }
    }
    // For the stores of `S3Server`; the embedded one has its own.
    command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    command.kill_on_drop(true);
    Ok(command)
}

/// How a server is started.
pub(super) struct Start<'a> {
    pub(super) folder: &'a Path,
    pub(super) listen: SocketAddr,
    pub(super) flags: &'a [String],
    /// A program that starts it, with that program's first arguments.
    pub(super) under: &'a [String],
}

/// Where the server's standard error goes.
pub(super) fn log_in(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

impl Running {
    pub(super) async fn start(how: Start<'_>, bound: Duration) -> anyhow::Result<Self> {
        let Start { folder, listen, flags, under } = how;
        let log = OpenOptions::new().create(true).append(true).open(log_in(folder))?;
        let mut command = command_under(under)?;
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
            let status = status.with_context(|| format!("The server said {line:?}:\n{}", said()))??;
            return Err(DidNotStart { status, said: said() }.into());
        };
        let address = address.parse().with_context(|| format!("{line:?} names no address."))?;
        Ok(Self { child, address, _stdout: stdout })
    }

    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let id = self.child.id().context("The server has ended already.")?;
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw).context("The server has no process id.")?;
        kill_process(pid, signal).context("The server could not be signalled.")
    }

    /// Waits for it to end. May be dropped and called again.
    pub(super) async fn end(&mut self) -> anyhow::Result<ExitStatus> {
        self.child.wait().await.context("It is lost.")
    }
}
