//! The real server, as a process of its own.

mod commands;
mod process;

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::Signal;
use tempfile::TempDir;
use url::Url;

pub use self::commands::run_server;
pub use self::process::DidNotStart;
use self::process::{Running, Start};
use crate::{Api, FaultProxy};

/// How long a server may take to be ready, and to end. Generous: the machine may be busy.
const BOUND: Duration = Duration::from_mins(1);

/// `notespot-server` on a port of its own, with a data folder that goes away with it.
///
/// Dropping it kills the process. Settings in the environment of the test do not reach it.
#[derive(Debug)]
pub struct TestServer {
    flags: Vec<String>,
    folder: TempDir,
    address: SocketAddr,
    url: Url,
    process: Option<Running>,
}

impl TestServer {
    /// Starts a server with its defaults, and waits until it is ready.
    pub async fn start() -> anyhow::Result<Self> {
        Self::with(&[]).await
    }

    /// Starts a server with more flags, such as `["--quota", "1MB"]`.
    pub async fn with(flags: &[&str]) -> anyhow::Result<Self> {
        Self::on(SocketAddr::from(([127, 0, 0, 1], 0)), flags).await
    }

    /// The same on an address of one's choice, such as `[::1]:0`.
    pub async fn on(listen: SocketAddr, flags: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("notespot-server-").tempdir()?;
        let flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        let url = Url::parse("http://127.0.0.1")?;
        let mut server = Self { flags, folder, address: listen, url, process: None };
        let process = server.run(&[]).await?;
        server.address = process.address;
        server.url = Url::parse(&format!("http://{}", process.address))?;
        server.process = Some(process);
        Ok(server)
    }

    async fn run(&self, under: &[String]) -> anyhow::Result<Running> {
        let how = Start { folder: self.folder.path(), listen: self.address, flags: &self.flags, under };
        Running::start(how, BOUND).await
    }

    /// Starts a server that is reached through `proxy`: every address that it gives out, those of
    /// the object store too, leads through it.
    pub async fn behind(proxy: &FaultProxy) -> anyhow::Result<Self> {
        let mut server = Self::with(&["--public-url", proxy.url().as_str()]).await?;
        server.url = proxy.url().clone();
        proxy.forward_to(server.address);
        Ok(server)
    }

    /// Where it is reached: its own port, or the proxy before it.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.url
    }

    /// The socket that it listens on; the same after a restart.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address on it, such as `server.at("/healthz")`.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// Its data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// What it logged so far, over all its starts.
    pub fn log(&self) -> anyhow::Result<String> {
        std::fs::read_to_string(process::log_in(self.folder.path())).context("The log could not be read.")
    }

    /// The API with this bearer token, called without the product's own client.
    pub fn api(&self, token: impl Into<String>) -> anyhow::Result<Api> {
        Api::new(self.url.clone(), Some(token.into()))
    }

    /// The API as somebody who is not signed in.
    pub fn stranger(&self) -> anyhow::Result<Api> {
        Api::new(self.url.clone(), None)
    }

    /// Asks it to end (SIGTERM), and waits for that. Success means that it drained.
    pub async fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        self.end(Signal::TERM).await
    }

    /// Asks it to end, and does not wait.
    pub fn ask_to_stop(&self) -> anyhow::Result<()> {
        self.process.as_ref().context("The server does not run.")?.signal(Signal::TERM)
    }

    /// Waits a minute at most for it to end by itself or because it was asked to. May be dropped
    /// and called again.
    pub async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        let gone = tokio::time::timeout(BOUND, self.gone()).await;
        gone.with_context(|| format!("The server did not end within {BOUND:?}."))?
    }

    /// Waits, as long as it takes, for it to be killed or to end. May be dropped and called again.
    pub async fn gone(&mut self) -> anyhow::Result<ExitStatus> {
        let status = self.process.as_mut().context("The server does not run.")?.end().await?;
        self.process = None;
        Ok(status)
    }

    /// Kills it on the spot, as a power cut does. May be dropped and called again.
    pub async fn kill_9(&mut self) -> anyhow::Result<()> {
        self.end(Signal::KILL).await.map(drop)
    }

    async fn end(&mut self, signal: Signal) -> anyhow::Result<ExitStatus> {
        self.process.as_ref().context("The server does not run.")?.signal(signal)?;
        self.ended().await
    }

    /// Starts it again on the same port and data. It must have been ended before.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        self.start_again_under(&[]).await
    }

    /// The same with other flags than before, from now on.
    pub async fn start_again_with(&mut self, flags: &[&str]) -> anyhow::Result<()> {
        self.flags = flags.iter().map(|&flag| flag.to_owned()).collect();
        self.start_again().await
    }

    /// The same as [`start_again`](Self::start_again), by another program: `under` is that program and its first arguments. It has to become
    /// the server, so that signals reach it.
    pub async fn start_again_under(&mut self, under: &[String]) -> anyhow::Result<()> {
        if self.process.is_some() {
            bail!("The server still runs: end it with stop() or kill_9() first.");
        }
        self.process = Some(self.run(under).await?);
        Ok(())
    }

    /// Ends it in order, and starts it again on the same port and data.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let status = self.stop().await?;
        if !status.success() {
            bail!("The server did not end in order: {status}\n{}", self.log()?);
        }
        self.start_again().await
    }
}
