//! Results, kept as JSON and shown as Markdown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::super::measure::output;
use super::super::report::machine;
use super::{Options, table};

/// Values by name, one for each round.
pub(super) type Figures = BTreeMap<String, Vec<f64>>;

/// Everything that was measured on a machine.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) machine: String,
    pub(super) versions: Vec<(String, String)>,
    pub(super) date: String,
    /// Of the machine before the last run: others may have been at work on it.
    pub(super) load_before: String,
    pub(super) rounds: u32,
    pub(super) seconds: u32,
    pub(super) figures: Figures,
}

impl Report {
    /// What earlier runs measured.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(folder.join("server.json")) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(_) => Ok(Self::default()),
        }
    }

    pub(super) fn begin(&mut self, options: &Options, versions: Vec<(String, String)>) {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let date = output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M"])).unwrap_or_default();
        self.machine = machine();
        self.versions = versions;
        date.trim().clone_into(&mut self.date);
        load.split(' ').next().unwrap_or_default().clone_into(&mut self.load_before);
        (self.rounds, self.seconds) = (options.rounds, options.seconds);
    }

    /// Takes the place of what an earlier run measured of the same.
    pub(super) fn take(&mut self, figures: Figures) {
        self.figures.extend(figures);
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("server.json"), serde_json::to_string_pretty(self)? + "\n")?;
        fs::write(folder.join("server.md"), table::markdown(self))?;
        Ok(())
    }
}
