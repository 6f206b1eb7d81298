//! S3 servers that others wrote, as processes of their own.

mod garage;
mod seaweedfs;

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::Client;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use self::garage::Garage;
use self::seaweedfs::SeaweedFs;

/// How long one may take to be ready. `SeaweedFS` takes four seconds on an idle machine.
const BOUND: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(50);
const LOG: &str = "log";
const BUCKET: &str = "notespot";

/// What every store of a test knows, and every server of a test is given. `Garage` takes no other form.
pub const ACCESS_KEY: &str = "GK6e6f746573706f7474657374";
/// The secret that belongs to [`ACCESS_KEY`]; not one.
pub const SECRET_KEY: &str = "6e6f746573706f742d746573742d7365637265742d6e6f742d612d7365637265";

/// An independent S3 server with an empty bucket, in a folder that goes away with it.
///
/// Dropping it kills the process. `npm test` installs the programs.
#[derive(Debug)]
pub struct S3Server {
    program: Program,
    process: Option<Child>,
    folder: TempDir,
}

/// What a bucket holds.
#[derive(Debug)]
pub struct Held {
    /// The keys of its objects.
    pub objects: Vec<String>,
    /// The ids of the multipart uploads that were neither completed nor given up.
    pub open: Vec<String>,
}

/// Which one it is, and on which ports: the same after a restart.
#[derive(Debug)]
enum Program {
    SeaweedFs(SeaweedFs),
    Garage(Garage),
}

impl S3Server {
    /// Starts `SeaweedFS`, and waits until its bucket is there.
    pub async fn seaweedfs() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("notespot-seaweedfs-").tempdir()?;
        let program = Program::SeaweedFs(SeaweedFs::prepare(folder.path())?);
        Self::start(program, folder).await
    }

    /// Starts `Garage`, and waits until its bucket is there.
    pub async fn garage() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("notespot-garage-").tempdir()?;
        let program = Program::Garage(Garage::prepare(folder.path())?);
        Self::start(program, folder).await
    }

    async fn start(program: Program, folder: TempDir) -> anyhow::Result<Self> {
        let mut server = Self { program, process: None, folder };
        server.start_again().await?;
        Ok(server)
    }

    /// Kills it on the spot, as a power cut does.
    pub async fn kill_9(&mut self) -> anyhow::Result<()> {
        let mut process = self.process.take().context("The server does not run.")?;
        process.kill().await.context("The server could not be killed.")
    }

    /// Starts it again on the same ports and data, and waits until its bucket is there. It must have been
    /// killed before.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        if self.process.is_some() {
            bail!("The server still runs: end it with kill_9() first.");
        }
        let folder = self.folder.path();
        let mut command = match &self.program {
            Program::SeaweedFs(seaweedfs) => seaweedfs.command(folder)?,
            Program::Garage(_) => Garage::command(folder)?,
        };
        let process = self.process.insert(spawn(&mut command)?);
        let ready = async |client: &Client| match &self.program {
            Program::SeaweedFs(seaweedfs) => seaweedfs.is_ready(client).await,
            Program::Garage(garage) => garage.is_ready(client).await,
        };
        wait_for(process, folder, ready).await
    }

    /// What its bucket holds, by its own files. `SeaweedFS` only: `Garage` keeps no names there.
    pub async fn held(&self) -> anyhow::Result<Held> {
        let Program::SeaweedFs(seaweedfs) = &self.program else { bail!("Garage keeps no names in files.") };
        let mut objects = seaweedfs.names("").await?;
        objects.retain(|name| name != seaweedfs::OPEN);
        Ok(Held { objects, open: seaweedfs.names(seaweedfs::OPEN).await? })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let port = match &self.program {
            Program::SeaweedFs(seaweedfs) => seaweedfs.port(),
            Program::Garage(garage) => garage.port(),
        };
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    }

    /// As `--objects` of a server takes it.
    #[must_use]
    pub fn bucket(&self) -> String {
        let endpoint = endpoint(self.address().port());
        format!("s3://{BUCKET}?region={}&endpoint={endpoint}&path_style=true", self.region())
    }

    /// The same with the bucket's name in the host's: `notespot.localhost`, which not every system's resolver
    /// knows to be this machine. `Garage` only.
    #[must_use]
    pub fn bucket_in_host(&self) -> String {
        let port = self.address().port();
        format!("s3://{BUCKET}?region={}&endpoint=http://localhost:{port}", self.region())
    }

    fn region(&self) -> &'static str {
        match &self.program {
            Program::SeaweedFs(_) => seaweedfs::REGION,
            Program::Garage(_) => garage::REGION,
        }
    }
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Ports that are free now. Another program may be quicker to take one: then the server ends, and says so.
fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    let mut ports = [0; N];
    // All are held until the last is known, so that they differ.
    let mut held = Vec::with_capacity(N);
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// A program that `npm test` installs, with its output in a file of `folder`.
fn command(name: &str, folder: &Path) -> anyhow::Result<Command> {
    let log = File::options().create(true).append(true).open(folder.join(LOG))?;
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.current_dir(folder).kill_on_drop(true);
    Ok(command)
}

fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    command.spawn().with_context(|| format!("{name} could not be started: `npm test` installs it."))
}

/// Asks until `ready` says yes.
async fn wait_for(
    process: &mut Child,
    folder: &Path,
    ready: impl AsyncFn(&Client) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let client = Client::builder().no_proxy().build().context("No client could be made.")?;
    let began = Instant::now();
    loop {
        let last = ready(&client).await;
        if matches!(last, Ok(true)) {
            return Ok(());
        }
        let log = || std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
        if let Some(status) = process.try_wait()? {
            bail!("The server ended: {status}\n{}", log());
        }
        if began.elapsed() > BOUND {
            bail!("The server was not ready after {BOUND:?}: {last:?}\n{}", log());
        }
        sleep(PAUSE).await;
    }
}
