//! Results, kept as JSON and shown as Markdown.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

mod table;

use super::clients::Client;
use super::matrix::{Cell, Network, Scheme, StoreKind};
use super::measure::output;
use super::sources::Source;
use super::tools::Tools;

/// One client, once.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Sample {
    /// Seconds.
    pub(super) wall: f64,
    /// After a download: until all of it was on the disk. Ours syncs in its own time.
    #[serde(default)]
    pub(super) sync: Option<f64>,
    pub(super) user: f64,
    pub(super) system: f64,
    pub(super) peak_mib: f64,
    pub(super) requests: Option<u64>,
    pub(super) store_cpu: f64,
    /// Of our server.
    pub(super) server_cpu: Option<f64>,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wall, user, system, peak_mib, .. } = self;
        let sync = self.sync.map_or_else(String::new, |sync| format!(" + sync {sync:.2} s"));
        write!(f, "{wall:.2} s{sync}, CPU {user:.2} + {system:.2} s, {peak_mib:.0} MiB")
    }
}

/// One client in one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) client: String,
    pub(super) settings: String,
    pub(super) is_peer: bool,
    pub(super) samples: Vec<Sample>,
    /// What it said in rounds in which it failed.
    #[serde(default)]
    pub(super) failures: Vec<String>,
}

/// A row at a place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RowResult {
    pub(super) row: String,
    pub(super) store: StoreKind,
    pub(super) scheme: Scheme,
    pub(super) network: Network,
    pub(super) quick: bool,
    pub(super) files: usize,
    pub(super) bytes: u64,
    pub(super) bar_wall: f64,
    pub(super) bar_cpu: Option<f64>,
    pub(super) date: String,
    /// Of the machine before it began: others may have been at work on it.
    pub(super) load_before: String,
    pub(super) clients: Vec<Measured>,
}

/// Everything that was measured on a machine.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Report {
    machine: String,
    versions: Vec<(String, String)>,
    seed: u64,
    rows: Vec<RowResult>,
}

impl RowResult {
    pub(super) fn new(cell: &Cell, source: &Source, quick: bool) -> Self {
        let bar = cell.bar();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            row: cell.row.name.to_owned(),
            store: cell.store,
            scheme: cell.scheme,
            network: cell.network,
            quick,
            files: source.files,
            bytes: source.bytes,
            bar_wall: bar.wall,
            bar_cpu: bar.cpu,
            date: output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M"]))
                .unwrap_or_default()
                .trim()
                .to_owned(),
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
            clients: Vec::new(),
        }
    }

    /// Where and what, in few words.
    pub(super) fn place(&self) -> String {
        format!("{} {} {} {}", self.row, self.store.name(), self.scheme.name(), self.network.name())
    }

    pub(super) fn take(&mut self, client: Client, sample: Sample) {
        self.of(client).samples.push(sample);
    }

    pub(super) fn take_failure(&mut self, client: Client, error: &anyhow::Error) {
        let last = error.to_string().lines().last().unwrap_or_default().trim().chars().take(200).collect();
        self.of(client).failures.push(last);
    }

    fn of(&mut self, client: Client) -> &mut Measured {
        let name = client.name();
        let at = self.clients.iter().position(|known| known.client == name).unwrap_or_else(|| {
            let (settings, is_peer) = (client.settings().to_owned(), client.is_peer());
            let (samples, failures) = (Vec::new(), Vec::new());
            self.clients.push(Measured { client: name.to_owned(), settings, is_peer, samples, failures });
            self.clients.len() - 1
        });
        &mut self.clients[at]
    }
}

/// Adds a row to the report; takes the place of what an earlier run measured of it.
pub(super) fn add(folder: &Path, tools: &Tools, result: RowResult) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let json = folder.join("transfers.json");
    let mut report: Report = match fs::read_to_string(&json) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => Report::default(),
    };
    report.machine = machine();
    report.versions = tools.versions();
    report.seed = super::sources::SEED;
    let same = |row: &RowResult| row.place() == result.place() && row.quick == result.quick;
    report.rows.retain(|row| !same(row));
    report.rows.push(result);
    fs::write(&json, serde_json::to_string_pretty(&report)? + "\n")?;
    fs::write(folder.join("transfers.md"), table::markdown(&report))?;
    Ok(())
}

/// What it was measured on.
pub(super) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after = |text: &str, label: &str| {
        let line = text.lines().find(|line| line.starts_with(label)).unwrap_or_default();
        line.split(':').nth(1).unwrap_or_default().trim().to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{cores} cores of {}, {} of memory, Linux {}",
        after(&read("/proc/cpuinfo"), "model name"),
        after(&read("/proc/meminfo"), "MemTotal"),
        kernel.trim()
    )
}

/// Bytes in MiB.
pub(super) fn mib(bytes: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "shown with no decimals")]
    let mib = bytes as f64 / 1_048_576.0;
    mib
}
