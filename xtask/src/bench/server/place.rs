//! A server with its data, and requests for it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use super::super::measure::{Serving, output};
use super::Programs;

const READY: &str = "listening on ";

/// A server that runs.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) url: String,
    /// Its data, and `world.json`.
    pub(super) data: PathBuf,
    serving: Serving,
}

impl Place {
    /// Our server on SQLite, with owners who have so many nodes each.
    pub(super) fn filled(programs: &Programs, name: &str, owners: u32, nodes: u32) -> anyhow::Result<Self> {
        let data = programs.work.join(name);
        std::fs::create_dir_all(&data)?;
        let mut fill = Command::new(&programs.bench);
        fill.arg("fill").arg(&data).args([owners.to_string(), nodes.to_string()]);
        ensure!(fill.status()?.success(), "the data for {name} could not be made");
        Self::ours(programs, name, data, &[])
    }

    /// Our server over what is in a folder.
    pub(super) fn ours(
        programs: &Programs,
        name: &str,
        data: PathBuf,
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        // Up to the most that this user may have.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n $(ulimit -Hn); exec \"$0\" \"$@\""]).arg(&programs.server);
        command.arg("serve").args(["--listen", "127.0.0.1:0"]).arg("--data-dir").arg(&data);
        command.envs(environment.iter().copied());
        Self::start(name, data, &mut command)
    }

    /// A server that says where it listens.
    pub(super) fn start(name: &str, data: PathBuf, command: &mut Command) -> anyhow::Result<Self> {
        let log = data.join(format!("{name}.log"));
        // What an earlier server said there is not this one's word.
        drop(std::fs::remove_file(&log));
        let serving = Serving::start(command, &log)?;
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let said = std::fs::read_to_string(&log)?;
            if let Some(url) = said.lines().find_map(|line| line.strip_prefix(READY)) {
                return Ok(Self { name: name.to_owned(), url: url.to_owned(), data, serving });
            }
            if Instant::now() > until {
                bail!("{name} did not start:\n{said}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// CPU that it took so far, with the processes that it started.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        self.serving.cpu()
    }

    /// What it holds in memory, in MiB: a field of `status` (proc(5)).
    pub(super) fn memory_mib(&self, field: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.serving.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
        let kib = line.trim_start_matches(':').split_whitespace().next().context("no such field")?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }

    /// So many requests for it, in a file.
    pub(super) fn asks(&self, programs: &Programs, row: &str, count: usize) -> anyhow::Result<PathBuf> {
        let file = self.data.join(format!("{}-{row}.txt", self.name));
        let mut asks = Command::new(&programs.bench);
        asks.args(["asks", &self.url]).arg(&self.data).args([row, &count.to_string()]);
        ensure!(asks.stdout(File::create(&file)?).status()?.success(), "no requests for {row}");
        Ok(file)
    }

    /// The answer to a line of such a file.
    pub(super) fn answer(&self, line: &str) -> anyhow::Result<serde_json::Value> {
        let fields: Vec<_> = line.split('\t').collect();
        let [_, path, token, _] = fields[..] else { bail!("{line} is no request") };
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--header", &format!("authorization: Bearer {token}")]);
        Ok(serde_json::from_str(&output(curl.arg(format!("{}{path}", self.url)))?)?)
    }
}

/// The first line of a file.
pub(super) fn first_line(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)?;
    Ok(text.lines().next().context("an empty file")?.to_owned())
}
