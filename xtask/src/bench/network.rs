//! A slow link: the clients in one network namespace, stores and server in another.
//!
//! `bench/slow-link.py` carries packets between the two: not every kernel has netem.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};

use super::matrix::Network;
use super::measure::output;
use super::sources;

const NEAR: &str = "bench-near";
const FAR: &str = "bench-far";
/// Where stores and server are, as seen from both.
pub(super) const FAR_ADDRESS: &str = "10.99.0.2";

/// The link, until this is dropped, with as much of it as could be made.
#[derive(Debug)]
pub(super) struct SlowLink {
    carrier: Option<Child>,
}

impl SlowLink {
    /// Makes both namespaces and the link between them; nothing for the loopback.
    pub(super) fn make(network: Network) -> anyhow::Result<Option<Self>> {
        let (delay_ms, loss_percent) = match network {
            Network::Loopback => return Ok(None),
            Network::Rtt50 => ("25", "0"),
            Network::Loss1 => ("0", "1"),
        };
        let script = crate::checkout::root()?.join("bench/slow-link.py");
        let mut link = Self { carrier: None };
        // A run that was killed may have left them.
        remove_namespaces();
        for namespace in [NEAR, FAR] {
            ip(&format!("netns add {namespace}"))?;
        }
        let mut command = Command::new("python3");
        command.arg(script).args(["bench-n", "bench-f", delay_ms, loss_percent, &sources::SEED.to_string()]);
        let child = link.carrier.insert(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
        let mut said = String::new();
        BufReader::new(child.stdout.take().context("it has no output")?).read_line(&mut said)?;
        ensure!(said.trim() == "ready", "the link could not be made");
        for (namespace, device, address) in [(NEAR, "bench-n", "10.99.0.1"), (FAR, "bench-f", FAR_ADDRESS)] {
            ip(&format!("link set {device} netns {namespace}"))?;
            for rest in [
                "link set lo up".to_owned(),
                format!("addr add {address}/30 dev {device}"),
                format!("link set {device} mtu 1500 txqueuelen 20000 up"),
            ] {
                ip(&format!("-n {namespace} {rest}"))?;
            }
        }
        Ok(Some(link))
    }
}

fn remove_namespaces() {
    for namespace in [NEAR, FAR].into_iter().filter(|name| Path::new("/run/netns").join(name).exists()) {
        if let Err(error) = ip(&format!("netns delete {namespace}")) {
            eprintln!("bench: {namespace} is left behind: {error}");
        }
    }
}

impl Drop for SlowLink {
    fn drop(&mut self) {
        if let Some(carrier) = &mut self.carrier {
            let _ = carrier.kill();
            let _ = carrier.wait();
        }
        remove_namespaces();
    }
}

fn ip(line: &str) -> anyhow::Result<()> {
    output(Command::new("ip").args(line.split(' '))).map(drop)
}

/// Where a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Here,
    Near,
    Far,
}

impl Side {
    /// Of the clients.
    pub(super) fn of_clients(network: Network) -> Self {
        if network == Network::Loopback { Self::Here } else { Self::Near }
    }

    /// Of everything else.
    pub(super) fn of_stores(network: Network) -> Self {
        if network == Network::Loopback { Self::Here } else { Self::Far }
    }

    /// The command that runs a program there.
    pub(super) fn command(self, program: &Path) -> Command {
        let namespace = match self {
            Self::Here => return Command::new(program),
            Self::Near => NEAR,
            Self::Far => FAR,
        };
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace]).arg(program);
        command
    }
}
