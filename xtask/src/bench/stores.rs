//! The object stores, as processes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;

use super::certificates::{Certificates, trust};
use super::matrix::{Cell, Scheme, StoreKind};
use super::measure::{Serving, output, wait_for};
use super::network::{FAR_ADDRESS, Side};
use super::tools::Tools;

/// Both are given to every client and to every store.
pub(super) const ACCESS_KEY: &str = "benchmark";
pub(super) const SECRET_KEY: &str = "benchmark-secret";

/// Where the peers' objects go, and ours.
pub(super) const PEERS: &str = "peers";
pub(super) const OURS: &str = "notespot";

/// The AWS CLI's CRT client knows no other ports. Where they may not be used, it is left out.
const PORTS: [u16; 2] = [80, 443];
const OTHER_PORTS: [u16; 2] = [18_080, 18_443];
/// The real store's own, behind what takes TLS off.
const BEHIND: &str = "127.0.0.1:19000";

/// Not asked for: its own choice may be taken by another.
const METRICS: &str = "127.0.0.1:19567";

/// A store that is ready, and has both buckets.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) endpoint: String,
    pub(super) has_usual_ports: bool,
    serving: Vec<Serving>,
    kind: StoreKind,
    side: Side,
    s5cmd: PathBuf,
    authority: PathBuf,
    /// The real store's bytes; removed with it.
    folder: PathBuf,
}

#[derive(Deserialize)]
struct Counts {
    requests: std::collections::BTreeMap<String, u64>,
}

impl Store {
    pub(super) fn start(
        tools: &Tools,
        certificates: &Certificates,
        cell: &Cell,
        work: &Path,
    ) -> anyhow::Result<Self> {
        let Cell { store: kind, scheme, network, .. } = *cell;
        let side = Side::of_stores(network);
        let host = if side == Side::Here { "127.0.0.1" } else { FAR_ADDRESS };
        let has_usual_ports = side != Side::Here || std::net::TcpListener::bind((host, PORTS[0])).is_ok();
        let ports = if has_usual_ports { PORTS } else { OTHER_PORTS };
        let port = if scheme == Scheme::Http { ports[0] } else { ports[1] };
        let address = format!("{host}:{port}");
        let folder = work.join("store");
        std::fs::create_dir_all(&folder)?;
        let log = work.join("store.log");
        let mut serving = Vec::new();
        match (kind, scheme) {
            (StoreKind::Discarding, _) => {
                let mut command = side.command(&tools.discarding);
                command.args(["--listen", &address, "--content"]).arg(work.join("block.bin"));
                if scheme == Scheme::Https {
                    command.arg("--cert").arg(&certificates.certificate).arg("--key").arg(&certificates.key);
                }
                serving.push(Serving::start(&mut command, &log)?);
            }
            (StoreKind::Real, Scheme::Http) => serving.push(gateway(tools, side, &folder, &address, &log)?),
            (StoreKind::Real, Scheme::Https) => {
                serving.push(gateway(tools, Side::Here, &folder, BEHIND, &log)?);
                wait_for(Side::Here, BEHIND, &log)?;
                serving.push(hitch(tools, certificates, port, &log)?);
            }
        }
        wait_for(side, &address, &log)?;
        let endpoint = match (scheme, has_usual_ports) {
            (Scheme::Http, true) => format!("http://{host}"),
            (Scheme::Https, true) => format!("https://{host}"),
            (Scheme::Http, false) => format!("http://{address}"),
            (Scheme::Https, false) => format!("https://{address}"),
        };
        let (s5cmd, authority) = (tools.s5cmd.clone(), certificates.authority.clone());
        let store = Self { endpoint, has_usual_ports, serving, kind, side, s5cmd, authority, folder };
        for bucket in [PEERS, OURS] {
            store.s5cmd(&["mb", &format!("s3://{bucket}")])?;
        }
        Ok(store)
    }

    /// Runs `s5cmd` on it, unmeasured.
    fn s5cmd(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = self.side.command(&self.s5cmd);
        command.args(["--endpoint-url", &self.endpoint]).args(arguments);
        output(trust(command.envs(credentials()), &self.authority))
    }

    /// Bytes and objects in a bucket, below a prefix.
    pub(super) fn holds(&self, bucket: &str, prefix: &str) -> anyhow::Result<(u64, usize)> {
        let said = self.s5cmd(&["du", &format!("s3://{bucket}/{prefix}*")])?;
        let words: Vec<_> = said.split_whitespace().collect();
        let read = || Some((words.first()?.parse().ok()?, words.get(3)?.parse().ok()?));
        read().with_context(|| format!("s5cmd du says {said:?}"))
    }

    /// Removes everything in a bucket, below a prefix.
    pub(super) fn clear(&self, bucket: &str, prefix: &str) -> anyhow::Result<()> {
        if self.holds(bucket, prefix).is_ok_and(|(_, objects)| objects > 0) {
            self.s5cmd(&["rm", &format!("s3://{bucket}/{prefix}*")])?;
        }
        Ok(())
    }

    /// How many requests it has answered so far; the real store does not say.
    pub(super) fn requests(&self) -> anyhow::Result<Option<u64>> {
        if self.kind == StoreKind::Real {
            return Ok(None);
        }
        let mut curl = self.side.command(Path::new("curl"));
        curl.args(["--silent", "--fail", "--cacert"]).arg(&self.authority);
        let counts: Counts = serde_json::from_str(&output(curl.arg(format!("{}/__counts", self.endpoint)))?)?;
        Ok(Some(counts.requests.values().sum()))
    }

    /// CPU that it took so far.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        self.serving.iter().map(Serving::cpu).sum()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.serving.clear();
        // What is left of it lies in the folder of this run.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// As AWS's own programs read them.
pub(super) fn credentials() -> [(&'static str, &'static str); 4] {
    [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}

/// `JuiceFS` over a folder, without a cache of its own: the folder is as near as that would be.
fn gateway(tools: &Tools, side: Side, folder: &Path, address: &str, log: &Path) -> anyhow::Result<Serving> {
    let metadata = format!("sqlite3://{}", folder.join("meta.db").display());
    let mut format = Command::new(&tools.juicefs);
    format.args(["format", "--storage", "file", "--trash-days", "0", "--bucket"]);
    // Its name for the folder needs the slash.
    format.arg(format!("{}/", folder.join("data").display())).args([&metadata, "bench"]);
    output(&mut format)?;
    let mut gateway = side.command(&tools.juicefs);
    gateway.args(["gateway", "--multi-buckets", "--keep-etag", "--no-banner", "--no-usage-report"]);
    gateway.args(["--cache-size", "0", "--backup-meta", "0", "--metrics", METRICS, "--log"]).arg(log);
    gateway.args([&metadata, address]);
    gateway.env("MINIO_ROOT_USER", ACCESS_KEY).env("MINIO_ROOT_PASSWORD", SECRET_KEY);
    Serving::start(&mut gateway, log)
}

fn hitch(tools: &Tools, certificates: &Certificates, port: u16, log: &Path) -> anyhow::Result<Serving> {
    let program = tools.hitch.as_ref().context("hitch is needed for HTTPS to the real store")?;
    let mut hitch = Command::new(program);
    hitch.arg(format!("--frontend=[127.0.0.1]:{port}")).arg("--backend=[127.0.0.1]:19000");
    hitch.args(["--workers=2", "--user=nobody", "--group=nogroup"]).arg(&certificates.both);
    Serving::start(&mut hitch, log)
}
